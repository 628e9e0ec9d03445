//! The Map Runs of a run: how far they are, and in the end how they came out. The execution's own
//! history does not say it, because children have histories of their own.

use std::fmt::Write;

use crate::data::StatesError;
use crate::engine::Note;
use crate::engine::map_run::{MapRunStatus, Tally};
use crate::report::histories::live::Gauge;
use crate::report::style::{Style, fit, printable};
use crate::runtime::Masking;

/// One Map Run, as it was told last.
struct MapRun {
    state: String,
    tally: Tally,
    first_failure: Option<(u64, StatesError)>,
    status: MapRunStatus,
}

impl MapRun {
    fn is_open(&self) -> bool {
        self.status == MapRunStatus::Running
    }
}

/// The Map Runs in the order of their beginning.
#[derive(Default)]
pub(super) struct MapRuns(Vec<MapRun>);

impl MapRuns {
    pub(super) fn note(&mut self, note: &Note<'_>, masking: &Masking) {
        let Note::MapRun {
            state,
            tally,
            first_failure,
            status,
        } = *note
        else {
            return;
        };
        let told = MapRun {
            state: state.to_owned(),
            tally,
            first_failure: first_failure.map(|(child, error)| (child, masking.error(error))),
            status,
        };
        let open = self
            .0
            .iter_mut()
            .find(|run| run.is_open() && run.state == state);
        match open {
            Some(run) => *run = told,
            None => self.0.push(told),
        }
    }

    /// How far the run of a state is that is under way.
    pub(super) fn gauge(&self, state: &str) -> Option<Gauge> {
        let is_it = |run: &&MapRun| run.is_open() && run.state == state;
        let tally = &self.0.iter().find(is_it)?.tally;
        let done = tally.succeeded + bad(tally);
        Some(Gauge {
            done,
            failed: bad(tally),
            // Items are taken when there is somebody for them.
            running: Some(tally.total.saturating_sub(done)),
            total: tally.total,
            is_growing: !tally.complete,
        })
    }

    /// State transitions in children; none when there was no Map Run.
    pub(super) fn transitions(&self) -> Option<u64> {
        let all = self.0.iter().map(|run| run.tally.transitions);
        (!self.0.is_empty()).then(|| all.sum())
    }

    /// How the runs came out, a paragraph for each.
    pub(super) fn summary(&self, style: &Style) -> String {
        let mut text = String::new();
        for run in &self.0 {
            let failed = bad(&run.tally);
            let mark = match run.status {
                MapRunStatus::Succeeded if failed == 0 => style.ok("✔"),
                MapRunStatus::Succeeded => style.warn("⚠"),
                MapRunStatus::Failed => style.bad("✖"),
                MapRunStatus::Running | MapRunStatus::Aborted => style.dim("⊘"),
            };
            let items = if run.tally.total == 1 {
                "item"
            } else {
                "items"
            };
            let begun = if run.tally.complete { "" } else { " begun" };
            write!(
                text,
                "\n{mark} Map Run of {}: {} {items}{begun}, {} succeeded",
                style.bold(&printable(&run.state)),
                run.tally.total,
                run.tally.succeeded
            )
            .expect("a string takes all");
            if failed > 0 {
                write!(text, ", {failed} failed").expect("a string takes all");
            }
            text.push('\n');
            if let Some((child, error)) = &run.first_failure {
                let told = format!("  the first to fail was child [{child}]: {error}");
                writeln!(text, "{}", fit(&printable(&told), style.width))
                    .expect("a string takes all");
            }
        }
        text
    }
}

/// Items whose child did not succeed.
fn bad(tally: &Tally) -> u64 {
    tally.failed + tally.timed_out + tally.aborted
}
