//! Fields that hold one value: written out, found by a path, or made by an expression.

use std::borrow::Cow;

use crate::data::{Json, Keyed, Number, StatesError};
use crate::engine::failure::Failure;
use crate::engine::scope::View;
use crate::query::jsonata::Expected;
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

    /// What the field is called that holds the value: `SecondsPath` for a path, else `Seconds`.
    pub(in crate::engine) fn field(&self, name: &'static str) -> Cow<'static, str> {
        match self {
            Self::Path(_) | Self::Argument(_) => Cow::Owned(format!("{name}Path")),
            Self::Literal(_) | Self::Expression(_) => Cow::Borrowed(name),
        }
    }

    /// The value; `field` is what messages call it.
    pub(in crate::engine) fn evaluate(
        &self,
        field: &str,
        expected: Expected,
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
                Ok(view.jsonata(|scope| template.evaluate_typed(field, expected, scope, random))?)
            }
        }
    }

    /// An integer, or behind a path a string that holds one: AWS converts it (02 §2.5, 4
    /// recordings).
    pub(in crate::engine) fn integer(
        &self,
        name: &'static str,
        view: &View<'_>,
        random: &mut Keyed,
    ) -> Result<i64, Failure> {
        let field = self.field(name);
        let value = self.evaluate(&field, Expected::Integer, view, random)?;
        let found = match &value {
            Json::Number(Number::Int(value)) => Some(*value),
            Json::String(text) => text.parse().ok(),
            _ => None,
        };
        found.ok_or_else(|| self.not_a(failure::Expected::Integer, &field, &value))
    }

    /// A number, or behind a path a string that holds one.
    pub(in crate::engine) fn float(
        &self,
        name: &'static str,
        view: &View<'_>,
        random: &mut Keyed,
    ) -> Result<f64, Failure> {
        let field = self.field(name);
        let value = self.evaluate(&field, Expected::Number, view, random)?;
        let found = match &value {
            Json::Number(number) => Some(number.as_f64()),
            Json::String(text) => text.parse().ok(),
            _ => None,
        };
        found.ok_or_else(|| self.not_a(failure::Expected::Float, &field, &value))
    }

    fn not_a(&self, expected: failure::Expected, field: &str, value: &Json) -> Failure {
        if let Self::Path(path) = self {
            return failure::not_a_number(field, path, value, expected).into();
        }
        let expected = match expected {
            failure::Expected::Integer => "integer",
            failure::Expected::Float => "float",
        };
        let cause = format!(
            "The {field} field is not a valid {expected}: {}",
            value.text()
        );
        StatesError::runtime(cause).into()
    }
}
