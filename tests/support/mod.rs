//! What tests share that run definitions or read recordings: time jumps, nothing waits.

use std::collections::BTreeMap;
use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use aslkit::data::{Json, Seed, Timestamp};
use aslkit::engine::program::FlowId;
use aslkit::engine::{Era, EventSink, Identity, Program, Start};
use aslkit::language;
use aslkit::runtime::handlers::TaskPattern;
use aslkit::runtime::{Busy, Clock, Ended, Host, IdentityOptions, Pause, TaskHandler};
use aslkit::syntax::{Diagnostic, Format, Source, read};

/// The program of a definition, or why there is none.
pub fn compile(source: &Source, format: Format) -> Result<Program, String> {
    let (tree, findings) = read(source, format);
    refuse(&findings)?;
    let (machine, findings) = language::read(&tree);
    refuse(&findings)?;
    Program::compile(&machine, &tree, source).map_err(|findings| messages(&findings))
}

fn refuse(findings: &[Diagnostic]) -> Result<(), String> {
    match findings.first() {
        Some(first) => Err(first.message.clone()),
        None => Ok(()),
    }
}

fn messages(findings: &[Diagnostic]) -> String {
    let messages: Vec<&str> = findings.iter().map(|found| &*found.message).collect();
    messages.join("; ")
}

/// The options of an execution that nothing in particular is asked of.
pub fn identity() -> IdentityOptions {
    IdentityOptions {
        machine: "machine".to_owned(),
        name: Some("execution".to_owned()),
        account: "111111111111".to_owned(),
        region: "us-east-1".to_owned(),
        express: false,
        seed: Seed(1),
    }
}

/// The beginning of an execution, on the day on which the cases' timestamps were filled in.
pub fn start(input: Json, identity: Identity, max_events: u64) -> Start {
    Start {
        flow: FlowId::default(),
        input,
        variables: BTreeMap::default(),
        identity: Arc::new(identity),
        at: Timestamp::parse("2026-11-22T14:03:38Z").expect("a timestamp"),
        seed: Seed(1),
        max_events,
        era: Era::default(),
    }
}

/// A host whose every Task one handler answers.
pub fn host(handler: Arc<dyn TaskHandler>) -> Host {
    let mut host = Host::default();
    host.handlers
        .bind(TaskPattern::Resource("*".to_owned()), handler);
    host
}

/// Runs a program to its end; time jumps.
pub fn run(program: Program, start: Start, host: Host, events: &mut dyn EventSink) -> Ended {
    let host = Arc::new(host);
    let mut clock = Jumping(start.at);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    let program = Arc::new(program);
    runtime.expect("a runtime").block_on(async {
        let stop = pin!(pending());
        aslkit::runtime::run(program, start, &host, &mut clock, events, stop).await
    })
}

/// A clock that never lets anybody wait: a task without an answer times out at once.
struct Jumping(Timestamp);

impl Clock for Jumping {
    fn now(&mut self) -> Timestamp {
        self.0
    }

    fn wait_for(&mut self, time: Timestamp, busy: Busy) -> Pause {
        if busy == Busy::Children {
            return Pause::Sleep(Duration::from_secs(1));
        }
        self.0 = self.0.max(time);
        Pause::Over
    }

    fn fork(&mut self, at: Timestamp) -> Box<dyn Clock> {
        Box::new(Self(at))
    }

    fn is_virtual(&self) -> bool {
        true
    }
}
