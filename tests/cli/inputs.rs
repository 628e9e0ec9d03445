//! `asl run --inputs`: an execution for each line, a line of results for each.

use serde_json::{Value, json};

use crate::asl::{Asl, Folder, Told};

/// Declines what is negative, and asks for a Task's work otherwise.
const ORDER: &str = r#"{
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Choice", "Default": "Work", "Choices": [
      {"Variable": "$.n", "NumericLessThan": 0, "Next": "Decline"}]},
    "Decline": {"Type": "Fail", "Error": "Declined", "Cause": "no funds"},
    "Work": {"Type": "Task", "Resource": "work", "ResultPath": "$.first", "Next": "Again"},
    "Again": {"Type": "Wait", "Seconds": 90, "Next": "Work again"},
    "Work again": {"Type": "Task", "Resource": "work", "ResultPath": "$.second", "End": true}
  }
}"#;

/// Every state of every execution counts its own calls.
const MOCKS: &str = "work:\n  - return: 1\n  - return: 2\n";

const RUN: &str = "run order.asl.json --inputs in.jsonl --mock mocks.yaml --time skip --seed 7";

fn folder(inputs: &str) -> Folder {
    Folder::new()
        .file("order.asl.json", ORDER)
        .file("mocks.yaml", MOCKS)
        .file("in.jsonl", inputs)
}

fn inputs(numbers: impl IntoIterator<Item = i64>) -> String {
    let lines = numbers.into_iter().map(|n| format!("{{\"n\": {n}}}\n"));
    lines.collect()
}

fn results(text: &str) -> Vec<Value> {
    let lines = text.lines().filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

fn statuses(told: &Told) -> Vec<(u64, String)> {
    let results = results(&told.stdout);
    let status = |result: &Value| {
        let line = result["line"].as_u64().expect("a number");
        (line, result["status"].as_str().expect("a text").to_owned())
    };
    results.iter().map(status).collect()
}

/// As `statuses` tells.
fn expected<const N: usize>(some: [(u64, &str); N]) -> Vec<(u64, String)> {
    some.map(|(line, status)| (line, status.to_owned()))
        .to_vec()
}

#[test]
fn each_line_has_its_result_in_order() {
    let told = folder(&inputs(0..500)).asl(RUN).code(0);
    let results = results(&told.stdout);
    assert_eq!(results.len(), 500);
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result["line"], index + 1);
        assert_eq!(result["status"], "SUCCEEDED");
        assert_eq!(
            result["output"],
            json!({"n": index, "first": 1, "second": 1})
        );
        assert_eq!(result["duration"], 90.0);
    }
    told.stderr_contains("✔ 500 inputs: 500 succeeded");
}

#[test]
fn names_are_those_of_the_seed_and_the_line() {
    let folder = folder(&inputs(0..20));
    let one = folder.asl(RUN).args(["--jobs", "1"]).code(0);
    folder
        .asl(RUN)
        .args(["--jobs", "9"])
        .code(0)
        .stdout(&one.stdout);
    let names: std::collections::HashSet<String> = results(&one.stdout)
        .iter()
        .map(|result| result["name"].to_string())
        .collect();
    assert_eq!(names.len(), 20);
    let other = folder.asl(&RUN.replace("--seed 7", "--seed 8")).code(0);
    assert_ne!(other.stdout, one.stdout);
}

#[test]
fn the_first_failure_ends_it_and_says_how_to_go_on() {
    let folder = folder(&inputs([1, 2, -1, 4, -1]));
    let told = folder.asl(RUN).code(1);
    let end = results(&told.stdout).pop().expect("a result");
    assert_eq!(end["line"], 3);
    assert_eq!(end["error"], "Declined");
    assert_eq!(end["cause"], "no funds");
    told.stderr_contains("✖ 3 inputs: 2 succeeded, 1 failed")
        .stderr_contains("error: stopped at line 3, which failed: Declined: no funds; to go on,");
    folder
        .asl(RUN)
        .args(["-q"])
        .code(1)
        .stderr_contains("error: stopped at line 3")
        .stderr_lacks("succeeded");
}

#[test]
fn it_goes_on_behind_failures_when_it_is_told_to() {
    let told = folder("{\"n\": 1}\n\n  \r\n{\"n\": \n{\"n\": -1}\n[1]\n7")
        .asl(RUN)
        .args(["--keep-going"])
        .code(1);
    assert_eq!(
        statuses(&told),
        expected([
            (1, "SUCCEEDED"),
            (4, "INVALID"),
            (5, "FAILED"),
            (6, "FAILED"),
            (7, "FAILED"),
        ])
    );
    told.stdout_contains("\"error\":\"InvalidInput\",\"cause\":\"the line is no JSON: ")
        .stderr_contains("✖ 5 inputs: 1 succeeded, 4 failed")
        .stderr_contains("  line 5  Declined: no funds\n");
}

#[test]
fn an_input_that_aws_would_not_take_is_invalid() {
    let long = format!("{{\"n\": 1, \"x\": \"{}\"}}\n", "x".repeat(300_000));
    let told = folder(&long).asl(RUN).code(1);
    told.stdout_contains("\"status\":\"INVALID\"")
        .stdout_contains("the input is too large: 300014 bytes, and AWS takes up to 262144");
}

#[test]
fn what_is_done_is_left_out() {
    let folder = folder(&inputs([1, 2, -1, 4]));
    let first = folder.asl(RUN).code(1).stdout;
    // The third line is mended, the second one is another now.
    let folder = folder
        .file("in.jsonl", inputs([1, 20, 3, 4]))
        .file("out.jsonl", &first);
    let told = folder.asl(RUN).args(["--skip-done", "out.jsonl"]).code(0);
    assert_eq!(
        statuses(&told),
        expected([(2, "SUCCEEDED"), (3, "SUCCEEDED"), (4, "SUCCEEDED")])
    );
    told.stderr_contains("✔ 3 inputs: 3 succeeded, 1 done before");
}

#[test]
fn results_that_broke_off_anywhere_are_gone_on_with() {
    let folder = folder(&inputs(0..3));
    let whole = folder.asl(RUN).code(0).stdout;
    for end in [0, 1, whole.len() / 2, whole.len() - 1, whole.len()] {
        let folder = folder.clone().file("out.jsonl", &whole[..end]);
        let file = std::fs::File::options()
            .append(true)
            .open(folder.path("out.jsonl"));
        let status = folder
            .asl(RUN)
            .args(["--skip-done", "out.jsonl", "-q"])
            .command()
            .stdout(file.expect("it was written"))
            .status();
        assert!(status.expect("it starts").success());
        let after = folder.read("out.jsonl");
        let lines: Vec<Value> = after
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        let lines: Vec<&Value> = lines.iter().map(|result| &result["line"]).collect();
        assert_eq!(lines, [1, 2, 3], "broken off at {end}");
    }
}

#[test]
fn a_file_that_holds_no_results_is_refused() {
    let folder = folder(&inputs([1])).file("empty.jsonl", "");
    let run = |results: &str| folder.asl(&format!("{RUN} --skip-done {results}"));
    run("order.asl.json")
        .code(2)
        .stdout("")
        .stderr_contains("there are no results of asl run --inputs in it");
    run("nowhere.jsonl")
        .code(2)
        .stderr_contains("cannot read nowhere.jsonl: No such file");
    run("empty.jsonl").code(0);
}

#[test]
fn every_execution_may_have_a_log() {
    let folder = folder(&inputs([1, -1]));
    let run = format!("{RUN} --keep-going --log logs");
    let told = folder.asl(&run).code(1);
    let names: Vec<Value> = results(&told.stdout);
    for (line, status) in [(1, "SUCCEEDED"), (2, "FAILED")] {
        let log = format!("logs/{line:06}.jsonl");
        let header: Value =
            serde_json::from_str(folder.read(&log).lines().next().expect("a header"))
                .expect("JSON");
        assert_eq!(header["name"], names[line - 1]["name"]);
        folder
            .asl(&format!("history {log}"))
            .code(0)
            .stdout_contains(status);
        folder.asl(&format!("run --replay {log}")).code(0);
    }
}

#[test]
fn what_makes_no_sense_together_is_refused() {
    let check = |options: &str, message: &str| {
        folder(&inputs([1]))
            .asl(&format!("{RUN} {options}"))
            .code(2)
            .stdout("")
            .stderr_contains(message);
    };
    check("--log -", "name a folder with --log");
    check("--log mocks.yaml", "cannot make the folder mocks.yaml");
    check("--jobs 0", "invalid value '0' for '--jobs <N>'");
    check("--input 1", "cannot be used with");
    check("--name x", "cannot be used with");
    let alone = folder("").asl("run order.asl.json --keep-going").code(2);
    alone.stderr_contains("--inputs <FILE>");
    folder("")
        .asl("run order.asl.json --mock mocks.yaml --inputs nowhere.jsonl")
        .code(2)
        .stderr("error: cannot read nowhere.jsonl: No such file or directory\n");
    folder("")
        .asl("run - --mock mocks.yaml --inputs -")
        .code(2)
        .stderr_contains("stdin cannot be both the definition and the inputs");
    folder("")
        .asl("run order.asl.json --mock mocks.yaml --inputs .")
        .code(2)
        .stderr_contains("cannot read .: Is a directory");
}

#[test]
fn no_inputs_are_no_failure() {
    folder("")
        .asl(RUN)
        .code(0)
        .stdout("")
        .stderr_contains("✔ 0 inputs: 0 succeeded");
}

#[test]
fn inputs_and_results_cannot_obey_a_terminal() {
    let machine = r#"{"StartAt": "F", "States": {"F": {"Type": "Fail", "ErrorPath": "$.e"}}}"#;
    Asl::new("run m.asl.json --inputs -")
        .file("m.asl.json", machine)
        .stdin("{\"e\": \"\\u001b[2J\"}\n\u{1b}[31m\n")
        .args(["--keep-going"])
        .code(1)
        .stderr_contains(r"line 1  \u001b[2J");
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{BufRead, BufReader, Write};
    use std::process::{Child, ChildStdout, Stdio};

    use rustix::process::{Pid, Signal, kill_process};

    use super::*;

    /// A run of commands that say `began` and wait until they may end, as a pipe tells.
    const WAIT: &str = r#"{"StartAt": "T", "States": {"T": {
        "Type": "Task", "Resource": "work", "End": true}}}"#;

    fn waiting(script: &str, inputs: &str) -> Folder {
        let folder = Folder::new()
            .file("wait.asl.json", WAIT)
            .file("work.sh", script)
            .file("in.jsonl", inputs);
        let pipe = std::process::Command::new("mkfifo")
            .arg(folder.path("pipe"))
            .status();
        assert!(pipe.expect("mkfifo is there").success());
        folder
    }

    fn start(folder: &Folder, line: &str) -> (Child, BufReader<ChildStdout>) {
        let mut child = folder
            .asl(line)
            .command()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        (child, stdout)
    }

    fn line(stdout: &mut BufReader<ChildStdout>) -> Value {
        let mut line = String::new();
        stdout.read_line(&mut line).expect("it speaks UTF-8");
        serde_json::from_str(&line).expect("a result")
    }

    #[test]
    fn executions_run_beside_each_other_and_are_told_in_order() {
        // The first one ends when the second one has begun.
        let script = r#"read n; if [ "$n" = 1 ]; then cat pipe; else echo 2 > pipe; echo 3; fi"#;
        let folder = waiting(script, "1\n2\n");
        let told = folder
            .asl("run wait.asl.json --inputs in.jsonl --jobs 2 --task '*=cmd:sh work.sh'")
            .code(0);
        let outputs: Vec<Value> = results(&told.stdout)
            .iter()
            .map(|result| result["output"].clone())
            .collect();
        assert_eq!(outputs, [2, 3]);
    }

    #[test]
    fn a_result_comes_as_soon_as_it_is_known() {
        let folder = waiting("cat", "");
        let run = "run wait.asl.json -q --inputs - --task '*=cmd:sh work.sh'";
        let (mut child, mut stdout) = start(&folder, run);
        let mut stdin = child.stdin.take().expect("piped");
        for n in 1..4 {
            writeln!(stdin, "{n}").expect("it listens");
            assert_eq!(line(&mut stdout)["output"], n);
        }
        drop(stdin);
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }

    #[test]
    fn ctrl_c_ends_it_behind_a_whole_line() {
        for stdin_too in [false, true] {
            let script = r#"read n; echo "$n"; if [ "$n" = 2 ]; then exec sleep 86400; fi"#;
            let folder = waiting(script, "1\n2\n3\n");
            let from = if stdin_too { "-" } else { "in.jsonl" };
            let (mut child, mut stdout) = start(
                &folder,
                &format!("run wait.asl.json --inputs {from} --task '*=cmd:sh work.sh' --log logs"),
            );
            if stdin_too {
                let stdin = child.stdin.as_mut().expect("piped");
                stdin.write_all(b"1\n2\n").expect("it listens");
            }
            assert_eq!(line(&mut stdout)["line"], 1);
            kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
            let mut rest = String::new();
            stdout.read_line(&mut rest).expect("it speaks UTF-8");
            assert_eq!(rest, "");
            let output = child.wait_with_output().expect("it ends");
            assert_eq!(output.status.code(), Some(130));
            Told::of(&output).stderr_contains("error: interrupted behind line 1; to go on,");
        }
    }

    #[test]
    fn who_reads_no_more_ends_it_quietly() {
        let folder = folder(&inputs(0..2000));
        let (child, mut stdout) = start(&folder, &format!("{RUN} -q"));
        assert_eq!(line(&mut stdout)["line"], 1);
        drop(stdout);
        let output = child.wait_with_output().expect("it ends by itself");
        assert_eq!(output.status.code(), Some(0));
        Told::of(&output).stderr("");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_ends_it() {
        let folder = folder(&inputs(0..10));
        let full = File::options().write(true).open("/dev/full");
        let output = folder
            .asl(RUN)
            .command()
            .stdout(full.expect("Linux has it"))
            .stderr(Stdio::piped())
            .output()
            .expect("it ends");
        assert_eq!(output.status.code(), Some(2));
        Told::of(&output).stderr_contains("error: cannot write the output: No space left");
        let logs = folder.path("logs");
        std::fs::create_dir(&logs).expect("a folder");
        std::os::unix::fs::symlink("/dev/full", logs.join("000003.jsonl")).expect("a link");
        let told = folder.asl(&format!("{RUN} --log logs")).code(2);
        told.stderr_contains("000003.jsonl is incomplete: No space left on device");
    }
}
