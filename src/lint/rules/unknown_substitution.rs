//! # unknown-substitution
//!
//! ## What it does
//! Reports a placeholder such as `${TableName}` in a definition whose template has
//! `DefinitionSubstitutions` without that key, or none. Definitions in files of their own are
//! held against every template given that points to them. Placeholders that `Fn::Sub` fills in,
//! and templates whose substitutions cannot be told, are left alone.
//!
//! ## Why it matters
//! Nothing fills the placeholder in: `${TableName}` is deployed as it is written. Where an ARN or
//! a number belongs AWS rejects that; elsewhere the state fails when it runs.
//!
//! ## Example
//! ```yaml
//! Properties:
//!   DefinitionString: '{ … "TableName": "${TableName}" … }'
//!   DefinitionSubstitutions:
//!     Table: !Ref Orders
//! ```
//!
//! ## Use instead
//! ```yaml
//! Properties:
//!   DefinitionString: '{ … "TableName": "${TableName}" … }'
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
    name: "unknown-substitution",
    category: Category::DataFlow,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("unknown_substitution.rs"),
    check: raised_elsewhere,
};
