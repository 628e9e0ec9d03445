//! Services that do the work of Tasks which nothing else is bound to.

use std::sync::Arc;

use crate::cli::output::Failure;
use crate::report::style::printable;
use crate::runtime::Handlers;
use crate::runtime::handlers::{LambdaHandler, TaskPattern};

/// The resources that are Lambda functions.
const LAMBDA: [&str; 2] = [
    "arn:*:lambda:*:*:function:*",
    "arn:*:states:::lambda:invoke*",
];

/// Binds what `--lambda-endpoint` names, behind all others.
pub(in crate::cli) fn bind(handlers: &mut Handlers, endpoint: Option<&str>) -> Result<(), Failure> {
    let Some(url) = endpoint else {
        return Ok(());
    };
    let handler = LambdaHandler::new(url, None, None).map_err(|why| {
        Failure::usage(format_args!(
            "invalid --lambda-endpoint: {}",
            printable(&why)
        ))
    })?;
    let handler = Arc::new(handler);
    for glob in LAMBDA {
        let pattern = TaskPattern::Resource(glob.to_owned());
        handlers.bind(pattern, Arc::clone(&handler) as _);
    }
    Ok(())
}
