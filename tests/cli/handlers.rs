//! Commands that do the work of Tasks: each way to fail is the error that Retry and Catch see.

use serde_json::json;

use crate::asl::{Asl, Told};

/// A Task whose error becomes the output.
pub(crate) const CHARGE: &str = r#"{
  "StartAt": "Charge card",
  "States": {
    "Charge card": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage",
      "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}],
      "End": true
    },
    "Refund": {"Type": "Pass", "End": true}
  }
}"#;

/// The same machine with a function, so that failures without a name are a function's.
fn function() -> String {
    CHARGE.replace(
        "arn:aws:states:::sqs:sendMessage",
        "arn:aws:lambda:us-east-1:123456789012:function:charge",
    )
}

/// A run of the machine with a handler from a file.
pub(crate) fn handled(handler: &str) -> Asl {
    Asl::new("run charge.asl.json --handlers handlers.toml")
        .file("charge.asl.json", CHARGE)
        .file(
            "handlers.toml",
            format!("[[handler]]\nstate = \"Charge card\"\n{handler}\n"),
        )
}

/// A run of the machine with a shell's script as handler.
fn shell(script: &str) -> Asl {
    handled(&format!("command = [\"sh\", \"-c\", '''{script}''']"))
}

/// The error that Catch saw.
#[track_caller]
pub(crate) fn caught(told: &Told) -> (String, String) {
    let output = told.json();
    let text = |member: &str| output[member].as_str().unwrap_or_default().to_owned();
    (text("Error"), text("Cause"))
}

#[track_caller]
fn fails(script: &str, error: &str, cause: &str) {
    let told = shell(script).code(0);
    assert_eq!(
        caught(&told),
        (error.to_owned(), cause.to_owned()),
        "{told}"
    );
}

#[test]
fn the_payload_goes_in_and_the_result_comes_out() {
    let told = shell("cat")
        .args(["--input", r#"{"amount": 12.5}"#])
        .code(0);
    told.stdout("{\"amount\":12.5}\n");
}

#[test]
fn a_command_knows_whose_work_it_does() {
    let told = shell(r#"printf '"%s %s %s"' "$ASL_STATE" "$ASL_ATTEMPT" "$ASL_EXECUTION""#)
        .args(["--name", "monday", "--region", "eu-west-1"])
        .code(0);
    told.stdout(
        "\"Charge card 0 arn:aws:states:eu-west-1:123456789012:execution:charge:monday\"\n",
    );
}

#[test]
fn no_output_is_null() {
    shell("exit 0").code(0).stdout("null\n");
}

#[test]
fn an_exit_code_is_a_failure_with_the_end_of_stderr() {
    fails(
        "echo no funds >&2; exit 3",
        "States.TaskFailed",
        "sh ended with exit code 3: no funds",
    );
    fails(
        "echo said on stdout; exit 3",
        "States.TaskFailed",
        "sh ended with exit code 3: said on stdout",
    );
    fails("exit 1", "States.TaskFailed", "sh ended with exit code 1");
}

#[test]
fn a_named_error_is_what_catch_sees() {
    fails(
        r#"echo '{"Error": "Declined", "Cause": "no funds"}'; exit 1"#,
        "Declined",
        "no funds",
    );
    fails(
        r#"echo '{"errorType":"Declined","errorMessage":"no funds"}'; exit 1"#,
        "Declined",
        r#"{"errorType":"Declined","errorMessage":"no funds"}"#,
    );
}

#[test]
fn a_signal_is_a_failure() {
    fails("kill -9 $$", "States.TaskFailed", "sh ended with signal 9");
    fails(
        "echo half an answer; echo dying >&2; kill -15 $$",
        "States.TaskFailed",
        "sh ended with signal 15: dying",
    );
}

#[test]
fn text_that_is_no_json_is_a_failure_that_shows_it() {
    let told = shell("echo paid").code(0);
    let (error, cause) = caught(&told);
    assert_eq!(error, "States.TaskFailed");
    assert!(cause.starts_with("sh printed no JSON: "), "{cause}");
    assert!(cause.ends_with("it begins with \"paid\""), "{cause}");
}

#[test]
fn a_function_that_fails_without_a_name_is_unknown_as_in_aws() {
    let told = Asl::new("run charge.asl.json --task 'Charge card=cmd:false'")
        .file("charge.asl.json", function())
        .code(0);
    let (error, cause) = caught(&told);
    assert_eq!(
        (&*error, &*cause),
        ("Lambda.Unknown", "false ended with exit code 1")
    );
}

#[test]
fn a_program_that_is_not_there_is_a_failure() {
    let told = handled(r#"command = ["no-such-program-at-all"]"#).code(0);
    let (error, cause) = caught(&told);
    assert_eq!(error, "States.TaskFailed");
    assert!(
        cause.starts_with("cannot run no-such-program-at-all: "),
        "{cause}"
    );
}

#[test]
fn a_command_that_hangs_is_ended_with_its_children() {
    let told = handled(
        r#"command = ["sh", "-c", "sleep 1000 & sleep 1000"]
timeout = "200ms""#,
    )
    .code(0);
    let (error, cause) = caught(&told);
    assert_eq!(
        (&*error, &*cause),
        ("States.TaskFailed", "sh took longer than 200ms")
    );
}

#[test]
fn too_much_output_is_not_read_to_its_end() {
    // What follows the 100 MB would take until tomorrow.
    let told = shell("yes | head -c 100000000; exec sleep 86400").code(0);
    let (error, cause) = caught(&told);
    assert_eq!(error, "States.DataLimitExceeded");
    assert!(cause.contains("a result with a size exceeding"), "{cause}");
}

#[test]
fn too_much_on_stderr_is_shortened() {
    let told = shell("yes | head -c 10000000 >&2; echo the end >&2; exit 1").code(0);
    let (_, cause) = caught(&told);
    assert!(cause.len() < 5000, "{} bytes", cause.len());
    assert!(cause.ends_with("the end"), "{cause}");
}

#[test]
fn a_command_need_not_read_its_input() {
    let input = format!("\"{}\"", "x".repeat(200_000));
    shell("exec <&-; echo 1")
        .file("input.json", input)
        .args(["--input-file", "input.json"])
        .code(0)
        .stdout("1\n");
}

#[test]
fn a_command_may_close_its_output_before_it_ends() {
    fails(
        "exec >&- 2>&-; exit 7",
        "States.TaskFailed",
        "sh ended with exit code 7",
    );
}

#[test]
fn nobody_waits_for_what_a_command_left_running() {
    shell("sleep 86400 & echo 1").code(0).stdout("1\n");
}

#[test]
fn retries_see_the_errors_of_commands() {
    let definition = CHARGE.replace(
        r#""Catch""#,
        r#""Retry": [{"ErrorEquals": ["Busy"], "IntervalSeconds": 3600}], "Catch""#,
    );
    let script =
        r#"if [ "$ASL_ATTEMPT" = 2 ]; then echo 1; else echo '{"Error":"Busy"}'; exit 1; fi"#;
    shell(script)
        .file("charge.asl.json", definition)
        .args(["--time", "skip"])
        .code(0)
        .stdout("1\n")
        .stderr_contains("SUCCEEDED");
}

#[test]
fn what_a_command_says_is_never_printed_raw() {
    let told = shell(r"printf '\033[31mred\a' >&2; exit 1").code(0);
    let (_, cause) = caught(&told);
    assert_eq!(cause, "sh ended with exit code 1: \u{1b}[31mred\u{7}");
    shell(r"printf '\033[31mred\a' >&2; exit 1")
        .file("charge.asl.json", CHARGE.replace("States.ALL", "Nothing"))
        .code(1)
        .stderr_contains(r"\u001b[31mred");
}

#[test]
fn the_first_handler_that_matches_does_the_work() {
    let handlers = r#"
[[handler]]
resource = "arn:aws:states:::dynamodb:*"
mock = "database"
[[handler]]
resource = "arn:aws:states:::sqs:*"
mock = { MessageId = "m-1" }
[[handler]]
resource = "*"
mock = "other"
"#;
    Asl::new("run charge.asl.json --handlers handlers.toml")
        .file("charge.asl.json", CHARGE)
        .file("handlers.toml", handlers)
        .code(0)
        .stdout("{\"MessageId\":\"m-1\"}\n");
}

#[test]
fn a_command_has_its_own_folder_and_variables() {
    let script = r#"printf '"%s %s %s"' "$(basename "$PWD")" "$STAGE" "$FROM""#;
    let handler = json!(["sh", "-c", script]);
    // It begins where the handlers file is.
    Asl::new("run charge.asl.json --handlers here/handlers.toml")
        .file("charge.asl.json", CHARGE)
        .file(
            "here/handlers.toml",
            format!(
                "[[handler]]\nstate = \"Charge card\"\ncommand = {handler}\ncwd = \"work\"\n\
                 env = {{ STAGE = \"test $$\", FROM = \"${{ORIGIN}}\" }}\n"
            ),
        )
        .file("here/work/x", "")
        .env("ORIGIN", "abc")
        .code(0)
        .stdout("\"work test $$ abc\"\n");
}

#[test]
fn a_shell_is_there_when_it_is_asked_for() {
    handled("command = \"cat | tr a-z A-Z\"\nshell = true")
        .args(["--input", "\"abc\""])
        .code(0)
        .stdout("\"ABC\"\n");
    let told = handled("command = \"exit 4\"\nshell = true").code(0);
    assert_eq!(caught(&told).1, "sh ended with exit code 4");
}

#[test]
fn what_a_command_says_is_shown_when_asked_for() {
    let script = r"echo one >&2; echo asl:heartbeat >&2; printf 'two\tthree\033[31m' >&2; echo 1";
    let told = shell(script).args(["-v"]).code(0).stdout("1\n");
    told.stderr_contains("Charge card │ one\nCharge card │ two    three\\u001b[31m\n")
        .stderr_lacks("heartbeat")
        .stderr_contains("SUCCEEDED");
    shell(script).code(0).stderr_lacks("one");
    shell(script).args(["-v", "-q"]).code(0).stderr("");
}

#[test]
fn a_flood_on_stderr_neither_stops_a_command_nor_fills_the_memory() {
    shell("yes | head -c 30000000 >&2; echo 1")
        .code(0)
        .stdout("1\n");
    let told = shell("yes | head -c 100000 >&2; exit 1").code(0);
    let (_, cause) = caught(&told);
    assert!(cause.starts_with("sh ended with exit code 1: …"), "{cause}");
}

/// Parallel branches, each a Task of this name.
pub(crate) fn branches(names: &[&str]) -> String {
    let branch = |name: &&str| json!({"StartAt": name, "States": {*name: {"Type": "Task", "Resource": name, "End": true}}});
    let branches: Vec<_> = names.iter().map(branch).collect();
    let all = json!({"Type": "Parallel", "End": true, "Branches": branches});
    json!({"StartAt": "All", "States": {"All": all}}).to_string()
}

#[cfg(unix)]
#[test]
fn a_slow_handler_does_not_block_another_branch() {
    // Each end of the pipe waits for the other.
    let handlers = r#"
[[handler]]
state = "Reader"
command = "mkfifo pipe 2> err; cat pipe"
shell = true
[[handler]]
state = "Writer"
command = "mkfifo pipe 2> err; echo 7 > pipe; echo 8"
shell = true
"#;
    Asl::new("run m.json --handlers handlers.toml -q")
        .file("m.json", branches(&["Reader", "Writer"]))
        .file("handlers.toml", handlers)
        .code(0)
        .stdout("[7,8]\n");
}

/// A Map over the numbers up to this, with one Task, so many at once.
pub(crate) fn map(count: usize, at_once: usize) -> Asl {
    let map = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
        "MaxConcurrency": at_once, "ItemProcessor":
        {"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "t", "End": true}}}}}});
    let input: Vec<usize> = (0..count).collect();
    Asl::new("run m.json -q --input")
        .args([json!(input).to_string()])
        .file("m.json", map.to_string())
}

#[cfg(unix)]
#[test]
fn commands_run_at_once_up_to_a_bound() {
    let script = "mkdir running/$$ && ls running | wc -l && rmdir running/$$";
    let told = map(150, 0)
        .args(["--handlers", "handlers.toml"])
        .file("running/keep", "")
        .file(
            "handlers.toml",
            format!(
                "[[handler]]\nresource = \"*\"\ncommand = \"{script}\"\nshell = true\ntimeout = 20"
            ),
        )
        .code(0);
    let counts: Vec<usize> = serde_json::from_value(told.json()).expect("numbers");
    assert_eq!(counts.len(), 150);
    // `keep` is counted, too.
    assert!(counts.iter().all(|count| *count <= 65), "{counts:?}");
}

#[test]
fn tasks_come_before_mocks_and_mocks_before_the_file() {
    let handlers = "[[handler]]\nresource = \"*\"\nmock = \"file\"\n";
    let all = || {
        Asl::new("run m.json -q --handlers handlers.toml")
            .file("m.json", branches(&["A", "B", "C"]))
            .file("handlers.toml", handlers)
            .file("mocks.yaml", "A:\n  return: mock\nB:\n  return: mock\n")
    };
    all().code(0).stdout("[\"file\",\"file\",\"file\"]\n");
    let mocked = || all().args(["--mock", "mocks.yaml"]);
    mocked().code(0).stdout("[\"mock\",\"mock\",\"file\"]\n");
    mocked()
        .args(["--task", "A=cmd:echo 1", "--task", "*A*=cmd:echo 2"])
        .code(0)
        .stdout("[1,\"mock\",\"file\"]\n");
}
