//! The last words of a run: how long it took, and what it would cost on AWS by the prices of the
//! project.

use std::path::Path;

use super::sinks::Finished;
use crate::cli::args::{RunArgs, Time, TypeChoice};
use crate::cli::config::{Config, Configs};
use crate::cli::document::STDIN;
use crate::cli::output::{Failure, Terminal};
use crate::cli::paths::absolute;
use crate::report::histories::closing::{Closing, render};
use crate::report::histories::prices::Prices;
use crate::report::style::Style;

/// The prices in the `asl.toml` above the definition, else those that are known.
pub(super) fn prices(args: &RunArgs, terminal: &Terminal) -> Result<Prices, Failure> {
    let configs = Configs::of(false, None).map_err(|wrong| wrong.tell(terminal))?;
    let definition = args.definition.as_deref();
    let definition = definition.filter(|path| path.as_os_str() != STDIN);
    let place = absolute(definition.unwrap_or(Path::new("asl.json")));
    let folder = place.parent().unwrap_or(Path::new("/"));
    let config = configs.at(folder).map_err(|wrong| wrong.tell(terminal))?;
    Ok(config.as_deref().map(Config::prices).unwrap_or_default())
}

/// What is said of the end.
pub(super) fn said(args: &RunArgs, finished: &Finished, style: &Style) -> String {
    // What was recalled took its time elsewhere.
    let is_other_time = args.time != Time::Real && !finished.is_resumed;
    let outside = i64::try_from(finished.took.as_millis()).unwrap_or(i64::MAX);
    let closing = Closing {
        outside: is_other_time.then_some(outside),
        in_map_runs: finished.seen.map_runs.transitions(),
        express: args.execution_type == TypeChoice::Express,
        prices: &finished.prices,
    };
    let mut text = String::from("\n");
    render(&finished.seen.outline, &closing, style, &mut text).expect("a string takes all");
    text
}
