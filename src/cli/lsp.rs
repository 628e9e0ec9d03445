//! `asl lsp`: the language server that an editor starts.

use std::io::{self, IsTerminal};
use std::path::Path;

use super::Exit;
use super::args::LspArgs;
use super::output::{Failure, Terminal};
use crate::lint;
use crate::lsp::{self, Ended};

#[expect(clippy::unnecessary_wraps, reason = "subcommands have one signature")]
pub(super) fn run(_: &LspArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if io::stdin().is_terminal() && !terminal.quiet {
        terminal.say("asl lsp talks to editors, on stdin and stdout: let yours start it");
    }
    let options = lsp::Options { lint: &options_for };
    Ok(match lsp::serve_stdio(&options) {
        Ended::InOrder => Exit::Success,
        // The code that the protocol demands.
        Ended::Abruptly => Exit::Findings,
    })
}

/// How the definition at a path is judged; a text that was never saved has none.
fn options_for(_: Option<&Path>) -> lint::Options {
    lint::Options::default()
}
