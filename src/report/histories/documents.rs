//! What went into the states of an execution, and what came out of them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::data::EventId;
use crate::history::outline::Outline;
use crate::history::{Details, EventJson, HistoryEvent};

/// How many bytes are kept; of what comes later only whether two are the same is known.
const MAX_KEPT: usize = 64 << 20;

/// How many visits have documents.
const MAX_VISITS: usize = 1 << 20;

/// Inputs and outputs, by the event that entered the state.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    visits: HashMap<EventId, InOut>,
    kept: usize,
}

/// The input and the output of one visit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InOut {
    /// What went in.
    pub input: Option<Document>,
    /// What came out.
    pub output: Option<Document>,
}

/// A document of a history.
#[derive(Clone, Debug)]
pub struct Document {
    hash: u64,
    /// Its JSON text, if there was room for it.
    pub text: Option<Box<str>>,
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
    }
}

impl Eq for Document {}

const NONE: &InOut = &InOut {
    input: None,
    output: None,
};

impl Documents {
    /// Takes the next event, before the outline does.
    pub fn before(&mut self, outline: &Outline, event: &HistoryEvent<'_>) {
        match &event.details {
            Details::StateEntered { input, .. } if self.visits.len() < MAX_VISITS => {
                let input = input.as_ref().map(|input| self.document(input));
                let output = None;
                self.visits.insert(event.id, InOut { input, output });
            }
            Details::StateExited {
                output: Some(output),
                ..
            } => {
                if let Some(visit) = outline.leaving(event)
                    && self.visits.contains_key(&visit.event())
                {
                    let output = self.document(output);
                    let visit = self.visits.entry(visit.event()).or_default();
                    visit.output = Some(output);
                }
            }
            _ => {}
        }
    }

    fn document(&mut self, json: &EventJson<'_>) -> Document {
        let text = json.text();
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let is_kept = self.kept + text.len() <= MAX_KEPT;
        if is_kept {
            self.kept += text.len();
        }
        Document {
            hash: hasher.finish(),
            text: is_kept.then(|| text.into()),
        }
    }

    /// The documents of the visit that an event entered.
    #[must_use]
    pub fn of(&self, entered: EventId) -> &InOut {
        self.visits.get(&entered).unwrap_or(NONE)
    }
}

impl InOut {
    /// Those that there are, with what they are called in a tree.
    pub(super) fn labelled(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        let both = [("in ", &self.input), ("out", &self.output)];
        let there = both.into_iter();
        there.filter_map(|(label, document)| Some((label, document.as_ref()?.text.as_deref())))
    }
}
