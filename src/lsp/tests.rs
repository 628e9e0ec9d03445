//! Whole conversations over a connection in memory.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_server::{Connection, Message, Notification, Request, Response};
use serde_json::{Value, json};

use super::client::Client;
use super::document::tests::open as open_document;
use super::edits::tests::applied;
use super::{Ended, Options, completion, names, rename, serve};
use crate::lint;

const DEFINITION: &str = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Gone"}}}"#;
const URI: &str = "file:///a.asl.json";

/// Sends everything at once, then looks at all that was answered and told.
fn talk(messages: Vec<Message>) -> (Ended, Vec<Value>) {
    let (ours, theirs) = Connection::memory();
    for message in messages {
        theirs.sender.send(message).expect("the server listens");
    }
    let Connection { sender, receiver } = theirs;
    drop(sender);
    let options = Options {
        lint: &|_| lint::Options::default(),
    };
    let ended = serve(ours, &options);
    let said = receiver.into_iter();
    let said = said.map(|message| serde_json::to_value(message).expect("it is JSON"));
    (ended, said.collect())
}

fn ask(id: i32, method: &str, params: Value) -> Message {
    Request::new(id.into(), method.to_owned(), params).into()
}

fn tell(method: &str, params: Value) -> Message {
    Notification::new(method.to_owned(), params).into()
}

fn initialize() -> Message {
    ask(0, "initialize", json!({"capabilities": {}}))
}

fn open(text: &str) -> Message {
    let item = json!({"uri": URI, "languageId": "asl", "version": 1, "text": text});
    tell("textDocument/didOpen", json!({"textDocument": item}))
}

fn codes(said: &[Value]) -> Vec<(i64, Option<i64>)> {
    let answers = said.iter().filter(|message| message.get("id").is_some());
    let code = |answer: &Value| {
        let id = answer["id"].as_i64().expect("we ask with numbers");
        (id, answer["error"]["code"].as_i64())
    };
    answers.map(code).collect()
}

#[test]
fn a_conversation_has_an_order() {
    let hover = |id| {
        let place = json!({"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}});
        ask(id, "textDocument/hover", place)
    };
    let (ended, said) = talk(vec![
        hover(1),
        tell("initialized", json!({})),
        initialize(),
        initialize(),
        open(DEFINITION),
        ask(2, "workspace/unheardOf", json!(null)),
        hover(3),
        ask(4, "textDocument/hover", json!({"position": 1})),
        ask(5, "shutdown", json!(null)),
        hover(6),
        tell("exit", json!(null)),
        hover(7),
    ]);
    assert_eq!(ended, Ended::InOrder);
    assert_eq!(
        codes(&said),
        [
            (1, Some(-32002)),
            (0, None),
            (0, Some(-32600)),
            (2, Some(-32601)),
            (3, None),
            (4, Some(-32602)),
            (5, None),
            (6, Some(-32600)),
        ]
    );
}

#[test]
fn who_leaves_without_a_word_left_abruptly() {
    assert_eq!(talk(vec![]).0, Ended::Abruptly);
    assert_eq!(
        talk(vec![initialize(), tell("exit", json!(null))]).0,
        Ended::Abruptly
    );
    let shutdown = ask(1, "shutdown", json!(null));
    assert_eq!(talk(vec![initialize(), shutdown]).0, Ended::InOrder);
}

#[test]
fn a_document_that_is_not_open_is_an_error_and_a_stranger_is_passed_over() {
    let change =
        json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": [{"text": ""}]});
    let methods = [
        "textDocument/codeAction",
        "textDocument/completion",
        "textDocument/definition",
        "textDocument/documentHighlight",
        "textDocument/documentSymbol",
        "textDocument/hover",
        "textDocument/prepareRename",
        "textDocument/references",
        "textDocument/rename",
    ];
    let everything = json!({
        "textDocument": {"uri": URI},
        "position": {"line": 4_294_967_295_u32, "character": 4_294_967_295_u32},
        "range": {"start": {"line": 9, "character": 9}, "end": {"line": 0, "character": 0}},
        "context": {"diagnostics": [], "includeDeclaration": true, "triggerKind": 1},
        "newName": "B",
    });
    let number = |at: usize| i32::try_from(at).expect("they are few");
    let asked = || {
        let numbered = methods.iter().enumerate();
        numbered.map(|(at, method)| ask(number(at) + 1, method, everything.clone()))
    };
    let mut messages = vec![initialize(), tell("textDocument/didChange", change)];
    messages.push(tell(
        "textDocument/didClose",
        json!({"textDocument": {"uri": URI}}),
    ));
    messages.push(tell("textDocument/didOpen", json!([])));
    messages.push(tell("$/unheardOf", json!(1)));
    messages.push(Response::new_ok(77.into(), json!(null)).into());
    messages.extend(asked());
    let (_, said) = talk(messages);
    let refused: Vec<_> = codes(&said).into_iter().skip(1).collect();
    let expected: Vec<_> = (1..=9).map(|id| (id, Some(-32602))).collect();
    assert_eq!(refused, expected);
    assert!(
        said[1]["error"]["message"]
            .as_str()
            .is_some_and(|m| m.contains("is not open"))
    );

    // Open, the same questions about a place outside of the text have answers.
    let mut messages = vec![initialize(), open(DEFINITION)];
    messages.extend(asked());
    let (_, said) = talk(messages);
    let refused: Vec<_> = codes(&said)
        .into_iter()
        .filter(|(_, code)| code.is_some())
        .collect();
    assert_eq!(
        refused,
        [(9, Some(-32803))],
        "there is nothing to rename at the end"
    );
}

#[test]
fn of_many_changes_only_the_newest_is_judged() {
    let (ours, theirs) = Connection::memory();
    let mut messages = vec![initialize(), open("{")];
    for version in 2..=50 {
        let changes = json!([{"text": if version == 50 { DEFINITION } else { "{" }}]);
        let document = json!({"uri": URI, "version": version});
        let params = json!({"textDocument": document, "contentChanges": changes});
        messages.push(tell("textDocument/didChange", params));
    }
    for message in messages {
        theirs.sender.send(message).expect("the server listens");
    }
    let server = std::thread::spawn(|| {
        let options = Options {
            lint: &|_| lint::Options::default(),
        };
        serve(ours, &options)
    });
    let mut published = Vec::new();
    while published.is_empty() {
        let message = theirs.receiver.recv().expect("the server answers");
        if let Message::Notification(told) = message {
            published.push(told.params);
        }
    }
    let close = json!({"textDocument": {"uri": URI}});
    for message in [
        tell("textDocument/didClose", close),
        ask(1, "shutdown", json!(null)),
        tell("exit", json!(null)),
    ] {
        theirs.sender.send(message).expect("the server listens");
    }
    let ended = server.join().expect("the server does not panic");
    assert_eq!(ended, Ended::InOrder);
    for message in theirs.receiver {
        if let Message::Notification(told) = message {
            published.push(told.params);
        }
    }
    assert_eq!(published.len(), 2, "{published:?}");
    assert_eq!(published[0]["version"], 50);
    assert_eq!(published[0]["diagnostics"][0]["code"], "unknown-target");
    assert_eq!(published[1]["diagnostics"], json!([]), "closing clears");
}

#[test]
fn a_request_that_is_cancelled_in_time_is_not_worked_on() {
    let symbols = json!({"textDocument": {"uri": URI}});
    let (_, said) = talk(vec![
        initialize(),
        open(DEFINITION),
        ask(1, "textDocument/documentSymbol", symbols.clone()),
        ask(2, "textDocument/documentSymbol", symbols),
        tell("$/cancelRequest", json!({"id": 1})),
        tell("$/cancelRequest", json!({"id": "never asked"})),
        tell("$/cancelRequest", json!({})),
    ]);
    let mut codes = codes(&said);
    codes.sort_unstable();
    assert_eq!(codes, [(0, None), (1, Some(-32800)), (2, None)]);
}

#[test]
fn client_and_server_agree_on_the_unit_of_columns() {
    let offer = |encodings: Value| {
        let general = json!({"general": {"positionEncodings": encodings}});
        let (_, said) = talk(vec![ask(0, "initialize", json!({"capabilities": general}))]);
        said[0]["result"]["capabilities"]["positionEncoding"].clone()
    };
    assert_eq!(offer(json!(["utf-32", "utf-16", "utf-8"])), "utf-8");
    assert_eq!(offer(json!(["utf-16"])), "utf-16");
    assert_eq!(offer(Value::Null), "utf-16");
}

/// Every definition among the fixtures, by its name.
fn fixtures() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/definitions");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let read = |path: std::path::PathBuf| {
        let name = path
            .file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a definition is text");
        (name.replace(".json", ".asl.json"), text)
    };
    paths.map(read).collect()
}

fn is_clean_text(name: &str, text: &str) -> bool {
    let document = open_document(name, text);
    document.findings(|_| lint::Options::default()).is_empty()
}

#[test]
fn a_state_that_is_renamed_and_renamed_back_is_as_it_was() {
    const NEW: &str = "a \"new\" one";
    let client = Client::default();
    let mut count = 0;
    for (name, text) in fixtures() {
        let document = open_document(&name, &text);
        let is_clean = is_clean_text(&name, &text);
        let machine = &document.reading().machine;
        for state in machine.states() {
            // Of states with one name in one scope there is no telling which is meant.
            let twins = machine.states().filter(|other| other.name == state.name);
            if twins.count() > 1 {
                continue;
            }
            let at = state.name_span.start as usize + 1;
            let edit = rename::rename(&document, at, NEW, client);
            let renamed = applied(&text, &edit.expect("the name is free"));
            assert!(!is_clean || is_clean_text(&name, &renamed), "{renamed}");
            let back = open_document(&name, &renamed);
            let mut states = back.reading().machine.states();
            let new = states
                .find(|state| &*state.name == NEW)
                .expect("it was renamed");
            let at = new.name_span.start as usize + 1;
            let Ok(edit) = rename::rename(&back, at, &state.name, client) else {
                assert!(!is_clean, "{name}: {}", state.name);
                continue;
            };
            // Escapes may be written in more than one way.
            let again = applied(&renamed, &edit);
            let names = |text: &str| names_in(&name, text);
            assert_eq!(names(&again), names(&text), "{name}: {}", state.name);
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
}

/// The names of states, and where each transition leads.
fn names_in(name: &str, text: &str) -> Vec<String> {
    let document = open_document(name, text);
    let states = document.reading().machine.states();
    let words = states.flat_map(|state| {
        let targets = state
            .targets()
            .into_iter()
            .map(|target| target.name.to_string());
        std::iter::once(state.name.to_string())
            .chain(targets)
            .collect::<Vec<_>>()
    });
    words.collect()
}

#[test]
fn every_transition_is_offered_where_it_is_written_and_leads_to_its_state() {
    let client = Client::default();
    for (name, text) in fixtures() {
        let document = open_document(&name, &text);
        for flow in document.reading().machine.flows() {
            let targets = flow.states.iter().flat_map(crate::language::State::targets);
            for target in targets.chain(&flow.start_at) {
                let at = target.span.start as usize + 1;
                let offers = completion::complete(&document, at, client);
                let is_there = flow.state(&target.name).is_some();
                let offered = offers.iter().any(|offer| offer.label == *target.name);
                assert_eq!(offered, is_there, "{name}: {}", target.name);
                let found = names::definition(&document, at, client);
                assert!(found.len() == 1 || !is_there, "{name}: {}", target.name);
            }
        }
    }
}

#[test]
fn what_is_saved_may_change_how_everything_is_judged() {
    let is_lenient = AtomicBool::new(false);
    let lint = |path: Option<&Path>| {
        assert_eq!(path, Some(Path::new("/a.asl.json")));
        let mut options = lint::Options::default();
        if is_lenient.swap(true, Ordering::Relaxed) {
            options.levels.set("unknown-target", None);
        }
        options
    };
    let (ours, theirs) = Connection::memory();
    let published = || loop {
        let message = theirs.receiver.recv().expect("the server answers");
        if let Message::Notification(told) = message {
            return told.params["diagnostics"].as_array().map(Vec::len);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| serve(ours, &Options { lint: &lint }));
        for message in [initialize(), open(DEFINITION)] {
            theirs.sender.send(message).expect("the server listens");
        }
        assert_eq!(published(), Some(1));
        let saved = json!({"textDocument": {"uri": URI}});
        let message = tell("textDocument/didSave", saved);
        theirs.sender.send(message).expect("the server listens");
        assert_eq!(published(), Some(0));
        let exit = tell("exit", json!(null));
        theirs.sender.send(exit).expect("the server listens");
    });
}
