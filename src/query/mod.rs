//! The query languages of a state machine: paths, reference paths, intrinsic functions and
//! payload templates.
//!
//! Everything is parsed once and evaluated many times, against a [`Scope`] that is a view of what
//! the running state can see. Nothing here has a clock or a source of randomness of its own.

mod expression;
pub mod failure;
#[cfg(test)]
mod hostile;
mod intrinsic;
mod java;
pub mod jsonata;
mod jsonpath;
mod path;
mod reference_path;
mod scope;
mod template;

pub use expression::Argument;
pub use intrinsic::{FUNCTIONS, IntrinsicCall, IntrinsicError, IntrinsicFunction, Type};
pub use java::hash_order;
pub use jsonpath::JsonPath;
pub use path::{Path, PathError, PathStep, Root};
pub use reference_path::ReferencePath;
pub use scope::{DocumentScope, Scope};
pub use template::{PayloadTemplate, TemplateError};

use std::fmt;

/// The language that a state's paths, templates and expressions are written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueryLanguage {
    /// Paths, payload templates and intrinsic functions.
    #[default]
    JsonPath,
    /// `{% … %}` expressions.
    Jsonata,
}

impl QueryLanguage {
    /// The value that a definition's `QueryLanguage` field holds.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::JsonPath => "JSONPath",
            Self::Jsonata => "JSONata",
        }
    }
}

impl fmt::Display for QueryLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why an expression cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The first byte of the place, from the expression's start.
    pub offset: usize,
    /// The bytes of the place; 0 for a spot between two characters.
    pub len: usize,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl SyntaxError {
    /// An error about `len` bytes from `offset` on.
    #[must_use]
    pub fn new(offset: usize, len: usize, message: impl Into<String>) -> Self {
        Self {
            offset,
            len,
            message: message.into(),
            help: None,
        }
    }

    /// An error about the character of `text` at `offset`, or about its end.
    fn at_character(text: &str, offset: usize, message: impl Into<String>) -> Self {
        let len = text[offset..].chars().next().map_or(0, char::len_utf8);
        Self::new(offset, len, message)
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same error in an expression that has this one inside, `offset` bytes from its start.
    #[must_use]
    fn within(mut self, offset: usize) -> Self {
        self.offset += offset;
        self
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}
