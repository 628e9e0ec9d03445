//! `asl graph` for a terminal, for programs, and in Markdown files.

use crate::asl::{Asl, Folder, fixture};

const ORDER: &str = r#"{"StartAt": "Check", "States": {
    "Check": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Done",
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Lost"}]},
    "Done": {"Type": "Succeed"}}}"#;

const CLOSING: &str = "<!-- /asl graph -->";

fn folder(page: &str) -> Folder {
    Folder::new()
        .file("order.asl.json", ORDER)
        .file("page.md", page)
}

#[test]
fn a_picture_is_made_of_boxes_and_lines() {
    folder("")
        .asl("graph order.asl.json --format text")
        .code(0)
        .stdout(
            "        ╭───────╮
        │ Start │
        ╰───┬───╯
            ▼
┌──────────────────────┐
│ Task · lambda:invoke │
│ Check                │
└───────────┬─────┬────┘
            │     └┄┄┄┄┄┄┄┄┐
            │          any error
            ▼              ▽
       ╭─────────╮   ┌╌╌╌╌╌╌╌╌╌╌╌┐
       │ Succeed │   ╎ Lost      ╎
       │ Done    │   ╎ (missing) ╎
       ╰────┬────╯   └╌╌╌╌╌╌╌╌╌╌╌┘
            ▼
         ╭─────╮
         │ End │
         ╰─────╯
",
        )
        .stderr("");
    folder("")
        .asl("graph order.asl.json -o order.txt --ascii")
        .code(0)
        .stdout("");
    let saga = fixture("definitions/order-saga.asl.json");
    Asl::new("graph --format text --width 50")
        .args([&saga])
        .code(0)
        .stdout_contains("Charge the card  Task · lambda:invoke ↻4\n");
    Asl::new("graph --format text --ascii")
        .args([saga])
        .code(0)
        .stdout_lacks("─");
}

#[test]
fn a_width_that_shows_nothing_is_refused() {
    for width in ["0", "39", "x", "100000"] {
        folder("")
            .asl("graph order.asl.json --format text --width")
            .args([width])
            .code(2)
            .stdout("")
            .stderr_contains("--width");
    }
}

#[test]
fn programs_get_the_graph() {
    let told = folder("").asl("graph order.asl.json --format json").code(0);
    let graph = told.json();
    assert_eq!(graph["aslGraph"], 1);
    assert_eq!(graph["scopes"][0]["start"], "s1");
    let check = &graph["nodes"][0];
    assert_eq!(check["name"], "Check");
    assert_eq!(check["type"], "Task");
    assert_eq!(check["pointer"], "/States/Check");
    assert_eq!(check["line"], 2);
    assert_eq!(check["reachable"], true);
    assert_eq!(graph["nodes"][2]["kind"], "missing");
    let edges = graph["edges"].as_array().expect("edges are a list");
    let kinds: Vec<_> = edges.iter().map(|edge| edge["kind"].as_str()).collect();
    assert_eq!(kinds, [Some("StartAt"), Some("Next"), Some("Catch")]);
    assert_eq!(edges[2]["label"], "any error");
    assert_eq!(edges[2]["line"], 3);
}

#[test]
fn blocks_of_a_page_are_drawn_and_the_rest_stays() {
    let page = format!(
        "# Order\r\n<!-- asl graph order.asl.json -->\r\nold\r\n{CLOSING}\r\n\
         a \t\n<!-- asl graph order.asl.json --format text --labels none -->\n{CLOSING}\nend"
    );
    let folder = folder(&page);
    folder
        .asl("graph --inject page.md")
        .code(0)
        .stdout("")
        .stderr("page.md is drawn anew\n");
    let drawn = folder.read("page.md");
    assert!(
        drawn.starts_with("# Order\r\n<!-- asl graph order.asl.json -->\r\n```mermaid\r\n---\r\n")
    );
    assert!(
        drawn.contains("```\r\n<!-- /asl graph -->\r\na \t\n<!--"),
        "{drawn}"
    );
    assert!(drawn.contains("-->\n```text\n        ╭"), "{drawn}");
    assert!(!drawn.contains("any error ┄"), "{drawn}");
    assert!(drawn.ends_with("```\n<!-- /asl graph -->\nend"), "{drawn}");
    folder.asl("graph --inject page.md").code(0).stderr("");
    folder
        .asl("graph --check page.md")
        .code(0)
        .stdout("")
        .stderr("");
    assert_eq!(folder.read("page.md"), drawn);
}

#[test]
fn a_page_that_is_out_of_date_is_told_with_what_differs() {
    let page = format!("<!-- asl graph order.asl.json --format text -->\n{CLOSING}\n");
    let folder = folder(&page);
    folder.asl("graph --inject page.md").code(0);
    let folder = folder.file("order.asl.json", ORDER.replace("Check", "Test"));
    let drawn = folder.read("page.md");
    folder
        .asl("graph --check page.md")
        .code(1)
        .stdout_contains("-│ Check                │")
        .stdout_contains("+│ Test                 │")
        .stderr("error: page.md is out of date: asl graph --inject page.md draws anew\n");
    assert_eq!(folder.read("page.md"), drawn);
}

#[test]
fn paths_are_from_where_the_page_is() {
    let page = format!("<!-- asl graph ../order.asl.json -o order.mmd -->\n{CLOSING}\n");
    let folder = folder("").file("docs/page.md", &page);
    folder.asl("graph --check docs/page.md").code(1);
    folder
        .asl("graph order.asl.json --inject docs/page.md")
        .code(0)
        .stderr("docs/order.mmd is drawn anew\ndocs/page.md is drawn anew\n");
    let expected = page.replace(CLOSING, &format!("![order](order.mmd)\n{CLOSING}"));
    assert_eq!(folder.read("docs/page.md"), expected);
    assert!(folder.read("docs/order.mmd").contains("flowchart TB"));
    let folder = folder.file("docs/order.mmd", "old");
    folder
        .asl("graph --check docs/page.md")
        .code(1)
        .stderr_contains("docs/order.mmd is out of date");
    assert_eq!(folder.read("docs/order.mmd"), "old");
}

#[test]
fn a_page_without_a_block_is_told_what_to_paste() {
    let folder = folder("no marker\n").file("docs/page.md", "");
    folder
        .asl("graph order.asl.json --inject docs/page.md")
        .code(4)
        .stderr(
            "error: docs/page.md has no block of order.asl.json: paste these two lines where its \
             picture belongs\n<!-- asl graph ../order.asl.json -->\n<!-- /asl graph -->\n",
        );
    folder
        .asl("graph --check page.md")
        .code(4)
        .stderr_contains("page.md has no block: paste");
    assert_eq!(folder.read("page.md"), "no marker\n");
}

#[test]
fn markers_that_are_wrong_are_told_with_their_line() {
    let good = format!("<!-- asl graph order.asl.json -->\n{CLOSING}\n");
    for (marker, told) in [
        ("x.json", "cannot read x.json"),
        (
            "order.asl.json --lables none",
            "page.md:3: unexpected argument '--lables' found",
        ),
        (
            "order.asl.json --labels loud",
            "page.md:3: invalid value 'loud' for '--labels",
        ),
        ("'order.asl.json", "page.md:3: a quote is never closed"),
        (
            "",
            "page.md:3: the following required arguments were not provided:",
        ),
        ("-", "page.md:3: a marker cannot draw from stdin"),
        (
            "order.asl.json --inject page.md",
            "page.md:3: a marker cannot name another",
        ),
        (
            "order.asl.json -o page.md --format dot",
            "page.md:3: the picture would overwrite page.md",
        ),
        (
            "order.asl.json -o order.png",
            "cannot tell the format from order.png",
        ),
        (
            "order.asl.json -o nowhere/x.dot",
            "cannot write nowhere/x.dot",
        ),
    ] {
        let page = format!("{good}<!-- asl graph {marker} -->\n{CLOSING}\n");
        let folder = folder(&page);
        folder
            .asl("graph --inject page.md")
            .code(2)
            .stdout("")
            .stderr_contains(told);
        assert_eq!(folder.read("page.md"), page);
    }
    folder("a\n<!-- asl graph order.asl.json -->\n")
        .asl("graph --inject page.md")
        .code(2)
        .stderr_contains("page.md:2: this block is never closed");
    folder(CLOSING)
        .asl("graph --check page.md")
        .code(2)
        .stderr_contains("page.md:1: this line closes no block");
}

#[test]
fn what_is_no_page_is_refused() {
    let folder = folder("").file("latin.md", b"caf\xe9".as_slice());
    for (line, told) in [
        ("graph --inject nowhere.md", "cannot read nowhere.md"),
        ("graph --inject latin.md", "latin.md is no UTF-8 text"),
        ("graph --inject .", "cannot read ."),
        ("graph --inject -", "name a Markdown file"),
        (
            "graph --inject page.md --check page.md",
            "cannot be used with",
        ),
        (
            "graph order.asl.json --inject page.md -o x.dot",
            "cannot be used with",
        ),
        ("graph", "required"),
    ] {
        folder.asl(line).code(2).stdout("").stderr_contains(told);
    }
}

#[test]
fn a_broken_definition_is_drawn_into_its_page_and_told() {
    let page = format!("<!-- asl graph order.asl.json -->\n{CLOSING}\n");
    let folder = folder(&page).file("order.asl.json", &ORDER[..ORDER.len() - 2]);
    folder
        .asl("graph --inject page.md")
        .code(1)
        .stderr_contains("never closed");
    assert!(folder.read("page.md").contains("Check"));
}

#[test]
fn names_that_look_like_markers_or_fences_close_nothing() {
    let hostile = ORDER.replace("Check", "``` <!-- /asl graph -->\\u001b[2J");
    let page = format!("<!-- asl graph order.asl.json --format text -->\n{CLOSING}\nend\n");
    let folder = folder(&page).file("order.asl.json", hostile);
    folder.asl("graph --inject page.md").code(0);
    let drawn = folder.read("page.md");
    assert!(drawn.contains("-->\n````text\n"), "{drawn}");
    folder.asl("graph --check page.md").code(0);
    folder.asl("graph --inject page.md").code(0);
    assert_eq!(folder.read("page.md"), drawn);
    let folder = folder.file("order.asl.json", ORDER);
    folder
        .asl("graph --check page.md")
        .code(1)
        .stdout_contains("-````text");
}
