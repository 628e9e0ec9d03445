//! Python functions, called as Lambda calls them.

use super::function::{Function, FunctionHandler};

/// The interpreter, from the `PATH`: the one of a virtual environment, where one is active.
const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// A handler that calls this function.
#[must_use]
pub fn python_handler(function: Function) -> FunctionHandler {
    let bootstrap = include_str!("bootstrap.py");
    FunctionHandler::new("python", &[PYTHON, "-c", bootstrap], function)
}
