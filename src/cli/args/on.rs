//! The arguments of executions that run elsewhere.

use clap::Args;

use crate::remote::Target;

/// Where `asl run` runs a machine, when not here.
#[derive(Debug, Args)]
pub(in crate::cli) struct RunOnArgs {
    /// Run it there: on AWS Step Functions, or on anything that speaks its API, such as
    /// `asl serve`; the state machine is created or updated first
    #[arg(
        long,
        value_name = "aws[:PROFILE]|URL",
        conflicts_with_all = [
            "replay", "redrive", "from", "execution", "mock", "case", "handlers", "task",
            "machine_map", "bucket", "callback_port", "dry", "lambda_endpoint", "time",
            "max_events", "record", "account", "seed", "start_time", "state", "inputs", "watch",
        ],
        help_heading = "Elsewhere"
    )]
    pub(in crate::cli) on: Option<Target>,
    /// The role of a state machine that is created there  [default: `ASL_ROLE_ARN`]
    #[arg(long, value_name = "ARN", requires = "on", help_heading = "Elsewhere")]
    pub(in crate::cli) role: Option<String>,
    /// What the state machine is called there  [default: as its file or in its template]
    #[arg(long, value_name = "NAME", requires = "on", help_heading = "Elsewhere")]
    pub(in crate::cli) machine_name: Option<String>,
}

/// Where `asl test` runs cases, when not here.
#[derive(Debug, Args)]
pub(in crate::cli) struct TestOnArgs {
    /// Run the cases there that mock nothing: on AWS Step Functions, or on anything that speaks its
    /// API, such as `asl serve`; state machines are created or updated first
    #[arg(
        long,
        value_name = "aws[:PROFILE]|URL",
        conflicts_with_all = ["update", "watch", "coverage", "fail_under", "init"],
        help_heading = "Elsewhere"
    )]
    pub(in crate::cli) on: Option<Target>,
    /// The role of state machines that are created there  [default: `ASL_ROLE_ARN`]
    #[arg(long, value_name = "ARN", requires = "on", help_heading = "Elsewhere")]
    pub(in crate::cli) role: Option<String>,
    /// The region there  [default: `AWS_REGION`, or the profile's]
    #[arg(long, requires = "on", help_heading = "Elsewhere")]
    pub(in crate::cli) region: Option<String>,
}

/// Where `asl history` reads an execution, when not from a log.
#[derive(Debug, Args)]
pub(in crate::cli) struct HistoryOnArgs {
    /// Read the execution with this ARN there: from AWS Step Functions, or from anything that speaks
    /// its API, such as `asl serve`
    #[arg(
        long,
        value_name = "aws[:PROFILE]|URL",
        conflicts_with_all = ["other", "execution"],
        help_heading = "Elsewhere"
    )]
    pub(in crate::cli) on: Option<Target>,
    /// The region there  [default: the one in the ARN]
    #[arg(long, requires = "on", help_heading = "Elsewhere")]
    pub(in crate::cli) region: Option<String>,
}
