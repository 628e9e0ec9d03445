//! How a Map Run stands: how many items are done, and whether too many failed.

use super::ChildResult;
use crate::data::StatesError;
use crate::engine::Outcome;

/// `ToleratedFailureCount` and `ToleratedFailurePercentage`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tolerance {
    /// How many items may fail.
    pub count: Option<u64>,
    /// Which part of the items may fail, in percent.
    pub percentage: Option<f64>,
}

/// How a Map Run stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MapRunStatus {
    /// Children are at work.
    #[default]
    Running,
    /// All items are done, and not too many failed.
    Succeeded,
    /// Too many items failed, or something could not be read or written.
    Failed,
    /// Its execution did not want it any more.
    Aborted,
}

/// Child executions by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Children {
    /// So many succeeded.
    pub succeeded: u64,
    /// So many failed.
    pub failed: u64,
    /// So many timed out.
    pub timed_out: u64,
    /// So many were stopped.
    pub aborted: u64,
}

/// The items of a Map Run by what became of them, as `DescribeMapRun` counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many items were found so far.
    pub total: u64,
    /// Whether all were found.
    pub complete: bool,
    /// In children that succeeded.
    pub succeeded: u64,
    /// In children that failed.
    pub failed: u64,
    /// In children that timed out.
    pub timed_out: u64,
    /// In children that were stopped.
    pub aborted: u64,
    /// How often a step of a child began.
    pub transitions: u64,
    /// The children themselves.
    pub children: Children,
}

impl Tally {
    /// Counts a child that has ended.
    pub fn count(&mut self, child: &ChildResult) {
        let children = &mut self.children;
        let (items, executions) = match child.outcome {
            Outcome::Succeeded(_) => (&mut self.succeeded, &mut children.succeeded),
            Outcome::Failed(_) => (&mut self.failed, &mut children.failed),
            Outcome::TimedOut => (&mut self.timed_out, &mut children.timed_out),
            Outcome::Aborted(_) => (&mut self.aborted, &mut children.aborted),
        };
        *items += child.items;
        *executions += 1;
        self.transitions += child.transitions;
    }

    /// Counts what others counted.
    pub fn add(&mut self, other: &Self) {
        self.succeeded += other.succeeded;
        self.failed += other.failed;
        self.timed_out += other.timed_out;
        self.aborted += other.aborted;
        self.transitions += other.transitions;
        self.children.succeeded += other.children.succeeded;
        self.children.failed += other.children.failed;
        self.children.timed_out += other.children.timed_out;
        self.children.aborted += other.children.aborted;
    }

    /// Whether more items failed than the Map Run tolerates. Without any tolerance the first
    /// failure is one too many; a percentage can be told once all items are known (05 §5.6).
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn exceeds(&self, tolerance: Tolerance) -> bool {
        let bad = self.failed + self.timed_out + self.aborted;
        if tolerance == Tolerance::default() {
            return bad > 0;
        }
        let by_count = tolerance.count.is_some_and(|count| bad > count);
        let percent = bad as f64 * 100.0 / self.total.max(1) as f64;
        by_count || self.complete && tolerance.percentage.is_some_and(|most| percent > most)
    }

    /// What a Map Run fails with when too many items failed (07 §7.7).
    #[must_use]
    pub fn exceeded() -> StatesError {
        StatesError::new(
            "States.ExceedToleratedFailureThreshold",
            "The specified tolerated failure threshold was exceeded",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(count: Option<u64>, percentage: Option<f64>, failed: u64, total: u64, exceeds: bool) {
        let tally = Tally {
            total,
            complete: true,
            failed,
            ..Tally::default()
        };
        assert_eq!(
            tally.exceeds(Tolerance { count, percentage }),
            exceeds,
            "{tally:?}"
        );
    }

    #[test]
    fn what_is_tolerated_may_be_reached_and_not_passed() {
        check(None, None, 0, 10, false);
        check(None, None, 1, 10, true);
        check(Some(0), None, 1, 10, true);
        check(Some(2), None, 2, 10, false);
        check(Some(2), None, 3, 10, true);
        check(None, Some(20.0), 2, 10, false);
        check(None, Some(20.0), 3, 10, true);
        check(None, Some(100.0), 10, 10, false);
        check(Some(5), Some(10.0), 2, 10, true);
        check(None, Some(0.0), 0, 0, false);
    }

    #[test]
    fn a_percentage_waits_until_all_items_are_known() {
        let tally = Tally {
            total: 1,
            failed: 1,
            ..Tally::default()
        };
        let tolerance = Tolerance {
            count: None,
            percentage: Some(50.0),
        };
        assert!(!tally.exceeds(tolerance));
    }
}
