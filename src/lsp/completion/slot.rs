//! What is being typed: the word at the cursor, and the text as it would be whole around it.
//!
//! A text is broken while somebody writes it. What is missing at the cursor, a quote, a colon, a
//! comma, a value, is filled in; then the text's reader says where the cursor stands.

use super::{json, yaml};
use crate::lsp::document::Reading;
use crate::syntax::{Format, Span};

/// A place where something can be completed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The text with what is missing at the cursor.
    pub(super) text: String,
    /// Where the word stands in it.
    pub(super) at: usize,
    pub(super) wants: Wants,
    /// What a completion replaces in the document.
    pub(super) replaces: Span,
    /// The quotes that the word is in, when those are not replaced.
    pub(super) quote: Option<char>,
    /// What the word is between.
    pub(super) right: Right,
}

/// What belongs into a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    Key,
    Value,
    /// In YAML, after a dash: a value, or the first key of an object.
    Item,
}

/// What follows a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Right {
    Colon,
    Nothing,
}

pub(super) fn slot(reading: &Reading, offset: usize) -> Option<Slot> {
    let text = &*reading.source.text;
    let begins = text.trim_start_matches('\u{feff}').trim_start();
    // JSON in a file of YAML is written as JSON.
    if reading.format == Format::Json || begins.starts_with('{') {
        json::slot(text, offset)
    } else {
        yaml::slot(text, offset)
    }
}
