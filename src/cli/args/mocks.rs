//! What `asl run` writes down for another time.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct RecordArgs {
    /// Write what Tasks answer, as mocks for another run: into NAME.mocks.yaml in this folder,
    /// after the state machine's name
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["replay", "redrive", "dry", "inputs", "state"],
        help_heading = "What it leaves"
    )]
    pub(in crate::cli) record: Option<PathBuf>,
}
