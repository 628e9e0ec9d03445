//! Which handler does which Task's work, from the arguments, and who hears what handlers say.

use std::path::Path;
use std::sync::Arc;

use super::mocks::Mocked;
use super::progress::Voice;
use super::services;
use crate::cli::args::RunArgs;
use crate::cli::document::{need_tree, show};
use crate::cli::output::{Failure, Terminal};
use crate::report::style::{Style, printable};
use crate::runtime::handlers::{
    AwsHandler, AwsOptions, CommandHandler, Function, HttpHandler, LambdaHandler, Program,
    TaskHandler, TaskPattern, file, mocks, node_handler, python_handler,
};
use crate::runtime::{Handlers, Listener, Masking};

/// The handlers that the arguments name: `--task` first, then `--mock`, then `--handlers`, then
/// `--lambda-endpoint`.
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
        bind_file(&mut handlers, path, terminal)?;
    }
    services::bind(&mut handlers, args.services.lambda_endpoint.as_deref())?;
    if let Some(mocked) = &mocked {
        mocked.close(&mut handlers);
    }
    Ok((handlers, mocked))
}

pub(in crate::cli) fn bind_file(
    handlers: &mut Handlers,
    path: &Path,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let (source, tree) = need_tree(path, terminal)?;
    let around = file::Surroundings {
        folder: path.parent().unwrap_or(Path::new("")),
        variable: &|name| std::env::var(name).ok(),
    };
    file::bind(handlers, &tree, &around).map_err(|found| {
        show(terminal, &source, Some(&tree), found);
        Failure::usage(format_args!("{} cannot be used", printable(&source.name)))
    })
}

/// What a value of `--task` begins with, and what it looks like.
const TASK_KINDS: [(&str, &str); 8] = [
    ("aws:", "aws:"),
    ("cmd:", "cmd:COMMAND"),
    ("http://", "http://…"),
    ("https://", "https://…"),
    ("lambda:", "lambda:http://…"),
    ("mock:", "mock:FILE"),
    ("node:", "node:index.handler"),
    ("python:", "python:app.handler"),
];

/// `PATTERN=KIND:VALUE`. A pattern may hold `=` no more than a state's name does: the first one
/// that a known kind follows divides.
pub(in crate::cli) fn bind_task(
    handlers: &mut Handlers,
    text: &str,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let usage = |why: &str| {
        let forms = TASK_KINDS.map(|(_, form)| format!("PATTERN={form}"));
        let [first @ .., last] = &forms;
        Failure::usage(format_args!(
            "invalid --task '{}': {why}; write {} or {last}",
            printable(text),
            first.join(", ")
        ))
    };
    let divided = text.match_indices('=').find_map(|(at, _)| {
        let value = &text[at + 1..];
        TASK_KINDS
            .iter()
            .any(|(kind, _)| value.starts_with(kind))
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
    handlers.bind(pattern, task_handler(value).map_err(|why| usage(&why))?);
    Ok(())
}

/// The handler that `KIND:VALUE` names, when it is no mock.
fn task_handler(value: &str) -> Result<Arc<dyn TaskHandler>, String> {
    let function = |handler: &str| {
        if !Function::is_handler(handler) {
            return Err("it names no function in a file".to_owned());
        }
        Ok(Function {
            handler: handler.to_owned(),
            ..Function::default()
        })
    };
    match value.split_once(':') {
        Some(("cmd", command)) => {
            let argv = shlex::split(command).filter(|argv| !argv.is_empty());
            let argv = argv.ok_or("the command is empty or its quotes do not match")?;
            let program = Program {
                argv,
                ..Program::default()
            };
            Ok(Arc::new(CommandHandler::new(program, None)))
        }
        Some(("aws", how)) => Ok(Arc::new(AwsHandler::new(aws_options(how))?)),
        Some(("lambda", url)) => Ok(Arc::new(LambdaHandler::new(url, None, None)?)),
        Some(("node", handler)) => Ok(Arc::new(node_handler(function(handler)?))),
        Some(("python", handler)) => Ok(Arc::new(python_handler(function(handler)?))),
        _ => Ok(Arc::new(HttpHandler::new(value, None)?)),
    }
}

/// What stands behind `aws:`: nothing, an endpoint or a profile.
fn aws_options(how: &str) -> AwsOptions {
    let how = Some(how.to_owned()).filter(|how| !how.is_empty());
    let (endpoint_url, profile) = match how {
        Some(url) if url.contains("://") => (Some(url), None),
        profile => (None, profile),
    };
    AwsOptions {
        profile,
        endpoint_url,
        ..AwsOptions::default()
    }
}

/// Tells a person, line by line, what handlers say while they work.
pub(super) fn listener(voice: Voice, style: Style, masking: Masking) -> Listener {
    Listener::new(move |state, line| {
        let (state, line) = (printable(state), masking.text(line).replace('\t', "    "));
        let state = format!("{state} │");
        voice.say(&format!("{} {}", style.dim(&state), printable(&line)));
    })
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
