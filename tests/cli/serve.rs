//! `asl serve`: what keeps it from serving. What it serves is tested in `tests/serve`.

use crate::asl::Asl;

fn serve(mocks: &str) -> Asl {
    Asl::new("serve --port 0 --mock mocks.json").file("mocks.json", mocks)
}

#[test]
fn mocks_that_cannot_be_used_are_told_before_anybody_calls() {
    serve("{}")
        .code(2)
        .stderr_contains("`StateMachines` is missing")
        .stderr_contains("mocks.json cannot be used");
    let unanswered = r#"{"StateMachines": {"m": {"TestCases": {"Happy": {"Charge": "Paid"}}}},
      "MockedResponses": {"Refused": {"0": {"Return": 1}}}}"#;
    serve(unanswered)
        .code(2)
        .stderr_contains("there is no \"Paid\" in `MockedResponses`");
}

#[test]
fn what_the_api_would_refuse_is_shown_where_it_stands() {
    let broken = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}"#;
    Asl::new("serve --port 0 broken.asl.json")
        .file("broken.asl.json", broken)
        .code(1)
        .stderr_contains("broken.asl.json:1:")
        .stderr_contains("broken.asl.json cannot be served before this is mended");
    let unreachable = r#"{"StartAt": "A", "States": {
      "A": {"Type": "Pass", "End": true}, "B": {"Type": "Pass", "End": true}}}"#;
    Asl::new("serve --port 0 unreachable.asl.json")
        .file("unreachable.asl.json", unreachable)
        .code(1)
        .stderr_contains("unreachable.asl.json:2:");
}

#[test]
fn two_machines_of_one_name_are_refused() {
    let machine = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}"#;
    Asl::new("serve --port 0 order.asl.json other/order.asl.json")
        .file("order.asl.json", machine)
        .file("other/order.asl.json", machine)
        .code(2)
        .stderr_contains(
            "order.asl.json and other/order.asl.json both hold a machine called order",
        );
}

#[test]
fn a_host_is_allowed_by_its_name_alone() {
    for host in ["http://asl", "asl:8083", ""] {
        Asl::new("serve --port 0")
            .args(["--allow-host", host])
            .code(2)
            .stderr_contains("a host's name is letters, digits");
    }
}
