//! `asl run`: an execution on this machine, with Tasks mocked or done by the user's own code.

mod closing;
pub(super) mod dry;
mod from;
pub(super) mod handlers;
mod inputs;
mod map_runs;
mod mocks;
#[cfg(feature = "aws")]
mod on;
mod outside;
mod port;
mod progress;
pub(super) mod record;
mod recorded;
mod redrive;
mod replay;
pub(super) mod services;
mod sinks;
mod state;
pub(super) mod stop;
mod watch;

use std::collections::{BTreeMap, HashMap};
use std::future::{Future, ready};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use super::Exit;
use super::args::{RunArgs, Time, TypeChoice};
use super::document::{Document, STDIN, need_document, need_source, show_unfixable};
use super::output::{Failure, Terminal, print};
use crate::data::{Json, Seed, Timestamp, limits};
use crate::engine::program::FlowId;
use crate::engine::{Era, Execution, Identity, Outcome, Program, Start};
use crate::history::{ExecutionType, LogHeader};
use crate::language::StateMachine;
use crate::lint;

use crate::report::histories::{self, About, Definition};
use crate::report::style::{printable, printable_json};
use crate::runtime::{
    Clock, Ended, Host, IdentityOptions, LogFileError, MAX_LIVE, Masking, RealClock, ScaledClock,
    Stop, VirtualClock,
};
use crate::syntax::{self, Diagnostic, Format, Severity, Source};
pub(super) use dry::function_name;
use outside::Outside;
use record::Record;
use sinks::Sinks;
use stop::stop;

pub(super) fn run(args: &RunArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if args.many.watch {
        return watch::run(args, terminal);
    }
    once(args, terminal)
}

fn once(args: &RunArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    share_stdin(args)?;
    #[cfg(feature = "aws")]
    if let Some(target) = &args.elsewhere.on {
        return on::run(args, target, terminal);
    }
    if let Some(history) = &args.replay {
        return replay::run(args, history, terminal);
    }
    if let Some(log) = &args.redrive {
        return redrive::run(args, log, terminal);
    }
    if let Some(name) = &args.alone.state {
        return state::run(args, name, terminal);
    }
    if let Some(place) = &args.many.from {
        return from::run(args, place, terminal);
    }
    let path = args.definition.as_deref().unwrap_or(Path::new(STDIN));
    let document = need_document(path, args.machine.as_deref(), terminal)?;
    let Some(program) = executable(&document, terminal) else {
        return Ok(Exit::Findings);
    };
    let machine_name = match &document.name {
        Some(name) => safe_name(name),
        None => machine_name(path),
    };
    let (outside, document) = match Outside::of(args, &machine_name, document, terminal)? {
        ControlFlow::Continue(bound) => bound,
        ControlFlow::Break(exit) => return Ok(exit),
    };
    if let Some(inputs) = &args.many.inputs {
        let machine = (program, machine_name);
        return inputs::run(args, inputs, terminal, &document, machine, outside);
    }
    let input = input(args, terminal)?;
    let situation = Situation {
        input,
        variables: BTreeMap::new(),
    };
    let program = (program, machine_name);
    execute(args, terminal, &document, program, situation, outside)
}

/// What an execution begins with.
struct Situation {
    input: Json,
    variables: BTreeMap<Arc<str>, Json>,
}

/// The program of a definition; what keeps it from being executed is shown.
pub(super) fn executable(document: &Document, terminal: &Terminal) -> Option<Program> {
    match compile(document) {
        Ok(program) => Some(program),
        Err(findings) => {
            document.show(terminal, findings);
            let name = printable(&document.source.name);
            terminal.error(&format!("{name} cannot be run before this is mended"));
            None
        }
    }
}

/// stdin can be read once.
fn share_stdin(args: &RunArgs) -> Result<(), Failure> {
    let is_stdin = |path: &Option<PathBuf>| path.as_ref().is_some_and(|p| p.as_os_str() == STDIN);
    let input = args.input.as_deref() == Some(STDIN) || is_stdin(&args.input_file);
    let claims = [
        ("the definition", is_stdin(&args.definition)),
        ("the history", is_stdin(&args.replay)),
        (
            "the log",
            is_stdin(&args.redrive) || from::reads_stdin(args),
        ),
        ("the input", input),
        ("the inputs", is_stdin(&args.many.inputs)),
        ("the results", is_stdin(&args.many.skip_done)),
        ("the mocks", is_stdin(&args.mock)),
        ("the handlers", is_stdin(&args.handlers)),
        (
            "a machine",
            args.machine_map
                .iter()
                .any(|(_, path)| path.as_os_str() == STDIN),
        ),
    ];
    let claims = claims.into_iter().chain(args.alone.claims());
    let mut claims = claims.filter(|(_, claimed)| *claimed);
    match (claims.next(), claims.next()) {
        (Some((one, _)), Some((other, _))) => Err(Failure::usage(format_args!(
            "stdin cannot be both {one} and {other}: put one of them in a file"
        ))),
        _ => Ok(()),
    }
}

/// The program, or everything that keeps the definition from being executed.
fn compile(document: &Document) -> Result<Program, Vec<Diagnostic>> {
    let errors = |found: &[Diagnostic]| -> Vec<Diagnostic> {
        found
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .cloned()
            .collect()
    };
    let unreadable: Vec<Diagnostic> = errors(&document.syntax)
        .into_iter()
        .filter(|d| d.rule != "duplicate-key")
        .collect();
    if !unreadable.is_empty() {
        return Err(unreadable);
    }
    let mistyped = errors(&document.model);
    match Program::compile(&document.machine, &document.tree, &document.source) {
        Ok(program) if mistyped.is_empty() => Ok(program),
        Ok(_) => Err(mistyped),
        Err(found) => Err(told_better(document, found, mistyped)),
    }
}

/// What keeps a definition from being executed, and else what AWS refuses.
pub(super) fn faults(document: &Document) -> Vec<Diagnostic> {
    if let Err(found) = compile(document) {
        return found;
    }
    let options = lint::Options::default();
    let found = lint::check(document.definition(), document.model.clone(), &options);
    let is_refused =
        |finding: &Diagnostic| finding.severity == Severity::Error && finding.aws_code.is_some();
    found.into_iter().filter(is_refused).collect()
}

/// The linter knows more about a finding of the compiler: what was meant, and how to mend it.
fn told_better(
    document: &Document,
    found: Vec<Diagnostic>,
    mistyped: Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let linted = lint::check(document.definition(), mistyped, &lint::Options::default());
    let place = |finding: &Diagnostic| (finding.rule, finding.span());
    let mut known = HashMap::new();
    for finding in &linted {
        known.entry(place(finding)).or_insert(finding);
    }
    let better = |finding: Diagnostic| match known.get(&place(&finding)) {
        Some(better) => (*better).clone(),
        None => finding,
    };
    let mut told: Vec<Diagnostic> = found.into_iter().map(better).collect();
    told.extend(
        linted
            .into_iter()
            .filter(|known| known.rule == "wrong-type"),
    );
    told.dedup();
    told
}

/// The file's name without its endings: what the machine is called when nobody says.
pub(super) fn machine_name(definition: &Path) -> String {
    let name = definition
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let name = name
        .filter(|name| name != STDIN)
        .unwrap_or_else(|| "machine".to_owned());
    let mut stem = name.as_str();
    for ending in [".json", ".yaml", ".yml", ".asl", ".sfn"] {
        stem = stem
            .strip_suffix(ending)
            .filter(|rest| !rest.is_empty())
            .unwrap_or(stem);
    }
    safe_name(stem)
}

/// A name that an ARN can hold.
pub(super) fn safe_name(name: &str) -> String {
    let safe = |c: char| {
        if c.is_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    name.chars().take(80).map(safe).collect()
}

fn input(args: &RunArgs, terminal: &Terminal) -> Result<Json, Failure> {
    let source = match (&args.input, &args.input_file) {
        (Some(text), _) if text != STDIN => Source::new("--input", text.as_str()),
        (Some(_), _) => need_source(Path::new(STDIN), terminal)?,
        (None, Some(path)) => need_source(path, terminal)?,
        (None, None) => return Ok(Json::empty_object()),
    };
    let (what, text) = (&source.name, source.text.trim_start_matches('\u{feff}'));
    if text.trim().is_empty() {
        return Err(Failure::usage(format_args!(
            "the input in {what} is empty: an input is JSON, such as {{}}"
        )));
    }
    let input = Json::parse(text).map_err(|error| {
        let (_, findings) = syntax::read(&source, Format::Json);
        show_unfixable(terminal, &source, findings);
        Failure::usage(format_args!("the input in {what} is no JSON: {error}"))
    })?;
    if input.size() > limits::MAX_PAYLOAD {
        return Err(Failure::usage(format_args!(
            "the input in {what} is too large: {} bytes, and AWS takes up to {}",
            input.size(),
            limits::MAX_PAYLOAD
        )));
    }
    Ok(input)
}

pub(super) fn fresh_seed() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(std::process::id())
}

fn identity(args: &RunArgs, machine: String, seed: Seed) -> Result<Arc<Identity>, Failure> {
    let options = IdentityOptions {
        machine,
        name: args.name.clone(),
        account: args.account.clone(),
        region: args.region(),
        express: args.execution_type == TypeChoice::Express,
        seed,
    };
    options.identity().map(Arc::new).map_err(Failure::usage)
}

fn clock(args: &RunArgs, start: Option<Timestamp>) -> Box<dyn Clock> {
    clock_of(args.time, start)
}

pub(super) fn clock_of(time: Time, start: Option<Timestamp>) -> Box<dyn Clock> {
    match time {
        Time::Real => Box::new(RealClock::new(start)),
        Time::Skip => Box::new(VirtualClock::new(start)),
        Time::Scaled(factor) => Box::new(ScaledClock::new(start, factor)),
    }
}

/// How many events an execution of a type may have.
fn max_events(args: &RunArgs, execution_type: ExecutionType) -> u64 {
    args.max_events.unwrap_or(match execution_type {
        ExecutionType::Standard => limits::MAX_EVENTS,
        ExecutionType::Express => 0,
    })
}

fn execution_type(args: &RunArgs) -> ExecutionType {
    match args.execution_type {
        TypeChoice::Standard => ExecutionType::Standard,
        TypeChoice::Express => ExecutionType::Express,
    }
}

/// Runs a program, given with the machine's name, from wherever it begins to its end.
fn execute(
    args: &RunArgs,
    terminal: &Terminal,
    document: &Document,
    (program, machine): (Program, String),
    situation: Situation,
    outside: Outside,
) -> Result<Exit, Failure> {
    let seed = Seed(args.seed.unwrap_or_else(fresh_seed));
    let identity = identity(args, machine, seed)?;
    let mut clock = clock(args, args.start_time);
    let start = Start {
        flow: FlowId::default(),
        input: situation.input,
        variables: situation.variables,
        identity: Arc::clone(&identity),
        at: clock.now(),
        seed,
        max_events: max_events(args, execution_type(args)),
        era: Era::default(),
    };
    let masking = outside.host.handlers.masking().clone();
    let header = masking.header(header(args, document, &start));
    let record = Record::of(args, &identity, &outside.host)?;
    let mut sinks = Sinks::open(args, terminal, &header)?.masked(masking);
    if let Some(record) = &record {
        sinks.record(record.tap());
    }
    let ended = drive(
        Execution::new(Arc::new(program), start),
        outside,
        &mut *clock,
        &mut sinks,
        (args, terminal),
    )?;
    let exit = conclude(args, terminal, document, &identity, sinks, &ended);
    if let Some(record) = &record {
        record.write(&document.machine, terminal)?;
    }
    exit
}

fn header(args: &RunArgs, document: &Document, start: &Start) -> LogHeader {
    let path = args.definition.as_ref();
    let path = path.filter(|path| path.as_os_str() != STDIN);
    let path = path.map(|path| match &document.name {
        // The log holds the definition alone, as JSON, whatever the template is written in.
        Some(name) => format!("{}#{name}", path.display()),
        None => path.to_string_lossy().into_owned(),
    });
    LogHeader {
        asl: LogHeader::VERSION,
        definition: document.definition_text(),
        definition_path: path,
        input: start.input.text().into(),
        variables: start.variables.clone(),
        execution_type: execution_type(args),
        name: start.identity.name.to_string(),
        execution_arn: start.identity.execution_arn.to_string(),
        state_machine_arn: start.identity.state_machine_arn.to_string(),
        start_time: start.at,
        seed: start.seed.0,
        tool: concat!("asl ", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}

fn drive(
    execution: Execution,
    outside: Outside,
    clock: &mut dyn Clock,
    sinks: &mut Sinks,
    (args, terminal): (&RunArgs, &Terminal),
) -> Result<Ended, Failure> {
    crate::runtime::raise_descriptor_limit();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime
        .map_err(|error| Failure::usage(format_args!("cannot start the runtime: {error}")))?;
    let ended = runtime.block_on(async {
        let mut stop = pin!(stop(args, sinks.unread()));
        let voice = sinks.voice(terminal);
        let Outside { host, port } = outside;
        if args.handlers_args.verbose && !terminal.quiet {
            let (style, masking) = (terminal.stderr_style(), host.handlers.masking().clone());
            let listener = handlers::listener(sinks.voice(terminal), style, masking);
            host.handlers.listen(listener);
        }
        let drawn = sinks.ticker();
        let run = drawn.beside(async {
            let ended = crate::runtime::go_on(execution, &host, clock, sinks, stop.as_mut()).await;
            await_detached(&host, ended.stopped, stop, terminal).await;
            if host.was_full() {
                terminal.error(&too_many_machines());
            }
            ended
        });
        let Some(port) = port else {
            return Ok(run.await);
        };
        let (serving, tell) = port.serve(voice)?;
        let ended = tokio::select! {
            ended = run => ended,
            never = tell => match never {},
        };
        serving.end().await;
        Ok(ended)
    });
    // A handler that hangs in a system call must not keep the program from ending.
    runtime.shutdown_timeout(Duration::from_millis(200));
    ended
}

fn too_many_machines() -> String {
    format!("more than {MAX_LIVE} machines ran at once: do they start each other without end?")
}

/// Machines that were only started run to their end, as they would on AWS.
async fn await_detached(
    host: &Host,
    stopped: Option<Stop>,
    stop: Pin<&mut (dyn Future<Output = Stop> + '_)>,
    terminal: &Terminal,
) {
    if let Some(why) = stopped {
        host.finish(pin!(ready(why))).await;
        return;
    }
    if host.detached_count() > 0 && !terminal.quiet {
        terminal.say("waiting for machines that were started by startExecution; Ctrl-C ends them");
    }
    host.finish(stop).await;
}

fn conclude(
    args: &RunArgs,
    terminal: &Terminal,
    document: &Document,
    identity: &Identity,
    sinks: Sinks,
    ended: &Ended,
) -> Result<Exit, Failure> {
    let masking = sinks.masking().clone();
    let finished = sinks.finish();
    let log_goes_out = args
        .log
        .as_ref()
        .is_some_and(|path| path.as_os_str() == STDIN);
    // Whoever read the log on stdout has seen enough.
    if matches!(finished.log, Err(LogFileError::ClosedPipe)) {
        return Err(Failure::ClosedPipe);
    }
    if terminal.quiet {
        tell_in_short(&ended.outcome, &masking, terminal);
    } else {
        let (style, seen) = (terminal.stderr_style(), &finished.seen);
        let told = tell(args, terminal, document, identity, &seen.outline);
        let (runs, end) = (
            seen.map_runs.summary(&style),
            closing::said(args, &finished, &style),
        );
        let gap = if finished.has_lines { "\n" } else { "" };
        terminal.say(&format!("{gap}{told}{runs}{end}"));
    }
    if let (Outcome::Succeeded(output), false) = (&ended.outcome, log_goes_out) {
        let output = masking.document(output);
        print(&format!("{}\n", rendered(&output, terminal)))?;
    }
    finished.log.map_err(Failure::usage)?;
    Ok(match (&ended.outcome, ended.stopped) {
        (Outcome::Succeeded(_), _) => Exit::Success,
        (_, Some(Stop::Interrupted)) => Exit::Interrupted,
        (Outcome::TimedOut, _) | (_, Some(Stop::OutOfTime)) => Exit::TimedOut,
        (Outcome::Failed(_) | Outcome::Aborted(_), None) => Exit::Findings,
    })
}

/// A failure in a line; success needs no words.
fn tell_in_short(outcome: &Outcome, masking: &Masking, terminal: &Terminal) {
    match outcome {
        Outcome::Succeeded(_) => {}
        Outcome::TimedOut => terminal.error("States.Timeout: the execution timed out"),
        Outcome::Failed(error) | Outcome::Aborted(error) => {
            terminal.error(&printable(&masking.error(error).to_string()));
        }
    }
}

/// The output: for a person on several lines, for a program on one.
fn rendered(output: &Json, terminal: &Terminal) -> String {
    if terminal.stdout_seen {
        let text = serde_json::to_string_pretty(output).expect("a document has string keys");
        printable_json(&text).into_owned()
    } else {
        serde_json::to_string(output).expect("a document has string keys")
    }
}

/// The tree and the failure block.
fn tell(
    args: &RunArgs,
    terminal: &Terminal,
    document: &Document,
    identity: &Identity,
    outline: &crate::history::outline::Outline,
) -> String {
    let machine: &StateMachine = &document.machine;
    let definition = Definition::new(machine, &document.source);
    let condition = |state: &str, next: &str| definition.condition(state, next);
    let catcher = |state: &str, next: &str| definition.catcher(state, next);
    let log = args
        .log
        .as_ref()
        .map(|path| path.to_string_lossy().into_owned());
    let log = log.filter(|name| name != STDIN);
    let about = About {
        file: log.as_deref().unwrap_or_default(),
        machine: Some(&identity.state_machine_name),
        arn: Some(&identity.execution_arn),
        condition: Some(&condition),
        catcher: Some(&catcher),
        ..About::default()
    };
    let mut text = String::new();
    histories::render(outline, &about, &terminal.stderr_style(), &mut text)
        .expect("a string takes all");
    text
}
