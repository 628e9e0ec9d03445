//! What an editor says of the language's own words: fields, error names, members of the context
//! object, functions.

mod context;
mod errors;
mod fields;
mod functions;

pub(super) use context::CONTEXT;
pub(super) use errors::ERRORS;
pub(super) use fields::{field, is_condition, language_of};
pub(super) use functions::{Intrinsic, intrinsic, intrinsics, jsonata};

/// A word and a sentence about it.
pub(super) type Word = (&'static str, &'static str);

/// What a sorted table says of a word.
fn look_up(table: &[Word], word: &str) -> Option<&'static str> {
    let found = table.binary_search_by(|(known, _)| known.cmp(&word)).ok()?;
    Some(table[found].1)
}
