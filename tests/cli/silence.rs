//! Findings that a definition's own comments accept.

use crate::asl::Asl;

const LOST: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Succeed"},
    "B": {"Type": "Succeed", "Comment": "asl-ignore: unreachable-state kept for the rollback"}
  }
}
"#;

#[test]
fn a_comment_silences_and_says_why() {
    Asl::new("validate a.asl.json")
        .file("a.asl.json", LOST)
        .code(0)
        .stdout("")
        .stderr("✔ 1 definition, no problems\n");
}

#[test]
fn a_comment_that_silences_nothing_is_a_warning() {
    let mended = LOST.replace(
        r#""A": {"Type": "Succeed"}"#,
        r#""A": {"Type": "Pass", "Next": "B"}"#,
    );
    let told = |options: &str, code: i32| {
        Asl::new(&format!("validate a.asl.json --format concise {options}"))
            .file("a.asl.json", &mended)
            .code(code)
    };
    told("", 0).stdout(
        "a.asl.json:5:54: warning[unused-ignore] `asl-ignore: unreachable-state` silences nothing\n",
    );
    told("-D unused-ignore", 1);
    told("-A unused-ignore", 0).stdout("");
    told("-A unreachable-state", 0).stdout("");
}

#[test]
fn comments_in_yaml_silence_as_well() {
    let text = "StartAt: A
States:
  A:
    Type: Succeed
  # asl-ignore: unreachable-state kept for the rollback
  B:
    Type: Pass
    Next: Bee # asl-ignore: unknown-targt
";
    Asl::new("validate a.asl.yaml --format concise")
        .file("a.asl.yaml", text)
        .code(1)
        .stdout_contains("a.asl.yaml:8:11: error[unknown-target]")
        .stdout_contains("a.asl.yaml:8:29: warning[unknown-rule] there is no rule and no category \"unknown-targt\" (did you mean \"unknown-target\"?)")
        .stdout_lacks("unreachable-state");
}

#[test]
fn silenced_findings_are_not_mended() {
    let text = r#"{"StartAt": "A", "States": {
  "A": {"Type": "Pass", "Next": "Bee", "Comment": "asl-ignore: unknown-target wired later"},
  "Be": {"Type": "Succeed", "Comment": "asl-ignore: unreachable-state, unused-ignore"}}}"#;
    Asl::new("validate a.json --diff")
        .file("a.json", text)
        .code(0)
        .stdout("")
        .stderr("");
}

#[test]
fn names_of_rules_from_a_file_cannot_move_the_cursor() {
    let text = LOST.replace("unreachable-state", "\\u001b[31munreachable\\u0007");
    Asl::new("validate a.asl.json")
        .file("a.asl.json", text)
        .code(1)
        .stdout_contains("`asl-ignore` names no rule");
}
