//! # unsupported-map-resource
//!
//! ## What it does
//! Reports an `ItemReader` or a `ResultWriter` whose `Resource` a distributed Map cannot use, or
//! that does not say which bucket or object it is about.
//!
//! ## Why it matters
//! Items are read with `s3:getObject` or `s3:listObjectsV2`, and results are written with
//! `s3:putObject`; there is nothing else. AWS rejects other resources with
//! `SCHEMA_VALIDATION_FAILED`. Without `Bucket` (and `Key`, to read an object) the Map Run fails.
//!
//! ## Example
//! ```json
//! { "Resource": "arn:aws:states:::s3:getItem", "Parameters": { "Bucket": "b", "Key": "k" } }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Resource": "arn:aws:states:::s3:getObject", "Parameters": { "Bucket": "b", "Key": "k" } }
//! ```
//!
//! ## Reference
//! AWS Step Functions, `ItemReader`:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>

use super::{Category, Rule};
use crate::lint::context::Context;
use crate::lint::is_filled_in_later;
use crate::lint::quoted;
use crate::lint::similar::nearest;
use crate::lint::tasks::{Integration, Part};
use crate::syntax::{Diagnostic, Edit, Entry, Kind, Node, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unsupported-map-resource",
    category: Category::Resource,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("unsupported_map_resource.rs"),
    check,
};

/// A field with a resource, the actions that it can name, and what each of them needs.
type Known = (
    &'static str,
    &'static [(&'static str, &'static [&'static str])],
);

const READER: Known = (
    "ItemReader",
    &[
        ("getObject", &["Bucket", "Key"]),
        ("listObjectsV2", &["Bucket"]),
    ],
);
const WRITER: Known = ("ResultWriter", &[("putObject", &["Bucket"])]);

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for map in context.maps() {
        for (field, actions) in [READER, WRITER] {
            let Some(entry) = map.node.entry(field) else {
                continue;
            };
            let node = context.tree.node(entry.value);
            let Some(resource) = node.get("Resource") else {
                out.extend(
                    (field == "ResultWriter")
                        .then(|| empty(node, entry))
                        .flatten(),
                );
                continue;
            };
            match action(resource, actions) {
                Action::Known(needs) => out.extend(missing(context, field, node, needs)),
                Action::Unknown => out.push(unsupported(context, field, resource, actions)),
                Action::Unknowable => {}
            }
        }
    }
}

enum Action {
    Known(&'static [&'static str]),
    Unknown,
    Unknowable,
}

fn action(resource: Node<'_>, actions: &[(&'static str, &'static [&'static str])]) -> Action {
    let Some(text) = resource.as_str() else {
        return Action::Unknowable;
    };
    let part = Part { text, at: 0 };
    let Some(found) = Integration::of(text) else {
        let is_template = part.is_filled_in_later();
        return if is_template {
            Action::Unknowable
        } else {
            Action::Unknown
        };
    };
    let is_plain = !found.is_sdk && found.service.text == "s3" && found.pattern.text.is_empty();
    let known = actions.iter().find(|(name, _)| *name == found.action.text);
    match known.filter(|_| is_plain) {
        Some((_, needs)) => Action::Known(needs),
        None => Action::Unknown,
    }
}

fn unsupported(
    context: &Context<'_>,
    field: &str,
    resource: Node<'_>,
    actions: &[(&'static str, &[&str])],
) -> Diagnostic {
    let text = resource.as_str().map_or("", |text| text);
    let names: Vec<String> = actions
        .iter()
        .map(|(name, _)| format!("arn:aws:states:::s3:{name}"))
        .collect();
    let message = format!("`{field}` cannot use the resource {}", quoted(text));
    let finding = RULE
        .finding(message)
        .help(format!("use {}", names.join(" or ")));
    let near = Integration::of(text)
        .filter(|it| !it.is_sdk && it.service.text == "s3")
        .and_then(|it| {
            Some((
                it.action,
                nearest(it.action.text, actions.iter().map(|(name, _)| *name))?,
            ))
        });
    let Some((part, near)) = near else {
        return finding.label(resource.span(), "nothing to read from or write to here");
    };
    let span = context.place(resource.span(), part);
    let finding = finding
        .label(span, "no such action")
        .help(format!("did you mean {}?", quoted(near)));
    if span == resource.span() {
        return finding;
    }
    let text = near.to_owned();
    finding.fix(true, vec![Edit { span, text }])
}

/// A finding when an argument is missing that the action needs.
fn missing(
    context: &Context<'_>,
    field: &str,
    node: Node<'_>,
    needs: &[&str],
) -> Option<Diagnostic> {
    let entry = node
        .entry("Parameters")
        .or_else(|| node.entry("Arguments"))?;
    let arguments = context.tree.node(entry.value);
    let is_object = matches!(arguments.kind(), Kind::Object(_));
    if !is_object || is_filled_in_later(arguments) {
        return None;
    }
    let has = |name: &str| {
        arguments.entry(name).is_some() || arguments.entry(&format!("{name}.$")).is_some()
    };
    let lacking = needs.iter().find(|name| !has(name))?;
    let mut finding = RULE
        .finding(format!("`{field}` does not say which `{lacking}` to use"))
        .label(entry.key_span, format!("`{lacking}` belongs in here"));
    finding.aws_code = None;
    Some(finding)
}

/// A writer that neither writes nor changes the results; AWS was seen to accept it.
fn empty(node: Node<'_>, entry: &Entry) -> Option<Diagnostic> {
    let is_empty = matches!(node.kind(), Kind::Object(entries) if entries.is_empty());
    let mut finding = RULE
        .finding("`ResultWriter` is empty: results are not written")
        .label(
            entry.key_span,
            "neither `Resource` nor `WriterConfig` is in here",
        )
        .help("remove it, or give it a `Resource` with `Parameters`, or a `WriterConfig`");
    finding.severity = Severity::Warning;
    finding.aws_code = None;
    is_empty.then_some(finding)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::lint::tests::check;

    fn check_map(fields: &str, expected: Expect) {
        let definition = format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Map", "End": true,
              {fields},
              "ItemProcessor": {{"ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
                "StartAt": "I", "States": {{"I": {{"Type": "Succeed"}}}}}}}}}}}}"#
        );
        check(&definition, expected);
    }

    #[test]
    fn items_are_read_from_s3() {
        check_map(
            r#""ItemReader": {"Resource": "arn:aws:states:::dynamodb:scan"}"#,
            expect![[r#"
                error[unsupported-map-resource] `ItemReader` cannot use the resource "arn:aws:states:::dynamodb:scan" (SCHEMA_VALIDATION_FAILED)
                  at 2:42 "arn:aws:states:::dynamodb:scan" -- nothing to read from or write to here
                  help: use arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2
            "#]],
        );
        check_map(
            r#""ItemReader": {"Resource": "arn:aws:states:::s3:getobject"}"#,
            expect![[r#"
                error[unsupported-map-resource] `ItemReader` cannot use the resource "arn:aws:states:::s3:getobject" (SCHEMA_VALIDATION_FAILED)
                  at 2:63 getobject -- no such action
                  help: did you mean "getObject"?
                  fix: 2:63 getobject -> getObject
            "#]],
        );
        check_map(
            r#""ItemReader": {"Resource": "foo"}"#,
            expect![[r#"
            error[unsupported-map-resource] `ItemReader` cannot use the resource "foo" (SCHEMA_VALIDATION_FAILED)
              at 2:42 "foo" -- nothing to read from or write to here
              help: use arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2
        "#]],
        );
        check_map(
            r#""ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket.$": "$.b"}}"#,
            expect![[r#"
                error[unsupported-map-resource] `ItemReader` does not say which `Key` to use (-)
                  at 2:75 "Parameters" -- `Key` belongs in here
            "#]],
        );
    }

    #[test]
    fn results_are_written_to_s3() {
        check_map(
            r#""ResultWriter": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b"}}"#,
            expect![[r#"
                error[unsupported-map-resource] `ResultWriter` cannot use the resource "arn:aws:states:::s3:getObject" (SCHEMA_VALIDATION_FAILED)
                  at 2:65 getObject -- no such action
                  help: did you mean "putObject"?
                  fix: 2:65 getObject -> putObject
            "#]],
        );
        check_map(
            r#""ResultWriter": {}"#,
            expect![[r#"
            warning[unsupported-map-resource] `ResultWriter` is empty: results are not written (-)
              at 2:15 "ResultWriter" -- neither `Resource` nor `WriterConfig` is in here
              help: remove it, or give it a `Resource` with `Parameters`, or a `WriterConfig`
        "#]],
        );
    }

    #[test]
    fn supported_and_unknowable_resources_are_left_alone() {
        check_map(
            r#""ItemReader": {"Resource": "arn:aws-cn:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}},
               "ResultWriter": {"Resource": "${Writer}", "Parameters": {}}"#,
            expect![""],
        );
        check_map(
            r#""ResultWriter": {"WriterConfig": {"OutputType": "JSONL"}}"#,
            expect![""],
        );
    }
}
