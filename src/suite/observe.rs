//! What a case's execution does, as far as expectations and coverage ask for it.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use super::Names;
use crate::data::{EventId, Json};
use crate::engine::{EventSink, Note};
use crate::history::outline::Outline;
use crate::history::{Details, EventJson, HistoryEvent};

/// A part of a state that a run may go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The state itself.
    Entered,
    /// A Choice Rule, by its place.
    Rule(usize),
    /// The Default of a Choice.
    Default,
    /// A Retrier, by its place.
    Retrier(usize),
    /// A Catcher, by its place.
    Catcher(usize),
}

/// How often parts of states were gone through, by the number of the state.
pub type Hits = HashMap<(usize, Part), u64, FixedState>;

/// A call of a Task.
#[derive(Clone, Debug)]
pub struct Call {
    /// The number of the state.
    pub state: usize,
    /// What was given: to a function its payload, to another service all parameters.
    pub payload: Json,
    /// The event that scheduled it.
    pub event: EventId,
}

/// Why a run went where it did.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// A Choice took a rule; none is its Default.
    Rule(Option<usize>),
    /// A Catcher took an error of this name.
    Caught(usize, Option<Arc<str>>),
}

/// A visit of a state of the machine's own scope.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The number of the state.
    pub state: usize,
    /// The event that entered it.
    pub entered: EventId,
    /// The event that left it.
    pub left: Option<EventId>,
    /// Why it went on as it did, where there was a choice.
    pub why: Option<Why>,
}

/// What was heard of an execution.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The tree that it is told by.
    pub outline: Outline,
    /// The states of the machine's own scope, in order.
    pub visits: Vec<Visit>,
    /// The calls of Tasks, in order.
    pub calls: Vec<Call>,
    /// What was gone through.
    pub hits: Hits,
}

/// Hears an execution. Children of distributed Maps, which have histories of their own, are not
/// heard.
#[derive(Debug)]
pub struct Observer<'n> {
    names: &'n Names,
    observed: Observed,
    /// The state that each event belongs to, by the event's place.
    owners: Vec<Option<usize>>,
    /// The error that was told last.
    error: Option<Arc<str>>,
}

impl<'n> Observer<'n> {
    /// An observer of a machine's execution.
    #[must_use]
    pub fn new(names: &'n Names) -> Self {
        Self {
            names,
            observed: Observed::default(),
            owners: Vec::new(),
            error: None,
        }
    }

    /// What was heard.
    #[must_use]
    pub fn finish(self) -> Observed {
        self.observed
    }

    fn hit(&mut self, state: usize, part: Part) {
        *self.observed.hits.entry((state, part)).or_default() += 1;
    }

    fn owner(&self, event: EventId) -> Option<usize> {
        let place = usize::try_from(event.0).ok()?;
        self.owners.get(place).copied().flatten()
    }

    /// Events belong to the state of the event before them, until another one is entered.
    fn own(&mut self, event: &HistoryEvent<'_>, state: Option<usize>) {
        let Ok(place) = usize::try_from(event.id.0) else {
            return;
        };
        if self.owners.len() <= place {
            self.owners.resize(place + 1, None);
        }
        self.owners[place] = state;
    }

    fn entered(&mut self, event: &HistoryEvent<'_>, state: usize) {
        self.hit(state, Part::Entered);
        if self.names.is_own(state) {
            self.observed.visits.push(Visit {
                state,
                entered: event.id,
                left: None,
                why: None,
            });
        }
    }

    fn last_visit(&mut self, state: &str) -> Option<&mut Visit> {
        let state = self.names.number(state)?;
        let mut visits = self.observed.visits.iter_mut().rev();
        visits.find(|visit| visit.state == state)
    }

    fn called(&mut self, event: &HistoryEvent<'_>, state: Option<usize>) {
        let (Some(state), Some(payload)) = (state, payload(&event.details)) else {
            return;
        };
        self.observed.calls.push(Call {
            state,
            payload,
            event: event.id,
        });
    }
}

impl EventSink for Observer<'_> {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.observed.outline.push(event);
        let named = event.details.state_name();
        let state = match named {
            Some(name) => self.names.number(name),
            None => self.owner(event.previous),
        };
        self.own(event, state);
        if let Some((Some(error), _)) = event.details.as_failure() {
            self.error = Some(error.into());
        }
        match (&event.details, state) {
            (Details::StateEntered { .. }, Some(state)) => self.entered(event, state),
            (Details::StateExited { name, .. }, Some(_)) => {
                let id = event.id;
                if let Some(visit) = self.last_visit(name) {
                    visit.left = Some(id);
                }
            }
            _ => self.called(event, state),
        }
    }

    fn note(&mut self, note: &Note<'_>) {
        let (state, part, why) = match *note {
            Note::Rule { state, rule } => {
                let part = rule.map_or(Part::Default, Part::Rule);
                (state, part, Some(Why::Rule(rule)))
            }
            Note::Retry { state, retrier, .. } => (state, Part::Retrier(retrier), None),
            Note::Caught { state, catcher } => {
                let why = Why::Caught(catcher, self.error.clone());
                (state, Part::Catcher(catcher), Some(why))
            }
            Note::MapRun { .. } | Note::Waiting { .. } => return,
        };
        if let Some(number) = self.names.number(state) {
            self.hit(number, part);
        }
        if let (Some(why), Some(visit)) = (why, self.last_visit(state)) {
            visit.why = Some(why);
        }
    }
}

/// What a Task was given, when the event schedules one.
fn payload(details: &Details<'_>) -> Option<Json> {
    match details {
        Details::FunctionScheduled { input, .. } => {
            Some(input.as_ref().map_or_else(Json::empty_object, document))
        }
        Details::TaskScheduled {
            resource_type,
            resource,
            parameters,
            ..
        } => {
            let parameters = document(parameters);
            let is_function = resource_type == "lambda" && resource.starts_with("invoke");
            let payload = parameters.get("Payload").filter(|_| is_function).cloned();
            Some(payload.unwrap_or(parameters))
        }
        _ => None,
    }
}

fn document(json: &EventJson<'_>) -> Json {
    match json {
        EventJson::Value(value) => (*value).clone(),
        EventJson::Text(_) | EventJson::Quoted(_) => Json::parse(&json.text()).unwrap_or_default(),
    }
}
