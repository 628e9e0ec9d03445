//! A state gets another name: its key, and every transition of its scope that names it.

use lsp_server::ErrorCode;
use lsp_types::{PrepareRenameResponse, TextEdit, WorkspaceEdit};

use super::Refusal;
use super::client::Client;
use super::document::{Document, Reading};
use super::edits;
use super::names;
use crate::data::limits::MAX_STATE_NAME;
use crate::language::StateMachine;
use crate::syntax::Span;

/// What would be renamed at a byte, if something can be.
pub(super) fn prepare(
    document: &Document,
    offset: usize,
    client: Client,
) -> Option<PrepareRenameResponse> {
    let reading = document.reading();
    let found = names::at(&reading.machine, offset)?;
    // A name that no state has can be mended, but there is nothing to rename.
    found.flow.index(found.name)?;
    Some(PrepareRenameResponse::RangeWithPlaceholder {
        range: client
            .encoding
            .range(&reading.lines, within_quotes(reading, found.span)),
        placeholder: found.name.to_owned(),
    })
}

/// The edits that give the state at a byte another name.
pub(super) fn rename(
    document: &Document,
    offset: usize,
    name: &str,
    client: Client,
) -> Result<WorkspaceEdit, Refusal> {
    let reading = document.reading();
    let found = names::at(&reading.machine, offset)
        .filter(|found| found.flow.index(found.name).is_some())
        .ok_or_else(|| refusal("there is no state here: put the cursor on a state's name"))?;
    if found.name == name {
        return Ok(WorkspaceEdit::default());
    }
    check(&reading.machine, name)?;
    let edits = names::all(found).into_iter().map(|found| {
        let (span, new_text) = rewritten(reading, found.span, name);
        let range = client.encoding.range(&reading.lines, span);
        TextEdit { range, new_text }
    });
    Ok(edits::workspace_edit(document, edits.collect(), client))
}

/// Names are unique in the whole machine: `DUPLICATE_STATE_NAME` of the service.
fn check(machine: &StateMachine, name: &str) -> Result<(), Refusal> {
    let length = name.chars().count();
    if name.is_empty() {
        return Err(refusal("a state's name cannot be empty"));
    }
    if length > MAX_STATE_NAME {
        let message = format!(
            "a state's name has at most {MAX_STATE_NAME} characters; this one has {length}"
        );
        return Err(refusal(&message));
    }
    if let Some(control) = name.chars().find(|char| char.is_control()) {
        let code = u32::from(control);
        let message = format!("a state's name cannot hold the control character U+{code:04X}");
        return Err(refusal(&message));
    }
    if machine.states().any(|state| &*state.name == name) {
        let message = format!("there is a state \"{name}\" already: names are unique in a machine");
        return Err(refusal(&message));
    }
    Ok(())
}

fn refusal(message: &str) -> Refusal {
    Refusal::new(ErrorCode::RequestFailed, message)
}

/// The name without its quotes: what an editor puts into its box.
fn within_quotes(reading: &Reading, span: Span) -> Span {
    let written = reading.written(span);
    let is_quoted = written.len() >= 2
        && ['"', '\'']
            .iter()
            .any(|quote| written.starts_with(*quote) && written.ends_with(*quote));
    if is_quoted {
        Span::new(span.start as usize + 1, span.end as usize - 1)
    } else {
        span
    }
}

/// The name as it is written in the place of another, in the same quotes where it can be.
fn rewritten(reading: &Reading, span: Span, name: &str) -> (Span, String) {
    let written = reading.written(span).trim_end();
    let span = Span::new(span.start as usize, span.start as usize + written.len());
    let quote = written
        .chars()
        .next()
        .filter(|first| ['"', '\''].contains(first));
    let text = match quote {
        Some(quote) => edits::quoted(name, quote),
        None => edits::scalar(name, reading.format),
    };
    (span, text)
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::open;
    use super::super::edits::tests::applied;
    use super::*;

    const TEXT: &str = r#"{"StartAt": "A", "States": {
"A": {"Type": "Pass", "Next": "B", "Comment": "A"}, "B": {"Type": "Choice", "Choices": [], "Default": "A"}}}"#;

    fn renamed(name: &str, text: &str, at: &str, to: &str) -> Result<String, String> {
        let document = open(name, text);
        let offset = text.find(at).expect("is in the text");
        let edit = rename(&document, offset, to, Client::default());
        let edit = edit.map_err(|refused| refused.message)?;
        Ok(applied(text, &edit))
    }

    fn refused(to: &str, expected: &str) {
        let found = renamed("a.asl.json", TEXT, r#"A": {"#, to);
        assert_eq!(found, Err(expected.to_owned()));
    }

    #[test]
    fn the_key_and_every_reference_change_and_nothing_else() {
        let expected = TEXT
            .replace(r#""StartAt": "A""#, r#""StartAt": "X \"1\"""#)
            .replace(r#""A": {"#, r#""X \"1\"": {"#)
            .replace(r#""Default": "A""#, r#""Default": "X \"1\"""#);
        for place in [r#"A": {"#, r#"A", "States"#] {
            let found = renamed("a.asl.json", TEXT, place, "X \"1\"");
            assert_eq!(found.as_ref(), Ok(&expected));
        }
        assert_eq!(
            renamed("a.asl.json", TEXT, r#"A": {"#, "A"),
            Ok(TEXT.to_owned())
        );
    }

    #[test]
    fn names_that_cannot_be_are_refused_with_the_reason() {
        refused("", "a state's name cannot be empty");
        refused(
            "B",
            "there is a state \"B\" already: names are unique in a machine",
        );
        refused(
            &"é".repeat(81),
            "a state's name has at most 80 characters; this one has 81",
        );
        refused(
            "a\u{7}",
            "a state's name cannot hold the control character U+0007",
        );
        assert_eq!(
            renamed("a.asl.json", TEXT, r#"Pass"#, "X"),
            Err("there is no state here: put the cursor on a state's name".to_owned())
        );
    }

    #[test]
    fn in_yaml_a_name_keeps_its_quotes_and_gets_them_when_it_needs_them() {
        let text =
            "StartAt: A\nStates:\n  A: {Type: Pass, Next: 'B'}\n  \"B\": {Type: Pass, Next: A}\n";
        let to = |at: &str, to: &str| renamed("a.asl.yaml", text, at, to).expect("can be renamed");
        assert_eq!(
            to("A:", "Go on"),
            text.replace("A\n", "Go on\n")
                .replace("A:", "Go on:")
                .replace("A}", "Go on}")
        );
        assert_eq!(
            to("A:", "no: 1"),
            text.replace("A\n", "\"no: 1\"\n")
                .replace("A:", "\"no: 1\":")
                .replace("A}", "\"no: 1\"}")
        );
        assert_eq!(to("A:", "true").matches("\"true\"").count(), 3);
        assert_eq!(
            to("B\"", "it's"),
            text.replace("'B'", "'it''s'").replace("\"B\"", "\"it's\"")
        );
    }

    #[test]
    fn only_a_name_of_a_state_can_be_renamed() {
        let document = open("a.asl.json", TEXT);
        let prepared = |at: &str| {
            let offset = TEXT.find(at).expect("is in the text");
            prepare(&document, offset, Client::default())
        };
        let Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder }) =
            prepared(r#"A", "States"#)
        else {
            panic!("it is a state's name");
        };
        assert_eq!((range.start.character, range.end.character), (13, 14));
        assert_eq!(placeholder, "A");
        assert_eq!(prepared("Type"), None);
    }
}
