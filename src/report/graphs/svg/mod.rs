//! SVG of our own, one file for light and dark pages, without a script.
//!
//! The colours are CSS variables: those of the dark page come with `prefers-color-scheme`, which
//! also works inside of `<img>`. Every state is a group with the number of its vertex (`id="s12"`),
//! its name (`data-state`) and what happened as its classes, so that a page can find and paint it.

mod outline;
mod path;
mod style;
#[cfg(test)]
mod tests;
mod text;

use std::fmt::{self, Write};

use self::path::{Head, corners, head};
use self::text::Number as N;
pub use self::text::{Escaped, escaped};
use super::face::{BAR, Face, NAME_LINE, Outline, POINT, SMALL_LINE, rows};
use super::layout::{Label, Layout, Line, Rect, Shape, Step, What, lay_out};
use super::overlay::{Look, Mark, Taken, Way};
use super::{Picture, labels};
use crate::graph::{Node, Vertex};
use crate::language::{State, StateKind};

/// What else a picture has.
#[derive(Clone, Copy, Default)]
pub struct Extras<'a> {
    /// What it is a picture of.
    pub title: &'a str,
    /// Where a state can be read: its address, when it has one.
    pub link: Option<Link<'a>>,
}

/// Where a state can be read.
pub type Link<'a> = &'a dyn Fn(&State) -> Option<String>;

impl fmt::Debug for Extras<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let link = self.link.map(|_| "…");
        f.debug_struct("Extras")
            .field("title", &self.title)
            .field("link", &link)
            .finish()
    }
}

/// Writes the picture as an SVG document.
///
/// # Errors
/// Only what `out` answers.
pub fn render(picture: &Picture<'_, '_>, extras: &Extras<'_>, out: &mut dyn Write) -> fmt::Result {
    let layout = lay_out(picture);
    let mut drawing = Drawing {
        picture,
        extras,
        out,
    };
    drawing.draw(&layout)
}

struct Drawing<'a, 'm> {
    picture: &'a Picture<'a, 'm>,
    extras: &'a Extras<'a>,
    out: &'a mut dyn Write,
}

impl Drawing<'_, '_> {
    fn draw(&mut self, layout: &Layout) -> fmt::Result {
        let (width, height) = (N(layout.width), N(layout.height));
        writeln!(
            self.out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"asl\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\">"
        )?;
        if !self.extras.title.is_empty() {
            writeln!(self.out, "<title>{}</title>", escaped(self.extras.title))?;
        }
        let outline = outline::outline(self.picture);
        writeln!(self.out, "<desc>{}</desc>", escaped(&outline))?;
        style::sheet(self.picture.options, self.out)?;
        writeln!(
            self.out,
            "<rect class=\"page\" width=\"{width}\" height=\"{height}\" rx=\"10\"/>"
        )?;
        for shape in &layout.shapes {
            self.frame(shape)?;
        }
        self.lines(&layout.lines)?;
        for label in &layout.labels {
            self.label(label)?;
        }
        for shape in &layout.shapes {
            self.shape(shape)?;
        }
        writeln!(self.out, "</svg>")
    }

    /// What lies below the lines.
    fn frame(&mut self, shape: &Shape) -> fmt::Result {
        match &shape.what {
            What::Container(vertex, face) => self.container(*vertex, face, &shape.rect),
            What::Branch(..) => {
                let Rect {
                    x,
                    y,
                    width,
                    height,
                } = shape.rect;
                writeln!(
                    self.out,
                    "<rect class=\"branch\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/>",
                    N(x),
                    N(y),
                    N(width),
                    N(height)
                )
            }
            What::Start | What::End | What::Fork(_) | What::Join(_) | What::Node(..) => Ok(()),
        }
    }

    /// What lies on the lines.
    fn shape(&mut self, shape: &Shape) -> fmt::Result {
        let middle = shape.rect.middle();
        let (x, y, radius) = (N(middle.x), N(middle.y), shape.rect.width / 2.0);
        match &shape.what {
            What::Start => writeln!(
                self.out,
                "<circle class=\"start\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>\
                 <text class=\"t on-start\" x=\"{x}\" y=\"{}\">Start</text>",
                N(radius),
                N(middle.y + 3.6)
            ),
            What::End => writeln!(
                self.out,
                "<circle class=\"end\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/><circle class=\"end\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>\
                 <text class=\"t on-end\" x=\"{x}\" y=\"{}\">End</text>",
                N(radius),
                N(radius - 3.5),
                N(middle.y + 3.6)
            ),
            What::Fork(vertex) => {
                let class = self.classes(*vertex);
                writeln!(
                    self.out,
                    "<circle class=\"dot {class}\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>",
                    N(radius)
                )
            }
            What::Join(vertex) => {
                let class = self.classes(*vertex);
                writeln!(
                    self.out,
                    "<circle class=\"ring {class}\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/><circle class=\"dot {class}\" cx=\"{x}\" cy=\"{y}\" r=\"{}\"/>",
                    N(radius),
                    N(radius - 3.5)
                )
            }
            What::Node(vertex, face) => self.node(*vertex, face, &shape.rect),
            What::Container(..) | What::Branch(..) => Ok(()),
        }
    }

    fn container(&mut self, vertex: Vertex, face: &Face, rect: &Rect) -> fmt::Result {
        self.open(vertex, "frame")?;
        write!(
            self.out,
            "<rect class=\"f\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"12\"/>",
            N(rect.x),
            N(rect.y),
            N(rect.width),
            N(rect.height)
        )?;
        let head = Rect {
            x: rect.x + 14.0,
            y: rect.y + 10.0,
            width: rect.width - 28.0,
            height: face.height,
        };
        self.words(face, &head, head.x, "")?;
        self.close(vertex)
    }

    fn node(&mut self, vertex: Vertex, face: &Face, rect: &Rect) -> fmt::Result {
        let Rect {
            x,
            y,
            width,
            height,
        } = *rect;
        match face.outline {
            Outline::Card | Outline::Frame => {
                self.open(vertex, "card")?;
                self.rect(rect, 10.0)?;
                write!(
                    self.out,
                    "<rect class=\"bar\" x=\"{}\" y=\"{}\" width=\"3\" height=\"{}\" rx=\"1.5\"/>",
                    N(x + 7.0),
                    N(y + 8.0),
                    N(height - 16.0)
                )?;
                self.words(face, rect, x + BAR, "")?;
            }
            Outline::Hexagon => {
                self.open(vertex, "hexagon")?;
                let half = height / 2.0;
                write!(
                    self.out,
                    "<path class=\"c\" d=\"M{} {}l{POINT} {}h{}l{POINT} {}l-{POINT} {}h{}z\"/>",
                    N(x),
                    N(y + half),
                    N(-half),
                    N(width - 2.0 * POINT),
                    N(half),
                    N(half),
                    N(2.0 * POINT - width)
                )?;
                self.words(face, rect, rect.middle().x, " m")?;
            }
            Outline::Pill => {
                self.open(vertex, "pill")?;
                self.rect(rect, (height / 2.0).min(17.0))?;
                self.words(face, rect, rect.middle().x, " m")?;
            }
            Outline::Ghost => {
                self.open(vertex, "ghost")?;
                self.rect(rect, 10.0)?;
                self.words(face, rect, rect.middle().x, " m")?;
            }
        }
        self.close(vertex)
    }

    fn rect(&mut self, rect: &Rect, radius: f64) -> fmt::Result {
        write!(
            self.out,
            "<rect class=\"c\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
            N(rect.x),
            N(rect.y),
            N(rect.width),
            N(rect.height),
            N(radius)
        )
    }

    /// The lines of a face, from `x` or around it.
    fn words(&mut self, face: &Face, rect: &Rect, x: f64, centred: &str) -> fmt::Result {
        let small = usize::from(face.small.is_some()) + face.notes.len();
        let text = rows(small, SMALL_LINE) + rows(face.name.len(), NAME_LINE);
        let mut y = rect.y + (rect.height - text) / 2.0;
        if let Some(small) = &face.small {
            y += SMALL_LINE;
            self.line_of_text("t a", centred, x, y - 3.0, small)?;
        }
        if let Some(badge) = &face.badge {
            // A hexagon has its badge nowhere: a Choice is not tried again.
            let right = rect.right()
                - if face.outline == Outline::Frame {
                    0.0
                } else {
                    10.0
                };
            self.line_of_text("t b", "", right, y - 3.0, badge)?;
        }
        for name in &face.name {
            y += NAME_LINE;
            self.line_of_text("n", centred, x, y - 4.0, name)?;
        }
        for note in &face.notes {
            y += SMALL_LINE;
            self.line_of_text("t o", centred, x, y - 3.0, note)?;
        }
        Ok(())
    }

    fn line_of_text(
        &mut self,
        class: &str,
        centred: &str,
        x: f64,
        y: f64,
        text: &str,
    ) -> fmt::Result {
        write!(
            self.out,
            "<text class=\"{class}{centred}\" x=\"{}\" y=\"{}\">{}</text>",
            N(x),
            N(y),
            escaped(text)
        )
    }

    /// The group of a state or of a missing target, with what a pointer over it says.
    fn open(&mut self, vertex: Vertex, shape: &str) -> fmt::Result {
        let number = vertex.number();
        let class = self.classes(vertex);
        let (name, told) = match self.picture.graph.node(vertex) {
            Node::State(state) => {
                if let Some(link) = self.extras.link.and_then(|link| link(state)) {
                    write!(self.out, "<a href=\"{}\">", escaped(&link))?;
                }
                (&*state.name, labels::type_line(state))
            }
            Node::Missing(missing) => (&**missing.name, super::missing_note(missing).to_owned()),
            Node::Start => ("", String::new()),
        };
        let happened = match self.picture.look(vertex) {
            Look::Painted(paint) => {
                let note = paint
                    .note
                    .as_ref()
                    .map_or(String::new(), |note| format!(" · {note}"));
                format!("\n{}{note}", paint.mark.word())
            }
            Look::Bare | Look::Faint => String::new(),
        };
        write!(
            self.out,
            "<g class=\"s {shape} {class}\" id=\"s{number}\" data-state=\"{0}\"><title>{0}\n{1}{2}</title>",
            escaped(name),
            escaped(&told),
            escaped(&happened)
        )
    }

    fn close(&mut self, vertex: Vertex) -> fmt::Result {
        let state = self.picture.graph.state(vertex);
        let link = state.and_then(|state| self.extras.link?(state));
        let end = if link.is_some() { "</a>" } else { "" };
        writeln!(self.out, "</g>{end}")
    }

    /// The type of a state and what happened to it, as classes.
    fn classes(&self, vertex: Vertex) -> String {
        let state = self.picture.graph.state(vertex);
        let kind = state.and_then(State::kind);
        let mut classes = kind.map_or("unknown", style::kind_class).to_owned();
        match self.picture.look(vertex) {
            Look::Bare => {}
            Look::Faint => classes.push_str(" faint"),
            Look::Painted(paint) => {
                classes.push_str(" painted ");
                classes.push_str(style::mark_class(paint.mark));
            }
        }
        if kind == Some(StateKind::Map) {
            classes.push_str(" dashed");
        }
        classes
    }

    /// Lines that were taken lie on those that were not.
    fn lines(&mut self, lines: &[Line]) -> fmt::Result {
        let ways: Vec<Way> = lines.iter().map(|line| self.way(line)).collect();
        for pass in 0..3 {
            for (line, way) in lines.iter().zip(&ways) {
                let layer = match way {
                    Way::Faint => 0,
                    Way::Bare => 1,
                    Way::Taken(_) => 2,
                };
                if layer == pass {
                    self.line(line, *way)?;
                }
            }
        }
        Ok(())
    }

    /// What happened on a line that several transitions may share.
    fn way(&self, line: &Line) -> Way {
        let mut all = Way::Faint;
        for step in line.steps() {
            let way = match step {
                Step::Edge(number) => self
                    .picture
                    .graph
                    .edge(*number)
                    .map_or(Way::Bare, |edge| self.picture.way(edge)),
                Step::End(vertex) => self.picture.way_out(*vertex),
            };
            all = match (all, way) {
                (Way::Taken(one), Way::Taken(other)) => Way::Taken(merged(one, other)),
                (taken @ Way::Taken(_), _) | (_, taken @ Way::Taken(_)) => taken,
                (Way::Bare, _) | (_, Way::Bare) => Way::Bare,
                (Way::Faint, Way::Faint) => Way::Faint,
            };
        }
        all
    }

    fn line(&mut self, line: &Line, way: Way) -> fmt::Result {
        let mut class = "e".to_owned();
        for (is_so, word) in [(line.is_catch, " catch"), (line.is_wrong, " wrong")] {
            if is_so {
                class.push_str(word);
            }
        }
        let mut thick = String::new();
        match way {
            Way::Bare => {}
            Way::Faint => class.push_str(" faint"),
            Way::Taken(taken) => {
                class.push_str(" taken ");
                class.push_str(style::mark_class(taken.mark));
                if taken.heat > 0.0 {
                    let width = 1.2 + 5.8 * taken.heat.min(1.0);
                    thick = format!(" style=\"stroke-width:{}\"", N(width));
                }
            }
        }
        let (path, end) = corners(&line.points, line.has_head);
        write!(self.out, "<path class=\"{class}\"{thick} d=\"{path}\"/>")?;
        if let Some(Head { tip, direction }) = end {
            write!(
                self.out,
                "<path class=\"h {class}\" d=\"{}\"/>",
                head(tip, direction)
            )?;
        }
        writeln!(self.out)
    }

    fn label(&mut self, label: &Label) -> fmt::Result {
        let edge = self.picture.graph.edge(label.edge);
        let way = edge.map_or(Way::Bare, |edge| self.picture.way(edge));
        let mut class = "l".to_owned();
        let words = [
            (label.is_catch, " catch"),
            (label.is_default, " default"),
            (way == Way::Faint, " faint"),
        ];
        for (_, word) in words.into_iter().filter(|(is_so, _)| *is_so) {
            class.push_str(word);
        }
        let Rect {
            x,
            y,
            width,
            height,
        } = label.rect;
        write!(
            self.out,
            "<g class=\"{class}\"><title>{}</title><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>",
            escaped(&label.pill.full),
            N(x),
            N(y),
            N(width),
            N(height)
        )?;
        let mut baseline = y + 2.5;
        for line in &label.pill.lines {
            baseline += SMALL_LINE;
            self.line_of_text("t", " m", label.rect.middle().x, baseline - 3.2, line)?;
        }
        writeln!(self.out, "</g>")
    }
}

/// What of two transitions is shown where they share a line.
fn merged(one: Taken, other: Taken) -> Taken {
    let rank = |mark: Mark| match mark {
        Mark::Succeeded => 0,
        _ => 1,
    };
    let mark = if rank(other.mark) > rank(one.mark) {
        other.mark
    } else {
        one.mark
    };
    Taken {
        mark,
        count: one.count.saturating_add(other.count),
        heat: (one.heat + other.heat).min(1.0),
    }
}
