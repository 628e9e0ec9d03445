//! Telling it: what the other rooms know, rendered for people and for programs.
//!
//! Everything is written into a `fmt::Write`, so that every rendering is a string to test.

pub mod histories;
pub mod style;
