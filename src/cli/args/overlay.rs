//! What `asl graph` paints onto a picture.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(in crate::cli) struct OverlayArgs {
    /// Paint an execution: a log of `asl run --log`, or the JSON of `aws stepfunctions
    /// get-execution-history`; given twice, where the two part
    #[arg(long, value_name = "LOG", help_heading = "What happened")]
    pub(in crate::cli) run: Vec<PathBuf>,
    /// Paint numbers from every log in a folder: visits, failures, durations, busy ways
    #[arg(
        long,
        value_name = "DIR",
        conflicts_with_all = ["run", "coverage"],
        help_heading = "What happened"
    )]
    pub(in crate::cli) runs: Option<PathBuf>,
    /// Paint what tests went through: a file of `asl test --coverage=FILE`
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "run",
        help_heading = "What happened"
    )]
    pub(in crate::cli) coverage: Option<PathBuf>,
    /// The colours of what happened
    #[arg(long, value_enum, default_value_t, help_heading = "What happened")]
    pub(in crate::cli) palette: PaletteChoice,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(in crate::cli) enum PaletteChoice {
    /// Told apart by people who see few colours
    #[default]
    Default,
    /// Those of the AWS console
    Aws,
}
