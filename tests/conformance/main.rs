//! What AWS recorded, held against what `asl` does. The recordings lie in the folder that
//! `ASL_CONFORMANCE` names; without it these tests say so and do nothing.
//!
//! A floor is written down beside each number and can only rise.

mod api;
mod cases;
mod causes;
mod executions;
mod jsonata;
mod jsonpath;
#[path = "../support/recordings.rs"]
mod recordings;
mod replayer;
mod replays;
#[path = "../support/mod.rs"]
mod support;
mod test_states;
