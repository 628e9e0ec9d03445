//! The arguments of `asl run` about handlers.

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct HandlersArgs {
    /// Show what handlers say on stderr, line by line, each behind its state's name
    #[arg(short, long, help_heading = "What it leaves")]
    pub(in crate::cli) verbose: bool,
}
