//! Findings as the protocol tells them.

use std::cmp::Reverse;

use lsp_types::{
    CodeDescription, Diagnostic as Told, DiagnosticRelatedInformation, DiagnosticSeverity,
    DiagnosticTag, Location, NumberOrString, PublishDiagnosticsParams, Uri,
};

use super::client::Client;
use super::document::{Document, Reading};
use crate::lint;
use crate::syntax::{Diagnostic, Severity};

/// Nobody reads more, and a client that draws a hundred thousand stands still. The worst are told.
const MOST: usize = 1000;

/// What the client calls the tool.
const SOURCE: &str = "asl";

/// All findings of a document, with the version they are about.
pub(super) fn publication(
    document: &Document,
    findings: &[Diagnostic],
    client: Client,
) -> PublishDiagnosticsParams {
    let reading = document.reading();
    let mut findings: Vec<&Diagnostic> = findings.iter().collect();
    if findings.len() > MOST {
        findings.sort_by_key(|found| Reverse(found.severity));
        findings.truncate(MOST);
    }
    let told = findings.into_iter();
    let told = told.map(|found| told_of(found, reading, &document.uri, client));
    PublishDiagnosticsParams::new(document.uri.clone(), told.collect(), Some(document.version))
}

/// A finding with its place in the text.
pub(super) fn told_of(found: &Diagnostic, reading: &Reading, uri: &Uri, client: Client) -> Told {
    let range = |span| client.encoding.range(&reading.lines, span);
    let related = found.labels.iter().skip(1);
    let related = related.map(|label| DiagnosticRelatedInformation {
        location: Location::new(uri.clone(), range(label.span)),
        message: if label.message.is_empty() {
            "see here".to_owned()
        } else {
            label.message.to_string()
        },
    });
    let related: Vec<_> = related.filter(|_| client.shows_related).collect();
    Told {
        range: range(found.span()),
        severity: Some(severity(found.severity)),
        code: Some(NumberOrString::String(found.rule.to_owned())),
        code_description: reference(found.rule).map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: message(found),
        related_information: (!related.is_empty()).then_some(related),
        tags: is_about_dead_text(found.rule).then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: None,
    }
}

/// What is wrong, and on a line of its own what to do about it.
fn message(found: &Diagnostic) -> String {
    match &found.help {
        Some(help) => format!("{}\n{help}", found.message),
        None => found.message.clone(),
    }
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    }
}

/// The first link under the rule page's last heading.
fn reference(rule: &str) -> Option<Uri> {
    let page = lint::rule(rule)?.page();
    let (_, references) = page.split_once("## Reference")?;
    let (_, link) = references.split_once('<')?;
    let (link, _) = link.split_once('>')?;
    link.parse().ok()
}

/// Whether what a rule reports could go without being missed: clients show it faded.
fn is_about_dead_text(rule: &str) -> bool {
    ["unreachable-", "unused-"]
        .iter()
        .any(|dead| rule.starts_with(dead))
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::open;
    use super::*;

    fn told(name: &str, text: &str, client: Client) -> Vec<Told> {
        let document = open(name, text);
        let findings = document.findings(|_| lint::Options::default());
        publication(&document, findings, client).diagnostics
    }

    #[test]
    fn a_finding_has_its_place_its_rule_and_what_to_do() {
        let text = r#"{"StartAt": "🚀", "States": {"Go": {"Type": "Succeed"}}}"#;
        let found = &told("a.asl.json", text, Client::default())[0];
        assert_eq!(found.range.start.character, 12);
        assert_eq!(found.range.end.character, 16, "🚀 takes two units");
        assert_eq!(found.severity, Some(DiagnosticSeverity::ERROR));
        assert_eq!(
            found.code,
            Some(NumberOrString::String("unknown-target".into()))
        );
        let link = found
            .code_description
            .as_ref()
            .expect("its page has a link");
        assert!(link.href.as_str().starts_with("https://"));
        assert_eq!(found.related_information, None);
        assert_eq!(found.tags, None);
    }

    #[test]
    fn dead_states_are_marked_as_unnecessary() {
        let text =
            r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}, "B": {"Type": "Fail"}}}"#;
        let found = &told("a.asl.json", text, Client::default())[0];
        assert_eq!(found.tags, Some(vec![DiagnosticTag::UNNECESSARY]));
        assert!(
            found.message.contains('\n'),
            "with what to do: {}",
            found.message
        );
    }

    #[test]
    fn further_places_are_told_to_clients_that_show_them() {
        let text =
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Type": "Pass", "End": true}}}"#;
        let client = Client {
            shows_related: true,
            ..Client::default()
        };
        let found = &told("a.asl.json", text, client)[0];
        let related = found
            .related_information
            .as_ref()
            .expect("it has a second place");
        assert_eq!(related[0].message, "first given here");
        assert_eq!(related[0].location.range.start.character, 34);
    }

    #[test]
    fn every_rule_has_a_link() {
        // What is about our own comments has no page elsewhere.
        let ours = ["unknown-rule", "unused-ignore"];
        for rule in lint::RULES.iter().filter(|rule| !ours.contains(&rule.name)) {
            assert!(reference(rule.name).is_some(), "{}", rule.name);
        }
    }
}
