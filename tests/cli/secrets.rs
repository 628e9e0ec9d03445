//! Secrets: variables that the handlers file names, and those it takes from the environment, are
//! `***` wherever text leaves the program, and themselves wherever the machine works with them.

use crate::asl::{Asl, Folder};
use crate::handlers::CHARGE;

const SECRET: &str = "say \"hunter2\"";

/// A command that gives the secret away in every way it can.
const TELLTALE: &str = r#"secrets = ["API_KEY"]
[[handler]]
state = "Charge card"
command = ["sh", "-c", '''cat; printf '%s\n' "key $API_KEY" >&2; exit ${CODE:-0}''']
env = { CODE = "0" }
"#;

fn told(handlers: &str, definition: &str) -> Folder {
    Folder::new()
        .file("charge.asl.json", definition)
        .file("handlers.toml", handlers)
}

fn run(folder: &Folder, options: &str) -> Asl {
    let input = serde_json::json!({"key": SECRET, "text": format!("<{SECRET}>")});
    folder
        .asl(&format!(
            "run charge.asl.json --handlers handlers.toml {options}"
        ))
        .args(["--input", &input.to_string()])
        .env("API_KEY", SECRET)
}

#[test]
fn secrets_are_masked_in_the_output_the_log_and_what_is_said() {
    let folder = told(TELLTALE, CHARGE);
    run(&folder, "-v --log run.jsonl")
        .code(0)
        .stdout("{\"key\":\"***\",\"text\":\"<***>\"}\n")
        .stderr_contains("Charge card │ key ***\n")
        .stderr_lacks("hunter2");
    let log = folder.read("run.jsonl");
    assert!(!log.contains("hunter2"), "{log}");
    assert!(
        log.contains(r#""input":"{\"key\":\"***\",\"text\":\"<***>\"}""#),
        "{log}"
    );
    folder.asl("history run.jsonl").code(0);
    let piped = run(&folder, "--log -").code(0);
    piped.stdout_lacks("hunter2").stdout_contains("***");
}

#[test]
fn secrets_are_masked_in_failures() {
    let folder = told(
        &TELLTALE.replace("CODE = \"0\"", "CODE = \"1\""),
        &CHARGE.replace("States.ALL", "Never"),
    );
    let told = run(&folder, "").code(1);
    told.stderr_contains("key ***").stderr_lacks("hunter2");
    let told = run(&folder, "-q").code(1);
    told.stderr_contains("key ***").stderr_lacks("hunter2");
}

#[test]
fn handlers_work_with_the_real_values() {
    let handler = TELLTALE.replace("cat; printf", "grep -q hunter2 && echo 1; printf");
    run(&told(&handler, CHARGE), "-q").code(0).stdout("1\n");
}

#[test]
fn what_is_taken_from_the_environment_is_a_secret() {
    let handler = TELLTALE
        .replace("secrets = [\"API_KEY\"]\n", "")
        .replace("CODE = \"0\"", "COPY = \"${API_KEY}\"");
    run(&told(&handler, CHARGE), "-v")
        .code(0)
        .stdout("{\"key\":\"***\",\"text\":\"<***>\"}\n")
        .stderr_lacks("hunter2");
}

#[test]
fn a_secret_that_is_too_short_to_be_masked_is_refused() {
    let folder = told(TELLTALE, CHARGE);
    let asl = || folder.asl("run charge.asl.json --handlers handlers.toml");
    asl()
        .env("API_KEY", "abc")
        .code(2)
        .stderr_contains("handlers.toml:1:12")
        .stderr_contains("the value of \"API_KEY\" is too short to be masked");
    // Nothing is to be hidden where it is not set.
    asl().code(0).stdout("{}\n");
}
