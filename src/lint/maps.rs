//! Map states as several rules look at them: whether they are distributed, and what they read.

use super::context::Context;
use super::is_filled_in_later;
use crate::language::Body;
use crate::language::states::Map;
use crate::syntax::{Entry, Node, Span};

/// A Map state.
pub(super) struct MapState<'a> {
    pub(super) map: &'a Map,
    pub(super) node: Node<'a>,
    pub(super) mode: Mode,
}

/// `ProcessorConfig.Mode`, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Iterations within the execution; where that is said, if it is.
    Inline(Option<Span>),
    Distributed,
    /// Only a deployment knows, or it is none of the two.
    Unknown,
}

impl Context<'_> {
    /// Every Map state.
    pub(super) fn maps(&self) -> impl Iterator<Item = MapState<'_>> {
        self.states().filter_map(|state| match &state.body {
            Body::Map(map) => {
                let node = self.tree.node(state.node);
                let mode = config(node).map_or(Mode::Inline(None), mode);
                Some(MapState { map, node, mode })
            }
            _ => None,
        })
    }
}

impl<'a> MapState<'a> {
    /// The entry of a field of `ProcessorConfig`.
    pub(super) fn config_entry(&self, field: &str) -> Option<&'a Entry> {
        config(self.node)?.entry(field)
    }
}

fn config(map: Node<'_>) -> Option<Node<'_>> {
    let processor = map.get("ItemProcessor").or_else(|| map.get("Iterator"))?;
    processor.get("ProcessorConfig")
}

fn mode(config: Node<'_>) -> Mode {
    if is_filled_in_later(config) {
        return Mode::Unknown;
    }
    let Some(mode) = config.get("Mode") else {
        return Mode::Inline(None);
    };
    match mode.as_str().map(|text| &**text) {
        Some("INLINE") => Mode::Inline(Some(mode.span())),
        Some("DISTRIBUTED") => Mode::Distributed,
        _ => Mode::Unknown,
    }
}
