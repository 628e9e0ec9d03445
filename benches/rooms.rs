//! How long each room takes for its part: `cargo bench --bench rooms`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use aslkit::data::{Json, Seed, Timestamp};
use aslkit::engine::program::FlowId;
use aslkit::engine::{Era, EventSink, Execution, Identity, Out, Program, Start};
use aslkit::graph::Graph;
use aslkit::history::HistoryEvent;
use aslkit::history::outline::Outline;
use aslkit::report::graphs::{Options, Picture, dot, mermaid};
use aslkit::syntax::{Format, Source, read};
use aslkit::{language, lint};
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// A chain of Pass states.
fn chain(states: usize) -> String {
    let mut text = "{\"StartAt\":\"S0\",\"States\":{".to_owned();
    for state in 0..states - 1 {
        let next = state + 1;
        write!(
            text,
            "\"S{state}\":{{\"Type\":\"Pass\",\"Next\":\"S{next}\"}},"
        )
        .expect("fits");
    }
    write!(
        text,
        "\"S{}\":{{\"Type\":\"Pass\",\"End\":true}}}}}}",
        states - 1
    )
    .expect("fits");
    text
}

/// A loop of a Pass that counts and a Choice that looks: 2 transitions a round.
fn counting(rounds: usize, jsonata: bool) -> String {
    if jsonata {
        return format!(
            r#"{{"QueryLanguage":"JSONata","StartAt":"Inc","States":{{
            "Inc":{{"Type":"Pass","Output":{{"n":"{{% $states.input.n + 1 %}}"}},"Next":"Again"}},
            "Again":{{"Type":"Choice","Choices":[{{"Condition":"{{% $states.input.n < {rounds} %}}","Next":"Inc"}}],"Default":"Done"}},
            "Done":{{"Type":"Succeed"}}}}}}"#
        );
    }
    format!(
        r#"{{"StartAt":"Inc","States":{{
        "Inc":{{"Type":"Pass","Parameters":{{"n.$":"States.MathAdd($.n, 1)"}},"Next":"Again"}},
        "Again":{{"Type":"Choice","Choices":[{{"Variable":"$.n","NumericLessThan":{rounds},"Next":"Inc"}}],"Default":"Done"}},
        "Done":{{"Type":"Succeed"}}}}}}"#
    )
}

fn source(text: &str) -> Source {
    Source::new("bench.asl.json", text)
}

fn program(text: &str) -> Arc<Program> {
    let source = source(text);
    let (tree, _) = read(&source, Format::Json);
    let (machine, _) = language::read(&tree);
    Arc::new(Program::compile(&machine, &tree, &source).expect("can be executed"))
}

/// Runs to the end, without anything outside.
fn execute(program: &Arc<Program>, input: &Json, sink: &mut dyn EventSink) {
    let start = Start {
        flow: FlowId::default(),
        input: input.clone(),
        variables: BTreeMap::new(),
        identity: Arc::new(Identity {
            execution_arn: "arn".into(),
            name: "bench".into(),
            state_machine_arn: "arn".into(),
            state_machine_name: "bench".into(),
            role_arn: "arn".into(),
            region: "us-east-1".into(),
            express: false,
        }),
        at: Timestamp(0),
        seed: Seed(0),
        max_events: 0,
        era: Era::default(),
    };
    let mut execution = Execution::new(Arc::clone(program), start);
    let mut effects = Vec::new();
    black_box(execution.run(
        u64::MAX,
        &mut Out {
            sink,
            effects: &mut effects,
        },
    ));
}

/// Writes every event as a line, and forgets it.
#[derive(Default)]
struct Lines(String);

impl EventSink for Lines {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.0.clear();
        event.write(&mut self.0);
    }
}

/// Folds every event into an outline.
#[derive(Default)]
struct Folded(Outline);

impl EventSink for Folded {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.0.push(event);
    }
}

const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

#[divan::bench(args = SIZES)]
fn read_json(bencher: Bencher<'_, '_>, states: usize) {
    let source = source(&chain(states));
    bencher.bench(|| read(black_box(&source), Format::Json));
}

#[divan::bench(args = SIZES)]
fn lint_chain(bencher: Bencher<'_, '_>, states: usize) {
    let source = source(&chain(states));
    let (tree, _) = read(&source, Format::Json);
    bencher.bench(|| {
        let (machine, findings) = language::read(&tree);
        lint::check(
            lint::Definition {
                source: &source,
                tree: &tree,
                machine: &machine,
            },
            findings,
            &lint::Options::default(),
        )
    });
}

#[divan::bench(args = SIZES)]
fn draw_dot(bencher: Bencher<'_, '_>, states: usize) {
    let (tree, _) = read(&source(&chain(states)), Format::Json);
    let (machine, _) = language::read(&tree);
    bencher.bench(|| {
        let mut text = String::new();
        dot::render(
            &Picture::new(&Graph::new(&machine), &Options::default()),
            &mut text,
        )
        .expect("fits");
        text
    });
}

#[divan::bench(args = SIZES)]
fn draw_mermaid(bencher: Bencher<'_, '_>, states: usize) {
    let (tree, _) = read(&source(&chain(states)), Format::Json);
    let (machine, _) = language::read(&tree);
    bencher.bench(|| {
        let mut text = String::new();
        mermaid::render(
            &Picture::new(&Graph::new(&machine), &Options::default()),
            &mut text,
        )
        .expect("fits");
        text
    });
}

#[divan::bench(args = SIZES)]
fn step(bencher: Bencher<'_, '_>, states: usize) {
    let program = program(&chain(states));
    let input = Json::empty_object();
    bencher.bench(|| execute(&program, &input, &mut aslkit::engine::Silent));
}

#[divan::bench(args = [1_000, 10_000])]
fn count_jsonpath(bencher: Bencher<'_, '_>, rounds: usize) {
    let program = program(&counting(rounds, false));
    let input = Json::parse("{\"n\":0}").expect("an input");
    bencher.bench(|| execute(&program, &input, &mut aslkit::engine::Silent));
}

#[divan::bench(args = [1_000, 10_000])]
fn count_jsonata(bencher: Bencher<'_, '_>, rounds: usize) {
    let program = program(&counting(rounds, true));
    let input = Json::parse("{\"n\":0}").expect("an input");
    bencher.bench(|| execute(&program, &input, &mut aslkit::engine::Silent));
}

const MAP: &str = r#"{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":40,
    "ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"C"},
    "C":{"Type":"Pass","End":true}}},"End":true}}}"#;

#[divan::bench(args = [1_000, 10_000, 30_000])]
fn map_items(bencher: Bencher<'_, '_>, items: i64) {
    let program = program(MAP);
    let input: Json = (0..items).map(Json::from).collect();
    bencher.bench(|| execute(&program, &input, &mut aslkit::engine::Silent));
}

#[divan::bench(args = [1_000, 10_000, 30_000])]
fn map_items_logged(bencher: Bencher<'_, '_>, items: i64) {
    let program = program(MAP);
    let input: Json = (0..items).map(Json::from).collect();
    bencher.bench(|| execute(&program, &input, &mut Lines::default()));
}

#[divan::bench(args = [1_000, 10_000, 30_000])]
fn map_items_outlined(bencher: Bencher<'_, '_>, items: i64) {
    let program = program(MAP);
    let input: Json = (0..items).map(Json::from).collect();
    bencher.bench(|| execute(&program, &input, &mut Folded::default()));
}
