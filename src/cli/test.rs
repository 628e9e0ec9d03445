//! `asl test`: cases of state machines, each run in virtual time and held against what is expected
//! of it.

mod find;
mod init;
mod load;
mod machines;
#[cfg(feature = "aws")]
mod on;
mod outputs;
mod runner;
mod update;
mod watch;

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use super::args::TestArgs;
use super::document::STDIN;
use super::output::{Failure, Terminal};
use super::{Exit, parallel};
use crate::suite::{Coverage, Filter, Hits, SUITE_ENDINGS, Tested, Verdict};
use find::Found;
use load::{Loaded, Suites};
use runner::Interrupt;

pub(super) fn run(args: &TestArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    if let Some(definition) = &args.init {
        return init::run(definition, args.machine.as_deref(), terminal);
    }
    check_arguments(args)?;
    if args.watch {
        return watch::run(args, terminal);
    }
    let found = find::find(&args.paths);
    let suites = load::load(&found, terminal);
    test_all(args, terminal, &found, &suites, &Interrupt::listen())
}

/// What clap cannot know to be wrong.
fn check_arguments(args: &TestArgs) -> Result<(), Failure> {
    let reads_stdin = args.paths.iter().any(|path| path.as_os_str() == STDIN);
    match () {
        () if reads_stdin && args.update => Err(Failure::usage("-U cannot rewrite stdin")),
        () if reads_stdin && args.watch => Err(Failure::usage("--watch cannot watch stdin")),
        () => Ok(()),
    }
}

/// A case, and what it went through.
struct Done {
    tested: Tested,
    /// Its suite and its place there.
    at: (usize, usize),
    hits: Option<Hits>,
}

fn test_all(
    args: &TestArgs,
    terminal: &Terminal,
    found: &Found,
    suites: &Suites,
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    for message in &found.unreadable {
        terminal.error(message);
    }
    let chosen = chosen(args, &suites.all);
    if chosen.is_empty() {
        return Ok(nothing(suites, terminal));
    }
    #[cfg(feature = "aws")]
    if let Some(target) = &args.elsewhere.on {
        return on::run(args, target, terminal, suites, &chosen, interrupt);
    }
    let began = Instant::now();
    let threads = args.jobs.map_or_else(parallel::cores, usize::from);
    let done = parallel::map_with(
        chosen.len(),
        threads,
        || runner::runtime().ok(),
        |runtime, index| test(runtime.as_ref(), &suites.all, chosen[index], interrupt),
    );
    let mut done = done;
    if args.update {
        update::write(&mut done, &suites.all)?;
    }
    let took = began.elapsed();
    let coverage = coverage(&done, &suites.all);
    let results = outputs::Results {
        suites: &suites.all,
        done: &done,
        coverage: &coverage,
        took,
        more: &[],
    };
    results.write(args, terminal)?;
    Ok(exit(args, terminal, suites, &results, interrupt))
}

/// The cases that are run, by their suite and their place there.
fn chosen(args: &TestArgs, suites: &[Loaded]) -> Vec<(usize, usize)> {
    let filters: Vec<Filter> = args.filter.iter().map(|text| Filter::new(text)).collect();
    let mut chosen = Vec::new();
    for (at, suite) in suites.iter().enumerate() {
        for (case, it) in suite.suite.cases.iter().enumerate() {
            let mut filters = filters.iter();
            let name = &suite.name;
            if filters.len() == 0 || filters.any(|filter| filter.chooses(name, &it.name)) {
                chosen.push((at, case));
            }
        }
    }
    chosen
}

/// There is no case to run.
fn nothing(suites: &Suites, terminal: &Terminal) -> Exit {
    if suites.wrong > 0 {
        return Exit::Usage;
    }
    if suites.all.is_empty() {
        let endings = SUITE_ENDINGS.map(|ending| format!("*{ending}")).join(" ");
        terminal.error(&format!(
            "no suites found: looked for {endings}\nasl test --init order.asl.json > \
             order.asltest.yaml writes one"
        ));
    } else {
        terminal.error("no case matches --filter");
    }
    Exit::Nothing
}

fn test(
    runtime: Option<&Runtime>,
    suites: &[Loaded],
    at: (usize, usize),
    interrupt: &Interrupt,
) -> Done {
    let loaded = &suites[at.0];
    let case = &loaded.suite.cases[at.1];
    let began = Instant::now();
    let (verdict, hits) = match (&loaded.machine, &case.skip, runtime) {
        (_, Some(reason), _) => (Verdict::Skipped(Arc::clone(reason)), None),
        (Err(reason), _, _) => (Verdict::Unrunnable(Arc::clone(reason)), None),
        (Ok(_), None, None) => (
            Verdict::Unrunnable("the runtime does not start".into()),
            None,
        ),
        (Ok(_), None, Some(_)) if interrupt.is_set() => (Verdict::Interrupted, None),
        (Ok(machine), None, Some(runtime)) => {
            let ready = &loaded.cases[at.1];
            match runner::run(runtime, machine, ready, interrupt) {
                None => (Verdict::Interrupted, None),
                Some(ran) => {
                    let (verdict, hits) = runner::verdict(&case.expect, &machine.names, ready, ran);
                    (verdict, Some(hits))
                }
            }
        }
    };
    done(loaded, at, verdict, hits, began.elapsed())
}

fn done(
    loaded: &Loaded,
    at: (usize, usize),
    verdict: Verdict,
    hits: Option<Hits>,
    took: Duration,
) -> Done {
    let took = match &verdict {
        Verdict::Skipped(_) => Duration::ZERO,
        _ => took,
    };
    let tested = Tested {
        suite: Arc::clone(&loaded.name),
        case: Arc::clone(&loaded.suite.cases[at.1].name),
        place: loaded.place(at.1),
        verdict,
        took,
    };
    Done { tested, at, hits }
}

/// What of each machine was gone through, in the order in which suites name them.
fn coverage(done: &[Done], suites: &[Loaded]) -> Vec<Coverage> {
    let mut all: Vec<(*const machines::Machine, Coverage)> = Vec::new();
    for it in done {
        let (Ok(machine), Some(hits)) = (&suites[it.at.0].machine, &it.hits) else {
            continue;
        };
        let key = Arc::as_ptr(machine);
        let known = all.iter().position(|(known, _)| *known == key);
        let at = known.unwrap_or_else(|| {
            all.push((key, machine.coverage()));
            all.len() - 1
        });
        all[at].1.add(&machine.names, hits);
    }
    all.into_iter().map(|(_, coverage)| coverage).collect()
}

fn exit(
    args: &TestArgs,
    terminal: &Terminal,
    suites: &Suites,
    results: &outputs::Results<'_>,
    interrupt: &Interrupt,
) -> Exit {
    let percent = Coverage::percent(results.coverage);
    let is_under = args.fail_under.is_some_and(|least| percent < least);
    if is_under {
        terminal.error(&format!(
            "{percent:.1} % was gone through, and --fail-under asks for {} %",
            args.fail_under.unwrap_or_default()
        ));
    }
    let is_bad = results.done.iter().any(|done| done.tested.is_bad());
    match () {
        () if interrupt.is_set() => Exit::Interrupted,
        () if suites.wrong > 0 => Exit::Usage,
        () if is_bad || is_under => Exit::Findings,
        () => Exit::Success,
    }
}
