//! Files into sources and definitions.

use std::borrow::Cow;
use std::io::Read;
use std::path::Path;
use std::{fs, io};

use super::output::{Failure, Terminal};
use crate::language::{self, StateMachine};
use crate::lint;
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
    decoded(&name, &bytes)
}

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
    let unreadable = |error| {
        let (name, reason) = (printable(&name), reason(&error));
        Unreadable::Io(format!("cannot read {name}: {reason}"))
    };
    let bytes = bytes.map_err(unreadable)?;
    Ok((name.into_owned(), bytes))
}

fn decoded(name: &str, bytes: &[u8]) -> Result<Source, Unreadable> {
    let diagnostic = match syntax::decode(bytes) {
        Ok(text) => return Ok(Source::new(name, text)),
        Err(diagnostic) => diagnostic,
    };
    // Up to the first wrong byte the text is as it is in the file, and so is the place.
    let text = match diagnostic.span().start {
        0 => Cow::default(),
        _ => String::from_utf8_lossy(bytes),
    };
    Err(Unreadable::NotText(Source::new(name, text), diagnostic))
}

/// Whether two paths lead to one file that exists.
pub(super) fn same_file(one: &Path, other: &Path) -> bool {
    let found = (fs::canonicalize(one), fs::canonicalize(other));
    matches!(found, (Ok(one), Ok(other)) if one == other)
}

/// Why the system refused, without the number that `std` adds.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_owned()
}

/// A file that a command cannot do without.
pub(super) fn need_source(path: &Path, terminal: &Terminal) -> Result<Source, Failure> {
    read_source(path, None).map_err(|error| unusable(error, terminal))
}

/// A log that may have been torn off anywhere, even within a character.
pub(super) fn need_log(path: &Path, terminal: &Terminal) -> Result<Source, Failure> {
    let read = read_bytes(path, None).and_then(|(name, mut bytes)| {
        let torn = std::str::from_utf8(&bytes).err();
        if let Some(torn) = torn.filter(|error| error.error_len().is_none()) {
            bytes.truncate(torn.valid_up_to());
        }
        decoded(&name, &bytes)
    });
    read.map_err(|error| unusable(error, terminal))
}

fn unusable(error: Unreadable, terminal: &Terminal) -> Failure {
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
        show_unfixable(terminal, &source, findings);
        return Err(Failure::usage(format_args!(
            "{} cannot be read",
            printable(&source.name)
        )));
    }
    Ok((source, tree))
}

impl Document {
    /// What the linter looks at.
    pub(super) fn definition(&self) -> lint::Definition<'_> {
        lint::Definition {
            source: &self.source,
            tree: &self.tree,
            machine: &self.machine,
        }
    }

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

/// Draws the errors in a file that is no definition: `asl validate --fix` is not for it.
pub(super) fn show_unfixable(terminal: &Terminal, source: &Source, findings: Vec<Diagnostic>) {
    let errors = findings
        .into_iter()
        .filter(|d| d.severity == Severity::Error);
    let unfixable = |diagnostic| Diagnostic {
        fix: None,
        ..diagnostic
    };
    show(terminal, source, None, errors.map(unfixable).collect());
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
