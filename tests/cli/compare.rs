//! `asl graph OLD NEW`, links into the source, and pictures that are too large for GitHub.

use std::fmt::Write;

use crate::asl::{Asl, Folder, fixture};

fn order() -> String {
    fixture("definitions/order-saga.asl.json")
}

fn changed() -> String {
    fixture("changed/order-saga.asl.json")
}

/// Compares the two versions of the order.
fn compare(folder: &Folder, options: &str) -> Asl {
    folder
        .asl(&format!("graph {options}"))
        .args([order(), changed()])
}

#[test]
fn a_change_is_painted_in_every_format() {
    let folder = Folder::new();
    compare(&folder, "--format svg")
        .code(0)
        .stdout_contains("<title>order-saga.asl.json after order-saga.asl.json · An order")
        .stdout_contains("Check for fraud\nTask · lambda check-for-fraud\nadded")
        .stderr_contains("1 added, 1 removed, 1 renamed, 3 changed, 1 way rerouted, 1 way added\n");
    compare(&folder, "--format dot")
        .code(0)
        .stdout_contains("tooltip=\"Price on request · removed\"")
        .stdout_contains("was Payment.Declined");
    compare(&folder, "--format mermaid -q")
        .code(0)
        .stdout_contains("<b>≠ Confirm the order</b>")
        .stdout_contains("was Tell the customer")
        .stderr("");
    compare(&folder, "--format text --width 120")
        .code(0)
        .stdout_contains("│ + Check for fraud")
        .stdout_contains("\n− \"Price on request\"  ")
        .stderr("");
}

#[test]
fn json_tells_what_is_of_the_older_definition() {
    let folder = Folder::new();
    let shown = compare(&folder, "--format json -q").code(0).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
    let nodes = shown["nodes"].as_array().expect("there are nodes");
    let node = |name: &str| {
        let found = nodes.iter().find(|node| node["name"] == name);
        found.expect("it is there")
    };
    let removed = node("Price on request");
    assert_eq!(
        (&removed["mark"], &removed["older"]),
        (&"removed".into(), &true.into())
    );
    assert_eq!(removed["line"], 59);
    let pointer = "/States/Price the items/ItemProcessor/States/Price on request";
    assert_eq!(removed["pointer"], pointer);
    assert_eq!(node("Check for fraud")["mark"], "added");
    assert_eq!(
        node("Charge the card")["note"],
        "TimeoutSeconds, Retry, Catch"
    );
    assert!(node("Validate").get("mark").is_none());
}

#[test]
fn what_happened_cannot_be_painted_as_well() {
    let folder = Folder::new();
    for option in ["--run x", "--runs .", "--coverage x"] {
        compare(&folder, option)
            .code(2)
            .stderr_contains("cannot be used with '[NEWER]'");
    }
    folder
        .asl("graph - -")
        .code(2)
        .stderr("error: stdin can be read once: name a file for one of the definitions\n");
}

#[test]
fn the_newer_definition_is_not_written_over() {
    let folder = Folder::new().file(
        "new.json",
        r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#,
    );
    folder
        .asl("graph")
        .args([order()])
        .args(["new.json", "-o", "new.json"])
        .code(2)
        .stderr("error: the picture would overwrite new.json: name another file\n");
}

#[test]
fn states_lead_to_their_lines() {
    let folder = Folder::new()
        .file(
            "old one.json",
            "{\"StartAt\":\"A\",\"States\":{\n\"A\":{\"Type\":\"Succeed\"}}}",
        )
        .file(
            "new.json",
            "{\"StartAt\":\"B\",\"States\":{\n\n\"B\":{\"Type\":\"Fail\"}}}",
        );
    folder
        .asl("graph -q --format svg --links https://x/{file}#L{line}")
        .args(["old one.json", "new.json"])
        .code(0)
        .stdout_contains("<a href=\"https://x/new.json#L3\">")
        .stdout_contains("<a href=\"https://x/old%20one.json#L2\">");
    folder
        .asl("graph new.json --format svg --links https://x")
        .code(2)
        .stderr_contains("leads nowhere");
    folder
        .asl("graph new.json --format text --links https://x/{line}")
        .code(2)
        .stderr("error: --links is for --format dot, html, mermaid and svg\n");
}

#[test]
fn states_lead_to_their_lines_in_every_format_that_has_links() {
    let machine = r#"{"StartAt":"M","States":{
        "M":{"Type":"Map","Next":"B","ItemProcessor":{"StartAt":"A","States":{
            "A":{"Type":"Pass","End":true}}}},
        "B":{"Type":"Succeed"}}}"#;
    let folder = Folder::new().file("a \"b\".json", machine);
    let draw = |format: &str| {
        let links = "https://x/{file}?a=\"&b=1;#L{line}";
        let asl = folder
            .asl("graph --links")
            .args([links, "--format", format]);
        asl.args(["a \"b\".json"]).code(0)
    };
    let dot = "href=\"https://x/a%20%22b%22.json?a=&quot;&amp;b=1;#L";
    let mermaid = "href \"https://x/a%20%22b%22.json?a=%22&b=1%3B#L";
    for line in [2, 3, 4] {
        draw("dot").stdout_contains(&format!("{dot}{line}\""));
    }
    draw("mermaid")
        .stdout_contains(&format!("{mermaid}3\" _blank\n"))
        .stdout_contains(&format!("{mermaid}4\" _blank\n"))
        .stdout_lacks("#L2");
    draw("html").stdout_contains("\"href\":\"https://x/a%20%22b%22.json?a=\\\"\\u0026b=1;#L2\"");
}

#[test]
fn mermaid_pictures_too_large_for_github_are_said_so() {
    let mut states = String::new();
    for number in 0..600 {
        let next = number + 1;
        write!(states, r#""S{number}":{{"Type":"Pass","Next":"S{next}"}},"#).expect("a string");
    }
    let machine = format!(
        r#"{{"StartAt":"M","States":{{"M":{{"Type":"Map","End":true,"ItemProcessor":{{
            "StartAt":"S0","States":{{{states}"S600":{{"Type":"Succeed"}}}}}}}}}}}}"#
    );
    let folder = Folder::new().file("large.json", &machine);
    folder
        .asl("graph large.json --format mermaid")
        .code(0)
        .stderr_contains("note: GitHub draws no Mermaid picture of more than 500 edges or 50000")
        .stderr_contains("--depth 0 fits");
    folder
        .asl("graph large.json --format mermaid --depth 0")
        .code(0)
        .stderr("");
}
