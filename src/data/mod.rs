//! What every room shares and that depends on nothing: the runtime document, time, event ids,
//! the error of a running machine, service limits and keyed randomness.

mod error;
mod json;
pub mod limits;
mod number;
mod random;
mod text;
mod timestamp;

pub use error::{Nature, StatesError};
pub use json::{Array, Json, Object};
pub use number::Number;
pub use random::{Keyed, Seed};
pub use text::{JsonError, write_escaped};
pub use timestamp::Timestamp;

use std::fmt;

/// The id of a history event: 1, 2, 3… in the order of emission over a whole execution.
///
/// 0 stands for "no event": the first event's `previousEventId`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u64);

impl EventId {
    /// The id that no event has.
    pub const NONE: Self = Self(0);

    /// The id after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
