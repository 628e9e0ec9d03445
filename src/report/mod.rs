//! Telling people and programs what was found and what happened.
pub mod diagnostics;
