//! `--watch`: judges again when a file changes.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::files::{self, Found};
use crate::cli::args::ValidateArgs;
use crate::cli::config::NAME;
use crate::cli::output::{Failure, Terminal};
use crate::cli::watch::Watched;
use crate::cli::{Exit, paths};

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
        watched.change(|path| interest.is_about(path)).await;
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
        // A new folder may hold definitions.
        let is_one = || self.files.contains(path) || files::is_definition(path);
        is_list || is_one() || path.is_dir()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_and_what_chooses_them_matter() {
        let interest = Interest {
            folders: BTreeSet::new(),
            files: [PathBuf::from("/x/machine.json")].into(),
        };
        let check = |path: &str, expected: bool| {
            assert_eq!(interest.is_about(Path::new(path)), expected, "{path}");
        };
        check("/x/machine.json", true);
        check("/x/other.json", false);
        check("/x/other.asl.json", true);
        check("/x/asl.toml", true);
        check("/y/.aslignore", true);
        check("/", true);
    }
}
