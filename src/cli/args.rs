//! Every argument of every subcommand: help, completions and parser come from here alone.

mod compare;
mod format;
mod handlers;
mod many;
mod mocks;
#[cfg(feature = "aws")]
mod on;
mod overlay;
mod serve;
mod services;
mod state;
mod suites;
mod text;
mod validate;
mod views;

use std::path::PathBuf;

use clap::{ArgGroup, Args, CommandFactory, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::data::Timestamp;
use crate::language::StateMachineType;
use compare::CompareArgs;
pub(super) use format::{DiagnosticFormat, FormatArg};
pub(super) use handlers::HandlersArgs;
use many::ManyArgs;
use mocks::RecordArgs;
#[cfg(feature = "aws")]
use on::{HistoryOnArgs, RunOnArgs, TestOnArgs};
pub(super) use overlay::{OverlayArgs, PaletteChoice};
pub(super) use serve::ServeArgs;
use services::ServicesArgs;
pub(super) use state::{InspectChoice, StateArgs};
pub(super) use suites::{ReportArg, ReportFormat, TestArgs};
pub(super) use text::{MarkerArgs, TextArgs};
pub(super) use validate::{FailOn, ValidateArgs};
pub(super) use views::{FoldChoice, HistoryFormat, ViewArgs};

/// The command line as clap knows it.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

const EXAMPLES: &str = "\
Examples:
  asl validate                              every definition below this folder
  asl run order.asl.json --mock mocks.yaml --time skip
  asl test                                  every suite below this folder
  asl graph order.asl.json --format mermaid
  asl history run.jsonl                     why did it fail?

Exit codes:
  0 clean, SUCCEEDED    1 findings, FAILED    2 usage, unreadable input
  3 TIMED_OUT           4 nothing matched     130 interrupted";

/// Validate, run, test, draw and read Amazon States Language machines, without deploying them.
#[derive(Debug, Parser)]
#[command(name = "asl", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// What every subcommand takes.
#[derive(Debug, Args)]
pub(super) struct Global {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(super) color: ColorChoice,
    /// Say nothing but errors
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum ColorChoice {
    /// On a terminal; `NO_COLOR` and `CLICOLOR_FORCE` are respected
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Find what AWS would refuse, and what would fail later
    #[command(alias = "lint")]
    Validate(ValidateArgs),
    /// Run a state machine here, with Tasks mocked or done by your own code
    Run(Box<RunArgs>),
    /// Test state machines: cases with mocked Tasks, and what is expected of them
    Test(TestArgs),
    /// Draw a state machine
    Graph(GraphArgs),
    /// Tell what happened in an execution, and why it failed
    History(HistoryArgs),
    /// Serve the Step Functions API on this machine, for your programs, workers and tests
    Serve(ServeArgs),
    /// Help an editor, by the Language Server Protocol on stdin and stdout
    Lsp(LspArgs),
    /// Print the page of a rule
    Explain(ExplainArgs),
    /// List the rules
    Rules(RulesArgs),
    /// Print a JSON Schema, for editors
    Schema(SchemaArgs),
    /// Print the completion script for a shell
    Completions(CompletionsArgs),
}

const RUN_EXAMPLES: &str = "\
Examples:
  asl run order.asl.json --input '{\"id\": 7}' --mock mocks.yaml
  asl run order.asl.json --mock MockConfigFile.json --case RetryPath --time skip
  asl run order.asl.json --task 'charge-*=cmd:python3 charge.py' --task '*=http://127.0.0.1:9000'
  asl run order.asl.json --task 'charge-*=python:app.handler' -v
  asl run order.asl.json --lambda-endpoint http://127.0.0.1:3001 --task '*:sqs:*=aws:'
  asl run order.asl.json --handlers handlers.toml --log run.jsonl
  asl run order.asl.json --callback-port 8083
  asl run order.asl.json --handlers handlers.toml --dry
  asl run order.asl.json --handlers handlers.toml --record mocks
  asl run order.asl.json --replay run.jsonl
  asl run order.asl.json --state Charge --mock-error 'Card.Declined: no funds'
  asl run --redrive run.jsonl --handlers handlers.toml --log run.jsonl
  asl run order.asl.json --from run.jsonl:Ship --mock mocks.yaml -w
  asl run order.asl.json --inputs orders.jsonl --mock mocks.yaml --time skip > results.jsonl
  asl run order.asl.json --on aws --role arn:aws:iam::123456789012:role/order";

#[derive(Debug, Args)]
#[command(
    after_help = RUN_EXAMPLES,
    group(ArgGroup::new("recorded").args(["replay", "from"]).multiple(true)),
)]
pub(super) struct RunArgs {
    /// The definition, JSON or YAML, or a template with one; - is stdin. A log of ours has its own
    #[arg(required_unless_present_any = ["replay", "redrive", "from"])]
    pub(super) definition: Option<PathBuf>,
    /// The state machine of this name, when the definition is in a template with several
    #[arg(long, value_name = "NAME", requires = "definition")]
    pub(super) machine: Option<String>,

    /// Hold the definition against a recorded history, a log or get-execution-history's answer:
    /// Tasks do what they did then, and the first event that differs is shown
    #[arg(
        long,
        value_name = "HISTORY",
        conflicts_with_all = ["redrive", "input", "input_file", "mock", "handlers", "task", "dry", "log"],
        help_heading = "Recorded executions"
    )]
    pub(super) replay: Option<PathBuf>,
    /// Go on with a recorded execution from the states that failed
    #[arg(
        long,
        value_name = "LOG",
        conflicts_with_all = [
            "input", "input_file", "name", "execution_type", "account", "region", "seed",
            "start_time",
        ],
        help_heading = "Recorded executions"
    )]
    pub(super) redrive: Option<PathBuf>,

    /// The execution's input; - reads stdin  [default: {}]
    #[arg(long, value_name = "JSON", conflicts_with = "input_file")]
    pub(super) input: Option<String>,
    /// A file with the execution's input; - is stdin
    #[arg(long, value_name = "FILE")]
    pub(super) input_file: Option<PathBuf>,

    /// Answers for Tasks: AWS's MockConfigFile.json, or our own format, see asl schema mocks
    #[arg(long, value_name = "FILE", help_heading = "Who does the work")]
    pub(super) mock: Option<PathBuf>,
    /// The test case of a MockConfigFile.json
    #[arg(
        long,
        value_name = "NAME",
        requires = "mock",
        help_heading = "Who does the work"
    )]
    pub(super) case: Option<String>,
    /// A handlers file: commands, endpoints, functions, services of AWS, mocks for Tasks
    #[arg(long, value_name = "FILE", help_heading = "Who does the work")]
    pub(super) handlers: Option<PathBuf>,
    /// One handler: a state or a glob over Resource, and cmd:COMMAND, http://…, mock:FILE,
    /// python:app.handler, node:index.handler, lambda:http://… or aws:[PROFILE|http://…]; comes before --mock, and --mock before --handlers
    #[arg(
        long,
        value_name = "PATTERN=KIND:VALUE",
        help_heading = "Who does the work"
    )]
    pub(super) task: Vec<String>,
    /// A machine that Tasks start by states:startExecution, run from its definition; comes before
    /// every handler
    #[arg(long, value_name = "NAME=FILE", value_parser = parse_named_path, help_heading = "Who does the work")]
    pub(super) machine_map: Vec<(String, PathBuf)>,
    /// A folder that stands for an S3 bucket: what a distributed Map reads and writes
    #[arg(long, value_name = "NAME=DIR", value_parser = parse_named_path, help_heading = "Who does the work")]
    pub(super) bucket: Vec<(String, PathBuf)>,
    /// Let activity workers and callbacks answer on this port of 127.0.0.1, as on AWS; 0 is any
    /// free one
    #[arg(long, value_name = "PORT", help_heading = "Who does the work")]
    pub(super) callback_port: Option<u16>,
    /// Show which handler each Task would use, and stop
    #[arg(long, help_heading = "Who does the work")]
    pub(super) dry: bool,
    #[command(flatten)]
    pub(super) handlers_args: HandlersArgs,
    #[command(flatten)]
    pub(super) services: ServicesArgs,

    /// real, skip (jumps over waits while no real handler is at work), or N× as fast
    #[arg(long, value_parser = parse_time, default_value = "real", help_heading = "Time and bounds")]
    pub(super) time: Time,
    /// Stop after this long, such as 30s
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Time and bounds")]
    pub(super) timeout: Option<std::time::Duration>,
    /// Fail after this many events; 0 for no bound  [default: 25000 for standard]
    #[arg(long, value_name = "N", help_heading = "Time and bounds")]
    pub(super) max_events: Option<u64>,

    /// Write the event log; - writes it to stdout in place of the output; with --inputs it is a
    /// folder, for a log of each execution
    #[arg(long, value_name = "FILE", help_heading = "What it leaves")]
    pub(super) log: Option<PathBuf>,
    #[command(flatten)]
    pub(super) record: RecordArgs,
    /// What a person sees meanwhile
    #[arg(
        long,
        value_enum,
        default_value_t,
        value_name = "HOW",
        help_heading = "What it leaves"
    )]
    pub(super) progress: ProgressChoice,

    /// The execution's name
    #[arg(long, help_heading = "Identity")]
    pub(super) name: Option<String>,
    /// Standard or express
    #[arg(
        long = "type",
        value_enum,
        default_value_t,
        value_name = "TYPE",
        help_heading = "Identity"
    )]
    pub(super) execution_type: TypeChoice,
    /// The account's number
    #[arg(long, default_value = "123456789012", help_heading = "Identity")]
    pub(super) account: String,
    /// The region  [default: us-east-1, with --on `AWS_REGION` or the profile's]
    #[arg(long, help_heading = "Identity")]
    pub(super) region: Option<String>,
    /// What names and random numbers are derived from  [default: a new one]
    #[arg(long, value_name = "N", help_heading = "Identity")]
    pub(super) seed: Option<u64>,
    /// When the execution starts, such as 2026-01-31T08:30:00Z  [default: now]
    #[arg(long, value_name = "TIME", value_parser = parse_start, help_heading = "Identity")]
    pub(super) start_time: Option<Timestamp>,

    #[command(flatten)]
    pub(super) alone: StateArgs,

    #[command(flatten)]
    pub(super) many: ManyArgs,

    #[cfg(feature = "aws")]
    #[command(flatten)]
    pub(super) elsewhere: RunOnArgs,
}

impl RunArgs {
    /// The region of an execution that runs here.
    pub(super) fn region(&self) -> String {
        self.region.as_deref().unwrap_or("us-east-1").to_owned()
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Time {
    Real,
    Skip,
    Scaled(f64),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ProgressChoice {
    /// The running states on a terminal; a line for each state that ended where CI is set
    #[default]
    Auto,
    /// The running states
    Tree,
    /// A line for each state that ended
    Lines,
    /// Nothing
    None,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum TypeChoice {
    #[default]
    Standard,
    Express,
}

impl TypeChoice {
    pub(super) fn machine_type(self) -> StateMachineType {
        match self {
            Self::Standard => StateMachineType::Standard,
            Self::Express => StateMachineType::Express,
        }
    }
}

fn parse_time(text: &str) -> Result<Time, String> {
    match text {
        "real" => return Ok(Time::Real),
        "skip" => return Ok(Time::Skip),
        _ => {}
    }
    let factor = text
        .strip_suffix(['×', 'x'])
        .and_then(|number| number.parse().ok());
    let factor = factor.filter(|factor: &f64| factor.is_finite() && *factor > 0.0);
    factor
        .map(Time::Scaled)
        .ok_or_else(|| "use real, skip, or a factor such as 60x".to_owned())
}

fn parse_named_path(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), path.into()))
        }
        _ => Err("write a name, = and a path, such as orders=./data".to_owned()),
    }
}

fn parse_duration(text: &str) -> Result<std::time::Duration, String> {
    let duration = crate::runtime::handlers::file::parse_duration(text);
    duration.ok_or_else(|| "use a duration such as 500ms, 30s, 2m, 1h".to_owned())
}

fn parse_start(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "use a time such as 2026-01-31T08:30:00Z".to_owned())
}

const GRAPH_EXAMPLES: &str = "\
Examples:
  asl graph order.asl.json | dot -Tsvg > order.svg
  asl graph order.asl.json -o order.mmd --direction LR
  asl graph order.asl.json --format mermaid --depth 0
  asl graph order.before.asl.json order.asl.json -o change.svg
  asl graph --inject README.md";

#[derive(Debug, Args)]
#[command(after_help = GRAPH_EXAMPLES)]
pub(super) struct GraphArgs {
    /// The definition, JSON or YAML, or a template with one; broken ones are drawn too; - is stdin.
    /// A log of ours is drawn with what happened
    #[arg(required_unless_present_any = ["inject", "check"])]
    pub(super) definition: Option<PathBuf>,
    #[command(flatten)]
    pub(super) compare: CompareArgs,
    /// The state machine of this name, when the template has several
    #[arg(long, value_name = "NAME")]
    pub(super) machine: Option<String>,
    #[command(flatten)]
    pub(super) overlay: OverlayArgs,
    /// How to draw  [default: by the ending of --output, else text on a terminal, dot in a pipe]
    #[arg(long, value_enum)]
    pub(super) format: Option<GraphFormat>,
    /// Where to write it, instead of stdout
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Colours for a light or a dark page
    #[arg(long, value_enum, default_value_t)]
    pub(super) theme: ThemeChoice,
    /// Draw this many levels of Map and Parallel open
    #[arg(long, value_name = "N")]
    pub(super) depth: Option<usize>,
    /// What stands on the edges
    #[arg(long, value_enum, default_value_t)]
    pub(super) labels: LabelsChoice,
    /// Top to bottom, or left to right
    #[arg(long, value_enum, default_value_t, ignore_case = true)]
    pub(super) direction: DirectionChoice,
    #[command(flatten)]
    pub(super) text: TextArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// For Graphviz
    Dot,
    /// A page to look around in, in one file
    Html,
    /// The states and transitions, for programs
    Json,
    /// For Mermaid, as in Markdown
    Mermaid,
    /// A picture, for light and dark pages
    Svg,
    /// For a terminal: boxes and lines, an outline where they would be too wide
    Text,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum ThemeChoice {
    /// Readable on both
    #[default]
    Auto,
    Light,
    Dark,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum LabelsChoice {
    /// A short comment, else the condition
    #[default]
    Auto,
    Condition,
    Comment,
    None,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum DirectionChoice {
    #[default]
    #[value(name = "TB")]
    TopToBottom,
    #[value(name = "LR")]
    LeftToRight,
}

const HISTORY_EXAMPLES: &str = "\
Examples:
  asl history run.jsonl
  asl history run.jsonl --failed
  asl history run.jsonl --timeline
  asl history run.jsonl --events --state 'Charge card'
  asl history run.jsonl --map 'Price items' --all
  asl history run.jsonl --follow
  asl history before.jsonl after.jsonl      where do they part?
  asl history run.jsonl -o run.html         a page to look around in
  asl history run.jsonl --mocks > mocks.yaml
  aws stepfunctions get-execution-history --execution-arn ARN | asl history -
  asl history --on aws ARN                  the same, with its definition";

#[derive(Debug, Args)]
#[command(after_help = HISTORY_EXAMPLES)]
pub(super) struct HistoryArgs {
    /// A log of `asl run --log`, the JSON of `aws stepfunctions get-execution-history`, or lines
    /// of CloudWatch Logs; - is stdin; with --on an execution's ARN
    pub(super) log: PathBuf,
    /// The failure only
    #[arg(long)]
    pub(super) failed: bool,
    /// What the Tasks answered, as a mocks file for asl run --mock
    #[arg(long, conflicts_with = "failed")]
    pub(super) mocks: bool,
    /// The definition, for conditions and source lines, and for Tasks that were not called; a log
    /// of ours brings its own
    #[arg(long, value_name = "FILE")]
    pub(super) definition: Option<PathBuf>,
    #[command(flatten)]
    pub(super) views: ViewArgs,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    pub(super) elsewhere: HistoryOnArgs,
}

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    /// Talk on stdin and stdout, as always: some clients say so
    #[arg(long)]
    stdio: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The rule, such as unknown-target
    pub(super) rule: String,
}

#[derive(Debug, Args)]
pub(super) struct RulesArgs {
    /// How to write the list
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: RulesFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum RulesFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// What it describes
    pub(super) kind: SchemaKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaKind {
    /// The configuration file asl.toml
    Config,
    /// A definition in the Amazon States Language
    Definition,
    /// The handlers file of `asl run --handlers`
    Handlers,
    /// A mocks file in our own format
    Mocks,
    /// A suite of `asl test`
    Test,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    pub(super) shell: Shell,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        command().debug_assert();
    }

    #[test]
    fn times_are_read() {
        assert_eq!(parse_time("skip"), Ok(Time::Skip));
        assert_eq!(parse_time("60x"), Ok(Time::Scaled(60.0)));
        assert_eq!(parse_time("0.5×"), Ok(Time::Scaled(0.5)));
        assert!(parse_time("0x").is_err());
        assert!(parse_time("fast").is_err());
    }
}
