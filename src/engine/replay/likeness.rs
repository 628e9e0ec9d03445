//! Whether two events say the same: what may differ between two executions of one machine, and
//! what may not.

use std::borrow::Cow;
use std::sync::Arc;

use crate::data::{Json, Timestamp};
use crate::engine::Identity;
use crate::history::{Assigned, Details, EventJson, HistoryEvent};

/// How alike a history and its replay must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// In every event's id and text: the same machine and the same program wrote the history.
    Identical,
    /// In what events say; random identifiers and the ids of events may differ, as they do when
    /// the definition has changed.
    Alike,
    /// As [`Likeness::Alike`], but the history is of an execution elsewhere: its ARNs, times and
    /// task tokens are not known.
    Foreign,
}

/// Compares a recorded event with the one that was made.
#[derive(Debug)]
pub(super) struct Judge {
    likeness: Likeness,
    /// What stands in our events for what an execution elsewhere is called.
    names: Vec<Arc<str>>,
}

/// A name that is shorter may be part of any text.
const SHORTEST_NAME: usize = 8;

impl Judge {
    pub(super) fn new(likeness: Likeness, identity: &Identity) -> Self {
        let names = [
            &identity.execution_arn,
            &identity.name,
            &identity.state_machine_arn,
            &identity.state_machine_name,
            &identity.role_arn,
        ];
        let names = names.into_iter().filter(|name| name.len() >= SHORTEST_NAME);
        Self {
            likeness,
            names: names.cloned().collect(),
        }
    }

    pub(super) fn is_same(&self, recorded: &HistoryEvent<'_>, made: &HistoryEvent<'_>) -> bool {
        if recorded.kind != made.kind {
            return false;
        }
        if self.likeness == Likeness::Identical {
            return recorded.id == made.id
                && recorded.previous == made.previous
                && recorded.details == made.details;
        }
        self.same_details(&recorded.details, &made.details)
    }

    fn same_details(&self, recorded: &Details<'_>, made: &Details<'_>) -> bool {
        use Details as D;
        match (recorded, made) {
            (D::StateEntered { name, input }, D::StateEntered { name: n, input: i }) => {
                name == n && self.documents(input.as_ref(), i.as_ref())
            }
            (
                D::StateExited {
                    name,
                    output,
                    assigned,
                },
                D::StateExited {
                    name: n,
                    output: o,
                    assigned: a,
                },
            ) => {
                name == n
                    && self.documents(output.as_ref(), o.as_ref())
                    && self.variables(assigned, a)
            }
            (D::ExecutionStarted { input, .. }, D::ExecutionStarted { input: i, .. }) => {
                self.documents(input.as_ref(), i.as_ref())
            }
            (D::Output { output }, D::Output { output: o }) => {
                self.documents(output.as_ref(), o.as_ref())
            }
            (D::FunctionScheduled { .. } | D::TaskScheduled { .. }, _) => {
                match (Request::of(recorded), Request::of(made)) {
                    (Some(recorded), Some(made)) => self.same_requests(&recorded, &made),
                    _ => false,
                }
            }
            (
                D::TaskOutput {
                    resource_type,
                    resource,
                    output,
                },
                D::TaskOutput {
                    resource_type: t,
                    resource: r,
                    output: o,
                },
            ) => (resource_type, resource) == (t, r) && self.documents(output.as_ref(), o.as_ref()),
            (
                D::TaskFailure {
                    resource_type,
                    resource,
                    ..
                },
                D::TaskFailure {
                    resource_type: t,
                    resource: r,
                    ..
                },
            ) if (resource_type, resource) != (t, r) => false,
            (
                D::Evaluation {
                    location, state, ..
                },
                D::Evaluation {
                    location: l,
                    state: s,
                    ..
                },
            ) if (location, state) != (l, s) => false,
            (
                D::Failure { .. } | D::TaskFailure { .. } | D::Evaluation { .. },
                D::Failure { .. } | D::TaskFailure { .. } | D::Evaluation { .. },
            ) => self.failures(recorded, made),
            // The run's ARN is made by whoever ran it.
            (D::MapRunStarted { .. }, D::MapRunStarted { .. }) => true,
            _ => recorded == made,
        }
    }

    fn same_requests(&self, recorded: &Request<'_>, made: &Request<'_>) -> bool {
        recorded.called == made.called
            && recorded.bounds == made.bounds
            && recorded.role_arn == made.role_arn
            && (recorded.region == made.region || self.likeness == Likeness::Foreign)
            && self.documents(recorded.input, made.input)
    }

    fn failures(&self, recorded: &Details<'_>, made: &Details<'_>) -> bool {
        let (error, cause) = recorded.as_failure().unwrap_or_default();
        let (our_error, our_cause) = made.as_failure().unwrap_or_default();
        let same_cause = match (cause, our_cause) {
            (Some(cause), Some(ours)) => {
                let (cause, ours) = (without_event_id(cause), without_event_id(ours));
                cause == ours || self.strings(&cause, &ours)
            }
            (cause, ours) => cause == ours,
        };
        error == our_error && same_cause
    }

    fn variables(&self, recorded: &Assigned<'_>, made: &Assigned<'_>) -> bool {
        let (recorded, made) = (recorded.pairs(), made.pairs());
        recorded.len() == made.len()
            && recorded.iter().all(|(name, text)| {
                let ours = made.iter().find(|(ours, _)| ours == name);
                ours.is_some_and(|(_, ours)| self.texts(text, ours))
            })
    }

    /// A history may have been taken without its data.
    fn documents(&self, recorded: Option<&EventJson<'_>>, made: Option<&EventJson<'_>>) -> bool {
        match (recorded, made) {
            (Some(recorded), Some(made)) => self.texts(&recorded.text(), &made.text()),
            (None, _) => true,
            (Some(_), None) => false,
        }
    }

    fn texts(&self, recorded: &str, made: &str) -> bool {
        if recorded == made {
            return true;
        }
        match (Json::parse(recorded), Json::parse(made)) {
            (Ok(recorded), Ok(made)) => self.values(&recorded, &made),
            _ => false,
        }
    }

    /// Recursion is bounded by how deep a document may nest.
    fn values(&self, recorded: &Json, made: &Json) -> bool {
        if let (Some(recorded), Some(made)) = (recorded.as_str(), made.as_str()) {
            return recorded == made || self.strings(recorded, made);
        }
        if let (Some(recorded), Some(made)) = (recorded.as_array(), made.as_array()) {
            let mut pairs = recorded.iter().zip(made);
            return recorded.len() == made.len() && pairs.all(|(a, b)| self.values(a, b));
        }
        if let (Some(recorded), Some(made)) = (recorded.as_object(), made.as_object()) {
            let same = |(key, value): (&Arc<str>, &Json)| {
                made.get(key).is_some_and(|ours| self.values(value, ours))
            };
            return recorded.len() == made.len() && recorded.iter().all(same);
        }
        recorded == made
    }

    /// Whether two different texts stand for the same thing.
    fn strings(&self, recorded: &str, made: &str) -> bool {
        if is_uuid(recorded) && is_uuid(made) {
            return true;
        }
        if self.likeness == Likeness::Foreign && self.is_elsewhere(recorded, made) {
            return true;
        }
        let is_document = |text: &str| text.starts_with(['{', '[']);
        is_document(recorded) && is_document(made) && self.texts(recorded, made)
    }

    /// Our identifiers, tokens and times against those of an execution elsewhere.
    fn is_elsewhere(&self, recorded: &str, made: &str) -> bool {
        let is_time = |text: &str| Timestamp::parse(text).is_some();
        is_uuid(made)
            || (is_time(recorded) && is_time(made))
            || self.names.iter().any(|name| made.contains(&**name))
    }
}

/// What was asked of a task, whatever it calls.
struct Request<'d> {
    /// The type of service, and what is called.
    called: (Option<&'d str>, &'d str),
    region: Option<&'d str>,
    /// Seconds until it times out, and between heartbeats.
    bounds: (Option<i64>, Option<i64>),
    role_arn: Option<&'d str>,
    input: Option<&'d EventJson<'d>>,
}

impl<'d> Request<'d> {
    fn of(details: &'d Details<'d>) -> Option<Self> {
        Some(match details {
            Details::FunctionScheduled {
                resource,
                input,
                timeout,
                heartbeat,
                role_arn,
            } => Self {
                called: (None, resource),
                region: None,
                bounds: (*timeout, *heartbeat),
                role_arn: role_arn.as_deref(),
                input: input.as_ref(),
            },
            Details::TaskScheduled {
                resource_type,
                resource,
                region,
                parameters,
                timeout,
                heartbeat,
                role_arn,
            } => Self {
                called: (Some(resource_type), resource),
                region: Some(region),
                bounds: (*timeout, *heartbeat),
                role_arn: role_arn.as_deref(),
                input: Some(parameters),
            },
            _ => return None,
        })
    }
}

/// `(entered at the event id #7)` in a cause depends on the order of events.
fn without_event_id(cause: &str) -> Cow<'_, str> {
    const MARK: &str = "(entered at the event id #";
    let Some((head, tail)) = cause.split_once(MARK) else {
        return Cow::Borrowed(cause);
    };
    let tail = tail.trim_start_matches(|digit: char| digit.is_ascii_digit());
    Cow::Owned(format!("{head}{MARK}{tail}"))
}

fn is_uuid(text: &str) -> bool {
    let is_hyphen_place = |at| matches!(at, 8 | 13 | 18 | 23);
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match byte {
            b'-' => is_hyphen_place(at),
            _ => byte.is_ascii_hexdigit() && !is_hyphen_place(at),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(likeness: Likeness, recorded: &str, made: &str, expected: bool) {
        let judge = Judge {
            likeness,
            names: vec!["arn:aws:states:local".into()],
        };
        assert_eq!(
            judge.texts(recorded, made),
            expected,
            "{recorded} and {made}"
        );
    }

    #[test]
    fn documents_are_compared_by_their_structure() {
        check(
            Likeness::Alike,
            r#"{"a": 1, "b": [2]}"#,
            r#"{"b":[2],"a":1}"#,
            true,
        );
        check(Likeness::Alike, r#"{"a": 1}"#, r#"{"a":1,"b":1}"#, false);
        check(
            Likeness::Alike,
            r#"{"a":"{\"b\": 1}"}"#,
            r#"{"a":"{\"b\":1}"}"#,
            true,
        );
        check(Likeness::Alike, "[1,2]", "[2,1]", false);
    }

    #[test]
    fn only_an_execution_elsewhere_has_other_names_and_times() {
        for (recorded, made) in [
            (r#""arn:theirs""#, r#""run of arn:aws:states:local""#),
            (r#""2020-01-01T00:00:00Z""#, r#""2026-01-01T00:00:00.000Z""#),
            (
                r#""AQDE-token""#,
                r#""0a1b2c3d-0a1b-4c3d-8a1b-0a1b2c3d4e5f""#,
            ),
        ] {
            check(Likeness::Foreign, recorded, made, true);
            check(Likeness::Alike, recorded, made, false);
        }
    }

    #[test]
    fn the_event_id_in_a_cause_does_not_count() {
        let cause = "the state 'A' (entered at the event id #12). Bad";
        assert_eq!(
            without_event_id(cause),
            "the state 'A' (entered at the event id #). Bad"
        );
        assert_eq!(without_event_id("plain #12"), "plain #12");
    }
}
