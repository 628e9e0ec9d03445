//! Executions recorded on AWS: every visit ended, and came by a way that the definition has.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::super::Tracer;
use super::super::tally::Tally;
use crate::graph::Graph;
use crate::graph::testing::machine;
use crate::history::{Details, Recording};
use crate::report::histories::recorded_history;

/// What must hold of every history whose definition is known.
fn check_recorded(definition: &str, recording: &Recording) -> (u64, u64) {
    let machine = machine(definition);
    let graph = Graph::new(&machine);
    let mut tracer = Tracer::new(&graph);
    let mut entered: BTreeMap<&str, u64> = BTreeMap::new();
    for event in &recording.events {
        tracer.event(event);
        if let Details::StateEntered { name, .. } = &event.details {
            *entered.entry(name).or_default() += 1;
        }
    }
    let trace = tracer.finish();
    assert_eq!(trace.strangers().len(), 0);
    let (mut visits, mut ways) = (0, 0);
    for scope in graph.scopes() {
        for (vertex, state) in scope.states() {
            let tally = trace.state(vertex);
            let visited = tally.map_or(0, |tally| tally.visits);
            assert_eq!(
                visited,
                entered.get(&*state.name).copied().unwrap_or_default()
            );
            assert_eq!(tally.map_or(0, Tally::ended), visited, "{}", state.name);
            visits += visited;
            // Several rules that lead to one state count as one way.
            let mut into: BTreeMap<_, u64> = BTreeMap::new();
            for edge in scope.edges().filter(|edge| edge.to == vertex) {
                let count = into.entry((edge.from, edge.kind.is_catch())).or_default();
                *count = (*count).max(trace.edge(edge));
            }
            let come = into.values().sum::<u64>();
            assert!(come <= visited, "{}: {come} of {visited}", state.name);
            ways += come;
        }
    }
    (visits, ways)
}

/// Every execution recorded on AWS that the folder `ASL_CONFORMANCE` has, with its definition.
#[test]
fn recorded_executions_are_followed_on_every_way() {
    let Some(folder) = std::env::var_os("ASL_CONFORMANCE") else {
        eprintln!("ASL_CONFORMANCE is not set: no recorded histories");
        return;
    };
    let mut folders = vec![Path::new(&folder).join("conformance/cases")];
    let (mut count, mut visits, mut ways, mut lost) = (0, 0, 0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of cases") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a case");
            let case: Value = serde_json::from_str(&text).expect("JSON");
            // The recorder sorted what happened inside of Parallel.
            let sorted = case["expected"]["history_parallel_normalised"].as_bool() == Some(true)
                || case["history_parallel_normalised"].as_bool() == Some(true);
            let Some(recording) = recorded_history(&text) else {
                continue;
            };
            if sorted {
                continue;
            }
            let found = check_recorded(&case["definition"].to_string(), &recording);
            (count, visits, ways) = (count + 1, visits + found.0, ways + found.1);
            if found.0 != found.1 {
                lost.push(path);
            }
        }
    }
    eprintln!("{count} recorded executions: {visits} visits by {ways} ways, {lost:?}");
    assert!(count >= 400, "only {count} recorded histories");
    assert!(lost.is_empty(), "{lost:?}");
}
