//! The colours of the vocabulary.

use super::Theme;
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
    accents: &'static [&'static str; 8],
}

/// What is wrong: a missing target, an unknown type.
pub(super) const WRONG: &str = "#dc2626";

// In the order of `StateKind::ALL`.
const ACCENTS: [&str; 8] = [
    "#e8710a", "#64748b", "#7c3aed", "#0891b2", "#16a34a", "#dc2626", "#2563eb", "#0d9488",
];
const DARK_ACCENTS: [&str; 8] = [
    "#fb923c", "#94a3b8", "#a78bfa", "#22d3ee", "#16a34a", "#dc2626", "#60a5fa", "#2dd4bf",
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
    accents: &ACCENTS,
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
    accents: &ACCENTS,
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
    accents: &DARK_ACCENTS,
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
}
