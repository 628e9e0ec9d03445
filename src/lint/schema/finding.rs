//! What a schema finds, in the words of ASL and at the very field it is about.

use std::fmt::Write;

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use serde_json::Value;

use super::Visit;
use super::part::Part;
use crate::data::Number;
use crate::language::StateKind;
use crate::lint::similar::nearest;
use crate::lint::{
    has_later_fields, is_filled_in_later, is_placeholder, json_string, quoted, rules, shown,
};
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Edit, Entry, Kind, Node};

/// A value that a schema complains about.
struct Subject<'v, 't> {
    visit: &'v Visit<'t>,
    node: Node<'t>,
    /// The field it stands in, with an index when it is an item: `ErrorEquals[0]`.
    field: String,
    entry: Option<&'t Entry>,
}

/// The findings that the schema's errors about one object stand for.
pub(super) fn translate(visit: &Visit<'_>, errors: &[ValidationError<'_>]) -> Vec<Diagnostic> {
    let unexpected = errors.iter().flat_map(|error| match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => &unexpected[..],
        _ => &[],
    });
    let mut unknown: Vec<Unknown<'_>> = Vec::new();
    for name in unexpected {
        if is_placeholder(name) {
            continue;
        }
        // Only one field can be renamed to the same name.
        let taken: Vec<&str> = unknown.iter().filter_map(|field| field.near).collect();
        unknown.extend(Unknown::of(visit, name, &taken));
    }
    let mut found: Vec<Diagnostic> = unknown.iter().map(|field| field.finding(visit)).collect();
    for error in errors {
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { .. } => {}
            ValidationErrorKind::Required { property } => {
                let field = property.as_str().unwrap_or_default();
                // A misspelt field is one mistake: it is not missing as well.
                let is_misspelt = unknown.iter().any(|unknown| unknown.near == Some(field));
                if !is_misspelt && !has_later_fields(visit.node) {
                    found.push(missing_field(visit, field));
                }
            }
            kind => found.extend(Subject::of(visit, error).and_then(|it| it.finding(kind, error))),
        }
    }
    found
}

/// A field that the object cannot have.
struct Unknown<'t> {
    entry: &'t Entry,
    /// The field that it may be meant as.
    near: Option<&'static str>,
}

impl<'t> Unknown<'t> {
    fn of(visit: &Visit<'t>, name: &str, taken: &[&str]) -> Option<Self> {
        let entry = visit.node.entry(name)?;
        let fields = visit.part.compiled().fields.iter().map(String::as_str);
        let free = fields.filter(|f| visit.node.entry(f).is_none() && !taken.contains(f));
        let near = nearest(name, free);
        Some(Self { entry, near })
    }

    fn finding(&self, visit: &Visit<'_>) -> Diagnostic {
        let name = &self.entry.key;
        let noun = visit.part.with_article();
        let message = format!("field {} is not supported in {noun}", backticked(name));
        let finding = rules::UNKNOWN_FIELD
            .finding(message)
            .label(self.entry.key_span, format!("not a field of {noun}"));
        if let Some(near) = self.near {
            let edit = Edit {
                span: self.entry.key_span,
                text: json_string(near),
            };
            return finding
                .help(format!("did you mean `{near}`?"))
                .fix(true, vec![edit]);
        }
        match states_with(visit, name) {
            None => finding,
            Some(states) => finding.help(format!("`{name}` is a field of {states} states")),
        }
    }
}

/// The types of state that have a field, when it stands in a state that cannot have it.
fn states_with(visit: &Visit<'_>, field: &str) -> Option<String> {
    visit.state?;
    let has = |kind: &StateKind| Part::state(Some(*kind)).has_field(field);
    let kinds: Vec<String> = StateKind::ALL
        .into_iter()
        .filter(has)
        .map(|kind| kind.to_string())
        .collect();
    (!kinds.is_empty()).then(|| listed(&kinds, "and"))
}

fn missing_field(visit: &Visit<'_>, field: &str) -> Diagnostic {
    let subject = match visit.state {
        Some(name) => format!("state {}", quoted(name)),
        None => visit.part.with_determiner("this"),
    };
    let (lack, need) = match field {
        "Seconds" => (
            "does not say how long to wait".to_owned(),
            "exactly one of `Seconds`, `SecondsPath`, `Timestamp`, `TimestampPath`".to_owned(),
        ),
        "MaxItemsPerBatch" => (
            "sets no limit to a batch".to_owned(),
            "`MaxItemsPerBatch` or `MaxInputBytesPerBatch`".to_owned(),
        ),
        _ => (format!("has no `{field}`"), format!("`{field}`")),
    };
    let need = match reason(visit, field) {
        Some(reason) => format!("{need} {reason}"),
        None => need,
    };
    rules::MISSING_FIELD
        .finding(format!("{subject} {lack}"))
        .label(
            visit.place,
            format!("{} needs {need}", visit.part.with_article()),
        )
}

/// Why an object needs a field that others of its kind do not need.
fn reason(visit: &Visit<'_>, field: &str) -> Option<&'static str> {
    match (visit.part, field) {
        (Part::ProcessorConfig, "ExecutionType") => Some("in DISTRIBUTED mode"),
        (Part::ReaderConfig, "CSVHeaderLocation") => Some("to read CSV"),
        (Part::ReaderConfig, "CSVHeaders") => Some("when the headers are GIVEN"),
        (Part::ResultWriter, "Resource") => Some("to write anywhere"),
        _ => None,
    }
}

impl<'v, 't> Subject<'v, 't> {
    fn of(visit: &'v Visit<'t>, error: &ValidationError<'_>) -> Option<Self> {
        let mut node = visit.node;
        let mut field = String::new();
        let mut entry = None;
        for segment in error.instance_path().segments() {
            match segment {
                LocationSegment::Property(name) => {
                    let found = node.entry(&name)?;
                    node = node.tree().node(found.value);
                    field.push_str(&name);
                    entry = Some(found);
                }
                LocationSegment::Index(index) => {
                    node = node.items().nth(index)?;
                    write!(field, "[{index}]").expect("strings take all");
                }
            }
        }
        Some(Self {
            visit,
            node,
            field,
            entry,
        })
    }

    fn finding(
        &self,
        kind: &ValidationErrorKind,
        error: &ValidationError<'_>,
    ) -> Option<Diagnostic> {
        if self.is_known_later(kind) {
            return None;
        }
        Some(match kind {
            ValidationErrorKind::FalseSchema => self.conflict(error),
            ValidationErrorKind::Type { kind } => self.wrong_type(kind),
            ValidationErrorKind::Enum { options } => self.none_of(options),
            ValidationErrorKind::Minimum { limit } => self.beyond("at least", limit),
            ValidationErrorKind::Maximum { limit } => self.beyond("at most", limit),
            ValidationErrorKind::MinItems { .. } => self.empty(),
            // No other keyword stands in our schemas; a test holds them to that.
            _ => return None,
        })
    }

    /// The value of a placeholder is known when it is deployed, of an expression when it runs.
    fn is_known_later(&self, kind: &ValidationErrorKind) -> bool {
        let is_expression = |text: &str| text.starts_with("{%") && text.ends_with("%}");
        match kind {
            ValidationErrorKind::FalseSchema => false,
            ValidationErrorKind::Type { .. } if self.takes_expression() => {
                is_filled_in_later(self.node)
                    || self.node.as_str().is_some_and(|t| is_expression(t))
            }
            _ => is_filled_in_later(self.node),
        }
    }

    fn takes_expression(&self) -> bool {
        let is_for_jsonata_alone = matches!(&*self.field, "Condition" | "Items");
        let is_jsonata = self.visit.language.name == QueryLanguage::Jsonata || is_for_jsonata_alone;
        is_jsonata && self.visit.part.takes_expressions()
    }

    fn conflict(&self, error: &ValidationError<'_>) -> Diagnostic {
        // The schema says so at `/dependencies/OTHER/properties/FIELD`.
        let other = error.schema_path().segments().nth(1);
        let other = match &other {
            Some(LocationSegment::Property(name)) => name.as_ref(),
            _ => "",
        };
        let key = |entry: Option<&Entry>| entry.map_or(self.node.span(), |entry| entry.key_span);
        let message = format!("`{other}` and `{}` exclude each other", self.field);
        rules::CONFLICTING_FIELDS
            .finding(message)
            .label(key(self.entry), "this field…")
            .label(key(self.visit.node.entry(other)), "…or this one")
            .help("keep one of the two")
    }

    fn wrong_type(&self, expected: &TypeKind) -> Diagnostic {
        let mut names: Vec<String> = match expected {
            TypeKind::Single(kind) => vec![with_article(&kind.to_string())],
            TypeKind::Multiple(kinds) => {
                kinds.iter().map(|k| with_article(&k.to_string())).collect()
            }
        };
        if self.takes_expression() && !names.iter().any(|name| name == "a string") {
            names.push("a JSONata expression".to_owned());
        }
        let expected = listed(&names, "or");
        let found = match self.node.kind() {
            Kind::Number(_) => shown(self.node),
            _ => with_article(self.node.type_name()),
        };
        let finding = rules::WRONG_TYPE
            .finding(format!(
                "`{}` must be {expected}, but is {found}",
                self.field
            ))
            .label(self.node.span(), format!("expected {expected}"));
        if self.takes_expression() && self.node.as_str().is_some() {
            return finding.help("an expression stands between `{%` and `%}`");
        }
        finding
    }

    fn none_of(&self, options: &Value) -> Diagnostic {
        let known: Vec<&str> = options
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let names: Vec<String> = known.iter().map(|option| quoted(option)).collect();
        let message = format!(
            "`{}` must be {}, got {}",
            self.field,
            listed(&names, "or"),
            shown(self.node)
        );
        let near = self
            .node
            .as_str()
            .and_then(|text| nearest(text, known.iter().copied()));
        let finding = rules::INVALID_VALUE.finding(message);
        match near {
            None => finding.label(self.node.span(), "not one of the allowed values"),
            Some(near) => {
                let edit = Edit {
                    span: self.node.span(),
                    text: json_string(near),
                };
                finding
                    .label(self.node.span(), "no such value")
                    .help(format!("did you mean {}?", quoted(near)))
                    .fix(true, vec![edit])
            }
        }
    }

    fn beyond(&self, bound: &str, limit: &Value) -> Diagnostic {
        let message = format!(
            "`{}` must be {bound} {limit}, got {}",
            self.field,
            shown(self.node)
        );
        let finding = rules::INVALID_VALUE.finding(message);
        match self.shrinking_waits() {
            Some(waits) => finding.label(self.node.span(), waits).help(
                "use 1.0 for a wait that stays the same; `MaxDelaySeconds` caps one that grows",
            ),
            None => finding.label(self.node.span(), format!("expected {bound} {limit}")),
        }
    }

    /// What a `BackoffRate` below 1 would do to the waits between attempts.
    fn shrinking_waits(&self) -> Option<String> {
        let rate = self.node.as_number()?.as_f64();
        let interval = self.visit.node.get("IntervalSeconds");
        let interval = interval.and_then(Node::as_number);
        let mut wait = interval.map_or(1.0, Number::as_f64);
        if self.field != "BackoffRate" || rate <= 0.0 || wait <= 0.0 {
            return None;
        }
        let mut waits = Vec::new();
        for _ in 0..3 {
            let rounded = (wait * 100.0).round() / 100.0;
            waits.push(format!("{rounded} s"));
            wait *= rate;
        }
        Some(format!("the waits would shrink: {}", waits.join(", ")))
    }

    fn empty(&self) -> Diagnostic {
        rules::INVALID_VALUE
            .finding(format!("`{}` must not be empty", self.field))
            .label(self.node.span(), "nothing is in here")
    }
}

fn backticked(name: &str) -> String {
    format!("`{}`", quoted(name).trim_matches('"'))
}

fn with_article(kind: &str) -> String {
    match kind {
        "null" => "`null`".to_owned(),
        "array" | "integer" | "object" => format!("an {kind}"),
        _ => format!("a {kind}"),
    }
}

/// `a`, `a or b`, `a, b or c`.
fn listed(items: &[String], last: &str) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
