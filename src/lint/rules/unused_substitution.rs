//! # unused-substitution
//!
//! ## What it does
//! Reports a key of `DefinitionSubstitutions` that no placeholder of the definition names.
//!
//! ## Why it matters
//! The value goes nowhere. Most often the placeholder is misspelt, or was removed from the
//! definition and forgotten in the template.
//!
//! ## Example
//! ```yaml
//! Properties:
//!   DefinitionUri: order.asl.json # says "${TableName}"
//!   DefinitionSubstitutions:
//!     TableName: !Ref Orders
//!     QueueUrl: !Ref Queue
//! ```
//!
//! ## Use instead
//! ```yaml
//! Properties:
//!   DefinitionUri: order.asl.json # says "${TableName}"
//!   DefinitionSubstitutions:
//!     TableName: !Ref Orders
//! ```
//!
//! ## Reference
//! `CloudFormation`, `AWS::StepFunctions::StateMachine`:
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-stepfunctions-statemachine.html>

use super::{Category, Rule, raised_elsewhere};
use crate::syntax::Severity;

pub(in crate::lint) static RULE: Rule = Rule {
    name: "unused-substitution",
    category: Category::DataFlow,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("unused_substitution.rs"),
    check: raised_elsewhere,
};
