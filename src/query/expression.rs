//! A value that is either a path or a call: what `.$` keys, `ErrorPath` and `CausePath` hold.

use std::fmt;

use crate::data::{Json, Keyed, StatesError};

use super::{IntrinsicCall, Path, Scope, SyntaxError, failure};

/// A path or a call of an intrinsic function.
#[derive(Clone, Debug)]
pub enum Argument {
    /// `$.a`, `$$.State.Name`, `$name`
    Path(Path),
    /// `States.Format(…)`
    Intrinsic(IntrinsicCall),
}

impl Argument {
    /// Reads a path or a call; blanks around it do not matter.
    ///
    /// # Errors
    /// When it is neither, or has a fault of its own.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let start = text.trim_start();
        if start.starts_with('$') {
            return Path::parse(text).map(Self::Path);
        }
        if start.starts_with("States.") {
            return IntrinsicCall::parse(text).map(Self::Intrinsic);
        }
        let message = "this is neither a path nor a call of an intrinsic function";
        Err(SyntaxError::new(0, text.len(), message)
            .help("paths start with `$`, calls with `States.`"))
    }

    /// The value; `field` is what AWS's message calls the place, such as `value.$`.
    ///
    /// # Errors
    /// `States.Runtime` when a path misses or a function fails.
    pub fn evaluate(
        &self,
        field: &str,
        scope: &dyn Scope,
        random: &mut Keyed,
    ) -> Result<Json, StatesError> {
        match self {
            Self::Path(path) => match path.evaluate(scope) {
                Ok(value) => Ok(value.compacted()),
                Err(error) => Err(failure::not_found_in_input(path, field, &error, scope)),
            },
            Self::Intrinsic(call) => call
                .evaluate(scope, random)
                .map_err(|error| StatesError::runtime(error.to_string())),
        }
    }

    /// All paths it reads, in order.
    #[must_use]
    pub fn paths(&self) -> Vec<&Path> {
        match self {
            Self::Path(path) => vec![path],
            Self::Intrinsic(call) => call.paths(),
        }
    }

    /// The text as written.
    #[must_use]
    pub fn source(&self) -> &str {
        match self {
            Self::Path(path) => path.source(),
            Self::Intrinsic(call) => call.source(),
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{EventId, Seed};
    use crate::query::DocumentScope;

    fn check(argument: &str, expected: &str) {
        let scope = DocumentScope(Json::parse(r#"{"a": [ 1 ]}"#).expect("valid JSON"));
        let argument = Argument::parse(argument).expect(argument);
        let found = argument.evaluate("ErrorPath", &scope, &mut Seed(1).at(EventId(1)));
        let found = found.map(|value| value.text().into_owned());
        assert_eq!(found.unwrap_or_else(|error| error.to_string()), expected);
    }

    #[test]
    fn paths_and_calls_give_compact_values() {
        check("$", r#"{"a":[1]}"#);
        check("  States.Format('{}', $.a[0])", r#""1""#);
    }

    #[test]
    fn failures_are_told_in_the_words_of_aws() {
        check(
            "$.ErrorX",
            "States.Runtime: The JSONPath '$.ErrorX' specified for the field 'ErrorPath' could \
             not be found in the input '{\"a\":[1]}'",
        );
        check(
            "States.ArrayLength($.a[0])",
            "States.Runtime: The function 'States.ArrayLength($.a[0])' had the following error: \
             Argument 1 must be an array, but was number",
        );
    }

    #[test]
    fn anything_else_is_refused() {
        let error = Argument::parse("text").expect_err("neither");
        assert_eq!((error.offset, error.len), (0, 4));
    }
}
