//! The arguments of `asl test`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

#[cfg(feature = "aws")]
use super::TestOnArgs;

const TEST_EXAMPLES: &str = "\
Examples:
  asl test --init order.asl.json > order.asltest.yaml
  asl test                                  every suite below this folder
  asl test order.asltest.yaml --filter 'declined'
  asl test --coverage --fail-under 90 --report junit=report.xml
  asl test -U                               write what was put out into the suites
  asl test -w                               again on every change
  asl test --on aws                         the cases that mock nothing, on AWS

A suite:
  machine: order.asl.json                   # of a template: template.yaml#OrderMachine
  cases:
    card declined:
      input: { id: 7 }
      mocks:
        Charge card: [ { throw: { error: Declined } }, { return: { ok: true } } ]
      expect:
        status: SUCCEEDED
        path: [Validate, ..., Done]         # ... is any states between
        output-includes: { ok: true }
        calls: { Charge card: 2 }

Exit codes:
  0 all passed    1 a case failed, or --fail-under    2 a suite is wrong    4 no case matched";

#[derive(Debug, Args)]
#[command(after_help = TEST_EXAMPLES)]
pub(in crate::cli) struct TestArgs {
    /// Suites, or folders to walk for *.asltest.yaml, *.asltest.yml, *.asltest.json and
    /// MockConfigFile.json, whose machines stand beside it under their names; - is a suite on stdin
    #[arg(default_value = ".", value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// Run only cases with this text in `SUITE::CASE`; with a * in it, those that match as a whole
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) filter: Vec<String>,
    /// How many cases run at once  [default: one for each core]
    #[arg(short, long, value_name = "N")]
    pub(in crate::cli) jobs: Option<NonZeroUsize>,
    /// Write what executions put out into the suites that expect another output
    #[arg(short = 'U', long)]
    pub(in crate::cli) update: bool,
    /// Test again when a suite or a machine changes
    #[arg(short, long)]
    pub(in crate::cli) watch: bool,
    /// Write the results for programs: junit=FILE or json=FILE
    #[arg(long, value_name = "FORMAT=FILE")]
    pub(in crate::cli) report: Vec<ReportArg>,
    /// Tell which states, rules, catchers and retriers were gone through, or write that to a file
    #[arg(
        long,
        value_name = "FILE",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "-"
    )]
    pub(in crate::cli) coverage: Option<PathBuf>,
    /// Fail when less than this, in percent, was gone through
    #[arg(long, value_name = "PERCENT", value_parser = parse_percent)]
    pub(in crate::cli) fail_under: Option<f64>,
    /// Print a suite for a definition, with a case for each way through it
    #[arg(
        long,
        value_name = "DEFINITION",
        conflicts_with_all = ["paths", "filter", "jobs", "update", "watch", "report", "coverage", "fail_under"]
    )]
    pub(in crate::cli) init: Option<PathBuf>,
    /// The state machine of this name, when --init is given a template with several
    #[arg(long, value_name = "NAME", requires = "init")]
    pub(in crate::cli) machine: Option<String>,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    pub(in crate::cli) elsewhere: TestOnArgs,
}

/// A report, and the file for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct ReportArg {
    pub(in crate::cli) format: ReportFormat,
    pub(in crate::cli) file: PathBuf,
}

/// How results are written for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum ReportFormat {
    Junit,
    Json,
}

impl FromStr for ReportArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').unwrap_or((text, ""));
        let format = match name {
            "junit" => ReportFormat::Junit,
            "json" => ReportFormat::Json,
            _ => return Err(format!("there is no report {name:?}: use junit or json")),
        };
        if file.is_empty() {
            return Err(format!("name a file, as in {name}=report.{name}"));
        }
        let file = file.into();
        Ok(Self { format, file })
    }
}

fn parse_percent(text: &str) -> Result<f64, String> {
    let percent = text.trim_end_matches('%').trim().parse().ok();
    percent
        .filter(|percent| (0.0..=100.0).contains(percent))
        .ok_or_else(|| "use a number from 0 to 100".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_and_percents_are_read() {
        let report = "junit=a=b.xml".parse::<ReportArg>().expect("a report");
        assert_eq!(report.file, PathBuf::from("a=b.xml"));
        assert!("junit".parse::<ReportArg>().is_err());
        assert!("xml=a".parse::<ReportArg>().is_err());
        assert_eq!(parse_percent("87.5%"), Ok(87.5));
        assert!(parse_percent("101").is_err());
        assert!(parse_percent("NaN").is_err());
    }
}
