//! The colours of the vocabulary.

use super::overlay::Mark;
use super::{StatusColors, Theme};
use crate::language::StateKind;

/// The colours of a theme.
#[derive(Debug)]
pub(super) struct Palette {
    pub(super) background: &'static str,
    pub(super) card: &'static str,
    pub(super) ink: &'static str,
    /// The border of a card.
    pub(super) line: &'static str,
    pub(super) edge: &'static str,
    pub(super) pill: &'static str,
    pub(super) pill_ink: &'static str,
    pub(super) catch: &'static str,
    /// The border of a branch.
    pub(super) frame: &'static str,
    /// The alpha of a container's fill, in hexadecimal.
    pub(super) tint: &'static str,
    pub(super) start: &'static str,
    pub(super) start_ink: &'static str,
    /// The ink of a container's name, when it is not its accent: a page of unknown colour shows
    /// through the tint.
    pub(super) title: Option<&'static str>,
    /// What nothing happened to, beside what something happened to.
    pub(super) faint: Faint,
    accents: &'static [&'static str; 8],
    statuses: &'static [Status; 7],
    aws: &'static [Status; 5],
}

/// How a state looks that was not reached.
#[derive(Debug)]
pub(super) struct Faint {
    /// All its text, and the bar of a card.
    pub(super) ink: &'static str,
    /// Its border.
    pub(super) line: &'static str,
    /// The ink of a container's name: the page shows through.
    pub(super) title: &'static str,
}

/// How a state looks that something happened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Status {
    /// The border, and the ways that were taken. It can be seen on any page.
    pub(super) border: &'static str,
    /// What the border is filled with.
    pub(super) fill: &'static str,
    /// The glyph and the note on it.
    pub(super) ink: &'static str,
}

const fn status(border: &'static str, fill: &'static str, ink: &'static str) -> Status {
    Status { border, fill, ink }
}

/// What ways over not taken are drawn with: the alpha of their colour, in hexadecimal.
pub(super) const FAINT: &str = "66";

/// What is wrong: a missing target, an unknown type.
pub(super) const WRONG: &str = "#dc2626";

// In the order of `StateKind::ALL`.
const ACCENTS: [&str; 8] = [
    "#e8710a", "#64748b", "#7c3aed", "#0891b2", "#16a34a", "#dc2626", "#2563eb", "#0d9488",
];
const DARK_ACCENTS: [&str; 8] = [
    "#fb923c", "#94a3b8", "#a78bfa", "#22d3ee", "#16a34a", "#dc2626", "#60a5fa", "#2dd4bf",
];

// Succeeded, caught, failed, running, aborted, removed, changed.
const STATUSES: [Status; 7] = [
    status("#16a34a", "#dcfce7", "#15803d"),
    status("#ea580c", "#ffedd5", "#c2410c"),
    status("#dc2626", "#fee2e2", "#b91c1c"),
    status("#2563eb", "#dbeafe", "#1d4ed8"),
    status("#6b7280", "#e5e7eb", "#4b5563"),
    status("#dc2626", "#fef2f2", "#b91c1c"),
    status("#d97706", "#fef3c7", "#b45309"),
];
const DARK_STATUSES: [Status; 7] = [
    status("#16a34a", "#0f2e1b", "#4ade80"),
    status("#ea580c", "#3b220c", "#fb923c"),
    status("#dc2626", "#3a1414", "#f87171"),
    status("#2563eb", "#12233f", "#60a5fa"),
    status("#6b7280", "#24292f", "#9ca3af"),
    status("#dc2626", "#1f1315", "#f87171"),
    status("#d97706", "#33270b", "#fbbf24"),
];

// The console's Succeeded, CaughtError, Failed, InProgress, Cancelled; the fills are these colours
// thinned, and the inks are shades of them that can be read there.
const AWS: [Status; 5] = [
    status("#2BD62E", "#c9f5ca", "#126b14"),
    status("#FFA500", "#ffe4b3", "#8a5200"),
    status("#DE322F", "#f8cfce", "#a8201e"),
    status("#53C9ED", "#d0f0fa", "#0e6680"),
    status("#DDDDDD", "#f5f5f5", "#555555"),
];
const DARK_AWS: [Status; 5] = [
    status("#2BD62E", "#173a24", "#5be35d"),
    status("#FFA500", "#44341a", "#ffb733"),
    status("#DE322F", "#3e2024", "#f58482"),
    status("#53C9ED", "#1f3a47", "#7ed7f2"),
    status("#DDDDDD", "#3a3f46", "#DDDDDD"),
];

const AUTO: Palette = Palette {
    background: "transparent",
    card: "#ffffff",
    ink: "#0f172a",
    line: "#94a3b8",
    edge: "#7b8794",
    pill: "#f8fafc",
    pill_ink: "#334155",
    catch: "#d97706",
    frame: "#94a3b8",
    tint: "18",
    start: "#475569",
    start_ink: "#ffffff",
    title: None,
    faint: Faint {
        ink: "#7b8794",
        line: "#cbd5e1",
        title: "#8594a6",
    },
    accents: &ACCENTS,
    statuses: &STATUSES,
    aws: &AWS,
};
const LIGHT: Palette = Palette {
    background: "#ffffff",
    card: "#ffffff",
    ink: "#0f172a",
    line: "#cbd5e1",
    edge: "#64748b",
    pill: "#f8fafc",
    pill_ink: "#334155",
    catch: "#c2410c",
    frame: "#94a3b8",
    tint: "0e",
    start: "#0f172a",
    start_ink: "#ffffff",
    title: Some("#0f172a"),
    faint: Faint {
        ink: "#8490a0",
        line: "#dbe2ea",
        title: "#8490a0",
    },
    accents: &ACCENTS,
    statuses: &STATUSES,
    aws: &AWS,
};
const DARK: Palette = Palette {
    background: "#0d1117",
    card: "#161b22",
    ink: "#e6edf3",
    line: "#444c56",
    edge: "#8b949e",
    pill: "#21262d",
    pill_ink: "#c9d1d9",
    catch: "#f59e0b",
    frame: "#484f58",
    tint: "1c",
    start: "#e6edf3",
    start_ink: "#0d1117",
    title: Some("#e6edf3"),
    faint: Faint {
        ink: "#7d8590",
        line: "#30363d",
        title: "#7d8590",
    },
    accents: &DARK_ACCENTS,
    statuses: &DARK_STATUSES,
    aws: &DARK_AWS,
};

impl Palette {
    pub(super) fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Auto => &AUTO,
            Theme::Light => &LIGHT,
            Theme::Dark => &DARK,
        }
    }

    /// The colour of a type of state; one that is unknown is wrong.
    pub(super) fn accent(&self, kind: Option<StateKind>) -> &'static str {
        let at = |kind| StateKind::ALL.iter().position(|other| *other == kind);
        kind.and_then(at).map_or(WRONG, |index| self.accents[index])
    }

    /// The colours of what happened. The console has none for what it does not tell: those of a
    /// change of the definition are ours in every palette.
    pub(super) fn status(&self, mark: Mark, colors: StatusColors) -> Status {
        let index = match mark {
            Mark::Succeeded => 0,
            Mark::Caught => 1,
            Mark::Failed | Mark::TimedOut => 2,
            Mark::Running => 3,
            Mark::Aborted => 4,
            Mark::Added => return self.statuses[0],
            Mark::Removed => return self.statuses[5],
            Mark::Changed => return self.statuses[6],
        };
        match colors {
            StatusColors::Default => self.statuses[index],
            StatusColors::Aws => self.aws[index],
        }
    }

    /// The colour of a way that was taken.
    pub(super) fn way(&self, mark: Mark, colors: StatusColors) -> &'static str {
        match (mark, colors) {
            (Mark::Caught, StatusColors::Default) => self.catch,
            _ => self.status(mark, colors).border,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG's contrast of two colours.
    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let byte = u8::from_str_radix(&color[at..at + 2], 16).expect("#rrggbb");
            let value = f64::from(byte) / 255.0;
            if value <= 0.03928 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn notes_and_names_can_be_read_on_every_status() {
        for theme in [Theme::Auto, Theme::Light, Theme::Dark] {
            let palette = Palette::of(theme);
            for colors in [StatusColors::Default, StatusColors::Aws] {
                for mark in Mark::ALL {
                    let Status { fill, ink, .. } = palette.status(mark, colors);
                    let note = contrast(ink, fill);
                    assert!(note >= 4.4, "{theme:?} {colors:?} {mark:?}: {note:.2}");
                    let name = contrast(palette.ink, fill);
                    assert!(name >= 7.0, "{theme:?} {colors:?} {mark:?}: {name:.2}");
                }
            }
            let faint = contrast(palette.faint.ink, palette.card);
            assert!((3.0..5.5).contains(&faint), "{theme:?}: {faint:.2}");
        }
    }

    #[test]
    fn the_console_has_its_five_colours() {
        for theme in [Theme::Auto, Theme::Light, Theme::Dark] {
            let border = |mark| Palette::of(theme).status(mark, StatusColors::Aws).border;
            let five = [
                (Mark::Succeeded, "#2BD62E"),
                (Mark::Failed, "#DE322F"),
                (Mark::Caught, "#FFA500"),
                (Mark::Running, "#53C9ED"),
                (Mark::Aborted, "#DDDDDD"),
            ];
            assert!(five.iter().all(|(mark, color)| border(*mark) == *color));
        }
    }
}
