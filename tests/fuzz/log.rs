//! Event logs, ours and AWS's.

use aslkit::history::outline::Outline;
use aslkit::history::{Recording, read_event, read_history};
use aslkit::report::histories::{About, render};
use aslkit::report::style::Style;

use super::mutate::Corpus;
use super::runner::{Reader, fuzz};

const CORPUS: Corpus = Corpus {
    seeds: &[
        r#"{"asl":1,"definition":"{}","input":"{}","type":"STANDARD","name":"e","executionArn":"arn:e","stateMachineArn":"arn:m","startTime":1700000000.5,"seed":7,"tool":"asl"}
{"timestamp":1700000000.5,"type":"ExecutionStarted","id":1,"previousEventId":0,"executionStartedEventDetails":{"input":"{}","inputDetails":{"truncated":false},"roleArn":"arn:r"}}
{"timestamp":1700000000.5,"type":"TaskStateEntered","id":2,"previousEventId":0,"stateEnteredEventDetails":{"name":"A","input":"{}","inputDetails":{"truncated":false}}}
{"timestamp":1700000000.5,"type":"TaskScheduled","id":3,"previousEventId":2,"taskScheduledEventDetails":{"resourceType":"lambda","resource":"invoke","region":"us-east-1","parameters":"{}","timeoutInSeconds":5}}
{"timestamp":1700000001,"type":"TaskFailed","id":4,"previousEventId":3,"taskFailedEventDetails":{"resourceType":"lambda","resource":"invoke","error":"E","cause":"c"}}
{"timestamp":1700000001,"type":"ExecutionFailed","id":5,"previousEventId":4,"executionFailedEventDetails":{"error":"E","cause":"c"}}
"#,
        r#"{"events":[{"timestamp":"2026-01-31T08:30:00.123+01:00","type":"ExecutionStarted","id":1,"executionStartedEventDetails":{"input":"[1]"}},
 {"timestamp":"2026-01-31T08:30:00Z","type":"MapStateEntered","id":2,"previousEventId":1,"stateEnteredEventDetails":{"name":"M","input":"[1]"}},
 {"timestamp":"2026-01-31T08:30:00Z","type":"MapStateStarted","id":3,"previousEventId":2,"mapStateStartedEventDetails":{"length":1}},
 {"timestamp":"2026-01-31T08:30:00Z","type":"MapIterationStarted","id":4,"previousEventId":3,"mapIterationStartedEventDetails":{"name":"M","index":0}},
 {"timestamp":"2026-01-31T08:30:00Z","type":"PassStateEntered","id":5,"previousEventId":4,"stateEnteredEventDetails":{"name":"P","input":"1"}},
 {"timestamp":"2026-01-31T08:30:00Z","type":"PassStateExited","id":6,"previousEventId":5,"stateExitedEventDetails":{"name":"P","output":"1","assignedVariables":{"x":"\"1\""},"assignedVariablesDetails":{"truncated":false}}},
 {"timestamp":"2026-01-31T08:30:00Z","type":"MapIterationSucceeded","id":7,"previousEventId":6,"mapIterationSucceededEventDetails":{"name":"M","index":0}},
 {"timestamp":"2026-01-31T08:30:00Z","type":"MapStateSucceeded","id":8,"previousEventId":7},
 {"timestamp":"2026-01-31T08:30:00Z","type":"MapStateExited","id":9,"previousEventId":7,"stateExitedEventDetails":{"name":"M","output":"[1]"}},
 {"timestamp":"2026-01-31T08:30:00Z","type":"ExecutionSucceeded","id":10,"previousEventId":9,"executionSucceededEventDetails":{"output":"[1]"}}]}"#,
        r#"[{"timestamp":1.5,"type":"ParallelStateEntered","id":1,"previousEventId":0,"stateEnteredEventDetails":{"name":"P","input":"{}"}},
{"timestamp":1.5,"type":"ParallelStateStarted","id":2,"previousEventId":1},{"timestamp":2,"type":"WaitStateEntered","id":3,"previousEventId":2,"stateEnteredEventDetails":{"name":"W"}},
{"timestamp":2,"type":"EvaluationFailed","id":4,"previousEventId":3,"evaluationFailedEventDetails":{"state":"W","error":"e","cause":"c","location":"Seconds"}},
{"timestamp":3,"type":"ExecutionAborted","id":5,"previousEventId":4},{"timestamp":9,"type":"ExecutionRedriven","id":6,"previousEventId":5,"executionRedrivenEventDetails":{"redriveCount":1}}]"#,
        r#"{"timestamp":1,"type":"MapRunStarted","id":1,"previousEventId":0,"mapRunStartedEventDetails":{"mapRunArn":"arn:aws:states:us-east-1:1:mapRun:m/M:u"}}
{"timestamp":1,"type":"LambdaFunctionScheduled","id":2,"previousEventId":1,"lambdaFunctionScheduledEventDetails":{"resource":"arn","input":"{}","timeoutInSeconds":1,"taskCredentials":{"roleArn":"r"}}}
{"timestamp":1,"type":"ActivityTimedOut","id":3,"previousEventId":2,"activityTimedOutEventDetails":{"error":"States.Timeout"}}"#,
    ],
    tokens: &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\n",
        "\"id\":",
        "\"type\":",
        "\"timestamp\":",
        "null",
        "0",
        "-1",
        "1e300",
        "18446744073709551616",
        "9223372036854775807",
        "\"\"",
        "\\u0000",
        "\\ud800",
        "\\",
        "true",
        "\"previousEventId\":",
        "\"Wrong\"",
        "ExecutionSucceeded",
        "TaskSucceeded",
        "TaskTimedOut",
        "MapIterationAborted",
        "ParallelStateFailed",
        "\"name\":",
        "\"index\":4294967295",
        "\"length\":-1",
        "\"events\":",
        "\"asl\":2",
        "{}",
        "[[",
        "\u{1b}[31m",
    ],
    pairs: &[
        ("[", "]"),
        ("{\"a\":", "}"),
        ("\"", "\""),
        ("{\"events\":[", "]}"),
    ],
};

#[test]
fn any_text_is_a_history_or_refused_with_a_place() {
    fuzz(Reader {
        name: "log",
        cases: 1_000,
        corpus: CORPUS,
        found: &[],
        check,
    });
}

fn check(text: &str) {
    for line in text.lines() {
        // A line that is no event is refused, which is all that is asked here.
        let _ = read_event(line);
    }
    match read_history(text) {
        Ok(recording) => follow(&recording),
        Err(error) => {
            let lines = text.split('\n').count();
            assert!((1..=lines).contains(&error.line), "{error}: of {lines}");
        }
    }
}

/// Events are read as they are written, and every history can be told.
fn follow(recording: &Recording) {
    let mut outline = Outline::new();
    for event in &recording.events {
        let line = event.to_line();
        let again = read_event(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert_eq!(again.to_line(), line);
        outline.push(event);
    }
    if let Some(header) = &recording.header {
        let again = read_history(&header.to_line());
        assert!(again.is_ok(), "{again:?}");
    }
    let mut told = String::new();
    let about = About::default();
    render(&outline, &about, &Style::new(false, 80), &mut told).expect("a string takes all");
    let raw = told.chars().find(|c| c.is_control() && *c != '\n');
    assert_eq!(raw, None, "{told:?}");
}
