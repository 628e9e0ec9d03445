//! Tests of machines, told: a line for each case, what failed and why, how it was in all, and what
//! of the machines nothing went through.

pub mod coverage;
pub mod failure;
pub mod json;
pub mod junit;

use std::fmt;
use std::time::Duration;

use super::style::{Role, Style, columns, fit, printable};
use crate::suite::{Tested, Verdict};

/// A case that takes so long is worth a word.
const SLOW: Duration = Duration::from_millis(100);

/// How many cases came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// They passed.
    pub passed: usize,
    /// They pass now: their suites were rewritten.
    pub updated: usize,
    /// They failed, or could not be run.
    pub failed: usize,
    /// They were not run.
    pub skipped: usize,
}

impl Tally {
    /// Counts cases.
    #[must_use]
    pub fn of<'t>(tested: impl IntoIterator<Item = &'t Tested>) -> Self {
        let mut tally = Self::default();
        for tested in tested {
            match tested.verdict {
                Verdict::Passed => tally.passed += 1,
                Verdict::Updated => tally.updated += 1,
                Verdict::Skipped(_) => tally.skipped += 1,
                Verdict::Failed(_) | Verdict::Unrunnable(_) | Verdict::Interrupted => {
                    tally.failed += 1;
                }
            }
        }
        tally
    }

    /// `1 failed, 12 passed, 1 skipped`
    fn words(self) -> String {
        let parts = [
            (self.failed, "failed"),
            (self.passed, "passed"),
            (self.updated, "updated"),
            (self.skipped, "skipped"),
        ];
        let told = parts.into_iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> = told
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        words.join(", ")
    }
}

/// Writes a line for each case; with `folded`, one for each suite in which all went well.
///
/// # Errors
/// Those of `out`.
pub fn lines(
    tested: &[Tested],
    folded: bool,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    for suite in tested.chunk_by(|one, other| one.suite == other.suite) {
        if folded && suite.iter().all(|tested| !tested.is_bad()) {
            let tally = Tally::of(suite).words();
            let name = printable(&suite[0].suite).into_owned();
            writeln!(out, "{} {name}  {}", style.ok("PASS"), style.dim(&tally))?;
            continue;
        }
        for tested in suite {
            line(tested, style, out)?;
        }
    }
    Ok(())
}

/// Writes a case's line: `PASS order.asltest.yaml::happy path`.
///
/// # Errors
/// Those of `out`.
pub fn line(tested: &Tested, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
    let (word, role, more) = match &tested.verdict {
        Verdict::Passed => ("PASS", Role::Ok, String::new()),
        Verdict::Updated => ("PASS", Role::Ok, "updated".to_owned()),
        Verdict::Skipped(reason) => ("SKIP", Role::Warn, printable(reason).into_owned()),
        Verdict::Failed(_) => ("FAIL", Role::Bad, String::new()),
        Verdict::Unrunnable(reason) => ("FAIL", Role::Bad, printable(reason).into_owned()),
        Verdict::Interrupted => ("STOP", Role::Bad, "interrupted".to_owned()),
    };
    let (suite, case) = (printable(&tested.suite), printable(&tested.case));
    write!(
        out,
        "{} {}{}",
        style.paint(role, word),
        style.dim(&format!("{suite}::")),
        style.bold(&case)
    )?;
    let used = columns(word) + columns(&suite) + columns(&case) + 3;
    if !more.is_empty() {
        let room = style.width.saturating_sub(used + 2).max(20);
        write!(out, "  {}", style.dim(&fit(&more, room)))?;
    }
    if tested.took >= SLOW {
        write!(out, "  {}", style.warn(&seconds(tested.took)))?;
    }
    out.write_char('\n')
}

/// `✔ 12 cases passed, 1 skipped   0.034 s`
#[must_use]
pub fn summary(tally: Tally, suites: usize, took: Duration, style: &Style) -> String {
    let (sign, role) = match tally.failed {
        0 => ("✔", Role::Ok),
        _ => ("✖", Role::Bad),
    };
    let cases = tally.passed + tally.updated + tally.failed + tally.skipped;
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    let of = format!(
        "of {cases} case{} in {suites} suite{}   {}",
        plural(cases),
        plural(suites),
        seconds(took)
    );
    let words = format!("{sign} {}", tally.words());
    format!("{} {}", style.paint(role, &words), style.dim(&of))
}

fn seconds(took: Duration) -> String {
    format!("{:.3} s", took.as_secs_f64())
}
