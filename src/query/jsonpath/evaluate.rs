//! Evaluating steps over a document, level by level: every place that the steps so far lead to,
//! in the order of the document.

use std::cell::Cell;
use std::fmt::Write;

use crate::data::{Json, Object};
use crate::query::java;

use super::step::{Names, Slice, Step, Steps, item};

/// How many places one evaluation may visit: scans within scans multiply.
const MAX_VISITS: u64 = 5_000_000;

/// Why a path gives nothing. The messages are made only when somebody wants to read them:
/// filters try many paths that miss.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::query) enum Fault {
    /// A definite path that found nothing at its last step.
    NoResults,
    /// A key on the way is missing.
    MissingProperty(usize),
    /// A key of what is no object.
    NotAnObject(usize, &'static str),
    /// An index into `null`.
    NullArray(usize),
    /// An index into what is no array.
    NotAnArray(usize, Json),
    /// A filter on a scalar.
    Primitive(usize, Json),
    /// A comparison that has no answer.
    Senseless,
    /// A function of a name that Jayway does not know.
    UnknownFunction(String),
    /// A function that cannot work with what it got.
    Function(&'static str),
    /// More places than one evaluation may visit.
    TooMuch,
}

impl Fault {
    /// Whether the path leads nowhere: Jayway's `PathNotFoundException`.
    pub(in crate::query) fn is_miss(&self) -> bool {
        match self {
            Self::NoResults
            | Self::MissingProperty(_)
            | Self::NotAnObject(..)
            | Self::NullArray(_)
            | Self::NotAnArray(..) => true,
            Self::Primitive(..)
            | Self::Senseless
            | Self::UnknownFunction(_)
            | Self::Function(_)
            | Self::TooMuch => false,
        }
    }

    /// Whether even a filter fails for it, instead of keeping nothing.
    pub(super) fn is_fatal(&self) -> bool {
        matches!(self, Self::Function(_) | Self::TooMuch)
    }

    /// Jayway's text.
    pub(in crate::query) fn message(&self, steps: &Steps) -> String {
        let before = |at: usize| walked(&steps.list()[..at]);
        match self {
            Self::NoResults => format!("No results for path: ${steps}"),
            Self::MissingProperty(at) => format!("Missing property in path {}", before(at + 1)),
            Self::NotAnObject(at, found) => format!(
                "Expected to find an object with property {} in path {} but found '{found}'. \
                 This is not a json object according to the JsonProvider: \
                 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
                steps.list()[*at],
                before(*at),
            ),
            Self::NullArray(at) => format!("The path {} is null", before(*at)),
            Self::NotAnArray(at, found) => format!(
                "Filter: {} can only be applied to arrays. Current context is: {}",
                rest(&steps.list()[*at..]),
                java::text(found),
            ),
            Self::Primitive(at, found) => format!(
                "Filter: {} can not be applied to primitives. Current context is: {}",
                rest(&steps.list()[*at..]),
                java::text(found),
            ),
            Self::Senseless => "The filter compares what cannot be compared".to_owned(),
            Self::UnknownFunction(name) => format!("Function with name: {name} does not exist."),
            Self::Function(message) => (*message).to_owned(),
            Self::TooMuch => format!("The path visits more than {MAX_VISITS} places"),
        }
    }
}

/// The way to a place: always with single quotes, whatever the path was written with.
fn walked(steps: &[Step]) -> String {
    let mut path = "$".to_owned();
    for step in steps {
        match step {
            Step::Names(Names { keys, .. }) if keys.len() == 1 => write!(path, "['{}']", keys[0]),
            step => write!(path, "{step}"),
        }
        .expect("a string takes all");
    }
    path
}

fn rest(steps: &[Step]) -> String {
    steps.iter().map(ToString::to_string).collect()
}

/// One evaluation: the whole document and how much of it was visited.
#[derive(Clone, Copy, Debug)]
pub(in crate::query) struct Walk<'w> {
    root: &'w Json,
    visits: &'w Cell<u64>,
    /// Every key must be there: Jayway's way to ask whether a path exists.
    strict: bool,
}

/// Where a step stands in its path.
#[derive(Clone, Copy)]
struct Position {
    index: usize,
    leaf: bool,
    /// The steps before it lead to one place at most.
    definite: bool,
}

impl<'w> Walk<'w> {
    /// An evaluation over a document; `visits` counts for all paths inside its filters.
    pub(in crate::query) fn over(root: &'w Json, visits: &'w Cell<u64>) -> Self {
        Self {
            root,
            visits,
            strict: false,
        }
    }

    pub(super) fn root(&self) -> &'w Json {
        self.root
    }

    pub(super) fn strict(self) -> Self {
        Self {
            strict: true,
            ..self
        }
    }

    pub(super) fn lenient(self) -> Self {
        Self {
            strict: false,
            ..self
        }
    }

    /// Counts a place visited.
    pub(super) fn tick(&self) -> Result<(), Fault> {
        let visits = self.visits.get() + 1;
        self.visits.set(visits);
        if visits > MAX_VISITS {
            return Err(Fault::TooMuch);
        }
        Ok(())
    }

    /// What the steps give, from `from` on.
    pub(in crate::query) fn evaluate(self, steps: &Steps, from: &Json) -> Result<Json, Fault> {
        let mut places = self.places(steps, from)?;
        if steps.is_definite() {
            return places.pop().ok_or(Fault::NoResults);
        }
        Ok(Json::array(places))
    }

    fn places(self, steps: &Steps, from: &Json) -> Result<Vec<Json>, Fault> {
        let list = steps.list();
        let mut places = vec![from.clone()];
        let mut position = Position {
            index: 0,
            leaf: false,
            definite: true,
        };
        while let Some(step) = list.get(position.index) {
            let mut next = Vec::new();
            let scanned = matches!(step, Step::Scan)
                .then(|| list.get(position.index + 1))
                .flatten();
            if scanned.is_some() {
                position.index += 1;
                position.definite = false;
            }
            position.leaf = position.index + 1 == list.len();
            for place in &places {
                match scanned {
                    Some(target) => self.scan(target, place, position, &mut next)?,
                    None => self.step(step, place, position, &mut next)?,
                }
            }
            position.definite &= step.is_definite(position.leaf);
            position.index += 1;
            places = next;
        }
        Ok(places)
    }

    fn step(
        self,
        step: &Step,
        place: &Json,
        position: Position,
        out: &mut Vec<Json>,
    ) -> Result<(), Fault> {
        self.tick()?;
        match step {
            Step::Names(names) => self.names(names, place, position, out),
            Step::Indexes(indexes) => {
                if let Some(items) = items(place, position)? {
                    out.extend(indexes.iter().filter_map(|at| item(items, *at)).cloned());
                }
                Ok(())
            }
            Step::Slice(slice) => {
                if let Some(items) = items(place, position)? {
                    let picked = indexes_of(*slice, items.len());
                    out.extend(picked.filter_map(|at| item(items, at)).cloned());
                }
                Ok(())
            }
            Step::Wildcard => {
                match place {
                    Json::Array(array) => out.extend_from_slice(array.items()),
                    Json::Object(object) => out.extend(object.values().cloned()),
                    Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
                }
                Ok(())
            }
            Step::Filter(filter) => match place {
                Json::Array(array) => {
                    for item in array.items() {
                        if filter.keeps(item, &self)? {
                            out.push(item.clone());
                        }
                    }
                    Ok(())
                }
                Json::Object(_) => {
                    if filter.keeps(place, &self)? {
                        out.push(place.clone());
                    }
                    Ok(())
                }
                _ if position.definite => Err(Fault::Primitive(position.index, place.clone())),
                _ => Ok(()),
            },
            // A scan that nothing follows, or only a function, finds nothing.
            Step::Scan => Ok(()),
            Step::Function(function) => {
                out.push(function.call(place, self.lenient())?);
                Ok(())
            }
        }
    }

    fn names(
        self,
        names: &Names,
        place: &Json,
        position: Position,
        out: &mut Vec<Json>,
    ) -> Result<(), Fault> {
        let Some(object) = place.as_object() else {
            let found = || Fault::NotAnObject(position.index, java::class_name(place));
            return if position.definite {
                Err(found())
            } else {
                Ok(())
            };
        };
        if names.keys.len() > 1 && position.leaf {
            return self.merged(names, object, position, out);
        }
        for key in &*names.keys {
            match object.get(key) {
                Some(value) => out.push(value.clone()),
                None if position.leaf && !self.strict => {}
                None if self.strict || position.definite && names.keys.len() == 1 => {
                    return Err(Fault::MissingProperty(position.index));
                }
                None => {}
            }
        }
        Ok(())
    }

    /// `['a','b']` at the end of a path: one object of the keys that are there.
    fn merged(
        self,
        names: &Names,
        object: &Object,
        position: Position,
        out: &mut Vec<Json>,
    ) -> Result<(), Fault> {
        let mut merged = Object::with_capacity(names.keys.len());
        for key in &*names.keys {
            match object.get(key) {
                Some(value) => merged.insert(key.clone(), value.clone()),
                None if self.strict => return Err(Fault::MissingProperty(position.index)),
                None => {}
            }
        }
        out.push(Json::from(merged));
        Ok(())
    }

    // Documents nest within `MAX_DEPTH`, so this recursion is bounded.
    fn scan(
        self,
        target: &Step,
        place: &Json,
        position: Position,
        out: &mut Vec<Json>,
    ) -> Result<(), Fault> {
        self.tick()?;
        if !matches!(place, Json::Array(_) | Json::Object(_)) {
            return Ok(());
        }
        if self.scan_stops_at(target, place, position)? {
            self.step(target, place, position, out)?;
        }
        match place {
            Json::Array(array) => array
                .items()
                .iter()
                .try_for_each(|child| self.scan(target, child, position, out)),
            Json::Object(object) => object
                .values()
                .try_for_each(|child| self.scan(target, child, position, out)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Ok(()),
        }
    }

    /// Whether a scan tries its target on this array or object. An object needs all keys of
    /// `..['a','b']`, and a filter must keep the array itself before it is asked about the items.
    fn scan_stops_at(self, target: &Step, place: &Json, position: Position) -> Result<bool, Fault> {
        match target {
            Step::Names(names) => Ok(place.as_object().is_some_and(|object| {
                !target.is_definite(position.leaf)
                    || names.keys.iter().all(|key| object.contains_key(key))
            })),
            Step::Indexes(_) | Step::Slice(_) => Ok(place.as_array().is_some()),
            Step::Wildcard => Ok(true),
            Step::Filter(filter) => filter.keeps(place, &self),
            Step::Scan | Step::Function(_) => Ok(false),
        }
    }
}

/// The items that an index or slice works on; nothing to work on is an error only where the
/// steps before lead to one place.
fn items(place: &Json, position: Position) -> Result<Option<&[Json]>, Fault> {
    match place {
        Json::Array(array) => Ok(Some(array.items())),
        _ if !position.definite => Ok(None),
        Json::Null => Err(Fault::NullArray(position.index)),
        _ => Err(Fault::NotAnArray(position.index, place.clone())),
    }
}

/// The indexes of a slice. Only a slice that is open at one end counts a negative bound from the
/// end; `[-3:-1]` works because its indexes themselves are negative.
fn indexes_of(slice: Slice, len: usize) -> std::ops::Range<i32> {
    let len = i32::try_from(len).unwrap_or(i32::MAX);
    match (slice.from, slice.to) {
        (Some(from), None) if from < 0 => (len.saturating_add(from)).max(0)..len,
        (None, Some(to)) if to < 0 => 0..len.saturating_add(to),
        (from, to) => from.unwrap_or(0).max(-len)..to.unwrap_or(len).min(len),
    }
}

#[cfg(test)]
mod tests {
    use super::super::JsonPath;
    use super::*;

    fn check(path: &str, document: &str, expected: &str) {
        let document = Json::parse(document).expect("valid JSON");
        let found = JsonPath::parse(path).expect(path).evaluate(&document);
        let found = found.map(|value| value.text().into_owned());
        assert_eq!(found.unwrap_or_else(|error| error), expected, "{path}");
    }

    #[test]
    fn definite_paths_give_the_value() {
        let document = r#"{"a": {"b c": [1, 2, {"d": null}]}}"#;
        check("$", document, document);
        check("$.a['b c'][0]", document, "1");
        check("$.a.['b c'][-1].d", document, "null");
    }

    #[test]
    fn misses_are_told_as_jayway_does() {
        let document = r#"{"a": {"b": 1}, "n": null, "l": []}"#;
        check("$.x", document, "No results for path: $['x']");
        check("$.x.y", document, "Missing property in path $['x']");
        check("$.l[0].y", document, "No results for path: $['l'][0]['y']");
        check("$.n[0]", document, "The path $['n'] is null");
        check(
            "$.a[0].x",
            document,
            "Filter: [0]['x'] can only be applied to arrays. Current context is: {b=1}",
        );
    }

    #[test]
    fn indefinite_paths_give_an_array() {
        let document = r#"{"a": [{"b": 1}, {"b": 2}, {"c": 3}, 4]}"#;
        check("$.a[*].b", document, "[1,2]");
        check("$.a[1:].b", document, "[2]");
        check("$.a[-3:-1].b", document, "[2]");
        check("$.a[:-3]", document, r#"[{"b":1}]"#);
        check("$.a[?(@.b > 1)]", document, r#"[{"b":2}]"#);
        check("$..b", document, "[1,2]");
        check("$.a[*]['b','c']", document, r#"[{"b":1},{"b":2},{"c":3}]"#);
    }

    #[test]
    fn evaluation_is_bounded() {
        let wide = format!("[{}]", vec!["[1,2,3,4]"; 1000].join(","));
        let message = format!("The path visits more than {MAX_VISITS} places");
        check("$[*][?($..* == 1)]", &wide, &message);
        // Both ends count: -1 and 0 are the same item here.
        check("$[-2147483648:2147483647][0]", "[[1]]", "[1,1]");
    }
}
