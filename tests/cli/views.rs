//! The views of `asl history`, and what it does with logs that grow, break off or hold several
//! executions.

use std::fmt::Write;

use crate::asl::{Asl, Folder};

const ORDER: &str = r#"{
  "StartAt": "Check",
  "States": {
    "Check": {"Type": "Choice", "Choices": [{"Variable": "$.total", "NumericLessThan": 100, "Next": "Price"}], "Default": "Decline"},
    "Price": {"Type": "Map", "ItemsPath": "$.items", "ResultPath": null, "Next": "Both", "ItemProcessor": {"StartAt": "Item", "States": {"Item": {"Type": "Pass", "End": true}}}},
    "Both": {"Type": "Parallel", "ResultPath": null, "Next": "Wait", "Branches": [
      {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}},
      {"StartAt": "Two", "States": {"Two": {"Type": "Pass", "End": true}}}]},
    "Wait": {"Type": "Wait", "Seconds": 5, "End": true},
    "Decline": {"Type": "Fail", "Error": "Declined", "Cause": "too dear"}
  }
}"#;

/// A folder with the logs of two runs, one of which failed.
fn logged() -> Folder {
    let folder = Folder::new().file("order.asl.json", ORDER);
    let run = |total: u32, log: &str, code: i32| {
        let input = format!(r#"{{"total": {total}, "items": [1, 2, 3]}}"#);
        folder
            .asl("run order.asl.json --time skip -q")
            .args(["--input", &input, "--log", log])
            .code(code);
    };
    run(12, "a.jsonl", 0);
    run(120, "b.jsonl", 1);
    run(13, "c.jsonl", 0);
    folder
}

#[test]
fn every_view_of_a_run_is_shown() {
    let folder = logged();
    let shows = |options: &str, expected: &[&str]| {
        for columns in ["80", "120"] {
            let line = format!("history a.jsonl {options}");
            let told = folder.asl(&line).env("COLUMNS", columns).code(0);
            let told = told.stderr("");
            let told = expected
                .iter()
                .fold(told, |told, expected| told.stdout_contains(expected));
            assert!(told.stdout.lines().count() > 1, "{told}");
        }
    };
    shows("", &["✔ SUCCEEDED", "✔ Price", "└─ 1 ✔ Two"]);
    shows("--timeline", &["0 s", "┬───", "█"]);
    shows(
        "--events",
        &["ExecutionStarted", "MapIterationStarted", "[2]"],
    );
    shows("--events --state Wait", &["WaitStateEntered", "+5.00 s"]);
    shows(
        "--map Price",
        &["✔✔✔   3 ✔", "… 3 succeeded items not shown (--all)"],
    );
    shows("--map Price --all", &["✔ [0]", "✔ [2]"]);
    shows("--map Price --failed", &["✔✔✔   3 ✔"]);
    shows(
        "--state Two",
        &["in Both[1]", r#"{ "total": 12, "items": [ 1, 2, 3 ] }"#],
    );
    shows("--io", &["in  { \"total\": 12", "out (the same)"]);
    shows("--fold ok", &["✔ 4 states", "Check … Wait"]);
    shows("--depth 0", &["Parallel 2"]);
    folder
        .asl("history a.jsonl --depth 0")
        .code(0)
        .stdout_lacks("Two");
}

#[test]
fn programs_get_json() {
    let folder = logged();
    let tree = folder.asl("history b.jsonl --format json").code(0).json();
    assert_eq!(tree["status"], "FAILED");
    assert_eq!(tree["firstCause"]["state"], "Decline");
    assert_eq!(tree["states"][0]["next"], "Decline");
    let tree = folder.asl("history a.jsonl --format json").code(0).json();
    assert_eq!(tree["states"][1]["items"]["succeeded"], 3);
    assert_eq!(tree["states"][2]["branches"][1]["states"][0]["name"], "Two");
    let told = folder
        .asl("history a.jsonl --events --state Two --format json")
        .code(0);
    let lines: Vec<serde_json::Value> = told
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let types: Vec<_> = lines.iter().map(|event| &event["type"]).collect();
    assert_eq!(types, ["PassStateEntered", "PassStateExited"]);
}

#[test]
fn two_runs_are_compared() {
    let folder = logged();
    folder
        .asl("history a.jsonl b.jsonl")
        .code(0)
        .stdout_contains("both went the same way for 1 state, then A took Price, B took Decline")
        .stdout_contains("$.total: 12 → 120")
        .stdout_contains("B  ✖ Decline raised Declined: too dear");
    folder
        .asl("history a.jsonl c.jsonl")
        .code(0)
        .stdout_contains("both went the same way, with differences")
        .stdout_contains("(the same difference)");
    folder
        .asl("history a.jsonl a.jsonl")
        .code(0)
        .stdout_contains("with the same inputs and outputs");
    folder
        .asl("history a.jsonl nowhere.jsonl")
        .code(2)
        .stderr_contains("cannot read nowhere.jsonl");
    Asl::new("history - -")
        .code(2)
        .stderr("error: only one history can come from stdin\n");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let folder = logged();
    let refuses = |options: &str, code: i32, message: &str| {
        let line = format!("history a.jsonl {options}");
        folder
            .asl(&line)
            .code(code)
            .stdout("")
            .stderr_contains(message);
    };
    refuses(
        "--map Prise",
        4,
        "no Map \"Prise\" in a.jsonl (did you mean \"Price\"?)",
    );
    refuses("--map Wait", 4, "it has \"Price\"");
    refuses(
        "--state Nobody",
        4,
        "no state \"Nobody\" in a.jsonl: it has \"Both\"",
    );
    refuses("--events --state Nobody", 4, "no state \"Nobody\"");
    refuses("--execution x", 2, "a.jsonl is a history of one execution");
    refuses("--all --events", 2, "--events");
    refuses("--timeline --events", 2, "cannot be used with");
    refuses("--depth many", 2, "invalid value 'many'");
}

#[test]
fn exports_are_read_in_every_layout() {
    let log = logged().read("a.jsonl");
    let events: Vec<&str> = log.lines().skip(1).collect();
    let reversed: Vec<&str> = events.iter().rev().copied().collect();
    let layouts = [
        events.join("\n"),
        format!("[{}]", events.join(",")),
        format!("{{\"events\":[\n{}\n]}}\n", events.join(",\n")),
        format!("{{\"events\": [{}]}}", reversed.join(", ")),
        format!(
            "\u{feff}{{\n\"Meta\": {{\"n\": [1]}},\n \"events\": [{}], \"nextToken\": null}}",
            events.join(",")
        ),
    ];
    for text in layouts {
        Asl::new("history - --state Two")
            .stdin(&text)
            .code(0)
            .stdout_contains("in Both[1]")
            .stderr("");
    }
    let page = format!(
        "{{\"events\":[{}],\"nextToken\":\"AAA\"}}",
        events[..9].join(",")
    );
    Asl::new("history -")
        .stdin(&page)
        .code(0)
        .stdout_contains("RUNNING")
        .stderr("note: <stdin> is one page of a history: its nextToken leads to the rest\n");
    Asl::new("history -")
        .stdin(&page[..page.len() - 60])
        .code(0)
        .stdout_contains("RUNNING")
        .stderr("note: <stdin> breaks off in line 1; that line is left out\n");
    for (text, message) in [
        ("{\"events\": [}", "line 1, column 13: expected value"),
        (
            "{\"events\": [{\"id\": }]}",
            "line 1, column 20: expected value",
        ),
        (
            "{\"events\": []} x",
            "line 1, column 16: there is something after the history",
        ),
        (
            "{\"events\": [{\"id\": 1}]}",
            "line 1: event 1: `type` is missing",
        ),
    ] {
        Asl::new("history -")
            .stdin(text)
            .code(2)
            .stderr_contains(message);
    }
}

/// The lines that CloudWatch Logs keep of an execution.
fn logged_lines(arn: &str, error: Option<&str>) -> Vec<String> {
    let end = match error {
        None => r#""type":"ExecutionSucceeded","details":{"output":"{}"}"#.to_owned(),
        Some(error) => {
            format!(r#""type":"ExecutionFailed","details":{{"error":"{error}","cause":"c"}}"#)
        }
    };
    let events = [
        r#""type":"ExecutionStarted","details":{"input":"{}","roleArn":"r"}"#.to_owned(),
        r#""type":"PassStateEntered","details":{"input":"{\"a\": 1}","name":"First"}"#.to_owned(),
        r#""type":"PassStateExited","details":{"output":"{}","name":"First"}"#.to_owned(),
        end,
    ];
    let line = |(at, event): (usize, &String)| {
        let previous = if at == 1 { 0 } else { at };
        format!(
            r#"{{"id":"{}",{event},"previous_event_id":"{previous}","event_timestamp":"{}","execution_arn":"{arn}","redrive_count":"0"}}"#,
            at + 1,
            1_718_026_289_000_u64 + at as u64 * 250
        )
    };
    events.iter().enumerate().map(line).collect()
}

#[test]
fn lines_of_cloudwatch_are_read_however_they_were_got() {
    let arn = "arn:aws:states:us-east-1:111111111111:express:orders:one:run";
    let mut lines = logged_lines(arn, Some("Boom"));
    // Streams are not in order.
    lines.swap(1, 2);
    let wrapped = |line: &String| {
        serde_json::json!({"timestamp": 1, "message": line, "ingestionTime": 2}).to_string()
    };
    let answer: Vec<String> = lines.iter().map(wrapped).collect();
    let tail = |line: &String| format!("2024-06-10T13:31:29.000Z stream {line}");
    let layouts = [
        lines.join("\n") + "\n",
        format!(
            "{{\"events\": [{}], \"searchedLogStreams\": []}}",
            answer.join(",\n")
        ),
        answer.join("\n"),
        lines.iter().map(tail).collect::<Vec<_>>().join("\n"),
    ];
    for text in layouts {
        Asl::new("history -")
            .stdin(&text)
            .code(0)
            .stdout_contains("✖ FAILED  orders  <stdin>   750 ms   1 state   4 events")
            .stdout_contains("✔ First")
            .stderr("");
        Asl::new("history - --state First")
            .stdin(&text)
            .code(0)
            .stdout_contains(r#"{ "a": 1 }"#);
    }
}

#[test]
fn what_cloudwatch_cut_off_is_told() {
    let lines = logged_lines("arn:aws:states:us-east-1:1:execution:orders:one", None);
    let cut = lines.join("\n").replace(
        r#""input":"{\"a\": 1}""#,
        r#""input":"{\"a\": ","inputDetails":{"truncated":true}"#,
    );
    Asl::new("history - --io")
        .stdin(cut)
        .code(0)
        .stdout_contains("in  {\"a\":")
        .stderr("note: CloudWatch Logs cut off what went in or came out of 1 event in <stdin>\n");
}

#[test]
fn of_several_executions_one_is_named() {
    let arn = |name: &str| format!("arn:aws:states:us-east-1:1:execution:orders:{name}");
    let one = logged_lines(&arn("one"), None);
    let other = logged_lines(&arn("other\\u001b[2J"), Some("Boom"));
    let mut text = String::new();
    for (one, other) in one.iter().zip(&other) {
        writeln!(text, "{one}\n{other}").expect("a string takes all");
    }
    let folder = Folder::new().file("log.jsonl", &text);
    folder
        .asl("history log.jsonl")
        .code(2)
        .stdout("")
        .stderr_contains("name one by --execution: log.jsonl holds 2 executions")
        .stderr_contains("✔ SUCCEEDED  2024-06-10T13:31:29.000Z       4 events")
        .stderr_contains("other\\u001b[2J");
    for name in [&*arn("one"), "one"] {
        folder
            .asl("history log.jsonl --execution")
            .args([name])
            .code(0)
            .stdout_contains("✔ SUCCEEDED  orders");
    }
    folder
        .asl("history log.jsonl --execution three")
        .code(2)
        .stderr_contains("no execution three in log.jsonl: log.jsonl holds 2 executions");
}

/// Names that a terminal would obey, in every view: `Told` looks at what is printed.
#[test]
fn names_from_a_log_do_nothing_to_the_terminal() {
    let name = r"\u001b[2J\u202e日本\n👩‍💻";
    let mut log = String::new();
    for (at, (kind, details)) in [
        (
            "MapStateEntered",
            format!(r#""stateEnteredEventDetails":{{"name":"{name}","input":"\"{name}\""}}"#),
        ),
        (
            "MapStateStarted",
            String::from(r#""mapStateStartedEventDetails":{"length":2}"#),
        ),
        (
            "MapIterationStarted",
            format!(r#""mapIterationStartedEventDetails":{{"name":"{name}","index":0}}"#),
        ),
        (
            "PassStateEntered",
            format!(r#""stateEnteredEventDetails":{{"name":"T{name}","input":"[\"{name}\"]"}}"#),
        ),
        (
            "MapIterationFailed",
            format!(r#""mapIterationFailedEventDetails":{{"name":"{name}","index":0}}"#),
        ),
        (
            "ExecutionFailed",
            format!(r#""executionFailedEventDetails":{{"error":"{name}","cause":"{name}"}}"#),
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let (id, previous) = (at + 1, at);
        writeln!(
            log,
            r#"{{"timestamp":1.5,"type":"{kind}","id":{id},"previousEventId":{previous},{details}}}"#
        )
        .expect("a string takes all");
    }
    let folder = Folder::new().file("log.jsonl", &log);
    let raw = "\u{1b}[2J\u{202e}日本\n👩\u{200d}💻";
    for options in [
        "",
        "--timeline",
        "--events",
        "--io",
        "--fold ok",
        "--failed",
        "--format json",
    ] {
        let told = folder.asl(&format!("history log.jsonl {options}")).code(0);
        assert!(
            !told.stdout.contains('\u{202e}') || options == "--format json",
            "{told}"
        );
    }
    for option in ["--map", "--state"] {
        let told = folder.asl("history log.jsonl").args([option, raw]).code(0);
        assert!(!told.stdout.contains('\u{202e}'), "{told}");
    }
    folder.asl("history log.jsonl log.jsonl").code(0);
    folder
        .asl("history log.jsonl --map")
        .args(["\u{1b}[31m"])
        .code(4)
        .stderr_contains("no Map \"\\u001b[31m\"");
}

#[test]
fn an_execution_that_has_ended_is_followed_to_its_end() {
    let folder = logged();
    folder
        .asl("history b.jsonl --follow")
        .code(0)
        .stdout_contains("✔ Check")
        .stdout_contains("✖ Decline ended the execution with Declined")
        .stderr("");
    Asl::new("history - -f")
        .stdin(folder.read("a.jsonl"))
        .code(0)
        .stdout_contains("✔ Wait");
    folder
        .asl("history order.asl.json -f")
        .code(2)
        .stderr_contains("this is no history");
}

#[cfg(unix)]
mod following {
    use std::fs::OpenOptions;
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;

    use super::{Folder, logged};
    use crate::watch::Watching;

    /// It waits for a log that is not there, tells states as they end, and ends with the execution.
    #[test]
    fn a_log_is_followed_while_it_grows() {
        let log = logged().read("b.jsonl");
        let folder = Folder::new();
        let mut command = folder.asl("history run.jsonl -f").command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut said = BufReader::new(child.stderr.take().expect("piped")).lines();
        let mut told = BufReader::new(child.stdout.take().expect("piped")).lines();
        let waiting = said.next().expect("a line").expect("UTF-8");
        assert_eq!(waiting, "waiting for run.jsonl");
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(folder.path("run.jsonl"))
            .expect("a file in the folder");
        // Up to the middle of the line after the first state.
        let left = log.find("ChoiceStateExited").expect("it is left");
        let half = left + log[left..].find('\n').expect("a line's end") + 30;
        file.write_all(&log.as_bytes()[..half])
            .expect("it is written");
        let first = told.next().expect("a line").expect("UTF-8");
        assert!(first.starts_with("✔ Check"), "{first}");
        file.write_all(&log.as_bytes()[half..])
            .expect("it is written");
        let second = told.next().expect("a line").expect("UTF-8");
        assert!(second.starts_with("✖ Decline"), "{second}");
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }

    /// Another run writes over a log: it is told from its beginning.
    #[test]
    fn a_log_that_begins_again_is_followed_from_there() {
        let log = logged().read("b.jsonl");
        let left = log.find("ChoiceStateExited").expect("it is left");
        let end = left + log[left..].find('\n').expect("a line's end") + 1;
        // Longer than all of the second log, however much of that is there when it is seen.
        let padded = log[..end].replacen("\n{", &format!("\n{{{}", " ".repeat(log.len())), 1);
        let folder = Folder::new().file("run.jsonl", padded);
        let mut command = folder.asl("history run.jsonl -f").command();
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut told = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut next = || told.next().expect("a line").expect("UTF-8");
        assert!(next().starts_with("✔ Check"));
        std::fs::write(folder.path("run.jsonl"), log).expect("it is written");
        assert!(next().starts_with("✔ Check"));
        assert!(next().starts_with("✖ Decline"));
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
    }

    #[test]
    fn following_ends_when_it_is_interrupted() {
        let folder = Folder::new();
        let mut watching = Watching::start(&folder, "history run.jsonl -f");
        watching.says("waiting for run.jsonl");
        assert_eq!(watching.interrupted(), Some(130));
    }
}
