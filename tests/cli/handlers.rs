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
fn handlers_are_read_from_json_and_yaml_too() {
    let files = [
        (
            "h.json",
            json!({"handler": [{"resource": "*", "mock": 7}]}).to_string(),
        ),
        (
            "h.yaml",
            "handler:\n  - resource: '*'\n    mock: 7\n".to_owned(),
        ),
        (
            "h.toml",
            "[[handler]]\nresource = \"*\"\nmock = 7\n".to_owned(),
        ),
    ];
    for (name, text) in files {
        Asl::new("run charge.asl.json --handlers")
            .args([name])
            .file("charge.asl.json", CHARGE)
            .file(name, text)
            .code(0)
            .stdout("7\n");
    }
}

/// A handlers file that cannot be used is told with its name, the place and what to do.
#[test]
fn a_wrong_handlers_file_is_refused_with_its_place() {
    let check = |handlers: &str, place: &str, message: &str| {
        Asl::new("run charge.asl.json --handlers handlers.toml")
            .file("charge.asl.json", CHARGE)
            .file("handlers.toml", handlers)
            .code(2)
            .stdout("")
            .stderr_contains(place)
            .stderr_contains(message);
    };
    check(
        "",
        "handlers.toml:1:1",
        "a handlers file has a list `handler`",
    );
    check(
        "[[handler]\n",
        "handlers.toml:1:",
        "handlers.toml cannot be read",
    );
    check(
        "[[handler]]\nstate = \"A\"",
        "handlers.toml:1:",
        "exactly one of `command`",
    );
    check(
        "[[handler]]\nstat = \"A\"\nmock = 1",
        "handlers.toml:2:1",
        "a handler has no `stat`",
    );
    check(
        "[[handler]]\nstate = \"A\"\ncommand = \"rm -rf /\"",
        "handlers.toml:3:11",
        "`command` must be a list",
    );
    check(
        "[[handler]]\nstate = 7\nmock = 1",
        "handlers.toml:2:9",
        "`state` must be a text",
    );
    check(
        "[[handler]]\nstate = \"A\"\nmock = 1\ntimeout = \"soon\"",
        "handlers.toml:4:11",
        "for example \"500ms\"",
    );
}

#[test]
fn a_handlers_file_that_is_no_text_or_not_there_is_refused() {
    let base =
        || Asl::new("run charge.asl.json --handlers handlers.toml").file("charge.asl.json", CHARGE);
    base()
        .code(2)
        .stderr("error: cannot read handlers.toml: No such file or directory\n");
    base()
        .file("handlers.toml", b"[[handler]]\nstate = \"\xff\"")
        .code(2)
        .stderr_contains("byte 10 of line 2, 0xFF, is not UTF-8");
    base()
        .file("handlers.toml", "x = ".to_owned() + &"[".repeat(100_000))
        .code(2)
        .stderr_contains("handlers.toml cannot be read");
}
