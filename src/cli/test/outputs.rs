//! What is told of the cases: lines and failures on stdout, the sum of it on stderr, reports and
//! coverage in files.

use std::fmt::{self, Write};
use std::path::Path;
use std::time::Duration;

use super::Done;
use super::load::Loaded;
use crate::cli::args::{ReportArg, ReportFormat, TestArgs};
use crate::cli::document::{STDIN, reason};
use crate::cli::output::{Failure, Terminal, print};
use crate::cli::write;
use crate::report::histories::Definition;
use crate::report::style::Style;
use crate::report::tests::{self, Tally, failure};
use crate::suite::{Coverage, Tested, Verdict};

/// So many cases that pass are told by suite on a terminal.
const MANY: usize = 40;

/// The columns of a file, which has none of its own.
const WIDTH_OF_FILES: usize = 100;

/// What came of all cases.
pub(super) struct Results<'r> {
    pub(super) suites: &'r [Loaded],
    pub(super) done: &'r [Done],
    pub(super) coverage: &'r [Coverage],
    pub(super) took: Duration,
    /// What else leads to the same results: `--on aws`.
    pub(super) more: &'r [String],
}

impl Results<'_> {
    /// Writes everything that is asked for: the files first, as stdout may be closed before its
    /// end.
    pub(super) fn write(&self, args: &TestArgs, terminal: &Terminal) -> Result<(), Failure> {
        let tested: Vec<Tested> = self.done.iter().map(|done| done.tested.clone()).collect();
        for report in &args.report {
            self.report(report, &tested)?;
        }
        let is_table = match args.coverage.as_deref() {
            Some(path) if path.as_os_str() != STDIN => {
                let text = format!("{:#}\n", Coverage::to_json(self.coverage));
                replace(path, &text)?;
                false
            }
            Some(_) => true,
            None => false,
        };
        let style = terminal.stdout_style();
        let mut text = rendered(|out| self.told(&tested, terminal, &style, out));
        if is_table && !self.coverage.is_empty() {
            let separated = !text.is_empty() && !text.ends_with("\n\n");
            text.push_str(if separated { "\n" } else { "" });
            text.push_str(&rendered(|out| {
                tests::coverage::render(self.coverage, &style, out)
            }));
        }
        print(&text)?;
        if !terminal.quiet {
            let (tally, style) = (Tally::of(&tested), terminal.stderr_style());
            let suites = tested.chunk_by(|a, b| a.suite == b.suite).count();
            terminal.say(&tests::summary(tally, suites, self.took, &style));
        }
        Ok(())
    }

    fn told(
        &self,
        tested: &[Tested],
        terminal: &Terminal,
        style: &Style,
        out: &mut dyn Write,
    ) -> fmt::Result {
        if terminal.quiet {
            for bad in tested.iter().filter(|tested| tested.is_bad()) {
                tests::line(bad, style, out)?;
            }
        } else {
            let is_folded = terminal.stdout_seen && tested.len() > MANY;
            tests::lines(tested, is_folded, style, out)?;
        }
        for (done, tested) in self.done.iter().zip(tested) {
            let block = self.block(done, tested, style);
            if !block.is_empty() {
                write!(out, "\n{block}")?;
            }
        }
        Ok(())
    }

    /// What failed of a case.
    fn block(&self, done: &Done, tested: &Tested, style: &Style) -> String {
        let Verdict::Failed(failed) = &tested.verdict else {
            return String::new();
        };
        let loaded = &self.suites[done.at.0];
        let Ok(machine) = &loaded.machine else {
            return String::new();
        };
        let again = again(&loaded.path, &tested.case, self.more);
        let document = &machine.document;
        let about = failure::About {
            machine: &machine.name,
            names: &machine.names,
            definition: &Definition::new(&document.machine, &document.source),
            place: &|state| machine.place(state),
            again: &again,
        };
        rendered(|out| failure::render(tested, failed, &about, style, out))
    }

    fn report(&self, report: &ReportArg, tested: &[Tested]) -> Result<(), Failure> {
        let style = Style::new(false, WIDTH_OF_FILES);
        let details = |it: &Tested| {
            let at = tested.iter().position(|tested| std::ptr::eq(tested, it));
            at.map_or_else(String::new, |at| self.block(&self.done[at], it, &style))
        };
        let text = match report.format {
            ReportFormat::Json => format!("{:#}\n", tests::json::document(tested, self.took)),
            ReportFormat::Junit => {
                rendered(|out| tests::junit::render(tested, self.took, &details, out))
            }
        };
        replace(&report.file, &text)
    }
}

/// The command that runs a case alone.
fn again(suite: &Path, case: &str, more: &[String]) -> String {
    let suite = suite.to_string_lossy();
    let words = ["asl", "test", &*suite, "--filter", case];
    let joined = shlex::try_join(words.into_iter().chain(more.iter().map(String::as_str)));
    // A name that no shell can be given is left out.
    joined.unwrap_or_else(|_| "asl test".to_owned())
}

fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    write::replace(path, text).map_err(|error| {
        let (path, reason) = (path.display(), reason(&error));
        Failure::usage(format_args!("cannot write {path}: {reason}"))
    })
}

fn rendered(render: impl FnOnce(&mut dyn Write) -> fmt::Result) -> String {
    let mut text = String::new();
    render(&mut text).expect("a string takes all");
    text
}
