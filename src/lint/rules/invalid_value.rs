//! # invalid-value
//!
//! ## What it does
//! Reports a value of the right type that is not allowed: a number out of its range, a word
//! that is none of the known ones (`Type`, `Mode`, `JitterStrategy`, …), an array that must not
//! be empty, a text that is too long.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`. Strings that hold a placeholder
//! such as `${Mode}` are left alone: only a deployment knows their value.
//!
//! ## Example
//! ```json
//! { "ErrorEquals": ["States.Timeout"], "BackoffRate": 0.5 }
//! ```
//!
//! ## Use instead
//! ```json
//! { "ErrorEquals": ["States.Timeout"], "BackoffRate": 1.0 }
//! ```
//!
//! ## Reference
//! The Amazon States Language, States and their fields:
//! <https://states-language.net/spec.html#state-type-table>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "invalid-value",
    category: Category::Schema,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("invalid_value.rs"),
    check: raised_elsewhere,
};
