//! The event log: written as it happens, never in place of something else.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use crate::asl::{Folder, Told};

const WAIT: &str = r#"{
  "StartAt": "Wait",
  "States": {
    "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Done"},
    "Done": {"Type": "Pass", "Result": {"ok": true}, "End": true}
  }
}"#;

const LOOP: &str =
    r#"{"StartAt": "Again", "States": {"Again": {"Type": "Pass", "Next": "Again"}}}"#;

fn folder() -> Folder {
    Folder::new()
        .file("wait.asl.json", WAIT)
        .file("loop.asl.json", LOOP)
}

#[test]
fn a_log_has_a_header_and_a_line_for_each_event() {
    let folder = folder();
    let run =
        "run wait.asl.json --time skip --log run.jsonl --seed 1 --start-time 2026-01-31T08:30:00Z";
    folder.asl(run).code(0).stdout("{\"ok\":true}\n");
    let log = folder.read("run.jsonl");
    let lines: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect();
    assert_eq!(lines[0]["asl"], 1);
    assert_eq!(lines[0]["definition"], WAIT);
    assert_eq!(lines[0]["definitionPath"], "wait.asl.json");
    let types: Vec<&str> = lines[1..]
        .iter()
        .filter_map(|e| e["type"].as_str())
        .collect();
    assert_eq!(
        types,
        [
            "ExecutionStarted",
            "WaitStateEntered",
            "WaitStateExited",
            "PassStateEntered",
            "PassStateExited",
            "ExecutionSucceeded"
        ]
    );
    assert_eq!(lines[3]["timestamp"], 1_769_848_260.0);
    folder.asl(run).code(0);
    assert_eq!(
        folder.read("run.jsonl"),
        log,
        "the same seed and start make the same log"
    );
}

#[test]
fn a_log_on_stdout_takes_the_place_of_the_output() {
    let told = folder()
        .asl("run wait.asl.json --time skip --log - -q")
        .code(0);
    assert_eq!(told.stdout.lines().count(), 7, "{told}");
    let last: serde_json::Value =
        serde_json::from_str(told.stdout.lines().last().expect("a line")).expect("an event");
    assert_eq!(last["type"], "ExecutionSucceeded");
}

#[test]
fn a_log_whose_reader_goes_away_ends_the_run_quietly() {
    let folder = folder();
    let mut child = folder
        .asl("run loop.asl.json --max-events 0 --log -")
        .command()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut first = String::new();
    // Dropped at the end of the statement: that closes the pipe.
    BufReader::new(child.stdout.take().expect("piped"))
        .read_line(&mut first)
        .expect("a header");
    assert!(first.starts_with("{\"asl\":1"), "{first}");
    let output = child.wait_with_output().expect("it ends by itself");
    assert_eq!(output.status.code(), Some(0));
    Told::of(&output).stderr("");
}

#[test]
fn an_output_that_nobody_reads_ends_the_program_quietly() {
    for command in [
        "run wait.asl.json --time skip -q",
        "graph wait.asl.json",
        "rules",
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let folder = folder();
        let output = folder
            .asl(command)
            .command()
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{command}");
        Told::of(&output).stderr("");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_log_on_a_full_disk_does_not_stop_the_run_but_is_told() {
    folder()
        .asl("run wait.asl.json --time skip --log /dev/full")
        .code(2)
        .stdout("{\"ok\":true}\n")
        .stderr_contains("error: the log /dev/full is incomplete: No space left on device");
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_on_a_full_disk_is_told() {
    for command in [
        "run wait.asl.json --time skip -q",
        "graph wait.asl.json",
        "rules",
    ] {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("Linux has it");
        let folder = folder();
        let mut child = folder
            .asl(command)
            .command()
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stderr = String::new();
        child
            .stderr
            .take()
            .expect("piped")
            .read_to_string(&mut stderr)
            .expect("it speaks UTF-8");
        assert_eq!(child.wait().expect("it ends").code(), Some(2), "{command}");
        assert!(
            stderr.contains("error: cannot write the output: No space left"),
            "{stderr}"
        );
    }
}

#[test]
fn a_log_that_cannot_be_written_is_told_before_anything_runs() {
    folder()
        .asl("run wait.asl.json --time skip --log nowhere/run.jsonl")
        .code(2)
        .stdout("")
        .stderr_contains(
            "error: cannot write the log nowhere/run.jsonl: No such file or directory",
        );
}

#[test]
fn a_log_is_not_written_over_what_the_run_is_made_of() {
    let folder = folder()
        .file("mocks.yaml", "A: { return: 1 }\n")
        .file("i.json", "{}");
    for file in ["wait.asl.json", "mocks.yaml", "i.json"] {
        let before = folder.read(file);
        folder
            .asl("run wait.asl.json --time skip --mock mocks.yaml --input-file i.json --log")
            .args([format!("./{file}")])
            .code(2)
            .stderr_contains(&format!(
                "the log would overwrite {file}: name another file"
            ));
        assert_eq!(folder.read(file), before);
    }
}

#[test]
fn a_log_that_another_run_is_writing_is_left_alone() {
    let folder = folder().file("run.jsonl", "");
    let other = File::open(folder.path("run.jsonl")).expect("it is there");
    other.lock().expect("nobody else has it");
    folder
        .asl("run wait.asl.json --time skip --log run.jsonl")
        .code(2)
        .stdout("")
        .stderr("error: cannot write the log run.jsonl: another run is writing it\n");
    assert_eq!(folder.read("run.jsonl"), "");
    other.unlock().expect("it was locked");
    folder
        .asl("run wait.asl.json --time skip --log run.jsonl")
        .code(0);
    assert_eq!(folder.read("run.jsonl").lines().count(), 7);
}
