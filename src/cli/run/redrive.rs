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
use crate::cli::document::{Document, need_document, same_file};
use crate::cli::output::{Failure, Terminal};
use crate::data::{StatesError, Timestamp};
use crate::engine::{
    self, Divergence, EventSink, Execution, Input, Likeness, Out, Program, Replayed, Start,
};
use crate::history::{HistoryEvent, LogHeader, read_event};
use crate::runtime::{Clock, LogFile, RealClock};

pub(super) fn run(args: &RunArgs, path: &Path, terminal: &Terminal) -> Result<Exit, Failure> {
    // Before it is read: nobody else goes on with it meanwhile.
    let same = args.log.as_deref().is_some_and(|log| same_file(log, path));
    let log = same.then(|| LogFile::append(path)).transpose();
    let log = log.map_err(Failure::usage)?;
    let recorded = Recorded::read(path, args, terminal)?;
    let header = header(&recorded)?;
    let document = recorded.definition(None, None, terminal)?;
    refuse_another(args, &document, terminal)?;
    let Some(program) = executable(&document, terminal) else {
        return Ok(Exit::Findings);
    };
    let start = recorded.start(args, "")?;
    let identity = Arc::clone(&start.identity);
    let (execution, rest) = restored(&recorded, program, start, terminal)?;
    let machine_name = &identity.state_machine_name;
    let (outside, document) = match Outside::of(args, machine_name, document, terminal)? {
        ControlFlow::Continue(bound) => bound,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    let masking = outside.host.handlers.masking().clone();
    let header = &masking.header(header.clone());
    let mut sinks = match log {
        Some(mut log) => {
            if recorded.recording.torn_line.is_some() {
                log.cut_torn_line().map_err(Failure::usage)?;
            }
            Sinks::append(log, args, terminal, header)?
        }
        None => Sinks::open(args, terminal, header)?,
    };
    sinks = sinks.masked(masking);
    sinks.recall(recorded.events(), same);
    sinks.recall(&rest, false);
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

/// The header of a log of ours.
fn header(recorded: &Recorded) -> Result<&LogHeader, Failure> {
    let file = &recorded.file;
    recorded.header().ok_or_else(|| {
        Failure::usage(format_args!(
            "{file} cannot be redriven: it is no log of asl run --log"
        ))
    })
}

/// AWS redrives with the definition that an execution began with.
fn refuse_another(args: &RunArgs, document: &Document, terminal: &Terminal) -> Result<(), Failure> {
    let Some(path) = &args.definition else {
        return Ok(());
    };
    let given = need_document(path, args.machine.as_deref(), terminal)?;
    if given.definition_text() == document.source.text {
        return Ok(());
    }
    Err(Failure::usage(format_args!(
        "{} is not the definition that the log was made with: a redrive goes on with the same \
         one; leave it out, or see what would change with --replay",
        given.source.name
    )))
}

/// The execution where its log left it, and the events that the log lacks to its end.
fn restored(
    recorded: &Recorded,
    program: Program,
    start: Start,
    terminal: &Terminal,
) -> Result<(Execution, Vec<HistoryEvent<'static>>), Failure> {
    let (file, events) = (&recorded.file, recorded.events());
    let replayed = engine::replay(&Arc::new(program), start, events, Likeness::Identical);
    let mut replayed = match replayed {
        Ok(replayed) => replayed,
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
    if replayed.execution.outcome().is_none() {
        break_off(&mut replayed, recorded, terminal);
    }
    let Replayed {
        execution, rest, ..
    } = replayed;
    match execution.not_redrivable() {
        None => Ok((execution, rest)),
        Some(why) => Err(Failure::usage(format_args!("{file}: {why}"))),
    }
}

/// A run that was killed left an execution without an end, which is what an abort makes of it.
fn break_off(replayed: &mut Replayed, recorded: &Recorded, terminal: &Terminal) {
    if !terminal.quiet {
        terminal.say(&format!(
            "note: {} breaks off before its execution has ended; it is taken as aborted there",
            recorded.file
        ));
    }
    let last = recorded.events().last().map(|last| last.timestamp);
    let error = StatesError::new("BrokeOff", "The run broke off without an end.");
    let mut sink = Missing(&mut replayed.rest);
    let mut out = Out {
        sink: &mut sink,
        effects: &mut Vec::new(),
    };
    let stop = Input::Stop(error);
    replayed
        .execution
        .deliver(last.unwrap_or_default(), stop, &mut out);
}

/// Events that a log lacks.
struct Missing<'r>(&'r mut Vec<HistoryEvent<'static>>);

impl EventSink for Missing<'_> {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.0.extend(read_event(&event.to_line()));
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
