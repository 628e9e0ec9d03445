//! Redrive: an execution that ended without success goes on from the states that failed.
//!
//! When nothing handles a failure, and when an execution is aborted or times out, its threads
//! freeze where they are: what has succeeded keeps its results, and what has not begins again in
//! the state it was in, without a new Entered event (reference: new features, 12.1).

use super::execution::Execution;
use super::join::ForkId;
use super::thread::{Phase, RunRedrive, ThreadId};
use super::{Out, Outcome};
use crate::data::{EventId, Timestamp};
use crate::history::{Details, HistoryEventType};

impl Execution {
    /// Why the execution cannot be redriven, in the service's words as far as they are recorded.
    #[must_use]
    pub fn not_redrivable(&self) -> Option<&'static str> {
        match self.outcome {
            None => Some("Execution is RUNNING and cannot be redriven"),
            Some(Outcome::Succeeded(_)) => Some("Execution is SUCCEEDED and cannot be redriven"),
            Some(_) if self.core.identity.express => {
                Some("Execution is of type EXPRESS and cannot be redriven")
            }
            Some(_) if !self.recorder.has_room() => Some("Execution history event limit exceeded"),
            Some(_) => None,
        }
    }

    /// How often it was redriven.
    pub(super) fn redrives(&self) -> u32 {
        self.core.redrives
    }

    /// Goes on after the end. An execution that cannot be redriven stays as it is.
    pub(super) fn redrive(&mut self, at: Timestamp, out: &mut Out<'_>) {
        if self.not_redrivable().is_some() {
            return;
        }
        self.recorder.advance(at);
        let now = self.recorder.now();
        self.outcome = None;
        self.core.redrives += 1;
        self.core.redriven = Some(now);
        let details = Details::Redriven {
            map_run_arn: None,
            redrive_count: u64::from(self.core.redrives),
        };
        // Like the other events about the execution as a whole it follows none.
        let kind = HistoryEventType::ExecutionRedriven;
        self.recorder.event(out.sink, EventId::NONE, kind, details);
        self.set_execution_timeout(now);
        self.revive_all(out);
    }

    fn revive_all(&mut self, out: &mut Out<'_>) {
        self.ready.clear();
        let (mut pending, mut forked) = (vec![self.root], Vec::new());
        while let Some(id) = pending.pop() {
            let Some(fork) = self.revive(id) else {
                continue;
            };
            forked.push(id);
            let children = self.forks.children(fork);
            pending.extend(children.into_iter().rev().map(|(_, child)| child));
        }
        for id in forked {
            if self.outcome.is_none() {
                self.refill(id, out);
            }
        }
    }

    /// Lets a thread begin its state again; a thread that waits for others tells for which.
    fn revive(&mut self, id: ThreadId) -> Option<ForkId> {
        let thread = self.threads.get_mut(id)?;
        // Retries count from the beginning again (12.1, unconfirmed).
        thread.retries.clear();
        thread.attempt = 0;
        match thread.phase {
            Phase::Forked(fork) => return Some(fork),
            Phase::Enter | Phase::Joined(_) => {}
            // The Map Run goes on: it knows which children succeeded (12.1).
            Phase::MapRun(run) => {
                thread.map_run = run;
                thread.run_redrive = RunRedrive::Due;
                thread.phase = Phase::Attempt;
            }
            Phase::Attempt | Phase::Ran(Err(_)) if thread.run_redrive != RunRedrive::No => {
                thread.run_redrive = RunRedrive::Due;
                thread.phase = Phase::Attempt;
            }
            Phase::Attempt
            | Phase::Task(_)
            | Phase::Answered(_)
            | Phase::Waiting
            | Phase::Waited
            | Phase::Ran(_)
            | Phase::Left { .. }
            | Phase::Backoff => thread.phase = Phase::Attempt,
        }
        self.ready.push_back(id);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use crate::data::{Json, Seed, Timestamp};
    use crate::engine::program::FlowId;
    use crate::engine::{Era, Execution, Identity, Out, Program, Progress, Silent, Start};
    use crate::language;
    use crate::syntax::{Format, Source, read};

    fn execution(definition: &str) -> Execution {
        let source = Source::new("test", definition);
        let (tree, _) = read(&source, Format::Json);
        let (machine, _) = language::read(&tree);
        let program = Program::compile(&machine, &tree, &source).expect("can be executed");
        let name: Arc<str> = "e".into();
        let identity = Identity {
            execution_arn: name.clone(),
            name: name.clone(),
            state_machine_arn: name.clone(),
            state_machine_name: name.clone(),
            role_arn: name.clone(),
            region: name,
            express: false,
        };
        let start = Start {
            flow: FlowId::default(),
            input: Json::empty_object(),
            variables: BTreeMap::new(),
            identity: Arc::new(identity),
            at: Timestamp(0),
            seed: Seed(0),
            max_events: 0,
            era: Era::default(),
        };
        Execution::new(Arc::new(program), start)
    }

    #[test]
    fn failures_that_are_handled_leave_nothing_behind() {
        let definition = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel",
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "P"}], "Next": "P", "Branches": [
                {"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 1, "End": true}}},
                {"StartAt": "M", "States": {"M": {"Type": "Parallel", "End": true, "Branches": [
                    {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "E"}}}]}}}]}}}"#;
        let mut execution = execution(definition);
        let mut effects = Vec::new();
        let mut out = Out {
            sink: &mut Silent,
            effects: &mut effects,
        };
        assert_eq!(execution.run(50_000, &mut out), Progress::OutOfFuel);
        let (threads, forks) = (execution.threads.len(), execution.forks.len());
        assert!(
            threads <= 4 && forks <= 2,
            "{threads} threads, {forks} forks"
        );
    }
}
