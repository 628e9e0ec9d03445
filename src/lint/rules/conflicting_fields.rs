//! # conflicting-fields
//!
//! ## What it does
//! Reports two fields of one object that exclude each other, such as `TimeoutSeconds` and
//! `TimeoutSecondsPath`, `Error` and `ErrorPath`, or two of the four durations of a Wait state.
//!
//! ## Why it matters
//! Each of the two gives the same thing, so one would silently win. AWS rejects the definition
//! with `SCHEMA_VALIDATION_FAILED`.
//!
//! ## Example
//! ```json
//! { "Type": "Wait", "Seconds": 10, "SecondsPath": "$.delay", "Next": "Ship" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Wait", "SecondsPath": "$.delay", "Next": "Ship" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, States and their fields:
//! <https://states-language.net/spec.html#state-type-table>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "conflicting-fields",
    category: Category::Schema,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("conflicting_fields.rs"),
    check: raised_elsewhere,
};
