//! # wrong-type
//!
//! ## What it does
//! Reports a value of the wrong JSON type, such as a string where a number must be. Where the
//! `QueryLanguage` is `JSONata`, fields that take an expression take a string `{% … %}` as
//! well. Strings that hold a placeholder such as `${Seconds}` are left alone.
//!
//! ## Why it matters
//! AWS rejects the definition with `SCHEMA_VALIDATION_FAILED`: "Expected value of type …".
//!
//! ## Example
//! ```json
//! { "Type": "Wait", "Seconds": "10", "Next": "Ship" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Wait", "Seconds": 10, "Next": "Ship" }
//! ```
//!
//! ## Reference
//! The Amazon States Language, States and their fields:
//! <https://states-language.net/spec.html#state-type-table>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "wrong-type",
    category: Category::Schema,
    severity: Severity::Error,
    aws_code: Some("SCHEMA_VALIDATION_FAILED"),
    is_on: true,
    source: include_str!("wrong_type.rs"),
    check: raised_elsewhere,
};
