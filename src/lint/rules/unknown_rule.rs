//! # unknown-rule
//!
//! ## What it does
//! Reports an `asl-ignore` comment that names a rule or a category which does not exist, or names
//! none at all.
//!
//! ## Why it matters
//! A misspelt name silences nothing, and the finding that it was written for comes back without
//! a word on why.
//!
//! ## Example
//! ```json
//! { "Type": "Pass", "Comment": "asl-ignore: unreachable-sate kept for the rollback" }
//! ```
//!
//! ## Use instead
//! ```json
//! { "Type": "Pass", "Comment": "asl-ignore: unreachable-state kept for the rollback" }
//! ```
//!
//! ## Reference
//! `asl rules` lists the rules and their categories. Several are separated by commas; what
//! follows the last one is the reason.

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unknown-rule",
    category: Category::Style,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("unknown_rule.rs"),
    check: raised_elsewhere,
};
