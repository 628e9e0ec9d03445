//! `--watch`: judges again when a file changes. The only file that knows `notify`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::ModifyKind;
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::files::{self, Found};
use crate::cli::args::ValidateArgs;
use crate::cli::config::NAME;
use crate::cli::output::{Failure, Terminal};
use crate::cli::{Exit, paths};

/// Editors save in several steps; a pause this long ends them.
const PAUSE: Duration = Duration::from_millis(50);

/// What clears a terminal and what was scrolled out of it.
const CLEAR: &[u8] = b"\x1b[2J\x1b[3J\x1b[H";

pub(super) fn run(args: &ValidateArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        tokio::select! {
            biased;
            // First, so that it is listened for from the beginning.
            _ = tokio::signal::ctrl_c() => Ok(Exit::Interrupted),
            failed = judge_for_ever(args, terminal) => failed.map(|never| match never {}),
        }
    })
}

async fn judge_for_ever(
    args: &ValidateArgs,
    terminal: &Terminal,
) -> Result<std::convert::Infallible, Failure> {
    let mut watched = Watched::new()?;
    loop {
        let (interest, found) = loop {
            let found = super::find(args, terminal);
            let interest = Interest::new(args, found.as_ref().ok());
            let has_new = watched.follow(&interest.folders)?;
            // What came into a folder before it was watched, the next look finds.
            if !has_new || found.is_err() {
                break (interest, found);
            }
        };
        let judged = found.and_then(|found| super::judge_all(args, terminal, &found));
        told(judged, terminal)?;
        if !terminal.quiet {
            terminal.say("watching for changes; Ctrl-C ends");
        }
        watched.change(&interest).await;
        if terminal.stdout_seen {
            let mut stdout = io::stdout().lock();
            stdout.write_all(CLEAR)?;
            stdout.flush()?;
        }
    }
}

/// Tells why nothing was judged this time; the next change may mend it. Only when nobody reads
/// any more it is over.
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

/// What a change must be about to count.
struct Interest {
    /// Where it may happen.
    folders: BTreeSet<PathBuf>,
    /// Files that count whatever they are called.
    files: BTreeSet<PathBuf>,
}

impl Interest {
    /// Without files it is a configuration that is wrong: any one that may be meant counts.
    fn new(args: &ValidateArgs, found: Option<&Found>) -> Self {
        let named = args.paths.iter().chain(&args.config).chain(&args.baseline);
        let named: Vec<PathBuf> = named.map(|path| paths::absolute(path)).collect();
        let walked = match found {
            Some(found) => found.folders.clone(),
            None => files::folders(args),
        };
        let judged = found.into_iter().flat_map(|found| &found.files);
        let judged = judged.map(|file| file.place.clone());
        let mut files: BTreeSet<PathBuf> = named.into_iter().chain(judged).collect();
        // What a link leads to is edited under its own name.
        let real = files.iter().filter_map(|file| fs::canonicalize(file).ok());
        files.append(&mut real.collect());
        // A configuration may be in any folder above.
        let above = files.iter().flat_map(|file| file.ancestors().skip(1));
        let folders = above.map(Path::to_owned).chain(walked).collect();
        Self { folders, files }
    }

    /// Whether a change of this path may change what is found.
    fn is_about(&self, path: &Path) -> bool {
        const LISTS: [&str; 4] = [NAME, files::IGNORE_FILE, ".gitignore", ".ignore"];
        let is_list = path
            .file_name()
            .is_some_and(|name| LISTS.iter().any(|list| name == *list));
        is_list || self.files.contains(path) || files::is_definition(path)
    }
}

/// The folders that are watched, and what changes in them.
struct Watched {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    changes: mpsc::UnboundedReceiver<notify::Result<Event>>,
}

impl Watched {
    fn new() -> Result<Self, Failure> {
        let (sender, changes) = mpsc::unbounded_channel();
        let watcher = notify::recommended_watcher(move |change| {
            // Nobody waits for changes any more when the program ends.
            let _ = sender.send(change);
        });
        Ok(Self {
            watcher: watcher.map_err(|error| cannot_watch(&error))?,
            folders: BTreeSet::new(),
            changes,
        })
    }

    /// Watches these folders and no others; tells whether one is new. What is in them is not
    /// watched with them: a walk leaves out what no one edits, of which there may be much.
    fn follow(&mut self, folders: &BTreeSet<PathBuf>) -> Result<bool, Failure> {
        for gone in self.folders.difference(folders) {
            // It may have been removed, which ended the watch.
            let _ = self.watcher.unwatch(gone);
        }
        let mut followed = BTreeSet::new();
        for folder in folders {
            let is_new = !self.folders.contains(folder);
            if is_new && let Err(error) = self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                if is_grave(&error) {
                    return Err(cannot_watch(&error));
                }
                continue;
            }
            followed.insert(folder.clone());
        }
        let has_new = !followed.is_subset(&self.folders);
        self.folders = followed;
        Ok(has_new)
    }

    /// Waits for a change that counts, and until it is over.
    async fn change(&mut self, interest: &Interest) {
        let mut over = None;
        loop {
            let next = self.changes.recv();
            let change = match over {
                None => next.await,
                Some(over) => match timeout_at(over, next).await {
                    Ok(change) => change,
                    Err(_) => return,
                },
            };
            let counts = match change {
                Some(Ok(event)) => {
                    self.forget_gone(&event);
                    counts(&event, interest)
                }
                // Something may have been missed.
                Some(Err(_)) => true,
                None => return,
            };
            if counts {
                over = Some(Instant::now() + PAUSE);
            }
        }
    }

    /// A folder that is removed or renamed is watched no longer, though another may take its name.
    fn forget_gone(&mut self, event: &Event) {
        let is_gone =
            event.kind.is_remove() || matches!(event.kind, EventKind::Modify(ModifyKind::Name(_)));
        for path in event.paths.iter().filter(|_| is_gone) {
            if self.folders.remove(path) {
                // It may have ended by itself.
                let _ = self.watcher.unwatch(path);
            }
        }
    }
}

/// Reading a file is an event as well, and ours. A new folder may hold definitions.
fn counts(event: &Event, interest: &Interest) -> bool {
    let kind = event.kind;
    if event.need_rescan() {
        return true;
    }
    let is_change = kind.is_create() || kind.is_modify() || kind.is_remove();
    let is_new_folder = |path: &PathBuf| kind.is_create() && path.is_dir();
    is_change
        && event
            .paths
            .iter()
            .any(|path| interest.is_about(path) || is_new_folder(path))
}

/// A folder that is gone or may not be looked into is no reason to give up.
fn is_grave(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => false,
        ErrorKind::Io(error) => !matches!(
            error.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied
        ),
        _ => true,
    }
}

fn cannot_watch(error: &notify::Error) -> Failure {
    Failure::usage(format_args!("cannot watch for changes: {error}"))
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind};

    use super::*;

    #[test]
    fn only_changes_that_matter_count() {
        let interest = Interest {
            folders: BTreeSet::new(),
            files: [PathBuf::from("/x/machine.json")].into(),
        };
        let check = |kind: EventKind, path: &str, expected: bool| {
            let event = Event::new(kind).add_path(path.into());
            assert_eq!(counts(&event, &interest), expected, "{event:?}");
        };
        let modify = EventKind::Modify(ModifyKind::Any);
        check(modify, "/x/machine.json", true);
        check(modify, "/x/other.json", false);
        check(modify, "/x/other.asl.json", true);
        check(modify, "/x/asl.toml", true);
        check(EventKind::Create(CreateKind::File), "/y/.aslignore", true);
        check(EventKind::Access(AccessKind::Any), "/x/machine.json", false);
        check(EventKind::Create(CreateKind::Folder), "/", true);
    }
}
