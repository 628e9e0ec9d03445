//! What is offered at a cursor, and what the text is when it is taken.

use lsp_types::{CompletionItem, CompletionTextEdit};

use super::super::document::tests::open;
use super::super::places::Encoding;
use super::*;
use crate::syntax::LineIndex;

/// What is offered where `|` stands.
fn offered(name: &str, text: &str, client: Client) -> (String, Vec<CompletionItem>) {
    let offset = text.find('|').expect("a cursor");
    let text = text.replacen('|', "", 1);
    let items = complete(&open(name, &text), offset, client);
    (text, items)
}

fn labels(name: &str, text: &str) -> Vec<String> {
    let (_, items) = offered(name, text, Client::default());
    items.into_iter().map(|item| item.label).collect()
}

fn json(text: &str) -> Vec<String> {
    labels("a.asl.json", text)
}

/// The text when an offer is taken by a client without snippets.
#[track_caller]
fn taken(name: &str, text: &str, label: &str) -> String {
    let (mut text, items) = offered(name, text, Client::default());
    let item = items.into_iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| panic!("{label} is not offered in {text}"));
    let Some(CompletionTextEdit::Edit(edit)) = item.text_edit else {
        panic!("it is an edit");
    };
    let span = Encoding::Utf16.span(&LineIndex::new(text.as_str()), edit.range);
    text.replace_range(span.range(), &edit.new_text);
    text
}

#[track_caller]
fn check(text: &str, label: &str, expected: &str) {
    assert_eq!(taken("a.asl.json", text, label), expected);
}

#[track_caller]
fn check_yaml(text: &str, label: &str, expected: &str) {
    assert_eq!(taken("a.asl.yaml", text, label), expected);
}

#[track_caller]
fn assert_has(offers: &[String], wanted: &[&str], unwanted: &[&str]) {
    for label in wanted {
        assert!(
            offers.iter().any(|offer| offer == label),
            "no {label} in {offers:?}"
        );
    }
    for label in unwanted {
        assert!(
            !offers.iter().any(|offer| offer == label),
            "{label} in {offers:?}"
        );
    }
}

const STATES: &str = r#""States": {
  "A b": {"Type": "Pass", "Next": "C"},
  "C": {"Type": "Map", "ItemProcessor": {"StartAt": "D", "States": {"D": {"Type": "Fail", "Error": "Own"}}}, "End": true}"#;

#[test]
fn names_of_the_scope_are_offered_where_states_are_named() {
    assert_eq!(
        json(&format!(r#"{{"StartAt": "|", {STATES}}}}}"#)),
        ["A b", "C"]
    );
    let inner = STATES.replace(r#""StartAt": "D""#, r#""StartAt": "|""#);
    assert_eq!(json(&format!("{{{inner}}}}}")), ["D"]);
    let own = STATES.replace(r#""Next": "C""#, r#""Next": "|""#);
    assert_eq!(
        json(&format!("{{{own}}}}}")),
        ["C", "A b"],
        "its own name at last"
    );
    let choice = r#""X": {"Type": "Choice", "Choices": [{"Next": |}], "Default": ""}"#;
    let text = format!("{{{STATES}, {choice}}}}}");
    assert_eq!(json(&text), ["A b", "C", "X"]);
    check(&text, "A b", &text.replace('|', "\"A b\""));
    let text = text
        .replace('|', "")
        .replace(r#""Default": """#, r#""Default": "C|""#);
    check(&text, "A b", &text.replace("C|", "A b"));
    let catch = r#""X": {"Type": "Task", "Catch": [{"ErrorEquals": ["E"], "Next": "|"}]}"#;
    assert_eq!(json(&format!("{{{STATES}, {catch}}}}}")).len(), 3);
}

#[test]
fn names_are_written_as_the_text_needs_them() {
    let text = r#"{"States": {"say \"hi\"": {"Next": "|"}}}"#;
    check(text, "say \"hi\"", &text.replace('|', r#"say \"hi\""#));
    let yaml = "States:\n  'no: 1':\n    Next: |\n  B:\n    Next: '|'";
    let yaml = |at: usize| {
        let mut parts = yaml.split('|');
        let cursor = |on: bool| if on { "|" } else { "" };
        let first = parts.next().unwrap_or_default().to_owned() + cursor(at == 0);
        first + parts.next().unwrap_or_default() + cursor(at == 1) + "'"
    };
    check_yaml(&yaml(0), "no: 1", &yaml(0).replace('|', "\"no: 1\""));
    check_yaml(&yaml(0), "B", &yaml(0).replace('|', "B"));
    check_yaml(&yaml(1), "no: 1", &yaml(1).replace('|', "no: 1"));
}

#[test]
fn fields_are_those_of_the_type_and_language_that_are_not_there() {
    let found = json(r#"{"States": {"A": {"Type": "Wait", "Seconds": 1, |"Next": "A"}}}"#);
    assert_has(
        &found,
        &["Comment", "InputPath", "Assign"],
        &[
            "Type",
            "Next",
            "End",
            "Seconds",
            "Timestamp",
            "Output",
            "Resource",
        ],
    );
    let text = r#"{"QueryLanguage": "JSONata", "States": {"A": {"Type": "Task", "|"}}}"#;
    let found = json(text);
    assert_eq!(
        found[..3],
        ["Resource", "Next", "End"],
        "what is needed comes first"
    );
    assert_has(
        &found,
        &["Arguments", "Output", "Next", "End"],
        &["Parameters", "InputPath"],
    );
    check(
        text,
        "Resource",
        &text.replace("\"|\"", "\"Resource\": \"\""),
    );
    check(text, "Retry", &text.replace("\"|\"", "\"Retry\": []"));
    let text = r#"{"States": {"A": {"Type": "Map", "ItemProcessor": {"ProcessorConfig": {M|}}}}}"#;
    check(text, "Mode", &text.replace("M|", "\"Mode\": \"\""));
    let text = r#"{"States": {"A": {"Type": "Pass", "Ne|xt": "A"}}}"#;
    check(text, "End", &text.replace("Ne|xt", "End"));
    assert_eq!(
        json(r#"{"States": {"A": {"Parameters": {"|": 1}}}}"#),
        [""; 0]
    );
    assert_eq!(json(r#"{"States": {"|"}}"#), [""; 0]);
}

#[test]
fn rules_and_catchers_have_their_own_fields() {
    let found = json(r#"{"States": {"A": {"Type": "Choice", "Choices": [{|}]}}}"#);
    assert_has(
        &found,
        &["Variable", "NumericLessThan", "And", "Next"],
        &["Condition", "Type"],
    );
    let found = json(r#"{"States": {"A": {"Type": "Task", "Catch": [{"ErrorEquals": [], "|"}]}}}"#);
    assert_has(
        &found,
        &["Next", "ResultPath"],
        &["ErrorEquals", "MaxAttempts", "Output"],
    );
}

#[test]
fn a_rule_has_one_condition() {
    let found = json(r#"{"States": {"A": {"Type": "Choice", "Choices": [{"IsNull": true, |}]}}}"#);
    assert_has(
        &found,
        &["Next", "Variable"],
        &["IsNumeric", "NumericEquals", "And"],
    );
}

#[test]
fn an_empty_file_may_become_a_definition() {
    for name in ["a.asl.json", "a.asl.yaml"] {
        let text = taken(name, " |\n", "state machine");
        let document = open(name, &text);
        let findings = document.findings(|_| crate::lint::Options::default());
        assert_eq!(findings, [], "{text}");
    }
    assert_eq!(json("|{}"), [""; 0]);
}

#[test]
fn few_values_are_listed() {
    let found = json(r#"{"States": {"A": {"Type": "|"}}}"#);
    assert_eq!(found.len(), 8);
    let text = r#"{"States": {"A": {"Type": "Task", "End": |}}}"#;
    check(text, "true", &text.replace('|', "true"));
    let text = r#"{"States": {"A": {"Type": Ta|}}}"#;
    check(text, "Task", &text.replace("Ta|", "\"Task\""));
    assert_eq!(json(r#"{"QueryLanguage": "|"}"#), ["JSONPath", "JSONata"]);
}

#[test]
fn error_names_are_those_of_the_language_and_of_the_definition() {
    let text = r#"{"States": {"A": {"Type": "Task", "Retry": [{"ErrorEquals": ["|"]}], "Catch": [{"ErrorEquals": ["Own.Timeout"]}]}, "B": {"Type": "Fail", "Error": "Own.Bad"}}}"#;
    assert_has(
        &json(text),
        &["States.ALL", "Own.Timeout", "Own.Bad"],
        &[""],
    );
    check(text, "States.ALL", &text.replace('|', "States.ALL"));
}

const MAP: &str = r#"{"States": {"A": {"Type": "Map", "Assign": {"total.$": "$"}, "Next": "B",
  "ItemSelector": {"x.$": "@"}}, "B": {"Type": "Task", "InputPath": "@", "Parameters": {"literal": "@"}}}}"#;

/// The text with the cursor behind a word in the place of one `@`; the others are empty.
fn with(text: &str, place: usize, word: &str) -> String {
    let mut parts = text.split('@');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        if at == place {
            whole += word;
            whole += "|";
        }
        whole += part;
    }
    whole
}

#[test]
fn templates_take_functions_and_paths() {
    let found = json(&with(MAP, 0, ""));
    assert_has(
        &found,
        &[
            "States.Format",
            "States.UUID",
            "$",
            "$total",
            "$$.Map.Item.Value",
            "$$.Execution.Id",
        ],
        &[],
    );
    let text = with(MAP, 0, "States.Ar");
    check(
        &text,
        "States.ArrayLength",
        &text.replace("States.Ar|", "States.ArrayLength()"),
    );
    let text = with(MAP, 0, "States.Format('{}', $to");
    assert_has(&json(&text), &["$total"], &["States.Format"]);
    check(&text, "$total", &text.replace("$to|", "$total"));
    let text = with(MAP, 0, "$$.Ex");
    check(
        &text,
        "$$.Execution.Name",
        &text.replace("$$.Ex|", "$$.Execution.Name"),
    );
}

#[test]
fn paths_take_no_functions_and_plain_strings_nothing() {
    let found = json(&with(MAP, 1, "$"));
    assert_has(
        &found,
        &["$", "$total", "$$.State.Name"],
        &["States.Format", "$$.Map.Item.Value"],
    );
    assert_eq!(json(&with(MAP, 2, "$")), [""; 0]);
}

const JSONATA: &str = r#"{"QueryLanguage": "JSONata", "States": {"A": {"Type": "Task",
  "Arguments": {"a": ["{% @ %}"], "b": "@"}, "Assign": {"rest": 1}, "Output": "{% @ %}",
  "Catch": [{"Output": "{% @ %}"}], "Comment": "@"}}}"#;

#[test]
fn expressions_take_functions_variables_and_members_of_states() {
    let found = json(&with(JSONATA, 0, "$"));
    assert_has(
        &found,
        &[
            "$states.input",
            "$states.context",
            "$rest",
            "$sum",
            "$partition",
        ],
        &["$states.result", "$eval", "$states.errorOutput"],
    );
    let text = with(JSONATA, 0, "$states.input.a & $su");
    check(&text, "$substring", &text.replace("$su|", "$substring()"));
    assert_has(
        &json(&with(JSONATA, 2, "$states.")),
        &["$states.result"],
        &["$sum"],
    );
    assert_has(
        &json(&with(JSONATA, 3, "$states.")),
        &["$states.errorOutput"],
        &["$states.result"],
    );
    let text = with(JSONATA, 0, "$states.context.Ex");
    let expected = text.replace("$states.context.Ex|", "$states.context.Execution.Id");
    check(&text, "$states.context.Execution.Id", &expected);
}

#[test]
fn an_empty_string_may_become_an_expression() {
    let text = with(JSONATA, 1, "");
    assert_eq!(json(&text), ["{% %}"]);
    check(&text, "{% %}", &text.replace('|', "{%  %}"));
    let client = Client {
        fills_snippets: true,
        ..Client::default()
    };
    let (_, items) = offered("a.asl.json", &text, client);
    let Some(CompletionTextEdit::Edit(edit)) = &items[0].text_edit else {
        panic!("it is an edit");
    };
    assert_eq!(edit.new_text, r"{% $1 %\}");
    assert_eq!(json(&with(JSONATA, 4, "")), [""; 0]);
}

#[test]
fn a_half_written_text_is_completed_too() {
    check(
        "{\"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"|\n",
        "A",
        "{\"States\": {\"A\": {\"Type\": \"Pass\", \"Next\": \"A\n",
    );
    check(
        "{\"States\": {\"A\": {\"Type\": \"Pass\"\n  |\n  \"End\": true}}}",
        "Result",
        "{\"States\": {\"A\": {\"Type\": \"Pass\"\n  \"Result\": \n  \"End\": true}}}",
    );
}

const YAML: &str = "StartAt: A
States:
  A:
    Type: Task
    Assign: {v: 1}
    @
    Parameters:
      x.$: States.Format('{}', @)
    Retry:
      - @
    Catch:
      - ErrorEquals:
          - @
        Next: @
  B: {Type: Pass, @}
";

#[test]
fn yaml_is_completed_as_well() {
    let field = with(YAML, 0, "");
    assert_has(
        &yaml(&field),
        &["Resource", "End", "InputPath"],
        &["Retry", "Type"],
    );
    check_yaml(&field, "Resource", &field.replace('|', "Resource: "));
    let field = with(YAML, 0, "Ti");
    check_yaml(
        &field,
        "TimeoutSeconds",
        &field.replace("Ti|", "TimeoutSeconds: "),
    );
    let field = with(YAML, 0, "\"Ti");
    check_yaml(
        &field,
        "TimeoutSeconds",
        &field.replace("Ti|", "TimeoutSeconds"),
    );
    assert_has(&yaml(&with(YAML, 1, "$")), &["$v", "$$.Task.Token"], &[]);
    let retry = with(YAML, 2, "");
    assert_has(&yaml(&retry), &["ErrorEquals", "MaxAttempts"], &["Next"]);
    check_yaml(&retry, "ErrorEquals", &retry.replace('|', "ErrorEquals:"));
    check_yaml(
        &with(YAML, 3, "States."),
        "States.Timeout",
        &with(YAML, 3, "States.Timeout").replace('|', ""),
    );
    assert_eq!(yaml(&with(YAML, 4, "")), ["B", "A"]);
    assert_has(
        &yaml(&with(YAML, 5, "")),
        &["Next", "End"],
        &["Type", "Retry"],
    );
}

fn yaml(text: &str) -> Vec<String> {
    labels("a.asl.yaml", text)
}

#[test]
fn expressions_over_several_lines_are_completed() {
    let text = "QueryLanguage: JSONata\nStates:\n  A:\n    Type: Task\n    Output: >-\n      {% $states.input.a\n        & $states.re| %}\n    End: true\n";
    check_yaml(
        text,
        "$states.result",
        &text.replace("$states.re|", "$states.result"),
    );
}

#[test]
fn no_place_in_a_text_is_a_trap() {
    for (name, text) in [
        ("a.asl.json", with(JSONATA, 9, "")),
        ("a.asl.json", with(MAP, 9, "")),
        ("a.asl.yaml", with(YAML, 9, "")),
        ("a.asl.yaml", "États: 🚀\n- {é: [\"🚀".to_owned()),
        ("a.asl.json", "{\"é\": [\"🚀\\".to_owned()),
    ] {
        let document = open(name, &text);
        let client = Client::default();
        for offset in 0..=text.len() + 1 {
            let _ = complete(&document, offset, client);
            let _ = super::super::hover::hover(&document, &[], offset, client);
        }
    }
}
