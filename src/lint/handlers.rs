//! `Retry` and `Catch` as the rules about error names look at them: lists of names in order.

use std::sync::Arc;

use crate::language::{Field, State};
use crate::syntax::Span;

/// The entries of `Retry` or of `Catch`.
pub(super) struct Handlers<'a> {
    /// What an entry is called.
    pub(super) noun: &'static str,
    /// In the order in which they are tried.
    pub(super) entries: Vec<Handler<'a>>,
}

/// A retrier or a catcher.
pub(super) struct Handler<'a> {
    /// `ErrorEquals`
    pub(super) names: &'a [Field<Arc<str>>],
    pub(super) span: Span,
}

/// Stands for every error.
pub(super) const ALL: &str = "States.ALL";
/// Stands for every error of a task but timeouts.
pub(super) const TASK_FAILED: &str = "States.TaskFailed";

/// The reserved names that errors have, or that stand for errors (05-retry-catch §5.5).
pub(super) const RESERVED: [&str; 13] = [
    ALL,
    "States.BranchFailed",
    "States.DataLimitExceeded",
    "States.ExceedToleratedFailureThreshold",
    "States.HeartbeatTimeout",
    "States.Http.Socket",
    "States.ItemReaderFailed",
    "States.Permissions",
    "States.QueryEvaluationError",
    "States.ReferencePathConflict",
    "States.ResultWriterFailed",
    TASK_FAILED,
    "States.Timeout",
];

/// The lists of states that have any, in their order: the retriers of each before its catchers.
pub(super) fn of_all<'a>(states: impl Iterator<Item = &'a State>) -> Vec<Handlers<'a>> {
    let lists = states.flat_map(of);
    lists.filter(|list| !list.entries.is_empty()).collect()
}

fn of(state: &State) -> [Handlers<'_>; 2] {
    let retriers = state.retry.iter().map(|retrier| Handler {
        names: &retrier.error_equals,
        span: retrier.span,
    });
    let catchers = state.catch.iter().map(|catcher| Handler {
        names: &catcher.error_equals,
        span: catcher.span,
    });
    [
        Handlers {
            noun: "retrier",
            entries: retriers.collect(),
        },
        Handlers {
            noun: "catcher",
            entries: catchers.collect(),
        },
    ]
}

impl Handler<'_> {
    /// Where it says that it is for every error.
    pub(super) fn all(&self) -> Option<&Field<Arc<str>>> {
        self.names.iter().find(|name| &*name.value == ALL)
    }
}
