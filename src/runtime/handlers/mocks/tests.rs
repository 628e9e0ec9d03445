//! Mock files: what is bound, and what is wrong.

use super::*;
use crate::language::Resource;
use crate::syntax::{Format, Source, read};

fn bound(text: &str, case: Option<&str>) -> Result<Handlers, String> {
    let source = Source::new("mocks", text);
    let (tree, findings) = read(&source, Format::of("mocks", text));
    assert_eq!(findings, []);
    let mut handlers = Handlers::default();
    let choice = Choice {
        machine: "order",
        case,
    };
    match bind(&mut handlers, &tree, choice) {
        Ok(_) => Ok(handlers),
        Err(error) => Err(error.message),
    }
}

fn described(handlers: &Handlers, state: &str) -> Option<String> {
    handlers
        .of(
            state,
            &Resource::parse("arn:aws:states:::sqs:sendMessage"),
            None,
        )
        .map(|h| h.describe())
}

#[test]
fn our_own_file_binds_states_and_resources() {
    let text = "Charge card:\n  - throw: { error: Declined }\n  - return: { id: 7 }\n\
                'arn:aws:states:::sqs:*':\n  return: 1\n";
    let handlers = bound(text, None).expect("a mocks file");
    assert_eq!(
        described(&handlers, "Charge card").as_deref(),
        Some("mock, 2 answers")
    );
    assert_eq!(described(&handlers, "Other").as_deref(), Some("mock"));
}

const AWS: &str = r#"{"StateMachines":{"order":{"TestCases":{
    "Happy":{"A":"Fine"},"Sad":{"A":"Retried"},"Gap":{"A":"Gap"}}}},
    "MockedResponses":{"Fine":{"0":{"Return":1}},
    "Retried":{"0":{"Throw":{"Error":"E","Cause":"c"}},"1-2":{"Throw":{"Error":"E","Cause":"c"}},"3":{"Return":1}},
    "Gap":{"0":{"Return":1},"2":{"Return":2}}}}"#;

#[test]
fn aws_files_are_read_by_case() {
    let handlers = bound(AWS, Some("Sad")).expect("a case");
    assert_eq!(
        described(&handlers, "A").as_deref(),
        Some("mock, 4 answers")
    );
    assert_eq!(described(&handlers, "B"), None);
}

#[test]
fn wrong_files_say_what_is_wrong() {
    let check = |text: &str, case, expected: &str| match bound(text, case) {
        Ok(_) => panic!("{text} was accepted"),
        Err(message) => assert_eq!(message, expected),
    };
    check(AWS, None, "this file has several test cases: choose one");
    check(AWS, Some("No"), "there is no test case \"No\"");
    check(AWS, Some("Gap"), "call 1 has no answer, or two");
    check(
        "{\"MockedResponses\": {}}",
        None,
        "`StateMachines` is missing",
    );
    check(
        &AWS.replace("{\"0\":{\"Return\":1}}", "[1]"),
        Some("Happy"),
        "mocked responses are an object of call numbers with their answers",
    );
    check(
        "[1]",
        None,
        "a mocks file is an object of states with their answers",
    );
    check(
        "{\"A\": {\"retrun\": 1}}",
        None,
        "an answer has no `retrun`",
    );
    check("{\"A\": 7}", None, "this is no answer");
    check(
        "{\"A\": {\"delay\": 1}}",
        None,
        "an answer has either `return` or `throw`",
    );
    check("{\"A\": []}", None, "there must be at least one answer");
    check(
        "{\"A\": {\"throw\": {\"cause\": \"c\"}}}",
        None,
        "`error`, the error's name, is missing",
    );
    check(
        "{\"A\": {\"return\": 1}}",
        Some("x"),
        "this mocks file has no cases",
    );
}
