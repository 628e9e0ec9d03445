//! Fields of an object: the value, and where the key and the value stand.

use std::sync::Arc;

use super::Target;
use crate::data::{Json, Number};
use crate::syntax::{Diagnostic, Fields, Node, NodeId, Span, Tree};

/// A field that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Field<T> {
    /// What it says.
    pub value: T,
    /// Where its key stands.
    pub key: Span,
    /// Where its value stands.
    pub span: Span,
    /// The value's node in the tree.
    pub node: NodeId,
}

impl<T> Field<T> {
    /// The same field with another value.
    #[must_use]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        Field {
            value: change(self.value),
            key: self.key,
            span: self.span,
            node: self.node,
        }
    }

    /// The same field with its value left where it stands.
    #[must_use]
    pub fn in_tree(&self) -> Field<InTree> {
        Field {
            value: InTree,
            key: self.key,
            span: self.span,
            node: self.node,
        }
    }
}

/// A value of any kind, such as a template. It stays in the tree: what is only judged or drawn need
/// not be copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InTree;

impl Field<InTree> {
    /// The value, in the tree that the model was read from.
    #[must_use]
    pub fn json(&self, tree: &Tree) -> Json {
        tree.node(self.node).to_json()
    }
}

/// Reads the fields of one object, noting what is of the wrong type.
pub(super) struct Reader<'t, 'd> {
    pub(super) node: Node<'t>,
    fields: Fields<'t>,
    pub(super) diagnostics: &'d mut Vec<Diagnostic>,
}

impl<'t, 'd> Reader<'t, 'd> {
    pub(super) fn new(node: Node<'t>, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Self {
            node,
            fields: Fields::of(node),
            diagnostics,
        }
    }

    /// A reader for another object with the same diagnostics.
    pub(super) fn at(&mut self, node: Node<'t>) -> Reader<'t, '_> {
        Reader::new(node, self.diagnostics)
    }

    fn raw(&self, key: &str) -> Option<Field<Node<'t>>> {
        let entry = self.fields.entry(key)?;
        let value = self.node.tree().node(entry.value);
        Some(Field {
            value,
            key: entry.key_span,
            span: value.span(),
            node: entry.value,
        })
    }

    fn typed<T>(
        &mut self,
        key: &str,
        expected: &str,
        read: impl FnOnce(Node<'t>) -> Option<T>,
    ) -> Option<Field<T>> {
        let field = self.raw(key)?;
        if let Some(value) = read(field.value) {
            return Some(field.map(|_| value));
        }
        self.wrong_type(&format!("`{key}`"), expected, field.value);
        None
    }

    pub(super) fn wrong_type(&mut self, what: &str, expected: &str, node: Node<'_>) {
        let found = node.type_name();
        let article = if found.starts_with(['a', 'o']) {
            "an"
        } else {
            "a"
        };
        let found = if found == "null" {
            "`null`".to_owned()
        } else {
            format!("{article} {found}")
        };
        self.diagnostics.push(
            Diagnostic::error(
                "wrong-type",
                format!("{what} must be {expected}, but is {found}"),
            )
            .label(node.span(), format!("expected {expected}"))
            .aws("SCHEMA_VALIDATION_FAILED"),
        );
    }

    pub(super) fn string(&mut self, key: &str) -> Option<Field<Arc<str>>> {
        self.typed(key, "a string", |node| node.as_str().cloned())
    }

    /// A path that may be `null`.
    pub(super) fn nullable_path(&mut self, key: &str) -> Option<Field<Option<Arc<str>>>> {
        self.typed(key, "a path or `null`", |node| match node.kind() {
            crate::syntax::Kind::Null => Some(None),
            crate::syntax::Kind::String(text) => Some(Some(text.clone())),
            _ => None,
        })
    }

    pub(super) fn boolean(&mut self, key: &str) -> Option<Field<bool>> {
        self.typed(key, "a boolean", Node::as_bool)
    }

    pub(super) fn integer(&mut self, key: &str) -> Option<Field<i64>> {
        self.typed(key, "an integer", |node| node.as_number()?.as_i64())
    }

    pub(super) fn number(&mut self, key: &str) -> Option<Field<f64>> {
        self.typed(key, "a number", |node| node.as_number().map(Number::as_f64))
    }

    /// A number, or in JSONata a string with an expression.
    pub(super) fn amount(&mut self, key: &str) -> Option<Field<Json>> {
        self.typed(key, "a number or a JSONata expression", |node| {
            let scalar = node.as_number().is_some() || node.as_str().is_some();
            scalar.then(|| node.to_json())
        })
    }

    pub(super) fn json(&mut self, key: &str) -> Option<Field<Json>> {
        self.raw(key).map(|field| field.map(Node::to_json))
    }

    /// A value of any kind, left where it stands.
    pub(super) fn in_tree(&mut self, key: &str) -> Option<Field<InTree>> {
        self.raw(key).map(|field| field.map(|_| InTree))
    }

    /// An object, left where it stands: a payload template's, or Assign's.
    pub(super) fn object_in_tree(&mut self, key: &str) -> Option<Field<InTree>> {
        self.object(key).map(|field| field.map(|_| InTree))
    }

    /// A value that must be an object.
    pub(super) fn object_json(&mut self, key: &str) -> Option<Field<Json>> {
        self.typed(key, "an object", |node| {
            is_object(node).then(|| node.to_json())
        })
    }

    pub(super) fn object(&mut self, key: &str) -> Option<Field<Node<'t>>> {
        self.typed(key, "an object", |node| is_object(node).then_some(node))
    }

    /// The items of an array of objects; items of another type are noted and left out.
    pub(super) fn objects(&mut self, key: &str) -> Option<Field<Vec<Node<'t>>>> {
        let field = self.typed(key, "an array", |node| {
            matches!(node.kind(), crate::syntax::Kind::Array(_)).then_some(node)
        })?;
        let mut items = Vec::new();
        for (index, item) in field.value.items().enumerate() {
            if is_object(item) {
                items.push(item);
            } else {
                self.wrong_type(&format!("`{key}[{index}]`"), "an object", item);
            }
        }
        Some(field.map(|_| items))
    }

    /// The items of an array of strings; items of another type are noted and left out.
    pub(super) fn strings(&mut self, key: &str) -> Option<Field<Vec<Field<Arc<str>>>>> {
        let field = self.typed(key, "an array of strings", |node| {
            matches!(node.kind(), crate::syntax::Kind::Array(_)).then_some(node)
        })?;
        let mut items = Vec::new();
        for (index, item) in field.value.items().enumerate() {
            match item.as_str() {
                Some(text) => items.push(Field {
                    value: text.clone(),
                    key: field.key,
                    span: item.span(),
                    node: item.id(),
                }),
                None => self.wrong_type(&format!("`{key}[{index}]`"), "a string", item),
            }
        }
        Some(field.map(|_| items))
    }

    /// The state that a `Next`, `Default` or `StartAt` names.
    pub(super) fn target(&mut self, key: &'static str) -> Option<Target> {
        let field = self.string(key)?;
        Some(Target {
            field: key,
            name: field.value,
            key: field.key,
            span: field.span,
            node: field.node,
        })
    }
}

pub(super) fn is_object(node: Node<'_>) -> bool {
    matches!(node.kind(), crate::syntax::Kind::Object(_))
}
