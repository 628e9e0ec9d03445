//! Files into sources and definitions.

use std::borrow::Cow;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use super::output::{Failure, Terminal};
use crate::language::{self, File, StateMachine};
use crate::lint;
use crate::report::diagnostics::{FileReport, human};
use crate::report::style::{Style, printable};
use crate::syntax::embedded::{Embedded, Place};
use crate::syntax::{self, Diagnostic, Format, LineIndex, Severity, Source, Span, Tree};

/// A definition that was read, however broken.
pub(super) struct Document {
    pub(super) source: Source,
    pub(super) tree: Tree,
    pub(super) machine: StateMachine,
    /// What the text's reader found.
    pub(super) syntax: Vec<Diagnostic>,
    /// What the language's reader found.
    pub(super) model: Vec<Diagnostic>,
    /// What the template calls the machine, when the definition comes from one.
    pub(super) name: Option<Arc<str>>,
    /// The template, when it holds the definition as a string.
    outer: Option<Box<(File, language::Machine)>>,
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

    /// Reads the definition that a source is.
    pub(super) fn of(source: Source) -> Self {
        let mut file = File::read_definition(source);
        let machine = file.machines.swap_remove(0);
        Self::new(file, machine)
    }

    fn new(file: File, machine: language::Machine) -> Self {
        let name = machine.name().map(Arc::from);
        let outer = machine
            .inner
            .is_some()
            .then(|| Box::new((file.clone(), machine.clone())));
        let (source, tree, syntax) = match machine.inner {
            Some(inner) => (inner.source, inner.tree, inner.syntax),
            None => (file.source, file.tree, file.syntax),
        };
        Self {
            source,
            tree,
            machine: machine.machine,
            syntax,
            model: machine.model,
            name,
            outer,
        }
    }

    /// The text of the definition alone, as it can be run again without its template.
    pub(super) fn definition_text(&self) -> Arc<str> {
        if self.name.is_none() || self.outer.is_some() {
            return Arc::clone(&self.source.text);
        }
        let definition = self.tree.node(self.machine.flow.node).to_json();
        definition.text().into()
    }

    /// The definition as services take it: JSON, whatever it is written in.
    pub(super) fn definition_json(&self) -> Arc<str> {
        let is_alone = self.name.is_none() || self.outer.is_some();
        if is_alone && Format::of(&self.source.name, &self.source.text) == Format::Json {
            return Arc::clone(&self.source.text);
        }
        let definition = self.tree.node(self.machine.flow.node).to_json();
        definition.text().into()
    }

    /// The file that a person edits.
    pub(super) fn file_name(&self) -> &str {
        match self.outer.as_deref() {
            None => &self.source.name,
            Some((file, _)) => &file.source.name,
        }
    }

    /// The line in that file of a place in the definition.
    pub(super) fn lines(&self) -> impl Fn(Span) -> usize {
        let outer = self.outer.as_deref();
        let source = outer.map_or(&self.source, |(file, _)| &file.source);
        let index = LineIndex::new(Arc::clone(&source.text));
        move |span| {
            let span = outer.map_or(span, |(_, machine)| machine.outer(span));
            index.bytes(span.start as usize).line
        }
    }

    /// Draws findings in the file that a person edits.
    pub(super) fn show(&self, terminal: &Terminal, findings: Vec<Diagnostic>) {
        match self.outer.as_deref() {
            None => show(terminal, &self.source, Some(&self.tree), findings),
            Some((file, machine)) => {
                let outer = |finding| machine.outer_finding(finding);
                let findings = findings.into_iter().map(outer).collect();
                show(terminal, &file.source, Some(&file.tree), findings);
            }
        }
    }
}

/// The definition in a file, or the one of this name in a template.
pub(super) fn need_document(
    path: &Path,
    name: Option<&str>,
    terminal: &Terminal,
) -> Result<Document, Failure> {
    need_document_in(need_source(path, terminal)?, name, terminal)
}

/// The same, of a text that was read.
pub(super) fn need_document_in(
    source: Source,
    name: Option<&str>,
    terminal: &Terminal,
) -> Result<Document, Failure> {
    let file = File::read(source);
    let told = printable(&file.source.name).into_owned();
    let Some(kind) = file.template else {
        let wanted = name.filter(|_| !language::is_broken(&file.syntax));
        if let Some(name) = wanted {
            return Err(Failure::usage(format_args!(
                "no state machine {name:?} in {told}: it is a definition, not a template"
            )));
        }
        return Ok(Document::of(file.source));
    };
    let names: Vec<String> = file.names().map(str::to_owned).collect();
    let name = match (name, &names[..]) {
        (_, []) => {
            let kind = kind.name();
            return Err(Failure::usage(format_args!(
                "{told} is a {kind} without a state machine"
            )));
        }
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(Failure::usage(format_args!(
                "{told} holds {} state machines: name one by --machine: {}",
                names.len(),
                listed(&names)
            )));
        }
        (Some(name), _) if file.has(name) => name.to_owned(),
        (Some(name), _) => {
            return Err(Failure::usage(format_args!(
                "no state machine {name:?} in {told}: it holds {}",
                listed(&names)
            )));
        }
    };
    of_template(file, &name, terminal)
}

/// The definition in a file, or all that a template has.
pub(super) fn need_documents(path: &Path, terminal: &Terminal) -> Result<Vec<Document>, Failure> {
    let file = File::read(need_source(path, terminal)?);
    let Some(kind) = file.template else {
        return Ok(vec![Document::of(file.source)]);
    };
    let names: Vec<String> = file.names().map(str::to_owned).collect();
    if names.is_empty() {
        let (told, kind) = (printable(&file.source.name), kind.name());
        return Err(Failure::usage(format_args!(
            "{told} is a {kind} without a state machine"
        )));
    }
    names
        .iter()
        .map(|name| of_template(file.clone(), name, terminal))
        .collect()
}

fn of_template(mut file: File, name: &str, terminal: &Terminal) -> Result<Document, Failure> {
    let here = file
        .machines
        .iter()
        .position(|machine| machine.name() == Some(name));
    if let Some(index) = here {
        let machine = file.machines.swap_remove(index);
        return Ok(Document::new(file, machine));
    }
    let elsewhere = file
        .elsewhere
        .iter()
        .find(|embedded| &*embedded.name == name);
    let template = printable(&file.source.name);
    match elsewhere.map(|embedded| (&embedded.place, embedded)) {
        Some((Place::File { path, .. }, embedded)) => {
            let path = beside(&file.source.name, path);
            if let Some(reason) = unreadable(embedded, &path) {
                let reason = printable(&reason);
                return Err(Failure::usage(format_args!(
                    "the definition of {name:?} cannot be read: {reason}"
                )));
            }
            let mut document = Document::of(need_source(&path, terminal)?);
            document.name = Some(name.into());
            Ok(document)
        }
        Some((Place::Elsewhere(reason), _)) => Err(Failure::usage(format_args!(
            "the definition of {name:?} is not in {template}: {reason}"
        ))),
        _ => Err(Failure::usage(format_args!(
            "no state machine {name:?} in {template}"
        ))),
    }
}

/// Names for a message.
pub(super) fn listed(names: &[String]) -> String {
    const MOST: usize = 20;
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("{name:?}"))
        .collect();
    let more = match names.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

/// A path that a template names, from where the template is.
pub(super) fn beside(template: &str, path: &str) -> PathBuf {
    let folder = Path::new(template).parent().unwrap_or(Path::new(""));
    let path = Path::new(path);
    folder.join(path.strip_prefix("./").unwrap_or(path))
}

/// Why the file that a template names cannot be read, when that can be told without reading it.
pub(super) fn unreadable(embedded: &Embedded, path: &Path) -> Option<String> {
    let Place::File { path: written, .. } = &embedded.place else {
        return None;
    };
    let why = match fs::metadata(path) {
        Err(error) => reason(&error),
        Ok(found) if found.is_dir() => "it is a folder".to_owned(),
        // A pipe or a device may never end.
        Ok(found) if !found.is_file() => "it is no regular file".to_owned(),
        Ok(_) => return None,
    };
    Some(format!("{written}: {why}"))
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
