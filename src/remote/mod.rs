//! Executions elsewhere: state machines given to AWS Step Functions, or to anything that speaks its
//! API, and what is told of their executions there.
//!
//! [`Target`] says where. A [`Service`] is a connection: it registers a machine, starts and stops
//! executions, and follows a history as it grows. What it refuses, or what keeps us from it, is a
//! [`Refusal`] in words for people. The room is there with the feature `aws`.

mod client;
mod events;
mod execution;
mod machine;
mod refusal;
mod target;

pub use client::Service;
pub use events::{Follower, Page};
pub use execution::{Described, End, Started};
pub use machine::{Change, Registered, Wanted};
pub use refusal::{Kind, Refusal};
pub use target::Target;
