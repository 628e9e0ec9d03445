//! Distributed Maps: children of their own, items from a folder that stands for a bucket.

use crate::asl::{Asl, Folder};

/// A distributed Map `M` with these fields beside its processor, which fails for items that are 3.
fn map(fields: &str) -> String {
    format!(
        r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "End": true, {fields}
            "ItemProcessor": {{"ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
            "StartAt": "W", "States": {{
                "W": {{"Type": "Wait", "Seconds": 10, "Next": "C"}},
                "C": {{"Type": "Choice", "Default": "P",
                    "Choices": [{{"Variable": "$", "NumericEquals": 3, "Next": "F"}}]}},
                "P": {{"Type": "Pass", "End": true}},
                "F": {{"Type": "Fail", "Error": "Three", "Cause": "the item is 3"}}}}}}}}}}}}"#
    )
}

fn run(fields: &str, input: &str) -> Asl {
    let asl = Asl::new("run m.json --time skip --seed 1 --start-time 2026-01-01T00:00:00Z");
    asl.file("m.json", map(fields)).args(["--input", input])
}

/// `ItemReader` of an object in the bucket `data`.
fn reader(key: &str, config: &str) -> String {
    format!(
        r#""ItemReader": {{"Resource": "arn:aws:states:::s3:getObject",
            "ReaderConfig": {{{config}}}, "Parameters": {{"Bucket": "data", "Key": "{key}"}}}},"#
    )
}

#[test]
fn results_keep_the_order_of_the_items() {
    let many: Vec<String> = (10..300).map(|item| item.to_string()).collect();
    let input = format!("[{}]", many.join(","));
    run("", &input)
        .args(["-q"])
        .code(0)
        .stdout(&format!("{input}\n"));
}

#[test]
fn a_window_lets_virtual_time_pass() {
    let log = run(r#""MaxConcurrency": 2,"#, "[1,2,4,5,6]").args(["--log", "-"]);
    // 2026-01-01T00:00:30Z
    log.code(0)
        .stdout_contains("{\"timestamp\":1767225630.000,\"type\":\"MapRunSucceeded\",\"id\":5,\"previousEventId\":4}")
        .stderr_contains("Map Run of M: 5 items, 5 succeeded");
}

#[test]
fn one_failure_is_too_many_unless_it_is_tolerated() {
    run("", "[1,2,3]")
        .code(1)
        .stderr_contains("States.ExceedToleratedFailureThreshold")
        .stderr_contains("the first to fail was child [2]: Three: the item is 3");
    run(r#""ToleratedFailureCount": 1,"#, "[1,3]")
        .code(0)
        .stderr_contains("Map Run of M: 2 items, 1 succeeded, 1 failed")
        // What failed is told whole among the outputs.
        .stdout_contains(r#"[1,{"#)
        .stdout_contains(r#""Error":"Three""#);
    run(r#""ToleratedFailurePercentage": 50,"#, "[3,3,1]").code(1);
    run(r#""ToleratedFailurePercentage": 50,"#, "[3,1]").code(0);
}

#[test]
fn a_failed_run_can_be_caught() {
    let fields =
        r#""Catch": [{"ErrorEquals": ["States.ExceedToleratedFailureThreshold"], "Next": "Z"}],"#;
    let machine = map(fields);
    let machine = machine.trim_end_matches('}').to_owned()
        + r#"}}}}, "Z": {"Type": "Pass", "Result": "caught", "End": true}}}"#;
    Asl::new("run m.json -q --time skip --input [3]")
        .file("m.json", machine)
        .code(0)
        .stdout("\"caught\"\n");
}

#[test]
fn items_are_read_from_lines_rows_and_lists() {
    let folder = || {
        Folder::new()
            .file("b/items.jsonl", "{\"a\": 1}\n\n{\"a\":2}\n")
            .file("b/items.csv", "x,y\n1,2\n\"a,b\",c\n")
            .file("b/list.json", r#"{"deep": {"items": [7, "8"]}}"#)
    };
    let check = |key: &str, config: &str, output: &str| {
        let folder = folder().file("m.json", map(&reader(key, config)));
        let asl = folder.asl("run m.json -q --time skip --bucket data=b");
        asl.code(0).stdout(&format!("{output}\n"));
    };
    check(
        "items.jsonl",
        r#""InputType": "JSONL""#,
        r#"[{"a":1},{"a":2}]"#,
    );
    let csv = r#""InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW""#;
    check(
        "items.csv",
        csv,
        r#"[{"x":"1","y":"2"},{"x":"a,b","y":"c"}]"#,
    );
    let csv = r#""InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW", "MaxItems": 1"#;
    check("items.csv", csv, r#"[{"x":"1","y":"2"}]"#);
    let json = r#""InputType": "JSON", "ItemsPointer": "/deep/items""#;
    check("list.json", json, r#"[7,"8"]"#);
}

#[test]
fn an_object_gives_its_fields_as_items() {
    let pass = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
        "ItemSelector": {"k.$": "$$.Map.Item.Key", "v.$": "$$.Map.Item.Value", "s.$": "$$.Map.Item.Source"},
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}}}}"#;
    Asl::new(r#"run m.json -q --input '{"one": 1, "two": [2]}'"#)
        .file("m.json", pass)
        .code(0)
        .stdout("[{\"s\":\"STATE_DATA\",\"v\":1,\"k\":\"one\"},{\"s\":\"STATE_DATA\",\"v\":[2],\"k\":\"two\"}]\n");
}

#[test]
fn batches_are_bounded_by_items_and_by_bytes() {
    let pass = |batcher: &str| {
        format!(
            r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "End": true, "ItemBatcher": {{{batcher}}},
            "ItemProcessor": {{"ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}},
            "StartAt": "P", "States": {{"P": {{"Type": "Pass", "End": true}}}}}}}}}}}}"#
        )
    };
    let check = |batcher: &str, output: &str| {
        Asl::new("run m.json -q --input [1,2,3,44,5]")
            .file("m.json", pass(batcher))
            .code(0)
            .stdout(&format!("{output}\n"));
    };
    check(
        r#""MaxItemsPerBatch": 2, "BatchInput": {"f": "x"}"#,
        r#"[{"BatchInput":{"f":"x"},"Items":[1,2]},{"BatchInput":{"f":"x"},"Items":[3,44]},{"BatchInput":{"f":"x"},"Items":[5]}]"#,
    );
    // {"Items":[1,2]} has 15 bytes.
    check(
        r#""MaxInputBytesPerBatch": 15"#,
        r#"[{"Items":[1,2]},{"Items":[3]},{"Items":[44]},{"Items":[5]}]"#,
    );
}

#[test]
fn results_are_exported_as_files_with_a_manifest() {
    let fields = r#""ToleratedFailureCount": 9,
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": "out", "Prefix": "jobs"}},"#;
    let folder = Folder::new().file("m.json", map(fields)).file("o/keep", "");
    let asl = folder.asl("run m.json -q --time skip --seed 1 --bucket out=o --input [1,3,4]");
    let told = asl.code(0);
    let output = told.json();
    let key = output["ResultWriterDetails"]["Key"]
        .as_str()
        .expect("a key");
    assert!(
        key.starts_with("jobs/") && key.ends_with("/manifest.json"),
        "{key}"
    );
    let manifest: serde_json::Value =
        serde_json::from_str(&folder.read(&format!("o/{key}"))).expect("JSON");
    let files = &manifest["ResultFiles"];
    let count = |status: &str| {
        let key = files[status][0]["Key"].as_str().expect("a file");
        let text = folder.read(&format!("o/{key}"));
        let records: Vec<serde_json::Value> = serde_json::from_str(&text).expect("JSON");
        records.len()
    };
    assert_eq!((count("SUCCEEDED"), count("FAILED")), (2, 1));
}

#[test]
fn a_run_that_failed_tells_what_it_did_not_begin() {
    let fields = r#""MaxConcurrency": 1,
        "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "out"}},"#;
    let folder = Folder::new().file("m.json", map(fields)).file("o/keep", "");
    let log = folder.asl("run m.json -q --time skip --bucket out=o --input [1,3,4,5] --log -");
    let told = log.code(1);
    let uuid = told
        .stdout
        .split(":mapRun:m/")
        .nth(1)
        .and_then(|arn| arn.split(['"', ':']).nth(1));
    let file = format!("o/{}/PENDING_0.json", uuid.expect("a Map Run"));
    let entry = |input: &str| {
        format!(r#"{{"Input":"{input}","InputDetails":{{"Included":true}},"Status":"PENDING"}}"#)
    };
    assert_eq!(
        folder.read(&file),
        format!("[{},{}]", entry("4"), entry("5"))
    );
}

#[test]
fn what_cannot_be_read_or_written_fails_the_run_with_its_reason() {
    let check = |fields: &str, options: &str, told: &str| {
        let folder = Folder::new()
            .file("m.json", map(fields))
            .file("b/bad.jsonl", b"{\"a\":1}\n\xff\n")
            .file("b/text.json", "\"text\"");
        let asl = folder.asl(&format!("run m.json -q --time skip {options}"));
        asl.code(1).stderr_contains(told);
    };
    let lines = r#""InputType": "JSONL""#;
    let missing = reader("missing.jsonl", lines);
    check(&missing, "", "States.ItemReaderFailed");
    check(&missing, "", "--bucket data=DIR");
    check(&missing, "--bucket data=b", "missing.jsonl");
    check(
        &reader("bad.jsonl", lines),
        "--bucket data=b",
        "line 2: not UTF-8",
    );
    check(
        &reader("../m.json", lines),
        "--bucket data=b",
        "cannot be the name of a file",
    );
    let json = r#""InputType": "JSON""#;
    let text = "Attempting to map over non-iterable node.";
    check(&reader("text.json", json), "--bucket data=b", text);
    let negative = r#""InputType": "JSON", "MaxItems": -1"#;
    check(
        &reader("text.json", negative),
        "--bucket data=b",
        "field MaxItems must be positive",
    );
}

#[test]
fn a_run_that_is_given_up_ends_its_children() {
    let machine = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "P", "States": {"P": {"Type": "Pass", "Next": "P"}}}}}}"#;
    Asl::new("run m.json -q --timeout 200ms --input [1,2,3]")
        .file("m.json", machine)
        .code(3);
}

/// A distributed Map whose children wait as long as their items say, and fail when that is 0.
fn waits(fields: &str) -> String {
    format!(
        r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "Next": "Z", {fields}
            "ItemProcessor": {{"ProcessorConfig": {{"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}},
            "StartAt": "W", "States": {{
                "W": {{"Type": "Wait", "SecondsPath": "$", "Next": "C"}},
                "C": {{"Type": "Choice", "Default": "P",
                    "Choices": [{{"Variable": "$", "NumericEquals": 0, "Next": "F"}}]}},
                "P": {{"Type": "Pass", "End": true}},
                "F": {{"Type": "Fail", "Error": "Zero"}}}}}}}},
            "Z": {{"Type": "Succeed"}}}}}}"#
    )
}

#[test]
fn who_ends_first_makes_room_for_the_next() {
    let log = Asl::new("run m.json -q --time skip --start-time 2026-01-01T00:00:00Z --log -")
        .file("m.json", waits(r#""MaxConcurrency": 2,"#))
        .args(["--input", "[10,1,1,1,1,1,1,1,1,1,1,1]"]);
    // Eleven seconds.
    log.code(0)
        .stdout_contains("{\"timestamp\":1767225611.000,\"type\":\"MapRunSucceeded\"");
}

#[test]
fn a_failure_decides_when_it_happens_and_not_after_those_before_it() {
    let machine = waits(r#""Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}],"#);
    let log = Asl::new("run m.json -q --time skip --start-time 2026-01-01T00:00:00Z --log -")
        .file("m.json", &machine)
        .args(["--input", "[3600,0]"]);
    log.code(0)
        .stdout_contains("{\"timestamp\":1767225600.000,\"type\":\"MapRunFailed\"");
    Asl::new("run m.json -q --input [3600,0]")
        .file("m.json", &machine)
        .code(0);
}
