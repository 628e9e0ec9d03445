//! `asl validate`: findings of any number of files, in every format, and the exit codes.

use serde_json::json;

use crate::asl::{Asl, Folder, fixture};

const GOOD: &str = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;

fn faulty(options: &str) -> Asl {
    Asl::new(&format!("validate {options}")).args([fixture("broken/three-faults.yaml")])
}

#[test]
fn a_clean_definition_is_silent_on_stdout() {
    let told = Asl::new("validate order.asl.json")
        .file("order.asl.json", GOOD)
        .code(0);
    told.stdout("").stderr("✔ 1 definition, no problems\n");
    let yaml = "StartAt: Done\nStates:\n  Done:\n    Type: Succeed\n";
    Asl::new("lint order.asl.yml -q")
        .file("order.asl.yml", yaml)
        .code(0)
        .stdout("")
        .stderr("");
}

#[test]
fn findings_show_the_source_and_what_to_do() {
    Asl::new("validate")
        .args([fixture("broken/misspelt-target.json")])
        .code(1)
        .stdout_contains("misspelt-target.json:7:15")
        .stdout_contains("`Next` points at a state that does not exist: \"ProcesPayment\"")
        .stdout_contains("did you mean \"ProcessPayment\"?")
        .stderr_contains("✖ 1 error in 1 file");
}

#[test]
fn concise_findings_stand_on_one_line_each() {
    let told = faulty("--format concise").code(1);
    let lines: Vec<&str> = told.stdout.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(
        lines[0].contains("three-faults.yaml:6:5: error[unknown-field]"),
        "{told}"
    );
    assert!(
        lines[1].contains("three-faults.yaml:8:3: error[unreachable-state]"),
        "{told}"
    );
    assert!(
        lines[2].contains("three-faults.yaml:11:3: error[missing-transition]"),
        "{told}"
    );
}

#[test]
fn json_findings_are_one_document() {
    let told = Asl::new("validate --format json")
        .args([fixture("broken/misspelt-target.json")])
        .code(1)
        .stderr("");
    let report = told.json();
    assert_eq!(report["version"], 1);
    assert_eq!(report["summary"]["errors"], 1);
    let finding = &report["diagnostics"][0];
    assert_eq!(finding["rule"], "unknown-target");
    assert_eq!(finding["awsCode"], "MISSING_TRANSITION_TARGET");
    assert_eq!(finding["pointer"], "/States/ValidateOrder/Next");
    assert_eq!(
        finding["span"]["start"],
        json!({"line": 7, "column": 15, "offset": 168})
    );
    let clean = Asl::new("validate a.json --format json")
        .file("a.json", GOOD)
        .code(0)
        .json();
    assert_eq!(clean["diagnostics"], json!([]));
}

#[test]
fn rules_and_categories_are_allowed_warned_of_and_denied_from_left_to_right() {
    let count = |options: &str, code: i32| {
        let told = faulty(&format!("--format concise {options}")).code(code);
        let count = |text: &str| told.stdout.matches(text).count();
        (count("error["), count("warning["))
    };
    assert_eq!(count("-W unreachable-state", 1), (2, 1));
    assert_eq!(count("-A graph", 1), (1, 0));
    assert_eq!(count("-A graph -A schema", 0), (0, 0));
    assert_eq!(count("-W graph -W schema", 0), (0, 3));
    assert_eq!(count("-A graph -D unreachable-state", 1), (2, 0));
    assert_eq!(count("-D unreachable-state -A graph", 1), (1, 0));
    assert_eq!(count("-A schema -D graph -W unreachable-state", 1), (1, 1));
    assert_eq!(count("-W unreachable-state -D graph -A schema", 1), (2, 0));
    faulty("-W nonsense")
        .code(2)
        .stderr("error: there is no rule and no category \"nonsense\": see `asl rules`\n");
}

#[test]
fn the_exit_code_depends_on_the_worst_finding() {
    let warned = "-W graph -W schema";
    faulty(warned).code(0);
    faulty(&format!("{warned} --fail-on warning")).code(1);
    faulty(&format!("{warned} --fail-on note")).code(1);
    faulty(&format!("{warned} --max-warnings 3")).code(0);
    faulty(&format!("{warned} --max-warnings 2")).code(1);
    faulty("--fail-on never")
        .code(2)
        .stderr_contains("[possible values: error, warning, note]");
}

#[test]
fn a_folder_is_walked_for_definitions() {
    let folder = Folder::new()
        .file("b.asl.json", GOOD)
        .file(
            "infra/a.asl.yaml",
            "StartAt: A\nStates: { A: { Type: Succeed } }\n",
        )
        .file("infra/notes.json", "not a definition")
        .file(".hidden/x.asl.json", "not seen")
        .file("build/x.asl.json", "ignored")
        .file(".ignore", "build\n");
    folder
        .asl("validate")
        .code(0)
        .stderr("✔ 2 definitions, no problems\n");
    folder
        .asl("validate --show-files")
        .code(0)
        .stdout("b.asl.json\ninfra/a.asl.yaml\n");
    folder.asl("validate infra/notes.json").code(1);
    folder
        .asl("validate infra --show-files")
        .code(0)
        .stdout("infra/a.asl.yaml\n");
}

#[test]
fn no_file_at_all_is_told() {
    Asl::new("validate").code(4).stdout("").stderr(
        "error: no definitions found: looked for *.asl.json *.asl.yaml *.asl.yml *.asl *.sfn.json\n",
    );
    Asl::new("validate --show-files").code(4).stdout("");
}

#[test]
fn one_file_that_cannot_be_read_does_not_stop_the_others() {
    Asl::new("validate nowhere.json --format concise")
        .args([
            fixture("broken/misspelt-target.json"),
            fixture("definitions/reminder.asl.json"),
        ])
        .code(2)
        .stdout_contains("error[unknown-target]")
        .stderr_contains("error: cannot read nowhere.json: No such file or directory")
        .stderr_contains("✖ 1 error in 1 of 2 files");
}

#[test]
fn a_definition_on_stdin_has_a_name_and_a_format() {
    Asl::new("validate - --format concise")
        .stdin("{")
        .code(1)
        .stdout_contains("<stdin>:1:2: error[syntax]");
    Asl::new("validate - --stdin-filename order.asl.yaml --format concise")
        .stdin("States: {}")
        .code(1)
        .stdout_contains("order.asl.yaml:1:1: error[");
}

#[test]
fn what_is_no_text_of_a_definition_is_a_finding_with_its_place() {
    let check = |name: &str, place: &str, message: &str| {
        Asl::new("validate --format concise")
            .args([fixture(&format!("broken/{name}"))])
            .code(1)
            .stdout_contains(&format!("{name}:{place}: error[syntax]"))
            .stdout_contains(message);
    };
    check("unclosed.json", "6:22", "3 brackets are never closed");
    check("tab.yaml", "3:1", "tab in the indentation");
    check(
        "latin-1.json",
        "3:18",
        "byte 18 of line 3, 0xE9, is not UTF-8",
    );
}

#[test]
fn any_bytes_are_judged() {
    let check = |bytes: &[u8], message: &str| {
        Asl::new("validate x.asl --format concise")
            .file("x.asl", bytes)
            .code(1)
            .stdout_contains("error[syntax]")
            .stdout_contains(message);
    };
    check(b"", "the file is empty");
    check(b"\xef\xbb\xbf", "the file holds nothing but blanks");
    check(b" \r\n\t", "the file holds nothing but blanks");
    check(
        b"\xff\xfe{\0}\0",
        "the file is in UTF-16 (little endian), not UTF-8",
    );
    check(b"{\"a\": \xf0\x9f}", "is not UTF-8");
    check(b"\0\0\0\0", "");
    check(b"{]", "");
    for bytes in [&b"null"[..], b"[]", b"7", b"\"text\"", b"- a\n- b\n"] {
        Asl::new("validate x.asl")
            .file("x.asl", bytes)
            .code(1)
            .stderr_contains("error");
    }
}

#[test]
fn a_byte_order_mark_is_no_fault() {
    let text = format!("\u{feff}{GOOD}");
    Asl::new("validate a.json").file("a.json", &text).code(0);
    Asl::new("run a.json")
        .file("a.json", &text)
        .code(0)
        .stdout("{}\n");
    Asl::new("graph a.json").file("a.json", &text).code(0);
}

#[test]
fn a_fix_mends_what_it_knows_and_leaves_every_other_byte() {
    let broken = "{ \"StartAt\": \"A\",\n\t\"States\": {\"A\": {\"Type\":\"Pas\", \"Next\":\"Bee\",},\n\t\"Be\":{\"Type\":\"Succeed\"} } }\n";
    let mended = "{ \"StartAt\": \"A\",\n\t\"States\": {\"A\": {\"Type\":\"Pass\", \"Next\":\"Be\"},\n\t\"Be\":{\"Type\":\"Succeed\"} } }\n";
    let folder = Folder::new().file("a.asl.json", broken);
    let told = folder.asl("validate --fix a.asl.json").code(0);
    told.stderr("mended a.asl.json\n✔ 1 definition, no problems\n");
    assert_eq!(folder.read("a.asl.json"), mended);
    folder
        .asl("validate --fix a.asl.json")
        .code(0)
        .stderr("✔ 1 definition, no problems\n");
}
