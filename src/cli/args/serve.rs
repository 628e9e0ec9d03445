//! The arguments of `asl serve`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;

use super::{Time, parse_time};

const EXAMPLES: &str = "\
Examples:
  asl serve order.asl.json
  asl serve order.asl.json --handlers handlers.toml --db orders.db
  aws stepfunctions list-state-machines --endpoint-url http://127.0.0.1:8083";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct ServeArgs {
    /// Definitions that are state machines from the start, JSON or YAML, or templates with some
    #[arg(value_name = "DEFINITION")]
    pub(in crate::cli) definitions: Vec<PathBuf>,

    /// The port; 0 is any free one
    #[arg(long, default_value_t = 8083)]
    pub(in crate::cli) port: u16,
    /// The address to listen on: with another than this machine's own, the network can call
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(in crate::cli) bind: IpAddr,
    /// One more name of this machine by which browsers may call, beside localhost, its own and its
    /// addresses in numbers
    #[arg(long, value_name = "NAME", value_parser = parse_host)]
    pub(in crate::cli) allow_host: Vec<String>,
    /// Where machines and executions are kept; :memory: forgets them at the end
    #[arg(long, value_name = "FILE", default_value = ":memory:")]
    pub(in crate::cli) db: PathBuf,
    /// Forget executions this many days after their end
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    pub(in crate::cli) keep: u32,

    /// A handlers file: commands, endpoints, functions, services of AWS, mocks for Tasks
    #[arg(long, value_name = "FILE", help_heading = "Who does the work")]
    pub(in crate::cli) handlers: Option<PathBuf>,
    /// One handler: a state or a glob over Resource, and cmd:COMMAND, http://…, mock:FILE,
    /// python:app.handler, node:index.handler, lambda:http://… or aws:[PROFILE|http://…]
    #[arg(
        long,
        value_name = "PATTERN=KIND:VALUE",
        help_heading = "Who does the work"
    )]
    pub(in crate::cli) task: Vec<String>,
    /// AWS's MockConfigFile.json: a machine's ARN with #CASE behind it starts an execution whose
    /// Tasks are answered from there
    #[arg(long, value_name = "FILE", help_heading = "Who does the work")]
    pub(in crate::cli) mock: Option<PathBuf>,
    /// A Lambda Invoke API, such as that of SAM local, for every Lambda function that nothing else
    /// is bound to
    #[arg(long, value_name = "URL", help_heading = "Who does the work")]
    pub(in crate::cli) lambda_endpoint: Option<String>,

    /// real, skip (jumps over waits while no real handler is at work), or N× as fast
    #[arg(long, value_parser = parse_time, default_value = "real")]
    pub(in crate::cli) time: Time,

    /// Tell of every request in a line on stderr
    #[arg(long, short)]
    pub(in crate::cli) verbose: bool,

    /// The account's number
    #[arg(long, default_value = "123456789012", help_heading = "Identity")]
    pub(in crate::cli) account: String,
    /// The region
    #[arg(long, default_value = "us-east-1", help_heading = "Identity")]
    pub(in crate::cli) region: String,
}

/// A name as browsers write it, whatever the port.
fn parse_host(text: &str) -> Result<String, String> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    if text.is_empty() || !text.chars().all(is_good) {
        return Err(
            "a host's name is letters, digits, `-`, `.` and `_`, without a port".to_owned(),
        );
    }
    Ok(text.to_owned())
}
