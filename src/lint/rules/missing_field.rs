//! # missing-field
//!
//! ## What it does
//! Reports a field that must be there and is not: `StartAt` and `States` of a machine, a branch
//! or a processor, `Type` of a state, `Resource` of a Task, `Choices` of a Choice,
//! `ErrorEquals` of a retrier or catcher, `Next` of a choice rule or catcher, and others.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`: "These fields are required".
//!
//! ## Example
//! ```json
//! { "Type": "Task", "Next": "Ship" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Ship" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, States and their fields:
//! <https://states-language.net/spec.html#state-type-table>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "missing-field",
    category: Category::Schema,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("missing_field.rs"),
    check: raised_elsewhere,
};
