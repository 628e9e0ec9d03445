//! # missing-definition
//!
//! ## What it does
//! Reports a template that names a file with a definition, in `DefinitionUri` or `${file(…)}`,
//! which is not there, cannot be read, or is a template itself. Paths are relative to the folder
//! of the template. What is in a bucket is left alone.
//!
//! ## Why it matters
//! The template cannot be packaged or deployed.
//!
//! ## Example
//! ```yaml
//! Properties:
//!   DefinitionUri: statemachine/ordr.asl.json
//! ```
//!
//! ## Use instead
//! ```yaml
//! Properties:
//!   DefinitionUri: statemachine/order.asl.json
//! ```
//!
//! ## Reference
//! SAM, `AWS::Serverless::StateMachine`:
//! <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-statemachine.html>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "missing-definition",
    category: Category::Syntax,
    severity: Severity::Error,
    aws_code: None,
    is_on: true,
    source: include_str!("missing_definition.rs"),
    check: raised_elsewhere,
};
