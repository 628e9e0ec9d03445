//! Pages: `asl graph` and `asl history` with `--format html`. What they look like in a browser is
//! looked at in `tests/pages.rs`.

use crate::asl::{Asl, Folder, fixture};

const ORDER: &str = r#"{
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Pass", "Result": {"note": "déjà vu"}, "Next": "Decline"},
    "Decline": {"Type": "Fail", "Error": "Declined", "Cause": "no funds"}
  }
}"#;

/// What the failure block of the log's page says.
const FAILURE: &str = "Decline ended the execution with Declined";

fn logged() -> Folder {
    let folder = Folder::new().file("order.asl.json", ORDER);
    folder.asl("run order.asl.json --log run.jsonl -q").code(1);
    folder
}

#[test]
fn a_definition_is_a_page_by_the_name_of_the_output() {
    let folder = logged();
    folder
        .asl("graph order.asl.json -o order.html")
        .code(0)
        .stdout("")
        .stderr("");
    let page = folder.read("order.html");
    assert!(page.starts_with("<!DOCTYPE html>"));
    for part in ["<title>order.asl.json</title>", "data-state=\"Check\""] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains(FAILURE));
}

#[test]
fn an_execution_that_is_painted_is_told_too() {
    let folder = logged();
    for line in ["graph order.asl.json --run run.jsonl", "graph run.jsonl"] {
        folder
            .asl(line)
            .args(["--format", "html", "--theme", "dark"])
            .code(0)
            .stdout_contains("data-theme=\"dark\"")
            .stdout_contains(FAILURE);
    }
    // Two executions are painted; neither is the one that is told.
    folder
        .asl("graph order.asl.json --run run.jsonl --run run.jsonl --format html")
        .code(0)
        .stdout_contains("data-state=\"Check\"")
        .stdout_lacks(FAILURE);
}

#[test]
fn a_history_is_a_page_with_the_picture_of_its_own_definition() {
    let folder = logged();
    folder
        .asl("history run.jsonl -o run.html")
        .code(0)
        .stdout("")
        .stderr("");
    let page = folder.read("run.html");
    for part in ["<title>order</title>", "data-state=\"Check\"", FAILURE] {
        assert!(page.contains(part), "{part}");
    }
    folder
        .asl("history - --format html")
        .stdin(folder.read("run.jsonl"))
        .code(0)
        .stdout_contains("data-state=\"Check\"");
    folder
        .asl("history run.jsonl --format text -o run.html")
        .code(2)
        .stderr_contains("only pages are written to files");
    assert_eq!(folder.read("run.html"), page);
}

#[test]
fn an_export_without_a_definition_has_no_picture() {
    Asl::new("history --format html")
        .args([fixture("histories/declined-iso.json")])
        .code(0)
        .stdout_contains("<title>declined-iso.json</title>")
        .stdout_lacks("<svg");
}

#[test]
fn a_page_is_not_written_over_what_it_is_made_of() {
    let folder = logged();
    let log = folder.read("run.jsonl");
    folder
        .asl("history run.jsonl --format html -o ./run.jsonl")
        .code(2)
        .stderr_contains("the page would overwrite ./run.jsonl: name another file");
    assert_eq!(folder.read("run.jsonl"), log);
}

#[test]
fn what_cannot_be_a_page_is_told() {
    let folder = logged().file(
        "other.asl.json",
        r#"{"StartAt": "Z", "States": {"Z": {"Type": "Succeed"}}}"#,
    );
    folder
        .asl("history run.jsonl -o run.pdf")
        .code(2)
        .stderr_contains("only pages are written to files: name one that ends in .html");
    folder
        .asl("history run.jsonl --definition other.asl.json --format html")
        .code(2)
        .stderr_contains(
            "run.jsonl is of another machine: other.asl.json has none of its states: ",
        );
    folder
        .asl("history run.jsonl -o nowhere/run.html")
        .code(2)
        .stderr_contains("cannot write nowhere/run.html");
    folder
        .asl("history - --format html")
        .stdin("[]")
        .code(2)
        .stderr_contains("there is no event in it");
}
