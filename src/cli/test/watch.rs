//! `--watch`: tests again when a suite, a machine or anything else that was read changes.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use super::find::{self, is_suite};
use super::load;
use super::runner::Interrupt;
use crate::cli::args::TestArgs;
use crate::cli::output::{Failure, Terminal};
use crate::cli::watch::Watched;
use crate::cli::{Exit, parallel, paths};

/// What clears a terminal and what was scrolled out of it.
const CLEAR: &[u8] = b"\x1b[2J\x1b[3J\x1b[H";

pub(super) fn run(args: &TestArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let interrupt = Interrupt::listen();
    runtime.block_on(async {
        tokio::select! {
            biased;
            // First, so that it is listened for from the beginning.
            _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
            failed = test_for_ever(args, terminal, &interrupt) => failed.map(|never| match never {}),
        }
    })
}

async fn test_for_ever(
    args: &TestArgs,
    terminal: &Terminal,
    interrupt: &Interrupt,
) -> Result<std::convert::Infallible, Failure> {
    let mut watched = Watched::new()?;
    loop {
        let (found, suites) = loop {
            let found = find::find(&args.paths);
            let suites = load::load(&found, terminal);
            let files = suites.files.iter().filter_map(|file| file.parent());
            let folders: BTreeSet<PathBuf> = files
                .map(Path::to_owned)
                .chain(found.folders.iter().cloned())
                .collect();
            // What came into a folder before it was watched, the next look finds.
            if !watched.follow(&folders)? {
                break (found, suites);
            }
        };
        let tested = on_a_thread(|| super::test_all(args, terminal, &found, &suites, interrupt));
        told(tested, terminal)?;
        if !terminal.quiet {
            terminal.say("watching for changes; Ctrl-C ends");
        }
        let named = args.paths.iter().map(|path| paths::absolute(path));
        let files: BTreeSet<PathBuf> = suites.files.into_iter().chain(named).collect();
        watched
            .change(|path| files.contains(path) || is_suite(path))
            .await;
        if terminal.stdout_seen {
            let mut stdout = io::stdout().lock();
            stdout.write_all(CLEAR)?;
            stdout.flush()?;
        }
    }
}

/// Cases have runtimes of their own, which cannot be inside of this one. Changes are kept while it
/// waits, and whoever interrupts is heard by [`Interrupt`].
fn on_a_thread<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(parallel::STACK);
        let worker = thread.spawn_scoped(scope, work);
        let worker = worker.expect("a thread more than those that cases run on");
        worker.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Tells why nothing was tested this time; the next change may mend it.
fn told(result: Result<Exit, Failure>, terminal: &Terminal) -> Result<(), Failure> {
    match result {
        Ok(_) => Ok(()),
        Err(Failure::Message { message, .. }) => {
            terminal.error(&message);
            Ok(())
        }
        Err(Failure::ClosedPipe) => Err(Failure::ClosedPipe),
    }
}
