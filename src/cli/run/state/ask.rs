//! What the arguments ask of a state that runs alone.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::cli::args::{InspectChoice, StateArgs};
use crate::cli::document::need_source;
use crate::cli::output::{Failure, Terminal};
use crate::data::{Json, Nature, StatesError};
use crate::engine::test_state::{Configuration, InspectionLevel, Mock};
use crate::report::style::printable;

pub(super) fn level(choice: InspectChoice) -> InspectionLevel {
    match choice {
        InspectChoice::Info => InspectionLevel::Info,
        InspectChoice::Debug => InspectionLevel::Debug,
        InspectChoice::Trace => InspectionLevel::Trace,
    }
}

pub(super) fn variables(
    args: &StateArgs,
    terminal: &Terminal,
) -> Result<Option<BTreeMap<Arc<str>, Json>>, Failure> {
    let Some(given) = &args.variables else {
        return Ok(None);
    };
    let variables = json("--variables", given, terminal)?;
    let fields = variables.as_object().ok_or_else(|| {
        Failure::usage("--variables must be an object: the variables by their names")
    })?;
    let fields = fields.iter();
    Ok(Some(fields.map(|(n, v)| (n.clone(), v.clone())).collect()))
}

pub(super) fn context(args: &StateArgs, terminal: &Terminal) -> Result<Option<Json>, Failure> {
    let context = args.context.as_ref();
    context
        .map(|given| json("--context", given, terminal))
        .transpose()
}

pub(super) fn mock(args: &StateArgs, terminal: &Terminal) -> Result<Option<Mock>, Failure> {
    if let Some(given) = &args.mock_result {
        let text = text(given, terminal)?;
        parse("--mock-result", &text)?;
        return Ok(Some(Mock {
            result: Some(text.into()),
            error_output: None,
        }));
    }
    let error = args.mock_error.as_deref();
    let error = error.map(mock_error).transpose()?;
    Ok(error.map(|error| Mock {
        result: None,
        error_output: Some(error),
    }))
}

/// `NAME`, `NAME: CAUSE`, or an object in the spelling of the API or of a catcher's output.
fn mock_error(given: &str) -> Result<StatesError, Failure> {
    if !given.trim_start().starts_with('{') {
        let (error, cause) = match given.split_once(": ") {
            Some((error, cause)) => (error, Some(cause)),
            None => (given, None),
        };
        return Ok(StatesError {
            error: Some(error.trim().into()),
            cause: cause.map(Into::into),
            nature: Nature::Plain,
        });
    }
    let object = parse("--mock-error", given)?;
    let member = |names: [&str; 2]| {
        let found = names.into_iter().find_map(|name| object.get(name));
        found.and_then(Json::as_str).map(Arc::from)
    };
    let error = member(["error", "Error"]);
    if error.is_none() {
        return Err(Failure::usage(
            "--mock-error has no name: write 'NAME: CAUSE' or {\"error\": \"NAME\", \"cause\": …}",
        ));
    }
    Ok(StatesError {
        error,
        cause: member(["cause", "Cause"]),
        nature: Nature::Plain,
    })
}

pub(super) fn configuration(
    args: &StateArgs,
    terminal: &Terminal,
) -> Result<Configuration, Failure> {
    let data = args.map_reader_data.as_ref();
    let data = data.map(|given| text(given, terminal)).transpose()?;
    Ok(Configuration {
        retrier_retry_count: args.retry_count.unwrap_or_default(),
        error_caused_by_state: args.error_caused_by_state.as_deref().map(Into::into),
        map_iteration_failure_count: args.map_failure_count,
        map_item_reader_data: data.map(Into::into),
    })
}

fn json(option: &str, given: &str, terminal: &Terminal) -> Result<Json, Failure> {
    parse(option, &text(given, terminal)?)
}

/// What an argument says, or the file that it names behind an `@`.
fn text<'a>(given: &'a str, terminal: &Terminal) -> Result<Cow<'a, str>, Failure> {
    match given.strip_prefix('@') {
        None => Ok(Cow::Borrowed(given)),
        Some(path) => {
            let source = need_source(Path::new(path), terminal)?;
            let text = source.text.trim_start_matches('\u{feff}').trim();
            Ok(Cow::Owned(text.to_owned()))
        }
    }
}

fn parse(option: &str, text: &str) -> Result<Json, Failure> {
    Json::parse(text).map_err(|error| {
        let error = printable(&error.to_string()).into_owned();
        Failure::usage(format_args!("{option} is no JSON: {error}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_name_with_a_cause_or_an_object() {
        let check = |given: &str, error: &str, cause: Option<&str>| {
            let read = mock_error(given).expect("it can be read");
            assert_eq!(
                (read.error.as_deref(), read.cause.as_deref()),
                (Some(error), cause)
            );
        };
        check("Boom", "Boom", None);
        check("Boom: it: broke", "Boom", Some("it: broke"));
        check("a:b", "a:b", None);
        check(r#"{"error": "E", "cause": "c"}"#, "E", Some("c"));
        check(r#"{"Error": "E", "Cause": ""}"#, "E", Some(""));
        assert!(mock_error("{}").is_err());
        assert!(mock_error("{").is_err());
    }
}
