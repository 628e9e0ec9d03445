//! The runtime document: a persistent tree.
//!
//! A handle is cheap to clone and to keep. A write copies the nodes along the edited path that
//! somebody else still holds, and nothing else, so that a thousand writes into one large document
//! cost a thousand paths, not a thousand documents. Each array and object knows the size of its
//! compact text and its depth, kept by difference, and keeps its text once that was asked for.

use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;
use indexmap::IndexMap;

use super::Number;

/// A JSON document or a part of one.
#[derive(Clone, Debug, Default)]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true`, `false`
    Bool(bool),
    /// a number
    Number(Number),
    /// a string
    String(Arc<str>),
    /// an array
    Array(Arc<Array>),
    /// an object; the order of keys is kept
    Object(Arc<Object>),
}

/// What a node knows of the text below it.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    /// Bytes of compact JSON text.
    size: usize,
    /// Nesting below and including this node.
    depth: u16,
}

/// The text of a node once it was asked for, or the text it was read from.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub(super) made: OnceLock<Arc<str>>,
    /// Set when the text is the user's own and not compact: AWS shows an untouched input with
    /// its blanks, and everything a path or a template produced without.
    pub(super) original: bool,
}

/// The items of an array.
#[derive(Debug)]
pub struct Array {
    items: Vec<Json>,
    shape: Shape,
    pub(super) text: Text,
}

/// The fields of an object, in order.
#[derive(Debug)]
pub struct Object {
    fields: IndexMap<Arc<str>, Json, FixedState>,
    shape: Shape,
    pub(super) text: Text,
}

impl Json {
    /// An array of these items.
    #[must_use]
    pub fn array(items: Vec<Self>) -> Self {
        Self::Array(Arc::new(Array::new(items)))
    }

    /// The empty object.
    #[must_use]
    pub fn empty_object() -> Self {
        Self::from(Object::default())
    }

    /// The JSON type's name, as AWS's messages print it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// The field of this name, when this is an object that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_object()?.get(key)
    }

    /// The string's text, when this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when this is one.
    #[must_use]
    pub fn as_number(&self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean, when this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The items, when this is an array.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(array) => Some(&array.items),
            _ => None,
        }
    }

    /// The fields, when this is an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The bytes of the compact text.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Null => 4,
            Self::Bool(value) => 5 - usize::from(*value),
            Self::Number(Number::Int(value)) => decimal_digits(*value),
            Self::Number(number) => number.to_string().len(),
            Self::String(text) => super::text::escaped_size(text),
            Self::Array(array) => array.shape.size,
            Self::Object(object) => object.shape.size,
        }
    }

    /// How deep arrays and objects nest: 0 for a scalar.
    #[must_use]
    pub fn depth(&self) -> u16 {
        match self {
            Self::Array(array) => array.shape.depth,
            Self::Object(object) => object.shape.depth,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => 0,
        }
    }

    /// The same document without the blanks it was written with: what a path or a template gives.
    #[must_use]
    pub fn compacted(&self) -> Self {
        match self {
            Self::Array(array) if array.text.original => Self::array(array.items.clone()),
            Self::Object(object) if object.text.original => Self::from(Object {
                fields: object.fields.clone(),
                shape: object.shape,
                text: Text::default(),
            }),
            _ => self.clone(),
        }
    }

    /// The object to write to, copied first when somebody else holds it too.
    pub fn object_mut(&mut self) -> Option<&mut Object> {
        match self {
            Self::Object(object) => Some(Arc::make_mut(object)),
            _ => None,
        }
    }

    /// The array to write to, copied first when somebody else holds it too.
    pub fn array_mut(&mut self) -> Option<&mut Array> {
        match self {
            Self::Array(array) => Some(Arc::make_mut(array)),
            _ => None,
        }
    }
}

impl PartialEq for Json {
    /// Structural equality: the order of keys and the form of numbers do not matter.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b) || a.items == b.items,
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b) || a.fields == b.fields,
            _ => false,
        }
    }
}

impl Array {
    fn new(items: Vec<Json>) -> Self {
        let mut shape = Shape {
            size: 2 + items.len().saturating_sub(1),
            depth: 1,
        };
        for item in &items {
            shape.size += item.size();
            shape.depth = shape.depth.max(item.depth().saturating_add(1));
        }
        Self {
            items,
            shape,
            text: Text::default(),
        }
    }

    /// The items.
    #[must_use]
    pub fn items(&self) -> &[Json] {
        &self.items
    }

    /// Replaces the item at `index` by what `edit` makes of it; `None` when there is no such item.
    ///
    /// # Errors
    /// What `edit` fails with; the item is `null` then, and the document must be given up.
    pub fn update<E>(
        &mut self,
        index: usize,
        edit: impl FnOnce(Json) -> Result<Json, E>,
    ) -> Option<Result<(), E>> {
        let item = std::mem::take(self.items.get_mut(index)?);
        self.text = Text::default();
        self.shape.size -= item.size();
        let depth = item.depth();
        Some(edit(item).map(|new| {
            self.shape.size += new.size();
            self.shape.depth = self.shape.depth.max(new.depth().saturating_add(1));
            self.items[index] = new;
            if depth > 0 && depth + 1 >= self.shape.depth {
                self.shape.depth = depth_over(self.items.iter());
            }
        }))
    }
}

impl Clone for Array {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            shape: self.shape,
            text: Text::default(),
        }
    }
}

impl Default for Object {
    fn default() -> Self {
        Self::with_capacity(0)
    }
}

impl Object {
    /// An empty object with room for this many fields.
    #[must_use]
    pub fn with_capacity(fields: usize) -> Self {
        Self {
            fields: IndexMap::with_capacity_and_hasher(fields, FixedState::default()),
            shape: Shape { size: 2, depth: 1 },
            text: Text::default(),
        }
    }

    /// The field of this name.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.fields.get(key)
    }

    /// Whether there is a field of this name.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// The field at this place.
    #[must_use]
    pub fn get_index(&self, index: usize) -> Option<(&Arc<str>, &Json)> {
        self.fields.get_index(index)
    }

    /// The number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are no fields.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The fields, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Json)> {
        self.fields.iter()
    }

    /// The values, in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Json> {
        self.fields.values()
    }

    /// Sets a field: a new one goes to the end, an old one keeps its place.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: Json) {
        let key = key.into();
        self.text = Text::default();
        self.shape.size += value.size();
        self.shape.depth = self.shape.depth.max(value.depth().saturating_add(1));
        let key_size = super::text::escaped_size(&key) + 1;
        match self.fields.insert(key, value) {
            Some(old) => {
                self.shape.size -= old.size();
                self.settle_depth(old.depth());
            }
            None => self.shape.size += key_size + usize::from(self.fields.len() > 1),
        }
    }

    /// Counts the depth anew when the value that was replaced may have been the deepest.
    fn settle_depth(&mut self, old: u16) {
        if old > 0 && old + 1 >= self.shape.depth {
            self.shape.depth = depth_over(self.fields.values());
        }
    }

    /// Replaces the field by what `edit` makes of its value; a missing one is `None` to `edit`.
    ///
    /// # Errors
    /// What `edit` fails with; the field is `null` then, and the document must be given up.
    pub fn update<E>(
        &mut self,
        key: &Arc<str>,
        edit: impl FnOnce(Option<Json>) -> Result<Json, E>,
    ) -> Result<(), E> {
        match self.fields.get_mut(key) {
            Some(place) => {
                let old = std::mem::take(place);
                let depth = old.depth();
                self.shape.size = self.shape.size + 4 - old.size();
                self.insert(key.clone(), edit(Some(old))?);
                self.settle_depth(depth);
            }
            None => self.insert(key.clone(), edit(None)?),
        }
        Ok(())
    }
}

impl Clone for Object {
    fn clone(&self) -> Self {
        Self {
            fields: self.fields.clone(),
            shape: self.shape,
            text: Text::default(),
        }
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Json)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Json)>>(fields: I) -> Self {
        let fields = fields.into_iter();
        let mut object = Self::with_capacity(fields.size_hint().0);
        for (key, value) in fields {
            object.insert(key, value);
        }
        object
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Json)> for Json {
    fn from_iter<I: IntoIterator<Item = (K, Json)>>(fields: I) -> Self {
        Self::from(Object::from_iter(fields))
    }
}

impl FromIterator<Json> for Json {
    fn from_iter<I: IntoIterator<Item = Json>>(items: I) -> Self {
        Self::array(items.into_iter().collect())
    }
}

impl From<Object> for Json {
    fn from(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Json {
    fn from(value: i64) -> Self {
        Self::Number(Number::Int(value))
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Json {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Arc<str>> for Json {
    fn from(text: Arc<str>) -> Self {
        Self::String(text)
    }
}

/// The depth of a node with these children.
fn depth_over<'j>(children: impl Iterator<Item = &'j Json>) -> u16 {
    children
        .map(Json::depth)
        .max()
        .unwrap_or(0)
        .saturating_add(1)
}

fn decimal_digits(value: i64) -> usize {
    let digits = value.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
    digits + usize::from(value < 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Json {
        Json::parse(text).expect("valid JSON")
    }

    /// The size kept by difference is the length of the text.
    fn assert_sized(value: &Json) {
        assert_eq!(
            value.size(),
            value.compacted().text().len(),
            "{}",
            value.text()
        );
    }

    #[test]
    fn sizes_follow_writes() {
        let mut value = parse(r#"{"a":[1,-20,"x\ny\u0001é"],"b":{"c":1.5,"d":[],"e":{}}}"#);
        assert_sized(&value);
        let object = value.object_mut().expect("object");
        object.insert("b", Json::Null);
        object.insert("new key", parse("[true,false]"));
        object
            .update::<()>(&"a".into(), |old| {
                let mut old = old.expect("present");
                old.array_mut()
                    .expect("array")
                    .update::<()>(1, |_| Ok("longer".into()))
                    .expect("in range")?;
                Ok(old)
            })
            .expect("no error");
        assert_sized(&value);
        assert_eq!(
            &*value.text(),
            r#"{"a":[1,"longer","x\ny\u0001é"],"b":null,"new key":[true,false]}"#
        );
    }

    #[test]
    fn a_write_leaves_other_handles_alone() {
        let before = parse(r#"{"a":{"b":1}}"#);
        let mut after = before.clone();
        after.object_mut().expect("object").insert("a", Json::Null);
        assert_eq!(&*before.text(), r#"{"a":{"b":1}}"#);
        assert_eq!(&*after.text(), r#"{"a":null}"#);
    }

    #[test]
    fn an_untouched_document_keeps_its_blanks() {
        let value = parse("[[1, 2], 3]");
        assert_eq!(&*value.text(), "[[1, 2], 3]");
        assert_eq!(&*Json::array(vec![value.clone()]).text(), "[[[1, 2], 3]]");
        assert_eq!(&*value.compacted().text(), "[[1,2],3]");
    }

    #[test]
    fn depth_shrinks_with_what_was_deepest() {
        let mut value = parse(r#"{"a":[[[[1]]]],"b":[1]}"#);
        assert_eq!(value.depth(), 5);
        value.object_mut().expect("object").insert("a", Json::Null);
        assert_eq!(value.depth(), 2);
    }

    #[test]
    fn depth_is_kept() {
        assert_eq!(parse("1").depth(), 0);
        assert_eq!(parse("[[1],{\"a\":[2]}]").depth(), 3);
    }
}
