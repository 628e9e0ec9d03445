//! The account for a person: how the data changed on its way through the state, step by step.

use std::fmt::Write;

use crate::data::{Json, StatesError};
use crate::engine::test_state::{ErrorDetails, Response, Status, Step};
use crate::language::{Body, Resource, State};
use crate::report::style::{Role, Style, columns, fit, printable, split_at_word};

/// A row of the account.
struct Row {
    label: &'static str,
    cell: Cell,
}

enum Cell {
    /// A document.
    Value(Json),
    /// The field is there and changed nothing.
    Same,
    /// There is no such field.
    Unset,
    /// Words.
    Said(Role, String),
}

/// The account; with `all` it has the steps too that changed nothing.
pub(super) fn account(state: &State, response: &Response, all: bool, style: &Style) -> String {
    let mut rows = rows(state, response);
    if !all {
        rows.retain(|row| !matches!(row.cell, Cell::Same | Cell::Unset));
    }
    let mut text = heading(state, response, style);
    let width = rows.iter().map(|row| row.label.len()).max().unwrap_or(0);
    for row in &rows {
        write_row(&mut text, row, width, style).expect("a string takes all");
    }
    text
}

fn heading(state: &State, response: &Response, style: &Style) -> String {
    let status = response.status.to_string();
    let (mark, status) = match response.status {
        Status::Succeeded => (style.ok("✔"), style.ok(&status)),
        Status::CaughtError => (style.warn("⚠"), style.warn(&status)),
        Status::Retriable => (style.warn("↻"), style.warn(&status)),
        Status::Failed => (style.bad("✖"), style.bad(&status)),
    };
    let name = printable(&state.name);
    let kind = state.kind().map_or("", |kind| kind.as_str());
    let called = match &state.body {
        Body::Task(task) => task.resource.as_ref().map(|field| called(&field.value)),
        _ => None,
    };
    let called = called.map_or(String::new(), |called| format!(" {}", printable(&called)));
    format!(
        "{mark} {status}  {}  {}\n",
        style.bold(&name),
        style.dim(&fit(&format!("{kind}{called}"), style.width / 2))
    )
}

fn called(resource: &Resource) -> String {
    match resource {
        Resource::Service {
            service, action, ..
        } => format!("{service}:{action}"),
        other => other.text().to_string(),
    }
}

fn rows(state: &State, response: &Response) -> Vec<Row> {
    let inspection = &response.inspection;
    let mut rows = vec![Row {
        label: "input",
        cell: Cell::Value(inspection.input.clone()),
    }];
    let mut before = Some(&inspection.input);
    for (step, value) in &inspection.steps {
        let (label, set, goes_on) = label(*step, state);
        let is_same = goes_on && before.is_some_and(|before| before == value);
        let cell = match (is_same, set) {
            (true, true) => Cell::Same,
            (true, false) => Cell::Unset,
            (false, _) => Cell::Value(value.clone()),
        };
        rows.push(Row { label, cell });
        if goes_on || *step == Step::Result {
            before = Some(value);
        }
    }
    if let Some(variables) = &inspection.variables {
        let all = variables.iter().map(|(n, v)| (&**n, v.clone())).collect();
        rows.push(Row {
            label: "variables",
            cell: Cell::Value(all),
        });
    }
    if let Some(error) = &response.error {
        failure(error, state, response, &mut rows);
    }
    if let Some(output) = &response.output {
        rows.push(Row {
            label: "output",
            cell: Cell::Value(output.clone()),
        });
    }
    if let Some(next) = &response.next_state {
        let next = format!("→ {}", printable(next));
        rows.push(said("next state", Role::Path, next));
    }
    rows
}

/// What a step is called, whether its field is set, and whether it is one more form of the data
/// that went in before, not something beside it.
fn label(step: Step, state: &State) -> (&'static str, bool, bool) {
    let io = &state.io;
    let map = match &state.body {
        Body::Map(map) => Some(map),
        _ => None,
    };
    match step {
        Step::AfterInputPath => ("after InputPath", io.input_path.is_some(), true),
        Step::AfterParameters => ("after Parameters", io.parameters.is_some(), true),
        Step::AfterArguments => ("after Arguments", io.arguments.is_some(), true),
        Step::AfterItemsPath => {
            let set = map.is_some_and(|map| map.items_path.is_some());
            ("after ItemsPath", set, true)
        }
        Step::AfterItemsPointer => ("after ItemsPointer", true, false),
        Step::AfterItemSelector => ("after ItemSelector", true, false),
        Step::AfterItemBatcher => ("after ItemBatcher", true, false),
        Step::MaxConcurrency => ("MaxConcurrency", true, false),
        Step::ToleratedFailureCount => ("tolerated failures", true, false),
        Step::ToleratedFailurePercentage => ("tolerated percent", true, false),
        Step::Result => ("result", true, false),
        Step::AfterResultSelector => ("after ResultSelector", io.result_selector.is_some(), true),
        Step::AfterResultPath => ("after ResultPath", io.result_path.is_some(), true),
    }
}

fn said(label: &'static str, role: Role, text: String) -> Row {
    Row {
        label,
        cell: Cell::Said(role, text),
    }
}

fn failure(error: &StatesError, state: &State, response: &Response, rows: &mut Vec<Row>) {
    let name = printable(error.name()).into_owned();
    rows.push(said("error", Role::Bad, name));
    if let Some(cause) = error.cause.as_deref().filter(|cause| !cause.is_empty()) {
        rows.push(said("cause", Role::Plain, printable(cause).into_owned()));
    }
    let details = response.inspection.error_details.unwrap_or_default();
    let has_any = !state.retry.is_empty() || !state.catch.is_empty();
    let handled = handled(response.status, details);
    let handled = handled.or_else(|| has_any.then(|| "nothing: no Retry or Catch takes it".into()));
    if let Some(handled) = handled {
        rows.push(said("handled by", Role::Plain, handled));
    }
}

fn handled(status: Status, details: ErrorDetails) -> Option<String> {
    let used_up = |index| format!("Retry[{index}] has no attempt left");
    match (status, details.retry_index, details.catch_index) {
        (Status::Retriable, Some(index), _) => {
            let seconds = details.retry_backoff_interval_seconds.unwrap_or_default();
            Some(format!("Retry[{index}], again in {seconds} s"))
        }
        (Status::CaughtError, None, Some(index)) => Some(format!("Catch[{index}]")),
        (Status::CaughtError, Some(retry), Some(catch)) => {
            Some(format!("Catch[{catch}]: {}", used_up(retry)))
        }
        (_, Some(index), _) => Some(format!("nothing: {}", used_up(index))),
        _ => None,
    }
}

fn write_row(text: &mut String, row: &Row, width: usize, style: &Style) -> std::fmt::Result {
    let label = format!("{:width$}", row.label);
    write!(text, "  {}  ", style.dim(&label))?;
    let room = style.width.saturating_sub(width + 4).max(20);
    match &row.cell {
        Cell::Value(value) => {
            let compact = value.compacted();
            let shown = printable(&compact.text()).into_owned();
            writeln!(text, "{}", fit(&shown, room))
        }
        Cell::Same => writeln!(text, "{}", style.dim("the same")),
        Cell::Unset => writeln!(text, "{}", style.dim("the same (not set)")),
        Cell::Said(role, said) => write_words(text, (*role, said), (width + 4, room), style),
    }
}

/// Words over as many lines as they need, each under the first.
fn write_words(
    text: &mut String,
    (role, said): (Role, &str),
    (indent, room): (usize, usize),
    style: &Style,
) -> std::fmt::Result {
    let mut rest = said;
    while columns(rest) > room {
        let (head, tail) = split_at_word(rest, room);
        if head.is_empty() {
            break;
        }
        write!(
            text,
            "{}\n{:indent$}",
            style.paint(role, head.trim_end()),
            ""
        )?;
        rest = tail;
    }
    writeln!(text, "{}", style.paint(role, rest))
}
