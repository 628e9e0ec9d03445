//! Telling it: findings, pictures and histories for people, scripts and programs. Everything is
//! written to a `fmt::Write`, so that it can be tested as text.

pub mod diagnostics;
pub mod diff;
pub mod graphs;
pub mod histories;
mod junit;
pub mod page;
pub mod style;
pub mod tests;
