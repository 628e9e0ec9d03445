//! Paths over documents as Jayway's Java library reads and evaluates them, which is what AWS runs.
//!
//! This room knows documents and nothing of states: [`Path`](super::Path) adds where a path
//! starts and what Step Functions does differently. The behaviours come from the recorded table
//! of Jayway's answers; where it surprises, a comment names the surprise.

mod cursor;
mod evaluate;
mod filter;
mod filter_parser;
mod function;
mod literal;
mod parser;
mod step;

use std::cell::Cell;
use std::fmt;

use crate::data::Json;

use super::SyntaxError;
pub(super) use evaluate::{Fault, Walk};
pub(super) use parser::parse_steps;
use parser::{Parsed, parse};
pub(super) use step::{Step, Steps};

/// A compiled path over one document.
///
/// ```
/// use aslkit::{data::Json, query::JsonPath};
///
/// let path = JsonPath::parse("$.a[?(@.b > 1)].b").unwrap();
/// let document = Json::parse(r#"{"a": [{"b": 1}, {"b": 2}]}"#).unwrap();
/// assert_eq!(path.evaluate(&document).unwrap().text(), "[2]");
/// assert_eq!(path.to_string(), "$['a'][?]['b']");
/// ```
#[derive(Clone, Debug)]
pub struct JsonPath {
    root: char,
    steps: Steps,
}

impl JsonPath {
    /// Reads a path; one that starts with neither `$` nor `@` is read as if `$.` stood before it.
    ///
    /// # Errors
    /// When Jayway refuses the path, or it nests too deep.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let start = text.len() - text.trim_start_matches(' ').len();
        if text[start..].starts_with(['$', '@']) {
            let root = if text[start..].starts_with('@') {
                '@'
            } else {
                '$'
            };
            let steps = parse(text)?.steps;
            return Ok(Self { root, steps });
        }
        match parse(&format!("{}$.{}", &text[..start], &text[start..])) {
            Ok(Parsed { steps, .. }) => Ok(Self { root: '$', steps }),
            // What was put before the path is no part of its places.
            Err(error) => Err(SyntaxError {
                offset: error.offset.saturating_sub(2).max(start),
                len: error.len.min(text.len() - start),
                ..error
            }),
        }
    }

    /// What the path gives on this document: the value of a definite path, an array otherwise.
    ///
    /// # Errors
    /// Jayway's message, such as `No results for path: $['x']`.
    pub fn evaluate(&self, document: &Json) -> Result<Json, String> {
        let visits = Cell::new(0);
        Walk::over(document, &visits)
            .evaluate(&self.steps, document)
            .map_err(|fault| fault.message(&self.steps))
    }

    /// Whether the path names one place at most.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        self.steps.is_definite()
    }
}

impl fmt::Display for JsonPath {
    /// The path as Jayway prints it: `$['a'][0]`, with filters as `[?]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.root, self.steps)
    }
}
