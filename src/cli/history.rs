//! `asl history`: what happened, and why it failed.

mod compare;
mod follow;
mod load;
mod mocks;
#[cfg(feature = "aws")]
mod on;
mod page;
mod views;

use super::Exit;
use super::args::HistoryArgs;
use super::document::{Document, need_source};
use super::log::{Log, note_ending};
use super::output::{Failure, Terminal};
use crate::history::LogHeader;
use crate::report::histories::About;
use crate::syntax::Source;

pub(super) fn run(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if args.views.follow {
        return follow::run(args, terminal);
    }
    if let Some(other) = &args.views.other {
        return compare::run(args, other, terminal);
    }
    if args.mocks {
        return mocked(args, terminal);
    }
    if page::is_wanted(&args.views)? {
        return page::run(args, terminal);
    }
    views::run(args, terminal)
}

/// The log that was named, or an execution elsewhere as a log.
fn open(args: &HistoryArgs) -> Result<Log, Failure> {
    #[cfg(feature = "aws")]
    if let Some(target) = &args.elsewhere.on {
        return on::open(args, target);
    }
    Log::open(&args.log)
}

/// What leads to the same execution again, for commands that are shown.
fn again(args: &HistoryArgs) -> Vec<String> {
    let log = args.log.to_string_lossy().into_owned();
    #[cfg(feature = "aws")]
    if let Some(target) = &args.elsewhere.on {
        return vec![log, "--on".to_owned(), target.to_string()];
    }
    vec![log]
}

/// A mocks file is made of all events at once.
fn mocked(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let log = open(args)?;
    let name = log.name.clone();
    let (recording, ending) = log.recording(args.views.execution.as_deref())?;
    note_ending(&name, &ending, terminal);
    let document = definition(args, recording.header.as_ref(), terminal)?;
    let machine = document.as_ref().map(|document| &document.machine);
    let arn = ending.executions.first().map(|seen| &*seen.arn);
    mocks::print_mocks(&name, arn, &recording, machine, terminal)
}

/// The definition that was named, else the one in the log.
fn definition(
    args: &HistoryArgs,
    header: Option<&LogHeader>,
    terminal: &Terminal,
) -> Result<Option<Document>, Failure> {
    if let Some(path) = &args.definition {
        return Ok(Some(Document::of(need_source(path, terminal)?)));
    }
    let Some(header) = header else {
        return Ok(None);
    };
    let name = header.definition_path.as_deref().unwrap_or("definition");
    Ok(Some(Document::of(Source::new(
        name,
        header.definition.clone(),
    ))))
}
