//! The first suite of a machine: a case for each way through it, as far as inputs and answers can
//! be made up. Whoever asks runs the drafts, and what they come to is what the cases expect.

mod jsonata;
mod route;
mod solve;
mod symbol;
mod trace;
mod write;

use std::collections::HashSet;
use std::sync::Arc;

use super::coverage::flows;
use super::{Part, Ran};
use crate::data::Json;
use crate::language::{Body, State, StateMachine};
use crate::syntax::Tree;
use route::{Goal, Ways};

pub use write::write;

/// The most cases that are drafted: a person shall read them.
const MAX_DRAFTS: usize = 60;

/// A case to be tried.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The case's name.
    pub name: String,
    /// What it shall go through: a part of a state. The first draft only has to end.
    pub goal: Option<(Arc<str>, Part)>,
    /// The execution's input.
    pub input: Json,
    /// Who answers.
    pub mocks: Vec<Mocked>,
    /// Whether the execution shall succeed.
    pub ends_well: bool,
    /// What a person has to do, should it not work.
    pub wanted: String,
}

/// The answers of a Task.
#[derive(Clone, Debug)]
pub struct Mocked {
    /// The state.
    pub state: Arc<str>,
    /// Its answers, in order of the calls.
    pub answers: Vec<Answer>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A result.
    Return(Json),
    /// An error of this name.
    Throw(Arc<str>),
}

/// A draft, and what came of it.
#[derive(Clone, Debug)]
pub struct Drafted {
    /// The draft.
    pub draft: Draft,
    /// What its execution did.
    pub ran: Ran,
    /// Whether it did what the draft is for.
    pub is_good: bool,
}

impl Draft {
    /// The mocks as a mocks file has them.
    #[must_use]
    pub fn mocks_json(&self) -> Json {
        let mocked = self.mocks.iter();
        mocked
            .map(|mocked| (Arc::clone(&mocked.state), mocked.json()))
            .collect()
    }
}

impl Mocked {
    /// The answers as a mocks file has them.
    fn json(&self) -> Json {
        match &self.answers[..] {
            [only] => only.json(),
            answers => answers.iter().map(Answer::json).collect(),
        }
    }
}

impl Answer {
    fn json(&self) -> Json {
        let (member, value) = match self {
            Self::Return(value) => ("return", value.clone()),
            Self::Throw(error) => {
                let error: Json = [("error", Json::from(Arc::clone(error)))]
                    .into_iter()
                    .collect();
                ("throw", error)
            }
        };
        [(member, value)].into_iter().collect()
    }
}

/// Drafts for a machine: one that ends well, then one for each Choice Rule, Default, Catcher and
/// Retrier that no draft before it goes through. How many were left out is told.
#[must_use]
pub fn drafts(machine: &StateMachine, tree: &Tree) -> (Vec<Draft>, usize) {
    let mut seen = HashSet::new();
    let mut names = HashSet::new();
    let mut drafts = Vec::new();
    let mut left_out = 0;
    let ways = Ways::of(machine);
    for goal in goals(machine) {
        if goal.as_ref().is_some_and(|goal| seen.contains(&goal.key())) {
            continue;
        }
        if drafts.len() == MAX_DRAFTS {
            left_out += 1;
            continue;
        }
        let Some(routes) = ways.to(goal.as_ref()) else {
            continue;
        };
        let mut draft = trace::draft(machine, tree, &routes, goal.as_ref());
        if !names.insert(draft.name.clone()) {
            draft.name = format!("{} ({})", draft.name, drafts.len() + 1);
            names.insert(draft.name.clone());
        }
        seen.extend(routes.parts(machine));
        seen.extend(goal.as_ref().map(Goal::key));
        drafts.push(draft);
    }
    (drafts, left_out)
}

/// What is to be gone through, outer scopes first; nothing in particular before all.
fn goals(machine: &StateMachine) -> Vec<Option<Goal<'_>>> {
    let mut goals = vec![None];
    let seen = flows(machine)
        .into_iter()
        .filter(|(_, is_counted)| *is_counted);
    for (flow, _) in seen {
        for state in &flow.states {
            let parts = parts(state).into_iter();
            goals.extend(parts.map(|part| Some(Goal { flow, state, part })));
        }
    }
    goals
}

fn parts(state: &State) -> Vec<Part> {
    let mut parts = Vec::new();
    if let Body::Choice(choice) = &state.body {
        parts.extend((0..choice.rules.len()).map(Part::Rule));
        parts.extend(choice.default.as_ref().map(|_| Part::Default));
    }
    parts.extend((0..state.catch.len()).map(Part::Catcher));
    // Only a Task can be made to fail once and then not.
    if matches!(state.body, Body::Task(_)) {
        parts.extend((0..state.retry.len()).map(Part::Retrier));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language;
    use crate::syntax::{Format, Source, read};

    fn names(definition: &str) -> Vec<String> {
        let source = Source::new("m.json", definition);
        let (tree, _) = read(&source, Format::Json);
        let (machine, _) = language::read(&tree);
        drafts(&machine, &tree)
            .0
            .into_iter()
            .map(|draft| {
                let (input, mocks) = (draft.input.text(), draft.mocks_json());
                format!("{}: {input} {}", draft.name, mocks.text())
            })
            .collect()
    }

    #[test]
    fn there_is_a_case_for_each_way() {
        let found = names(
            r#"{"StartAt":"Charge","States":{
            "Charge":{"Type":"Task","Resource":"charge","ResultPath":"$.charge","Next":"Large?",
                "Retry":[{"ErrorEquals":["Busy"]}],
                "Catch":[{"ErrorEquals":["Declined"],"Next":"Bad"}]},
            "Large?":{"Type":"Choice","Default":"Done",
                "Choices":[{"Variable":"$.charge.amount","NumericGreaterThan":100,"Next":"Bad"}]},
            "Bad":{"Type":"Fail"},"Done":{"Type":"Succeed"}}}"#,
        );
        assert_eq!(
            found,
            [
                r#"happy path: {} {"Charge":{"return":{"amount":100}}}"#,
                r#"Charge fails with Declined: {} {"Charge":{"throw":{"error":"Declined"}}}"#,
                r#"Charge is tried again after Busy: {} {"Charge":[{"throw":{"error":"Busy"}},{"return":{"amount":100}}]}"#,
                r#"Large? takes rule 1: {} {"Charge":{"return":{"amount":101}}}"#,
            ]
        );
    }

    #[test]
    fn a_loop_is_gone_through_once() {
        let found = names(
            r#"{"StartAt":"Look","States":{
            "Look":{"Type":"Task","Resource":"look","Next":"Ready?"},
            "Ready?":{"Type":"Choice","Default":"Wait",
                "Choices":[{"Variable":"$.status","StringEquals":"READY","Next":"Done"}]},
            "Wait":{"Type":"Wait","Seconds":60,"Next":"Look"},"Done":{"Type":"Succeed"}}}"#,
        );
        assert_eq!(
            found,
            [
                r#"happy path: {} {"Look":{"return":{"status":"READY"}}}"#,
                r#"Ready? takes Default: {} {"Look":[{"return":{"status":"not READY"}},{"return":{"status":"READY"}}]}"#,
            ]
        );
    }
}
