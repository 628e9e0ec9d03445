//! Code actions: the fix of each finding, and all safe fixes at once.

use lsp_types::{CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, Range};

use super::client::{Client, FIX_ALL};
use super::diagnostics::told_of;
use super::document::Document;
use super::edits::{text_edits, workspace_edit};
use crate::syntax::{Diagnostic, Edit, Fix, Span};

/// What can be done about the findings that touch a range.
pub(super) fn actions(
    document: &Document,
    findings: &[Diagnostic],
    range: Range,
    context: &CodeActionContext,
    client: Client,
) -> Vec<CodeActionOrCommand> {
    // A client that knows commands only has nothing to do with edits.
    if !client.knows_actions {
        return Vec::new();
    }
    let span = client.encoding.span(&document.reading().lines, range);
    let mut actions = Vec::new();
    if wants(context, &CodeActionKind::QUICKFIX) {
        let touching = findings.iter().filter(|found| touches(found, span));
        let fixes = touching.filter_map(|found| Some((found, found.fix.as_ref()?)));
        actions.extend(fixes.map(|(found, fix)| quick_fix(document, found, fix, client)));
    }
    if wants(context, &FIX_ALL) {
        actions.extend(fix_all(document, findings, client));
    }
    actions
        .into_iter()
        .map(CodeActionOrCommand::CodeAction)
        .collect()
}

/// Kinds are hierarchical: who asks for `source` wants `source.fixAll.asl` too.
fn wants(context: &CodeActionContext, kind: &CodeActionKind) -> bool {
    let Some(only) = &context.only else {
        return true;
    };
    only.iter().any(|wanted| {
        let rest = kind.as_str().strip_prefix(wanted.as_str());
        rest.is_some_and(|rest| {
            rest.is_empty() || wanted.as_str().is_empty() || rest.starts_with('.')
        })
    })
}

/// Whether the place that the client shows, or an edit of the fix, touches a range.
fn touches(found: &Diagnostic, span: Span) -> bool {
    let touches = |place: Span| place.start <= span.end && span.start <= place.end;
    let edits = found.fix.iter().flat_map(|fix| &fix.edits);
    touches(found.span()) || edits.into_iter().any(|edit| touches(edit.span))
}

fn quick_fix(document: &Document, found: &Diagnostic, fix: &Fix, client: Client) -> CodeAction {
    let edits = text_edits(document, &fix.edits, client);
    CodeAction {
        title: title(document, found, fix),
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![told_of(
            found,
            document.reading(),
            &document.uri,
            client,
        )]),
        edit: Some(workspace_edit(document, edits, client)),
        is_preferred: Some(fix.safe),
        ..CodeAction::default()
    }
}

/// What one edit does, in words; for more of them what the finding says helps.
fn title(document: &Document, found: &Diagnostic, fix: &Fix) -> String {
    const SHORT: usize = 40;
    let is_short = |text: &str| text.chars().count() <= SHORT && !text.contains('\n');
    let by_help = || {
        let help = found.help.as_deref().unwrap_or("mend this");
        let help = help
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end_matches('.');
        format!("Fix {}: {help}", found.rule)
    };
    let [edit] = &fix.edits[..] else {
        return by_help();
    };
    let (old, new) = (document.reading().written(edit.span), edit.text.as_str());
    if !is_short(old) || !is_short(new) {
        return by_help();
    }
    match (old.trim().is_empty(), new.trim().is_empty()) {
        (true, true) => by_help(),
        (true, false) => format!("Insert `{}`", new.trim()),
        (false, true) => format!("Remove `{}`", old.trim()),
        (false, false) => format!("Replace `{old}` by `{new}`"),
    }
}

/// Every safe fix; of those that overlap, the first in the text. The next ones come with the
/// findings of the mended text.
fn fix_all(document: &Document, findings: &[Diagnostic], client: Client) -> Option<CodeAction> {
    let fixes = findings.iter().filter_map(|found| found.fix.as_ref());
    let mut safe: Vec<&[Edit]> = fixes
        .filter(|fix| fix.safe && !fix.edits.is_empty())
        .map(|fix| fix.edits.as_slice())
        .collect();
    safe.sort_by_key(|edits| edits[0].span);
    let mut made: Vec<&Edit> = Vec::new();
    for edits in safe {
        let is_free = made
            .last()
            .is_none_or(|last| edits[0].span.start > last.span.end);
        if is_free {
            made.extend(edits);
        }
    }
    let edits = text_edits(document, made, client);
    (!edits.is_empty()).then(|| CodeAction {
        title: "Fix everything that asl can fix safely".to_owned(),
        kind: Some(FIX_ALL),
        edit: Some(workspace_edit(document, edits, client)),
        ..CodeAction::default()
    })
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;

    use super::super::document::tests::open;
    use super::super::edits::tests::applied;
    use super::*;
    use crate::lint;

    const TEXT: &str = r#"{"StartAt": "Shp", "States": {
"Ship": {"Type": "Pass", "Next": "Dne"},
"Done": {"Type": "Succeed",}}}"#;

    fn found(range: Range, only: Option<&str>) -> Vec<CodeAction> {
        let document = open("a.asl.json", TEXT);
        let findings = document.findings(|_| lint::Options::default());
        let context = CodeActionContext {
            only: only.map(|kind| vec![CodeActionKind::from(kind.to_owned())]),
            ..CodeActionContext::default()
        };
        let client = Client {
            knows_actions: true,
            ..Client::default()
        };
        let found = actions(&document, findings, range, &context, client);
        let found = found.into_iter().map(|action| match action {
            CodeActionOrCommand::CodeAction(action) => action,
            CodeActionOrCommand::Command(_) => panic!("there are no commands"),
        });
        found.collect()
    }

    fn at(line: u32, character: u32) -> Range {
        Range::new(
            Position::new(line, character),
            Position::new(line, character),
        )
    }

    fn titles(range: Range, only: Option<&str>) -> Vec<String> {
        found(range, only)
            .into_iter()
            .map(|action| action.title)
            .collect()
    }

    #[test]
    fn a_fix_is_offered_where_its_finding_is() {
        let actions = found(at(0, 14), Some("quickfix"));
        assert_eq!(actions[0].title, r#"Replace `"Shp"` by `"Ship"`"#);
        let diagnostics = actions[0].diagnostics.as_ref().expect("it is about one");
        assert_eq!(diagnostics[0].range.start.character, 12);
        let edit = actions[0].edit.as_ref().expect("it edits");
        assert_eq!(applied(TEXT, edit), TEXT.replace("Shp", "Ship"));
        assert_eq!(titles(at(1, 2), Some("quickfix")), [""; 0]);
        assert_eq!(titles(at(2, 26), Some("quickfix")), ["Remove `,`"]);
    }

    #[test]
    fn kinds_are_hierarchical() {
        let all = "Fix everything that asl can fix safely";
        for only in ["source", "source.fixAll", "source.fixAll.asl"] {
            assert_eq!(titles(at(1, 2), Some(only)), [all], "{only}");
        }
        for only in ["refactor", "source.fix", "source.organizeImports"] {
            assert_eq!(titles(at(1, 2), Some(only)), [""; 0], "{only}");
        }
        assert_eq!(titles(at(0, 14), None).len(), 2);
        assert_eq!(titles(at(0, 14), Some("")).len(), 2);
    }

    #[test]
    fn all_safe_fixes_are_made_at_once() {
        let action = &found(at(0, 0), Some("source.fixAll"))[0];
        let mended = applied(TEXT, action.edit.as_ref().expect("it edits"));
        let (tree, left) = crate::syntax::read(
            &crate::syntax::Source::new("a", mended.as_str()),
            crate::syntax::Format::Json,
        );
        assert_eq!(left, []);
        assert_eq!(
            tree.root()
                .get("StartAt")
                .and_then(|n| n.as_str().cloned())
                .as_deref(),
            Some("Ship")
        );
    }
}
