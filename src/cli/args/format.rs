//! `--format FORMAT[=FILE]`: how findings are written, and where to.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::{EnumValueParser, PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, ValueEnum};

/// What stands for stdout.
const STDOUT: &str = "-";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum DiagnosticFormat {
    /// The message, the source around it, what to do
    #[default]
    Full,
    /// One line for each finding
    Concise,
    /// One JSON document
    Json,
    /// One JSON object a line for each finding
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions
    Github,
    /// A Code Quality report of GitLab
    Gitlab,
    #[value(help = "JUnit XML, as CI services show it")]
    Junit,
    /// The Reviewdog Diagnostic Format
    Rdjson,
}

impl DiagnosticFormat {
    /// Whether a program reads it, which wants nothing else beside it.
    pub(in crate::cli) fn is_for_programs(self) -> bool {
        match self {
            Self::Full | Self::Concise | Self::Github => false,
            Self::Json | Self::Jsonl | Self::Sarif | Self::Gitlab | Self::Junit | Self::Rdjson => {
                true
            }
        }
    }

    /// Its name on the command line.
    pub(in crate::cli) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}

/// A format, and the file for it; without one it goes to stdout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct FormatArg {
    pub(in crate::cli) format: DiagnosticFormat,
    pub(in crate::cli) file: Option<PathBuf>,
}

impl FromStr for FormatArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = divided(text);
        let format = DiagnosticFormat::from_str(name, false).map_err(|_| {
            let known = DiagnosticFormat::value_variants().iter();
            let known: Vec<String> = known.map(|format| format.name()).collect();
            format!(
                "there is no format {name:?}: use one of {}",
                known.join(", ")
            )
        })?;
        let file = file.map(|file| named(name, file)).transpose()?.flatten();
        Ok(Self { format, file })
    }
}

fn divided(text: &str) -> (&str, Option<&str>) {
    text.split_once('=')
        .map_or((text, None), |(name, file)| (name, Some(file)))
}

fn named(format: &str, file: &str) -> Result<Option<PathBuf>, String> {
    match file {
        "" => Err(format!("`{format}=` names no file")),
        STDOUT => Ok(None),
        _ => Ok(Some(file.into())),
    }
}

/// What clap reads a [`FormatArg`] with; completions learn the names of the formats from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = FormatArg;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<FormatArg, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, arg, value)?;
        let (name, _) = divided(&text);
        // Only for its message, which lists the formats and knows the near names.
        EnumValueParser::<DiagnosticFormat>::new().parse_ref(command, arg, OsStr::new(name))?;
        text.parse().map_err(|message| {
            clap::Error::raw(ErrorKind::InvalidValue, format_args!("{message}\n")).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let all = DiagnosticFormat::value_variants().iter();
        Some(Box::new(all.filter_map(ValueEnum::to_possible_value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_may_name_a_file() {
        let check = |text: &str, format, file: Option<&str>| {
            let file = file.map(PathBuf::from);
            assert_eq!(text.parse(), Ok(FormatArg { format, file }), "{text}");
        };
        check("full", DiagnosticFormat::Full, None);
        check("json=-", DiagnosticFormat::Json, None);
        check(
            "sarif=a=b.sarif",
            DiagnosticFormat::Sarif,
            Some("a=b.sarif"),
        );
        let wrong = |text: &str| text.parse::<FormatArg>().expect_err("is wrong");
        assert_eq!(wrong("junit="), "`junit=` names no file");
        assert_eq!(
            wrong("xml=a.xml"),
            "there is no format \"xml\": use one of full, concise, json, jsonl, sarif, github, \
             gitlab, junit, rdjson"
        );
    }
}
