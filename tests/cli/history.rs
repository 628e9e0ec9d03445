//! `asl history`: our logs, AWS's exports, and what is left of them.

use crate::asl::{Asl, Folder, Told, fixture};

const ORDER: &str = r#"{
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Pass", "Result": {"note": "déjà vu"}, "Next": "Decline"},
    "Decline": {"Type": "Fail", "Error": "Declined", "Cause": "no funds"}
  }
}"#;

/// A folder with the log of a run that failed.
fn logged() -> Folder {
    let folder = Folder::new().file("order.asl.json", ORDER);
    folder.asl("run order.asl.json --log run.jsonl -q").code(1);
    folder
}

fn read(text: impl AsRef<[u8]>) -> Asl {
    Asl::new("history -").stdin(text)
}

#[test]
fn our_log_tells_the_story_and_the_failure() {
    let folder = logged();
    folder
        .asl("history run.jsonl")
        .code(0)
        .stdout_contains("✖ FAILED  order  run.jsonl")
        .stdout_contains("✔ Check")
        .stdout_contains("✖ Decline ended the execution with Declined")
        .stdout_contains("no funds")
        .stderr("");
    folder
        .asl("history run.jsonl --failed")
        .code(0)
        .stdout_contains("Declined")
        .stdout_lacks("✔ Check");
    folder
        .asl("history -")
        .stdin(folder.read("run.jsonl"))
        .code(0)
        .stdout_contains("<stdin>");
}

#[test]
fn an_export_of_the_aws_cli_with_iso_times_is_read() {
    let check = |told: Told| {
        told.stdout_contains("✖ FAILED")
            .stdout_contains("2.28 s")
            .stdout_contains("✖ Charge card ended the execution with Declined")
            .stdout_contains(r#""errorMessage": "no funds""#)
            .stdout_contains(r#"{ "orderId": 7 }"#)
    };
    let file = fixture("histories/declined-iso.json");
    check(Asl::new("history").args([&file]).code(0));
    check(read(std::fs::read(file).expect("a fixture")).code(0));
}

#[test]
fn a_torn_log_is_read_as_far_as_it_goes() {
    let folder = logged();
    let log = folder.read("run.jsonl");
    let bytes = log.as_bytes();
    let torn = |end: usize| read(&bytes[..end]).code(0);
    torn(bytes.len() - 20)
        .stdout_contains("RUNNING")
        .stderr("note: <stdin> breaks off in line 6; that line is left out\n");
    // In the middle of a character of two bytes.
    let cut = log.rfind('é').expect("it is in an output") + 1;
    torn(cut)
        .stdout_contains("RUNNING")
        .stderr_contains("breaks off in line ");
    read(&bytes[..cut]).args(["-q"]).code(0).stderr("");
    // Wherever it was torn, something is told.
    for end in (0..bytes.len()).step_by(97) {
        let asl = read(&bytes[..end]);
        if log[..log.floor_char_boundary(end)].contains('\n') {
            asl.code(0).stdout_contains("RUNNING");
        } else {
            asl.code(2).stderr_contains("error: <stdin>: line 1");
        }
    }
}

#[test]
fn what_is_no_history_is_told_with_its_place() {
    let check = |text: &str, message: &str| {
        read(text)
            .code(2)
            .stdout("")
            .stderr(&format!("error: <stdin>: {message}\n"));
    };
    let no_history = "line 1: this is no history: expected a log of `asl run --log`, the JSON of \
                      `aws stepfunctions get-execution-history`, or lines of CloudWatch Logs";
    check("", "line 1: the file is empty: there is no history in it");
    check("once upon a time", no_history);
    check(&ORDER.replace("\"StartAt\"", "\n\"StartAt\""), no_history);
    check("{\"StartAt\": \"A\"}", no_history);
    check(
        "{\"id\": 1}",
        "line 1: `type` is missing: this is no history event",
    );
    check("\u{a0}{}", no_history);
    check("{\"events\": 7}", "line 1, column 12: `events` is no array");
    check(
        "{\"asl\": 2, \"definition\": \"\", \"input\": \"\", \"name\": \"\", \"executionArn\": \"\", \
         \"stateMachineArn\": \"\", \"startTime\": 1, \"tool\": \"\"}",
        "line 1: this log has format 2, and this program reads up to 1: update it",
    );
    check(
        "{\"asl\": 1, \"definition\": \"{}\", \"inp",
        "line 1: the log breaks off in its header: there is no event in it",
    );
}

#[test]
fn garbage_in_the_middle_is_told_with_its_line() {
    let log = logged().read("run.jsonl");
    let mut lines: Vec<&str> = log.lines().collect();
    lines[3] = "{\"timestamp\": soon}";
    let told = read(lines.join("\n") + "\n").code(2);
    told.stderr_contains("error: <stdin>: line 4, column 15: ");
}

#[test]
fn a_history_that_cannot_be_read_is_told() {
    Asl::new("history nowhere.jsonl")
        .code(2)
        .stderr_contains("cannot read nowhere.jsonl");
    Asl::new("history .")
        .code(2)
        .stderr_contains("cannot read .: Is a directory");
    read(b"{\"asl\": \xff}")
        .code(2)
        .stderr_contains("byte 9 of line 1, 0xFF, is not UTF-8");
    logged()
        .asl("history run.jsonl --definition nowhere.json")
        .code(2)
        .stderr_contains("cannot read nowhere.json");
}

#[test]
fn impossible_numbers_are_borne() {
    let event = |time: &str, id: &str| {
        format!(
            "{{\"timestamp\":{time},\"type\":\"PassStateEntered\",\"id\":{id},\"previousEventId\":{id},\
             \"stateEnteredEventDetails\":{{\"name\":\"A\"}}}}\n"
        )
    };
    for time in [
        "1e300",
        "-1e300",
        "0",
        "\"9999-12-30T00:00:00Z\"",
        "\"-009000-01-01T00:00:00Z\"",
    ] {
        for id in ["0", "1", "18446744073709551615"] {
            read(event("1", "1") + &event(time, id))
                .code(0)
                .stdout_contains("A");
        }
    }
    read(event("1", "-1"))
        .code(2)
        .stderr_contains("line 1, column ");
}
