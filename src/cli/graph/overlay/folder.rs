//! `asl graph --runs DIR`: the numbers of every log in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::Canvas;
use super::log::Log;
use crate::cli::Exit;
use crate::cli::document::reason;
use crate::cli::output::Failure;
use crate::cli::parallel;
use crate::cli::strangers::{MAX_TOLD, listed};
use crate::history::Ending;
use crate::report::graphs::overlay::{self, Overlay, Trace};
use crate::report::style::printable;

/// How many logs are followed before their numbers are added up: so many are in memory at once.
const AT_ONCE: usize = 64;

/// What came of the logs of a folder.
#[derive(Default)]
struct Sum {
    trace: Trace,
    logs: usize,
    no_logs: Vec<String>,
    foreign: Vec<String>,
    torn: usize,
}

impl Canvas<'_, '_> {
    pub(super) fn folder(&self, folder: &Path) -> Result<Overlay, Failure> {
        let files = files(folder)?;
        let mut sum = Sum::default();
        for files in files.chunks(AT_ONCE) {
            let traced = parallel::map(files.len(), |index| {
                Log::File(files[index].clone()).trace(self.graph)
            });
            for (file, traced) in files.iter().zip(traced) {
                sum.add(file, traced);
            }
        }
        self.tell(folder, &sum)?;
        Ok(overlay::many(self.graph, &sum.trace))
    }

    fn tell(&self, folder: &Path, sum: &Sum) -> Result<(), Failure> {
        let shown = printable(&folder.to_string_lossy()).into_owned();
        for told in sum.no_logs.iter().take(MAX_TOLD) {
            self.note(&format!("left out, it is no log: {told}"));
        }
        if let Some(more) = sum.no_logs.len().checked_sub(MAX_TOLD + 1) {
            self.note(&format!(
                "left out, they are no logs: {} more files",
                more + 1
            ));
        }
        let foreign: Vec<&str> = sum.foreign.iter().map(String::as_str).collect();
        if sum.logs == 0 && foreign.is_empty() {
            return Err(Failure::Message {
                message: format!(
                    "there is no log in {shown}: no *.jsonl, *.json or *.log with a history"
                ),
                exit: Exit::Nothing,
            });
        }
        if sum.logs == 0 {
            return Err(Failure::usage(format_args!(
                "the logs in {shown} are of another machine: {} has none of their states",
                self.yardstick.definition
            )));
        }
        if !foreign.is_empty() {
            let listed = listed(&foreign);
            self.note(&format!("left out, of another machine: {listed}"));
        }
        if sum.torn > 0 {
            let (logs, lines) = match sum.torn {
                1 => ("log breaks", "that line is"),
                _ => ("logs break", "those lines are"),
            };
            self.note(&format!(
                "{} {logs} off in the last line; {lines} left out",
                sum.torn
            ));
        }
        let names: Vec<&str> = sum.trace.strangers().collect();
        let names_them = format!("the logs in {shown} name");
        self.yardstick.note(&names_them, &names);
        Ok(())
    }
}

impl Sum {
    fn add(&mut self, file: &Path, traced: Result<(Trace, Ending), Failure>) {
        match traced {
            Err(Failure::Message { message, .. }) => self.no_logs.push(message),
            Err(Failure::ClosedPipe) => {}
            Ok((trace, _)) if trace.is_foreign() => {
                let name = file.file_name().unwrap_or_default();
                self.foreign.push(name.to_string_lossy().into_owned());
            }
            Ok((trace, ending)) => {
                self.trace.add(&trace);
                self.logs += 1;
                self.torn += usize::from(ending.torn_line.is_some());
            }
        }
    }
}

/// The files of a folder that may be logs, in order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| {
        let shown = folder.to_string_lossy();
        Failure::usage(format_args!(
            "cannot read {}: {}",
            printable(&shown),
            reason(&error)
        ))
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        // A pipe or a device may never end.
        if matches!(ending, Some("jsonl" | "json" | "log")) && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
