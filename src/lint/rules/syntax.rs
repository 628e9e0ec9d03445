//! # syntax
//!
//! ## What it does
//! Reports text that is not JSON (or not YAML, in a YAML file): a comma too many or too few, a
//! quote or bracket that is never closed, a comment, a value that JSON does not have.
//!
//! ## Why it matters
//! AWS rejects the definition with `INVALID_JSON_DESCRIPTION` and says little about the place.
//! `asl` reads on after the mistake, so that the rest of the file is checked as well; findings
//! that come after a syntax error may be its consequences.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "End": true, }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "End": true }
//! ```
//!
//! ## Reference
//! RFC 8259, The JavaScript Object Notation: <https://www.rfc-editor.org/rfc/rfc8259>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "syntax",
    category: Category::Syntax,
    severity: Severity::Error,
    aws_code: Some("INVALID_JSON_DESCRIPTION"),
    is_on: true,
    source: include_str!("syntax.rs"),
    check: raised_elsewhere,
};
