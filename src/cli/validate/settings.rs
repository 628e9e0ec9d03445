//! How each file is judged, and when that makes the command fail: the configuration first, then
//! the command line.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::Judged;
use crate::cli::Exit;
use crate::cli::args::{FailOn, TypeChoice, ValidateArgs};
use crate::cli::config::Config;
use crate::lint::Options;
use crate::syntax::Severity;

/// How one file is judged.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) options: Options,
    pub(super) config: Option<Arc<Config>>,
    pub(super) fail_on: Severity,
}

impl Settings {
    /// The settings of the file at this place.
    pub(super) fn of(args: &ValidateArgs, config: Option<Arc<Config>>, place: &Path) -> Self {
        let of_file = config.as_ref().map(|config| config.options(place));
        let mut options = of_file.unwrap_or_default();
        if let Some(machine_type) = args.r#type.map(TypeChoice::machine_type) {
            options.machine_type = Some(machine_type);
        }
        for (name, level) in &args.levels.0 {
            options.levels.set(name, *level);
        }
        let configured = config.as_ref().and_then(|config| config.fail_on());
        let fail_on = args.fail_on.map(FailOn::severity).or(configured);
        Self {
            options,
            config,
            fail_on: fail_on.unwrap_or(Severity::Error),
        }
    }
}

/// What all the findings come to.
pub(super) fn verdict(args: &ValidateArgs, judged: &[Judged], unreadable: usize) -> Exit {
    if unreadable > 0 {
        return Exit::Usage;
    }
    let is_bad = |file: &Judged| {
        let severities = file.diagnostics.iter().map(|finding| finding.severity);
        severities.max() >= Some(file.settings.fail_on)
    };
    if judged.iter().any(is_bad) || has_too_many_warnings(args, judged) {
        return Exit::Findings;
    }
    Exit::Success
}

/// Counted in all files, or in those of a configuration that has a bound of its own.
fn has_too_many_warnings(args: &ValidateArgs, judged: &[Judged]) -> bool {
    let mut counts: HashMap<Option<&Path>, (usize, Option<usize>)> = HashMap::new();
    for file in judged {
        let config = file.settings.config.as_deref();
        let (key, most) = match args.max_warnings {
            None => (
                config.map(|config| config.path.as_path()),
                config.and_then(Config::max_warnings),
            ),
            most => (None, most),
        };
        let severities = file.diagnostics.iter().map(|finding| finding.severity);
        let warnings = severities
            .filter(|severity| *severity == Severity::Warning)
            .count();
        let count = counts.entry(key).or_insert((0, most));
        count.0 += warnings;
    }
    counts
        .into_values()
        .any(|(count, most)| most.is_some_and(|most| count > most))
}
