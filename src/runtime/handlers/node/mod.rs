//! Node.js functions, called as Lambda calls them.

use super::function::{Function, FunctionHandler};

/// A handler that calls this function.
#[must_use]
pub fn node_handler(function: Function) -> FunctionHandler {
    let bootstrap = include_str!("bootstrap.js");
    FunctionHandler::new("node", &["node", "-e", bootstrap], function)
}
