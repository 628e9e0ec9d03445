//! What must hold of the geometry of every picture.

use aslkit::report::graphs::layout::{Layout, Line, Rect, Shape, What};

/// What is wrong with a layout: boxes that overlap, labels that lie on boxes or on each other,
/// lines that go through boxes, anything outside of the picture.
pub fn faults(layout: &Layout) -> Vec<String> {
    let mut faults = Vec::new();
    let solid: Vec<&Shape> = layout.shapes.iter().filter(|s| is_solid(s)).collect();
    for (index, shape) in solid.iter().enumerate() {
        for other in &solid[index + 1..] {
            if overlap(&shape.rect, &other.rect) {
                faults.push(format!("{:?} overlaps {:?}", shape.what, other.what));
            }
        }
    }
    let frames: Vec<&Shape> = layout.shapes.iter().filter(|s| !is_solid(s)).collect();
    for (index, frame) in frames.iter().enumerate() {
        for other in frames[index + 1..].iter().chain(&solid) {
            if overlap(&frame.rect, &other.rect) && !contains(&frame.rect, &other.rect) {
                faults.push(format!(
                    "{:?} crosses the frame {:?}",
                    other.what, frame.what
                ));
            }
        }
    }
    labels(layout, &solid, &frames, &mut faults);
    for line in &layout.lines {
        for shape in &solid {
            if crosses(line, &shape.rect) {
                faults.push(format!("{:?} goes through {:?}", line.steps(), shape.what));
            }
        }
    }
    let page = Rect {
        x: 0.0,
        y: 0.0,
        width: layout.width,
        height: layout.height,
    };
    let rects = layout.shapes.iter().map(|shape| &shape.rect);
    let outside = rects.chain(layout.labels.iter().map(|label| &label.rect));
    if outside.into_iter().any(|rect| !contains(&page, rect)) {
        faults.push("something is outside of the picture".to_owned());
    }
    faults
}

fn labels(layout: &Layout, solid: &[&Shape], frames: &[&Shape], faults: &mut Vec<String>) {
    for (index, label) in layout.labels.iter().enumerate() {
        for shape in solid {
            if overlap(&label.rect, &shape.rect) {
                faults.push(format!("{:?} lies on {:?}", label.pill.lines, shape.what));
            }
        }
        for frame in frames {
            if overlap(&label.rect, &frame.rect) && !contains(&frame.rect, &label.rect) {
                faults.push(format!("{:?} crosses {:?}", label.pill.lines, frame.what));
            }
        }
        for other in &layout.labels[index + 1..] {
            if overlap(&label.rect, &other.rect) {
                let (one, other) = (&label.pill.lines, &other.pill.lines);
                faults.push(format!("{one:?} lies on {other:?}"));
            }
        }
    }
}

/// A frame is open: what is inside of it lies on it.
fn is_solid(shape: &Shape) -> bool {
    !matches!(shape.what, What::Container(..) | What::Branch(..))
}

fn overlap(one: &Rect, other: &Rect) -> bool {
    one.x < other.right()
        && other.x < one.right()
        && one.y < other.bottom()
        && other.y < one.bottom()
}

fn contains(outer: &Rect, inner: &Rect) -> bool {
    const ROUNDING: f64 = 0.01;
    outer.x <= inner.x + ROUNDING
        && outer.y <= inner.y + ROUNDING
        && inner.right() <= outer.right() + ROUNDING
        && inner.bottom() <= outer.bottom() + ROUNDING
}

/// Whether a piece of a line lies inside of a box, not only on its border.
fn crosses(line: &Line, rect: &Rect) -> bool {
    const BORDER: f64 = 1.0;
    line.points.windows(2).any(|ends| {
        let piece = Rect {
            x: ends[0].x.min(ends[1].x),
            y: ends[0].y.min(ends[1].y),
            width: (ends[0].x - ends[1].x).abs(),
            height: (ends[0].y - ends[1].y).abs(),
        };
        piece.x < rect.right() - BORDER
            && rect.x + BORDER < piece.right().max(piece.x + 0.01)
            && piece.y < rect.bottom() - BORDER
            && rect.y + BORDER < piece.bottom().max(piece.y + 0.01)
    })
}
