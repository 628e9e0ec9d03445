//! What AWS says of definitions: the linter's findings in the words of its validator, where those
//! are known (01 §1.10, 10 §10.5, 11 §11.6), and in our own elsewhere.

use super::{given, jackson, object};
use crate::data::Json;
use crate::language::{self, StateMachineType};
use crate::lint;
use crate::server::programs;
use crate::server::protocol::{ApiError, Members};
use crate::syntax::{self, Diagnostic, Format, Node, Severity, Source, Tree};

/// A finding as AWS tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    severity: Severity,
    code: String,
    message: String,
    location: Option<String>,
}

const SCHEMA: &str = "SCHEMA_VALIDATION_FAILED";

/// Refuses what AWS refuses, and what cannot be executed.
pub(super) fn refuse(definition: &str, kind: &str) -> Result<(), ApiError> {
    let told = told(definition, kind);
    let errors = told.iter().filter(|told| told.severity == Severity::Error);
    let errors: Vec<String> = errors
        .map(|told| {
            let location = told.location.as_deref().unwrap_or("null");
            format!("{}: {} at {location}", told.code, told.message)
        })
        .collect();
    if errors.is_empty() {
        return Ok(());
    }
    let message = format!("Invalid State Machine Definition: '{}'", errors.join(", "));
    Err(ApiError::new("InvalidDefinition", message))
}

/// `ValidateStateMachineDefinition`.
pub(super) fn validate(members: &Members) -> Json {
    let kind = members.text("type").unwrap_or("STANDARD");
    let mut told = told(members.needed("definition"), kind);
    let has_error = told.iter().any(|told| told.severity == Severity::Error);
    if members.text("severity") != Some("WARNING") {
        told.retain(|told| told.severity == Severity::Error);
    }
    let most = members.integer("maxResults").filter(|most| *most > 0);
    let most = usize::try_from(most.unwrap_or(100)).unwrap_or(100);
    let is_truncated = told.len() > most;
    told.truncate(most);
    let result = if has_error { "FAIL" } else { "OK" };
    let diagnostics = told.into_iter().map(Told::document).collect();
    object([
        Some(("result", Json::from(result))),
        Some(("diagnostics", Json::array(diagnostics))),
        Some(("truncated", Json::from(is_truncated))),
    ])
}

impl Told {
    fn schema(message: impl Into<String>, location: Option<String>) -> Self {
        Self {
            severity: Severity::Error,
            code: SCHEMA.to_owned(),
            message: message.into(),
            location,
        }
    }

    fn document(self) -> Json {
        let severity = match self.severity {
            Severity::Error => "ERROR",
            Severity::Warning | Severity::Note => "WARNING",
        };
        object([
            Some(("severity", Json::from(severity))),
            Some(("code", Json::from(self.code))),
            Some(("message", Json::from(self.message))),
            given("location", self.location),
        ])
    }
}

/// What there is to tell of a definition, in the order of its text.
fn told(definition: &str, kind: &str) -> Vec<Told> {
    match Json::parse(definition) {
        Ok(Json::Object(_)) => {}
        Err(error) if !definition.trim().is_empty() => {
            return vec![no_json(definition, &error.to_string())];
        }
        _ => return vec![Told::schema("Definition must be a valid JSON object", None)],
    }
    let source = Source::new("definition", definition);
    let (tree, mut found) = syntax::read(&source, Format::Json);
    let (machine, model) = language::read(&tree);
    let machine_type = match kind {
        "EXPRESS" => StateMachineType::Express,
        _ => StateMachineType::Standard,
    };
    let options = lint::Options {
        machine_type: Some(machine_type),
        ..lint::Options::default()
    };
    let definition_read = lint::Definition {
        source: &source,
        tree: &tree,
        machine: &machine,
    };
    found.extend(lint::check(definition_read, model, &options));
    let is_refused =
        |finding: &Diagnostic| finding.severity == Severity::Error && finding.aws_code.is_some();
    if !found.iter().any(is_refused)
        && let Err(more) = programs::compile(definition)
    {
        // It cannot be executed here, whatever AWS says of it.
        found.retain(|finding| !more.contains(finding));
        found.extend(more.into_iter().map(|finding| finding.aws(SCHEMA)));
    }
    translate(&tree, &found)
}

/// In Jackson's words where they are known.
fn no_json(definition: &str, error: &str) -> Told {
    let reason = jackson::reason(definition);
    let place = reason.as_ref().map(|reason| {
        let column = reason.column;
        format!("[Source: (String)\"{definition}\"; line: 1, column: {column}]")
    });
    let message = match (&reason, &place) {
        (Some(reason), Some(place)) => format!("{}\n at {place}", reason.words),
        _ => error.to_owned(),
    };
    Told {
        code: "INVALID_JSON_DESCRIPTION".to_owned(),
        ..Told::schema(message, place)
    }
}

fn translate(tree: &Tree, found: &[Diagnostic]) -> Vec<Told> {
    let is_of_machine = |finding: &&Diagnostic| {
        finding.rule == "missing-field" && Finding::of(tree, finding).node.parent().is_none()
    };
    // Those of the machine itself are one error (recorded), the last field first.
    let required = found.iter().rev().filter(is_of_machine);
    let required: Vec<&str> = required
        .filter_map(|it| Finding::of(tree, it).field())
        .collect();
    let mut told = Vec::new();
    if !required.is_empty() {
        let message = format!("These fields are required: [{}]", required.join(", "));
        told.push(Told::schema(message, Some("/".to_owned())));
    }
    let others = found.iter().filter(|finding| !is_of_machine(finding));
    told.extend(others.map(|finding| Finding::of(tree, finding).told()));
    told
}

/// A finding, and what it is about.
struct Finding<'f> {
    finding: &'f Diagnostic,
    node: Node<'f>,
}

/// What AWS says, and where it says it is.
type Words = (String, Option<String>);

impl<'f> Finding<'f> {
    fn of(tree: &'f Tree, finding: &'f Diagnostic) -> Self {
        let node = tree.node_at(finding.span());
        Self { finding, node }
    }

    fn told(&self) -> Told {
        let Diagnostic { rule, severity, .. } = *self.finding;
        let ours = || (self.finding.message.clone(), Some(self.here()));
        let (message, location) = self.words().unwrap_or_else(ours);
        // A warning is ours; AWS's codes of warnings are not known.
        let code = match self.finding.aws_code {
            Some(code) => code.to_owned(),
            None => rule.replace('-', "_").to_uppercase(),
        };
        // What always fails is no reason to refuse it, when AWS does not.
        let is_ours = severity == Severity::Error && self.finding.aws_code.is_none();
        Told {
            severity: if is_ours { Severity::Warning } else { severity },
            code,
            message,
            location,
        }
    }

    /// AWS's words, for the rules for whose findings they are known.
    fn words(&self) -> Option<Words> {
        match self.finding.rule {
            "invalid-intrinsic" | "invalid-jsonpath" | "invalid-payload-template" => no_path(self),
            "invalid-resource" | "unknown-integration" => unknown_resource(self),
            "invalid-timestamp" => Some(no_timestamp(self)),
            "invalid-value" => bad_value(self),
            "jsonpath-state-in-jsonata-machine" => Some(downgrade(self)),
            "missing-field" => missing(self),
            "no-terminal-state" => Some(("Workflow has no terminal state".to_owned(), None)),
            "unknown-field" => unsupported(self),
            "unknown-target" => lost(self),
            "unreachable-state" => unreachable(self),
            "unsupported-in-express" => not_in_express(self),
            _ => None,
        }
    }

    fn here(&self) -> String {
        location(self.node)
    }

    fn above(&self) -> Option<String> {
        self.node.parent().map(location)
    }

    fn key(&self) -> Option<&'f str> {
        self.node.own_entry().map(|entry| &*entry.key)
    }

    /// The field that the finding names last.
    fn field(&self) -> Option<&'f str> {
        let mut parts = self.finding.message.rsplit('`');
        parts.next()?;
        parts.next()
    }
}

/// In a template (recorded); other fields are told in our words.
fn no_path(it: &Finding<'_>) -> Option<Words> {
    let key = it.key().filter(|key| key.ends_with(".$"))?;
    let message = format!(
        "The value for the field '{key}' must be a valid JSONPath or a valid intrinsic \
         function call"
    );
    Some((message, it.above()))
}

fn unknown_resource(it: &Finding<'_>) -> Option<Words> {
    let arn = it.node.as_str()?;
    let message = format!(
        "The resource provided {arn} is not recognized. The value is not a valid resource \
         ARN, or the resource is not available in this region."
    );
    Some((message, Some(it.here())))
}

fn no_timestamp(it: &Finding<'_>) -> Words {
    (
        "String does not match RFC3339 timestamp".to_owned(),
        Some(it.here()),
    )
}

fn bad_value(it: &Finding<'_>) -> Option<Words> {
    let message = match it.key()? {
        "Type" => {
            "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, \
             Fail, Choice, Parallel, Map]"
        }
        _ if it.finding.message.ends_with("must not be empty") => "Value cannot be empty",
        _ => return None,
    };
    Some((message.to_owned(), Some(it.here())))
}

fn downgrade(it: &Finding<'_>) -> Words {
    let message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state \
                   machine";
    (message.to_owned(), it.above())
}

fn missing(it: &Finding<'_>) -> Option<Words> {
    let field = it.field()?;
    let message = format!("The field '{field}' is required but was missing");
    Some((message, Some(it.here())))
}

fn unsupported(it: &Finding<'_>) -> Option<Words> {
    let message = format!("Field '{}' is not supported", it.key()?);
    Some((message, it.above()))
}

fn lost(it: &Finding<'_>) -> Option<Words> {
    let target = it.node.as_str()?;
    Some((format!("Missing 'Next' target: {target}"), Some(it.here())))
}

fn unreachable(it: &Finding<'_>) -> Option<Words> {
    let name = it.key()?;
    Some((
        format!("State \"{name}\" is not reachable."),
        Some(it.here()),
    ))
}

/// The blank before the place is AWS's (recorded).
fn not_in_express(it: &Finding<'_>) -> Option<Words> {
    let resource = it.node.as_str()?;
    let pattern = [".waitForTaskToken", ".sync:2", ".sync"];
    let pattern = pattern.into_iter().find(|it| resource.ends_with(it));
    let message = match pattern {
        Some(pattern) => {
            format!("Express state machine does not support '{pattern}' service integration ")
        }
        None if resource.contains(":activity:") => {
            "Express state machine does not support Activity ARN".to_owned()
        }
        None => return None,
    };
    Some((message, Some(it.here())))
}

/// A place as AWS writes it: the machine itself is `/`.
fn location(node: Node<'_>) -> String {
    let pointer = node.pointer();
    if pointer.is_empty() {
        "/".to_owned()
    } else {
        pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(definition: &str, kind: &str, expected: &str) {
        let told = refuse(definition, kind).map_or_else(|error| error.message, |()| String::new());
        let told = told.strip_prefix("Invalid State Machine Definition: ");
        assert_eq!(told.unwrap_or_default(), expected, "{definition}");
    }

    #[test]
    fn definitions_are_refused_in_the_words_of_aws() {
        check(
            "{}",
            "STANDARD",
            "'SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /'",
        );
        check(
            r#"{"StartAt": "B", "States": {"A": {"Type": "Pass", "Foo": 1, "End": true}}}"#,
            "STANDARD",
            "'MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /StartAt, \
             SCHEMA_VALIDATION_FAILED: Field 'Foo' is not supported at /States/A'",
        );
        check(
            " ",
            "STANDARD",
            "'SCHEMA_VALIDATION_FAILED: Definition must be a valid JSON object at null'",
        );
        check(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Task", "End": true,
              "Resource": "arn:aws:states:::glue:startJobRun.sync", "Parameters": {"JobName": "j"}}}}"#,
            "EXPRESS",
            "'SCHEMA_VALIDATION_FAILED: Express state machine does not support '.sync' service \
             integration  at /States/A/Resource'",
        );
    }

    #[test]
    fn what_only_fails_when_it_runs_is_a_warning() {
        let definition = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true},
          "B": {"Type": "Succeed"}}}"#;
        let members = |more: &str| {
            let definition = Json::from(definition).text().into_owned();
            let body = format!("{{\"definition\": {definition}{more}}}");
            Members::read(body.as_bytes()).expect("an object")
        };
        let told = validate(&members("")).text().into_owned();
        let expected = r#"{"result":"FAIL","diagnostics":[{"severity":"ERROR","code":"MISSING_TRANSITION_TARGET","message":"State \"B\" is not reachable.","location":"/States/B"}],"truncated":false}"#;
        assert_eq!(told, expected);
    }

    #[test]
    fn no_json_is_told_as_jackson_does() {
        let told = told("not a definition", "STANDARD");
        assert_eq!(told[0].code, "INVALID_JSON_DESCRIPTION");
        let place = "[Source: (String)\"not a definition\"; line: 1, column: 4]";
        assert_eq!(told[0].location.as_deref(), Some(place));
        assert!(
            told[0]
                .message
                .ends_with(&format!("'true' or 'false')\n at {place}"))
        );
    }
}
