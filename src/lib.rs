//! A toolkit for the Amazon States Language.
pub mod data;
pub mod query;
pub mod syntax;
