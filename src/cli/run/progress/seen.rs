//! What is known of an execution while it runs: its outline, its Map Runs, and what its states
//! wait for, which no event says.

use std::collections::HashMap;

use crate::cli::run::map_runs::MapRuns;
use crate::data::EventId;
use crate::engine::Note;
use crate::history::HistoryEvent;
use crate::history::outline::{Outline, StateType, Visit};
use crate::report::histories::live::Due;
use crate::runtime::Masking;

/// Up to so many waits are kept without looking whether they are over.
const MANY: usize = 1024;

/// What is known of an execution while it runs.
#[derive(Default)]
pub(in crate::cli::run) struct Seen {
    pub(in crate::cli::run) outline: Outline,
    pub(in crate::cli::run) map_runs: MapRuns,
    /// The last event: a note is about it.
    last: EventId,
    /// What is waited for, by the event that it was noted behind …
    by_event: HashMap<EventId, Due>,
    /// … and by the state, for a fork that is tried again: the events around its failure are many.
    by_state: HashMap<Box<str>, Due>,
    /// With more than these, those that are over are forgotten.
    most: usize,
}

impl Seen {
    pub(in crate::cli::run) fn push(&mut self, event: &HistoryEvent<'_>) {
        self.last = event.id;
        self.outline.push(event);
    }

    pub(in crate::cli::run) fn note(&mut self, note: &Note<'_>, masking: &Masking) {
        let (state, due) = match *note {
            Note::Waiting { state, until } => (state, Due::Wait { until }),
            Note::Retry {
                state,
                number,
                most,
                until,
                retrier: _,
            } => (
                state,
                Due::Retry {
                    until,
                    number,
                    most,
                },
            ),
            Note::MapRun { .. } => return self.map_runs.note(note, masking),
            Note::Rule { .. } | Note::Caught { .. } => return,
        };
        if self.by_event.len() >= self.most.max(MANY) {
            let now = self.outline.summary().last.unwrap_or_default();
            self.by_event.retain(|_, due| due.until() > now);
            self.most = 2 * self.by_event.len();
        }
        self.by_event.insert(self.last, due);
        match self.by_state.get_mut(state) {
            Some(known) => *known = due,
            None => {
                self.by_state.insert(state.into(), due);
            }
        }
    }

    /// What a state waits for. A Wait is noted behind the event that entered it, a retry behind
    /// the one that failed.
    pub(in crate::cli::run) fn due(&self, visit: &Visit<'_>) -> Option<Due> {
        let is_wait = visit.state_type() == StateType::Wait;
        let event = match visit.failure() {
            _ if is_wait => visit.event(),
            Some(failure) => failure.event,
            None => return None,
        };
        let due = self.by_event.get(&event);
        let due = due.or_else(|| self.by_state.get(visit.name())).copied();
        due.filter(|due| matches!(due, Due::Wait { .. }) == is_wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Timestamp;
    use crate::history::outline::sample::chained;
    use crate::history::read_history;

    /// What the last state waits for, when a note comes behind so many events of a history.
    #[track_caller]
    fn check(history: &str, behind: usize, note: &Note<'_>, expected: Option<Due>) {
        let text = chained(history).into_text();
        let mut seen = Seen::default();
        for (at, event) in read_history(&text)
            .expect("a history")
            .events
            .iter()
            .enumerate()
        {
            seen.push(event);
            if at + 1 == behind {
                seen.note(note, &Masking::default());
            }
        }
        let last = seen.outline.thread().last().expect("it has a state");
        assert_eq!(seen.due(&last), expected);
    }

    const TASK: &str = r#"
        +0 TaskStateEntered "name":"A","input":"{}"
        +0 LambdaFunctionScheduled "resource":"f"
        +0 LambdaFunctionFailed "error":"Busy""#;

    #[test]
    fn a_wait_is_known_by_the_event_that_entered_it() {
        let until = Timestamp(1_700_000_005_000);
        let entered = r#"+0 WaitStateEntered "name":"A","input":"{}""#;
        let note = Note::Waiting { state: "A", until };
        check(entered, 2, &note, Some(Due::Wait { until }));
        let pass = r#"+0 PassStateEntered "name":"A","input":"{}""#;
        check(pass, 2, &note, None);
    }

    #[test]
    fn a_retry_is_waited_for_until_the_task_is_at_work_again() {
        let until = Timestamp(1_700_000_005_000);
        let (number, most) = (2, 3);
        let note = Note::Retry {
            state: "A",
            retrier: 0,
            number,
            most,
            until,
        };
        let due = Due::Retry {
            until,
            number,
            most,
        };
        check(TASK, 4, &note, Some(due));
        let again = format!("{TASK}\n+5000 LambdaFunctionScheduled \"resource\":\"f\"");
        check(&again, 4, &note, None);
    }

    #[test]
    fn waits_that_are_over_are_forgotten() {
        let mut seen = Seen::default();
        let until = Timestamp(1);
        let text = chained("").into_text();
        seen.push(&read_history(&text).expect("a history").events[0]);
        for id in 0..10 * MANY as u64 {
            seen.last = EventId(id);
            seen.note(&Note::Waiting { state: "A", until }, &Masking::default());
        }
        assert!(seen.by_event.len() <= MANY, "{}", seen.by_event.len());
        assert_eq!(seen.by_state.len(), 1);
    }
}
