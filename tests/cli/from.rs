//! `asl run --from`: an execution that begins in the middle of a recorded one.

use crate::asl::Folder;

const MACHINE: &str = r#"{
  "StartAt": "Set",
  "States": {
    "Set": {"Type": "Pass", "Assign": {"rate.$": "$.rate"}, "Next": "Each"},
    "Each": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.done", "Next": "Count", "ItemProcessor": {
      "StartAt": "Work",
      "States": {"Work": {"Type": "Task", "Resource": "work", "Assign": {"inner": 0}, "End": true}}
    }},
    "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)", "rate.$": "$rate"}, "Next": "Enough"},
    "Enough": {"Type": "Choice", "Default": "Ship", "Choices": [
      {"Variable": "$.n", "NumericLessThan": 3, "Next": "Count"}]},
    "Ship": {"Type": "Task", "Resource": "ship", "End": true}
  }
}"#;

/// A recorded execution that failed at its last state.
fn folder() -> Folder {
    let folder = Folder::new()
        .file("m.asl.json", MACHINE)
        .file(
            "bad.yaml",
            "work: {return: 1}\nship: {throw: {error: Down}}\n",
        )
        .file(
            "good.yaml",
            "work: {return: 1}\nship: {return: {shipped: true}}\n",
        );
    let input = r#"{"rate": 7, "n": 0, "items": [1, 2]}"#;
    folder
        .asl("run m.asl.json --mock bad.yaml --time skip --log run.jsonl --input")
        .args([input])
        .code(1);
    folder
}

/// States that a run went through.
fn visited(log: &str) -> Vec<String> {
    let name = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).expect("an event");
        let name = event["stateEnteredEventDetails"]["name"].as_str();
        name.map(str::to_owned)
    };
    log.lines().filter_map(name).collect()
}

#[test]
fn a_state_gets_what_it_had() {
    let folder = folder();
    let run = "--mock good.yaml --time skip -q";
    let from = |state: &str| folder.asl(&format!("run --from 'run.jsonl:{state}' {run}"));
    from("Ship").code(0).stdout("{\"shipped\":true}\n");
    let check = |state: &str, expected: &[&str]| {
        from(state).args(["--log", "new.jsonl"]).code(0);
        assert_eq!(visited(&folder.read("new.jsonl")), expected, "{state}");
        // Its log is one like any other.
        folder.asl("history new.jsonl").code(0);
        folder.asl("run --replay new.jsonl").code(0);
    };
    check("Count#3", &["Count", "Enough", "Ship"]);
    let log = folder.read("run.jsonl");
    let piped = folder.asl(&format!("run --from -:Ship {run}")).stdin(log);
    piped.code(0).stdout("{\"shipped\":true}\n");
    from("Ship").args(["--record", "mocks"]).code(0);
    let recorded = folder.read("mocks/m.mocks.yaml");
    assert!(recorded.contains("shipped"), "{recorded}");
    let thrice = [
        "Count", "Enough", "Count", "Enough", "Count", "Enough", "Ship",
    ];
    check("Count", &thrice);
    let input = r#""input":"{\"rate\":7,\"n\":3}""#;
    assert!(
        folder.read("new.jsonl").contains(input),
        "the variable is there"
    );
    let each = [&["Each", "Work", "Work"], &thrice[..]].concat();
    check("Each", &each);
}

#[test]
fn a_definition_that_was_mended_is_run_instead() {
    let mended = MACHINE.replace(
        r#""Type": "Task", "Resource": "ship""#,
        r#""Type": "Pass", "Result": "mended""#,
    );
    let yaml = "StartAt: Set # first\nStates:\n  Set: {Type: Pass, Next: Ship}\n  Ship: {Type: Pass, Result: 5, End: true}\n";
    let folder = folder().file("n.asl.json", mended).file("y.asl.yaml", yaml);
    let run = |file: &str| {
        let call =
            format!("run {file} --from run.jsonl:Ship --task '*=cmd:false' --log n.jsonl -q");
        folder.asl(&call).code(0)
    };
    run("n.asl.json").stdout("\"mended\"\n");
    run("y.asl.yaml").stdout("5\n");
    folder.asl("run --replay n.jsonl").code(0);
}

#[test]
fn a_place_that_is_none_is_told() {
    let folder = folder().file("a:b.jsonl", "");
    let check = |place: &str, message: &str| {
        folder
            .asl("run --mock good.yaml --from")
            .args([place])
            .code(2)
            .stdout("")
            .stderr_contains(message);
    };
    check(
        "run.jsonl:Work",
        "cannot begin at \"Work\", which is inside of \"Each\": its result would have nowhere to \
         go; begin at \"Each\"",
    );
    check(
        "run.jsonl:Shipp",
        "there is no state \"Shipp\" in m.asl.json, did you mean \"Ship\"?",
    );
    check(
        "run.jsonl:Ship#2",
        "\"Ship\" was visited once in run.jsonl: there is no visit 2",
    );
    check("run.jsonl:Count#0", "there is no state \"Count#0\"");
    check(
        "nowhere.jsonl:Ship",
        "cannot read nowhere.jsonl: No such file",
    );
    check("run.jsonl", "write a log, a colon and a state");
    check("run.jsonl:", "write a log, a colon and a state");
    check("a:b.jsonl:Ship", "a:b.jsonl: line 1: the file is empty");
    folder
        .asl("run --mock good.yaml --from run.jsonl:Ship --log ./run.jsonl")
        .code(2)
        .stderr_contains("the log would overwrite run.jsonl");
    folder
        .asl("run - --from -:Ship")
        .code(2)
        .stderr_contains("stdin cannot be both the definition and the log");
    let other = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Succeed"}}}"#;
    let folder = folder.file("other.asl.json", other);
    folder
        .asl("run other.asl.json --from run.jsonl:B")
        .code(2)
        .stderr_contains("\"B\" was not visited in run.jsonl");
    folder
        .asl("run m.asl.json --from run.jsonl:Ship --input 1")
        .code(2)
        .stderr_contains("cannot be used with");
}
