//! `asl run`: what it prints, how it ends, and what it says before anything runs.

use crate::asl::{Asl, Folder};
use crate::handlers::CHARGE;

const WAIT: &str = r#"{
  "StartAt": "Wait", "TimeoutSeconds": 10,
  "States": {"Wait": {"Type": "Wait", "Seconds": 100, "End": true}}
}"#;

const FAIL: &str = r#"{
  "StartAt": "Decline",
  "States": {"Decline": {"Type": "Fail", "Error": "Declined", "Cause": "no funds"}}
}"#;

fn run(options: &str, definition: &str) -> Asl {
    Asl::new(&format!("run order.asl.json {options}")).file("order.asl.json", definition)
}

#[test]
fn a_run_that_succeeds_prints_its_output_and_nothing_else() {
    let pass =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": [1, 2.5], "End": true}}}"#;
    run("", pass)
        .code(0)
        .stdout("[1,2.5]\n")
        .stderr_contains("✔ SUCCEEDED  order");
    run("-q", pass).code(0).stdout("[1,2.5]\n").stderr("");
    run("--progress lines", pass)
        .code(0)
        .stderr_contains("✔ A   ");
}

#[test]
fn a_run_that_fails_prints_nothing_and_says_why() {
    run("", FAIL)
        .code(1)
        .stdout("")
        .stderr_contains("✖ Decline ended the execution with Declined")
        .stderr_contains("no funds");
    run("-q", FAIL)
        .code(1)
        .stdout("")
        .stderr("error: Declined: no funds\n");
}

#[test]
fn a_machine_that_times_out_exits_with_3() {
    run("--time skip", WAIT)
        .code(3)
        .stdout("")
        .stderr_contains("TIMED OUT");
    run("--time skip -q", WAIT)
        .code(3)
        .stderr("error: States.Timeout: the execution timed out\n");
}

#[test]
fn a_run_that_takes_longer_than_it_may_exits_with_3() {
    run("--timeout 50ms", WAIT)
        .code(3)
        .stdout("")
        .stderr_contains("The time given by --timeout was over.");
    let again = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}"#;
    run("--timeout 50ms --max-events 0 -q", again).code(3);
}

#[test]
fn the_bound_on_events_ends_a_run_that_never_would() {
    let again = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}"#;
    run("--max-events 10", again)
        .code(1)
        .stderr_contains("✖ the execution failed with States.Runtime")
        .stderr_contains("The execution reached the maximum number of history events (10).");
    run("-q", again)
        .code(1)
        .stderr_contains("history events (25000)");
}

#[test]
fn a_definition_in_yaml_runs() {
    let yaml = "StartAt: Hello\nStates:\n  Hello:\n    Type: Pass\n    Result: hello # greet\n    End: true\n";
    Asl::new("run hello.asl.yaml")
        .file("hello.asl.yaml", yaml)
        .code(0)
        .stdout("\"hello\"\n");
}

#[test]
fn time_can_be_skipped_or_run_faster() {
    let wait = WAIT.replace("10,", "1000,");
    run("--time skip", &wait)
        .code(0)
        .stderr_contains("1 min 40 s");
    run("--time 5000x", &wait).code(0);
    run("--time fast", &wait)
        .code(2)
        .stderr_contains("use real, skip, or a factor such as 60x");
}

#[test]
fn identity_is_stable_under_a_seed_and_a_start() {
    let context = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true,
        "Parameters": {"name.$": "$$.Execution.Id", "at.$": "$$.Execution.StartTime"}}}}"#;
    let options =
        "--seed 7 --start-time 2026-01-31T08:30:00Z --region eu-west-1 --account 210987654321";
    let first = run(options, context).code(0).stdout;
    assert!(
        first.contains("arn:aws:states:eu-west-1:210987654321:execution:order:"),
        "{first}"
    );
    assert!(first.contains("2026-01-31T08:30:00"), "{first}");
    run(options, context).code(0).stdout(&first);
}

#[test]
fn names_that_step_functions_would_refuse_are_refused() {
    run("--name 'a b'", FAIL)
        .code(2)
        .stderr_contains("invalid execution name \"a b\"");
    run("--name ''", FAIL)
        .code(2)
        .stderr_contains("invalid execution name \"\"");
    run("--start-time noon", FAIL)
        .code(2)
        .stderr_contains("2026-01-31T08:30:00Z");
    run("--timeout soon", FAIL)
        .code(2)
        .stderr_contains("use a duration such as 500ms");
}

#[test]
fn a_task_option_that_says_nothing_useful_is_refused() {
    let check = |option: &str, message: &str| {
        run("--task", CHARGE)
            .args([option])
            .code(2)
            .stderr_contains(message);
    };
    check("charge", "it names no kind of handler");
    check("charge=echo", "it names no kind of handler");
    check("=cmd:echo", "it names no Task");
    check("charge=cmd:", "the command is empty");
    check("charge=cmd:echo 'x", "its quotes do not match");
}

#[test]
fn a_definition_that_cannot_run_is_shown_with_its_findings() {
    let broken = FAIL.replace("\"StartAt\": \"Decline\"", "\"StartAt\": \"Declin\"");
    run("", &broken)
        .code(1)
        .stdout("")
        .stderr_contains("order.asl.json:2:14")
        .stderr_contains("did you mean")
        .stderr_contains("error: order.asl.json cannot be run before this is mended");
}

#[test]
fn a_file_that_is_not_there_is_told() {
    Asl::new("run nowhere.asl.json")
        .code(2)
        .stderr("error: cannot read nowhere.asl.json: No such file or directory\n");
    Asl::new("run .")
        .code(2)
        .stderr("error: cannot read .: Is a directory\n");
    Asl::new("run").code(2).stderr_contains("<DEFINITION>");
    Asl::new("walk")
        .code(2)
        .stderr_contains("unrecognized subcommand");
}

#[test]
fn colours_come_only_when_they_are_wanted() {
    let folder = Folder::new().file("order.asl.json", FAIL);
    let colored = |line: &str, name: &'static str, value: &'static str| {
        let output = folder
            .asl(line)
            .env(name, value)
            .command()
            .output()
            .expect("it ends");
        String::from_utf8_lossy(&output.stderr).contains('\u{1b}')
    };
    assert!(!colored("run order.asl.json", "TERM", "xterm"));
    assert!(colored(
        "run order.asl.json --color always",
        "TERM",
        "xterm"
    ));
    assert!(colored("run order.asl.json", "CLICOLOR_FORCE", "1"));
    assert!(!colored(
        "run order.asl.json --color never",
        "CLICOLOR_FORCE",
        "1"
    ));
}

#[test]
fn any_width_of_a_terminal_will_do() {
    for columns in ["0", "1", "7", "99999999999999999999", "99999999999", "wide"] {
        run("", FAIL)
            .env("COLUMNS", columns)
            .code(1)
            .stderr_contains("Declined");
    }
}
