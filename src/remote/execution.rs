//! Executions elsewhere: started, stopped, described.

use std::time::Duration;

use aws_sdk_sfn::config::interceptors::BeforeTransmitInterceptorContextMut;
use aws_sdk_sfn::config::retry::RetryConfig;
use aws_sdk_sfn::config::timeout::TimeoutConfig;
use aws_sdk_sfn::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sfn::error::BoxError;
use aws_sdk_sfn::primitives::DateTime;
use aws_sdk_sfn::types::{ExecutionStatus, SyncExecutionStatus};

use super::client::Service;
use super::refusal::{Kind, Refusal};
use super::target::Target;
use crate::data::Timestamp;

/// An execution that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// Its ARN.
    pub arn: String,
    /// When it started there.
    pub at: Timestamp,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// With an output, JSON.
    Succeeded(String),
    /// With an error and a cause.
    Failed(Option<String>, Option<String>),
    /// It took too long.
    TimedOut,
    /// Somebody stopped it, with an error and a cause.
    Aborted(Option<String>, Option<String>),
}

/// What is known of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// The state machine's ARN.
    pub machine_arn: String,
    /// Its input, JSON.
    pub input: String,
    /// When it started.
    pub at: Timestamp,
    /// How it ended; it still runs without.
    pub end: Option<End>,
}

impl Service {
    /// Starts an execution. With a name of its own, an answer that was lost can be asked for again
    /// without starting another.
    ///
    /// # Errors
    /// When the service refuses it.
    pub async fn start(&self, machine: &str, name: &str, input: &str) -> Result<Started, Refusal> {
        let started = self
            .until_there(async || {
                let started = self.client.start_execution();
                let started = started.state_machine_arn(machine).name(name).input(input);
                let started = started.send().await;
                started.map_err(|error| self.refusal("StartExecution", &error))
            })
            .await?;
        Ok(Started {
            arn: started.execution_arn,
            at: time(&started.start_date),
        })
    }

    /// Runs an execution of an EXPRESS machine to its end.
    ///
    /// # Errors
    /// When the service refuses it.
    pub async fn run_sync(&self, machine: &str, name: &str, input: &str) -> Result<End, Refusal> {
        /// Five minutes are the most that they run.
        const LONGEST: Duration = Duration::from_secs(330);
        let timeouts = TimeoutConfig::builder().read_timeout(LONGEST).build();
        let config = aws_sdk_sfn::config::Builder::new()
            .timeout_config(timeouts)
            // Asked again, it would run again.
            .retry_config(RetryConfig::disabled());
        let ended = self
            .until_there(async || {
                let start = self.client.start_sync_execution();
                let start = start.state_machine_arn(machine).name(name).input(input);
                let start = start.customize().config_override(config.clone());
                let ended = match &self.target {
                    Target::Aws { .. } => start.send().await,
                    Target::Url { .. } => start.interceptor(PlainHost).send().await,
                };
                ended.map_err(|error| self.refusal("StartSyncExecution", &error))
            })
            .await?;
        Ok(match ended.status {
            SyncExecutionStatus::Succeeded => End::Succeeded(ended.output.unwrap_or_default()),
            SyncExecutionStatus::TimedOut => End::TimedOut,
            _ => End::Failed(ended.error, ended.cause),
        })
    }

    /// Stops an execution.
    ///
    /// # Errors
    /// When the service refuses it.
    pub async fn stop(&self, execution: &str, error: &str, cause: &str) -> Result<(), Refusal> {
        let stop = self.client.stop_execution().execution_arn(execution);
        let stopped = stop.error(error).cause(cause).send().await;
        stopped.map_err(|error| self.refusal("StopExecution", &error))?;
        Ok(())
    }

    /// What is known of an execution.
    ///
    /// # Errors
    /// When there is none, or the service refuses it.
    pub async fn describe(&self, execution: &str) -> Result<Described, Refusal> {
        check_arn(execution)?;
        let describe = self.client.describe_execution().execution_arn(execution);
        let it = describe.send().await;
        let it = it.map_err(|error| self.refusal("DescribeExecution", &error))?;
        let end = match it.status {
            ExecutionStatus::Succeeded => Some(End::Succeeded(it.output.unwrap_or_default())),
            ExecutionStatus::Failed => Some(End::Failed(it.error, it.cause)),
            ExecutionStatus::TimedOut => Some(End::TimedOut),
            ExecutionStatus::Aborted => Some(End::Aborted(it.error, it.cause)),
            _ => None,
        };
        Ok(Described {
            name: it.name.unwrap_or_else(|| last_part(execution)),
            machine_arn: it.state_machine_arn,
            input: it.input.unwrap_or_else(|| "{}".to_owned()),
            at: time(&it.start_date),
            end,
        })
    }

    /// The definition that an execution began with; none where the service does not tell it.
    ///
    /// # Errors
    /// When the service cannot be asked.
    pub async fn definition(&self, execution: &str) -> Result<Option<String>, Refusal> {
        let describe = self.client.describe_state_machine_for_execution();
        let described = describe.execution_arn(execution).send().await;
        let refusal = |error| self.refusal("DescribeStateMachineForExecution", &error);
        match described.map_err(refusal) {
            Ok(described) => Ok(Some(described.definition)),
            // The machine may have been deleted.
            Err(refused) if matches!(refused.kind, Kind::Missing | Kind::Unsupported) => Ok(None),
            Err(refused) => Err(refused),
        }
    }
}

/// What no service need be asked about.
fn check_arn(execution: &str) -> Result<(), Refusal> {
    match execution.split(':').nth(5) {
        Some("execution") if execution.starts_with("arn:") => Ok(()),
        Some("express") if execution.starts_with("arn:") => Err(Refusal::other(format!(
            "{execution} is an EXPRESS execution, which has no history: read its log group of \
             CloudWatch Logs, as by aws logs filter-log-events | asl history -"
        ))),
        _ => Err(Refusal::other(format!(
            "{execution} is no ARN of an execution, such as \
             arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME"
        ))),
    }
}

fn last_part(arn: &str) -> String {
    arn.rsplit(':').next().unwrap_or_default().to_owned()
}

fn time(time: &DateTime) -> Timestamp {
    Timestamp(time.to_millis().unwrap_or_default())
}

/// AWS answers `StartSyncExecution` on a host of its own, `sync-states.…`; other services have no
/// such host.
#[derive(Debug)]
struct PlainHost;

impl Intercept for PlainHost {
    fn name(&self) -> &'static str {
        "PlainHost"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request_mut();
        let plain = request.uri().replacen("://sync-", "://", 1);
        request.set_uri(plain)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_arn_of_an_execution_is_not_asked_for() {
        let check = |arn: &str, expected: &str| {
            let told = check_arn(arn).expect_err("no execution").to_string();
            assert!(told.contains(expected), "{told}");
        };
        check("run.jsonl", "is no ARN of an execution");
        check(
            "arn:aws:states:us-east-1:123456789012:stateMachine:m",
            "is no ARN of an execution",
        );
        check(
            "arn:aws:states:us-east-1:123456789012:express:m:n:u",
            "CloudWatch",
        );
        let execution = "arn:aws:states:us-east-1:123456789012:execution:m/label:n";
        assert_eq!(check_arn(execution), Ok(()));
    }
}
