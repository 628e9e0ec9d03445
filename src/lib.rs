//! A toolkit for the Amazon States Language.
pub mod cli;
pub mod data;
pub mod engine;
pub mod graph;
pub mod history;
pub mod language;
pub mod lint;
pub mod query;
pub mod report;
pub mod runtime;
pub mod syntax;
