//! `asl test --on`: the cases that mock nothing, on a real engine.
//!
//! Cases with mocks are skipped, and say so: the suite that is run here on every change can then be
//! run there as it is, to see whether the rest of it holds against the real engine.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::runtime::Runtime;

use super::load::{Loaded, Suites};
use super::machines::Machine;
use super::outputs::Results;
use super::runner::{self, Interrupt, Ready};
use super::{Done, done, exit};
use crate::cli::args::TestArgs;
use crate::cli::on::{failure, follow, role, runtime};
use crate::cli::output::{Failure, Terminal};
use crate::cli::run::fresh_seed;
use crate::cli::{Exit, parallel};
use crate::data::Seed;
use crate::history::ExecutionType;
use crate::remote::{Change, Kind, Refusal, Registered, Service, Target, Wanted};
use crate::report::style::printable;
use crate::suite::{Mocks, Observer, Ran, Verdict};

/// How many cases run at once: they cost this machine nothing but waiting.
const AT_ONCE: usize = 8;

pub(super) fn run(
    args: &TestArgs,
    target: &Target,
    terminal: &Terminal,
    suites: &Suites,
    chosen: &[(usize, usize)],
    interrupt: &Interrupt,
) -> Result<Exit, Failure> {
    let began = Instant::now();
    let there = There::prepare(args, target, terminal, suites, chosen)?;
    let threads = args.jobs.map_or(AT_ONCE, usize::from);
    let done = parallel::map_with(
        chosen.len(),
        threads,
        || there.caller(),
        |caller, index| there.test(caller, &suites.all, chosen[index], interrupt),
    );
    let is_skipped = |done: &Done| matches!(done.tested.verdict, Verdict::Skipped(_));
    let all_skipped = done.iter().all(is_skipped);
    let results = Results {
        suites: &suites.all,
        done: &done,
        coverage: &[],
        took: began.elapsed(),
        more: &["--on".to_owned(), target.to_string()],
    };
    results.write(args, terminal)?;
    match exit(args, terminal, suites, &results, interrupt) {
        Exit::Success if all_skipped => {
            terminal.error("no case can run there: each of them was skipped");
            Ok(Exit::Nothing)
        }
        exit => Ok(exit),
    }
}

/// The machines of the cases, as they are there, or why they are not.
struct There<'a> {
    target: &'a Target,
    region: Option<&'a str>,
    /// By their names there.
    machines: HashMap<String, (Arc<Machine>, Lookup)>,
}

/// A machine there, or why its cases cannot run.
type Lookup = Result<Registered, Arc<str>>;

/// A thread's runtime and connection.
type Caller = Option<(Runtime, Result<Service, Refusal>)>;

impl<'a> There<'a> {
    /// Registers every machine that a case runs on.
    fn prepare(
        args: &'a TestArgs,
        target: &'a Target,
        terminal: &Terminal,
        suites: &Suites,
        chosen: &[(usize, usize)],
    ) -> Result<Self, Failure> {
        let region = args.elsewhere.region.as_deref();
        let mut there = Self {
            target,
            region,
            machines: HashMap::new(),
        };
        let runtime = runtime()?;
        let service = runtime.block_on(Service::connect(target, region));
        let service = service.map_err(|refusal| failure(&refusal))?;
        let role = role(args.elsewhere.role.as_deref());
        for &(suite, case) in chosen {
            let loaded = &suites.all[suite];
            if skipped(loaded, case).is_some() {
                continue;
            }
            let Ok(machine) = &loaded.machine else {
                continue;
            };
            if there.machines.contains_key(&machine.name) {
                continue;
            }
            let text = machine.document.definition_json().to_string();
            let wanted = Wanted {
                name: &machine.name,
                definition: &text,
                role: role.as_deref(),
                express: false,
            };
            let registered = runtime.block_on(service.register(&wanted));
            if let Ok(it) = &registered {
                tell_change(machine, it, &service, terminal);
            }
            let registered = match registered {
                Err(refusal) if refusal.kind != Kind::Definition => return Err(failure(&refusal)),
                // Other machines may be accepted.
                registered => registered.map_err(|refusal| refusal.to_string().into()),
            };
            let registered = (Arc::clone(machine), registered);
            there.machines.insert(machine.name.clone(), registered);
        }
        Ok(there)
    }

    /// A thread's own connection: connections belong to the runtime that made them.
    fn caller(&self) -> Caller {
        let runtime = runtime().ok()?;
        let service = runtime.block_on(Service::connect(self.target, self.region));
        Some((runtime, service))
    }

    fn test(
        &self,
        caller: &mut Caller,
        suites: &[Loaded],
        at: (usize, usize),
        interrupt: &Interrupt,
    ) -> Done {
        let loaded = &suites[at.0];
        let began = Instant::now();
        let (verdict, hits) = match (&loaded.machine, skipped(loaded, at.1)) {
            (_, Some(reason)) => (Verdict::Skipped(reason), None),
            (Err(reason), None) => (Verdict::Unrunnable(Arc::clone(reason)), None),
            (Ok(_), None) if interrupt.is_set() => (Verdict::Interrupted, None),
            (Ok(machine), None) => {
                match self.run(caller, machine, &loaded.cases[at.1], interrupt) {
                    Err(reason) => (Verdict::Unrunnable(reason), None),
                    Ok(None) => (Verdict::Interrupted, None),
                    Ok(Some(ran)) => {
                        let (expect, ready) =
                            (&loaded.suite.cases[at.1].expect, &loaded.cases[at.1]);
                        let (verdict, hits) = runner::verdict(expect, &machine.names, ready, ran);
                        (verdict, Some(hits))
                    }
                }
            }
        };
        done(loaded, at, verdict, hits, began.elapsed())
    }

    /// Runs a case there; nothing when somebody interrupted it.
    fn run(
        &self,
        caller: &Caller,
        machine: &Arc<Machine>,
        ready: &Ready,
        interrupt: &Interrupt,
    ) -> Result<Option<Ran>, Arc<str>> {
        let told = |refusal: &Refusal| -> Arc<str> { refusal.to_string().into() };
        let (runtime, service) = caller.as_ref().ok_or("the runtime does not start")?;
        let service = service.as_ref().map_err(told)?;
        let registered = match self.machines.get(&machine.name) {
            Some((it, registered)) if Arc::ptr_eq(it, machine) => registered.clone()?,
            _ => return Err("another machine of these suites has its name there".into()),
        };
        if registered.express {
            return Err("it is an EXPRESS machine there, which has no history".into());
        }
        let mut observer = Observer::new(&machine.names);
        let ended = runtime.block_on(async {
            let name = Seed(fresh_seed()).named(&machine.name).uuid();
            let input = ready.input.text();
            let started = service.start(&registered.arn, &name, &input).await?;
            let stop = pin!(interrupt.stop());
            follow(service, &started.arn, stop, &mut observer).await
        });
        let ended = ended.map_err(|refusal| told(&refusal))?;
        let ran = Ran {
            observed: observer.finish(),
            outcome: ended.outcome,
        };
        Ok(ended.stopped.is_none().then_some(ran))
    }
}

fn tell_change(machine: &Machine, registered: &Registered, service: &Service, terminal: &Terminal) {
    let told = match registered.change {
        Change::Created => "created",
        Change::Updated => "updated",
        Change::None => return,
    };
    if !terminal.quiet {
        let (name, place) = (printable(&machine.name), printable(service.place()));
        terminal.say(&format!("{told} the state machine \"{name}\" on {place}"));
    }
}

/// Why a case is not run there.
fn skipped(loaded: &Loaded, case: usize) -> Option<Arc<str>> {
    let (suite, case) = (&loaded.suite, &loaded.suite.cases[case]);
    let mocks = |mocks: &Mocks| !mocks.answers.is_empty() || mocks.file.is_some();
    let execution_type = case.given.execution_type.or(suite.defaults.execution_type);
    if let Some(reason) = &case.skip {
        return Some(Arc::clone(reason));
    }
    // Without a status it comes from a MockConfigFile.json.
    let reason =
        if case.expect.status.is_none() || mocks(&case.given.mocks) || mocks(&suite.defaults.mocks)
        {
            "--on: it mocks Tasks"
        } else if suite.handlers.is_some() {
            "--on: its Tasks are done by a handlers file"
        } else if case
            .given
            .start_time
            .or(suite.defaults.start_time)
            .is_some()
        {
            "--on: it says when it starts"
        } else if execution_type == Some(ExecutionType::Express) {
            "--on: EXPRESS executions have no history"
        } else {
            return None;
        };
    Some(reason.into())
}
