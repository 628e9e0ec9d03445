//! How a node and a line look once it is known what happened there: the same in every format.

use super::overlay::{Look, Mark, Taken, Way};
use super::palette::{FAINT, Palette};
use super::wrap::{clip, columns, readable};
use super::{Options, Picture, StatusColors};
use crate::graph::Vertex;
use crate::language::{State, StateKind};

/// How a state looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coat<'o> {
    /// The border, and the ink of the small line.
    pub(super) accent: &'static str,
    /// What the border is filled with; of a container with the alpha of a tint.
    pub(super) fill: &'static str,
    pub(super) line: &'static str,
    /// How thick the border is, in pixels.
    pub(super) width: &'static str,
    pub(super) ink: &'static str,
    pub(super) is_dashed: bool,
    pub(super) is_faint: bool,
    pub(super) sign: Option<Sign<'o>>,
}

/// What stands on a state that something happened to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sign<'o> {
    pub(super) mark: Mark,
    /// One line more.
    pub(super) note: Option<&'o str>,
    /// The colour of both.
    pub(super) ink: &'static str,
}

impl Sign<'_> {
    /// The text of a tooltip behind the name: ` · failed · 7 tries`.
    pub(super) fn told(&self) -> String {
        let word = self.mark.word();
        let note = self.note.map_or(String::new(), |note| format!(" · {note}"));
        format!(" · {word}{note}")
    }
}

/// How a line looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Stroke {
    pub(super) color: &'static str,
    /// The alpha of the colour, in hexadecimal; nothing for a line that hides what is below.
    pub(super) alpha: &'static str,
    /// How much thicker than usual it is, from 0 to 1; none for a usual line.
    pub(super) weight: Option<f64>,
    pub(super) is_dashed: bool,
}

/// How many columns a line of a note has, and how many lines there are.
const NOTE: usize = 44;
const NOTE_LINES: usize = 2;

/// How heavy the line is of a way that was taken in one execution: twice as thick as others.
const TAKEN: f64 = 0.25;

impl<'a> Picture<'a, '_> {
    /// How a card or a hexagon looks.
    pub(super) fn coat(&self, palette: &Palette, vertex: Vertex, state: &State) -> Coat<'a> {
        let accent = palette.accent(state.kind());
        let is_pill = matches!(state.kind(), Some(StateKind::Succeed | StateKind::Fail));
        let bare = Coat {
            accent,
            fill: if is_pill { accent } else { palette.card },
            line: match state.kind() {
                Some(StateKind::Choice | StateKind::Succeed | StateKind::Fail) => accent,
                _ => palette.line,
            },
            width: "1",
            ink: if is_pill { "#ffffff" } else { palette.ink },
            is_dashed: false,
            is_faint: false,
            sign: None,
        };
        match self.look(vertex) {
            Look::Bare => bare,
            Look::Faint => Coat {
                fill: palette.card,
                ..faint(palette, palette.faint.ink)
            },
            Look::Painted(paint) => {
                let status = palette.status(paint.mark, self.options.palette);
                let (mark, note) = (paint.mark, paint.note.as_deref());
                Coat {
                    fill: status.fill,
                    line: status.border,
                    width: "2",
                    ink: palette.ink,
                    is_dashed: mark == Mark::Removed,
                    sign: Some(Sign {
                        mark,
                        note,
                        ink: status.ink,
                    }),
                    ..bare
                }
            }
        }
    }

    /// How a Map or Parallel looks that is drawn open. Its fill is to be tinted: the page shows
    /// through.
    pub(super) fn frame_coat(&self, palette: &Palette, vertex: Vertex, state: &State) -> Coat<'a> {
        let accent = palette.accent(state.kind());
        let card = self.coat(palette, vertex, state);
        if card.is_faint {
            return faint(palette, palette.faint.title);
        }
        let ink = palette.title.unwrap_or(accent);
        let Some(sign) = card.sign else {
            return Coat {
                fill: accent,
                line: accent,
                ink,
                ..card
            };
        };
        // On a page of unknown colour only borders of ours can be read.
        let on_page = match palette.title {
            Some(_) => sign.ink,
            None => palette.status(sign.mark, StatusColors::Default).border,
        };
        Coat {
            fill: card.line,
            ink,
            sign: Some(Sign {
                ink: on_page,
                ..sign
            }),
            ..card
        }
    }
}

fn faint(palette: &Palette, ink: &'static str) -> Coat<'static> {
    Coat {
        accent: palette.faint.ink,
        fill: palette.faint.line,
        line: palette.faint.line,
        width: "1",
        ink,
        is_dashed: false,
        is_faint: true,
        sign: None,
    }
}

/// How a line looks whose usual colour is `usual`.
pub(super) fn stroke(
    way: Way,
    usual: &'static str,
    palette: &Palette,
    options: &Options,
) -> Stroke {
    let bare = Stroke {
        color: usual,
        alpha: "",
        weight: None,
        is_dashed: false,
    };
    match way {
        Way::Bare => bare,
        Way::Faint => Stroke {
            alpha: FAINT,
            ..bare
        },
        Way::Taken(Taken { mark, heat, .. }) => Stroke {
            color: palette.way(mark, options.palette),
            weight: Some(if heat > 0.0 { heat.min(1.0) } else { TAKEN }),
            is_dashed: mark == Mark::Removed,
            ..bare
        },
    }
}

/// The lines of a note: it breaks between its parts, and a part that is too long is cut.
pub(super) fn wrap_note(note: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in note.split(" · ").map(cut) {
        let is_full = lines.len() == NOTE_LINES;
        match lines.last_mut() {
            Some(line) if columns(line) + columns(&part) + 3 <= NOTE => {
                line.push_str(" · ");
                line.push_str(&part);
            }
            Some(line) if is_full => {
                line.push_str(" …");
                break;
            }
            _ => lines.push(part),
        }
    }
    lines
}

/// Where two blanks stand, they are meant: no format may make one of them.
fn cut(part: &str) -> String {
    if columns(part) > NOTE {
        return clip(part, NOTE);
    }
    readable(&part.replace("  ", "\u{a0} ")).collect()
}

/// What a tooltip says of a way that was taken.
pub(super) fn told(way: Way) -> Option<String> {
    let Way::Taken(Taken { mark, count, .. }) = way else {
        return None;
    };
    Some(match (mark, count) {
        (Mark::Added | Mark::Removed, _) | (_, 0) => mark.word().to_owned(),
        (_, 1) => "taken once".to_owned(),
        (_, count) => format!("taken {count} times"),
    })
}
