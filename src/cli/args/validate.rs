//! The arguments of `asl validate`.

use std::path::PathBuf;

use clap::{ArgGroup, ArgMatches, Args, FromArgMatches, ValueEnum};

use super::TypeChoice;
use super::format::{FormatArg, FormatParser};
use crate::syntax::Severity;

const VALIDATE_EXAMPLES: &str = "\
Examples:
  asl validate order.asl.json
  asl validate src infra --format concise --statistics
  asl validate --format github --format sarif=asl.sarif
  asl validate --fix --diff
  asl validate --baseline baseline.json --write-baseline
  asl validate -W unreachable-state --fail-on warning
  cat order.asl.json | asl validate - --stdin-filename order.asl.json";

#[derive(Debug, Args)]
#[command(
    after_help = VALIDATE_EXAMPLES,
    group(ArgGroup::new("mending").args(["fix", "diff"]).multiple(true)),
)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(in crate::cli) struct ValidateArgs {
    /// Files, templates too, or folders to walk for *.asl.json, *.asl.yaml, *.asl.yml, *.asl and
    /// *.sfn.json; - is stdin
    #[arg(default_value = ".", value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// What findings call the text that comes from stdin
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) stdin_filename: Option<String>,
    /// How to write the findings, and to which file instead of stdout: full unless the variable
    /// `ASL_FORMAT` says otherwise; may be given more than once
    #[arg(long = "format", value_parser = FormatParser, value_name = "FORMAT[=FILE]")]
    pub(in crate::cli) formats: Vec<FormatArg>,
    /// How many findings of a file `full` shows; 0 shows all
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub(in crate::cli) max_diagnostics: usize,
    /// Count the findings of each rule
    #[arg(long)]
    pub(in crate::cli) statistics: bool,
    /// Of a template, judge only the state machine of this name
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) machine: Option<String>,
    /// The type of state machine the definitions are for: EXPRESS ones may do less
    #[arg(long, value_enum)]
    pub(in crate::cli) r#type: Option<TypeChoice>,
    #[command(flatten)]
    pub(in crate::cli) levels: InOrder,
    /// The least severity that makes the exit code 1  [default: error]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(in crate::cli) fail_on: Option<FailOn>,
    /// More warnings than this make the exit code 1
    #[arg(long, value_name = "N")]
    pub(in crate::cli) max_warnings: Option<usize>,
    /// Mend what can be mended without changing what a valid machine does
    #[arg(long)]
    pub(in crate::cli) fix: bool,
    /// With --fix or --diff: mend more, where a person should look at the change
    #[arg(long, requires = "mending")]
    pub(in crate::cli) unsafe_fixes: bool,
    /// Print what --fix would change as a patch and change nothing; exit with 1 if there is any
    #[arg(long)]
    pub(in crate::cli) diff: bool,
    /// List the files that would be judged, and stop
    #[arg(long)]
    pub(in crate::cli) show_files: bool,
    /// Judge again whenever a file changes
    #[arg(short, long, conflicts_with_all = ["show_files", "write_baseline"])]
    pub(in crate::cli) watch: bool,

    /// The configuration for all files, in place of the nearest asl.toml above each
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Look for no configuration
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    pub(in crate::cli) isolated: bool,
    /// Leave what is excluded alone also when it is named: by `exclude`, or by .aslignore
    #[arg(long, help_heading = "Configuration")]
    pub(in crate::cli) force_exclude: bool,
    /// Judge what .gitignore leaves out as well
    #[arg(long, help_heading = "Configuration")]
    pub(in crate::cli) no_respect_gitignore: bool,
    /// Report only what this file does not know yet
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    pub(in crate::cli) baseline: Option<PathBuf>,
    /// Write what is found now into the file of --baseline
    #[arg(
        long,
        requires = "baseline",
        conflicts_with = "diff",
        help_heading = "Configuration"
    )]
    pub(in crate::cli) write_baseline: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LevelArgs {
    /// Allow a rule or a category: no findings of it; of -A, -W and -D the last one wins
    #[arg(short = 'A', long, value_name = "RULE")]
    allow: Vec<String>,
    /// Make a rule's or a category's findings warnings
    #[arg(short = 'W', long, value_name = "RULE")]
    warn: Vec<String>,
    /// Make a rule's or a category's findings errors
    #[arg(short = 'D', long, value_name = "RULE")]
    deny: Vec<String>,
}

/// The rules and categories of `-A`, `-W` and `-D` with their new severity, from left to right,
/// which clap's own lists do not tell.
#[derive(Debug)]
pub(in crate::cli) struct InOrder(pub(in crate::cli) Vec<(String, Option<Severity>)>);

impl Args for InOrder {
    fn augment_args(command: clap::Command) -> clap::Command {
        LevelArgs::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        LevelArgs::augment_args_for_update(command)
    }
}

impl FromArgMatches for InOrder {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let LevelArgs { allow, warn, deny } = LevelArgs::from_arg_matches(matches)?;
        let mut levels = Vec::new();
        for (option, names, level) in [
            ("allow", allow, None),
            ("warn", warn, Some(Severity::Warning)),
            ("deny", deny, Some(Severity::Error)),
        ] {
            let places = matches.indices_of(option).into_iter().flatten();
            levels.extend(places.zip(names).map(|(place, name)| (place, name, level)));
        }
        levels.sort_by_key(|(place, ..)| *place);
        let levels = levels.into_iter();
        Ok(Self(levels.map(|(_, name, level)| (name, level)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum FailOn {
    Error,
    Warning,
    Note,
}

impl FailOn {
    pub(in crate::cli) fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Note => Severity::Note,
        }
    }
}
