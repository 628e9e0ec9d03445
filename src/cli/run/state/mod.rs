//! `asl run --state`: one state alone, answered as AWS's `TestState` operation answers.

mod account;
mod ask;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use super::outside::Outside;
use super::sinks::Sinks;
use super::{clock, drive, executable, fresh_seed, header, input, machine_name, rendered};
use crate::cli::Exit;
use crate::cli::args::{InspectChoice, RunArgs};
use crate::cli::document::{Document, STDIN, listed, need_document};
use crate::cli::output::{Failure, Terminal, print};
use crate::data::{Seed, Timestamp};
use crate::engine::program::{FlowId, StateId};
use crate::engine::test_state::{Refusal, Request, Response, Status, TestState, lone_state};
use crate::engine::{Era, Program, Start};
use crate::language::{Body, is_broken};
use crate::lint;
use crate::report::style::printable;
use crate::runtime::{Ended, Host, IdentityOptions, Masking, Stop};
use crate::syntax::Source;

pub(super) fn run(args: &RunArgs, name: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    let path = args.definition.as_deref().unwrap_or(Path::new(STDIN));
    let document = need_document(path, args.machine.as_deref(), terminal)?;
    let document = with_machine(document, name);
    let Some(program) = executable(&document, terminal) else {
        return Ok(Exit::Findings);
    };
    let state = program.find(name).ok_or_else(|| unknown(&document, name))?;
    let has_mock = args.alone.mock_result.is_some() || args.alone.mock_error.is_some();
    let is_task = document
        .machine
        .states()
        .any(|state| *state.name == *name && matches!(state.body, Body::Task(_)));
    let (outside, document) = if args.dry || (is_task && !has_mock) {
        match Outside::of(args, &machine_name(path), document, terminal)? {
            ControlFlow::Continue(bound) => bound,
            ControlFlow::Break(exit) => return Ok(exit),
        }
    } else {
        let (host, port) = (Arc::new(Host::default()), None);
        (Outside { host, port }, document)
    };
    let mut clock = clock(args, args.start_time);
    let request = request(
        args,
        terminal,
        (Arc::new(program), state),
        clock.now(),
        path,
    )?;
    let header = header(args, &document, &start(&request));
    let test = TestState::new(request).map_err(|refusal| refused(&refusal))?;
    let masking = outside.host.handlers.masking().clone();
    let mut sinks = Sinks::open(args, terminal, &header)?.masked(masking.clone());
    let ended = drive(
        test.execution,
        outside,
        &mut *clock,
        &mut sinks,
        (args, terminal),
    )?;
    drop(sinks.finish());
    let response = test.verdict.response(&ended.outcome);
    let response = masked(response, &masking);
    tell(args, terminal, &document, name, &response)?;
    Ok(exit(&response, &ended))
}

/// A file with nothing but a state becomes a machine around it, under the name that it is given.
fn with_machine(document: Document, name: &str) -> Document {
    if document.name.is_some() || is_broken(&document.syntax) {
        return document;
    }
    let text = &document.source.text;
    let is_json = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{');
    // Findings then stand in the lines of the file.
    let json = if is_json {
        text.to_string()
    } else {
        document.tree.root().to_json().text().into_owned()
    };
    match lone_state(&document.tree, &json, name) {
        Some(machine) => Document::of(Source::new(Arc::clone(&document.source.name), machine)),
        None => document,
    }
}

fn unknown(document: &Document, name: &str) -> Failure {
    let names: Vec<String> = document
        .machine
        .states()
        .map(|state| state.name.to_string())
        .collect();
    let near = lint::nearest(name, names.iter().map(String::as_str));
    let file = printable(&document.source.name).into_owned();
    match near {
        Some(near) => Failure::usage(format_args!(
            "no state {name:?} in {file}: did you mean {near:?}?"
        )),
        None => Failure::usage(format_args!(
            "no state {name:?} in {file}: it has {}",
            listed(&names)
        )),
    }
}

fn request(
    args: &RunArgs,
    terminal: &Terminal,
    (program, state): (Arc<Program>, StateId),
    at: Timestamp,
    path: &Path,
) -> Result<Request, Failure> {
    let seed = Seed(args.seed.unwrap_or_else(fresh_seed));
    let identity = IdentityOptions {
        machine: machine_name(path),
        name: args.name.clone(),
        account: args.account.clone(),
        region: args.region(),
        // As inside AWS's operation (11 §11.3).
        express: true,
        seed,
    };
    Ok(Request {
        program,
        state,
        input: input(args, terminal)?,
        variables: ask::variables(&args.alone, terminal)?,
        context: ask::context(&args.alone, terminal)?,
        mock: ask::mock(&args.alone, terminal)?,
        configuration: ask::configuration(&args.alone, terminal)?,
        reveal_secrets: false,
        has_role: true,
        identity: Arc::new(identity.identity().map_err(Failure::usage)?),
        at,
        seed,
    })
}

/// What AWS says, and what can be done about it here.
fn refused(refusal: &Refusal) -> Failure {
    let message = printable(&refusal.message);
    match refusal.code {
        "InvalidDefinition" => Failure::usage(format_args!(
            "{message}\nwith --mock-result or --mock-error in place of what runs inside they can be \
             tested"
        )),
        _ => Failure::usage(message),
    }
}

/// What the live progress wants to know of the execution.
fn start(request: &Request) -> Start {
    Start {
        flow: FlowId::default(),
        input: request.input.clone(),
        variables: request.variables.clone().unwrap_or_default(),
        identity: Arc::clone(&request.identity),
        at: request.at,
        seed: request.seed,
        max_events: 0,
        era: Era::default(),
    }
}

fn tell(
    args: &RunArgs,
    terminal: &Terminal,
    document: &Document,
    name: &str,
    response: &Response,
) -> Result<(), Failure> {
    let level = args.alone.inspect.unwrap_or_default();
    let state = document.machine.states().find(|state| *state.name == *name);
    if let (Some(state), false) = (state, terminal.quiet) {
        let all = level != InspectChoice::Info;
        terminal.say(&account::account(
            state,
            response,
            all,
            &terminal.stderr_style(),
        ));
    }
    let answer = response.to_json(ask::level(level));
    print(&format!("{}\n", rendered(&answer, terminal)))
}

/// The answer as others may see it.
fn masked(mut response: Response, masking: &Masking) -> Response {
    let inspection = &mut response.inspection;
    let steps = inspection.steps.iter_mut().map(|(_, value)| value);
    let variables = inspection.variables.iter_mut().flatten();
    let values = steps.chain(variables.map(|(_, value)| value));
    let all = values
        .chain([&mut inspection.input])
        .chain(&mut response.output);
    for value in all {
        *value = masking.document(value);
    }
    response.error = response.error.map(|error| masking.error(&error));
    response
}

/// 0 where the execution would go on, by a catcher or a retry too.
fn exit(response: &Response, ended: &Ended) -> Exit {
    match (ended.stopped, response.status) {
        (Some(Stop::Interrupted), _) => Exit::Interrupted,
        (Some(Stop::OutOfTime), _) => Exit::TimedOut,
        (None, Status::Failed) => Exit::Findings,
        (None, Status::Succeeded | Status::Retriable | Status::CaughtError) => Exit::Success,
    }
}
