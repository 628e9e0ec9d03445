//! `asl run --replay`: would the definition have done the same?

use std::path::Path;
use std::sync::Arc;

use super::recorded::Recorded;
use super::{executable, machine_name};
use crate::cli::Exit;
use crate::cli::args::RunArgs;
use crate::cli::output::{Failure, Terminal, print};
use crate::engine::{Difference, Divergence, Replayed, replay};
use crate::report::histories::difference::{Diverged, render};
use crate::report::style::Style;

pub(super) fn run(args: &RunArgs, history: &Path, terminal: &Terminal) -> Result<Exit, Failure> {
    let recorded = Recorded::read(history, args, terminal)?;
    let document = recorded.definition(
        args.definition.as_deref(),
        args.machine.as_deref(),
        terminal,
    )?;
    let Some(program) = executable(&document, terminal) else {
        return Ok(Exit::Findings);
    };
    let machine = machine_name(Path::new(&*document.source.name));
    let start = recorded.start(args, &machine)?;
    match replay(
        &Arc::new(program),
        start,
        recorded.events(),
        recorded.likeness(),
    ) {
        Ok(replayed) => {
            print(&summary(&replayed))?;
            Ok(Exit::Success)
        }
        Err(Divergence::Different(difference)) => {
            print(&shown(&difference, &terminal.stdout_style()))?;
            Ok(Exit::Findings)
        }
        Err(Divergence::Untold(untold)) => Err(Failure::usage(format_args!(
            "{}: {untold}; {} up to there",
            recorded.file,
            told(untold.equal)
        ))),
    }
}

fn summary(replayed: &Replayed) -> String {
    let end = if replayed.ended {
        ""
    } else {
        "; the history breaks off before the execution ends"
    };
    format!("{}{end}\n", told(replayed.events))
}

fn told(events: usize) -> String {
    match events {
        1 => String::from("1 event replayed, no difference"),
        _ => format!("{events} events replayed, no difference"),
    }
}

/// The first difference, for a person.
pub(super) fn shown(difference: &Difference, style: &Style) -> String {
    let diverged = Diverged {
        recorded: difference.recorded.as_ref(),
        made: difference.made.as_ref(),
        path: &difference.path,
        state: difference.state.as_deref(),
        equal: difference.equal,
    };
    let mut text = String::new();
    render(&diverged, style, &mut text).expect("a string takes all");
    text
}
