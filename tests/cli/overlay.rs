//! `asl graph` with what happened: executions, folders of logs, coverage.

use crate::asl::{Asl, Folder, fixture};

/// A folder with the logs of two orders: `placed.jsonl` and `declined.jsonl`.
fn orders() -> Folder {
    let folder = Folder::new();
    for (log, mocks, code) in [
        ("placed.jsonl", "order-saga.yaml", 0),
        ("declined.jsonl", "order-saga-declined.yaml", 1),
    ] {
        folder
            .asl("run -q --time skip --log")
            .args([log])
            .args([saga(), "--mock".into(), fixture(&format!("mocks/{mocks}"))])
            .args(["--input-file".into(), fixture("inputs/order-saga.json")])
            .code(code);
    }
    folder
}

fn saga() -> String {
    fixture("definitions/order-saga.asl.json")
}

fn graph(folder: &Folder, options: &str) -> Asl {
    folder.asl(&format!("graph {options}")).args([saga()])
}

#[test]
fn an_execution_is_painted() {
    let folder = orders();
    graph(&folder, "--run declined.jsonl")
        .code(0)
        .stdout_contains("2 tries · 5.00 s · Payment.Declined")
        .stdout_contains("2 ✔\u{a0} 1 ⚠ · 2.00 s")
        .stdout_contains("tooltip=\"Order undone · failed · Payment.Declined\"")
        .stdout_contains("taken 3 times")
        .stderr("");
    graph(
        &folder,
        "--run declined.jsonl --palette aws --format mermaid --depth 0",
    )
    .code(0)
    .stdout_contains("<b>⚠ Charge the card</b>")
    .stdout_contains("<b>✔ Price the items</b>")
    .stdout_contains("classDef failed fill:#f8cfce,stroke:#DE322F,stroke-width:2px")
    .stdout_contains("Tell the customer</b>\"]:::unreached");
}

#[test]
fn a_log_is_drawn_with_the_definition_it_brings() {
    let folder = orders();
    let painted = graph(&folder, "--run declined.jsonl").code(0).stdout;
    folder
        .asl("graph declined.jsonl")
        .code(0)
        .stdout(&painted)
        .stderr("");
    folder
        .asl("graph -")
        .stdin(folder.read("declined.jsonl"))
        .code(0)
        .stdout(&painted);
    // Another log in the place of its own.
    let placed = graph(&folder, "--run placed.jsonl").code(0).stdout;
    folder
        .asl("graph declined.jsonl --run placed.jsonl")
        .code(0)
        .stdout(&placed);
    folder
        .asl("graph declined.jsonl --machine Order")
        .code(2)
        .stderr(
            "error: no state machine \"Order\" in declined.jsonl: it is the log of one execution\n",
        );
}

#[test]
fn two_executions_are_compared() {
    let folder = orders();
    graph(&folder, "--run placed.jsonl --run declined.jsonl")
        .code(0)
        .stdout_contains("A ✔\u{a0} B ⚠ 2 tries Payment.Declined")
        .stdout_contains("only A")
        .stderr("");
    graph(&folder, "--run a --run b --run c")
        .code(2)
        .stderr("error: --run is given 3 times: two executions can be compared, not more\n");
}

#[test]
fn a_folder_of_logs_is_painted_as_numbers() {
    let mut folder = orders();
    let (placed, declined) = (folder.read("placed.jsonl"), folder.read("declined.jsonl"));
    let torn = &declined[..declined.len() - 20];
    let other = declined.lines().next().expect("a header").to_owned()
        + "\n{\"timestamp\":1,\"type\":\"PassStateEntered\",\"id\":2,\"previousEventId\":0,\"stateEnteredEventDetails\":{\"name\":\"Elsewhere\"}}\n";
    for (name, text) in [
        ("1.jsonl", &*placed),
        ("2.log", torn),
        ("3.jsonl", &other),
        ("4.json", "[1]"),
        ("5.txt", ""),
    ] {
        folder = folder.file(&format!("logs/{name}"), text);
    }
    for number in 10..30 {
        folder = folder.file(&format!("logs/{number}.jsonl"), &declined);
    }
    let told = graph(&folder, "--runs logs")
        .code(0)
        .stdout_contains("22 visits · 95.5 % failed · p50 5.00 s")
        .stdout_contains("66 visits · 33.3 % failed")
        .stderr_contains("note: left out, it is no log: logs/4.json: line 1")
        .stderr_contains("note: left out, of another machine: 3.jsonl\n")
        .stderr_contains("note: 1 log breaks off in the last line; that line is left out\n");
    assert_eq!(told.stderr.lines().count(), 3, "{told}");
    graph(&folder, "--runs logs -q").code(0).stderr("");
}

#[test]
fn a_folder_without_logs_is_said_so() {
    let folder = orders()
        .file("empty/readme.md", "")
        .file("none/x.json", "{}");
    let told = ": no *.jsonl, *.json or *.log with a history\n";
    graph(&folder, "--runs empty")
        .code(4)
        .stderr(&format!("error: there is no log in empty{told}"));
    graph(&folder, "--runs none")
        .code(4)
        .stderr_contains(&format!("error: there is no log in none{told}"));
    graph(&folder, "--runs nowhere")
        .code(2)
        .stderr("error: cannot read nowhere: No such file or directory\n");
    let folder = folder.file(
        "other.json",
        r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#,
    );
    folder
        .asl("graph other.json --runs .")
        .code(2)
        .stderr_contains(
            "error: the logs in . are of another machine: other.json has none of their states\n",
        );
    graph(&folder, "--runs . --run placed.jsonl").code(2);
}

#[test]
fn a_log_of_another_machine_is_said_so() {
    let folder = orders();
    let text = folder.read("declined.jsonl");
    let renamed = text
        .replace("Charge the card", "Char\\u001bge")
        .replace("Reserve the stock", "Keep it");
    let folder = folder.file("renamed.jsonl", &renamed).file(
        "other.json",
        r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#,
    );
    let told = graph(&folder, "--run renamed.jsonl").code(0);
    let note = "note: renamed.jsonl names 2 states that order-saga.asl.json does not have: ";
    told.stderr(&format!("{note}Char\\u001bge, Keep it\n"));
    folder
        .asl("graph other.json --run declined.jsonl")
        .code(2)
        .stdout("")
        .stderr_contains("error: declined.jsonl is of another machine: other.json has none of its states: Book a carrier, ");
}

#[test]
fn what_is_no_log_is_refused_with_its_place() {
    let folder = orders();
    let text = folder.read("placed.jsonl");
    let header = text.lines().next().expect("a header").to_owned() + "\n";
    let folder = folder
        .file("header.jsonl", &header)
        .file("broken.jsonl", header.clone() + "{\"id\":}\n")
        .file("bytes.jsonl", [header.as_bytes(), b"\xff\xfe\n"].concat())
        .file(
            "newer.jsonl",
            text.replacen("{\"asl\":1,", "{\"asl\":9,", 1),
        )
        .file("empty.jsonl", "");
    for (file, told) in [
        (
            "nowhere.jsonl",
            "cannot read nowhere.jsonl: No such file or directory",
        ),
        (".", "cannot read .: Is a directory"),
        ("header.jsonl", "header.jsonl: there is no event in it"),
        (
            "broken.jsonl",
            "broken.jsonl: line 2, column 7: expected value",
        ),
        (
            "bytes.jsonl",
            "bytes.jsonl: line 2: byte 1 of line 2, 0xFF, is not UTF-8",
        ),
        ("newer.jsonl", "newer.jsonl: line 1: this log has format 9"),
        (
            "empty.jsonl",
            "empty.jsonl: line 1: the file is empty: there is no history in it",
        ),
    ] {
        graph(&folder, &format!("--run {file}"))
            .code(2)
            .stdout("")
            .stderr_contains(&format!("error: {told}"));
    }
    folder
        .asl("graph newer.jsonl")
        .code(2)
        .stderr_contains("this log has format 9");
}

#[test]
fn an_execution_that_is_still_running_is_painted_as_far_as_it_is() {
    let folder = orders();
    let text = folder.read("declined.jsonl");
    let until = text
        .find("\"LambdaFunctionSucceeded\"")
        .expect("it was called");
    let torn = text[..until].to_owned();
    let line = torn.lines().count();
    let folder = folder.file("running.jsonl", &torn);
    graph(&folder, "--run running.jsonl")
        .code(0)
        .stdout_contains("tooltip=\"Validate · running\"")
        .stderr(&format!(
            "note: running.jsonl breaks off in line {line}; that line is left out\n"
        ));
}

#[test]
fn an_answer_of_the_aws_cli_is_painted() {
    let task = r#""Type":"Task","Resource":"arn:aws:lambda:eu-west-1:1:function:c","End":true"#;
    let folder = Folder::new().file(
        "order.json",
        format!(r#"{{"StartAt":"Charge card","States":{{"Charge card":{{{task}}}}}}}"#),
    );
    let history = fixture("histories/declined-iso.json");
    folder
        .asl("graph order.json --run")
        .args([history])
        .code(0)
        .stdout_contains("tooltip=\"Charge card · failed · ")
        .stderr("");
}

#[test]
fn coverage_is_painted() {
    let folder = Folder::new();
    let definition = fixture("definitions/reminder.asl.json");
    folder
        .asl("test --coverage=cov.json")
        .args([fixture("definitions/reminder.asltest.yaml")])
        .code(0);
    let covered = |options: &str| folder.asl(&format!("graph {options}")).args([&definition]);
    covered("--coverage cov.json --format mermaid")
        .code(0)
        .stdout_contains("<b>✔ Choose the channel</b><br/><small>×3</small>")
        .stdout_contains("Send a text message</b>\"]:::unreached")
        .stderr("");
    let folder = folder
        .clone()
        .file("no.json", r#"{"StartAt": "A"}"#)
        .file("none.json", r#"{"aslCoverage": 1, "machines": []}"#)
        .file(
            "other.json",
            r#"{"aslCoverage":1,"machines":[{"definition":"x.json","states":{"Q":{"entered":1}}}]}"#,
        )
        .file(
            "two.json",
            r#"{"aslCoverage":1,"machines":[{"definition":"x.json","states":{}},
                {"definition":"y.yaml","machine":"M","states":{}}]}"#,
        );
    let refused = |file: &str, told: &str| {
        folder
            .asl(&format!("graph --coverage {file}"))
            .args([&definition])
            .code(2)
            .stdout("")
            .stderr_contains(told);
    };
    refused(
        "no.json",
        "error: no.json: this is no coverage file of `asl test --coverage=FILE`: ",
    );
    refused(
        "none.json",
        "error: none.json does not tell of reminder.asl.json: it tells of no machine\n",
    );
    refused(
        "two.json",
        "error: two.json does not tell of reminder.asl.json: it tells of x.json, y.yaml#M\n",
    );
    refused(
        "other.json",
        "error: other.json is of another machine: reminder.asl.json has none of its states: Q\n",
    );
    refused("nowhere.json", "error: cannot read nowhere.json");
}

#[test]
fn a_picture_is_not_written_over_what_it_is_painted_with() {
    let folder = orders();
    let before = folder.read("placed.jsonl");
    graph(&folder, "--format dot --run placed.jsonl -o ./placed.jsonl")
        .code(2)
        .stderr("error: the picture would overwrite placed.jsonl: name another file\n");
    assert_eq!(folder.read("placed.jsonl"), before);
}
