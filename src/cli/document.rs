//! Files into sources and definitions.

use std::io::Read;
use std::path::Path;
use std::{fs, io};

use super::output::{Failure, Terminal};
use crate::language::{self, StateMachine};
use crate::report::diagnostics::{FileReport, human};
use crate::report::style::{Style, printable};
use crate::syntax::{self, Diagnostic, Format, Severity, Source, Tree};

/// A definition that was read, however broken.
pub(super) struct Document {
    pub(super) source: Source,
    pub(super) tree: Tree,
    pub(super) machine: StateMachine,
    /// What the text's reader found.
    pub(super) syntax: Vec<Diagnostic>,
    /// What the language's reader found.
    pub(super) model: Vec<Diagnostic>,
}

/// What stands for stdin.
pub(super) const STDIN: &str = "-";

/// Why a file could not be read as text.
pub(super) enum Unreadable {
    /// The system does not give it.
    Io(String),
    /// It is no text.
    NotText(Source, Box<Diagnostic>),
}

/// The text of a file, or of stdin for `-`.
pub(super) fn read_source(path: &Path, stdin_name: Option<&str>) -> Result<Source, Unreadable> {
    let (name, bytes) = read_bytes(path, stdin_name)?;
    match syntax::decode(&bytes) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(diagnostic) => Err(Unreadable::NotText(Source::new(name, ""), diagnostic)),
    }
}

/// The bytes of a file, or of stdin for `-`, and what messages call it.
fn read_bytes(path: &Path, stdin_name: Option<&str>) -> Result<(String, Vec<u8>), Unreadable> {
    let stdin = path.as_os_str() == STDIN;
    let name = if stdin {
        stdin_name.unwrap_or("<stdin>").into()
    } else {
        path.to_string_lossy()
    };
    let bytes = if stdin {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        fs::read(path)
    };
    let bytes = bytes.map_err(|error| {
        Unreadable::Io(format!(
            "cannot read {}: {}",
            printable(&name),
            reason(&error)
        ))
    })?;
    Ok((name.into_owned(), bytes))
}

/// Why the system refused, without the number that `std` adds.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// A file that a command cannot do without.
pub(super) fn need_source(path: &Path, terminal: &Terminal) -> Result<Source, Failure> {
    read_source(path, None).map_err(|error| told(error, terminal))
}

/// A log, which a killed process may have left torn in the middle of a character: what comes
/// before is read.
pub(super) fn need_log(path: &Path, terminal: &Terminal) -> Result<Source, Failure> {
    let (name, mut bytes) = read_bytes(path, None).map_err(|error| told(error, terminal))?;
    if let Err(error) = std::str::from_utf8(&bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
    let text = syntax::decode(&bytes).map_err(|diagnostic| {
        told(
            Unreadable::NotText(Source::new(name.as_str(), ""), diagnostic),
            terminal,
        )
    })?;
    Ok(Source::new(name, text))
}

fn told(error: Unreadable, terminal: &Terminal) -> Failure {
    match error {
        Unreadable::Io(message) => Failure::usage(message),
        Unreadable::NotText(source, diagnostic) => {
            show(terminal, &source, None, vec![*diagnostic]);
            Failure::usage(format_args!("{} is no UTF-8 text", printable(&source.name)))
        }
    }
}

/// Reads a configuration file: mocks, handlers. Anything wrong with it is told and ends the
/// command.
pub(super) fn need_tree(path: &Path, terminal: &Terminal) -> Result<(Source, Tree), Failure> {
    let source = need_source(path, terminal)?;
    let (tree, findings) = syntax::read(&source, Format::of(&source.name, &source.text));
    if findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
    {
        show(terminal, &source, None, findings);
        return Err(Failure::usage(format_args!(
            "{} cannot be read",
            printable(&source.name)
        )));
    }
    Ok((source, tree))
}

impl Document {
    /// Reads the definition in a source.
    pub(super) fn of(source: Source) -> Self {
        let (tree, syntax) = syntax::read(&source, Format::of(&source.name, &source.text));
        let (machine, model) = language::read(&tree);
        Self {
            source,
            tree,
            machine,
            syntax,
            model,
        }
    }
}

/// Draws findings for a person, on stderr.
pub(super) fn show(
    terminal: &Terminal,
    source: &Source,
    tree: Option<&Tree>,
    diagnostics: Vec<Diagnostic>,
) {
    let mut text = String::new();
    let report = FileReport {
        source,
        tree,
        diagnostics,
    };
    let options = human_options(&terminal.stderr_style());
    human::render(&[report], &options, &mut text).expect("a string takes all");
    terminal.say(&text);
}

/// How findings are drawn in a style.
pub(super) fn human_options(style: &Style) -> human::Options {
    human::Options {
        width: style.width,
        color: style.color,
        ..human::Options::default()
    }
}
