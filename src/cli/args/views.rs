//! The views of `asl history`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// Which view of a history is shown, and how much of it.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(in crate::cli) struct ViewArgs {
    /// Another history: show where the two part, and how what went in and came out differs
    #[arg(conflicts_with_all = ["timeline", "events", "map", "state", "io", "fold", "follow", "failed", "mocks"])]
    pub(in crate::cli) other: Option<PathBuf>,

    /// When each state was at work
    #[arg(long, conflicts_with_all = ["events", "map", "state", "io", "failed", "mocks"], help_heading = "Views")]
    pub(in crate::cli) timeline: bool,
    /// The events, a line each; with --state those of one state
    #[arg(long, conflicts_with_all = ["map", "io", "failed", "mocks"], help_heading = "Views")]
    pub(in crate::cli) events: bool,
    /// The items of a Map: those with errors, with --all all of them, with --failed those that
    /// failed
    #[arg(long, value_name = "NAME", conflicts_with_all = ["state", "io", "mocks"], help_heading = "Views")]
    pub(in crate::cli) map: Option<String>,
    /// Every item, not only those with errors; in the tree every visit of a state, which takes
    /// memory as the history is long
    #[arg(long, conflicts_with_all = ["failed", "events", "state", "fold", "follow", "mocks", "other"], help_heading = "Views")]
    pub(in crate::cli) all: bool,
    /// Each visit of one state: its tries, its input and output, its errors
    #[arg(long, value_name = "NAME", conflicts_with_all = ["io", "failed", "mocks"], help_heading = "Views")]
    pub(in crate::cli) state: Option<String>,
    /// The tree with what went into each state and what came out, as far as a few lines hold it
    #[arg(long, conflicts_with_all = ["failed", "mocks"], help_heading = "Views")]
    pub(in crate::cli) io: bool,
    /// Count what succeeded instead of showing it
    #[arg(long, value_name = "WHAT", value_enum, conflicts_with_all = ["events", "map", "state", "mocks"], help_heading = "Views")]
    pub(in crate::cli) fold: Option<FoldChoice>,
    /// Show this many levels of Map and Parallel
    #[arg(long, value_name = "N", conflicts_with_all = ["events", "map", "state", "mocks"], help_heading = "Views")]
    pub(in crate::cli) depth: Option<usize>,

    /// Go on reading as the log grows, until the execution ends; waits for a log that is not there
    /// yet
    #[arg(short, long, conflicts_with_all = ["timeline", "events", "map", "state", "io", "fold", "depth", "failed", "mocks"])]
    pub(in crate::cli) follow: bool,
    /// The execution with this ARN or name, when the log is of CloudWatch and has several
    #[arg(long, value_name = "ARN")]
    pub(in crate::cli) execution: Option<String>,
    /// How to write it: json has the tree as one document, with --events each event in a line
    /// [default: by the ending of --output, else text]
    #[arg(long, value_enum, conflicts_with_all = ["timeline", "map", "follow", "failed", "mocks", "other", "io", "fold"])]
    pub(in crate::cli) format: Option<HistoryFormat>,
    /// Where to write the page, instead of stdout
    #[arg(short, long, value_name = "FILE", conflicts_with_all = ["timeline", "events", "map", "state", "io", "fold", "depth", "follow", "failed", "mocks", "other"])]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// What is folded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FoldChoice {
    /// What succeeded
    Ok,
}

/// How a history is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum HistoryFormat {
    /// For people in a terminal
    Text,
    /// A page to look around in, in one file
    Html,
    /// For programs
    Json,
}
