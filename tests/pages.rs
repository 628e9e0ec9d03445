//! Pages of machines and executions, looked at in Chromium: what is there can be reached by mouse
//! and keys, nothing that a user wrote runs, and the longest history opens at once. The driver
//! comes with an npm package in the folder that `ASL_NODE_MODULES` names.

#[path = "support/recordings.rs"]
mod recordings;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use aslkit::graph::Graph;
use aslkit::language;
use aslkit::report::graphs::{Options, Picture, Theme};
use aslkit::report::page::{self, Drawn, Page};
use aslkit::syntax::{self, Format, Source};
use recordings::{folder, say};
use serde_json::json;

/// Everything that would like to be more than text.
const HOSTILE: &str = "</script><script>window.pwned=1</script></title><img src=x \
                       onerror=window.pwned=1><svg onload=window.pwned=1><!--<script>]]>\
                       ${window.pwned=1}{{data}}\u{2028}\u{202e}&lt;\\u003cb\\u003e\"'";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of a test's own.
fn room(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pages-{name}"));
    fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}

fn asl(arguments: &[&Path]) -> Option<i32> {
    let output = Command::new(env!("CARGO_BIN_EXE_asl"))
        .args(arguments)
        .output();
    output.expect("the program starts").status.code()
}

/// Looks at pages; says so when there is nothing to look with.
fn check(scenario: &str, page: Option<&Path>, names: &str) {
    if std::env::var_os("ASL_NODE_MODULES").is_none() {
        return say("ASL_NODE_MODULES names no folder: no page is looked at");
    }
    let node = Command::new("node")
        .arg(root().join("tests/tools/page-check.mjs"))
        .arg(scenario)
        .args(page)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut node) = node else {
        return say("there is no node: no page is looked at");
    };
    let mut stdin = node.stdin.take().expect("stdin is a pipe");
    // A scenario of one page reads no names.
    let _ = stdin.write_all(names.as_bytes());
    drop(stdin);
    let output = node.wait_with_output().expect("node ends");
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
    let (out, err) = (told(&output.stdout), told(&output.stderr));
    match output.status.code() {
        Some(0) => say(&out),
        Some(2) if err.contains("no chromium") => say("there is no chromium: no page is looked at"),
        code => panic!("{code:?}: {out}\n{err}"),
    }
}

/// The page of an execution: its definition and its input, run with the files of an option.
fn page_of_run(folder: &Path, definition: &Path, options: &[&Path]) -> PathBuf {
    let (log, page) = (folder.join("run.jsonl"), folder.join("run.html"));
    let run = [Path::new("run"), definition];
    let rest = ["--time", "skip", "-q", "--log"].map(Path::new);
    let arguments: Vec<&Path> = run.iter().chain(options).chain(&rest).copied().collect();
    asl(&[&arguments[..], &[&log]].concat());
    page_of(&log, &page);
    page
}

fn page_of(log: &Path, page: &Path) {
    let code = asl(&[Path::new("history"), log, Path::new("-o"), page]);
    assert_eq!(code, Some(0));
}

/// Files of the folder and those below it.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "json") {
            found.push(path);
        }
    }
}

#[test]
fn every_definition_is_a_page_that_opens_quietly() {
    let mut found = Vec::new();
    files(&root().join("fixtures/definitions"), &mut found);
    if let Some(folder) = folder() {
        files(&folder.join("definitions"), &mut found);
    }
    let folder = room("definitions");
    let mut names = String::new();
    for (number, path) in found.iter().enumerate() {
        let Ok(text) = fs::read_to_string(path) else {
            continue;
        };
        let source = Source::new(&*path.to_string_lossy(), text);
        let (tree, findings) = syntax::read(&source, Format::Json);
        if !findings.is_empty() {
            continue;
        }
        let (machine, _) = language::read(&tree);
        let (graph, options) = (Graph::new(&machine), Options::default());
        let title = path.file_name().expect("a file has a name");
        let page = Page {
            title: &title.to_string_lossy(),
            drawn: Some(Drawn {
                picture: Picture::new(&graph, &options),
                tree: &tree,
                older: None,
                link: None,
            }),
            history: None,
            theme: Theme::Auto,
        };
        let mut text = String::new();
        page::render(&page, &mut text).expect("a string takes all");
        let file = folder.join(format!("{number}.html"));
        fs::write(&file, text).expect("the target folder can be written");
        writeln!(names, "{}", file.display()).expect("a string takes all");
    }
    check("open", None, &names);
}

#[test]
fn node_reads_every_part_of_the_script() {
    let folder = root().join("src/report/page/script");
    let parts = fs::read_dir(folder).expect("the folder is there");
    for part in parts {
        let path = part.expect("the folder can be read").path();
        let Ok(output) = Command::new("node").arg("--check").arg(&path).output() else {
            return say("there is no node: the script is not read");
        };
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {told}", path.display());
    }
}

/// An order that was charged twice in vain.
fn declined(name: &str) -> PathBuf {
    let fixtures = root().join("fixtures");
    page_of_run(
        &room(name),
        &fixtures.join("definitions/order-saga.asl.json"),
        &[
            Path::new("--input-file"),
            &fixtures.join("inputs/order-saga.json"),
            Path::new("--mock"),
            &fixtures.join("mocks/order-saga-declined.yaml"),
        ],
    )
}

#[test]
fn a_failed_execution_is_read_by_mouse_and_keys() {
    check("read", Some(&declined("read")), "");
}

#[test]
fn the_address_leads_to_a_state_or_an_event() {
    check("address", Some(&declined("address")), "");
}

#[test]
fn a_screen_reader_has_names_and_roles_of_everything() {
    check("spoken", Some(&declined("spoken")), "");
}

#[test]
fn what_users_wrote_does_not_run() {
    let folder = room("hostile");
    let state = |next: &str| json!({"Type": "Pass", "Comment": HOSTILE, "Next": next});
    let second = format!("javascript:window.pwned=1//{}", &HOSTILE[..60]);
    let definition = json!({
        "StartAt": HOSTILE, "Comment": HOSTILE,
        "States": {
            HOSTILE: state(&second),
            &second: {"Type": "Pass", "Result": {HOSTILE: HOSTILE}, "Next": "End"},
            "End": {"Type": "Fail", "Error": HOSTILE, "Cause": HOSTILE},
        },
    });
    let file = folder.join("hostile.json");
    let input = folder.join("input.json");
    fs::write(&file, definition.to_string()).expect("the target folder can be written");
    let text = json!({ HOSTILE: HOSTILE }).to_string();
    fs::write(&input, text).expect("the target folder can be written");
    let page = page_of_run(&folder, &file, &[Path::new("--input-file"), &input]);
    let named = folder.join("named.html");
    // The machine is called by the file; a log that says otherwise is believed.
    let text = fs::read_to_string(folder.join("run.jsonl")).expect("the log is there");
    let name = json!(format!("x:{HOSTILE}").replace(':', "")).to_string();
    let arn = format!("\"stateMachineArn\":{name}");
    let (before, after) = text.split_once("\"stateMachineArn\":\"").expect("a header");
    let (_, after) = after.split_once('"').expect("a text");
    fs::write(folder.join("named.jsonl"), format!("{before}{arn}{after}")).expect("as before");
    page_of(&folder.join("named.jsonl"), &named);
    check("hostile", Some(&named), "");
    assert!(page.exists());
}

/// AWS ends an execution at 25 000 events.
#[test]
fn the_longest_history_opens_within_two_seconds() {
    let folder = room("speed");
    let (log, page) = (folder.join("run.jsonl"), folder.join("run.html"));
    fs::write(&log, longest()).expect("the target folder can be written");
    page_of(&log, &page);
    let size = fs::metadata(&page).expect("it was written").len();
    assert!(size < 15_000_000, "{size} bytes");
    check("speed", Some(&page), "");
}

fn longest() -> String {
    let mut text = String::new();
    let mut id = 0;
    let mut add = |previous: u64, kind: &str, member: &str, details: &str| {
        id += 1;
        let seconds = 1_700_000_000 + id / 10;
        writeln!(
            text,
            r#"{{"timestamp":{seconds}.{}00,"type":"{kind}","id":{id},"previousEventId":{previous},"{member}":{{{details}}}}}"#,
            id % 10
        )
        .expect("a string takes all");
        id
    };
    let entered = "stateEnteredEventDetails";
    add(
        0,
        "ExecutionStarted",
        "executionStartedEventDetails",
        r#""input":"{}""#,
    );
    let map = add(
        0,
        "MapStateEntered",
        entered,
        r#""name":"Each","input":"[]""#,
    );
    let started = "mapStateStartedEventDetails";
    let mut last = add(map, "MapStateStarted", started, r#""length":6248"#);
    for item in 0..6_248 {
        let index = format!(r#""name":"Each","index":{item}"#);
        let document = format!(
            r#"{{\"sku\":\"item-{item}\",\"note\":\"{}\"}}"#,
            "handle with care ".repeat(8)
        );
        let input = format!(r#""name":"Pack","input":"{document}""#);
        let output = format!(r#""name":"Pack","output":"{document}""#);
        let iteration = "mapIterationStartedEventDetails";
        last = add(last, "MapIterationStarted", iteration, &index);
        last = add(last, "PassStateEntered", entered, &input);
        last = add(last, "PassStateExited", "stateExitedEventDetails", &output);
        let iteration = "mapIterationSucceededEventDetails";
        add(last, "MapIterationSucceeded", iteration, &index);
    }
    let last = add(last, "MapStateSucceeded", "none", "");
    let output = r#""name":"Each","output":"[]""#;
    let last = add(last, "MapStateExited", "stateExitedEventDetails", output);
    let details = "executionSucceededEventDetails";
    add(last, "ExecutionSucceeded", details, r#""output":"[]""#);
    text
}
