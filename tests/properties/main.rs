//! What holds for every machine, input and answer: machines at random, from the reader to the
//! tree. `PROPTEST_CASES` asks for more of them than a quick run has.

mod documents;
mod drive;
mod histories;
mod machines;

use std::sync::Arc;

use aslkit::data::EventId;
use aslkit::engine::{Divergence, Likeness, Program, replay};
use aslkit::graph::{Graph, Node, Scope};
use aslkit::history::HistoryEventType;
use aslkit::report::graphs::{Options, Picture, dot, mermaid};
use aslkit::syntax::{Diagnostic, Format, Severity, Source, Tree, read};
use aslkit::{language, lint};
use proptest::prelude::*;
use serde_json::Value;

use drive::{Answer, answers, run, run_redriven};
use machines::{broken_definition, definition, document};

/// So many cases, unless the environment asks for another number; nothing is left on the disk.
fn cases(few: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let asked = std::env::var_os("PROPTEST_CASES").is_some();
    ProptestConfig {
        cases: if asked { default.cases } else { few },
        failure_persistence: None,
        ..default
    }
}

/// What is wrong with a machine that runs all the same: with the ways through it, and with what it
/// asks of services that are mocked.
const OF_THE_WAYS: &[&str] = &[
    "missing-argument",
    "no-terminal-state",
    "unassigned-variable",
    "unreachable-state",
];

/// A definition, read.
struct Sources {
    source: Source,
    tree: Tree,
    machine: language::StateMachine,
    findings: Vec<Diagnostic>,
}

impl Sources {
    fn new(definition: &Value) -> Self {
        let source = Source::new("test", format!("{definition:#}"));
        let (tree, syntax) = read(&source, Format::Json);
        assert_eq!(syntax, [], "serde_json prints JSON");
        let (machine, findings) = language::read(&tree);
        Self {
            source,
            tree,
            machine,
            findings,
        }
    }

    fn compile(&self) -> Result<Program, Vec<Diagnostic>> {
        Program::compile(&self.machine, &self.tree, &self.source)
    }

    fn errors(&self) -> Vec<Diagnostic> {
        let mut found = lint::check(
            lint::Definition {
                source: &self.source,
                tree: &self.tree,
                machine: &self.machine,
            },
            self.findings.clone(),
            &lint::Options::default(),
        );
        found.retain(|finding| finding.severity == Severity::Error);
        found
    }

    /// Both pictures name every state whose name is written as it is.
    fn draw(&self) {
        let graph = Graph::new(&self.machine);
        let (mut dot, mut mermaid) = (String::new(), String::new());
        dot::render(&Picture::new(&graph, &Options::default()), &mut dot)
            .expect("a string takes all");
        mermaid::render(&Picture::new(&graph, &Options::default()), &mut mermaid)
            .expect("a string takes all");
        for (vertex, state) in graph.scopes().flat_map(Scope::states) {
            assert!(matches!(graph.node(vertex), Node::State(_)));
            let name = &*state.name;
            if name.chars().all(|c| c.is_ascii_alphanumeric()) {
                assert!(dot.contains(name), "{name} is not in {dot}");
                assert!(mermaid.contains(name), "{name} is not in {mermaid}");
            }
        }
    }
}

fn program(definition: &Value) -> Arc<Program> {
    let program = Sources::new(definition).compile();
    Arc::new(program.unwrap_or_else(|why| panic!("{why:#?}\n{definition:#}")))
}

/// A machine with an input and answers.
fn execution() -> impl Strategy<Value = (Value, Value, Vec<Answer>)> {
    (definition(), document(), answers())
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn a_definition_without_errors_can_be_drawn_and_compiled(definition in definition()) {
        let sources = Sources::new(&definition);
        sources.draw();
        for error in sources.errors() {
            prop_assert!(OF_THE_WAYS.contains(&error.rule), "{error:?}");
        }
        let compiled = sources.compile();
        prop_assert!(compiled.is_ok(), "{compiled:#?}");
    }

    #[test]
    fn a_broken_definition_is_read_and_drawn_and_refused(definition in broken_definition()) {
        let sources = Sources::new(&definition);
        sources.draw();
        let errors = sources.errors();
        if let Err(why) = sources.compile() {
            for found in &why {
                // Other findings may stand at another place for the same cause.
                let place = (found.rule == "unknown-target").then(|| found.span());
                let same = |error: &Diagnostic| place.is_none_or(|place| error.span() == place);
                prop_assert!(errors.iter().any(same), "only compiling finds {found:#?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(80))]

    #[test]
    fn every_execution_ends_with_a_sound_history((definition, input, answers) in execution()) {
        let ran = run(&program(&definition), &input, &answers, 1_000_000, 3_000);
        histories::check(&ran);
    }

    #[test]
    fn fuel_and_another_run_make_no_difference((definition, input, answers) in execution()) {
        let program = program(&definition);
        let first = run(&program, &input, &answers, 1_000_000, 300);
        let second = run(&program, &input, &answers, 1_000_000, 300);
        prop_assert_eq!(&first.lines, &second.lines);
        let slow = run(&program, &input, &answers, 1, 300);
        prop_assert_eq!(&first.lines, &slow.lines);
        prop_assert_eq!(first.outcome, slow.outcome);
    }
}

proptest! {
    #![proptest_config(cases(80))]

    #[test]
    fn a_history_replays_itself((definition, input, answers) in execution(), redrives in 0..3_u32) {
        let program = program(&definition);
        let ran = run_redriven(&program, &input, &answers, 1_000_000, 600, redrives);
        let start = drive::start(&input, 600);
        let replayed = replay(&program, start, &ran.events, Likeness::Identical);
        let replayed = replayed.map_err(|why| TestCaseError::fail(format!("{why:#?}")))?;
        prop_assert_eq!(replayed.events, ran.events.len());
        prop_assert_eq!(replayed.execution.outcome(), Some(&ran.outcome));
        histories::can_be_told(&ran);
    }

    #[test]
    fn a_damaged_history_is_replayed_or_differs(
        (definition, input, answers) in execution(),
        damage in proptest::collection::vec((0..600_usize, 0..600_u64, 0..4_u8), 1..8),
    ) {
        let program = program(&definition);
        let mut events = run_redriven(&program, &input, &answers, 1_000_000, 600, 1).events;
        for (at, number, how) in damage {
            let at = at % events.len();
            match how {
                0 => events[at].previous = EventId(number),
                1 => events[at].id = EventId(number),
                2 => events[at].kind = HistoryEventType::ALL[(at + 7) % 62],
                _ if events.len() > 1 => drop(events.remove(at)),
                _ => {}
            }
        }
        for likeness in [Likeness::Identical, Likeness::Alike, Likeness::Foreign] {
            let equal = match replay(&program, drive::start(&input, 600), &events, likeness) {
                Ok(replayed) => replayed.events,
                Err(Divergence::Different(difference)) => difference.equal,
                Err(Divergence::Untold(untold)) => untold.equal,
            };
            prop_assert!(equal <= events.len());
        }
    }
}
