//! What came of a case.

use std::sync::Arc;
use std::time::Duration;

use super::judge::status;
use super::{Hits, Mismatch, Observed, Status};
use crate::engine::Outcome;

/// A case that was run, or not.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The suite's file.
    pub suite: Arc<str>,
    /// The case's name.
    pub case: Arc<str>,
    /// Where the case stands in the suite: its line and column, from 1.
    pub place: (usize, usize),
    /// What came of it.
    pub verdict: Verdict,
    /// How long that took.
    pub took: Duration,
}

/// What came of a case.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// It is as expected.
    Passed,
    /// It is as expected now: the suite was rewritten.
    Updated,
    /// It was not run, for this reason.
    Skipped(Arc<str>),
    /// It could not be run, for this reason.
    Unrunnable(Arc<str>),
    /// It is not as expected.
    Failed(Box<Failed>),
    /// Somebody interrupted it.
    Interrupted,
}

/// A case that failed.
#[derive(Clone, Debug)]
pub struct Failed {
    /// In what.
    pub mismatches: Vec<Mismatch>,
    /// What its execution did.
    pub ran: Ran,
}

/// What an execution did, and how it ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What it did.
    pub observed: Observed,
    /// How it ended.
    pub outcome: Outcome,
}

impl Ran {
    /// How it ended, in AWS's words.
    #[must_use]
    pub fn status(&self) -> Status {
        status(&self.outcome)
    }

    /// What was gone through.
    #[must_use]
    pub fn hits(&self) -> &Hits {
        &self.observed.hits
    }
}

impl Tested {
    /// `order.asltest.yaml::happy path`
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}::{}", self.suite, self.case)
    }

    /// Whether it makes the whole fail.
    #[must_use]
    pub fn is_bad(&self) -> bool {
        match self.verdict {
            Verdict::Failed(_) | Verdict::Unrunnable(_) | Verdict::Interrupted => true,
            Verdict::Passed | Verdict::Updated | Verdict::Skipped(_) => false,
        }
    }
}
