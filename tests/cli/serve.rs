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
fn a_host_is_allowed_by_its_name_alone() {
    for host in ["http://asl", "asl:8083", ""] {
        Asl::new("serve --port 0")
            .args(["--allow-host", host])
            .code(2)
            .stderr_contains("a host's name is letters, digits");
    }
}
