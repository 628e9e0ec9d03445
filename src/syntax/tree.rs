//! The tree of a JSON or YAML text.
//!
//! Nodes lie in one arena, so that no depth of nesting overflows a stack when a tree is built,
//! walked by index or dropped.

use std::sync::Arc;

use super::Span;
use crate::data::{Json, Number, Object};

/// A node's place in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// `null`, and what could not be read
    Null,
    /// `true`, `false`
    Bool(bool),
    /// a number
    Number(Number),
    /// a string, decoded
    String(Arc<str>),
    /// an array
    Array(Vec<NodeId>),
    /// an object; duplicate keys are all here, in order
    Object(Vec<Entry>),
}

/// A key of an object and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key, decoded.
    pub key: Arc<str>,
    /// Where the key stands, with its quotes.
    pub key_span: Span,
    /// The value.
    pub value: NodeId,
}

#[derive(Clone, Debug)]
struct Stored {
    kind: Kind,
    span: Span,
    parent: Option<NodeId>,
}

/// A document with the place of every key and value.
#[derive(Clone, Debug)]
pub struct Tree {
    nodes: Vec<Stored>,
    root: NodeId,
}

/// What a reader builds a tree with: children first.
#[derive(Debug, Default)]
pub struct TreeBuilder {
    nodes: Vec<Stored>,
}

impl TreeBuilder {
    /// A builder with room for so many nodes.
    #[must_use]
    pub fn with_capacity(nodes: usize) -> Self {
        Self {
            nodes: Vec::with_capacity(nodes),
        }
    }

    /// Adds a node; the children that `kind` names must have been added before.
    ///
    /// A child that several nodes name, as YAML aliases make them, keeps the first as its parent.
    ///
    /// # Panics
    /// With more than 4 billion nodes: no source is that long.
    pub fn add(&mut self, kind: Kind, span: Span) -> NodeId {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("sources are under 4 GiB"));
        match &kind {
            Kind::Array(items) => {
                for item in items {
                    self.nodes[item.0 as usize].parent.get_or_insert(id);
                }
            }
            Kind::Object(entries) => {
                for entry in entries {
                    self.nodes[entry.value.0 as usize].parent.get_or_insert(id);
                }
            }
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {}
        }
        self.nodes.push(Stored {
            kind,
            span,
            parent: None,
        });
        id
    }

    /// The kind of a node added before, such as one that a YAML alias repeats.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> &Kind {
        &self.nodes[id.0 as usize].kind
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether nothing was added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The tree under `root`.
    #[must_use]
    pub fn finish(self, root: NodeId) -> Tree {
        Tree {
            nodes: self.nodes,
            root,
        }
    }
}

impl Tree {
    /// The whole document.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        self.node(self.root)
    }

    /// The node of this id.
    #[must_use]
    pub fn node(&self, id: NodeId) -> Node<'_> {
        Node { tree: self, id }
    }

    /// Every node, in no particular order; what aliases share is there once.
    pub fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        let ids = (0..).map(NodeId).take(self.nodes.len());
        ids.map(|id| self.node(id))
    }

    /// Makes a node another; what was below it is out of the tree.
    pub(super) fn replace(&mut self, id: NodeId, kind: Kind, span: Span) {
        let stored = &mut self.nodes[id.0 as usize];
        (stored.kind, stored.span) = (kind, span);
    }

    /// Takes entries from an object.
    pub(super) fn remove_entries(&mut self, id: NodeId, is_gone: impl Fn(&Entry) -> bool) {
        if let Kind::Object(entries) = &mut self.nodes[id.0 as usize].kind {
            entries.retain(|entry| !is_gone(entry));
        }
    }

    /// How many nodes the tree has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the tree has no nodes; a tree that was read always has one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}

/// A node of a tree: a cursor that is cheap to copy.
#[derive(Clone, Copy, Debug)]
pub struct Node<'t> {
    tree: &'t Tree,
    id: NodeId,
}

/// The fields of an object, for whoever asks for many that are not there: most of those are told
/// by the lengths of the keys alone.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'t> {
    node: Node<'t>,
    /// A bit for each length that a key has.
    lengths: u64,
}

impl<'t> Fields<'t> {
    /// The fields of a node; none when it is no object.
    #[must_use]
    pub fn of(node: Node<'t>) -> Self {
        let keys = node.entries().iter().map(|entry| &entry.key);
        Self {
            node,
            lengths: keys.fold(0, |all, key| all | Self::length(key)),
        }
    }

    /// The object.
    #[must_use]
    pub fn node(self) -> Node<'t> {
        self.node
    }

    /// The entry of a key: the last one, when the key is repeated.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<&'t Entry> {
        let may_be_there = self.lengths & Self::length(key) != 0;
        may_be_there.then(|| self.node.entry(key))?
    }

    /// The value of a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entry(key)
            .map(|entry| self.node.tree.node(entry.value))
    }

    fn length(key: &str) -> u64 {
        1 << (key.len() % 64)
    }
}

impl<'t> Node<'t> {
    fn stored(self) -> &'t Stored {
        &self.tree.nodes[self.id.0 as usize]
    }

    /// The node's place in its tree.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// The tree it belongs to.
    #[must_use]
    pub fn tree(self) -> &'t Tree {
        self.tree
    }

    /// What the node is.
    #[must_use]
    pub fn kind(self) -> &'t Kind {
        &self.stored().kind
    }

    /// Where the value stands; a string's span has its quotes.
    #[must_use]
    pub fn span(self) -> Span {
        self.stored().span
    }

    /// The array or object this node is in.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.stored().parent.map(|id| self.tree.node(id))
    }

    /// The key that this node is the value of, when it is in an object.
    #[must_use]
    pub fn own_entry(self) -> Option<&'t Entry> {
        let entries = self.parent()?.entries();
        let is_it = |entry: &&Entry| entry.value == self.id;
        let start = self.span().start;
        let after = entries.partition_point(|entry| entry.key_span.start <= start);
        let last = after.checked_sub(1).map(|last| &entries[last]);
        // What an alias repeats does not stand behind its key.
        last.filter(is_it).or_else(|| entries.iter().find(is_it))
    }

    /// The JSON type's name.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self.kind() {
            Kind::Null => "null",
            Kind::Bool(_) => "boolean",
            Kind::Number(_) => "number",
            Kind::String(_) => "string",
            Kind::Array(_) => "array",
            Kind::Object(_) => "object",
        }
    }

    /// The text, when this is a string.
    #[must_use]
    pub fn as_str(self) -> Option<&'t Arc<str>> {
        match self.kind() {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when this is one.
    #[must_use]
    pub fn as_number(self) -> Option<Number> {
        match self.kind() {
            Kind::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, when this is one.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self.kind() {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The keys with their places and values, in order; none when this is no object.
    #[must_use]
    pub fn entries(self) -> &'t [Entry] {
        match self.kind() {
            Kind::Object(entries) => entries,
            _ => &[],
        }
    }

    /// The items, in order; none when this is no array.
    #[must_use]
    pub fn items(self) -> impl ExactSizeIterator<Item = Node<'t>> + use<'t> {
        let items: &[NodeId] = match self.kind() {
            Kind::Array(items) => items,
            _ => &[],
        };
        let tree = self.tree;
        items.iter().map(move |id| tree.node(*id))
    }

    /// The entry of a key: the last one, when the key is repeated.
    #[must_use]
    pub fn entry(self, key: &str) -> Option<&'t Entry> {
        self.entries().iter().rev().find(|entry| &*entry.key == key)
    }

    /// The value of a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Node<'t>> {
        self.entry(key).map(|entry| self.tree.node(entry.value))
    }

    /// The value as a runtime document.
    #[must_use]
    pub fn to_json(self) -> Json {
        // Readers keep trees within `MAX_DEPTH`, so this recursion is bounded.
        match self.kind() {
            Kind::Null => Json::Null,
            Kind::Bool(value) => Json::Bool(*value),
            Kind::Number(number) => Json::Number(*number),
            Kind::String(text) => Json::String(text.clone()),
            Kind::Array(_) => self.items().map(Node::to_json).collect(),
            Kind::Object(entries) => Json::from(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), self.tree.node(entry.value).to_json()))
                    .collect::<Object>(),
            ),
        }
    }
}
