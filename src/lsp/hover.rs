//! What is shown when the mouse rests: a state's summary, what a field, a function or a member of
//! the context object is, and the page of each rule that found something here.

use std::fmt::Write;

use lsp_types::{Hover, HoverContents, MarkupContent};

use super::client::Client;
use super::cursor::{Around, Cursor, touches};
use super::document::{Document, Reading};
use super::expression;
use super::names::{self, Occurrence};
use super::words;
use crate::language::{Body, Flow, State};
use crate::lint;
use crate::syntax::{Diagnostic, Span};

/// The most states that a summary names as those that lead to one.
const MOST_LEADING: usize = 10;

/// What there is to say about a byte.
pub(super) fn hover(
    document: &Document,
    findings: &[Diagnostic],
    offset: usize,
    client: Client,
) -> Option<Hover> {
    if !document.is_definition() {
        return None;
    }
    let reading = document.reading();
    let word = word(reading, offset);
    let found = findings
        .iter()
        .filter(|found| touches(found.span(), offset));
    let found: Vec<&Diagnostic> = found.collect();
    let mut parts: Vec<String> = word.iter().map(|(text, _)| text.clone()).collect();
    let mut rules: Vec<&str> = found.iter().map(|found| found.rule).collect();
    rules.dedup();
    parts.extend(rules.into_iter().filter_map(page));
    let span = word
        .map(|(_, span)| span)
        .or_else(|| Some(found.first()?.span()));
    (!parts.is_empty()).then(|| Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind: client.markup(),
            value: parts.join("\n\n---\n\n"),
        }),
        range: span.map(|span| client.encoding.range(&reading.lines, span)),
    })
}

fn page(rule: &str) -> Option<String> {
    lint::rule(rule).map(lint::Rule::page)
}

/// What stands at a byte, whatever is wrong with it.
fn word(reading: &Reading, offset: usize) -> Option<(String, Span)> {
    if let Some(found) = names::at(&reading.machine, offset) {
        return state(reading, found);
    }
    let cursor = Cursor::at(&reading.tree, offset);
    let around = Around::of(&cursor);
    if let Some(entry) = cursor.key {
        let is_field = around.below.is_empty() && !around.is_among_states;
        return is_field
            .then(|| field(&around, &entry.key, entry.key_span))
            .flatten();
    }
    let text = &reading.source.text;
    let is_string = cursor.node().as_str().is_some();
    // Comments name rules that they silence; those of YAML are no nodes.
    if around.below == ["Comment"] || !is_string {
        let (rule, span) = expression::rule_at(text, offset)?;
        return Some((page(rule).filter(|_| rule.contains('-'))?, span));
    }
    let (token, span) = expression::token_at(text, offset)?;
    Some((of_expression(token)?, span))
}

fn field(around: &Around<'_>, name: &str, span: Span) -> Option<(String, Span)> {
    let allowed = around
        .shape
        .fields()
        .into_iter()
        .find(|field| field.name == name);
    let allowed = allowed?;
    let mut text = format!("**{name}**");
    if !allowed.types.is_empty() {
        write!(text, " · {}", allowed.types.join(" or ")).expect("a string takes all");
    }
    if allowed.is_required {
        text.push_str(" · required");
    }
    if let Some(words) = words::field(name) {
        write!(text, "\n\n{words}").expect("a string takes all");
    }
    if !allowed.values.is_empty() {
        let values: Vec<String> = allowed.values.iter().map(|value| code(value)).collect();
        write!(text, "\n\nOne of {}.", values.join(", ")).expect("a string takes all");
    }
    Some((text, span))
}

/// What a function or a member of the context object is.
fn of_expression(token: &str) -> Option<String> {
    if let Some(name) = token.strip_prefix("States.") {
        if let Some(function) = words::intrinsic(name) {
            return Some(format!("`{}`\n\n{}", function.call(), function.words()));
        }
        let error = words::ERRORS.iter().find(|(known, _)| *known == token);
        return error.map(|(name, words)| format!("**{name}**\n\n{words}"));
    }
    let member = token
        .strip_prefix("$$.")
        .or_else(|| token.strip_prefix("$states.context."));
    if let Some(path) = member {
        // What stands below a member, such as a field of the input, is the user's.
        let known = words::CONTEXT.iter().rev().find(|(known, _)| {
            let rest = path.strip_prefix(known);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        return known.map(|(name, words)| format!("**{name}**\n\n{words}"));
    }
    let name = token.strip_prefix('$')?;
    let function = words::jsonata()
        .iter()
        .find(|function| function.name == name)?;
    let (call, signature, summary) = (&function.call, &function.signature, function.summary);
    Some(format!("`{call}` `{signature}`\n\n{summary}."))
}

/// A state in a few lines: what it does, where it leads and what leads to it.
fn state(reading: &Reading, found: Occurrence<'_>) -> Option<(String, Span)> {
    let state = found.flow.state(found.name)?;
    let kind = state
        .type_name
        .as_ref()
        .map_or("no type", |field| &field.value);
    let mut text = format!("**{}** · {}", escaped(&state.name), escaped(kind));
    if let Some(comment) = &state.comment {
        write!(text, "\n\n{}", escaped(&comment.value)).expect("a string takes all");
    }
    if let Body::Task(task) = &state.body
        && let Some(resource) = &task.resource
    {
        write!(text, "\n\n{}", code(resource.value.text())).expect("a string takes all");
    }
    let mut lines = Vec::new();
    for lead in names::leads(state) {
        lines.push(format!("- {} → {}", lead.by, code(&lead.to.name)));
    }
    if state.is_terminal() {
        lines.push("- ends its scope".to_owned());
    }
    lines.push(leading(found.flow, &state.name));
    write!(text, "\n\n{}", lines.join("\n")).expect("a string takes all");
    let span = if reading.written(found.span).is_empty() {
        state.name_span
    } else {
        found.span
    };
    Some((text, span))
}

/// Who leads to a state of the scope.
fn leading(flow: &Flow, name: &str) -> String {
    let mut from = Vec::new();
    if flow
        .start_at
        .as_ref()
        .is_some_and(|start| *start.name == *name)
    {
        from.push("`StartAt`".to_owned());
    }
    for other in &flow.states {
        let leads = names::leads(other).into_iter();
        let leads = leads.filter(|lead| *lead.to.name == *name);
        from.extend(leads.map(|lead| of_lead(other, &lead.by)));
    }
    let more = from.len().saturating_sub(MOST_LEADING);
    from.truncate(MOST_LEADING);
    if more > 0 {
        from.push(format!("{more} more"));
    }
    match &from[..] {
        [] => "- nothing leads here".to_owned(),
        from => format!("- reached from {}", from.join(", ")),
    }
}

fn of_lead(state: &State, by: &str) -> String {
    format!("{} ({by})", code(&state.name))
}

/// A text as code, whatever is in it.
fn code(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    let longest = text
        .split(|char| char != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    if longest == 0 && !text.trim().is_empty() {
        return format!("{fence}{text}{fence}");
    }
    format!("{fence} {text} {fence}")
}

/// A text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        if char.is_ascii_punctuation() && !matches!(char, '.' | ',' | ':' | '\'' | '"' | '-' | '/')
        {
            shown.push('\\');
        }
        shown.push(if char.is_control() && char != '\n' {
            ' '
        } else {
            char
        });
    }
    shown
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::document::tests::open;
    use super::*;

    const TEXT: &str = r#"{"StartAt": "Ask", "States": {
"Ask": {"Type": "Choice", "Comment": "who *pays*?", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Pay"}], "Default": "Pay"},
"Pay": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Next": "End",
  "Parameters": {"x.$": "States.Format('{}', $$.Execution.Input.id)", "Next": 1},
  "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "End"}]},
"End": {"Type": "Succeed", "QueryLanguage": "JSONata", "Output": "{% $substringBefore($states.context.State.Name, '-') %}"},
"Lost": {"Type": "Fail", "Comment": "asl: unreachable-state"}}}"#;

    /// The first lines of the hover on the last character of a place.
    fn check(place: &str, expected: &Expect) {
        shown(place, &[], expected);
    }

    fn check_findings(place: &str, expected: &Expect) {
        let document = open("a.asl.json", TEXT);
        let findings = document.findings(|_| lint::Options::default());
        shown(place, findings, expected);
    }

    fn shown(place: &str, findings: &[Diagnostic], expected: &Expect) {
        let document = open("a.asl.json", TEXT);
        let offset = TEXT.find(place).expect("is in the text") + place.len() - 1;
        let client = Client {
            shows_markdown: true,
            ..Client::default()
        };
        let found = hover(&document, findings, offset, client);
        let found = found.map(|hover| match hover.contents {
            HoverContents::Markup(markup) => markup.value,
            _ => panic!("it is markup"),
        });
        let found = found.unwrap_or_else(|| "(nothing)".to_owned());
        let found: Vec<&str> = found.lines().take(12).collect();
        expected.assert_eq(&(found.join("\n") + "\n"));
    }

    #[test]
    fn a_state_has_a_summary() {
        check(
            r#"{"StartAt": "A"#,
            &expect![[r#"
            **Ask** · Choice

            who \*pays\*\?

            - Choices[0] → `Pay`
            - Default → `Pay`
            - reached from `StartAt`
        "#]],
        );
        check(
            "\"Pay",
            &expect![[r#"
            **Pay** · Task

            `arn:aws:states:::sqs:sendMessage`

            - Next → `End`
            - Catch[0] → `End`
            - reached from `Ask` (Choices[0]), `Ask` (Default)
        "#]],
        );
        check(
            "\"End",
            &expect![[r#"
            **End** · Succeed

            - ends its scope
            - reached from `Pay` (Next), `Pay` (Catch[0])
        "#]],
        );
    }

    #[test]
    fn a_field_is_explained_where_the_language_has_it() {
        check(
            r#""IsNull"#,
            &expect![[r#"
            **IsNull** · boolean

            Whether the variable is null.
        "#]],
        );
        check(
            r#""Task", "Resource"#,
            &expect![[r#"
            **Resource** · string · required

            What does the work: an ARN of a function, an activity or a service's action.
        "#]],
        );
        check(
            "{\"Type",
            &expect![[r#"
            **Type** · required

            What the state does.

            One of `Task`, `Pass`, `Choice`, `Wait`, `Succeed`, `Fail`, `Parallel`, `Map`.
        "#]],
        );
        check(
            "id)\", \"Next",
            &expect![[r#"
                (nothing)
            "#]],
        );
    }

    #[test]
    fn words_of_expressions_are_explained() {
        check(
            "States.For",
            &expect![[r#"
                `States.Format(template, value, …)`

                The template with each `{}` replaced by the next value. Gives a string.
            "#]],
        );
        check(
            "$$.Execution.In",
            &expect![[r#"
            **Execution.Input**

            The input that the execution was started with.
        "#]],
        );
        check(
            "$substringBe",
            &expect![[r#"
            `$substringBefore(str, chars)` `<s-s:s>`

            The part of a string before the first occurrence of a substring.
        "#]],
        );
        check(
            "$states.context.State.Na",
            &expect![[r#"
            **State.Name**

            The state's name.
        "#]],
        );
        check(
            "States.TaskFai",
            &expect![[r#"
            **States.TaskFailed**

            Every error of a Task but a time-out.
        "#]],
        );
    }

    #[test]
    fn a_finding_shows_its_rule() {
        check_findings(
            "\"Lost",
            &expect![[r#"
            **Lost** · Fail

            asl: unreachable-state

            - ends its scope
            - nothing leads here

            ---

            # unreachable-state

            ## What it does
        "#]],
        );
        check_findings(
            "asl: unreach",
            &expect![[r##"
            # unreachable-state

            ## What it does
            Reports a state that the walk from `StartAt` never comes to, also when other unreachable
            states point at it, or it points at itself.

            ## Why it matters
            It is dead: often a transition was forgotten or points elsewhere. AWS rejects a state that
            no transition names with `MISSING_TRANSITION_TARGET`, "State … is not reachable".

            ## Example
            ```json
        "##]],
        );
    }

    #[test]
    fn texts_cannot_become_markup() {
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code(""), "`  `");
        assert_eq!(escaped("<b>*x*\u{7}"), r"\<b\>\*x\* ");
    }
}
