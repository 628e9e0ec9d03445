//! How nodes look in Mermaid.

use std::borrow::Cow;

use super::palette;
use crate::language::{State, StateKind};
use crate::report::graphs::StatusColors;
use crate::report::graphs::coat::Coat;
use crate::report::graphs::overlay::Mark;
use crate::report::graphs::palette::Status;

/// How a node looks. In the order of the definitions at the picture's end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
    Unknown,
    Missing,
    Terminal,
    Dot,
    /// What happened to a state stands for its type.
    Painted(Mark),
    Unreached,
}

impl Class {
    pub(super) fn of(state: &State) -> Self {
        match state.kind() {
            Some(StateKind::Task) => Self::Task,
            Some(StateKind::Pass) => Self::Pass,
            Some(StateKind::Choice) => Self::Choice,
            Some(StateKind::Wait) => Self::Wait,
            Some(StateKind::Succeed) => Self::Succeed,
            Some(StateKind::Fail) => Self::Fail,
            Some(StateKind::Parallel) => Self::Parallel,
            Some(StateKind::Map) => Self::Map,
            None => Self::Unknown,
        }
    }

    /// The class of a state with its coat.
    pub(super) fn painted(coat: &Coat<'_>, bare: Self) -> Self {
        match coat.sign {
            Some(sign) => Self::Painted(sign.mark),
            None if coat.is_faint => Self::Unreached,
            None => bare,
        }
    }

    // No name may be one of Mermaid's words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Pass => "Pass",
            Self::Choice => "Choice",
            Self::Wait => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail => "Fail",
            Self::Parallel => "Parallel",
            Self::Map => "Map",
            Self::Unknown => "Unknown",
            Self::Missing => "Missing",
            Self::Terminal => "terminal",
            Self::Dot => "dot",
            Self::Painted(Mark::TimedOut) => "timedOut",
            Self::Painted(mark) => mark.word(),
            Self::Unreached => "unreached",
        }
    }

    pub(super) fn style(self, colors: StatusColors) -> Cow<'static, str> {
        let style = match self {
            Self::Painted(mark) => return painted(mark, colors).into(),
            Self::Unreached => return unreached().into(),
            Self::Task => "fill:#fff7ed,stroke:#e8710a,stroke-width:1.5px,color:#0f172a",
            Self::Pass => "fill:#f8fafc,stroke:#64748b,stroke-width:1.5px,color:#0f172a",
            Self::Choice => "fill:#f5f3ff,stroke:#7c3aed,stroke-width:1.5px,color:#0f172a",
            Self::Wait => "fill:#ecfeff,stroke:#0891b2,stroke-width:1.5px,color:#0f172a",
            Self::Succeed => "fill:#16a34a,stroke:#15803d,color:#ffffff",
            Self::Fail => "fill:#dc2626,stroke:#b91c1c,color:#ffffff",
            Self::Parallel => "fill:#eff6ff,stroke:#2563eb,stroke-width:1.5px,color:#0f172a",
            Self::Map => {
                "fill:#f0fdfa,stroke:#0d9488,stroke-width:1.5px,stroke-dasharray:8 4,color:#0f172a"
            }
            Self::Unknown => "fill:#fef2f2,stroke:#dc2626,stroke-width:1.5px,color:#0f172a",
            Self::Missing => "fill:none,stroke:#dc2626,stroke-dasharray:4 3,color:#dc2626",
            Self::Terminal => "fill:#0f172a,stroke:#94a3b8,color:#ffffff",
            Self::Dot => "fill:#94a3b8,stroke:#94a3b8",
        };
        style.into()
    }

    pub(super) fn brackets(self) -> (&'static str, &'static str) {
        match self {
            Self::Choice => ("{{\"", "\"}}"),
            Self::Wait => ("(\"", "\")"),
            Self::Succeed | Self::Fail => ("([\"", "\"])"),
            Self::Dot => ("((\"", "\"))"),
            Self::Task
            | Self::Pass
            | Self::Parallel
            | Self::Map
            | Self::Unknown
            | Self::Missing
            | Self::Painted(_)
            | Self::Unreached
            | Self::Terminal => ("[\"", "\"]"),
        }
    }
}

fn painted(mark: Mark, colors: StatusColors) -> String {
    let Status { border, fill, .. } = palette().status(mark, colors);
    let dashes = match mark {
        Mark::Removed => ",stroke-dasharray:4 3",
        _ => "",
    };
    let ink = palette().ink;
    format!("fill:{fill},stroke:{border},stroke-width:2px{dashes},color:{ink}")
}

// The page shows through.
fn unreached() -> String {
    let ink = palette().faint.title;
    format!("fill:{ink}14,stroke:{ink}80,color:{ink}")
}
