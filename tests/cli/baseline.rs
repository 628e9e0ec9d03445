//! `--baseline`: what is known stays unsaid, whatever moves around it.

use crate::asl::Folder;

const KNOWN: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {"Type": "Pass", "Next": "X"},
    "B": {"Type": "Succeed"}
  }
}
"#;

const WRITTEN: &str = r#"{
  "version": 1,
  "files": {
    "machines/a.asl.json": [
      {"rule":"unknown-target","at":"/States/A/Next","message":"`Next` points at a state that does not exist: \"X\"","count":1},
      {"rule":"unreachable-state","at":"/States/B","message":"state \"B\" is unreachable","count":1}
    ]
  }
}
"#;

fn written() -> Folder {
    let folder = Folder::new().file("machines/a.asl.json", KNOWN);
    folder
        .asl("validate --baseline known.json --write-baseline")
        .code(0)
        .stdout("")
        .stderr(
            "wrote 2 known findings to known.json\n\
             2 known findings of known.json not shown\n\
             ✔ 1 definition, no problems\n",
        );
    folder
}

#[test]
fn a_baseline_is_sorted_text_with_a_line_for_each_finding() {
    let folder = written();
    assert_eq!(folder.read("known.json"), WRITTEN);
    folder
        .asl("validate --baseline known.json --write-baseline -q")
        .code(0)
        .stderr("");
    assert_eq!(folder.read("known.json"), WRITTEN);
    // Its paths begin where it is, wherever it is called from.
    let inside = folder.clone().file(
        "other/known.json",
        WRITTEN.replace("machines", "../machines"),
    );
    inside
        .asl("validate machines/a.asl.json --baseline other/known.json")
        .code(0);
}

#[test]
fn known_findings_stay_unsaid_when_lines_move_and_new_ones_are_told() {
    let moved = KNOWN
        .replace('\n', "\n\n")
        .replace("\"A\": {", "\"Z\": {\"Type\": \"Fail\"},\n\"A\": {");
    let folder = written().file("machines/a.asl.json", moved);
    let told = folder
        .asl("validate --baseline known.json --format concise")
        .code(1);
    assert_eq!(told.stdout.lines().count(), 1, "{told}");
    told.stdout_contains("error[unreachable-state] state \"Z\" is unreachable")
        .stderr_contains("2 known findings of known.json not shown\n");
}

#[test]
fn what_is_known_in_vain_is_told() {
    let mended = KNOWN.replace("\"X\"", "\"B\"");
    let note = "note: 2 known findings of known.json gone: renew it with --write-baseline\n";
    let folder = written().file("machines/a.asl.json", &mended);
    let told = folder.asl("validate --baseline known.json").code(0);
    told.stderr(&format!("{note}✔ 1 definition, no problems\n"));
    folder
        .asl("validate --baseline known.json -A unknown-target")
        .code(0)
        .stderr_contains("note: 1 known finding of");
    let folder = folder.file("machines/b.asl.json", &mended);
    std::fs::remove_file(folder.path("machines/a.asl.json")).expect("it is there");
    folder
        .asl("validate --baseline known.json")
        .code(0)
        .stderr_contains(note);
    folder
        .asl("validate --baseline known.json --write-baseline")
        .code(0);
    assert_eq!(
        folder.read("known.json"),
        "{\n  \"version\": 1,\n  \"files\": {}\n}\n"
    );
}

#[test]
fn files_that_are_not_judged_keep_what_is_known_of_them() {
    let folder = written().file("b.asl.json", KNOWN);
    folder
        .asl("validate b.asl.json --baseline known.json --write-baseline")
        .code(0);
    let known = folder.read("known.json");
    assert!(
        known.contains("\"machines/a.asl.json\"") && known.contains("\"b.asl.json\""),
        "{known}"
    );
    folder.asl("validate --baseline known.json").code(0);
}

#[test]
fn what_is_no_baseline_is_refused_and_left_as_it_is() {
    let refused = |text: &str, message: &str| {
        let folder = Folder::new()
            .file("a.asl.json", KNOWN)
            .file("known.json", text);
        for options in ["", "--write-baseline"] {
            folder
                .asl(&format!("validate --baseline known.json {options}"))
                .code(2)
                .stdout("")
                .stderr_contains("error: known.json is no baseline: ")
                .stderr_contains(message);
        }
        assert_eq!(folder.read("known.json"), text);
    };
    refused("", "EOF while parsing");
    refused("{\"version\": 2, \"files\": {}}", "another version");
    refused("[1]", "invalid");
    let folder = Folder::new().file("a.asl.json", KNOWN);
    folder
        .asl("validate --baseline nowhere.json")
        .code(2)
        .stderr_contains("cannot read nowhere.json");
    folder
        .asl("validate --baseline no/where.json --write-baseline")
        .code(2)
        .stderr_contains("cannot write no/where.json");
    folder
        .asl("validate --write-baseline")
        .code(2)
        .stderr_contains("--baseline");
}
