//! # unused-ignore
//!
//! ## What it does
//! Reports an `asl-ignore` comment that silences nothing: no finding of the rule is left where
//! the comment counts.
//!
//! ## Why it matters
//! The definition was mended, or the comment stands in the wrong place. It would hide the next
//! mistake of this kind, for which its reason was not meant.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Comment": "asl-ignore: missing-transition not yet wired", "Next": "Ship" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Next": "Ship" }
//! ```
//!
//! ## Reference
//! A `Comment` counts for the object it stands in, with the name of that object. In YAML,
//! `# asl-ignore: RULE` counts for what begins on its line, or on the line below when it stands
//! alone. The rule `syntax` cannot be silenced. Rules that are off are not reported here.

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unused-ignore",
    category: Category::Style,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("unused_ignore.rs"),
    check: raised_elsewhere,
};
