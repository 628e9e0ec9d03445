//! Reference paths: they name exactly one place, to read or to write.

use std::convert::Infallible;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::data::limits::MAX_DEPTH;
use crate::data::{Json, StatesError};

use super::jsonpath::Step;
use super::path::StepPlaces;
use super::{Path, PathError, Root, Scope, SyntaxError};

/// A path of `.name`, `['name']` and `[n]` only.
#[derive(Clone, Debug)]
pub struct ReferencePath {
    path: Path,
    places: Box<[Place]>,
}

/// One step to the place.
#[derive(Clone, Debug)]
enum Place {
    Key(Arc<str>),
    Index(usize),
}

impl ReferencePath {
    /// Reads a reference path.
    ///
    /// # Errors
    /// When it is no path, or has a step that can match many places; the error points there.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let (path, places) = Path::parse_with_places(text)?;
        let steps = steps_of(&path, &places, text)?;
        let end = text.trim_end_matches(' ').len();
        if places.end < end {
            let message = "a reference path ends before this";
            return Err(SyntaxError::new(places.end, end - places.end, message));
        }
        Ok(Self {
            path,
            places: steps,
        })
    }

    /// What stands at the place.
    ///
    /// # Errors
    /// When nothing does.
    pub fn read(&self, scope: &dyn Scope) -> Result<Json, PathError> {
        self.path.evaluate(scope)
    }

    /// What stands at the place in a document; its root does not matter.
    #[must_use]
    pub fn find<'d>(&self, document: &'d Json) -> Option<&'d Json> {
        self.places
            .iter()
            .try_fold(document, |at, place| match place {
                Place::Key(key) => at.get(key),
                Place::Index(index) => at.as_array()?.get(*index),
            })
    }

    /// The document with `value` at the place; its root does not matter.
    ///
    /// Objects on the way are created. An item of an array must be there already: arrays are
    /// neither created nor extended (reference 02 §2.7).
    ///
    /// # Errors
    /// `States.ReferencePathConflict` when something else than an object or that item is in the
    /// way (that a Catch can take it is unconfirmed), `States.Runtime` when the document would nest
    /// deeper than [`MAX_DEPTH`].
    pub fn write(&self, document: Json, value: Json) -> Result<Json, StatesError> {
        if !self.fits(&document) {
            let text = document.compacted();
            let cause = format!(
                "Unable to apply ReferencePath {} to input {}",
                self.path,
                text.text()
            );
            return Err(StatesError::new("States.ReferencePathConflict", cause));
        }
        if self.places.len() + usize::from(value.depth()) > usize::from(MAX_DEPTH) {
            let cause = format!("The result nests deeper than {MAX_DEPTH} levels.");
            return Err(StatesError::runtime(cause));
        }
        Ok(place(document, &self.places, value))
    }

    /// Whether the place can be written to without anything in the way.
    fn fits(&self, document: &Json) -> bool {
        let mut at = Some(document);
        for place in &self.places {
            at = match (place, at) {
                (Place::Key(key), Some(Json::Object(object))) => object.get(key),
                (Place::Key(_), None) => None,
                (Place::Index(index), Some(Json::Array(array))) => {
                    match array.items().get(*index) {
                        None => return false,
                        item => item,
                    }
                }
                (Place::Key(_) | Place::Index(_), _) => return false,
            };
        }
        true
    }

    /// Whether the path is its root alone.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.places.is_empty()
    }

    /// What the path starts from.
    #[must_use]
    pub fn root(&self) -> &Root {
        self.path.root()
    }

    /// The path as written.
    #[must_use]
    pub fn source(&self) -> &str {
        self.path.source()
    }

    /// The same as a path.
    #[must_use]
    pub fn as_path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for ReferencePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

fn steps_of(path: &Path, places: &StepPlaces, text: &str) -> Result<Box<[Place]>, SyntaxError> {
    let mut spans = places.steps.iter().cloned();
    path.steps()
        .iter()
        .map(|step| {
            let span = spans.next().unwrap_or(0..text.len());
            place_of(step).ok_or_else(|| not_a_reference(step, span, text))
        })
        .collect()
}

fn place_of(step: &Step) -> Option<Place> {
    match step {
        Step::Names(names) if step.is_plain() => names.keys.first().cloned().map(Place::Key),
        Step::Indexes(indexes) if step.is_plain() => {
            usize::try_from(*indexes.first()?).ok().map(Place::Index)
        }
        _ => None,
    }
}

fn not_a_reference(step: &Step, span: Range<usize>, text: &str) -> SyntaxError {
    let written = &text[span.clone()];
    let message = match step {
        Step::Indexes(indexes) if indexes.len() == 1 => {
            format!("`{written}` counts from the end")
        }
        Step::Function(_) => format!("`{written}` is a function"),
        _ => format!("`{written}` can match many nodes"),
    };
    SyntaxError::new(span.start, span.len(), message).help(
        "reference paths allow only `.name`, `['name']` and `[n]`: no `*`, `..`, `:`, `,`, `?()` \
         or functions",
    )
}

/// Puts the value at the place below `at`; `fits` has seen that nothing is in the way. What
/// nobody else holds is changed where it is.
fn place(mut at: Json, places: &[Place], value: Json) -> Json {
    let Some((first, rest)) = places.split_first() else {
        return value;
    };
    match first {
        Place::Key(key) => {
            let Some(object) = at.object_mut() else {
                return at;
            };
            let edit = |old: Option<Json>| {
                let old = old.unwrap_or_else(Json::empty_object);
                Ok::<_, Infallible>(place(old, rest, value))
            };
            let Ok(()) = object.update(key, edit);
        }
        Place::Index(index) => {
            let Some(array) = at.array_mut() else {
                return at;
            };
            let edit = |old| Ok::<_, Infallible>(place(old, rest, value));
            let (Some(Ok(())) | None) = array.update(*index, edit);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::DocumentScope;

    fn json(text: &str) -> Json {
        Json::parse(text).expect("valid JSON")
    }

    fn check(path: &str, document: &str, expected: &str) {
        let path = ReferencePath::parse(path).expect(path);
        let written = path.write(json(document), Json::from("new"));
        let text = written.map(|value| value.text().into_owned());
        assert_eq!(text.unwrap_or_else(|error| error.to_string()), expected);
    }

    #[test]
    fn writing_creates_objects_and_keeps_places() {
        check("$", "{}", r#""new""#);
        check("$.a.b", r#"{"x": 1}"#, r#"{"x":1,"a":{"b":"new"}}"#);
        check("$['a']", r#"{"a": [1], "b": 2}"#, r#"{"a":"new","b":2}"#);
        check("$.a[1].b", r#"{"a": [1, {}]}"#, r#"{"a":[1,{"b":"new"}]}"#);
    }

    #[test]
    fn writing_through_anything_else_is_a_conflict() {
        let conflict = |path: &str, document: &str| {
            let cause = format!("Unable to apply ReferencePath {path} to input {document}");
            check(
                path,
                document,
                &format!("States.ReferencePathConflict: {cause}"),
            );
        };
        conflict("$.x", r#""text""#);
        conflict("$.x", "[1]");
        conflict("$.a.b", r#"{"a":null}"#);
        conflict("$.a[1]", r#"{"a":[1]}"#);
        conflict("$.a[0]", "{}");
    }

    #[test]
    fn the_document_that_others_hold_is_untouched() {
        let before = json(r#"{"a": {"b": 1}, "c": [1]}"#);
        let path = ReferencePath::parse("$.a.b").expect("a path");
        let after = path.write(before.clone(), Json::from(2)).expect("fits");
        assert_eq!(before.text(), r#"{"a": {"b": 1}, "c": [1]}"#);
        assert_eq!(after.text(), r#"{"a":{"b":2},"c":[1]}"#);
    }

    #[test]
    fn a_document_cannot_be_written_too_deep() {
        let path = ReferencePath::parse(&format!("${}", ".a".repeat(499))).expect("a path");
        let flat = path.write(json("{}"), json("[]"));
        assert_eq!(flat.expect("within the limit").depth(), 500);
        assert!(path.write(json("{}"), json("[[]]")).is_err());
    }

    #[test]
    fn reading_gives_the_value_or_a_miss() {
        let scope = DocumentScope(json(r#"{"a": [{"b": 1}]}"#));
        let read = |path| ReferencePath::parse(path).expect(path).read(&scope);
        assert_eq!(read("$.a[0].b").expect("is there").text(), "1");
        assert!(read("$.a[1]").expect_err("is not there").is_miss);
    }

    #[test]
    fn errors_point_at_what_can_match_many_nodes() {
        let place = |path: &str| {
            let error = ReferencePath::parse(path).expect_err(path);
            path[error.offset..error.offset + error.len].to_owned()
        };
        assert_eq!(place("$.orders[*].items"), "[*]");
        assert_eq!(place("$..a"), "..");
        assert_eq!(place("$.a[1:2]"), "[1:2]");
        assert_eq!(place("$.a['b','c']"), "['b','c']");
        assert_eq!(place("$.a[?(@.b)].c"), "[?(@.b)]");
        assert_eq!(place("$.a[-1]"), "[-1]");
        assert_eq!(place("$.a.length()"), "length()");
        assert_eq!(place("$..a.length()"), "..");
        assert_eq!(place("$.a["), "[");
    }
}
