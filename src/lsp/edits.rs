//! Edits of a document, for the client to make.

use std::collections::HashMap;

use lsp_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit,
    Uri, WorkspaceEdit,
};

use super::client::Client;
use super::document::Document;
use crate::data::Json;
use crate::syntax::{Edit, Format, Source, read};

/// Edits of one document; of the version that was looked at, when the client can tell.
pub(super) fn workspace_edit(
    document: &Document,
    edits: Vec<TextEdit>,
    client: Client,
) -> WorkspaceEdit {
    if client.versions_edits {
        let text_document = OptionalVersionedTextDocumentIdentifier {
            uri: document.uri.clone(),
            version: Some(document.version),
        };
        let edits = edits.into_iter().map(OneOf::Left).collect();
        let edit = TextDocumentEdit {
            text_document,
            edits,
        };
        return WorkspaceEdit {
            document_changes: Some(DocumentChanges::Edits(vec![edit])),
            ..WorkspaceEdit::default()
        };
    }
    #[expect(clippy::mutable_key_type, reason = "the protocol's own type")]
    let changes: HashMap<Uri, Vec<TextEdit>> = [(document.uri.clone(), edits)].into();
    WorkspaceEdit::new(changes)
}

/// A fix's edits in the protocol's words.
pub(super) fn text_edits<'e>(
    document: &Document,
    edits: impl IntoIterator<Item = &'e Edit>,
    client: Client,
) -> Vec<TextEdit> {
    let lines = &document.reading().lines;
    let told = edits.into_iter().map(|edit| TextEdit {
        range: client.encoding.range(lines, edit.span),
        new_text: edit.text.clone(),
    });
    told.collect()
}

/// A text in quotes; single ones are YAML's.
pub(super) fn quoted(text: &str, quote: char) -> String {
    if quote == '\'' {
        return format!("'{}'", text.replace('\'', "''"));
    }
    // What JSON reads, YAML reads too.
    Json::from(text).text().into_owned()
}

/// A text as a string, in quotes where it needs them.
pub(super) fn scalar(text: &str, format: Format) -> String {
    if format == Format::Yaml && is_plain(text) {
        return text.to_owned();
    }
    quoted(text, '"')
}

/// Whether YAML reads the name, written without quotes, as itself: as a key, as a value, and
/// within brackets.
fn is_plain(name: &str) -> bool {
    let begins_well = name.starts_with(char::is_alphabetic);
    let simple = |char: char| char.is_alphanumeric() || matches!(char, ' ' | '-' | '_' | '.');
    if !begins_well || name.ends_with(' ') || !name.chars().all(simple) {
        return false;
    }
    let (tree, findings) = read(&Source::new("name", name), Format::Yaml);
    let is_word = !matches!(
        &*name.to_ascii_lowercase(),
        "y" | "n" | "yes" | "no" | "on" | "off"
    );
    findings.is_empty() && is_word && tree.root().as_str().is_some_and(|text| &**text == name)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::places::Encoding;
    use super::*;
    use crate::syntax::LineIndex;

    /// A text after an edit, as a client makes it.
    pub(in crate::lsp) fn applied(text: &str, edit: &WorkspaceEdit) -> String {
        let mut edits: Vec<TextEdit> = match (&edit.changes, &edit.document_changes) {
            (Some(changes), None) => changes.values().flatten().cloned().collect(),
            (None, None) => Vec::new(),
            _ => panic!("a client that knows no versions gets none"),
        };
        edits.sort_by_key(|edit| edit.range.start);
        let lines = LineIndex::new(text);
        let mut text = text.to_owned();
        for edit in edits.iter().rev() {
            let span = Encoding::Utf16.span(&lines, edit.range);
            text.replace_range(span.range(), &edit.new_text);
        }
        text
    }
}
