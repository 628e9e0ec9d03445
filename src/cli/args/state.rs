//! Arguments for one state alone: what `TestState` can be asked.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(in crate::cli) struct StateArgs {
    /// Run this state alone, at whatever depth it is, and answer as `aws stepfunctions test-state`
    /// does; a file with one state and no machine gets this name
    #[arg(
        long,
        value_name = "NAME",
        conflicts_with_all = ["replay", "redrive", "log", "execution_type", "max_events", "from", "inputs"],
        help_heading = "One state alone"
    )]
    pub(in crate::cli) state: Option<String>,
    /// The variables it begins with, an object
    #[arg(
        long,
        value_name = "JSON|@FILE",
        requires = "state",
        help_heading = "One state alone"
    )]
    pub(in crate::cli) variables: Option<String>,
    /// The context object, instead of one made up; only with a mock
    #[arg(
        long,
        value_name = "JSON|@FILE",
        requires = "state",
        help_heading = "One state alone"
    )]
    pub(in crate::cli) context: Option<String>,
    /// The raw result of its work, a Task's, a Map's or a Parallel's, as the service gives it
    #[arg(
        long,
        value_name = "JSON|@FILE",
        requires = "state",
        conflicts_with = "mock_error",
        help_heading = "One state alone"
    )]
    pub(in crate::cli) mock_result: Option<String>,
    /// What its work fails with, also as {"error": …, "cause": …}
    #[arg(
        long,
        value_name = "NAME[: CAUSE]",
        requires = "state",
        help_heading = "One state alone"
    )]
    pub(in crate::cli) mock_error: Option<String>,
    /// How much of the data's way through the state the answer has  [default: info]
    #[arg(
        long,
        value_enum,
        value_name = "LEVEL",
        requires = "state",
        help_heading = "One state alone"
    )]
    pub(in crate::cli) inspect: Option<InspectChoice>,
    /// How often the retrier that matches the error was used before
    #[arg(
        long,
        value_name = "N",
        requires = "state",
        help_heading = "One state alone"
    )]
    pub(in crate::cli) retry_count: Option<u32>,
    /// The state within a Map or Parallel that the mocked error comes from
    #[arg(
        long,
        value_name = "NAME",
        requires = "mock_error",
        help_heading = "One state alone"
    )]
    pub(in crate::cli) error_caused_by_state: Option<String>,
    /// How many iterations of a mocked Map failed
    #[arg(
        long,
        value_name = "N",
        requires = "state",
        help_heading = "One state alone"
    )]
    pub(in crate::cli) map_failure_count: Option<u64>,
    /// What the `ItemReader` of a mocked Map reads
    #[arg(
        long,
        value_name = "JSON|@FILE",
        requires = "state",
        help_heading = "One state alone"
    )]
    pub(in crate::cli) map_reader_data: Option<String>,
}

impl StateArgs {
    /// What stdin is asked for.
    pub(in crate::cli) fn claims(&self) -> [(&'static str, bool); 4] {
        let is_stdin = |given: &Option<String>| given.as_deref() == Some("@-");
        [
            ("the variables", is_stdin(&self.variables)),
            ("the context object", is_stdin(&self.context)),
            ("the mocked result", is_stdin(&self.mock_result)),
            ("what a reader reads", is_stdin(&self.map_reader_data)),
        ]
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum InspectChoice {
    /// The end only
    #[default]
    Info,
    /// Every step
    Debug,
    /// As debug; on AWS with the request and response of an HTTP Task
    Trace,
}
