//! Arguments of `asl run` for more than one execution: over many inputs, again from the middle,
//! again on change.

use std::num::NonZeroU16;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::sync::Notify;

/// What `asl run` takes to run more than once.
#[derive(Debug, Args)]
pub(in crate::cli) struct ManyArgs {
    /// Start at a state with the input and the variables that it had in a recorded execution, such
    /// as run.jsonl:Ship; run.jsonl:Ship#2 is its second visit
    #[arg(
        long,
        value_name = "LOG:STATE",
        // stdin is `-`.
        allow_hyphen_values = true,
        conflicts_with_all = ["replay", "redrive", "input", "input_file", "inputs"],
        help_heading = "Recorded executions"
    )]
    pub(in crate::cli) from: Option<String>,
    /// The execution with this ARN or name, when the history is of CloudWatch and has several
    #[arg(
        long,
        value_name = "ARN",
        requires = "recorded",
        help_heading = "Recorded executions"
    )]
    pub(in crate::cli) execution: Option<String>,

    /// Run an execution for each line of a JSON Lines file; the results are JSON lines on stdout,
    /// in the order of the inputs; - is stdin
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["replay", "redrive", "input", "input_file", "name"],
        help_heading = "Many inputs"
    )]
    pub(in crate::cli) inputs: Option<PathBuf>,
    /// How many executions may run at once  [default: 8 for each core]
    #[arg(
        long,
        value_name = "N",
        requires = "inputs",
        help_heading = "Many inputs"
    )]
    pub(in crate::cli) jobs: Option<NonZeroU16>,
    /// Go on behind inputs whose execution fails
    #[arg(long, requires = "inputs", help_heading = "Many inputs")]
    pub(in crate::cli) keep_going: bool,
    /// Leave out the inputs that succeeded according to these results, as this option's own run
    /// before wrote them
    #[arg(
        long,
        value_name = "RESULTS",
        requires = "inputs",
        help_heading = "Many inputs"
    )]
    pub(in crate::cli) skip_done: Option<PathBuf>,

    /// Run again whenever the definition, the input, the mocks or the handlers file changes
    #[arg(short, long)]
    pub(in crate::cli) watch: bool,
    /// Told when a run shall end because a file has changed.
    #[arg(skip)]
    pub(in crate::cli) changed: Arc<Notify>,
}
