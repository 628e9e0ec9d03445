//! Recorded calls put in order: for each state, for each payload, the answers one after the other.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::volatile::Lasting;
use super::{Call, Recorded};
use crate::data::Json;

/// What a state answered.
pub(super) struct Page<'r> {
    pub(super) state: &'r Arc<str>,
    /// By what was asked.
    pub(super) groups: Vec<Group<'r>>,
}

/// What was answered to the same question.
pub(super) struct Group<'r> {
    /// What was asked, and whether that is all of it; none where it makes no difference, or is not
    /// known.
    pub(super) when: Option<(Json, bool)>,
    /// The calls of each execution, in order.
    runs: BTreeMap<usize, Vec<&'r Call>>,
}

impl<'r> Group<'r> {
    fn new(when: Option<(Json, bool)>) -> Self {
        Self {
            when,
            runs: BTreeMap::new(),
        }
    }

    fn add(&mut self, call: &'r Call) {
        self.runs.entry(call.execution).or_default().push(call);
    }

    /// The longest run of calls, and whether every other one is its beginning: each execution
    /// counts its own calls.
    pub(super) fn calls(&self) -> (&[&'r Call], bool) {
        let mut longest: &[&Call] = &[];
        for calls in self.runs.values() {
            if calls.len() > longest.len() {
                longest = calls;
            }
        }
        let begins_it = |calls: &[&Call]| {
            let mut pairs = calls.iter().zip(longest);
            pairs.all(|(one, other)| one.result == other.result)
        };
        (longest, self.runs.values().all(|calls| begins_it(calls)))
    }
}

/// A page for each state, in the order of the first calls.
pub(super) fn pages(recorded: &Recorded) -> Vec<Page<'_>> {
    let lasting = Lasting::of(recorded);
    let mut states: Vec<&Arc<str>> = Vec::new();
    let mut calls: HashMap<&Arc<str>, Vec<&Call>> = HashMap::new();
    for call in &recorded.calls {
        let of_state = calls.entry(&call.state).or_default();
        if of_state.is_empty() {
            states.push(&call.state);
        }
        of_state.push(call);
    }
    let page = |state| Page {
        state,
        groups: groups(&calls[state], &lasting),
    };
    states.into_iter().map(page).collect()
}

fn groups<'r>(calls: &[&'r Call], lasting: &Lasting<'_>) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'r>> = Vec::new();
    // Many calls of one state ask for as many things: compared one by one they would take long.
    let mut places = HashMap::new();
    for call in calls {
        let when = lasting.payload(call);
        let key = when
            .as_ref()
            .map(|(payload, is_all)| (canonical(payload), *is_all));
        let place = *places.entry(key).or_insert_with(|| {
            groups.push(Group::new(when));
            groups.len() - 1
        });
        groups[place].add(call);
    }
    if let [only] = &mut groups[..] {
        only.when = None;
    }
    // What asks for more comes before what asks for less, which may be for the same calls.
    groups.sort_by_key(|group| match &group.when {
        Some((_, true)) => (0, 0),
        Some((part, false)) => (1, usize::MAX - part.size()),
        None => (2, 0),
    });
    groups
}

/// The text of a document, whatever the order of its members.
fn canonical(value: &Json) -> String {
    match value {
        Json::Array(array) => {
            let items: Vec<String> = array.items().iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        Json::Object(object) => {
            let mut members: Vec<(&Arc<str>, &Json)> = object.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            let member = |(key, value): (&Arc<str>, &Json)| {
                format!(
                    "{}:{}",
                    Json::String(Arc::clone(key)).text(),
                    canonical(value)
                )
            };
            let members: Vec<String> = members.into_iter().map(member).collect();
            format!("{{{}}}", members.join(","))
        }
        _ => value.text().into_owned(),
    }
}
