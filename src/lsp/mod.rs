//! An editor's view of definitions: the Language Server Protocol.
//!
//! Synchronous: one thread answers, in the order of the messages, always from the newest text.
//! Findings are worked out when nothing else is to be done, so that of many changes only the last
//! one is judged. Nothing is kept between answers but the text and what was read of it, and a
//! broken text is read as far as it goes.
//!
//! `lsp-server` (types of messages) and `lsp-types` are known in this room alone.

mod actions;
mod client;
mod completion;
mod cursor;
mod diagnostics;
mod document;
mod edits;
mod expression;
mod hover;
mod inbox;
mod names;
mod places;
mod rename;
mod server;
mod stdio;
mod symbols;
mod text;
mod words;

use std::path::Path;

use lsp_server::{Connection, ErrorCode};

pub use stdio::serve_stdio;

use crate::lint;

/// What the server does not know by itself.
pub struct Options<'o> {
    /// How a file is judged; `None` for a text that is no file yet.
    pub lint: &'o dyn Fn(Option<&Path>) -> lint::Options,
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options").finish_non_exhaustive()
    }
}

/// How a client left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It said `shutdown`, then `exit`.
    InOrder,
    /// It said `exit` without `shutdown`, or went away.
    Abruptly,
}

/// Serves a client until it says `exit` or goes away.
#[must_use]
pub fn serve(connection: Connection, options: &Options<'_>) -> Ended {
    server::Server::new(connection, options).run()
}

/// Why a request is not answered as it was meant to be.
#[derive(Debug)]
struct Refusal {
    code: ErrorCode,
    message: String,
}

impl Refusal {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }
}

#[cfg(test)]
mod tests;
