//! The items and the children of a Map Run, as `DescribeMapRun` counts them (07 §7.7).

use rusqlite::{Connection, params};

use crate::data::Json;
use crate::engine::map_run::MapRunStatus;
use crate::runtime::Report;

/// Counts of those that failed, timed out, and were aborted.
type ByEnd = [u64; 3];

const ENDS: [&str; 3] = ["FAILED", "TIMED_OUT", "ABORTED"];

/// How many items the child of a row was given, if `?2` says that they come in batches.
pub(super) const ITEMS: &str =
    "CASE WHEN ?2 AND json_valid(input) THEN json_array_length(input, '$.Items') ELSE 1 END";

/// Children that ended without success before their Map Run was redriven, and have not begun again
/// since.
#[derive(Debug, Default)]
pub(super) struct Unredriven {
    items: ByEnd,
    children: ByEnd,
}

impl Unredriven {
    pub(super) fn find(
        connection: &Connection,
        run: i64,
        is_batched: bool,
        round: u32,
    ) -> rusqlite::Result<Self> {
        let mut select = connection.prepare_cached(&format!(
            "SELECT status, count(*), sum({ITEMS}) FROM executions \
             WHERE map_run = ?1 AND round < ?3 GROUP BY status"
        ))?;
        let mut rows = select.query(params![run, is_batched, round])?;
        let mut found = Self::default();
        while let Some(row) = rows.next()? {
            let status: String = row.get(0)?;
            if let Some(end) = ENDS.iter().position(|end| *end == status) {
                let number = |index| row.get(index).map(i64::unsigned_abs);
                (found.children[end], found.items[end]) = (number(1)?, number(2)?);
            }
        }
        Ok(found)
    }

    /// A child of so many items that had ended like this begins again.
    pub(super) fn begins_again(&mut self, status: &str, items: u64) {
        if let Some(end) = ENDS.iter().position(|end| *end == status) {
            self.children[end] = self.children[end].saturating_sub(1);
            self.items[end] = self.items[end].saturating_sub(items);
        }
    }
}

/// So many, as far as they are known.
#[derive(Clone, Copy, Default)]
struct Counts {
    /// Without those that wait for their redrive.
    pending: u64,
    /// Those that ended without success and wait for their redrive.
    unredriven: u64,
    running: u64,
    succeeded: u64,
    by_end: ByEnd,
}

impl Counts {
    /// Puts those in that have not begun again: while the run goes on, they are still about to;
    /// when it is over, they are what they were before.
    fn with(self, unredriven: ByEnd, is_over: bool) -> Self {
        let sum = unredriven.iter().sum::<u64>();
        if is_over {
            let [failed, timed_out, aborted] = self.by_end;
            let by_end = [
                failed + unredriven[0],
                timed_out + unredriven[1],
                aborted + unredriven[2],
            ];
            return Self {
                pending: self.pending.saturating_sub(sum),
                by_end,
                ..self
            };
        }
        // Some may have been handed out, and run already.
        let unredriven = sum.min(self.pending);
        Self {
            pending: self.pending - unredriven,
            unredriven,
            ..self
        }
    }

    /// `resultsWritten` equals `succeeded`, with and without a `ResultWriter` (recorded).
    fn told(self) -> Json {
        let [failed, timed_out, aborted] = self.by_end;
        let ended = self.succeeded + failed + timed_out + aborted;
        let total = self.pending + self.unredriven + self.running + ended;
        let number = |count: u64| Json::from(i64::try_from(count).unwrap_or(i64::MAX));
        let redrive = ("pendingRedrive", number(self.unredriven));
        [
            ("pending", number(self.pending)),
            ("running", number(self.running)),
            ("succeeded", number(self.succeeded)),
            ("failed", number(failed)),
            ("timedOut", number(timed_out)),
            ("aborted", number(aborted)),
            ("total", number(total)),
            ("resultsWritten", number(self.succeeded)),
        ]
        .into_iter()
        .chain((self.unredriven > 0).then_some(redrive))
        .collect()
    }
}

/// The counts of a Map Run that has not begun.
pub(super) fn none_yet() -> String {
    Counts::default().told().text().into_owned()
}

/// The items and the children of a Map Run.
pub(super) fn counts(report: &Report, unredriven: &Unredriven, is_batched: bool) -> (Json, Json) {
    let (tally, is_over) = (&report.tally, report.status != MapRunStatus::Running);
    let ended = tally.succeeded + tally.failed + tally.timed_out + tally.aborted;
    let found = tally.total.saturating_sub(ended);
    // Found are those that were handed out; of a run that is over nobody began the others.
    let (running, handed) = if is_over { (0, found) } else { (found, 0) };
    let pending = report.pending + handed;
    let items = Counts {
        pending,
        running,
        succeeded: tally.succeeded,
        by_end: [tally.failed, tally.timed_out, tally.aborted],
        unredriven: 0,
    };
    let children = &tally.children;
    let children = Counts {
        // How many batches what is left will make is not known yet.
        pending: if is_batched { 0 } else { pending },
        running: report.running,
        succeeded: children.succeeded,
        by_end: [children.failed, children.timed_out, children.aborted],
        unredriven: 0,
    };
    let told = |counts: Counts, unredriven| counts.with(unredriven, is_over).told();
    (
        told(items, unredriven.items),
        told(children, unredriven.children),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::map_run::Tally;

    #[test]
    fn who_waits_for_a_redrive_is_neither_pending_nor_failed() {
        let report = |status| Report {
            name: "Fan".into(),
            tally: Tally {
                total: 2,
                succeeded: 1,
                ..Tally::default()
            },
            pending: 3,
            running: 1,
            first_failure: None,
            status,
        };
        let unredriven = Unredriven {
            items: [1, 0, 1],
            children: [1, 0, 1],
        };
        let items = |status| counts(&report(status), &unredriven, false).0;
        assert_eq!(
            items(MapRunStatus::Running).text(),
            r#"{"pending":1,"running":1,"succeeded":1,"failed":0,"timedOut":0,"aborted":0,"total":5,"resultsWritten":1,"pendingRedrive":2}"#
        );
        assert_eq!(
            items(MapRunStatus::Failed).text(),
            r#"{"pending":2,"running":0,"succeeded":1,"failed":1,"timedOut":0,"aborted":1,"total":5,"resultsWritten":1}"#
        );
    }
}
