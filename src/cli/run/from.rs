//! `asl run --from`: an execution that begins in the middle, with what a state had in a recorded
//! one. To the execution itself that is its input: `$$.Execution.Input` is the same.

use std::collections::{BTreeMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;

use super::outside::Outside;
use super::recorded::Recorded;
use super::{Situation, executable, execute, machine_name, safe_name};
use crate::cli::Exit;
use crate::cli::args::RunArgs;
use crate::cli::document::{Document, STDIN, listed, same_file};
use crate::cli::output::{Failure, Terminal};
use crate::data::Json;
use crate::history::{Details, HistoryEvent};
use crate::language::{Flow, State};
use crate::lint::nearest;
use crate::report::style::printable;
use crate::syntax::Source;

/// Where it begins.
struct Place<'p> {
    state: &'p str,
    /// Which of its visits, from 1.
    visit: usize,
}

pub(super) fn run(args: &RunArgs, place: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    let (log, wanted) = divided(place)?;
    if args.log.as_deref().is_some_and(|new| same_file(new, log)) {
        return Err(Failure::usage(format_args!(
            "the log would overwrite {}: name another file",
            log.display()
        )));
    }
    let recorded = Recorded::read(log, args, terminal)?;
    let definition = args.definition.as_deref();
    let document = recorded.definition(definition, args.machine.as_deref(), terminal)?;
    let machine_name = match (&document.name, recorded.header()) {
        (Some(name), _) => safe_name(name),
        (None, Some(header)) if definition.is_none() => {
            let name = header.state_machine_arn.rsplit(':').next();
            safe_name(name.unwrap_or_default())
        }
        (None, _) => machine_name(Path::new(&*document.source.name)),
    };
    let place = Place::of(wanted, &document);
    let situation = place.find(&recorded, &document)?;
    let document = beginning_at(&document, place.state);
    let Some(program) = executable(&document, terminal) else {
        return Ok(Exit::Findings);
    };
    let (outside, document) = match Outside::of(args, &machine_name, document, terminal)? {
        ControlFlow::Continue(bound) => bound,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    let program = (program, machine_name);
    execute(args, terminal, &document, program, situation, outside)
}

/// Whether stdin is the log.
pub(super) fn reads_stdin(args: &RunArgs) -> bool {
    let place = args.many.from.as_deref();
    let log = place.and_then(|place| place.split_once(':'));
    log.is_some_and(|(log, _)| log == STDIN)
}

/// `LOG:STATE`. Both may hold colons: the log is a file that is there.
fn divided(place: &str) -> Result<(&Path, &str), Failure> {
    let colons = place.match_indices(':');
    let mut parts = colons.map(|(at, _)| (Path::new(&place[..at]), &place[at + 1..]));
    let first = parts
        .clone()
        .find(|(log, state)| !log.as_os_str().is_empty() && !state.is_empty());
    let there = parts.find(|(log, state)| log.is_file() && !state.is_empty());
    there.or(first).ok_or_else(|| {
        Failure::usage(format_args!(
            "invalid --from '{}': write a log, a colon and a state, such as run.jsonl:Ship",
            printable(place)
        ))
    })
}

impl<'p> Place<'p> {
    /// `STATE`, or `STATE#2`, unless a state is called just that.
    fn of(wanted: &'p str, document: &Document) -> Self {
        let is_state = document
            .machine
            .states()
            .any(|state| *state.name == *wanted);
        let visit = wanted.rsplit_once('#').filter(|_| !is_state);
        let visit = visit.and_then(|(state, number)| {
            let number = number.parse().ok().filter(|number| *number > 0)?;
            Some((state, number))
        });
        let (state, visit) = visit.unwrap_or((wanted, 1));
        Self { state, visit }
    }

    fn find(&self, recorded: &Recorded, document: &Document) -> Result<Situation, Failure> {
        let outer: HashSet<&str> = document
            .machine
            .flow
            .states
            .iter()
            .map(|s| &*s.name)
            .collect();
        self.check(document, &outer)?;
        let (file, state) = (&recorded.file, printable(self.state));
        let mut variables = BTreeMap::new();
        let mut visits = 0;
        for event in recorded.events() {
            match &event.details {
                Details::StateEntered { name, input } if **name == *self.state => {
                    visits += 1;
                    if visits < self.visit {
                        continue;
                    }
                    let input = input.as_ref().map(|input| input.text());
                    let input = input.and_then(|input| Json::parse(&input).ok());
                    let input = input.ok_or_else(|| {
                        Failure::usage(format_args!(
                            "{file} does not hold the input of \"{state}\""
                        ))
                    })?;
                    return Ok(Situation { input, variables });
                }
                Details::StateExited { name, assigned, .. } if outer.contains(&**name) => {
                    let pairs = assigned.pairs().into_iter();
                    let pairs = pairs
                        .filter_map(|(name, text)| Some((name.into(), Json::parse(&text).ok()?)));
                    variables.extend(pairs);
                }
                _ => {}
            }
        }
        Err(Failure::usage(self.missing(visits, recorded, &outer)))
    }

    /// Whether an execution can begin there at all.
    fn check(&self, document: &Document, outer: &HashSet<&str>) -> Result<(), Failure> {
        if outer.contains(self.state) {
            return Ok(());
        }
        let state = printable(self.state);
        let file = printable(&document.source.name);
        let around = document.machine.flow.states.iter().find(|outer| {
            let mut inside: Vec<&Flow> = outer.flows().iter().collect();
            while let Some(flow) = inside.pop() {
                if flow.states.iter().any(|inner| *inner.name == *self.state) {
                    return true;
                }
                inside.extend(flow.states.iter().flat_map(State::flows));
            }
            false
        });
        if let Some(around) = around {
            let around = printable(&around.name);
            return Err(Failure::usage(format_args!(
                "an execution cannot begin at \"{state}\", which is inside of \"{around}\": its \
                 result would have nowhere to go; begin at \"{around}\""
            )));
        }
        let near = nearest(self.state, outer.iter().copied());
        let near = near.map_or(String::new(), |near| format!(", did you mean {near:?}?"));
        Err(Failure::usage(format_args!(
            "there is no state \"{state}\" in {file}{near}"
        )))
    }

    fn missing(&self, visits: usize, recorded: &Recorded, outer: &HashSet<&str>) -> String {
        let (file, state) = (&recorded.file, printable(self.state));
        if visits > 0 {
            let times = if visits == 1 {
                "once".to_owned()
            } else {
                format!("{visits} times")
            };
            return format!(
                "\"{state}\" was visited {times} in {file}: there is no visit {}",
                self.visit
            );
        }
        let entered = recorded.events().iter().filter_map(entered);
        let mut known = HashSet::new();
        let entered: Vec<String> = entered
            .filter(|name| outer.contains(name) && known.insert(name.to_owned()))
            .map(str::to_owned)
            .collect();
        format!(
            "\"{state}\" was not visited in {file}; it went through {}",
            listed(&entered)
        )
    }
}

fn entered<'e>(event: &'e HistoryEvent<'_>) -> Option<&'e str> {
    match &event.details {
        Details::StateEntered { name, .. } => Some(name),
        _ => None,
    }
}

/// The definition with another `StartAt`, so that the log says what was run.
fn beginning_at(document: &Document, state: &str) -> Document {
    let name = document.source.name.clone();
    let text = document.definition_text();
    let document = Document::of(Source::new(&*name, text));
    let Some(start) = &document.machine.flow.start_at else {
        return document;
    };
    if *start.name == *state {
        return document;
    }
    let mut text = document.source.text.to_string();
    // A JSON string is one in YAML, too.
    let quoted = serde_json::to_string(state).expect("a string");
    text.replace_range(start.span.range(), &quoted);
    Document::of(Source::new(&*name, text))
}
