//! What `asl graph` paints: an execution, two of them, a folder of logs, the coverage of tests.

mod coverage;
mod folder;
mod log;

use std::path::Path;

use self::log::Log;
use super::need_definition;
use crate::cli::args::{GraphArgs, PaletteChoice};
use crate::cli::document::{Document, STDIN, need_document, need_document_in, need_log, same_file};
use crate::cli::log::note_ending;
use crate::cli::output::{Failure, Terminal};
use crate::cli::strangers::Yardstick;
use crate::graph::Graph;
use crate::history::{LogHeader, Recording};
use crate::report::graphs::StatusColors;
use crate::report::graphs::overlay::{self, Overlay, Trace};
use crate::report::style::printable;
use crate::syntax::Source;

/// What is drawn: a definition, or a log that brings its own.
pub(super) struct Given {
    pub(super) document: Document,
    log: Option<Log>,
}

/// Reads the definition, or the log that was given in its place.
pub(super) fn open_at(
    args: &GraphArgs,
    path: &Path,
    terminal: &Terminal,
) -> Result<Given, Failure> {
    let machine = args.machine.as_deref();
    let (log, header) = if path.as_os_str() == STDIN {
        let source = need_log(path, terminal)?;
        let Some(header) =
            log::header_of(&source.text).map_err(|told| wrong(&source.name, &told))?
        else {
            let document = need_document_in(source, machine, terminal)?;
            return Ok(Given {
                document,
                log: None,
            });
        };
        (Log::Text(source), header)
    } else {
        let header = log::peek(path).map_err(|told| wrong(&path.to_string_lossy(), &told))?;
        let Some(header) = header else {
            let document = need_document(path, machine, terminal)?;
            return Ok(Given {
                document,
                log: None,
            });
        };
        (Log::File(path.to_owned()), header)
    };
    if let Some(machine) = machine {
        let file = log.name();
        return Err(Failure::usage(format_args!(
            "no state machine {machine:?} in {file}: it is the log of one execution"
        )));
    }
    Ok(Given {
        document: recorded(&header),
        log: Some(log),
    })
}

/// The definition that a log brings.
fn recorded(header: &LogHeader) -> Document {
    let name = header.definition_path.as_deref().unwrap_or("definition");
    Document::of(Source::new(name, header.definition.clone()))
}

fn wrong(file: &str, told: &str) -> Failure {
    Failure::usage(format_args!("{}: {told}", printable(file)))
}

/// Keeps what is painted from being written over.
pub(super) fn spare(args: &GraphArgs) -> Result<(), Failure> {
    let Some(output) = &args.output else {
        return Ok(());
    };
    let read = args.overlay.run.iter().chain(&args.overlay.coverage);
    match { read }.find(|path| same_file(path, output)) {
        None => Ok(()),
        Some(path) => Err(Failure::usage(format_args!(
            "the picture would overwrite {}: name another file",
            path.display()
        ))),
    }
}

/// The colours of what happened.
pub(super) fn colors(args: &GraphArgs) -> StatusColors {
    match args.overlay.palette {
        PaletteChoice::Default => StatusColors::Default,
        PaletteChoice::Aws => StatusColors::Aws,
    }
}

/// What is painted, if anything is.
pub(super) fn paint(
    args: &GraphArgs,
    given: &Given,
    graph: &Graph<'_>,
    terminal: &Terminal,
) -> Result<Option<Overlay>, Failure> {
    let canvas = Canvas {
        graph,
        document: &given.document,
        yardstick: Yardstick::new(&given.document, terminal),
    };
    let overlay = &args.overlay;
    if let Some(file) = &overlay.coverage {
        return canvas.coverage(file, need_definition(args)?).map(Some);
    }
    if let Some(folder) = &overlay.runs {
        return canvas.folder(folder).map(Some);
    }
    let logs: Vec<Log> = overlay.run.iter().cloned().map(Log::File).collect();
    match (&logs[..], &given.log) {
        ([], None) => Ok(None),
        ([], Some(log)) | ([log], _) => canvas.execution(log).map(Some),
        ([a, b], _) => canvas.pair(a, b).map(Some),
        (logs, _) => Err(Failure::usage(format_args!(
            "--run is given {} times: two executions can be compared, not more",
            logs.len()
        ))),
    }
}

/// The events of the one execution that is painted, if it is one.
pub(super) fn recording(args: &GraphArgs, given: &Given) -> Result<Option<Recording>, Failure> {
    let overlay = &args.overlay;
    let log = match (&overlay.run[..], &given.log) {
        ([file], _) => Log::File(file.clone()),
        ([], Some(log)) if overlay.runs.is_none() && overlay.coverage.is_none() => log.clone(),
        _ => return Ok(None),
    };
    // What there is to tell of the log was told when it was painted.
    let (recording, _) = log.open()?.recording(None)?;
    Ok(Some(recording))
}

/// What is painted on.
struct Canvas<'a, 'm> {
    graph: &'a Graph<'m>,
    document: &'a Document,
    yardstick: Yardstick<'a>,
}

impl Canvas<'_, '_> {
    fn execution(&self, log: &Log) -> Result<Overlay, Failure> {
        let trace = self.trace(log)?;
        Ok(overlay::execution(self.graph, &trace))
    }

    fn pair(&self, a: &Log, b: &Log) -> Result<Overlay, Failure> {
        let (a, b) = (self.trace(a)?, self.trace(b)?);
        Ok(overlay::pair(self.graph, &a, &b))
    }

    fn trace(&self, log: &Log) -> Result<Trace, Failure> {
        let file = log.name();
        let (trace, ending) = log.trace(self.graph)?;
        note_ending(&file, &ending, self.yardstick.terminal);
        self.yardstick.suits(&file, &trace)?;
        Ok(trace)
    }

    fn note(&self, text: &str) {
        let terminal = self.yardstick.terminal;
        if !terminal.quiet {
            terminal.say(&format!("note: {text}"));
        }
    }
}
