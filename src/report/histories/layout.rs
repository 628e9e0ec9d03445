//! Rows in columns: name, type, detail, time.

use std::borrow::Cow;
use std::fmt;

use crate::report::style::{MIN_WIDTH, Role, Style, columns, fit, pad, split_at_width};

/// Beyond this the eye loses the row between a name and its time.
pub(super) const MAX_WIDTH: usize = 140;

/// From this width on types are written out.
pub(super) const WIDE: usize = 100;

/// Below this width types are left out.
const NARROW: usize = 60;

/// The space between a detail and the time.
const GAP: usize = 3;

/// A piece of text with its role.
pub(super) type Piece = (Role, String);

/// One line of the tree.
#[derive(Default)]
pub(super) struct Row {
    /// The bars of the tree before the mark.
    pub(super) lead: String,
    pub(super) mark: (&'static str, Role),
    pub(super) name: Piece,
    pub(super) kind: String,
    pub(super) detail: Vec<Piece>,
    pub(super) time: String,
    /// When it was what, for a timeline.
    pub(super) spans: Vec<Span>,
}

/// A stretch of time, in milliseconds since the beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) what: Stretch,
}

/// What was going on; what is worth more attention comes later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stretch {
    /// It waited to be tried again.
    Waiting,
    /// It ran.
    Ran,
    /// It failed, which was caught.
    Caught,
    /// A try of it failed.
    FailedTry,
}

impl Row {
    /// A line of text in place of rows that are left out.
    pub(super) fn note(lead: String, text: String) -> Self {
        Self {
            lead,
            mark: ("…", Role::Dim),
            name: (Role::Dim, text),
            ..Self::default()
        }
    }

    /// A line that has the whole width.
    pub(super) fn line(lead: String, label: &'static str, text: String) -> Self {
        Self {
            lead,
            mark: (label, Role::Dim),
            name: (Role::Plain, text),
            ..Self::default()
        }
    }

    pub(super) fn is_note(&self) -> bool {
        self.kind.is_empty() && self.detail.is_empty() && self.time.is_empty()
    }

    pub(super) fn name_width(&self) -> usize {
        columns(&self.lead) + columns(self.mark.0) + 1 + columns(&self.name.1)
    }
}

/// How wide each column is, with the space after it.
struct Widths {
    name: usize,
    kind: usize,
    detail: usize,
    time: usize,
}

impl Widths {
    fn of(rows: &[Row], width: usize) -> Self {
        let widest = |cell: &dyn Fn(&Row) -> usize| rows.iter().map(cell).max().unwrap_or(0);
        let time = widest(&|row| columns(&row.time));
        let (name_floor, name_cap) = match width {
            WIDE.. => (width * 29 / 120, width * 2 / 5),
            NARROW.. => (width * 23 / 80, width * 2 / 5),
            _ => (0, width / 2),
        };
        let (kind_floor, kind_cap) = match width {
            WIDE.. => (width * 27 / 120, width * 34 / 120),
            NARROW.. => (11, 13),
            _ => (0, 0),
        };
        let named = widest(&|row| if row.is_note() { 0 } else { row.name_width() });
        let name = (named + 2).clamp(name_floor, name_cap);
        let kind = (widest(&|row| columns(&row.kind)) + 2).clamp(kind_floor, kind_cap);
        let detail = width.saturating_sub(name + kind + GAP + time);
        Self {
            name,
            kind,
            detail,
            time,
        }
    }
}

/// Writes rows in columns that fit all of them.
pub(super) fn write_rows(rows: &[Row], style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
    let width = style.width.clamp(MIN_WIDTH, MAX_WIDTH);
    let widths = Widths::of(rows, width);
    for row in rows {
        if row.is_note() {
            write_name(row, width, style, out)?;
        } else {
            write_row(row, &widths, style, out)?;
        }
        out.write_char('\n')?;
    }
    Ok(())
}

fn write_row(row: &Row, widths: &Widths, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
    // Spaces are held back, so that no line ends with them.
    let mut gap = widths.name - write_name(row, widths.name - 1, style, out)?;
    if widths.kind > 0 {
        let kind = fit(&row.kind, widths.kind - 1);
        if !kind.is_empty() {
            pad(out, gap)?;
            out.write_str(&kind)?;
            gap = 0;
        }
        gap += widths.kind - columns(&kind);
    }
    let (detail, used) = cut(&row.detail, widths.detail);
    if used > 0 {
        pad(out, gap)?;
        gap = 0;
    }
    for (role, text) in &detail {
        write!(out, "{}", style.paint(*role, text))?;
    }
    if !row.time.is_empty() {
        let gap = gap + widths.detail - used + GAP + widths.time - columns(&row.time);
        pad(out, gap)?;
        write!(out, "{}", style.dim(&row.time))?;
    }
    Ok(())
}

/// The pieces that fit, the last one cut where something is left out; and how wide they are.
fn cut(pieces: &[Piece], width: usize) -> (Vec<(Role, Cow<'_, str>)>, usize) {
    let all: usize = pieces.iter().map(|(_, text)| columns(text)).sum();
    let fits = all <= width;
    let mut room = if fits { all } else { width.saturating_sub(1) };
    let mut shown = Vec::new();
    for (role, text) in pieces {
        let taken = columns(text);
        if taken > room {
            let (head, _) = split_at_width(text, room);
            // A space before what is left out would only hang there.
            if head.is_empty() && pieces_end_blank(&shown) {
                shown.pop();
                shown.push((*role, Cow::Borrowed(" …")));
            } else {
                shown.push((*role, Cow::Owned(format!("{}…", head.trim_end()))));
            }
            break;
        }
        room -= taken;
        shown.push((*role, Cow::Borrowed(&**text)));
    }
    let used = shown.iter().map(|(_, text)| columns(text)).sum();
    (shown, used)
}

fn pieces_end_blank(pieces: &[(Role, Cow<'_, str>)]) -> bool {
    let last = pieces.last();
    last.is_some_and(|(_, text)| text.len() > 1 && text.trim().is_empty())
}

/// Writes bars, mark and name; says how many columns they took.
pub(super) fn write_name(
    row: &Row,
    width: usize,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> Result<usize, fmt::Error> {
    let (mark, role) = row.mark;
    let lead = lead(&row.lead, width / 2);
    let used = columns(&lead) + columns(mark) + 1;
    let name = fit(&row.name.1, width.saturating_sub(used));
    write!(out, "{}{} ", style.dim(&lead), style.paint(role, mark))?;
    write!(out, "{}", style.paint(row.name.0, &name))?;
    Ok(used + columns(&name))
}

/// The bars of very deep places lose their beginning.
fn lead(bars: &str, width: usize) -> Cow<'_, str> {
    let all = columns(bars);
    if all <= width {
        return bars.into();
    }
    let (_, tail) = split_at_width(bars, all + 1 - width);
    format!("…{tail}").into()
}
