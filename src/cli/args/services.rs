//! The arguments of `asl run` about services that do the work of Tasks.

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct ServicesArgs {
    /// A Lambda Invoke API, such as that of SAM local, for every Lambda function that nothing else
    /// is bound to
    #[arg(long, value_name = "URL", help_heading = "Who does the work")]
    pub(in crate::cli) lambda_endpoint: Option<String>,
}
