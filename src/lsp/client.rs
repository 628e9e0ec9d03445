//! What the client can do, as far as answers depend on it.

use lsp_types::{CodeActionKind, InitializeParams, MarkupKind};

use super::places::Encoding;

/// A client, as it introduced itself.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent abilities")]
pub(super) struct Client {
    /// The unit of columns.
    pub(super) encoding: Encoding,
    /// Whether it shows Markdown.
    pub(super) shows_markdown: bool,
    /// Whether it shows symbols within symbols.
    pub(super) nests_symbols: bool,
    /// Whether it applies edits to one version of a document only.
    pub(super) versions_edits: bool,
    /// Whether it fills in snippets.
    pub(super) fills_snippets: bool,
    /// Whether it shows places beside the one of a finding.
    pub(super) shows_related: bool,
    /// Whether it knows code actions, and not commands alone.
    pub(super) knows_actions: bool,
}

impl Client {
    pub(super) fn of(params: &InitializeParams) -> Self {
        let capabilities = &params.capabilities;
        let general = capabilities.general.as_ref();
        let encodings = general.and_then(|general| general.position_encodings.as_deref());
        let edit = capabilities.workspace.as_ref();
        let edit = edit.and_then(|workspace| workspace.workspace_edit.as_ref());
        let text = capabilities.text_document.clone().unwrap_or_default();
        let formats = text.hover.and_then(|hover| hover.content_format);
        let item = text
            .completion
            .and_then(|completion| completion.completion_item);
        let symbols = text.document_symbol;
        let symbols = symbols.and_then(|symbols| symbols.hierarchical_document_symbol_support);
        let findings = text.publish_diagnostics;
        let actions = text.code_action;
        let actions = actions.and_then(|actions| actions.code_action_literal_support);
        Self {
            encoding: Encoding::agreed(encodings),
            shows_markdown: formats.is_some_and(|all| all.contains(&MarkupKind::Markdown)),
            nests_symbols: symbols.unwrap_or_default(),
            versions_edits: edit
                .and_then(|edit| edit.document_changes)
                .unwrap_or_default(),
            fills_snippets: item
                .and_then(|item| item.snippet_support)
                .unwrap_or_default(),
            shows_related: findings
                .and_then(|findings| findings.related_information)
                .unwrap_or_default(),
            knows_actions: actions.is_some(),
        }
    }

    /// What hovers and the words of offers are written in.
    pub(super) fn markup(self) -> MarkupKind {
        if self.shows_markdown {
            MarkupKind::Markdown
        } else {
            MarkupKind::PlainText
        }
    }
}

/// The code action that makes every safe fix at once.
pub(super) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.asl");
