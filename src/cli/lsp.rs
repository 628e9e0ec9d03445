//! `asl lsp`: the language server that an editor starts.

use std::io::{self, IsTerminal};
use std::path::Path;

use super::Exit;
use super::args::LspArgs;
use super::config::Configs;
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

/// How the definition at a path is judged: as its `asl.toml` says, which is read anew each time,
/// since nobody starts an editor again for it. A text that was never saved has none, and what is
/// wrong with a configuration is told by `asl validate`.
fn options_for(path: Option<&Path>) -> lint::Options {
    let configured = path.and_then(|path| {
        let configs = Configs::of(false, None).ok()?;
        let config = configs.at(path.parent()?).ok()??;
        Some(config.options(path))
    });
    configured.unwrap_or_default()
}
