//! `asl run --redrive`: an execution that ended without success goes on from its failed states.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::outside::Outside;
use super::recorded::Recorded;
use super::sinks::Sinks;
use super::{clock, conclude, drive, executable, replay};
use crate::cli::Exit;
use crate::cli::args::{RunArgs, Time};
use crate::cli::document::{Document, need_source, same_file};
use crate::cli::output::{Failure, Terminal};
use crate::data::Timestamp;
use crate::engine::{self, Divergence, Execution, Input, Likeness, Out, Program, Start};
use crate::history::LogHeader;
use crate::runtime::{Clock, LogFile, RealClock};

pub(super) fn run(args: &RunArgs, path: &Path, terminal: &Terminal) -> Result<Exit, Failure> {
    // Before it is read: nobody else goes on with it meanwhile.
    let same = args.log.as_deref().is_some_and(|log| same_file(log, path));
    let log = same.then(|| LogFile::append(path)).transpose();
    let log = log.map_err(Failure::usage)?;
    let recorded = Recorded::read(path, terminal)?;
    let header = ended(&recorded)?;
    let document = recorded.definition(None, terminal)?;
    refuse_another(args, &document, terminal)?;
    let Some(program) = executable(&document, terminal) else {
        return Ok(Exit::Findings);
    };
    let start = recorded.start(args, "")?;
    let identity = Arc::clone(&start.identity);
    let execution = restored(&recorded, program, start, terminal)?;
    let machine_name = &identity.state_machine_name;
    let (outside, document) = match Outside::of(args, machine_name, document, terminal)? {
        ControlFlow::Continue(bound) => bound,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    let mut sinks = match log {
        Some(log) => Sinks::append(log, args, terminal, header),
        None => Sinks::open(args, terminal, header)?,
    };
    sinks.recall(recorded.events(), same);
    let mut clock = clock(args, Some(resumed_at(args, &recorded)));
    let execution = redriven(execution, &mut *clock, &mut sinks);
    let ended = drive(
        execution,
        outside,
        &mut *clock,
        &mut sinks,
        (args, terminal),
    )?;
    conclude(args, terminal, &document, &identity, sinks, &ended)
}

/// The header of a log of ours whose execution has ended.
fn ended(recorded: &Recorded) -> Result<&LogHeader, Failure> {
    let file = &recorded.file;
    let Some(header) = recorded.header() else {
        return Err(Failure::usage(format_args!(
            "{file} cannot be redriven: it is no log of asl run --log"
        )));
    };
    let ends = recorded
        .events()
        .last()
        .is_some_and(|last| last.kind.ends_execution());
    if ends && recorded.recording.torn_line.is_none() {
        return Ok(header);
    }
    Err(Failure::usage(format_args!(
        "{file} cannot be redriven: the log breaks off before its execution has ended"
    )))
}

/// AWS redrives with the definition that an execution began with.
fn refuse_another(args: &RunArgs, document: &Document, terminal: &Terminal) -> Result<(), Failure> {
    let Some(path) = &args.definition else {
        return Ok(());
    };
    let given = need_source(path, terminal)?;
    if given.text == document.source.text {
        return Ok(());
    }
    Err(Failure::usage(format_args!(
        "{} is not the definition that the log was made with: a redrive goes on with the same \
         one; leave it out, or see what would change with --replay",
        given.name
    )))
}

/// The execution where its log left it.
fn restored(
    recorded: &Recorded,
    program: Program,
    start: Start,
    terminal: &Terminal,
) -> Result<Execution, Failure> {
    let (file, events) = (&recorded.file, recorded.events());
    let replayed = engine::replay(&Arc::new(program), start, events, Likeness::Identical);
    let execution = match replayed {
        Ok(replayed) => replayed.execution,
        Err(Divergence::Different(difference)) => {
            terminal.say(&replay::shown(&difference, &terminal.stderr_style()));
            return Err(Failure::usage(format_args!(
                "{file} cannot be redriven: its execution cannot be restored, because this \
                 program does something else than what the log says"
            )));
        }
        Err(Divergence::Untold(untold)) => {
            return Err(Failure::usage(format_args!("{file}: {untold}")));
        }
    };
    match execution.not_redrivable() {
        None => Ok(execution),
        Some(why) => Err(Failure::usage(format_args!("{file}: {why}"))),
    }
}

/// Time goes on after the last event; the time of day, once it is past that.
fn resumed_at(args: &RunArgs, recorded: &Recorded) -> Timestamp {
    let last = recorded.events().last().map(|last| last.timestamp);
    let last = last.unwrap_or_default();
    match args.time {
        Time::Skip => last,
        Time::Real | Time::Scaled(_) => last.max(RealClock::new(None).now()),
    }
}

fn redriven(mut execution: Execution, clock: &mut dyn Clock, sinks: &mut Sinks) -> Execution {
    // Tasks are asked for when it runs, not before.
    let mut effects = Vec::new();
    let mut out = Out {
        sink: sinks,
        effects: &mut effects,
    };
    execution.deliver(clock.now(), Input::Redrive, &mut out);
    execution
}
