//! A page that is kept up to date: what is new of an execution since the page was told before. The
//! script of the page takes it in (`update.js`).

use std::collections::HashMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::data::{self, Execution, Known};
use super::events::Writer;
use super::visits::{Reader, Row};
use crate::graph::{Graph, Scope};
use crate::history::HistoryEvent;
use crate::history::outline::Status;
use crate::report::graphs::overlay::{Items, Look, Tracer, execution};
use crate::report::graphs::svg::{self, Extras};
use crate::report::graphs::{Options, Picture};
use crate::report::histories::Lookup;

/// Which execution is told.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its ARN.
    pub arn: &'a str,
    /// The state machine's name.
    pub machine: &'a str,
    /// The Catcher that led from a state to the next, and where it stands.
    pub catcher: Option<Lookup<'a>>,
    /// How the items of its Map Runs stand, by the ARN, where that is known.
    pub children: Option<&'a HashMap<String, Items>>,
}

impl std::fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject")
            .field("arn", &self.arn)
            .finish_non_exhaustive()
    }
}

/// Tells a page of an execution while it goes on.
pub struct Telling<'g, 'm> {
    graph: &'g Graph<'m>,
    options: Options,
    title: String,
    tracer: Tracer<'g, 'm>,
    reader: Reader,
    written: Writer,
    about: Vec<Option<usize>>,
    /// The page has the events up to this one already.
    told: u64,
    first: Option<u64>,
    last: u64,
    /// The picture as the page has it.
    picture: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Update<'a> {
    execution: Execution<'a>,
    visits: Vec<(usize, &'a Row)>,
    events: Box<RawValue>,
    about: Vec<Option<usize>>,
    cut: Vec<(u64, usize)>,
    left_out: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    drawn: Option<Drawn<'a>>,
}

/// A picture that changed.
#[derive(Serialize)]
struct Drawn<'a> {
    picture: &'a str,
    marks: Vec<Marked>,
}

/// What is painted on a state.
#[derive(Serialize)]
struct Marked {
    /// The id of its element.
    id: String,
    mark: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl<'g, 'm> Telling<'g, 'm> {
    /// Before the first event. The page has the events up to `told` already.
    #[must_use]
    pub fn new(graph: &'g Graph<'m>, title: &str, told: u64) -> Self {
        Self {
            graph,
            options: Options::default(),
            title: title.to_owned(),
            tracer: Tracer::new(graph),
            reader: Reader::default(),
            written: Writer::default(),
            about: Vec::new(),
            told,
            first: None,
            last: 0,
            picture: String::new(),
        }
    }

    /// Takes the next event.
    pub fn event(&mut self, event: &HistoryEvent<'_>) {
        self.tracer.event(event);
        let about = self.reader.event(event);
        self.first.get_or_insert(event.id.0);
        self.last = event.id.0;
        if event.id.0 > self.told && self.written.push(event) {
            self.about.push(about);
        }
    }

    /// The last event that was taken.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last
    }

    /// What is new, as JSON in one line, and whether the execution has ended.
    ///
    /// # Panics
    /// Never: what is written can be written.
    pub fn update(&mut self, subject: &Subject<'_>) -> (String, bool) {
        self.reader.finish();
        let drawn = self.redrawn(subject.children);
        let written = self.written.take();
        let (visits, outline) = self.reader.news();
        let status = outline.summary().status;
        let known = Known {
            name: Some(subject.name),
            arn: Some(subject.arn),
            machine: Some(subject.machine),
            catcher: subject.catcher,
            input: self.first,
            output: (status == Status::Succeeded).then_some(self.last),
        };
        let update = Update {
            execution: data::execution(&known, outline),
            visits,
            events: RawValue::from_string(written.text).expect("events are written as JSON"),
            about: std::mem::take(&mut self.about),
            cut: written.cut,
            left_out: self.written.left_out(),
            drawn: drawn.map(|marks| Drawn {
                picture: &self.picture,
                marks,
            }),
        };
        let text = serde_json::to_string(&update).expect("keys are strings, numbers are finite");
        (text, status != Status::Running)
    }

    /// Draws the picture, and tells what is on it if it is another one than before.
    fn redrawn(&mut self, children: Option<&HashMap<String, Items>>) -> Option<Vec<Marked>> {
        let mut trace = self.tracer.clone().finish();
        if let Some(children) = children {
            trace.count_children(children);
        }
        let overlay = execution(self.graph, &trace);
        let picture = Picture {
            overlay: Some(&overlay),
            ..Picture::new(self.graph, &self.options)
        };
        let extras = Extras {
            title: &self.title,
            ..Extras::default()
        };
        let mut drawn = String::with_capacity(self.picture.len());
        svg::render(&picture, &extras, &mut drawn).expect("a string takes all");
        if drawn == self.picture {
            return None;
        }
        self.picture = drawn;
        let states = self.graph.scopes().flat_map(Scope::states);
        let marked = states.filter_map(|(vertex, _)| match picture.look(vertex) {
            Look::Painted(paint) => Some(Marked {
                id: format!("s{}", vertex.number()),
                mark: paint.mark.word(),
                note: paint.note.clone(),
            }),
            Look::Bare | Look::Faint => None,
        });
        Some(marked.collect())
    }
}

impl std::fmt::Debug for Telling<'_, '_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Telling")
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::testing::machine;
    use crate::history::outline::sample;
    use crate::history::read_history;
    use serde_json::Value;

    const DEFINITION: &str =
        r#"{"StartAt": "ChargeCard", "States": {"ChargeCard": {"Type": "Succeed"}}}"#;

    const SUBJECT: Subject<'static> = Subject {
        name: "n",
        arn: "a",
        machine: "m",
        catcher: None,
        children: None,
    };

    fn update(telling: &mut Telling<'_, '_>) -> (Value, bool) {
        let (text, ended) = telling.update(&SUBJECT);
        (serde_json::from_str(&text).expect("JSON"), ended)
    }

    /// The rows of visits, as a page that was told all of this has them.
    fn taken(updates: &[Value]) -> Vec<Value> {
        let mut rows = Vec::new();
        for update in updates {
            for change in update["visits"].as_array().expect("a list") {
                let at = usize::try_from(change[0].as_u64().expect("a row")).expect("small");
                rows.resize(rows.len().max(at + 1), Value::Null);
                rows[at] = change[1].clone();
            }
        }
        rows
    }

    #[test]
    fn piece_by_piece_a_page_learns_the_same_as_at_once() {
        let log = sample::order().into_text();
        let recording = read_history(&log).expect("a history");
        let machine = machine(DEFINITION);
        let graph = Graph::new(&machine);
        let mut at_once = Telling::new(&graph, "", 0);
        recording.events.iter().for_each(|it| at_once.event(it));
        let (whole, ended) = update(&mut at_once);
        assert!(ended);

        let mut telling = Telling::new(&graph, "", 0);
        let mut updates = Vec::new();
        for event in &recording.events {
            assert!(!updates.last().is_some_and(|(_, ended)| *ended));
            telling.event(event);
            updates.push(update(&mut telling));
        }
        let updates: Vec<Value> = updates.into_iter().map(|(update, _)| update).collect();
        let last = updates.last().expect("there are events");
        assert_eq!(last["execution"], whole["execution"]);
        let joined = |name: &str| -> Vec<Value> {
            let lists = updates
                .iter()
                .map(|it| it[name].as_array().expect("a list"));
            lists.flatten().cloned().collect()
        };
        assert_eq!(Value::Array(joined("events")), whole["events"]);
        assert_eq!(Value::Array(joined("about")), whole["about"]);
        let rows = taken(&[whole]);
        for (told, row) in taken(&updates).iter().zip(&rows) {
            assert_eq!(told, row);
        }
        assert_eq!(taken(&updates).len(), rows.len());
    }

    #[test]
    fn who_comes_back_is_told_no_event_twice() {
        let log = sample::order().into_text();
        let recording = read_history(&log).expect("a history");
        let machine = machine(DEFINITION);
        let graph = Graph::new(&machine);
        let mut telling = Telling::new(&graph, "", 5);
        recording.events.iter().for_each(|it| telling.event(it));
        let (update, _) = update(&mut telling);
        assert_eq!(update["events"][0]["id"], 6);
        assert_eq!(update["visits"][0][0], 0);
        assert!(update["drawn"]["picture"].is_string());
    }
}
