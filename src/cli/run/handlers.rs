//! Which handler does which Task's work: from the arguments, and told before anything runs.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use super::mocks::Mocked;
use crate::cli::args::RunArgs;
use crate::cli::document::{Document, need_tree, show};
use crate::cli::output::{Failure, Terminal};
use crate::data::Json;
use crate::language::{Body, IntegrationPattern, Resource, State};
use crate::report::style::{Role, Style, columns, printable};
use crate::runtime::handlers::{
    CommandHandler, HttpHandler, TaskHandler, TaskPattern, file, mocks,
};
use crate::runtime::{Handlers, Host};

/// The handlers that the arguments name: `--task` first, then `--mock`, then `--handlers`.
pub(super) fn bind(
    args: &RunArgs,
    machine: &str,
    terminal: &Terminal,
) -> Result<(Handlers, Option<Mocked>), Failure> {
    let mut handlers = Handlers::default();
    for task in &args.task {
        bind_task(&mut handlers, task, terminal)?;
    }
    let mocked = Mocked::bind(&mut handlers, args, machine, terminal)?;
    if let Some(path) = &args.handlers {
        let (source, tree) = need_tree(path, terminal)?;
        if let Err(diagnostic) = file::bind(&mut handlers, &tree) {
            show(terminal, &source, Some(&tree), vec![diagnostic]);
            return Err(Failure::usage(format_args!(
                "{} cannot be used",
                printable(&source.name)
            )));
        }
    }
    if let Some(mocked) = &mocked {
        mocked.close(&mut handlers);
    }
    Ok((handlers, mocked))
}

/// `PATTERN=KIND:VALUE`. A pattern may hold `=` no more than a state's name does: the first one
/// that a known kind follows divides.
fn bind_task(handlers: &mut Handlers, text: &str, terminal: &Terminal) -> Result<(), Failure> {
    let usage = |why: &str| {
        Failure::usage(format_args!(
            "invalid --task '{}': {why}; write PATTERN=cmd:COMMAND, PATTERN=http://…, or \
             PATTERN=mock:FILE",
            printable(text)
        ))
    };
    let kinds = ["cmd:", "http://", "https://", "mock:"];
    let divided = text.match_indices('=').find_map(|(at, _)| {
        let value = &text[at + 1..];
        kinds
            .iter()
            .any(|kind| value.starts_with(kind))
            .then(|| (&text[..at], value))
    });
    let (pattern, value) = divided.ok_or_else(|| usage("it names no kind of handler"))?;
    if pattern.is_empty() {
        return Err(usage("it names no Task"));
    }
    let pattern = TaskPattern::Either(pattern.to_owned());
    if let Some(path) = value.strip_prefix("mock:") {
        return bind_answers(handlers, pattern, Path::new(path), terminal);
    }
    let handler: Arc<dyn TaskHandler> = match value.strip_prefix("cmd:") {
        Some(command) => {
            let argv = shlex::split(command).filter(|argv| !argv.is_empty());
            let argv =
                argv.ok_or_else(|| usage("the command is empty or its quotes do not match"))?;
            Arc::new(CommandHandler {
                argv,
                timeout: None,
            })
        }
        None => Arc::new(HttpHandler::new(value, None).map_err(|error| usage(&error))?),
    };
    handlers.bind(pattern, handler);
    Ok(())
}

/// `mock:FILE` in `--task`: the file holds the answers of that one Task.
fn bind_answers(
    handlers: &mut Handlers,
    pattern: TaskPattern,
    path: &Path,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (source, tree) = need_tree(path, terminal)?;
    mocks::bind_answers(handlers, pattern, tree.root()).map_err(|diagnostic| {
        show(terminal, &source, Some(&tree), vec![diagnostic]);
        Failure::usage(format_args!("{} cannot be used", printable(&source.name)))
    })
}

/// The Tasks of a machine with their handlers.
pub(super) struct Plan(Vec<Planned>);

struct Planned {
    state: String,
    resource: String,
    handler: Option<String>,
    /// Whether a callback port could do in place of a handler.
    answers_later: bool,
}

impl Plan {
    /// Of the machine that is run, which has no name here, and of those that it may start.
    pub(super) fn of(machines: &[(Option<&str>, Document)], host: &Host) -> Self {
        let tasks = machines.iter().flat_map(|(name, document)| {
            document
                .machine
                .states()
                .filter_map(move |state| match &state.body {
                    Body::Task(task) => Some((*name, state, &task.resource.as_ref()?.value)),
                    _ => None,
                })
        });
        let plan = |(name, state, resource): (Option<&str>, &State, &Resource)| {
            let name = name.map_or(String::new(), |name| format!("{}: ", printable(name)));
            Planned {
                answers_later: matches!(resource, Resource::Activity { .. })
                    || resource.pattern() == IntegrationPattern::WaitForTaskToken,
                state: format!("{name}{}", printable(&state.name)),
                resource: printable(resource.text()).into_owned(),
                handler: who(state, resource, host),
            }
        };
        Self(tasks.map(plan).collect())
    }

    pub(super) fn is_complete(&self) -> bool {
        self.0.iter().all(|task| task.handler.is_some())
    }

    /// A row for each Task.
    pub(super) fn table(&self, style: &Style) -> String {
        if self.0.is_empty() {
            return "this machine has no Tasks: it needs no handlers\n".to_owned();
        }
        let width = |cell: fn(&Planned) -> &str| {
            self.0
                .iter()
                .map(|task| columns(cell(task)))
                .max()
                .unwrap_or(0)
        };
        let (states, resources) = (width(|task| &task.state), width(|task| &task.resource));
        let mut text = String::new();
        for task in &self.0 {
            let pad = |cell: &str, width: usize| {
                format!("{cell}{}", " ".repeat(width.saturating_sub(columns(cell))))
            };
            let (mark, handler) = match &task.handler {
                Some(handler) => (style.ok("✔"), style.paint(Role::Plain, handler)),
                None => (style.bad("✖"), style.bad("no handler")),
            };
            let (state, resource) = (pad(&task.state, states), pad(&task.resource, resources));
            writeln!(
                text,
                "{mark} {}  {}  {handler}",
                style.bold(&state),
                style.dim(&resource)
            )
            .expect("a string takes all");
        }
        text
    }

    /// What to say about Tasks without a handler, all at once.
    pub(super) fn missing(&self) -> String {
        let missing: Vec<&Planned> = self
            .0
            .iter()
            .filter(|task| task.handler.is_none())
            .collect();
        let (verb, noun) = if missing.len() == 1 {
            ("has", "Task")
        } else {
            ("have", "Tasks")
        };
        let mut text = format!("{} {noun} {verb} no handler:\n", missing.len());
        for task in &missing {
            writeln!(text, "  {}  {}", task.state, task.resource).expect("a string takes all");
        }
        text.push_str(
            "say who does the work with --mock FILE, --handlers FILE or \
             --task 'PATTERN=cmd:COMMAND'; --dry shows the plan",
        );
        if missing.iter().all(|task| task.answers_later) {
            text.push_str("; with --callback-port PORT somebody can answer from outside");
        }
        text
    }
}

/// Who does a Task's work.
fn who(state: &State, resource: &Resource, host: &Host) -> Option<String> {
    if host.machines.serve(resource) {
        return Some("machine of --machine-map".to_owned());
    }
    let function = function_name(state, resource);
    let handler = host
        .handlers
        .describe(&state.name, resource, function.as_deref());
    handler.map(|handler| printable(&handler).into_owned())
}

/// The function that `lambda:invoke` calls, when the definition names it outright.
fn function_name(state: &State, resource: &Resource) -> Option<String> {
    let arguments = state
        .io
        .parameters
        .as_ref()
        .or(state.io.arguments.as_ref())?;
    let name = arguments.value.get("FunctionName").and_then(Json::as_str);
    name.filter(|_| resource.is_lambda_invoke())
        .map(str::to_owned)
}
