//! AWS's words for what goes wrong with a field's value (reference 02 §2.4 and §2.5).
//!
//! The engine puts its own beginning, which names the state, before most of them.

use crate::data::{Json, StatesError};

use super::{Path, PathError, Scope};

/// `InputPath`, `OutputPath`, `TimeoutSecondsPath`, `HeartbeatSecondsPath`: the path misses.
#[must_use]
pub fn invalid_path(path: &Path, error: &PathError) -> StatesError {
    StatesError::runtime(format!("Invalid path '{path}' : {error}"))
}

/// `InputPath` or `Parameters` with a state input of `null`.
#[must_use]
pub fn null_input() -> StatesError {
    StatesError::runtime("Unable to apply Path transformation to null or empty input.")
}

/// A `.$` key, `ErrorPath`, `CausePath`: the path misses. What is printed is the scope's input,
/// even for a path into the context object.
#[must_use]
pub fn not_found_in_input(
    path: &Path,
    field: &str,
    error: &PathError,
    scope: &dyn Scope,
) -> StatesError {
    if !error.is_miss {
        return invalid_path(path, error);
    }
    let input = scope.input().compacted();
    StatesError::runtime(format!(
        "The JSONPath '{path}' specified for the field '{field}' could not be found in the input \
         '{}'",
        input.text()
    ))
}

/// A Choice's `Variable`, or the path it is compared with: the path misses.
#[must_use]
pub fn invalid_choice_path(path: &Path) -> StatesError {
    StatesError::runtime(format!(
        "Invalid path '{path}': The choice state's condition path references an invalid value."
    ))
}

/// `SecondsPath`, `TimestampPath`: the path misses.
#[must_use]
pub fn no_input_value(field: &str, path: &Path) -> StatesError {
    StatesError::runtime(format!(
        "The {field} parameter does not reference an input value: {path}"
    ))
}

/// `SecondsPath`: the value is no whole number.
#[must_use]
pub fn not_a_long(field: &str, path: &Path, value: &Json) -> StatesError {
    StatesError::runtime(format!(
        "The {field} parameter cannot be parsed as a long value: {path} == {}",
        plain(value)
    ))
}

/// `SecondsPath`: the value is below zero.
#[must_use]
pub fn negative_value(field: &str, path: &Path, value: &Json) -> StatesError {
    StatesError::runtime(format!(
        "The {field} parameter references a negative value: {path} == {}",
        plain(value)
    ))
}

/// `TimestampPath`: the value is no timestamp.
#[must_use]
pub fn not_a_timestamp(field: &str, path: &Path, value: &Json) -> StatesError {
    StatesError::runtime(format!(
        "The {field} parameter does not reference a valid ISO-8601 extended offset date-time \
         format string: {path} == {}",
        plain(value)
    ))
}

/// The number that a field of a Map must refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// `MaxConcurrencyPath`, `MaxItemsPath`, `ToleratedFailureCountPath` and their like.
    Integer,
    /// `ToleratedFailurePercentagePath`.
    Float,
}

/// A `…Path` field of a Map: the value is no number of the expected kind. `field` has no `Path`
/// at its end in `MaxItems`, and has it in `MaxConcurrencyPath`: it is printed as given.
#[must_use]
pub fn not_a_number(field: &str, path: &Path, value: &Json, expected: Expected) -> StatesError {
    let expected = match expected {
        Expected::Integer => "integer",
        Expected::Float => "float",
    };
    StatesError::runtime(format!(
        "The {field} field refers to value \"{}\" which is not a valid {expected}: {path}",
        plain(value)
    ))
}

/// `ItemsPath`: the value is no array. The context object's paths are printed with one `$`.
#[must_use]
pub fn not_an_array(path: &Path) -> StatesError {
    let source = path.source();
    let source = source
        .strip_prefix('$')
        .filter(|rest| rest.starts_with('$'));
    StatesError::runtime(format!(
        "Reference path \"{}\" must point to array.",
        source.unwrap_or(path.source())
    ))
}

/// `ItemsPath`: a key is missing. The last step of the path is printed.
#[must_use]
pub fn missing_items(path: &Path, input: &Json) -> StatesError {
    let step = path.last_key().unwrap_or_default();
    let input = input.compacted();
    let cause = format!("Unable to apply step \"{step}\" to input {}", input.text());
    StatesError::new("States.ReferencePathConflict", cause)
}

/// Strings without quotes, everything else as JSON.
fn plain(value: &Json) -> String {
    value
        .as_str()
        .map_or_else(|| value.compacted().text().into_owned(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::DocumentScope;

    fn path(text: &str) -> Path {
        Path::parse(text).expect(text)
    }

    fn check(error: &StatesError, expected: &str) {
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn a_missing_value_is_told_as_recorded() {
        let (missing, scope) = (path("$.no.such.path"), DocumentScope::default());
        let miss = missing.evaluate(&scope).expect_err("there is nothing");
        check(
            &invalid_path(&missing, &miss),
            "States.Runtime: Invalid path '$.no.such.path' : Expected to find an object with \
             property ['no'] in path $ but found 'null'. This is not a json object according to \
             the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonProvider'.",
        );
        let scope = DocumentScope(Json::empty_object());
        let miss = missing.evaluate(&scope).expect_err("there is nothing");
        check(
            &invalid_path(&missing, &miss),
            "States.Runtime: Invalid path '$.no.such.path' : Missing property in path $['no']",
        );
        check(
            &no_input_value("SecondsPath", &path("$.input.waitSeconds")),
            "States.Runtime: The SecondsPath parameter does not reference an input value: \
             $.input.waitSeconds",
        );
        check(
            &missing_items(&path("$.discovery.objects"), &Json::empty_object()),
            "States.ReferencePathConflict: Unable to apply step \"objects\" to input {}",
        );
    }

    #[test]
    fn a_wrong_value_is_told_as_recorded() {
        let seconds = path("$.input.waitSeconds");
        check(
            &not_a_long(
                "SecondsPath",
                &seconds,
                &Json::parse("-1.5").expect("valid"),
            ),
            "States.Runtime: The SecondsPath parameter cannot be parsed as a long value: \
             $.input.waitSeconds == -1.5",
        );
        check(
            &not_a_number(
                "MaxConcurrencyPath",
                &path("$.MaxConcurrencyValue"),
                &Json::from("NoNumber"),
                Expected::Integer,
            ),
            "States.Runtime: The MaxConcurrencyPath field refers to value \"NoNumber\" which is \
             not a valid integer: $.MaxConcurrencyValue",
        );
        check(
            &not_an_array(&path("$$.Execution.Input")),
            "States.Runtime: Reference path \"$.Execution.Input\" must point to array.",
        );
    }
}
