//! What results of a run before say is done.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::result::{ResultRead, Status};
use crate::cli::document::{reason, same_file};
use crate::cli::output::{Failure, Terminal};
use crate::report::style::printable;

/// The inputs that are done.
#[derive(Default)]
pub(super) struct Done {
    /// The hashes of inputs that succeeded, by their lines.
    hashes: HashMap<u64, String>,
    /// Whether stdout goes on behind half a line.
    pub(super) is_torn: bool,
}

impl Done {
    pub(super) fn read(path: &Path, terminal: &Terminal) -> Result<Self, Failure> {
        let name = path.to_string_lossy();
        let name = printable(&name);
        let unreadable = |error: io::Error| {
            Failure::usage(format_args!("cannot read {name}: {}", reason(&error)))
        };
        let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
        let mut done = Self::default();
        let (mut results, mut others, mut line) = (0_u64, 0_u64, Vec::new());
        loop {
            line.clear();
            if file.read_until(b'\n', &mut line).map_err(unreadable)? == 0 {
                break;
            }
            done.is_torn = line.last() != Some(&b'\n');
            match serde_json::from_slice(&line) {
                Ok(result) => {
                    results += 1;
                    done.add(result);
                }
                Err(_) if line.trim_ascii().is_empty() => {}
                Err(_) => others += 1,
            }
        }
        if results == 0 && others > u64::from(done.is_torn) {
            return Err(Failure::usage(format_args!(
                "{name} cannot be gone on with: there are no results of asl run --inputs in it"
            )));
        }
        if others > 0 && !terminal.quiet {
            let lines = match others {
                1 => "1 line that is no result is".to_owned(),
                _ => format!("{others} lines that are no results are"),
            };
            terminal.say(&format!("note: {name}: {lines} left out"));
        }
        done.is_torn &= same_file(Path::new("/dev/stdout"), path);
        Ok(done)
    }

    /// The last result of a line counts: one that failed may have been run again.
    fn add(&mut self, result: ResultRead) {
        if result.status == Status::Succeeded {
            self.hashes.insert(result.line, result.input_hash);
        } else {
            self.hashes.remove(&result.line);
        }
    }

    pub(super) fn has(&self, line: u64, hash: impl FnOnce() -> String) -> bool {
        let done = self.hashes.get(&line);
        done.is_some_and(|done| *done == hash())
    }
}
