//! Histories for people: the tree of what happened, and why it failed.

pub mod blame;
pub mod closing;
pub mod compare;
mod definition;
pub mod difference;
pub mod documents;
mod duration;
pub mod ended;
pub mod events;
#[cfg(test)]
mod extremes;
pub mod failure;
pub(in crate::report) mod json;
mod layout;
pub mod live;
pub mod map;
pub mod outline_json;
pub mod prices;
#[cfg(test)]
mod recorded;
pub mod state;
#[cfg(test)]
pub(in crate::report) use recorded::recorded_history;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod tree;
#[cfg(test)]
mod view_tests;

pub use definition::Definition;
pub use documents::Documents;
pub use duration::{delay, duration};

use std::fmt;

use crate::history::outline::{Outline, StateType, Status, Visit};
use crate::report::style::{Role, Style, fit, printable};

/// Looks something up in a definition: of a state and the state it went to.
pub type Lookup<'a> = &'a dyn Fn(&str, &str) -> Option<String>;

/// What a history does not say of itself.
#[derive(Clone, Copy, Default)]
pub struct About<'a> {
    /// The name of the log.
    pub file: &'a str,
    /// The name of the state machine.
    pub machine: Option<&'a str>,
    /// The execution's ARN.
    pub arn: Option<&'a str>,
    /// The Choice Rule that led from a state to the next: `$.status = "NEW"`.
    pub condition: Option<Lookup<'a>>,
    /// The Catcher that led from a state to the next, and where it stands:
    /// `Catch[0] "PaymentDeclined" → RefundStock, order.asl.json:71:9`.
    pub catcher: Option<Lookup<'a>>,
    /// What one could do next.
    pub hints: &'a [Hint],
    /// How much of the tree is shown.
    pub view: View<'a>,
}

/// How much of a tree is shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct View<'a> {
    /// How many levels of Map and Parallel are shown; all of them if it is not said.
    pub depth: Option<usize>,
    /// Whether what succeeded is counted instead of shown.
    pub folds_ok: bool,
    /// Whether every visit is shown that is kept, however many there are.
    pub all: bool,
    /// What went into the states and came out of them.
    pub documents: Option<&'a Documents>,
}

/// A command that helps on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it does: `show all 40 items`.
    pub label: String,
    /// The command: `asl history run.jsonl`.
    pub command: String,
}

/// Writes the tree, the failure block if something failed, and the hints.
///
/// # Errors
/// Those of `out`.
pub fn render(
    outline: &Outline,
    about: &About<'_>,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    tree::render(outline, about, style, out)?;
    failure::render(outline, about, style, out)
}

/// The sign of a status; it tells as much as its colour.
fn mark(status: Status) -> (&'static str, Role) {
    match status {
        Status::Running => ("●", Role::Busy),
        Status::Succeeded => ("✔", Role::Ok),
        Status::Caught => ("⚠", Role::Warn),
        Status::Failed => ("✖", Role::Bad),
        Status::TimedOut => ("⧗", Role::Bad),
        Status::Aborted => ("⊘", Role::Dim),
    }
}

/// `Task lambda:invoke`, `Map 40 items`, `Parallel 2 branches`; in short `Task`, `Map 40`.
fn kind(visit: &Visit<'_>, short: bool) -> String {
    let name = visit.state_type().as_str();
    let counted = |count: u64, one: &str, many: &str| match (short, count) {
        (true, _) => format!("{name} {count}"),
        (false, 1) => format!("{name} 1 {one}"),
        (false, _) => format!("{name} {count} {many}"),
    };
    match visit.state_type() {
        StateType::Map => match visit.items().length {
            // A Map Run that reads its items does not tell how many there are.
            Some(0) if visit.items().distributed => name.to_owned(),
            Some(length) => counted(length, "item", "items"),
            None => name.to_owned(),
        },
        StateType::Parallel if visit.branches() > 0 => {
            counted(visit.branches() as u64, "branch", "branches")
        }
        StateType::Task if !short => match visit.resource() {
            Some(resource) => format!("{name} {}", printable(resource)),
            None => name.to_owned(),
        },
        _ => name.to_owned(),
    }
}

/// The name of a visit's error, or what there is instead of one.
fn error_name(visit: &Visit<'_>) -> Option<String> {
    let failure = visit.failure();
    match failure.map(|failure| failure.error.as_deref()) {
        Some(Some(error)) => Some(printable(error).into_owned()),
        // A Fail state's error is not in the history unless the execution ends with it.
        None | Some(None) if visit.state_type() == StateType::Fail => None,
        Some(None) => {
            let inside = visit.failed_thread().and_then(|thread| thread.last());
            let fail = inside.filter(|inside| inside.state_type() == StateType::Fail);
            Some(fail.map_or_else(
                || String::from("error without a name"),
                |fail| format!("failed in {}", short_name(fail.name(), 40)),
            ))
        }
        None => None,
    }
}

/// What a status is called.
fn status_name(status: Status) -> &'static str {
    match status {
        Status::Running => "RUNNING",
        Status::Succeeded | Status::Caught => "SUCCEEDED",
        Status::Failed => "FAILED",
        Status::TimedOut => "TIMED OUT",
        Status::Aborted => "ABORTED",
    }
}

/// `214 B`, `12.3 KiB`
fn size(bytes: usize) -> String {
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let tenths = bytes.saturating_mul(10) / 1024;
    format!("{}.{} KiB", tenths / 10, tenths % 10)
}

fn short_name(name: &str, width: usize) -> String {
    fit(&printable(name), width).into_owned()
}
