//! What may be written at the cursor: fields, names of states, values, error names, and the words
//! of paths and expressions.

mod fields;
mod json;
mod slot;
mod values;
mod words;
mod yaml;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionTextEdit, Documentation, InsertTextFormat,
    MarkupContent, TextEdit,
};

use self::slot::{Slot, Wants};
use super::client::Client;
use super::cursor::{Around, Cursor};
use super::document::{Document, Reading};
use super::edits;
use crate::syntax::{Format, Source, Span, read};

/// Nobody scrolls through more, and what is typed narrows it down.
const MOST: usize = 2000;

/// Characters after which clients ask by themselves.
pub(super) const TRIGGERS: [&str; 4] = ["\"", ".", "$", "%"];

/// Something that may be written.
struct Offer {
    label: String,
    kind: CompletionItemKind,
    detail: Option<String>,
    words: Option<String>,
    /// What is written.
    text: Text,
    /// In place of what.
    replaces: Span,
}

/// What is written for an offer.
enum Text {
    /// As it is.
    Plain(String),
    /// With a place for the cursor: a snippet, and what clients get that know none.
    Snippet { snippet: String, plain: String },
}

/// What may be written at a byte.
pub(super) fn complete(document: &Document, offset: usize, client: Client) -> Vec<CompletionItem> {
    let reading = document.reading();
    if !document.is_definition() {
        return Vec::new();
    }
    if reading.source.text.trim().is_empty() {
        return vec![skeleton(reading).item(0, document, client)];
    }
    let Some(slot) = slot::slot(reading, offset) else {
        return Vec::new();
    };
    let source = Source::new(reading.source.name.clone(), slot.text.as_str());
    let (tree, _) = read(&source, reading.format);
    let cursor = Cursor::at(&tree, slot.at);
    let around = Around::of(&cursor);
    let asked = Asked {
        offset,
        text: &reading.source.text,
        format: reading.format,
        slot: &slot,
        cursor: &cursor,
        around: &around,
    };
    let offers = asked.offers().into_iter().take(MOST).enumerate();
    let item = |(at, offer): (usize, Offer)| offer.item(at, document, client);
    offers.map(item).collect()
}

/// The smallest definition, for a file that is empty.
fn skeleton(reading: &Reading) -> Offer {
    let snippet = match reading.format {
        Format::Yaml => {
            "StartAt: ${1:Start}\nStates:\n  ${1:Start}:\n    Type: ${2:Pass}\n    End: true\n"
        }
        Format::Json | Format::Toml => {
            "{\n  \"StartAt\": \"${1:Start}\",\n  \"States\": {\n    \"${1:Start}\": {\n      \"Type\": \"${2:Pass}\",\n      \"End\": true\n    \\}\n  \\}\n\\}\n"
        }
    };
    let plain = snippet
        .replace("${1:Start}", "Start")
        .replace("${2:Pass}", "Pass");
    let text = Text::Snippet {
        snippet: snippet.to_owned(),
        plain: plain.replace('\\', ""),
    };
    Offer {
        label: "state machine".to_owned(),
        kind: CompletionItemKind::SNIPPET,
        detail: Some("a definition with one state".to_owned()),
        words: None,
        text,
        replaces: Span::new(0, reading.source.text.len()),
    }
}

/// Everything that is known of the place.
struct Asked<'a, 't> {
    offset: usize,
    /// The document's own text.
    text: &'a str,
    format: Format,
    slot: &'a Slot,
    cursor: &'a Cursor<'t>,
    around: &'a Around<'t>,
}

impl Asked<'_, '_> {
    fn offers(&self) -> Vec<Offer> {
        let is_object = self.slot.wants == Wants::Item && self.around.shape_of_items().is_some();
        if is_object {
            return fields::first(self);
        }
        match self.cursor.key {
            Some(_) if self.around.is_among_states || !self.around.below.is_empty() => Vec::new(),
            Some(_) => fields::fields(self),
            None => values::values(self),
        }
    }

    /// A text as it is written in the slot.
    fn written(&self, text: &str) -> String {
        match self.slot.quote {
            Some(quote) => {
                let quoted = edits::quoted(text, quote);
                quoted[1..quoted.len() - 1].to_owned()
            }
            None => edits::scalar(text, self.format),
        }
    }

    fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// An offer that takes the place of the whole word.
    fn offer(&self, label: &str, kind: CompletionItemKind, text: Text) -> Offer {
        Offer {
            label: label.to_owned(),
            kind,
            detail: None,
            words: None,
            text,
            replaces: self.slot.replaces,
        }
    }
}

impl Offer {
    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    fn words(mut self, words: Option<impl Into<String>>) -> Self {
        self.words = words.map(Into::into);
        self
    }

    fn item(self, at: usize, document: &Document, client: Client) -> CompletionItem {
        let (new_text, format) = match self.text {
            Text::Plain(text) => (text, InsertTextFormat::PLAIN_TEXT),
            Text::Snippet { snippet, .. } if client.fills_snippets => {
                (snippet, InsertTextFormat::SNIPPET)
            }
            Text::Snippet { plain, .. } => (plain, InsertTextFormat::PLAIN_TEXT),
        };
        let reading = document.reading();
        let range = client.encoding.range(&reading.lines, self.replaces);
        // Clients hold what they find in the range against this.
        let in_quotes = reading.written(self.replaces).starts_with('"');
        let filter_text = if in_quotes {
            format!("\"{}\"", self.label)
        } else {
            self.label.clone()
        };
        let documentation = self.words.map(|value| {
            Documentation::MarkupContent(MarkupContent {
                kind: client.markup(),
                value,
            })
        });
        CompletionItem {
            label: self.label,
            kind: Some(self.kind),
            detail: self.detail,
            documentation,
            sort_text: Some(format!("{at:05}")),
            filter_text: Some(filter_text),
            insert_text_format: Some(format),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
            ..CompletionItem::default()
        }
    }
}

/// A text in a snippet that stands for itself.
fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if matches!(char, '$' | '}' | '\\') {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

#[cfg(test)]
mod tests;
