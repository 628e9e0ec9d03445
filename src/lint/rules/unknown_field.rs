//! # unknown-field
//!
//! ## What it does
//! Reports a field that its object cannot have: a misspelt one, or one that only other types of
//! state have. Names are case-sensitive. A field that exists in one of the two query languages
//! only is not reported here.
//!
//! ## Why it matters
//! AWS ignores nothing: it rejects the definition with `SCHEMA_VALIDATION_FAILED`, "Field
//! 'next' is not supported". Notes belong into `Comment`, which every object may have.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "next": "Ship" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Next": "Ship" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, States and their fields:
//! <https://states-language.net/spec.html#state-type-table>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unknown-field",
    category: Category::Schema,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("unknown_field.rs"),
    check: raised_elsewhere,
};
