//! Fields of the other query language: JSONPath fields in JSONata states, and the reverse.
//!
//! Source: 01-fields §1.2 and §1.5. Only fields that the object can have are looked at; the
//! schema itself speaks about the others.

use super::part::Part;
use super::{Language, Visit};
use crate::lint::rules;
use crate::query::QueryLanguage;
use crate::syntax::{Diagnostic, Entry};

/// Adds a finding for each field of the other language.
pub(super) fn check(visit: &Visit<'_>, out: &mut Vec<Diagnostic>) {
    let language = &visit.language;
    if language.is_disputed || visit.part == Part::NestedRule {
        return;
    }
    let is_foreign = |entry: &&Entry| {
        of_field(visit.part, &entry.key).is_some_and(|own| own != language.name)
            && visit.part.has_field(&entry.key)
    };
    let mut foreign = visit.node.entries().iter().filter(is_foreign);
    if visit.part == Part::ChoiceRule {
        // A rule is written in one language: its first field stands for the others.
        let first = foreign.next();
        out.extend(first.map(|entry| finding(visit, entry)));
        out.extend(missing_condition(visit).filter(|_| first.is_none()));
    } else {
        out.extend(foreign.map(|entry| finding(visit, entry)));
    }
}

/// The only language that has a field; `None` when both have it.
fn of_field(part: Part, field: &str) -> Option<QueryLanguage> {
    if part == Part::ChoiceRule {
        return match field {
            "Condition" | "Output" => Some(QueryLanguage::Jsonata),
            "Assign" | "Comment" | "Next" => None,
            _ => Some(QueryLanguage::JsonPath),
        };
    }
    match field {
        "Arguments" | "Items" | "Output" => Some(QueryLanguage::Jsonata),
        "InputPath" | "OutputPath" | "Parameters" | "Result" | "ResultPath" | "ResultSelector" => {
            Some(QueryLanguage::JsonPath)
        }
        _ => field.ends_with("Path").then_some(QueryLanguage::JsonPath),
    }
}

fn finding(visit: &Visit<'_>, entry: &Entry) -> Diagnostic {
    let (rule, own, used) = match visit.language.name {
        QueryLanguage::Jsonata => (
            &rules::JSONPATH_FIELD_IN_JSONATA_STATE,
            "JSONPath",
            "JSONata",
        ),
        QueryLanguage::JsonPath => (
            &rules::JSONATA_FIELD_IN_JSONPATH_STATE,
            "JSONata",
            "JSONPath",
        ),
    };
    let field = &entry.key;
    let finding = rule
        .finding(format!(
            "`{field}` is a {own} field, but this state uses {used}"
        ))
        .label(entry.key_span, format!("not allowed in a {used} state"));
    let finding = said(&visit.language, finding);
    match visit.language.name {
        QueryLanguage::Jsonata => finding.help(jsonata_instead(visit.part, field)),
        QueryLanguage::JsonPath => finding.help(format!(
            "{}, or give the state `\"QueryLanguage\": \"JSONata\"`",
            jsonpath_instead(visit.part, field)
        )),
    }
}

fn said(language: &Language, finding: Diagnostic) -> Diagnostic {
    match language.said {
        None => finding,
        Some(span) if language.is_own => finding.label(span, "its query language is set here"),
        Some(span) => finding.label(span, "query language set for the whole machine here"),
    }
}

/// What does in JSONata what a JSONPath field does.
fn jsonata_instead(part: Part, field: &str) -> String {
    let instead = match (part, field) {
        (Part::ChoiceRule, _) => r#"use `Condition`, such as "{% $states.input.total > 100 %}""#,
        (_, "InputPath") => "read `$states.input` where the value is needed",
        (Part::Map, "Parameters") => "use `ItemSelector`",
        (Part::Task | Part::Parallel | Part::ItemReader | Part::ResultWriter, "Parameters") => {
            "use `Arguments`"
        }
        (_, "ItemsPath") => r#"use `Items`, such as "{% $states.input.items %}""#,
        (_, "OutputPath" | "Parameters" | "ResultSelector" | "Result") => "use `Output`",
        (_, "ResultPath") => {
            r#"use `Output` or `Assign`, for example "Output": "{% $merge([$states.input, {'result': $states.result}]) %}""#
        }
        (_, field) => {
            let plain = field.strip_suffix("Path").unwrap_or(field);
            return format!("use `{plain}` with an expression: \"{{% … %}}\"");
        }
    };
    instead.to_owned()
}

/// What does in JSONPath what a JSONata field does.
fn jsonpath_instead(part: Part, field: &str) -> &'static str {
    match (part, field) {
        (Part::ChoiceRule, "Condition") => "use `Variable` with a comparison",
        (Part::Pass, "Output") => "use `Parameters` or `Result`",
        (Part::Task | Part::Parallel | Part::Map, "Output") => {
            "use `ResultSelector`, `ResultPath` and `OutputPath`"
        }
        (Part::Catcher, "Output") => "use `ResultPath`",
        (Part::ChoiceRule, "Output") => "use `Assign`",
        (_, "Output") => "use `OutputPath`",
        (_, "Arguments") => "use `Parameters`",
        _ => "use `ItemsPath`",
    }
}

/// A rule of a JSONata Choice that says nothing of when it holds.
fn missing_condition(visit: &Visit<'_>) -> Option<Diagnostic> {
    let is_jsonata = visit.language.name == QueryLanguage::Jsonata;
    if !is_jsonata || visit.node.entry("Condition").is_some() {
        return None;
    }
    Some(
        rules::MISSING_FIELD
            .finding("this choice rule has no `Condition`")
            .label(visit.place, "a JSONata choice rule needs `Condition`"),
    )
}
