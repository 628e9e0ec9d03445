//! The schemas for those who offer what may stand somewhere, such as an editor's completion.

use serde_json::Value;

use super::kind;
use super::part::{Child, Part};
use crate::syntax::Node;

/// A kind of object of a definition: the machine, a Task state, a catcher.
///
/// ```
/// use aslkit::lint::{Inner, Shape};
///
/// let Some(Inner::States) = Shape::MACHINE.inner("States") else { panic!("it has states") };
/// assert!(Shape::MACHINE.fields().iter().any(|field| field.name == "StartAt" && field.is_required));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape(Part);

/// What the objects in a field are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inner {
    /// One object.
    One(Shape),
    /// An array of objects.
    Each(Shape),
    /// An object of states by name.
    States,
}

/// A field that an object may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedField {
    /// Its name.
    pub name: String,
    /// Whether the object is wrong without it.
    pub is_required: bool,
    /// The JSON types it may have; none for any.
    pub types: Vec<String>,
    /// The only values it may have; none for any.
    pub values: Vec<String>,
    /// The fields that it cannot stand beside.
    pub excludes: Vec<String>,
}

impl Shape {
    /// The whole definition.
    pub const MACHINE: Self = Self(Part::Machine);

    /// The kind of object that a state is, by its `Type`.
    #[must_use]
    pub fn of_state(state: Node<'_>) -> Self {
        Self(Part::state(kind(state)))
    }

    /// What the objects in a field are, when they have a shape.
    #[must_use]
    pub fn inner(self, field: &str) -> Option<Inner> {
        self.0.child(field).map(|child| match child {
            Child::One(part) => Inner::One(Self(part)),
            Child::Each(part) => Inner::Each(Self(part)),
            Child::States => Inner::States,
        })
    }

    /// The fields that the object may have, in the order of its schema.
    #[must_use]
    pub fn fields(self) -> Vec<AllowedField> {
        let schema: Value = serde_json::from_str(self.0.schema()).unwrap_or_default();
        let Some(properties) = schema["properties"].as_object() else {
            return Vec::new();
        };
        let required = texts(&schema["required"]);
        let allowed = properties.iter().map(|(name, property)| AllowedField {
            name: name.clone(),
            is_required: required.contains(name),
            types: texts(&property["type"]),
            values: texts(&property["enum"]),
            excludes: excluded(&schema, name),
        });
        allowed.collect()
    }
}

/// One string, or an array of them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => {
            let texts = items.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The schemas name each pair of fields that exclude each other once.
fn excluded(schema: &Value, name: &str) -> Vec<String> {
    let Some(pairs) = schema["dependencies"].as_object() else {
        return Vec::new();
    };
    let refuses = |first: &str, second: &str| {
        let properties = pairs.get(first).map(|pair| &pair["properties"]);
        properties.is_some_and(|properties| properties[second] == Value::Bool(false))
    };
    let others = schema["properties"].as_object().into_iter().flatten();
    let others = others.map(|(other, _)| other);
    let others = others.filter(|other| refuses(name, other) || refuses(other, name));
    others.cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Format, Source, read};

    #[test]
    fn a_state_has_the_fields_of_its_type() {
        let source = Source::new("test", r#"{"Type": "Wait"}"#);
        let (tree, _) = read(&source, Format::Json);
        let fields = Shape::of_state(tree.root()).fields();
        let field = |name: &str| fields.iter().find(|field| field.name == name);
        let seconds = field("Seconds").expect("a Wait has it");
        assert_eq!(seconds.types, ["integer"]);
        assert_eq!(
            seconds.excludes,
            ["SecondsPath", "Timestamp", "TimestampPath"]
        );
        let path = field("SecondsPath").expect("a Wait has it");
        assert_eq!(path.excludes, ["Seconds", "Timestamp", "TimestampPath"]);
        let language = field("QueryLanguage").expect("every state has it");
        assert_eq!(language.values, ["JSONPath", "JSONata"]);
        assert!(field("Type").is_some_and(|field| field.is_required));
        assert!(field("Retry").is_none());
    }

    #[test]
    fn shapes_lead_to_shapes() {
        assert_eq!(Shape::MACHINE.inner("States"), Some(Inner::States));
        assert_eq!(Shape::MACHINE.inner("Comment"), None);
        let map = Shape(Part::Map);
        assert_eq!(map.inner("Catch"), Some(Inner::Each(Shape(Part::Catcher))));
        let processor = Inner::One(Shape(Part::Processor));
        assert_eq!(map.inner("ItemProcessor"), Some(processor));
    }
}
