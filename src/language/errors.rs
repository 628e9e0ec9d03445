//! Retry and Catch.

use std::sync::Arc;

use super::field::Reader;
use super::{Field, InTree, Target};
use crate::syntax::{NodeId, Span};

/// One entry of `Retry`.
#[derive(Clone, Debug)]
pub struct Retrier {
    /// `ErrorEquals`
    pub error_equals: Vec<Field<Arc<str>>>,
    /// `IntervalSeconds`, 1 when absent
    pub interval_seconds: Option<Field<i64>>,
    /// `MaxAttempts`, 3 when absent
    pub max_attempts: Option<Field<i64>>,
    /// `BackoffRate`, 2.0 when absent
    pub backoff_rate: Option<Field<f64>>,
    /// `MaxDelaySeconds`
    pub max_delay_seconds: Option<Field<i64>>,
    /// `JitterStrategy`: `FULL` or `NONE`
    pub jitter_strategy: Option<Field<Arc<str>>>,
    /// Where the entry stands.
    pub span: Span,
    /// The entry's node in the tree.
    pub node: NodeId,
}

/// One entry of `Catch`.
#[derive(Clone, Debug)]
pub struct Catcher {
    /// `ErrorEquals`
    pub error_equals: Vec<Field<Arc<str>>>,
    /// `Next`
    pub next: Option<Target>,
    /// `ResultPath`: where the error output goes; `null` drops it
    pub result_path: Option<Field<Option<Arc<str>>>>,
    /// `Output` (JSONata)
    pub output: Option<Field<InTree>>,
    /// `Assign`
    pub assign: Option<Field<InTree>>,
    /// `Comment`
    pub comment: Option<Field<Arc<str>>>,
    /// Where the entry stands.
    pub span: Span,
    /// The entry's node in the tree.
    pub node: NodeId,
}

fn error_equals(reader: &mut Reader<'_, '_>) -> Vec<Field<Arc<str>>> {
    reader
        .strings("ErrorEquals")
        .map(|field| field.value)
        .unwrap_or_default()
}

pub(super) fn read_retriers(reader: &mut Reader<'_, '_>) -> Vec<Retrier> {
    let entries = reader
        .objects("Retry")
        .map(|field| field.value)
        .unwrap_or_default();
    let read = |node| {
        let mut reader = reader.at(node);
        Retrier {
            error_equals: error_equals(&mut reader),
            interval_seconds: reader.integer("IntervalSeconds"),
            max_attempts: reader.integer("MaxAttempts"),
            backoff_rate: reader.number("BackoffRate"),
            max_delay_seconds: reader.integer("MaxDelaySeconds"),
            jitter_strategy: reader.string("JitterStrategy"),
            span: node.span(),
            node: node.id(),
        }
    };
    entries.into_iter().map(read).collect()
}

pub(super) fn read_catchers(reader: &mut Reader<'_, '_>) -> Vec<Catcher> {
    let entries = reader
        .objects("Catch")
        .map(|field| field.value)
        .unwrap_or_default();
    let read = |node| {
        let mut reader = reader.at(node);
        Catcher {
            error_equals: error_equals(&mut reader),
            next: reader.target("Next"),
            result_path: reader.nullable_path("ResultPath"),
            output: reader.in_tree("Output"),
            assign: reader.object_in_tree("Assign"),
            comment: reader.string("Comment"),
            span: node.span(),
            node: node.id(),
        }
    };
    entries.into_iter().map(read).collect()
}
