//! # duplicate-key
//!
//! ## What it does
//! Reports a key that stands twice in the same object, two states of one name in one `States`
//! included.
//!
//! ## Why it matters
//! JSON leaves the meaning of a repeated key open, and readers differ: most keep one of the two
//! and drop the other without a word. A state or a field that you can see in the text is then
//! not part of the machine.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Next": "Ship", "Next": "Refund" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Next": "Ship" }
//! ```
//!
//! ## Reference
//! RFC 8259, The JavaScript Object Notation: <https://www.rfc-editor.org/rfc/rfc8259> section
//! 4.

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "duplicate-key",
    category: Category::Syntax,
    severity: Severity::Error,
    aws_code: None,
    is_on: true,
    source: include_str!("duplicate_key.rs"),
    check: raised_elsewhere,
};
