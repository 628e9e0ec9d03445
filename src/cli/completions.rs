//! `asl completions`: the script that a shell sources.

use super::Exit;
use super::args::{CompletionsArgs, command};
use super::output::{Failure, Terminal, print};

pub(super) fn run(args: &CompletionsArgs, _: &Terminal) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "asl", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
