//! Failures: who retries, who catches, and what becomes of the rest.

use std::sync::Arc;

use super::execution::{Execution, Turn};
use super::io;
use super::program::{Next, Retrier, State};
use super::recorder::Recorder;
use super::scope::View;
use super::thread::{Phase, Thread, ThreadId};
use super::{Note, Out};
use crate::data::{EventId, Json, Nature, StatesError, Timestamp};
use crate::history::{Details, HistoryEventType};
use crate::language::StateKind;
use crate::query::jsonata::EvaluationFailure;

/// Why a state cannot go on.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    error: StatesError,
    /// The field of a JSONata expression that failed.
    location: Option<String>,
    /// Whether it comes from a branch or an iteration: what it says of itself is said already.
    from_child: bool,
}

impl Failure {
    /// A branch or an iteration failed.
    pub(super) fn joined(error: StatesError) -> Self {
        Self {
            from_child: true,
            ..Self::from(error)
        }
    }

    /// The error with which a Map Run fails whose children's inputs could not be made.
    pub(super) fn into_error(mut self, state: &str, entered: EventId) -> StatesError {
        if matches!(self.error.nature, Nature::Runtime | Nature::Evaluation) {
            self.error.explain(state, entered);
        }
        self.error
    }

    /// A document of the state itself over the size limit: nothing catches it (05 §5.4).
    pub(super) fn data_limit(state: &str) -> Self {
        let nature = Nature::DataLimit;
        StatesError {
            nature,
            ..StatesError::data_limit(state)
        }
        .into()
    }
}

impl From<StatesError> for Failure {
    fn from(error: StatesError) -> Self {
        Self {
            error,
            location: None,
            from_child: false,
        }
    }
}

impl From<EvaluationFailure> for Failure {
    fn from(failure: EvaluationFailure) -> Self {
        let location = failure.location.clone();
        Self {
            location,
            ..Self::from(StatesError::from(failure))
        }
    }
}

impl StatesError {
    /// Adds which state failed to what the interpreter itself raised.
    fn explain(&mut self, state: &str, entered: EventId) {
        let cause = self.cause.as_deref().unwrap_or_default();
        let cause = format!(
            "An error occurred while executing the state '{state}' (entered at the event id \
             #{entered}). {cause}"
        );
        self.cause = Some(cause.into());
    }
}

/// Whether a retrier or catcher with these names takes the error. Replayed against the recorded
/// attempts, this predicts all of them (05 §5.4).
fn matches(names: &[Arc<str>], error: &StatesError) -> bool {
    let name = error.name();
    if name == "States.Runtime" || error.nature == Nature::DataLimit {
        return false;
    }
    names.iter().any(|wanted| match &**wanted {
        "States.ALL" => true,
        "States.TaskFailed" => name != "States.Timeout",
        "States.HeartbeatTimeout" if error.nature == Nature::Heartbeat => true,
        wanted => error.error.is_some() && wanted == name,
    })
}

impl Execution {
    /// Handles a failure of the state: retry, else catch, else give it up to whoever is around.
    pub(super) fn fail(
        &mut self,
        state: &State,
        id: ThreadId,
        thread: &mut Thread,
        failure: Failure,
        out: &mut Out<'_>,
    ) -> Turn {
        let failure = self.explained(state, thread, failure, out);
        // Branches and iterations that failed with it: nobody needs them once it is handled.
        let wreck = thread.fork();
        if let Some((index, retrier)) = self.retrier(state, thread, &failure.error) {
            let until = self.retry(state, id, thread, index, &retrier, out);
            if let Some(alone) = &self.core.alone {
                alone.retries_at(self.recorder.now(), until);
                return Turn::Failed(failure.error);
            }
            self.discard(wreck);
            return Turn::Parked;
        }
        self.record_container_failure(state, thread, &failure, out);
        match state
            .catch
            .iter()
            .position(|c| matches(&c.error_equals, &failure.error))
        {
            None => Turn::Failed(failure.error),
            Some(index) => {
                Recorder::note(
                    out.sink,
                    Note::Caught {
                        state: &state.name,
                        catcher: index,
                    },
                );
                match self.caught(state, thread, index, &failure.error, out) {
                    Ok(turn) => {
                        if let Some(alone) = &self.core.alone {
                            alone.caught(index, &failure.error);
                        }
                        self.discard(wreck);
                        turn
                    }
                    // What fails inside a catcher is not caught by the ones after it.
                    Err(failure) => Turn::Failed(self.explained(state, thread, failure, out).error),
                }
            }
        }
    }

    /// Adds which state failed to what the interpreter itself raised, once, and records a failed
    /// evaluation.
    fn explained(
        &mut self,
        state: &State,
        thread: &mut Thread,
        mut failure: Failure,
        out: &mut Out<'_>,
    ) -> Failure {
        let own = matches!(failure.error.nature, Nature::Runtime | Nature::Evaluation);
        if failure.from_child || !own {
            return failure;
        }
        // A state that is tested was not entered in any history (11 §11.3, recorded).
        if self.core.alone.is_none() {
            failure.error.explain(&state.name, thread.entered);
        }
        if failure.error.nature == Nature::Evaluation {
            let details = Details::Evaluation {
                error: failure.error.error.as_deref().map(Into::into),
                cause: failure.error.cause.as_deref().map(Into::into),
                location: failure.location.as_deref().map(Into::into),
                state: (&*state.name).into(),
            };
            // Recorded: Pass, Task and Map point before their Entered event when their work has
            // not begun, Wait at it (02 §2.6).
            let begun = thread.previous != thread.entered || state.kind() == StateKind::Wait;
            let previous = if begun {
                thread.previous
            } else {
                thread.before_entered
            };
            let kind = HistoryEventType::EvaluationFailed;
            thread.previous = self.recorder.event(out.sink, previous, kind, details);
        }
        failure
    }

    fn retrier(
        &self,
        state: &State,
        thread: &mut Thread,
        error: &StatesError,
    ) -> Option<(usize, Retrier)> {
        let index = state
            .retry
            .iter()
            .position(|r| matches(&r.error_equals, error))?;
        let alone = self.core.alone.as_ref();
        thread
            .retries
            .resize(state.retry.len(), alone.map_or(0, |alone| alone.retries()));
        if let Some(alone) = alone {
            alone.matched(index);
        }
        let retrier = &state.retry[index];
        (i64::from(thread.retries[index]) < retrier.max_attempts).then(|| (index, retrier.clone()))
    }

    /// Parks the thread until the state is tried again; returns when that is.
    fn retry(
        &mut self,
        state: &State,
        id: ThreadId,
        thread: &mut Thread,
        index: usize,
        retrier: &Retrier,
        out: &mut Out<'_>,
    ) -> Timestamp {
        let delay = retrier.delay_seconds(thread.retries[index]);
        thread.retries[index] += 1;
        thread.attempt += 1;
        let delay = if retrier.jitter {
            delay * self.core.seed.at(thread.previous).unit()
        } else {
            delay
        };
        #[expect(
            clippy::cast_possible_truncation,
            reason = "saturates, and is bounded by years"
        )]
        let until = self.recorder.now().plus_millis((delay * 1000.0) as i64);
        Recorder::note(
            out.sink,
            Note::Retry {
                state: &state.name,
                retrier: index,
                number: thread.retries[index],
                most: retrier.max_attempts,
                until,
            },
        );
        thread.phase = Phase::Backoff;
        self.wake_at(until, id, thread);
        until
    }

    /// `MapStateFailed`, `ParallelStateFailed`: when the branches ran, or when the state's own
    /// JSONata failed; a `States.Runtime` error before that leaves none (07 §7.8).
    fn record_container_failure(
        &mut self,
        state: &State,
        thread: &mut Thread,
        failure: &Failure,
        out: &mut Out<'_>,
    ) {
        let kind = match state.kind() {
            StateKind::Map => HistoryEventType::MapStateFailed,
            StateKind::Parallel => HistoryEventType::ParallelStateFailed,
            _ => return,
        };
        if failure.from_child || failure.error.nature == Nature::Evaluation {
            thread.previous = self
                .recorder
                .event(out.sink, thread.previous, kind, Details::None);
        }
    }

    /// Leaves the state by a catcher: none of the state's own fields apply (05 §5.2).
    fn caught(
        &mut self,
        state: &State,
        thread: &mut Thread,
        index: usize,
        error: &StatesError,
        out: &mut Out<'_>,
    ) -> Result<Turn, Failure> {
        let catcher = &state.catch[index];
        let error_output = error_output(error);
        let view = View {
            core: &self.core,
            state,
            thread,
            input: &thread.raw,
            result: None,
            error_output: Some(&error_output),
            item: None,
            now: self.recorder.now(),
        };
        let mut random = self.core.seed.at(self.recorder.last());
        let (output, assigned) = io::catch(catcher, index, &view, &error_output, &mut random)?;
        self.exit(
            state,
            thread,
            output,
            assigned,
            Next::State(catcher.next),
            out,
        )
    }
}

/// What a catcher hands on. An error without anything gives nulls, one without a cause an empty
/// text: both recorded (05 §5.3).
fn error_output(error: &StatesError) -> Json {
    let nothing = error.error.is_none() && error.cause.is_none();
    let text = |text: &Option<Arc<str>>| match text {
        Some(text) => Json::String(text.clone()),
        None if nothing => Json::Null,
        None => Json::from(""),
    };
    [("Error", text(&error.error)), ("Cause", text(&error.cause))]
        .into_iter()
        .collect()
}

impl Retrier {
    /// Seconds before the retry after `earlier` ones: the interval times the rate to that power,
    /// capped (05 §5.1).
    fn delay_seconds(&self, earlier: u32) -> f64 {
        let power = i32::try_from(earlier).unwrap_or(i32::MAX);
        (self.interval_seconds * self.backoff_rate.powi(power)).min(self.max_delay_seconds)
    }
}
