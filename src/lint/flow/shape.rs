//! What is known of a value before anything runs. Unknown stays unknown.

use std::sync::Arc;

use crate::data::Json;
use crate::query::{PathStep, Type};

/// Objects with more fields are not followed: what they cost would grow with each state.
const MOST_FIELDS: usize = 64;

/// Deeper values are not followed.
const DEEPEST: usize = 12;

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lint) enum Shape {
    /// It may be anything.
    Unknown,
    /// It is of this type.
    Typed(Type),
    /// It is this value.
    Literal(Json),
    /// It is an object with these fields.
    Object(Arc<Fields>),
}

/// What is known of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::lint) struct Fields {
    /// Shared: the states of a chain know nearly the same object.
    list: Vec<Arc<Field>>,
    /// Whether there may be more of them.
    is_open: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Field {
    name: Arc<str>,
    shape: Shape,
    /// Whether it may be absent.
    is_optional: bool,
}

/// What a path comes to.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lint) enum Found {
    /// A value of this shape.
    Shape(Shape),
    /// A value, or nothing.
    Maybe,
    /// Nothing for certain: of the step with this index.
    Missing(usize),
}

impl Found {
    /// The shape, for those who do not care what happens when there is nothing.
    pub(in crate::lint) fn or_unknown(self) -> Shape {
        match self {
            Self::Shape(shape) => shape,
            Self::Maybe | Self::Missing(_) => Shape::Unknown,
        }
    }
}

/// What a name does with an array.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::lint) enum Arrays {
    /// It finds nothing, as in `JSONPath`.
    Miss,
    /// It goes over the items, as in `JSONata`.
    Map,
}

impl Shape {
    /// `{}`
    pub(super) fn empty_object() -> Self {
        Self::Object(Arc::default())
    }

    /// An object with these fields and no others.
    pub(in crate::lint) fn closed(fields: impl IntoIterator<Item = (Arc<str>, Self)>) -> Self {
        let fields = fields.into_iter();
        let mut closed = Fields {
            list: Vec::with_capacity(fields.size_hint().0),
            is_open: false,
        };
        for (name, shape) in fields {
            closed.set(name, shape);
        }
        Self::Object(Arc::new(closed)).bounded()
    }

    /// Its type, when that is known.
    pub(in crate::lint) fn type_of(&self) -> Option<Type> {
        match self {
            Self::Unknown => None,
            Self::Typed(kind) => (*kind != Type::Any).then_some(*kind),
            Self::Literal(value) => Some(Type::of(value)),
            Self::Object(_) => Some(Type::Object),
        }
    }

    /// What the steps lead to.
    pub(in crate::lint) fn find<'p>(
        &self,
        steps: impl IntoIterator<Item = PathStep<'p>>,
        arrays: Arrays,
    ) -> Found {
        let mut at = Part::of(self);
        for (index, step) in steps.into_iter().enumerate() {
            match at.child(&step, arrays) {
                Child::Part(part) => at = part,
                Child::Maybe => return Found::Maybe,
                Child::Missing => return Found::Missing(index),
            }
        }
        Found::Shape(at.shape())
    }

    /// The names of an object's fields, when all are known.
    pub(in crate::lint) fn names(&self) -> Option<Vec<Arc<str>>> {
        match self {
            Self::Literal(value) => {
                let object = value.as_object()?;
                Some(object.iter().map(|(name, _)| name.clone()).collect())
            }
            Self::Object(fields) if !fields.is_open => {
                Some(fields.list.iter().map(|field| field.name.clone()).collect())
            }
            Self::Unknown | Self::Typed(_) | Self::Object(_) => None,
        }
    }

    /// The value with another one written at a place, as `ResultPath` does.
    pub(super) fn written<'p>(
        &self,
        mut steps: impl Iterator<Item = PathStep<'p>>,
        value: Self,
    ) -> Self {
        let Some(step) = steps.next() else {
            return value;
        };
        // Into anything else than an object nothing is written: the state fails.
        let (PathStep::Key(name), Some(mut fields)) = (step, self.fields()) else {
            return Self::Unknown;
        };
        let at = fields.position(name);
        let inner = match at.map(|at| &fields.list[at]) {
            Some(field) if !field.is_optional => field.shape.clone(),
            Some(_) => Self::Unknown,
            None if fields.is_open => Self::Unknown,
            None => Self::empty_object(),
        };
        fields.put(at, Arc::from(name), inner.written(steps, value));
        Self::Object(Arc::new(fields)).bounded()
    }

    /// The fields of what is, or must be, an object.
    fn fields(&self) -> Option<Fields> {
        match self {
            Self::Object(fields) => Some(fields.with_room()),
            Self::Literal(value) => {
                let object = value.as_object()?;
                if object.len() > MOST_FIELDS {
                    return Some(Fields::open());
                }
                let mut fields = Fields::default();
                for (name, value) in object.iter() {
                    fields.set(name.clone(), Self::Literal(value.clone()));
                }
                Some(fields)
            }
            Self::Unknown | Self::Typed(Type::Object | Type::Any) => Some(Fields::open()),
            Self::Typed(_) => None,
        }
    }

    /// What is known of a value that is the one or the other.
    pub(super) fn or(&self, other: &Self) -> Self {
        self.or_within(other, DEEPEST)
    }

    fn or_within(&self, other: &Self, depth: usize) -> Self {
        if self == other {
            return self.clone();
        }
        let (Some(one), Some(two)) = (self.type_of(), other.type_of()) else {
            return Self::Unknown;
        };
        if one != two {
            return Self::Unknown;
        }
        match (self.fields(), other.fields()) {
            (Some(one), Some(two)) if depth > 0 => Self::Object(Arc::new(one.or(&two, depth - 1))),
            _ => Self::Typed(one),
        }
    }

    fn bounded(self) -> Self {
        match &self {
            Self::Object(fields) if fields.list.len() > MOST_FIELDS => {
                Self::Object(Arc::new(Fields::open()))
            }
            _ => self,
        }
    }
}

/// A part of a value, where it is.
#[derive(Clone, Copy)]
enum Part<'s> {
    Shape(&'s Shape),
    Literal(&'s Json),
}

/// What a step from a part comes to.
enum Child<'s> {
    Part(Part<'s>),
    Maybe,
    Missing,
}

impl<'s> Part<'s> {
    fn of(shape: &'s Shape) -> Self {
        match shape {
            Shape::Literal(value) => Self::Literal(value),
            other => Self::Shape(other),
        }
    }

    fn shape(self) -> Shape {
        match self {
            Self::Shape(shape) => shape.clone(),
            Self::Literal(value) => Shape::Literal(value.clone()),
        }
    }

    fn type_of(self) -> Option<Type> {
        match self {
            Self::Shape(shape) => shape.type_of(),
            Self::Literal(value) => Some(Type::of(value)),
        }
    }

    fn child(self, step: &PathStep<'_>, arrays: Arrays) -> Child<'s> {
        match (self.type_of(), step) {
            (Some(Type::Array), PathStep::Key(_)) if arrays == Arrays::Map => Child::Maybe,
            // What an index past the end gives is contested, and one of an object an error.
            (None, _) | (Some(_), PathStep::Index(_)) => Child::Maybe,
            (Some(Type::Object), PathStep::Key(name)) => self.field(name),
            (Some(_), PathStep::Key(_)) => Child::Missing,
        }
    }

    fn field(self, name: &str) -> Child<'s> {
        match self {
            Self::Literal(value) => match value.get(name) {
                Some(value) => Child::Part(Self::Literal(value)),
                None => Child::Missing,
            },
            Self::Shape(Shape::Object(fields)) => match fields.get(name) {
                Some(field) if field.is_optional => Child::Maybe,
                Some(field) => Child::Part(Self::of(&field.shape)),
                None if fields.is_open => Child::Maybe,
                None => Child::Missing,
            },
            Self::Shape(Shape::Unknown | Shape::Typed(_) | Shape::Literal(_)) => Child::Maybe,
        }
    }
}

impl Fields {
    fn open() -> Self {
        Self {
            list: Vec::new(),
            is_open: true,
        }
    }

    /// The same fields, and room for one more.
    fn with_room(&self) -> Self {
        let mut list = Vec::with_capacity(self.list.len() + 1);
        list.extend_from_slice(&self.list);
        Self {
            list,
            is_open: self.is_open,
        }
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|field| &*field.name == name)
    }

    fn get(&self, name: &str) -> Option<&Field> {
        self.position(name).map(|at| &*self.list[at])
    }

    fn set(&mut self, name: Arc<str>, shape: Shape) {
        self.put(self.position(&name), name, shape);
    }

    /// Sets a field that stands at this place, or else is none yet.
    fn put(&mut self, at: Option<usize>, name: Arc<str>, shape: Shape) {
        let field = Arc::new(Field {
            name,
            shape,
            is_optional: false,
        });
        match at {
            Some(at) => self.list[at] = field,
            None => self.list.push(field),
        }
    }

    fn or(&self, other: &Self, depth: usize) -> Self {
        let mut list = Vec::with_capacity(self.list.len());
        for field in &self.list {
            list.push(Arc::new(match other.get(&field.name) {
                Some(same) => Field {
                    name: field.name.clone(),
                    shape: field.shape.or_within(&same.shape, depth),
                    is_optional: field.is_optional || same.is_optional,
                },
                None => field.optional(other.is_open),
            }));
        }
        let only = other.list.iter();
        let only = only.filter(|field| self.get(&field.name).is_none());
        list.extend(only.map(|field| Arc::new(field.optional(self.is_open))));
        Self {
            list,
            is_open: self.is_open || other.is_open,
        }
    }
}

impl Field {
    /// The field as it is when another object, which may have it too, takes this one's place.
    fn optional(&self, may_differ: bool) -> Self {
        Self {
            name: self.name.clone(),
            shape: if may_differ {
                Shape::Unknown
            } else {
                self.shape.clone()
            },
            is_optional: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Shape {
        Shape::Literal(Json::parse(text).expect("valid JSON"))
    }

    fn keys<'k>(path: &[&'k str]) -> Vec<PathStep<'k>> {
        path.iter().map(|key| PathStep::Key(key)).collect()
    }

    fn find(shape: &Shape, path: &[&str]) -> Found {
        shape.find(keys(path), Arrays::Miss)
    }

    #[test]
    fn what_is_not_there_is_told_and_what_is_unknown_is_not() {
        let shape = literal(r#"{"a": {"b": [1]}}"#);
        assert_eq!(find(&shape, &["a", "b"]), Found::Shape(literal("[1]")));
        assert_eq!(find(&shape, &["a", "c", "d"]), Found::Missing(1));
        assert_eq!(find(&shape, &["a", "b", "c"]), Found::Missing(2));
        let mapped = shape.find(keys(&["a", "b", "c"]), Arrays::Map);
        assert_eq!(mapped, Found::Maybe);
        assert_eq!(find(&Shape::Unknown, &["a"]), Found::Maybe);
        assert_eq!(find(&Shape::Typed(Type::Object), &["a"]), Found::Maybe);
        assert_eq!(find(&Shape::Typed(Type::String), &["a"]), Found::Missing(0));
    }

    #[test]
    fn what_is_written_is_there_afterwards() {
        let written = literal(r#"{"a": 1}"#).written(keys(&["b", "c"]).into_iter(), literal("2"));
        assert_eq!(find(&written, &["a"]), Found::Shape(literal("1")));
        assert_eq!(find(&written, &["b", "c"]), Found::Shape(literal("2")));
        assert_eq!(find(&written, &["b", "d"]), Found::Missing(1));
        assert_eq!(find(&written, &["x"]), Found::Missing(0));
        let written = Shape::Unknown.written(keys(&["b"]).into_iter(), literal("2"));
        assert_eq!(find(&written, &["b"]), Found::Shape(literal("2")));
        assert_eq!(find(&written, &["x"]), Found::Maybe);
        assert_eq!(
            literal("1").written(keys(&["a"]).into_iter(), literal("2")),
            Shape::Unknown
        );
    }

    #[test]
    fn of_two_values_only_what_both_have_is_known() {
        let both = literal(r#"{"a": 1, "b": 1}"#).or(&literal(r#"{"a": 2, "c": 1}"#));
        assert_eq!(
            find(&both, &["a"]),
            Found::Shape(Shape::Typed(Type::Number))
        );
        assert_eq!(find(&both, &["b"]), Found::Maybe);
        assert_eq!(find(&both, &["d"]), Found::Missing(0));
        assert_eq!(literal("1").or(&literal("[]")), Shape::Unknown);
        assert_eq!(literal("{}").or(&Shape::Unknown), Shape::Unknown);
    }

    #[test]
    fn large_objects_are_not_followed() {
        let mut shape = Shape::empty_object();
        for index in 0..=MOST_FIELDS {
            let name = format!("f{index}");
            shape = shape.written(keys(&[&name]).into_iter(), literal("1"));
        }
        assert_eq!(find(&shape, &["x"]), Found::Maybe);
    }
}
