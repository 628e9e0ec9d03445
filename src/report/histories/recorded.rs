//! Histories recorded on AWS, from the folder that `ASL_CONFORMANCE` names.

use std::path::Path;

use serde_json::Value;

use super::*;
use crate::report::style::columns;

/// Every history recorded on AWS that the folder `ASL_CONFORMANCE` has, at several widths.
#[test]
fn recorded_histories_are_rendered() {
    let Some(folder) = std::env::var_os("ASL_CONFORMANCE") else {
        eprintln!("ASL_CONFORMANCE is not set: no recorded histories");
        return;
    };
    let mut count = 0;
    let mut folders = vec![Path::new(&folder).join("conformance/cases")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of cases") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).expect("a case");
                count += usize::from(recorded(&text, &path));
            }
        }
    }
    eprintln!("{count} recorded histories");
    assert!(count >= 400, "only {count} recorded histories");
}

/// Whether the case has a history; it is held against what the case says of its end.
fn recorded(text: &str, path: &Path) -> bool {
    let case: Value = serde_json::from_str(text).expect("JSON");
    let Some(recording) = recorded_history(text) else {
        return false;
    };
    let mut outline = Outline::new();
    for event in &recording.events {
        outline.push(event);
        let _ = (outline.first_cause(), outline.at_work(3));
    }
    let expected = &case["expected"];
    let status = match expected["status"].as_str().expect("a status") {
        "SUCCEEDED" => Status::Succeeded,
        "FAILED" => Status::Failed,
        "ABORTED" => Status::Aborted,
        "TIMED_OUT" => Status::TimedOut,
        _ => Status::Running,
    };
    assert_eq!(outline.summary().status, status, "{}", path.display());
    assert_eq!(
        outline.summary().error.as_deref(),
        expected["error"].as_str(),
        "{}",
        path.display()
    );
    for width in [40, 80, 120] {
        let mut out = String::new();
        let style = Style::new(false, width);
        render(&outline, &About::default(), &style, &mut out).expect("a string takes all");
        let widest = out.lines().map(columns).max().unwrap_or(0);
        assert!(
            widest <= width,
            "{}: {widest} > {width}\n{out}",
            path.display()
        );
    }
    true
}

/// The history of a case, if it has one.
pub(in crate::report) fn recorded_history(text: &str) -> Option<crate::history::Recording> {
    let mut case: Value = serde_json::from_str(text).expect("JSON");
    let events = case["expected"]["history"].as_array_mut()?;
    for (at, event) in events.iter_mut().enumerate() {
        restore(event, at);
    }
    let export = serde_json::json!({ "events": events }).to_string();
    Some(crate::history::read_history(&export).expect("a history"))
}

/// The recorder parsed documents, masked times and, inside of Parallel, ids.
fn restore(event: &mut Value, at: usize) {
    let event = event.as_object_mut().expect("an event");
    event.insert("timestamp".into(), serde_json::json!(1_700_000_000 + at));
    if event["id"].is_array() {
        event.insert("id".into(), (at + 1).into());
    }
    let details = event
        .iter_mut()
        .find(|(key, _)| key.ends_with("EventDetails"));
    let Some(details) = details.and_then(|(_, details)| details.as_object_mut()) else {
        return;
    };
    let write = |value: &mut Value| {
        if value.is_object() || value.is_array() {
            *value = value.to_string().into();
        }
    };
    for (key, value) in details {
        match key.as_str() {
            "input" | "output" | "cause" | "parameters" => write(value),
            "assignedVariables" => {
                let variables = value.as_object_mut().into_iter().flatten();
                variables.for_each(|(_, value)| write(value));
            }
            _ => {}
        }
    }
}
