//! What can go wrong with an expression, in the words AWS prints.

use std::fmt;
use std::ops::Range;

use crate::data::{Json, Nature, StatesError};

/// Why an expression does not parse, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Bytes from the start of the expression.
    pub offset: usize,
    /// Bytes the fault spans; 0 at the end of the expression.
    pub len: usize,
    /// JSONata's code, such as `S0203`.
    pub code: String,
    /// What is wrong.
    pub message: String,
}

/// Why an evaluation stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationError {
    /// JSONata's code, such as `T2001`; a code that starts with `U` is a limit of ours.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// The part of the expression that failed, in bytes, when that is known.
    pub span: Option<Range<usize>>,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.code.starts_with('U') {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.code, self.message)
        }
    }
}

impl std::error::Error for SyntaxError {}
impl std::error::Error for EvaluationError {}

/// A field that could not be evaluated: what the `EvaluationFailed` event says, without the
/// words about the state that stand before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvaluationFailure {
    /// The field, such as `Output/a/b[0]`.
    pub location: Option<String>,
    /// What happened.
    pub cause: String,
}

impl EvaluationFailure {
    pub(super) fn nothing(location: &str, expression: &str) -> Self {
        Self::of_expression(location, expression, "returned nothing (undefined).")
    }

    pub(super) fn function(location: &str, expression: &str) -> Self {
        Self::of_expression(location, expression, "returned an unsupported result type.")
    }

    pub(super) fn thrown(location: &str, expression: &str, error: &EvaluationError) -> Self {
        let what = format!("threw an error during evaluation. {error}");
        Self::of_expression(location, expression, &what)
    }

    pub(super) fn unexpected(
        location: &str,
        expression: &str,
        expected: &str,
        value: &Json,
    ) -> Self {
        let what = format!(
            "returned an unexpected result type. Expected '{expected}', but was '{}' for value: {}",
            value.type_name(),
            value.text(),
        );
        Self::of_expression(location, expression, &what)
    }

    // The four texts: recorded in map.items_eval_jsonata_fail*, jsonata-output and
    // jsonata-arguments; reference section 2.6.
    fn of_expression(location: &str, expression: &str, what: &str) -> Self {
        Self {
            location: Some(location.to_owned()),
            cause: format!(
                "The JSONata expression '{expression}' specified for the field '{location}' {what}"
            ),
        }
    }

    /// A failure of the field as a whole, whose value no single expression made.
    pub(super) fn of_field(location: &str, what: &str) -> Self {
        Self {
            location: Some(location.to_owned()),
            cause: format!("The value specified for the field '{location}' {what}"),
        }
    }
}

impl From<EvaluationFailure> for StatesError {
    fn from(failure: EvaluationFailure) -> Self {
        Self {
            nature: Nature::Evaluation,
            ..Self::new("States.QueryEvaluationError", failure.cause)
        }
    }
}
