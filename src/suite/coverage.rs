//! Which parts of a machine its cases went through.
//!
//! The file that `asl test --coverage=FILE` writes, version 1, for programs and for pictures:
//! ```json
//! {"aslCoverage": 1, "machines": [{
//!   "definition": "order.asl.json", "machine": null, "cases": 4,
//!   "covered": 9, "total": 10,
//!   "states": {
//!     "Is it valid?": {"line": 12, "entered": 4, "rules": [3, 1], "default": 0},
//!     "Charge": {"line": 20, "entered": 3, "retriers": [1], "catchers": [1]}}}]}
//! ```
//! Numbers are how often a part was gone through; a member is there when the state has the part.
//! `definition` is the path from where the tests were run, `machine` the name in a template. States
//! within a distributed Map have `"counted": false` in place of `entered`: its children are not
//! looked at.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Hits, Names, Part};
use crate::language::{Body, Flow, StateMachine};
use crate::syntax::{LineIndex, Source};

/// The version of the file.
const VERSION: u32 = 1;

/// What of a machine was gone through.
#[derive(Clone, Debug)]
pub struct Coverage {
    /// The definition's file.
    pub definition: Arc<str>,
    /// The machine's name in its template.
    pub machine: Option<Arc<str>>,
    /// How many cases ran.
    pub cases: usize,
    /// Its states, in order of the text, outer scopes first.
    pub states: Vec<State>,
}

/// What of a state was gone through.
#[derive(Clone, Debug)]
pub struct State {
    /// Its name.
    pub name: Arc<str>,
    /// The line of the definition that it begins in.
    pub line: usize,
    /// Whether it can be seen: not what is within a distributed Map.
    pub is_counted: bool,
    /// Its parts, the state itself first.
    pub points: Vec<Point>,
}

/// A part of a state, and how often it was gone through.
#[derive(Clone, Debug)]
pub struct Point {
    /// The part.
    pub part: Part,
    /// Where it stands: line from 1.
    pub line: usize,
    /// What it is, for people: `rule 2`, `Catch[0] Payment.Declined`.
    pub label: String,
    /// How often.
    pub count: u64,
}

/// The kinds of part that are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// States.
    States,
    /// Choice Rules and Defaults.
    Rules,
    /// Catchers.
    Catchers,
    /// Retriers.
    Retriers,
}

impl Kind {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::States, Self::Rules, Self::Catchers, Self::Retriers];

    /// Of which kind a part is.
    #[must_use]
    pub fn of(part: Part) -> Self {
        match part {
            Part::Entered => Self::States,
            Part::Rule(_) | Part::Default => Self::Rules,
            Part::Retrier(_) => Self::Retriers,
            Part::Catcher(_) => Self::Catchers,
        }
    }
}

impl Coverage {
    /// A machine that nothing went through yet.
    #[must_use]
    pub fn new(
        definition: Arc<str>,
        machine_name: Option<Arc<str>>,
        machine: &StateMachine,
        source: &Source,
    ) -> Self {
        let lines = LineIndex::new(source.text.clone());
        let line = |at: u32| lines.chars(at as usize).line;
        let mut states = Vec::new();
        for (flow, is_counted) in flows(machine) {
            states.extend(flow.states.iter().map(|state| State {
                name: Arc::clone(&state.name),
                line: line(state.name_span.start),
                is_counted,
                points: points(state, &line),
            }));
        }
        Self {
            definition,
            machine: machine_name,
            cases: 0,
            states,
        }
    }

    /// Counts what a case went through.
    pub fn add(&mut self, names: &Names, hits: &Hits) {
        self.cases += 1;
        for state in &mut self.states {
            let Some(number) = names.number(&state.name) else {
                continue;
            };
            for point in &mut state.points {
                point.count += hits.get(&(number, point.part)).copied().unwrap_or_default();
            }
        }
    }

    /// How many parts of a kind were gone through, and how many there are.
    #[must_use]
    pub fn count(&self, kind: Option<Kind>) -> (usize, usize) {
        let states = self.states.iter().filter(|state| state.is_counted);
        let points = states.flat_map(|state| &state.points);
        let of_kind = |point: &&Point| kind.is_none_or(|kind| Kind::of(point.part) == kind);
        points
            .filter(of_kind)
            .fold((0, 0), |(covered, total), point| {
                (covered + usize::from(point.count > 0), total + 1)
            })
    }

    /// The parts that nothing went through. Of a state that was never entered only itself is told.
    pub fn missed(&self) -> impl Iterator<Item = (&State, &Point)> {
        let states = self.states.iter().filter(|state| state.is_counted);
        states.flat_map(|state| {
            let is_missed = state.points[0].count == 0;
            let told = if is_missed { 1 } else { state.points.len() };
            let points = state.points[..told].iter();
            points
                .filter(|point| point.count == 0)
                .map(move |point| (state, point))
        })
    }

    /// The share of parts gone through, in percent; of nothing, all.
    #[must_use]
    pub fn percent(all: &[Self]) -> f64 {
        let (covered, total) = all
            .iter()
            .map(|it| it.count(None))
            .fold((0, 0), |(covered, total), (more, of)| {
                (covered + more, total + of)
            });
        percent(covered, total)
    }

    /// The file's content.
    #[must_use]
    pub fn to_json(all: &[Self]) -> Value {
        let machines: Vec<Value> = all.iter().map(Self::machine_json).collect();
        json!({ "aslCoverage": VERSION, "machines": machines })
    }

    fn machine_json(&self) -> Value {
        let (covered, total) = self.count(None);
        let states = self.states.iter();
        let states: Map<String, Value> = states
            .map(|state| (state.name.to_string(), state.json()))
            .collect();
        json!({
            "definition": &*self.definition,
            "machine": self.machine.as_deref(),
            "cases": self.cases,
            "covered": covered,
            "total": total,
            "states": states,
        })
    }
}

impl State {
    fn json(&self) -> Value {
        let mut json = Map::new();
        json.insert("line".to_owned(), self.line.into());
        if !self.is_counted {
            json.insert("counted".to_owned(), false.into());
            return json.into();
        }
        for point in &self.points {
            let (member, is_list) = match point.part {
                Part::Entered => ("entered", false),
                Part::Default => ("default", false),
                Part::Rule(_) => ("rules", true),
                Part::Retrier(_) => ("retriers", true),
                Part::Catcher(_) => ("catchers", true),
            };
            let count = Value::from(point.count);
            if !is_list {
                json.insert(member.to_owned(), count);
                continue;
            }
            let list = json
                .entry(member)
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(count);
            }
        }
        json.into()
    }
}

/// So many of so many, in percent.
#[expect(clippy::cast_precision_loss, reason = "no machine has so many parts")]
fn percent(covered: usize, total: usize) -> f64 {
    if total == 0 {
        return 100.0;
    }
    covered as f64 * 100.0 / total as f64
}

/// Every scope, and whether it is outside of distributed Maps.
pub(super) fn flows(machine: &StateMachine) -> Vec<(&Flow, bool)> {
    let mut all = Vec::new();
    let mut pending = vec![(&machine.flow, true)];
    while let Some((flow, is_counted)) = pending.pop() {
        all.push((flow, is_counted));
        for state in flow.states.iter().rev() {
            let is_distributed = matches!(&state.body, Body::Map(map) if map.is_distributed());
            let inner = state.flows().iter().rev();
            pending.extend(inner.map(|flow| (flow, is_counted && !is_distributed)));
        }
    }
    all
}

fn points(state: &crate::language::State, line: &dyn Fn(u32) -> usize) -> Vec<Point> {
    let point = |part, at: u32, label: String| Point {
        part,
        line: line(at),
        label,
        count: 0,
    };
    let mut points = vec![point(
        Part::Entered,
        state.name_span.start,
        "never entered".to_owned(),
    )];
    if let Body::Choice(choice) = &state.body {
        for (at, rule) in choice.rules.iter().enumerate() {
            let next = rule.next.as_ref().map_or("", |next| &next.name);
            let label = format!("rule {} → {next}", at + 1);
            points.push(point(Part::Rule(at), rule.span.start, label));
        }
        points.extend(choice.default.as_ref().map(|default| {
            let label = format!("Default → {}", default.name);
            point(Part::Default, default.key.start, label)
        }));
    }
    let errors = |names: &[crate::language::Field<Arc<str>>]| {
        let names: Vec<&str> = names.iter().map(|name| &*name.value).collect();
        names.join(", ")
    };
    for (at, retrier) in state.retry.iter().enumerate() {
        let label = format!("Retry[{at}] {}", errors(&retrier.error_equals));
        points.push(point(Part::Retrier(at), retrier.span.start, label));
    }
    for (at, catcher) in state.catch.iter().enumerate() {
        let label = format!("Catch[{at}] {}", errors(&catcher.error_equals));
        points.push(point(Part::Catcher(at), catcher.span.start, label));
    }
    points
}
