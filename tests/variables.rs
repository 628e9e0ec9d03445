//! Variables: what `Assign` sets on every type of state and way out, in both query languages, who
//! sees it, and what is refused.

mod support;

use std::fmt::Write;
use std::sync::Arc;

use aslkit::data::{Json, StatesError};
use aslkit::engine::{EventSink, Outcome};
use aslkit::history::{Details, HistoryEvent};
use aslkit::language;
use aslkit::runtime::handlers::{Afterwards, MockHandler, Step};
use aslkit::syntax::{Format, Source, read};

/// A line for each exit that assigned something.
#[derive(Default)]
struct Assignments(String);

impl EventSink for Assignments {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        if let Details::StateExited { name, assigned, .. } = &event.details
            && !assigned.is_empty()
        {
            let pairs = assigned.pairs();
            let pairs: Vec<String> = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect();
            writeln!(self.0, "{name}: {}", pairs.join(" ")).expect("a string takes all");
        }
    }
}

/// Runs the states `A` and those after it, with Tasks that answer `{"n": 1}`, or fail when their
/// resource says so. Expects the assignments and the output or error.
#[track_caller]
fn check(language: &str, states: &str, input: &str, expected: &str) {
    let text = format!(r#"{{"QueryLanguage":"{language}","StartAt":"A","States":{{{states}}}}}"#);
    let program = support::compile(&Source::new("test", text), Format::Json);
    let program = program.expect("can be run");
    let identity = support::identity().identity().expect("the names are good");
    let input = Json::parse(input).expect("an input");
    let start = support::start(input, identity, 25_000);
    let step = if states.contains("fails") {
        Step::Throw(StatesError::new("Bad", "cause"))
    } else {
        Step::Return(Json::parse(r#"{"n":1}"#).expect("JSON"))
    };
    let handler = MockHandler::new("{}", vec![step], Afterwards::Repeat);
    let mut events = Assignments::default();
    let ended = support::run(
        program,
        start,
        support::host(Arc::new(handler)),
        &mut events,
    );
    let mut told = events.0;
    match ended.outcome {
        Outcome::Succeeded(output) => told.push_str(&output.text()),
        Outcome::Failed(error) => told.push_str(&error.to_string()),
        other => write!(told, "{other:?}").expect("a string takes all"),
    }
    assert_eq!(told, expected, "{states}");
}

/// The rules that refuse a definition, each with what it points at.
#[track_caller]
fn refused(language: &str, states: &str, expected: &[&str]) {
    let text = format!(r#"{{"QueryLanguage":"{language}","StartAt":"A","States":{{{states}}}}}"#);
    let source = Source::new("test", text);
    let (tree, _) = read(&source, Format::Json);
    let (machine, _) = language::read(&tree);
    let found = aslkit::engine::Program::compile(&machine, &tree, &source);
    let found = found.err().unwrap_or_default();
    let told = |place: std::ops::Range<usize>| source.text[place].to_owned();
    let found = found
        .iter()
        .map(|finding| format!("{} {}", finding.rule, told(finding.span().range())));
    assert_eq!(found.collect::<Vec<_>>(), expected, "{states}");
}

const TASK: &str = r#""Type":"Task","Resource":"arn:aws:lambda:us-east-1:1:function:f""#;

#[test]
fn every_type_of_state_assigns_in_jsonpath() {
    check(
        "JSONPath",
        &format!(
            r#""A":{{"Type":"Pass","Result":{{"r":1}},"Assign":{{"p.$":"$.r","text":"$.r"}},"Next":"B"}},
            "B":{{{TASK},"Assign":{{"t.$":"$.n"}},"ResultPath":null,"Next":"C"}},
            "C":{{"Type":"Wait","Seconds":0,"Assign":{{"w.$":"$.r"}},"Next":"D"}},
            "D":{{"Type":"Choice","Choices":[{{"Variable":"$p","NumericEquals":1,"Assign":{{"c":"rule"}},"Next":"E"}}],
                "Default":"E","Assign":{{"c":"state"}}}},
            "E":{{"Type":"Parallel","Branches":[{{"StartAt":"I","States":{{"I":{{"Type":"Pass","Assign":{{"i":1}},"End":true}}}}}}],
                "Assign":{{"par.$":"$[0].r"}},"ResultPath":null,"Next":"F"}},
            "F":{{"Type":"Map","ItemsPath":"$list","ItemProcessor":{{"StartAt":"J","States":{{"J":{{"Type":"Pass","Assign":{{"j.$":"$"}},"End":true}}}}}},
                "Assign":{{"m.$":"$[0]"}},"End":true}}"#
        )
        .replace("\"$list\"", "\"$.l\"")
        .replace("{\"r\":1}", "{\"r\":1,\"l\":[7]}"),
        "{}",
        "A: p=1 text=\"$.r\"\nB: t=1\nC: w=1\nD: c=\"rule\"\nI: i=1\nE: par=1\nJ: j=7\nF: m=7\n[7]",
    );
}

#[test]
fn every_type_of_state_assigns_in_jsonata() {
    check(
        "JSONata",
        &format!(
            r#""A":{{"Type":"Pass","Assign":{{"p":"{{% $states.input.r %}}","text":"$.r"}},"Next":"B"}},
            "B":{{{TASK},"Assign":{{"t":"{{% $states.result.n + $p %}}"}},"Next":"C"}},
            "C":{{"Type":"Wait","Seconds":0,"Assign":{{"w":"{{% $t %}}"}},"Next":"D"}},
            "D":{{"Type":"Choice","Choices":[{{"Condition":"{{% $p = 2 %}}","Assign":{{"c":"rule"}},"Next":"E"}}],
                "Default":"E","Assign":{{"c":"state"}}}},
            "E":{{"Type":"Parallel","Branches":[{{"StartAt":"I","States":{{"I":{{"Type":"Pass","Output":"{{% $p %}}","End":true}}}}}}],
                "Assign":{{"par":"{{% $states.result %}}"}},"Next":"F"}},
            "F":{{"Type":"Map","Items":[7],"ItemProcessor":{{"StartAt":"J","States":{{"J":{{"Type":"Pass","Assign":{{"j":"{{% $states.input %}}"}},"End":true}}}}}},
                "Assign":{{"m":"{{% $states.result[0] %}}"}},"End":true}}"#
        ),
        r#"{"r":1}"#,
        "A: p=1 text=\"$.r\"\nB: t=2\nC: w=2\nD: c=\"state\"\nE: par=[1]\nJ: j=7\nF: m=7\n[7]",
    );
}

#[test]
fn a_catcher_assigns_in_the_place_of_its_state() {
    check(
        "JSONPath",
        r#""A":{"Type":"Task","Resource":"fails","Assign":{"never":1},"Catch":[{"ErrorEquals":["Bad"],
            "Assign":{"e.$":"$.Error"},"ResultPath":null,"Next":"B"}],"Next":"B"},
        "B":{"Type":"Pass","Parameters":{"e.$":"$e"},"End":true}"#,
        "{}",
        "A: e=\"Bad\"\n{\"e\":\"Bad\"}",
    );
    check(
        "JSONata",
        r#""A":{"Type":"Task","Resource":"fails","Assign":{"never":1},"Catch":[{"ErrorEquals":["Bad"],
            "Assign":{"e":"{% $states.errorOutput.Cause %}"},"Output":"{% $states.errorOutput.Error %}","Next":"B"}],"Next":"B"},
        "B":{"Type":"Pass","Output":"{% $states.input & $e %}","End":true}"#,
        "{}",
        "A: e=\"cause\"\n\"Badcause\"",
    );
}

#[test]
fn fields_see_variables_as_they_were_on_entry() {
    check(
        "JSONPath",
        r#""A":{"Type":"Pass","Assign":{"x":1},"Next":"B"},
        "B":{"Type":"Pass","InputPath":"$x","OutputPath":"$x","Assign":{"x":2,"y.$":"$x"},"Next":"C"},
        "C":{"Type":"Pass","Parameters":{"x.$":"$x","y.$":"$y"},"ResultPath":"$","End":true}"#,
        "{}",
        "A: x=1\nB: x=2 y=1\n{\"x\":2,\"y\":1}",
    );
    check(
        "JSONata",
        r#""A":{"Type":"Pass","Assign":{"x":1},"Next":"B"},
        "B":{"Type":"Pass","Assign":{"x":"{% $x + 1 %}","y":"{% $x %}"},"Output":"{% $x %}","Next":"C"},
        "C":{"Type":"Pass","Output":"{% [$states.input, $x, $y] %}","End":true}"#,
        "{}",
        "A: x=1\nB: x=2 y=1\n[1,2,1]",
    );
}

#[test]
fn an_inner_scope_is_gone_with_its_branch() {
    check(
        "JSONata",
        r#""A":{"Type":"Parallel","Branches":[
            {"StartAt":"I","States":{"I":{"Type":"Pass","Assign":{"v":1},"Next":"J"},"J":{"Type":"Pass","Output":"{% $v %}","End":true}}},
            {"StartAt":"K","States":{"K":{"Type":"Pass","Output":"{% $exists($v) %}","End":true}}}],"Next":"B"},
        "B":{"Type":"Pass","Output":"{% [$states.input, $exists($v)] %}","End":true}"#,
        "{}",
        "I: v=1\n[1,false,false]",
    );
}

#[test]
fn names_that_are_none_and_names_of_outer_scopes_are_refused() {
    refused(
        "JSONPath",
        &format!(
            r#""A":{{"Type":"Pass","Assign":{{"a-b":1,"states.$":"$","é_1.$":"$","{}":1}},"End":true}}"#,
            "x".repeat(81)
        ),
        &[
            "invalid-variable-name \"states.$\"",
            &format!("invalid-variable-name \"{}\"", "x".repeat(81)),
        ],
    );
    refused(
        "JSONata",
        r#""A":{"Type":"Pass","Assign":{"v":1},"Next":"B"},
        "B":{"Type":"Map","ItemProcessor":{"StartAt":"I","States":{"I":{"Type":"Pass","Assign":{"v":2,"w":3},"End":true}}},"End":true}"#,
        &["shadowed-variable \"v\""],
    );
}

#[test]
fn a_field_sees_the_members_of_states_that_it_has() {
    refused(
        "JSONata",
        &format!(
            r#""A":{{{TASK},"Arguments":{{"a":["{{% $states.result %}}"]}},"Output":"{{% $states.errorOutput %}}",
            "Catch":[{{"ErrorEquals":["States.ALL"],"Output":"{{% $states.result %}}","Assign":{{"e":"{{% $states.errorOutput %}}"}},"Next":"B"}}],
            "TimeoutSeconds":"{{% $states.result %}}","Next":"B"}},
            "B":{{"Type":"Pass","Output":"{{% $states.result.x %}}","Assign":{{"y":"{{% $$.x & name %}}"}},"End":true}}"#
        ),
        &[
            "unknown-states-field $states.result",
            "unknown-states-field $states.errorOutput",
            "unknown-states-field $states.result",
            "unknown-states-field $states.result",
            "unknown-states-field $states.result",
            "unsupported-reference $$",
            "unsupported-reference name",
        ],
    );
}

#[test]
fn all_variables_together_have_a_limit() {
    // 45 variables of 224 KiB are under 10 MiB.
    let grow = |prefix: &str, from: usize, to: usize, then: &str| {
        let states = (from..to).map(|at| {
            let next = if at + 1 == to { then.to_owned() } else { format!("\"Next\":\"{prefix}{}\"", at + 1) };
            format!(r#""{prefix}{at}":{{"Type":"Pass","Assign":{{"{prefix}v{at}":"{{% $pad('', 229374, 'x') %}}"}},{next}}}"#)
        });
        states.collect::<Vec<_>>().join(",")
    };
    let first = grow("s", 0, 44, "\"Next\":\"P\"");
    let branch = |to: usize| {
        let states = grow("b", 0, to, "\"End\":true");
        format!(
            r#""P":{{"Type":"Parallel","Branches":[{{"StartAt":"b0","States":{{{states}}}}}],"Output":1,"Next":"Q"}}"#
        )
    };
    let again = grow("q", 0, 1, "\"End\":true");
    let run = |in_branch: usize| {
        let start = r#""A":{"Type":"Pass","Next":"s0"},"Q":{"Type":"Pass","Next":"q0"}"#;
        let text = format!(
            r#"{{"QueryLanguage":"JSONata","StartAt":"A","States":{{{start},{first},{},{again}}}}}"#,
            branch(in_branch)
        );
        let program = support::compile(&Source::new("test", text), Format::Json);
        let identity = support::identity().identity().expect("the names are good");
        let start = support::start(Json::from(1), identity, 25_000);
        let handler = MockHandler::new("{}", vec![], Afterwards::Repeat);
        let handler = Arc::new(handler);
        support::run(
            program.expect("can be run"),
            start,
            support::host(handler),
            &mut aslkit::engine::Silent,
        )
        .outcome
    };
    // What the branch held is free again when `q0` assigns.
    assert_eq!(run(1), Outcome::Succeeded(Json::from(1)));
    let Outcome::Failed(error) = run(2) else {
        panic!("46 variables are too much");
    };
    assert_eq!(error.name(), "States.DataLimitExceeded");
}
