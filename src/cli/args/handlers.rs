//! The arguments of `asl run` about handlers.

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct HandlersArgs {
    /// Show each state's input and output as it ends, and what handlers say on stderr, line by
    /// line, each behind its state's name
    #[arg(short, long, help_heading = "What it leaves")]
    pub(in crate::cli) verbose: bool,
}
