//! Events as JSON text, member by member: a log of a million events is written at the speed of
//! copying, so nothing is built in between.

use std::fmt::Write;

use super::{Assigned, Details, EventJson, HistoryEvent};
use crate::data::{Timestamp, write_escaped};

impl HistoryEvent<'_> {
    /// Appends the event as one line of JSON, without the line's end.
    pub fn write(&self, out: &mut String) {
        out.push_str("{\"timestamp\":");
        write_seconds(self.timestamp, out);
        out.push_str(",\"type\":\"");
        out.push_str(self.kind.as_str());
        write!(
            out,
            "\",\"id\":{},\"previousEventId\":{}",
            self.id, self.previous
        )
        .expect("a string takes all");
        let member = self.kind.details_member();
        if !matches!(self.details, Details::None) && !member.is_empty() {
            out.push_str(",\"");
            out.push_str(member);
            out.push_str("\":{");
            let mut members = Members { out, first: true };
            members.details(&self.details);
            out.push('}');
        }
        out.push('}');
    }

    /// The event as one line of JSON.
    #[must_use]
    pub fn to_line(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }
}

/// Epoch seconds with milliseconds, as the API gives them.
fn write_seconds(timestamp: Timestamp, out: &mut String) {
    let (seconds, millis) = (timestamp.0.div_euclid(1000), timestamp.0.rem_euclid(1000));
    if seconds < 0 {
        // Before 1970 the fraction counts towards zero; no history is that old.
        write!(out, "{seconds}").expect("a string takes all");
    } else {
        write!(out, "{seconds}.{millis:03}").expect("a string takes all");
    }
}

/// Writes the members of one object.
struct Members<'o> {
    out: &'o mut String,
    first: bool,
}

impl Members<'_> {
    fn details(&mut self, details: &Details<'_>) {
        match details {
            Details::None => {}
            Details::StateEntered { name, input } => {
                self.text("name", name);
                self.document("input", input.as_ref());
            }
            Details::StateExited {
                name,
                output,
                assigned,
            } => {
                self.text("name", name);
                self.document("output", output.as_ref());
                self.assigned(assigned);
            }
            Details::ExecutionStarted { input, role_arn } => {
                self.document("input", input.as_ref());
                self.optional("roleArn", role_arn.as_deref());
            }
            Details::Output { output } => self.document("output", output.as_ref()),
            Details::Failure { error, cause } => self.failure(error.as_deref(), cause.as_deref()),
            Details::FunctionScheduled {
                resource,
                input,
                timeout,
                heartbeat,
                role_arn,
            } => {
                self.text("resource", resource);
                self.document("input", input.as_ref());
                self.bounds(*timeout, *heartbeat, role_arn.as_deref());
            }
            Details::ActivityStarted { worker_name } => {
                self.optional("workerName", worker_name.as_deref());
            }
            Details::TaskScheduled {
                resource_type,
                resource,
                region,
                parameters,
                timeout,
                heartbeat,
                role_arn,
            } => {
                self.resource(resource_type, resource);
                self.text("region", region);
                self.text("parameters", &parameters.text());
                self.bounds(*timeout, *heartbeat, role_arn.as_deref());
            }
            Details::TaskStarted {
                resource_type,
                resource,
            } => {
                self.resource(resource_type, resource);
            }
            Details::TaskOutput {
                resource_type,
                resource,
                output,
            } => {
                self.resource(resource_type, resource);
                self.document("output", output.as_ref());
            }
            Details::TaskFailure {
                resource_type,
                resource,
                error,
                cause,
            } => {
                self.resource(resource_type, resource);
                self.failure(error.as_deref(), cause.as_deref());
            }
            Details::MapIteration { name, index } => {
                self.optional("name", name.as_deref());
                self.number("index", index);
            }
            Details::MapStarted { length } => self.number("length", length),
            Details::MapRunStarted { map_run_arn } => {
                self.optional("mapRunArn", map_run_arn.as_deref());
            }
            Details::Redriven {
                map_run_arn,
                redrive_count,
            } => {
                self.optional("mapRunArn", map_run_arn.as_deref());
                self.number("redriveCount", redrive_count);
            }
            Details::Evaluation {
                error,
                cause,
                location,
                state,
            } => {
                self.failure(error.as_deref(), cause.as_deref());
                self.optional("location", location.as_deref());
                self.text("state", state);
            }
        }
    }

    fn key(&mut self, key: &str) {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        self.out.push('"');
        write_escaped(key, self.out);
        self.out.push_str("\":");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.out.push('"');
        write_escaped(value, self.out);
        self.out.push('"');
    }

    fn optional(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(key, value);
        }
    }

    fn number(&mut self, key: &str, value: impl std::fmt::Display) {
        self.key(key);
        write!(self.out, "{value}").expect("a string takes all");
    }

    /// `input` with `inputDetails`, `output` with `outputDetails`: they always come together.
    fn document(&mut self, key: &str, value: Option<&EventJson<'_>>) {
        let Some(value) = value else { return };
        self.text(key, &value.text());
        write!(self.out, ",\"{key}Details\":{{\"truncated\":false}}").expect("a string takes all");
    }

    fn failure(&mut self, error: Option<&str>, cause: Option<&str>) {
        self.optional("error", error);
        self.optional("cause", cause);
    }

    fn resource(&mut self, resource_type: &str, resource: &str) {
        self.text("resourceType", resource_type);
        self.text("resource", resource);
    }

    fn bounds(&mut self, timeout: Option<i64>, heartbeat: Option<i64>, role_arn: Option<&str>) {
        if let Some(timeout) = timeout {
            self.number("timeoutInSeconds", timeout);
        }
        if let Some(heartbeat) = heartbeat {
            self.number("heartbeatInSeconds", heartbeat);
        }
        if let Some(role_arn) = role_arn {
            self.key("taskCredentials");
            self.out.push('{');
            let mut inner = Members {
                out: self.out,
                first: true,
            };
            inner.text("roleArn", role_arn);
            self.out.push('}');
        }
    }

    fn assigned(&mut self, assigned: &Assigned<'_>) {
        if assigned.is_empty() {
            return;
        }
        self.key("assignedVariables");
        self.out.push('{');
        let mut inner = Members {
            out: self.out,
            first: true,
        };
        for (name, value) in assigned.pairs() {
            inner.text(name, &value);
        }
        self.out
            .push_str("},\"assignedVariablesDetails\":{\"truncated\":false}");
    }
}
