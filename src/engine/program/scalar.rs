//! Fields that hold one value: written out, found by a path, or made by an expression.

use crate::data::{Json, Keyed};
use crate::engine::failure::Failure;
use crate::engine::scope::View;
use crate::query::{Argument, Path, failure, jsonata};

/// Where the value of a field comes from.
#[derive(Debug)]
pub enum Scalar {
    /// Written in the definition.
    Literal(Json),
    /// A reference path: `SecondsPath`, `TimeoutSecondsPath`…
    Path(Path),
    /// A path or an intrinsic function: `ErrorPath`, `RoleArn.$`…
    Argument(Argument),
    /// A JSONata expression.
    Expression(jsonata::Template),
}

impl Scalar {
    /// The path, when the value is found by one.
    pub(in crate::engine) fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Literal(_) | Self::Argument(_) | Self::Expression(_) => None,
        }
    }

    /// The value; `field` is what messages call it.
    pub(in crate::engine) fn evaluate(
        &self,
        field: &str,
        view: &View<'_>,
        random: &mut Keyed,
    ) -> Result<Json, Failure> {
        match self {
            Self::Literal(value) => Ok(value.clone()),
            Self::Path(path) => path.evaluate(view).map_err(|error| match field {
                "SecondsPath" | "TimestampPath" => failure::no_input_value(field, path).into(),
                _ => failure::invalid_path(path, &error).into(),
            }),
            Self::Argument(argument) => Ok(argument.evaluate(field, view, random)?),
            Self::Expression(template) => {
                Ok(view.jsonata(|scope| template.evaluate(field, scope, random))?)
            }
        }
    }
}
