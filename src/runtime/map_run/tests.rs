//! Map Runs as whoever waits for them sees them.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::data::{Json, Seed, Timestamp, limits};
use crate::engine::program::FlowId;
use crate::engine::{Era, EventSink, Identity, Outcome, Program, Silent, Start};
use crate::history::HistoryEvent;
use crate::language;
use crate::runtime::{Host, IdentityOptions, VirtualClock, run};
use crate::syntax::{Format, Source, read};

const FAN: &str = r#"{"StartAt":"Fan","States":{"Fan":{"Type":"Map","End":true,
    "ToleratedFailureCount":1,"ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED",
    "ExecutionType":"STANDARD"},"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}}}}"#;

/// Breaks with the first event.
struct Breaks;

impl EventSink for Breaks {
    fn event(&mut self, _: &HistoryEvent<'_>) {
        panic!("no ears");
    }
}

fn start() -> Start {
    let identity = IdentityOptions {
        machine: "m".to_owned(),
        name: Some("e".to_owned()),
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        express: false,
        seed: Seed(1),
    };
    Start {
        flow: FlowId::default(),
        input: Json::parse("[1,2,3]").expect("a document"),
        variables: std::collections::BTreeMap::new(),
        identity: Arc::new(identity.identity().expect("valid names")),
        at: Timestamp(0),
        seed: Seed(1),
        max_events: limits::MAX_EVENTS,
        era: Era::default(),
    }
}

/// What a run of three children comes to whose events are heard like this.
async fn outcome(
    listener: impl Fn(&Identity) -> Box<dyn EventSink> + Send + Sync + 'static,
) -> Outcome {
    let source = Source::new("test", FAN);
    let (tree, _) = read(&source, Format::Json);
    let (machine, _) = language::read(&tree);
    let program = Program::compile(&machine, &tree, &source).expect("can be executed");
    let host = Host::default();
    host.hear_children(listener);
    let (mut clock, stop) = (VirtualClock::new(Some(Timestamp(0))), pin!(pending()));
    let (program, host) = (Arc::new(program), Arc::new(host));
    run(program, start(), &host, &mut clock, &mut Silent, stop)
        .await
        .outcome
}

#[tokio::test]
async fn a_child_that_breaks_as_it_begins_has_failed_and_the_others_go_on() {
    let is_first = AtomicBool::new(true);
    let outcome = outcome(move |_| {
        if is_first.swap(false, Ordering::Relaxed) {
            Box::new(Breaks)
        } else {
            Box::new(Silent)
        }
    });
    match outcome.await {
        Outcome::Succeeded(output) => {
            let results = output.as_array().expect("an array");
            let cause = results[0].get("Cause").and_then(Json::as_str);
            assert_eq!(cause, Some("The execution cannot go on: no ears"));
            assert_eq!(results[1..], [Json::from(2_i64), Json::from(3_i64)]);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_map_run_fails_that_cannot_begin_a_child() {
    match outcome(|_| panic!("no hands")).await {
        Outcome::Failed(error) => {
            assert_eq!(error.error.as_deref(), Some("States.Runtime"));
            let cause = error.cause.expect("a cause");
            assert!(cause.ends_with("cannot go on: no hands"), "{cause}");
        }
        other => panic!("{other:?}"),
    }
}
