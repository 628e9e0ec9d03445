//! Recorded executions, each replayed against its own definition.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use aslkit::data::Json;
use aslkit::engine::{Divergence, Likeness, Start, replay};
use aslkit::history::{Details, HistoryEvent, read_history};
use aslkit::runtime::IdentityOptions;
use aslkit::syntax::{Format, Source};
use serde_json::{Map, Value, json};

use super::cases::{self, Case};
use super::recordings::{folder, say};
use super::replayer;
use super::support;

/// How many recorded histories replay without a difference.
const FLOOR: usize = 406;

#[test]
fn recorded_histories_replay_against_their_definitions() {
    let Some(folder) = folder() else { return };
    let (mut tried, mut equal, mut untold) = (0, 0, 0);
    let mut report = String::new();
    let recorded = cases::executions(&folder);
    for case in recorded.iter().filter(|case| !case.history.is_empty()) {
        tried += 1;
        match replayed(case) {
            Ok(()) => equal += 1,
            Err(Why::Untold) => untold += 1,
            Err(Why::Other(why)) => {
                writeln!(report, "{}\t{why}", case.id).expect("a string takes all");
            }
        }
    }
    say(&format!(
        "replayed histories: {equal} of {tried} without a difference (floor {FLOOR})"
    ));
    say(&format!(
        "{untold} of them do not tell what came of a Map Run"
    ));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("replays.tsv");
    fs::write(&path, report).expect("the target folder can be written");
    say(&format!("each difference: {}", path.display()));
    assert!(equal >= FLOOR, "under the floor");
}

enum Why {
    /// The history does not tell what the children of a Map Run did.
    Untold,
    Other(String),
}

fn replayed(case: &Case) -> Result<(), Why> {
    let history = history(case).map_err(Why::Other)?;
    let source = Source::new(case.id.as_str(), case.definition.as_str());
    let program = support::compile(&source, Format::Json).map_err(Why::Other)?;
    let start = start(case, &history).map_err(Why::Other)?;
    match replay(&Arc::new(program), start, &history, Likeness::Foreign) {
        Ok(_) => Ok(()),
        Err(Divergence::Untold(_)) => Err(Why::Untold),
        Err(Divergence::Different(difference)) => {
            let line = |event: &Option<HistoryEvent<'_>>| {
                event
                    .as_ref()
                    .map_or("nothing".to_owned(), HistoryEvent::to_line)
            };
            let (recorded, made) = (line(&difference.recorded), line(&difference.made));
            Err(Why::Other(format!("{recorded}\t{made}")))
        }
    }
}

fn start(case: &Case, history: &[HistoryEvent<'_>]) -> Result<Start, String> {
    let mut identity = IdentityOptions {
        express: case.express,
        ..support::identity()
    };
    if let Some(machine) = case.bound("<ArnPart_0idx>") {
        machine.clone_into(&mut identity.machine);
    }
    if let Some(name) = case.bound("<ExecArnPart_0idx>") {
        identity.name = Some(name.to_owned());
    }
    let identity = identity.identity().map_err(|error| error.to_string())?;
    // As somebody has it who has the history alone, masks and all.
    let first = history.first().ok_or("an empty history")?;
    let Details::ExecutionStarted {
        input: Some(input), ..
    } = &first.details
    else {
        return Err("a history without an input".to_owned());
    };
    let input = Json::parse(&input.text()).map_err(|error| error.to_string())?;
    Ok(Start {
        at: first.timestamp,
        era: replayer::era(case),
        ..support::start(input, identity, 0)
    })
}

/// The recording as `get-execution-history` gave it: its texts were parsed, and its times and the
/// names of what was called were masked.
fn history(case: &Case) -> Result<Vec<HistoryEvent<'static>>, String> {
    let events: Vec<Value> = case.history.iter().map(unparsed).collect();
    let text = unmasked(json!({ "events": events }).to_string(), case);
    let recording = read_history(&text).map_err(|error| error.to_string())?;
    Ok(recording.events)
}

fn unmasked(mut text: String, case: &Case) -> String {
    let mut bindings: Vec<(&str, &str)> = case
        .bindings
        .iter()
        .map(|(token, value)| (token.as_str(), value.as_str()))
        .chain([("<partition>", "aws"), ("<region>", "us-east-1")])
        .collect();
    bindings.sort_by_key(|(token, _)| std::cmp::Reverse(token.len()));
    for (token, value) in bindings {
        text = text.replace(token, value);
    }
    for (quote, time) in [
        ("\"", "2026-01-01T00:00:00Z"),
        ("\\\"", "2026-01-01T00:00:00Z"),
    ] {
        text = text.replace(
            &format!("{quote}date{quote}"),
            &format!("{quote}{time}{quote}"),
        );
    }
    for number in 1..40 {
        let uuid = format!("00000000-0000-4000-8000-{number:012}");
        text = text.replace(&format!("<uuid:{number}>"), &uuid);
    }
    text
}

fn unparsed(event: &Value) -> Value {
    let mut event = event.clone();
    event["timestamp"] = json!(1_577_836_800);
    let members = event.as_object_mut().into_iter().flatten();
    let details = members.filter(|(name, _)| name.ends_with("EventDetails"));
    for (_, details) in details {
        details.as_object_mut().into_iter().for_each(texts);
    }
    event
}

fn texts(details: &mut Map<String, Value>) {
    for (name, value) in details {
        let is_structure = name.ends_with("Details") || name == "taskCredentials";
        match value {
            Value::Object(variables) if name == "assignedVariables" => texts(variables),
            Value::Object(_) | Value::Array(_) if !is_structure => {
                *value = Value::String(value.to_string());
            }
            _ => {}
        }
    }
}
