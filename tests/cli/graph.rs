//! `asl graph`: pictures of definitions, broken ones too.

use crate::asl::{Asl, Folder, fixture};

fn reminder(options: &str) -> Asl {
    Asl::new(&format!("graph {options}")).args([fixture("definitions/reminder.asl.json")])
}

#[test]
fn a_picture_goes_to_stdout() {
    reminder("")
        .code(0)
        .stdout_contains("digraph")
        .stdout_contains("Send an email")
        .stderr("");
    reminder("--format mermaid --direction LR")
        .code(0)
        .stdout_contains("LR");
    reminder("--format mermaid --depth 0")
        .code(0)
        .stdout_lacks("Email them");
}

#[test]
fn the_format_follows_the_name_of_the_output() {
    let folder = Folder::new();
    let file = fixture("definitions/reminder.asl.json");
    for (name, beginning) in [("g.dot", "digraph"), ("g.gv", "digraph")] {
        folder
            .asl("graph -o")
            .args([name, &file])
            .code(0)
            .stdout("")
            .stderr("");
        assert!(folder.read(name).starts_with(beginning), "{name}");
    }
    folder
        .asl("graph -o g.mmd")
        .args([&file])
        .code(0)
        .stdout("");
    assert!(folder.read("g.mmd").contains("Send an email"));
    folder
        .asl("graph -o g.svg")
        .args([&file])
        .code(0)
        .stdout("");
    assert!(folder.read("g.svg").starts_with("<svg "));
    folder.asl("graph -o g.png").args([&file]).code(2).stderr(
        "error: cannot tell the format from g.png: say --format dot, html, mermaid, svg or another\n",
    );
    folder
        .asl("graph -o nowhere/g.dot")
        .args([&file])
        .code(2)
        .stderr_contains("error: cannot write nowhere/g.dot: No such file or directory");
}

#[test]
fn a_broken_definition_is_drawn_as_far_as_it_goes() {
    Asl::new("graph")
        .args([fixture("broken/unclosed.json")])
        .code(1)
        .stdout_contains("ValidateOrder")
        .stderr_contains("are never closed");
    // What is well-formed is no matter for the picture.
    Asl::new("graph")
        .args([fixture("broken/misspelt-target.json")])
        .code(0)
        .stdout_contains("ProcesPayment")
        .stderr("");
    Asl::new("graph")
        .args([fixture("broken/latin-1.json")])
        .code(2)
        .stdout("");
    Asl::new("graph x.json")
        .file("x.json", "")
        .code(1)
        .stderr_contains("the file is empty");
    Asl::new("graph nowhere.json")
        .code(2)
        .stderr_contains("cannot read nowhere.json");
}

#[test]
fn a_definition_comes_from_stdin() {
    let yaml = "StartAt: Done\nStates: { Done: { Type: Succeed } }\n";
    Asl::new("graph -")
        .stdin(yaml)
        .code(0)
        .stdout_contains("Done");
}

#[test]
fn a_picture_is_not_written_over_the_definition() {
    let text = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
    let folder = Folder::new().file("order.asl.json", text);
    folder
        .asl("graph order.asl.json --format dot -o ./order.asl.json")
        .code(2)
        .stderr_contains("the picture would overwrite ./order.asl.json: name another file");
    assert_eq!(folder.read("order.asl.json"), text);
}
