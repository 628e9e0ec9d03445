//! How nodes look in Mermaid.

use crate::language::{State, StateKind};

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
        }
    }

    pub(super) fn style(self) -> &'static str {
        match self {
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
        }
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
            | Self::Terminal => ("[\"", "\"]"),
        }
    }
}
