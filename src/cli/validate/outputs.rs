//! Where the findings go: to stdout in one format, to files in any number of them.

use std::env;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::cli::args::{DiagnosticFormat, FormatArg, ValidateArgs};
use crate::cli::document::human_options;
use crate::cli::output::{Failure, Terminal, print};
use crate::report::diagnostics::{
    FileReport, concise, github, gitlab, human, json, jsonl, junit, rdjson, sarif, statistics,
};
use crate::report::style::Style;
use crate::syntax::Severity;

/// The variable with the format for when none is asked for.
const VARIABLE: &str = "ASL_FORMAT";
/// The columns of a file, which has none of its own.
const WIDTH_OF_FILES: usize = 120;

/// Where the findings go. The files are open: nothing is judged for one that cannot be written.
pub(super) struct Outputs {
    stdout: Option<DiagnosticFormat>,
    files: Vec<OutputFile>,
    statistics: bool,
    /// How many findings of a file are shown to people.
    most: usize,
    /// How bad a finding must be to fail.
    fails: Severity,
}

struct OutputFile {
    format: DiagnosticFormat,
    path: PathBuf,
    file: File,
}

impl Outputs {
    /// The outputs that are asked for.
    pub(super) fn open(args: &ValidateArgs) -> Result<Self, Failure> {
        let mut outputs = Self {
            stdout: None,
            files: Vec::new(),
            statistics: args.statistics,
            most: match args.max_diagnostics {
                0 => usize::MAX,
                most => most,
            },
            fails: args.fail_on.severity(),
        };
        for FormatArg { format, file } in formats(&args.formats)? {
            match file {
                None => outputs.add_stdout(format)?,
                Some(path) => outputs.add_file(format, path)?,
            }
        }
        Ok(outputs)
    }

    fn add_stdout(&mut self, format: DiagnosticFormat) -> Result<(), Failure> {
        let Some(other) = self.stdout.replace(format) else {
            return Ok(());
        };
        let (format, other) = (format.name(), other.name());
        Err(Failure::usage(format_args!(
            "{other} and {format} cannot both go to stdout: give one a file, as in --format {format}=FILE"
        )))
    }

    fn add_file(&mut self, format: DiagnosticFormat, path: PathBuf) -> Result<(), Failure> {
        if let Some(other) = self.files.iter().find(|other| other.path == path) {
            let (format, other) = (format.name(), other.format.name());
            return Err(Failure::usage(format_args!(
                "{other} and {format} cannot both go to {}",
                path.display()
            )));
        }
        // What is in the file stays there until there is something to take its place.
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| unwritable(&path, &error))?;
        self.files.push(OutputFile { format, path, file });
        Ok(())
    }

    /// Whether a program reads stdout, and nobody wants to be told there what a person is.
    pub(super) fn is_for_programs(&self) -> bool {
        self.stdout.is_some_and(DiagnosticFormat::is_for_programs)
    }

    /// Writes the findings: the files first, as stdout may be closed before its end.
    pub(super) fn write(
        mut self,
        reports: &[FileReport<'_>],
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        for mut output in std::mem::take(&mut self.files) {
            let style = Style::new(false, WIDTH_OF_FILES);
            let text = self.text(output.format, reports, &style);
            output
                .replace(&text)
                .map_err(|error| unwritable(&output.path, &error))?;
        }
        let style = terminal.stdout_style();
        let mut text = match self.stdout {
            Some(format) => self.text(format, reports, &style),
            None => String::new(),
        };
        if !self.statistics || reports.iter().all(|file| file.diagnostics.is_empty()) {
            return print(&text);
        }
        if self.is_for_programs() {
            print(&text)?;
            terminal.say(&table(reports, &terminal.stderr_style()));
            return Ok(());
        }
        // Findings in full end with an empty line.
        if !text.is_empty() && !text.ends_with("\n\n") {
            text.push('\n');
        }
        print(&(text + &table(reports, &style)))
    }

    fn text(&self, format: DiagnosticFormat, files: &[FileReport<'_>], style: &Style) -> String {
        let full = human::Options {
            most: self.most,
            ..human_options(style)
        };
        rendered(|out| match format {
            DiagnosticFormat::Full => human::render(files, &full, out),
            DiagnosticFormat::Concise => concise::render(files, out),
            DiagnosticFormat::Json => json::render(files, out),
            DiagnosticFormat::Jsonl => jsonl::render(files, out),
            DiagnosticFormat::Sarif => sarif::render(files, out),
            DiagnosticFormat::Github => github::render(files, out),
            DiagnosticFormat::Gitlab => gitlab::render(files, out),
            DiagnosticFormat::Junit => junit::render(files, self.fails, out),
            DiagnosticFormat::Rdjson => rdjson::render(files, out),
        })
    }
}

impl OutputFile {
    fn replace(&mut self, text: &str) -> io::Result<()> {
        // A pipe or a terminal has no length.
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        self.file.write_all(text.as_bytes())
    }
}

/// The formats of the command line, else that of the variable, else the default.
fn formats(given: &[FormatArg]) -> Result<Vec<FormatArg>, Failure> {
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    let text = env::var_os(VARIABLE).unwrap_or_default();
    let default = FormatArg {
        format: DiagnosticFormat::default(),
        file: None,
    };
    let format = match &*text.to_string_lossy() {
        "" => default,
        text => text
            .parse()
            .map_err(|error| Failure::usage(format_args!("{VARIABLE}: {error}")))?,
    };
    Ok(vec![format])
}

fn table(reports: &[FileReport<'_>], style: &Style) -> String {
    rendered(|out| statistics::render(reports, style, out))
}

fn rendered(render: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) -> String {
    let mut text = String::new();
    render(&mut text).expect("a string takes all");
    text
}

fn unwritable(path: &std::path::Path, error: &io::Error) -> Failure {
    Failure::usage(format_args!("cannot write {}: {error}", path.display()))
}
