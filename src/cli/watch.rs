//! Watching files: what changes, and when it is over. The only file that knows `notify`.
//!
//! [`Changes`] is for a command that reads a few files; [`Watched`] for one that walks folders.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::ModifyKind;
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};

use super::output::Failure;
use super::paths;

/// Editors save in several steps; a pause this long ends them.
const PAUSE: Duration = Duration::from_millis(50);

/// Changes of a few files.
pub(super) struct Changes {
    watched: Watched,
    /// As they were given, in order.
    given: Vec<PathBuf>,
    /// Where each of them is, and what it leads to.
    places: Vec<BTreeSet<PathBuf>>,
}

impl Changes {
    /// Watches these files from now on, whether they are there or not.
    pub(super) fn of<'p>(files: impl IntoIterator<Item = &'p Path>) -> Result<Self, Failure> {
        let given: Vec<PathBuf> = files.into_iter().map(Path::to_owned).collect();
        let places: Vec<BTreeSet<PathBuf>> = given.iter().map(|file| places(file)).collect();
        // Most editors put another file in a file's place: its folder knows, the file does not.
        let files = places.iter().flatten();
        let folders = files.filter_map(|file| file.parent());
        let folders: BTreeSet<PathBuf> = folders.map(Path::to_owned).collect();
        let mut watched = Watched::new()?;
        watched.follow(&folders)?;
        Ok(Self {
            watched,
            given,
            places,
        })
    }

    /// Waits for a change and until it is over; tells which files changed, as they were given.
    /// None of them when the system lost track. A change that nobody waits for is told to whoever
    /// waits next.
    pub(super) async fn next(&mut self) -> Vec<&Path> {
        let is_about = |path: &Path| self.places.iter().any(|places| places.contains(path));
        let changed = self.watched.change(is_about).await;
        let is_changed = |places: &BTreeSet<PathBuf>| !places.is_disjoint(&changed);
        let named = self.given.iter().zip(&self.places);
        let named = named.filter(|(_, places)| is_changed(places));
        named.map(|(file, _)| file.as_path()).collect()
    }
}

/// A file's own name, and what it leads to: what a link leads to is edited under its own name.
fn places(file: &Path) -> BTreeSet<PathBuf> {
    let real = fs::canonicalize(file);
    real.into_iter().chain([paths::absolute(file)]).collect()
}

/// The folders that are watched, and what changes in them.
pub(super) struct Watched {
    watcher: RecommendedWatcher,
    folders: BTreeSet<PathBuf>,
    changes: mpsc::UnboundedReceiver<notify::Result<Event>>,
}

impl Watched {
    pub(super) fn new() -> Result<Self, Failure> {
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
    pub(super) fn follow(&mut self, folders: &BTreeSet<PathBuf>) -> Result<bool, Failure> {
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

    /// Waits for a change of something that counts, and until it is over; tells what changed.
    pub(super) async fn change(&mut self, is_about: impl Fn(&Path) -> bool) -> BTreeSet<PathBuf> {
        let mut changed = BTreeSet::new();
        let mut over = None;
        loop {
            let next = self.changes.recv();
            let change = match over {
                None => next.await,
                Some(over) => match timeout_at(over, next).await {
                    Ok(change) => change,
                    Err(_) => return changed,
                },
            };
            let counts = match change {
                Some(Ok(event)) => {
                    self.forget_gone(&event);
                    let counts = counts(&event, &is_about);
                    changed.extend(event.paths.into_iter().filter(|_| counts));
                    counts
                }
                // Something may have been missed.
                Some(Err(_)) => true,
                None => return changed,
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

/// Reading a file is an event as well, and ours.
fn counts(event: &Event, is_about: impl Fn(&Path) -> bool) -> bool {
    let kind = event.kind;
    if event.need_rescan() {
        return true;
    }
    let is_change = kind.is_create() || kind.is_modify() || kind.is_remove();
    is_change && event.paths.iter().any(|path| is_about(path))
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
        let check = |kind: EventKind, path: &str, expected: bool| {
            let event = Event::new(kind).add_path(path.into());
            let counts = counts(&event, |path| path == Path::new("/x/machine.json"));
            assert_eq!(counts, expected, "{event:?}");
        };
        let modify = EventKind::Modify(ModifyKind::Any);
        check(modify, "/x/machine.json", true);
        check(modify, "/x/other.json", false);
        check(EventKind::Create(CreateKind::File), "/x/other.json", false);
        check(EventKind::Access(AccessKind::Any), "/x/machine.json", false);
    }
}
