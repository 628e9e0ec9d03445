//! Tests of a state machine: suites of cases, what each case expects, what its run came to, and
//! which parts of the machine all of them together went through.
//!
//! Nothing here runs anything. An [`Observer`] hears an execution as any other sink does, and
//! [`judge`] holds what it heard against the case.

mod check;
mod compare;
mod coverage;
mod filter;
mod judge;
mod model;
mod names;
mod observe;
mod path;
mod read;
mod result;
mod skeleton;
mod update;
mod yaml;

pub use check::check;
pub use compare::{Difference, Match, differences, projected};
pub use coverage::{Coverage, Kind, Point, State as CoveredState};
pub use filter::Filter;
pub use judge::{Document, Mismatch, judge};
pub use model::{
    Answers, Calls, Case, Expect, Given, InputFrom, Mocks, Status, Suite, Texts, Written,
};
pub use names::Names;
pub use observe::{Call, Hits, Observed, Observer, Part, Visit, Why};
pub use path::{Departure, PathPattern, Step};
pub use read::{KEYS_OF_CASES, KEYS_OF_EXPECTATIONS, KEYS_OF_SUITES, read};
pub use result::{Failed, Ran, Tested, Verdict};
pub use skeleton::{Answer, Draft, Drafted, Mocked, drafts, write as write_skeleton};
pub use update::{apply, recorded};

/// The endings of suites.
pub const SUITE_ENDINGS: [&str; 3] = [".asltest.yaml", ".asltest.yml", ".asltest.json"];

/// The rule of everything that is wrong with a suite.
pub const RULE: &str = "invalid-suite";

/// The JSON Schema of a suite.
///
/// # Panics
/// Never: the text is JSON, which a test holds.
#[must_use]
pub fn schema() -> serde_json::Value {
    serde_json::from_str(include_str!("schema.json")).expect("tested: it is JSON")
}
