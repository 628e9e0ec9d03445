//! The rules: one file each, whose opening comment is the page that `asl explain` prints.
//!
//! Rules that a reader or the schema raises have a file too, so that every code that is ever
//! printed can be explained.

mod callback_without_timeout;
mod choice_without_default;
mod conflicting_fields;
mod dead_choice_rule;
mod definition_too_large;
mod distributed_only_field;
mod duplicate_key;
mod duplicate_label;
mod duplicate_state_name;
mod empty_states;
mod endless_loop;
mod heartbeat_not_below_timeout;
mod impossible_path;
mod invalid_choice_rule;
mod invalid_intrinsic;
mod invalid_jsonpath;
mod invalid_label;
mod invalid_payload_template;
mod invalid_resource;
mod invalid_sdk_action;
mod invalid_state_name;
mod invalid_timestamp;
mod invalid_value;
mod invalid_variable_name;
mod jsonata_field_in_jsonpath_state;
mod jsonata_syntax;
mod jsonpath_field_in_jsonata_state;
mod jsonpath_state_in_jsonata_machine;
mod literal_path;
mod max_delay_not_above_interval;
mod missing_argument;
mod missing_definition;
mod missing_field;
mod missing_retry;
mod missing_task_token;
mod missing_timeout;
mod missing_transition;
mod never_matching_error;
mod next_and_end;
mod no_terminal_state;
mod non_string_error_path;
mod not_a_reference_path;
mod shadowed_error_name;
mod shadowed_variable;
mod stale_variable;
mod states_all_not_alone;
mod states_all_not_last;
mod static_result;
mod syntax;
mod transition_leaves_scope;
mod unassigned_variable;
mod unknown_argument;
mod unknown_error_name;
mod unknown_field;
mod unknown_function;
mod unknown_integration;
mod unknown_rule;
mod unknown_states_field;
mod unknown_substitution;
mod unknown_target;
mod unreachable_state;
mod unsupported_in_express;
mod unsupported_map_resource;
mod unsupported_pattern;
mod unsupported_reference;
mod unused_ignore;
mod unused_substitution;
mod unused_variable;
pub(super) mod wrong_type;

use std::fmt;

use super::context::Context;
use crate::syntax::{Diagnostic, Severity};

/// What a rule is about; names a group of rules on the command line and in `asl.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Text that is no JSON or YAML.
    Syntax,
    /// Fields, their types and values.
    Schema,
    /// States and the transitions between them.
    Graph,
    /// Paths, payload templates and intrinsic functions.
    JsonPath,
    /// `{% … %}` expressions.
    Jsonata,
    /// The rules of Choice states.
    Choice,
    /// Retry and Catch.
    Errors,
    /// What states read and write: variables, inputs, results.
    DataFlow,
    /// What Tasks call.
    Resource,
    /// Sizes and lengths.
    Limits,
    /// What works, and could be written better.
    Style,
}

/// Something that can be wrong with a definition.
#[derive(Debug)]
pub struct Rule {
    /// Its name, such as `unknown-target`.
    pub name: &'static str,
    /// What it is about.
    pub category: Category,
    /// How bad a finding is unless it is configured otherwise.
    pub severity: Severity,
    /// Whether it is on unless it is configured otherwise.
    pub is_on: bool,
    /// The code AWS rejects the same thing with.
    pub aws_code: Option<&'static str>,
    /// The rule's own file, which opens with its page.
    source: &'static str,
    /// Adds the findings.
    pub(super) check: fn(&Context<'_>, &mut Vec<Diagnostic>),
}

/// Every rule, in the order of the alphabet.
pub static RULES: &[&Rule] = &[
    &callback_without_timeout::RULE,
    &choice_without_default::RULE,
    &conflicting_fields::RULE,
    &dead_choice_rule::RULE,
    &definition_too_large::RULE,
    &distributed_only_field::RULE,
    &duplicate_key::RULE,
    &duplicate_label::RULE,
    &duplicate_state_name::RULE,
    &empty_states::RULE,
    &endless_loop::RULE,
    &heartbeat_not_below_timeout::RULE,
    &impossible_path::RULE,
    &invalid_choice_rule::RULE,
    &invalid_intrinsic::RULE,
    &invalid_jsonpath::RULE,
    &invalid_label::RULE,
    &invalid_payload_template::RULE,
    &invalid_resource::RULE,
    &invalid_sdk_action::RULE,
    &invalid_state_name::RULE,
    &invalid_timestamp::RULE,
    &invalid_value::RULE,
    &invalid_variable_name::RULE,
    &jsonata_field_in_jsonpath_state::RULE,
    &jsonata_syntax::RULE,
    &jsonpath_field_in_jsonata_state::RULE,
    &jsonpath_state_in_jsonata_machine::RULE,
    &literal_path::RULE,
    &max_delay_not_above_interval::RULE,
    &missing_argument::RULE,
    &missing_definition::RULE,
    &missing_field::RULE,
    &missing_retry::RULE,
    &missing_task_token::RULE,
    &missing_timeout::RULE,
    &missing_transition::RULE,
    &never_matching_error::RULE,
    &next_and_end::RULE,
    &no_terminal_state::RULE,
    &non_string_error_path::RULE,
    &not_a_reference_path::RULE,
    &shadowed_error_name::RULE,
    &shadowed_variable::RULE,
    &stale_variable::RULE,
    &states_all_not_alone::RULE,
    &states_all_not_last::RULE,
    &static_result::RULE,
    &syntax::RULE,
    &transition_leaves_scope::RULE,
    &unassigned_variable::RULE,
    &unknown_argument::RULE,
    &unknown_error_name::RULE,
    &unknown_field::RULE,
    &unknown_function::RULE,
    &unknown_integration::RULE,
    &unknown_rule::RULE,
    &unknown_states_field::RULE,
    &unknown_substitution::RULE,
    &unknown_target::RULE,
    &unreachable_state::RULE,
    &unsupported_in_express::RULE,
    &unsupported_map_resource::RULE,
    &unsupported_pattern::RULE,
    &unsupported_reference::RULE,
    &unused_ignore::RULE,
    &unused_substitution::RULE,
    &unused_variable::RULE,
    &wrong_type::RULE,
];

pub(super) use conflicting_fields::RULE as CONFLICTING_FIELDS;
pub(super) use invalid_value::RULE as INVALID_VALUE;
pub(super) use jsonata_field_in_jsonpath_state::RULE as JSONATA_FIELD_IN_JSONPATH_STATE;
pub(super) use jsonpath_field_in_jsonata_state::RULE as JSONPATH_FIELD_IN_JSONATA_STATE;
pub(super) use missing_definition::RULE as MISSING_DEFINITION;
pub(super) use missing_field::RULE as MISSING_FIELD;
pub(super) use syntax::RULE as SYNTAX;
pub(super) use unknown_field::RULE as UNKNOWN_FIELD;
pub(super) use unknown_rule::RULE as UNKNOWN_RULE;
pub(super) use unknown_substitution::RULE as UNKNOWN_SUBSTITUTION;
pub(super) use unused_ignore::RULE as UNUSED_IGNORE;
pub(super) use unused_substitution::RULE as UNUSED_SUBSTITUTION;
pub(super) use wrong_type::RULE as WRONG_TYPE;

/// The rule of this name.
#[must_use]
pub fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.name == name)
}

impl Category {
    /// All categories.
    pub const ALL: [Self; 11] = [
        Self::Syntax,
        Self::Schema,
        Self::Graph,
        Self::JsonPath,
        Self::Jsonata,
        Self::Choice,
        Self::Errors,
        Self::DataFlow,
        Self::Resource,
        Self::Limits,
        Self::Style,
    ];

    /// The lower-case word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Schema => "schema",
            Self::Graph => "graph",
            Self::JsonPath => "jsonpath",
            Self::Jsonata => "jsonata",
            Self::Choice => "choice",
            Self::Errors => "errors",
            Self::DataFlow => "data-flow",
            Self::Resource => "resource",
            Self::Style => "style",
            Self::Limits => "limits",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Rule {
    /// The page in Markdown: what the rule does, why it matters, examples, references.
    #[must_use]
    pub fn page(&self) -> String {
        let lines = self
            .source
            .lines()
            .map_while(|line| line.strip_prefix("//!"));
        let mut page = String::new();
        for line in lines {
            page.push_str(line.strip_prefix(' ').unwrap_or(line));
            page.push('\n');
        }
        page
    }

    /// A finding of this rule.
    pub(super) fn finding(&self, message: impl Into<String>) -> Diagnostic {
        let mut finding = match self.severity {
            Severity::Error => Diagnostic::error(self.name, message),
            Severity::Warning | Severity::Note => Diagnostic::warning(self.name, message),
        };
        finding.severity = self.severity;
        finding.aws_code = self.aws_code;
        finding
    }
}

/// The check of rules whose findings a reader or the schema raises.
fn raised_elsewhere(_: &Context<'_>, _: &mut Vec<Diagnostic>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_in_the_order_of_the_alphabet_and_are_found_by_name() {
        assert!(RULES.is_sorted_by(|a, b| a.name < b.name));
        for known in RULES {
            assert!(std::ptr::eq(rule(known.name).expect("is listed"), *known));
        }
        assert!(rule("no-such-rule").is_none());
    }

    #[test]
    fn every_rule_has_a_whole_page() {
        for rule in RULES {
            let page = rule.page();
            assert!(page.starts_with(&format!("# {}\n", rule.name)), "{page}");
            let headings: Vec<&str> = page.lines().filter(|l| l.starts_with("## ")).collect();
            let expected = [
                "## What it does",
                "## Why it matters",
                "## Example",
                "## Use instead",
                "## Reference",
            ];
            assert_eq!(headings, expected, "{}", rule.name);
            if let Some(code) = rule.aws_code {
                assert!(page.contains(code), "{} does not name {code}", rule.name);
            }
        }
    }
}
