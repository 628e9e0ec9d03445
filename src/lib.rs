//! A toolkit for the Amazon States Language.
pub mod data;
pub mod history;
pub mod language;
pub mod lint;
pub mod query;
pub mod report;
pub mod syntax;
