//! Jayway's functions, such as `.length()`.

use crate::data::{Json, Number};
use crate::query::java;

use super::evaluate::{Fault, Walk};
use super::step::{Function, FunctionArgument, Step, Steps};

const EMPTY: Fault =
    Fault::Function("Aggregation function attempted to calculate value using empty array");

impl Function {
    /// What the function gives for one place.
    pub(super) fn call(&self, place: &Json, walk: Walk<'_>) -> Result<Json, Fault> {
        match &*self.name {
            "append" => self.append(place, walk),
            "avg" => self.aggregate(place, walk, mean),
            "concat" => self.concat(place, walk),
            "first" => sequence_item(place, 0),
            "index" => {
                let index = numbers(&self.arguments(walk)?).first().copied();
                sequence_item(place, index.ok_or(EMPTY)?)
            }
            "keys" => Ok(keys(place)),
            "last" => sequence_item(place, -1),
            "length" | "size" => self.length(place, walk),
            // Java's `Double.MIN_VALUE` is the smallest positive number: Jayway starts there.
            "max" => self.aggregate(place, walk, |all| {
                all.iter().copied().fold(5e-324, f64::max)
            }),
            "min" => self.aggregate(place, walk, |all| {
                all.iter().copied().fold(f64::MAX, f64::min)
            }),
            "stddev" => self.aggregate(place, walk, deviation),
            "sum" => self.aggregate(place, walk, |all| all.iter().sum()),
            name => Err(Fault::UnknownFunction(name.to_owned())),
        }
    }

    fn arguments(&self, walk: Walk<'_>) -> Result<Vec<Json>, Fault> {
        let on_root = |steps: &Steps| walk.evaluate(steps, walk.root());
        let scanned = self.scanned.iter().map(|steps| on_root(steps));
        let written = self.arguments.iter().map(|argument| match argument {
            FunctionArgument::Value(value) => Ok(value.clone()),
            FunctionArgument::Path(steps) => on_root(steps),
        });
        scanned.chain(written).collect()
    }

    fn aggregate(
        &self,
        place: &Json,
        walk: Walk<'_>,
        combine: impl Fn(&[f64]) -> f64,
    ) -> Result<Json, Fault> {
        let mut all = match place {
            Json::Array(_) => numbers(std::slice::from_ref(place)),
            _ => Vec::new(),
        };
        all.extend(numbers(&self.arguments(walk)?));
        if all.is_empty() {
            return Err(EMPTY);
        }
        let result = combine(&all);
        if !result.is_finite() {
            return Err(Fault::Function("The result is not a finite number"));
        }
        Ok(Json::Number(Number::Float(result)))
    }

    fn append(&self, place: &Json, walk: Walk<'_>) -> Result<Json, Fault> {
        let Json::Array(array) = place else {
            return Ok(place.clone());
        };
        let mut items = array.items().to_vec();
        items.extend(self.arguments(walk)?);
        Ok(Json::array(items))
    }

    fn concat(&self, place: &Json, walk: Walk<'_>) -> Result<Json, Fault> {
        let mut text = String::new();
        let own = place.as_array().unwrap_or_default();
        own.iter()
            .filter_map(Json::as_str)
            .for_each(|part| text.push_str(part));
        for argument in self.arguments(walk)? {
            match &argument {
                Json::Array(array) => {
                    for item in array
                        .items()
                        .iter()
                        .filter(|item| !matches!(item, Json::Null))
                    {
                        text.push_str(&java::text(item));
                    }
                }
                Json::String(part) => text.push_str(part),
                _ => {}
            }
        }
        Ok(Json::from(text))
    }

    /// With a path, what `path[*]` finds is counted; a text has no length.
    fn length(&self, place: &Json, walk: Walk<'_>) -> Result<Json, Fault> {
        let ((Some(steps), _) | (None, Some(FunctionArgument::Path(steps)))) =
            (&self.scanned, self.arguments.first())
        else {
            return Ok(length(place));
        };
        let mut list = steps.list().to_vec();
        if !matches!(list.last(), None | Some(Step::Function(_))) {
            list.push(Step::Wildcard);
        }
        match walk.evaluate(&Steps::new(list), walk.root())? {
            found @ Json::Array(_) => Ok(length(&found)),
            _ => Ok(Json::Null),
        }
    }
}

/// The numbers among values and in arrays of them.
fn numbers(values: &[Json]) -> Vec<f64> {
    let flat = values.iter().flat_map(|value| match value {
        Json::Array(array) => array.items(),
        _ => std::slice::from_ref(value),
    });
    flat.filter_map(Json::as_number)
        .map(Number::as_f64)
        .collect()
}

fn length(value: &Json) -> Json {
    let length = match value {
        Json::Array(array) => array.items().len(),
        Json::Object(object) => object.len(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return Json::Null,
    };
    Json::from(i64::try_from(length).unwrap_or(i64::MAX))
}

fn keys(value: &Json) -> Json {
    value.as_object().map_or(Json::Null, |object| {
        object
            .iter()
            .map(|(key, _)| Json::from(key.clone()))
            .collect()
    })
}

fn sequence_item(place: &Json, index: impl Into<f64>) -> Result<Json, Fault> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "Java's `intValue` saturates too"
    )]
    let index = index.into() as i32;
    let items = place.as_array().ok_or(EMPTY)?;
    super::step::item(items, index)
        .cloned()
        .ok_or(Fault::Function("The index is outside of the array"))
}

fn mean(all: &[f64]) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "no array has 2^53 items")]
    let count = all.len() as f64;
    all.iter().sum::<f64>() / count
}

fn deviation(all: &[f64]) -> f64 {
    let squares: Vec<f64> = all.iter().map(|value| value * value).collect();
    (mean(&squares) - mean(all).powi(2)).sqrt()
}
