//! Running cases: in virtual time, from a fixed seed and start, as many at once as there are cores.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::machines::Machine;
use crate::data::{Json, Seed, StatesError, Timestamp, limits};
use crate::engine::program::FlowId;
use crate::engine::{Era, Start};
use crate::history::ExecutionType;
use crate::runtime::{
    Answers, Host, IdentityOptions, Invocation, Masked, Stop, TaskHandler, VirtualClock, Work,
};
use crate::suite::{Expect, Failed, Hits, Mismatch, Names, Observer, Ran, Verdict, judge};

/// What every execution's names and random numbers are derived from.
const SEED: Seed = Seed(1);

/// An Express execution has no bound of its own, and one that loops would never end.
const MAX_EXPRESS_EVENTS: u64 = 1_000_000;

/// A case with all that it needs.
pub(super) struct Ready {
    pub(super) input: Json,
    pub(super) host: Arc<Host>,
    pub(super) missing: Arc<Missing>,
    pub(super) execution_type: ExecutionType,
    pub(super) start: Timestamp,
}

/// Stands for the Tasks that nobody answers for, and notes which were called.
#[derive(Debug, Default)]
pub(super) struct Missing(Mutex<BTreeMap<Arc<str>, usize>>);

impl Missing {
    /// The states that called, and how often.
    fn called(&self) -> BTreeMap<Arc<str>, usize> {
        let called = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        called.clone()
    }
}

impl TaskHandler for Missing {
    fn invoke(&self, invocation: Invocation, _: Answers) -> Work {
        let state = &invocation.request.name;
        let mut called = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *called.entry(Arc::clone(state)).or_default() += 1;
        let cause = format!("There is no mock for the Task '{state}'.");
        Work::Done(Err(StatesError::runtime(cause)))
    }

    fn describe(&self) -> String {
        "no mock".to_owned()
    }
}

/// Tells whoever runs cases that somebody wants it to end.
#[derive(Clone)]
pub(super) struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Listens for Ctrl-C from now on.
    pub(super) fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        let listen = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            // Without a listener the signal ends the program by itself.
            if let Ok(runtime) = runtime
                && runtime.block_on(tokio::signal::ctrl_c()).is_ok()
            {
                sender.send_replace(true);
                // A second one shall find nobody who would keep it from ending the program.
                if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
                    std::process::exit(130);
                }
            }
        };
        // It ends with the program.
        let _ = std::thread::Builder::new().spawn(listen);
        Self(receiver)
    }

    pub(super) fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    pub(super) async fn stop(&self) -> Stop {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|is_set| *is_set).await.is_err() {
            // Nobody listens any more.
            std::future::pending::<()>().await;
        }
        Stop::Interrupted
    }
}

/// What a thread runs cases on.
pub(super) fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

/// Runs a case to its end; nothing when somebody interrupted it.
pub(super) fn run(
    runtime: &Runtime,
    machine: &Machine,
    ready: &Ready,
    interrupt: &Interrupt,
) -> Option<Ran> {
    let is_express = ready.execution_type == ExecutionType::Express;
    let options = IdentityOptions {
        machine: machine.name.clone(),
        name: None,
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        express: is_express,
        seed: SEED,
    };
    let identity = options.identity();
    let start = Start {
        flow: FlowId::default(),
        input: ready.input.clone(),
        variables: BTreeMap::new(),
        identity: Arc::new(identity.expect("the machine's name was made safe")),
        at: ready.start,
        seed: SEED,
        max_events: match ready.execution_type {
            ExecutionType::Standard => limits::MAX_EVENTS,
            ExecutionType::Express => MAX_EXPRESS_EVENTS,
        },
        era: Era::default(),
    };
    let mut clock = VirtualClock::new(Some(ready.start));
    let mut observer = Observer::new(&machine.names);
    let program = Arc::clone(&machine.program);
    let ended = runtime.block_on(async {
        let mut stop = pin!(interrupt.stop());
        let (host, clock) = (&ready.host, &mut clock);
        // What a case expects and what is told of it has `***` where a secret is.
        let mut sink = Masked {
            sink: &mut observer,
            masking: host.handlers.masking(),
        };
        let run = crate::runtime::run(program, start, host, clock, &mut sink, stop.as_mut());
        let ended = run.await;
        host.finish(stop).await;
        ended
    });
    let ran = Ran {
        observed: observer.finish(),
        outcome: ready.host.handlers.masking().outcome(ended.outcome),
    };
    ended.stopped.is_none().then_some(ran)
}

/// Holds a run against what its case expects; what it went through is told apart.
pub(super) fn verdict(
    expect: &Expect,
    names: &Names,
    ready: &Ready,
    mut ran: Ran,
) -> (Verdict, Hits) {
    let hits = std::mem::take(&mut ran.observed.hits);
    let called = ready.missing.called();
    let unmocked = called.into_iter();
    let mut mismatches: Vec<Mismatch> = unmocked
        .map(|(state, calls)| Mismatch::Unmocked { state, calls })
        .collect();
    // What else is not as expected follows from that.
    if mismatches.is_empty() {
        mismatches = judge(expect, names, &ran.observed, &ran.outcome);
    }
    if mismatches.is_empty() {
        return (Verdict::Passed, hits);
    }
    let failed = Failed { mismatches, ran };
    (Verdict::Failed(Box::new(failed)), hits)
}
