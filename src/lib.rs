//! A toolkit for the Amazon States Language.
pub mod data;
<<<<<<< HEAD
pub mod history;
pub mod language;
=======
>>>>>>> query
pub mod query;
pub mod syntax;
