//! `asl history A B`: two executions side by side.

use std::path::Path;

use super::load::History;
use super::views::about;
use crate::cli::Exit;
use crate::cli::args::HistoryArgs;
use crate::cli::document::STDIN;
use crate::cli::log::Log;
use crate::cli::output::{Failure, Terminal, print};
use crate::history::outline::Kept;
use crate::report::histories::Documents;
use crate::report::histories::compare::{Compared, render};

pub(super) fn run(args: &HistoryArgs, other: &Path, terminal: &Terminal) -> Result<Exit, Failure> {
    if args.log.as_os_str() == STDIN && other.as_os_str() == STDIN {
        return Err(Failure::usage("only one history can come from stdin"));
    }
    let (one, documents) = read(args, &args.log, terminal)?;
    let (other, others) = read(args, other, terminal)?;
    let (about_one, about_other) = (about(&one), about(&other));
    let one = Compared {
        outline: &one.outline,
        documents: &documents,
        about: &about_one,
    };
    let other = Compared {
        outline: &other.outline,
        documents: &others,
        about: &about_other,
    };
    let mut text = String::new();
    let written = render(&one, &other, &terminal.stdout_style(), &mut text);
    written.expect("a string takes all");
    print(&text)?;
    Ok(Exit::Success)
}

fn read(
    args: &HistoryArgs,
    path: &Path,
    terminal: &Terminal,
) -> Result<(History, Documents), Failure> {
    let mut documents = Documents::default();
    let execution = args.views.execution.as_deref();
    let history = History::read(
        Log::open(path)?,
        execution,
        Kept::MANY,
        &mut documents,
        terminal,
    )?;
    Ok((history, documents))
}
