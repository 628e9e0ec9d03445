//! The command line: arguments in, exit codes out, one file for each subcommand.
//!
//! stdout carries a command's result and nothing else; everything said to a person goes to
//! stderr. A closed pipe ends the program quietly.

mod args;
mod completions;
mod config;
mod document;
mod explain;
mod graph;
mod history;
mod log;
mod lsp;
#[cfg(feature = "aws")]
mod on;
mod output;
mod parallel;
mod paths;
mod run;
mod schema;
mod serve;
mod strangers;
mod test;
mod validate;
mod walk;
mod watch;
mod write;

use std::process::ExitCode;

use clap::Parser;

use args::Command;
pub use args::{Cli, command};
use output::{Failure, Terminal};

/// What a process ends with, for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Clean, SUCCEEDED.
    Success = 0,
    /// Findings at or above the threshold, FAILED.
    Findings = 1,
    /// Usage, configuration, unreadable input: nothing was judged.
    Usage = 2,
    /// `TIMED_OUT`, or the time given was over.
    TimedOut = 3,
    /// No file matched.
    Nothing = 4,
    /// Interrupted by a person.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let terminal = Terminal::new(&cli.global);
    let done = match &cli.command {
        Command::Validate(args) => validate::run(args, &terminal),
        Command::Run(args) => run::run(args, &terminal),
        Command::Test(args) => test::run(args, &terminal),
        Command::Graph(args) => graph::run(args, &terminal),
        Command::History(args) => history::run(args, &terminal),
        Command::Serve(args) => serve::run(args, &terminal),
        Command::Lsp(args) => lsp::run(args, &terminal),
        Command::Explain(args) => explain::explain(args, &terminal),
        Command::Rules(args) => explain::rules(args, &terminal),
        Command::Schema(args) => schema::run(args, &terminal),
        Command::Completions(args) => completions::run(args, &terminal),
    };
    match done {
        Ok(exit) => exit.into(),
        // Whoever read our output has seen enough.
        Err(Failure::ClosedPipe) => Exit::Success.into(),
        Err(Failure::Message { message, exit }) => {
            terminal.error(&message);
            exit.into()
        }
    }
}
