//! `asl validate --format`: formats and where they go. What they look like is tested beside each.

use std::io::Read;
use std::process::Stdio;

use crate::asl::{Asl, Folder, Told, fixture};

const BROKEN: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Bee"},
"B": {"Type": "Pass", "End": true, "Extra": 1}, "Be": {"Type": "Succeed"}}}"#;

fn broken() -> Folder {
    Folder::new().file("a.asl.json", BROKEN)
}

#[test]
fn several_formats_go_to_files_and_one_to_stdout() {
    let folder = broken();
    let line = "validate --format concise --format sarif=a.sarif --format junit=a.xml";
    let told = folder.asl(line).code(1);
    let told = told.stderr("✖ 3 errors in 1 file · 1 fixable with --fix\n");
    assert_eq!(told.stdout.lines().count(), 3, "{told}");
    assert!(folder.read("a.sarif").starts_with("{\"$schema\":"));
    assert!(folder.read("a.xml").contains("failures=\"3\""));
    let told = folder.asl("validate --format jsonl=a.jsonl").code(1);
    told.stdout("").stderr_contains("✖ 3 errors");
    assert_eq!(folder.read("a.jsonl").lines().count(), 3);
}

#[test]
fn a_file_is_replaced_as_a_whole() {
    let folder = broken().file("out", "x".repeat(100_000));
    folder.asl("validate --format github=out").code(1);
    let text = folder.read("out");
    assert!(
        text.starts_with("::error file=a.asl.json,line=1,"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 3);
}

#[test]
fn stdout_for_programs_comes_without_words_for_people() {
    for format in ["json", "jsonl", "sarif", "gitlab", "junit", "rdjson"] {
        let line = format!("validate --format {format}");
        let told = broken().asl(&line).code(1).stderr("");
        assert!(told.stdout.contains("unknown-target"), "{told}");
        let line = format!("validate --format {format}=-");
        broken().asl(&line).code(1).stdout(&told.stdout);
    }
    for format in ["full", "concise", "github"] {
        let line = format!("validate --format {format}");
        let told = broken().asl(&line).code(1);
        told.stdout_contains("unknown-target")
            .stderr_contains("✖ 3 errors");
    }
}

#[test]
fn two_formats_for_one_place_are_refused() {
    let refused = |options: &str, message: &str| {
        let told = broken().asl(&format!("validate {options}")).code(2);
        told.stdout("").stderr(&format!("error: {message}\n"));
    };
    refused(
        "--format full --format json",
        "full and json cannot both go to stdout: give one a file, as in --format json=FILE",
    );
    refused(
        "--format sarif=x --format json=x",
        "sarif and json cannot both go to x",
    );
    refused("--format json=", "`json=` names no file");
    let told = Asl::new("validate --format sarf").code(2);
    told.stderr_contains("a similar value exists: 'sarif'");
}

#[test]
fn nothing_is_judged_for_a_file_that_cannot_be_written() {
    for file in ["nowhere/a.sarif", "."] {
        let line = format!("validate --fix --format full --format sarif={file}");
        let folder = broken();
        let told = folder.asl(&line).code(2);
        told.stdout("")
            .stderr_contains(&format!("error: cannot write {file}: "));
        assert_eq!(folder.read("a.asl.json"), BROKEN);
    }
}

#[test]
fn a_variable_has_the_format_for_when_none_is_asked_for() {
    let asl = |line: &str, format: &'static str| broken().asl(line).env("ASL_FORMAT", format);
    let told = asl("validate", "json").code(1);
    assert_eq!(told.json()["summary"]["errors"], 3);
    let told = asl("validate --format concise", "json").code(1);
    told.stdout_contains("a.asl.json:1:59: error[unknown-target]");
    asl("validate", "")
        .code(1)
        .stdout_contains("asl::unknown-target");
    let told = asl("validate", "xml").code(2);
    told.stderr_contains("error: ASL_FORMAT: there is no format \"xml\": use one of full,");
}

#[test]
fn no_definition_at_all_makes_documents_too() {
    let empty = |format: &str| Asl::new(&format!("validate --format {format}")).code(4);
    assert_eq!(empty("json").json()["summary"]["files"], 0);
    assert_eq!(
        empty("sarif").json()["runs"][0]["results"],
        serde_json::json!([])
    );
    empty("gitlab").stdout("[]\n");
    empty("jsonl").stdout("");
    empty("junit").stdout_contains("<testsuites name=\"asl validate\" tests=\"0\"");
}

#[test]
fn junit_fails_where_the_exit_code_does() {
    let failures = |options: &str, code: i32| {
        let line = format!("validate --format junit -W schema -W graph {options}");
        let told = broken().asl(&line).code(code);
        told.stdout.matches("<failure").count()
    };
    assert_eq!(failures("", 0), 0);
    assert_eq!(failures("--fail-on warning", 1), 3);
}

#[test]
fn statistics_follow_the_findings() {
    let table = "findings  fixable  severity  rule\n       1        -  error     unknown-field\n";
    let check = |told: Told| {
        let found = [&told.stdout, &told.stderr].map(|text| text.matches(table).count());
        (found[0], found[1])
    };
    let told = |options: &str| {
        broken()
            .asl(&format!("validate --statistics {options}"))
            .code(1)
    };
    assert_eq!(check(told("")), (1, 0));
    assert_eq!(check(told("--format json=a.json")), (1, 0));
    assert_eq!(check(told("--format json")), (0, 1));
    let concise = told("--format concise").stdout_contains("in a Pass state\n\nfindings");
    assert_eq!(check(concise), (1, 0));
    let clean = Asl::new("validate --statistics")
        .args([fixture("definitions/reminder.asl.json")])
        .code(0);
    clean.stdout("");
}

#[test]
fn people_are_shown_as_much_as_they_ask_for_and_programs_all() {
    let shown = |options: &str| {
        let told = broken().asl(&format!("validate {options}")).code(1);
        let more = told
            .stdout
            .contains("more in a.asl.json: `--max-diagnostics 0` shows all");
        (told.stdout.matches("asl::").count(), more)
    };
    assert_eq!(shown(""), (3, false));
    assert_eq!(shown("--max-diagnostics 2"), (2, true));
    assert_eq!(shown("--max-diagnostics 0"), (3, false));
    let told = broken()
        .asl("validate --max-diagnostics 1 --format jsonl")
        .code(1);
    assert_eq!(told.stdout.lines().count(), 3);
}

/// Whoever reads stdout may stop; the files are whole all the same.
#[test]
fn a_closed_pipe_ends_it_quietly_after_the_files_are_written() {
    // More than a pipe holds.
    let states: Vec<String> = (0..2000)
        .map(|n| format!("\"S{n}\": {{\"Type\": \"Pass\", \"Next\": \"X{n}\"}}"))
        .collect();
    let text = format!(
        "{{\"StartAt\": \"S0\", \"States\": {{{}}}}}",
        states.join(",\n")
    );
    let folder = Folder::new().file("a.asl.json", text);
    let asl = folder.asl("validate --format concise --format jsonl=a.jsonl");
    let mut running = asl
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdout = running.stdout.take().expect("is a pipe");
    stdout.read_exact(&mut [0; 10]).expect("has findings");
    drop(stdout);
    let output = running.wait_with_output().expect("ends");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
    assert!(folder.read("a.jsonl").lines().count() >= 2000);
}
