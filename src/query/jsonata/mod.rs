//! JSONata as AWS Step Functions runs it: version 2.0.6, without `$eval`, with six functions more.
//!
//! An [`Expression`] is compiled once and evaluated many times over the runtime document, which
//! the engine reads lazily and writes directly: a large document costs what is read of it. A
//! [`Template`] is any JSON value with expressions at any depth (`Arguments`, `Output`, the values
//! of `Assign`…); its failures carry the location and the words of AWS.
//!
//! ```
//! use aslkit::data::{EventId, Json, Seed, Timestamp};
//! use aslkit::query::jsonata::{NoVariables, Scope, StatesView, Template};
//!
//! let template = Json::parse(r#"{"total": "{% $sum($states.input.prices) %}"}"#)?;
//! let template = Template::compile(&template).expect("the expression parses");
//! let input = Json::parse(r#"{"prices": [1, 2.5]}"#)?;
//! let scope = Scope {
//!     states: StatesView { input: &input, context: &Json::empty_object, result: None, error_output: None },
//!     variables: &NoVariables,
//!     now: Timestamp(0),
//! };
//! let output = template.evaluate("Output", &scope, &mut Seed(0).at(EventId(1)));
//! assert_eq!(output.expect("evaluates").text(), r#"{"total":3.5}"#);
//! # Ok::<(), aslkit::data::JsonError>(())
//! ```

mod engine;
mod error;
mod expression;
mod functions;
#[cfg(test)]
mod hostile;
mod members;
mod reading;
mod reference;
mod template;
mod usage;

pub use engine::{Compiled, FunctionPage, Run, function_names, function_pages};
pub use error::{EvaluationError, EvaluationFailure, SyntaxError};
pub use expression::{Evaluated, Expression};
pub use members::Members;
pub use reading::Reading;
pub use reference::{Reference, Referenced};
pub use template::{Expected, Template};
pub use usage::{Call, Read, Usage};

use crate::data::{Json, Timestamp};

/// What an evaluation may read besides the expression itself.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The reserved variable `$states`.
    pub states: StatesView<'a>,
    /// The variables that `Assign` has set.
    pub variables: &'a dyn Variables,
    /// The time that `$now` and `$millis` tell.
    pub now: Timestamp,
}

/// The members of the reserved variable `$states`; which of them a field has is the caller's
/// affair.
#[derive(Clone, Copy)]
pub struct StatesView<'a> {
    /// `$states.input`: the state's input.
    pub input: &'a Json,
    /// `$states.context`: the context object, built only for an expression that reads it.
    pub context: &'a dyn Fn() -> Json,
    /// `$states.result`, in the fields evaluated after the work of a Task, Parallel or Map.
    pub result: Option<&'a Json>,
    /// `$states.errorOutput`, in the fields of a Catcher.
    pub error_output: Option<&'a Json>,
}

/// The variables in scope.
pub trait Variables {
    /// The value of the variable of this name, given without the `$`.
    fn variable(&self, name: &str) -> Option<&Json>;
}

/// No variables at all.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoVariables;

impl Variables for NoVariables {
    fn variable(&self, _: &str) -> Option<&Json> {
        None
    }
}

/// The expression inside `{%` and `%}`, trimmed as AWS prints it; `None` when the string is plain
/// text. Nothing may stand before the `{%` or after the `%}`, not even a blank.
#[must_use]
pub fn strip_delimiters(text: &str) -> Option<&str> {
    Some(text.strip_prefix("{%")?.strip_suffix("%}")?.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_string_within_delimiters_is_an_expression() {
        for (text, expected) in [
            ("{% $x %}", Some("$x")),
            ("{%$x%}", Some("$x")),
            ("{%\n  $x\n%}", Some("$x")),
            ("{%%}", Some("")),
            ("{%}", None),
            (" {% $x %}", None),
            ("{% $x %} ", None),
            ("$x", None),
        ] {
            assert_eq!(strip_delimiters(text), expected, "{text}");
        }
    }

    #[test]
    fn compiled_expressions_are_shared_between_threads() {
        fn check<T: Send + Sync>() {}
        check::<Expression>();
        check::<Template>();
        check::<EvaluationFailure>();
    }
}
