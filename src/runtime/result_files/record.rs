//! What a result file says of one child execution.

use crate::data::{Json, StatesError, write_escaped};
use crate::engine::Outcome;
use crate::engine::map_run::{ChildResult, OutputType, ResultWriter, Transformation};

use super::separator;

/// Appends the entries that a child's result makes: none or more JSON texts, with what separates
/// them, also from what `out` holds already. A child that failed is always told in full, as
/// `NONE` does (07 §7.6).
pub fn entries(child: &ChildResult, writer: &ResultWriter, out: &mut String) {
    let mut list = List {
        output_type: writer.output_type,
        out,
    };
    let Outcome::Succeeded(output) = &child.outcome else {
        list.entry(|out| record(child, out));
        return;
    };
    match (writer.transformation, output) {
        (Transformation::None, _) => list.entry(|out| record(child, out)),
        (Transformation::Flatten, Json::Array(array)) => {
            for item in array.items() {
                list.entry(|out| item.write(out));
            }
        }
        (Transformation::Compact | Transformation::Flatten, _) => {
            list.entry(|out| output.write(out));
        }
    }
}

/// Appends the entry of a child that was not begun when its Map Run ended. What it holds is
/// unconfirmed: the documentation names the file and not its fields.
pub fn pending(input: &Json, writer: &ResultWriter, out: &mut String) {
    let mut list = List {
        output_type: writer.output_type,
        out,
    };
    list.entry(|out| {
        out.push('{');
        document("Input", "InputDetails", input, out);
        text("Status", "PENDING", out);
        out.pop();
        out.push('}');
    });
}

/// Entries with separators.
struct List<'o> {
    output_type: OutputType,
    out: &'o mut String,
}

impl List<'_> {
    fn entry(&mut self, write: impl FnOnce(&mut String)) {
        if !self.out.is_empty() {
            self.out.push_str(separator(self.output_type));
        }
        let start = self.out.len();
        write(self.out);
        if self.output_type == OutputType::JsonLines {
            self.keep_to_one_line(start);
        }
    }

    /// A document that nothing touched is as it was written, maybe on many lines. Inside of
    /// strings there is no line end, so each is a blank between values.
    fn keep_to_one_line(&mut self, start: usize) {
        if self.out.as_bytes()[start..]
            .iter()
            .any(|b| b"\r\n".contains(b))
        {
            let lines = self.out.split_off(start);
            self.out.push_str(&lines.replace(['\r', '\n'], " "));
        }
    }
}

/// The execution as `DescribeExecution` tells it, in the order of 07 §7.6. Where `Cause` and
/// `Error` stand is unconfirmed: all others are alphabetical.
fn record(child: &ChildResult, out: &mut String) {
    let identity = &child.identity;
    let (error, output) = match &child.outcome {
        Outcome::Succeeded(output) => (None, Some(output)),
        Outcome::Failed(error) | Outcome::Aborted(error) => (Some(error), None),
        Outcome::TimedOut => (None, None),
    };
    out.push('{');
    write_error(error, out);
    text("ExecutionArn", &identity.execution_arn, out);
    document("Input", "InputDetails", &child.input, out);
    text("Name", &identity.name, out);
    if let Some(output) = output {
        document("Output", "OutputDetails", output, out);
    }
    out.push_str("\"RedriveCount\":0,");
    redrive(output.is_some(), out);
    let started = child.started.to_string();
    text("StartDate", &started, out);
    text("StateMachineArn", &identity.state_machine_arn, out);
    text("Status", status(&child.outcome), out);
    if child.stopped == child.started {
        text("StopDate", &started, out);
    } else {
        text("StopDate", &child.stopped.to_string(), out);
    }
    out.pop();
    out.push('}');
}

/// Each is there only if it was given (10 §10.6, recorded of `DescribeExecution`).
fn write_error(error: Option<&StatesError>, out: &mut String) {
    let Some(error) = error else { return };
    for (name, value) in [("Cause", &error.cause), ("Error", &error.error)] {
        if let Some(value) = value {
            text(name, value, out);
        }
    }
}

/// The reason is recorded. That a Map Run may redrive its failed children is what the service's
/// model says of this status; no recording has it.
fn redrive(succeeded: bool, out: &mut String) {
    if succeeded {
        text("RedriveStatus", "NOT_REDRIVABLE", out);
        let reason = "Execution is SUCCEEDED and cannot be redriven";
        text("RedriveStatusReason", reason, out);
    } else {
        text("RedriveStatus", "REDRIVABLE_BY_MAP_RUN", out);
    }
}

fn status(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Succeeded(_) => "SUCCEEDED",
        Outcome::Failed(_) => "FAILED",
        Outcome::TimedOut => "TIMED_OUT",
        Outcome::Aborted(_) => "ABORTED",
    }
}

fn text(name: &str, value: &str, out: &mut String) {
    out.push('"');
    out.push_str(name);
    out.push_str("\":\"");
    write_escaped(value, out);
    out.push_str("\",");
}

fn document(name: &str, details: &str, value: &Json, out: &mut String) {
    text(name, &value.text(), out);
    out.push('"');
    out.push_str(details);
    out.push_str("\":{\"Included\":true},");
}
