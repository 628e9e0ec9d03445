//! `asl history` as a page.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How a history is written, and where to.
#[derive(Debug, Args)]
pub(in crate::cli) struct PageArgs {
    /// How to write it  [default: by the ending of --output, else text]
    #[arg(long, value_enum, conflicts_with_all = ["failed", "mocks"])]
    pub(in crate::cli) format: Option<HistoryFormat>,
    /// Where to write it, instead of stdout
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["failed", "mocks"])]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// How a history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum HistoryFormat {
    /// For people in a terminal
    Text,
    /// A page to look around in, in one file
    Html,
}
