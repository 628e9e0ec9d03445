//! `asl graph --inject` and `--check`: pictures in Markdown files, kept as their definitions are.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser;

use super::markdown::{self, Block};
use super::text::looks_in_block;
use super::{format, picture};
use crate::cli::Exit;
use crate::cli::args::{GraphArgs, GraphFormat, MarkerArgs};
use crate::cli::document::{STDIN, reason, same_file};
use crate::cli::output::{Failure, Terminal, print};
use crate::cli::paths::{absolute, relative};
use crate::cli::write::replace;
use crate::report::diff::patch;
use crate::report::style::printable_lines;

/// What is done with a Markdown file.
pub(super) struct Task<'a> {
    path: &'a Path,
    is_check: bool,
}

/// A file as it should be.
struct Wanted {
    path: PathBuf,
    before: Option<String>,
    after: String,
}

impl<'a> Task<'a> {
    pub(super) fn of(args: &'a GraphArgs) -> Option<Self> {
        let (path, is_check) = match (&args.text.inject, &args.text.check) {
            (Some(path), _) => (path, false),
            (None, Some(path)) => (path, true),
            (None, None) => return None,
        };
        Some(Self { path, is_check })
    }

    pub(super) fn run(&self, args: &GraphArgs, terminal: &Terminal) -> Result<Exit, Failure> {
        let text = self.read()?;
        let blocks = markdown::blocks(&text).map_err(|wrong| self.wrong(wrong.line, wrong.what))?;
        let mut drawn = Drawn {
            task: self,
            terminal,
            files: Vec::new(),
            is_broken: false,
        };
        let mut filled = Vec::new();
        let mut found = 0;
        for block in blocks {
            let of_block = self.args(&block)?;
            let definition = of_block.definition.as_deref();
            let is_meant = args.definition.as_deref().is_none_or(|meant| {
                definition
                    .is_some_and(|path| absolute(path) == absolute(meant) || same_file(path, meant))
            });
            if is_meant {
                found += 1;
                let content = drawn.block(&block, &of_block, &text)?;
                filled.extend(content.map(|content| (block, content)));
            }
        }
        if found == 0 {
            return Err(self.no_block(args.definition.as_deref()));
        }
        let Drawn {
            mut files,
            is_broken,
            ..
        } = drawn;
        let after = markdown::filled(&text, &filled);
        files.push(Wanted {
            path: self.path.to_owned(),
            before: Some(text),
            after,
        });
        files.retain(|file| file.before.as_ref() != Some(&file.after));
        let is_stale = self.is_check && !files.is_empty();
        if self.is_check {
            self.show(&files, terminal)?;
        } else {
            write(&files, terminal)?;
        }
        Ok(if is_broken || is_stale {
            Exit::Findings
        } else {
            Exit::Success
        })
    }

    fn read(&self) -> Result<String, Failure> {
        if self.path.as_os_str() == STDIN {
            return Err(Failure::usage(
                "name a Markdown file: stdin cannot be written back",
            ));
        }
        let name = self.path.display();
        let bytes = fs::read(self.path).map_err(|error| {
            Failure::usage(format_args!("cannot read {name}: {}", reason(&error)))
        })?;
        String::from_utf8(bytes)
            .map_err(|_| Failure::usage(format_args!("{name} is no UTF-8 text")))
    }

    fn wrong(&self, line: usize, what: &str) -> Failure {
        Failure::usage(format_args!("{}:{line}: {what}", self.path.display()))
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// The arguments in a marker, with paths as they are from here.
    fn args(&self, block: &Block) -> Result<GraphArgs, Failure> {
        let wrong = |what: &str| self.wrong(block.line, what);
        let words = shlex::split(&block.args).ok_or_else(|| wrong("a quote is never closed"))?;
        let parsed = MarkerArgs::try_parse_from(words).map_err(|error| {
            let told = error.to_string();
            let first = told.lines().take_while(|line| !line.starts_with("Usage"));
            let first: Vec<&str> = first
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect();
            let first = first.join(", ");
            wrong(first.strip_prefix("error: ").unwrap_or(&first))
        })?;
        let args = parsed.graph;
        if args.text.inject.is_some() || args.text.check.is_some() {
            return Err(wrong("a marker cannot name another Markdown file"));
        }
        if args.definition.as_deref() == Some(Path::new(STDIN)) {
            return Err(wrong("a marker cannot draw from stdin: name a definition"));
        }
        Ok(args.beside(self.folder()))
    }

    fn no_block(&self, definition: Option<&Path>) -> Failure {
        let of = definition.map_or(String::new(), |path| format!(" of {}", path.display()));
        let name = match definition {
            Some(path) => relative(&absolute(path), &absolute(self.folder())),
            None => "DEFINITION".to_owned(),
        };
        let name = shlex::try_quote(&name).unwrap_or("DEFINITION".into());
        let path = self.path.display();
        Failure::Message {
            message: format!(
                "{path} has no block{of}: paste these two lines where its picture belongs\n\
                 <!-- asl graph {name} -->\n\
                 <!-- /asl graph -->"
            ),
            exit: Exit::Nothing,
        }
    }

    /// Shows what differs.
    fn show(&self, files: &[Wanted], terminal: &Terminal) -> Result<(), Failure> {
        for file in files {
            let name = file.path.display().to_string();
            let lines = |text: &str| text.replace("\r\n", "\n");
            let before = file.before.as_deref().map(lines).unwrap_or_default();
            let told = patch(&name, &name, &before, &lines(&file.after));
            print(&printable_lines(&told))?;
        }
        if !files.is_empty() && !terminal.quiet {
            let names: Vec<_> = files.iter().map(|f| f.path.display().to_string()).collect();
            let are = if names.len() == 1 { "is" } else { "are" };
            terminal.error(&format!(
                "{} {are} out of date: asl graph --inject {} draws anew",
                names.join(", "),
                self.path.display()
            ));
        }
        Ok(())
    }
}

/// The blocks of a file, drawn one after the other.
struct Drawn<'a> {
    task: &'a Task<'a>,
    terminal: &'a Terminal,
    /// The pictures that are files of their own.
    files: Vec<Wanted>,
    is_broken: bool,
}

impl Drawn<'_> {
    /// What belongs between the markers; none when what is there stays.
    fn block(
        &mut self,
        block: &Block,
        args: &GraphArgs,
        text: &str,
    ) -> Result<Option<String>, Failure> {
        let wrong = |what: String| self.task.wrong(block.line, &what);
        let definition = super::need_definition(args)?;
        let format = format(args)?.unwrap_or(GraphFormat::Mermaid);
        let drawn = picture(args, format, &looks_in_block(args), self.terminal);
        let drawn = drawn.map_err(|failure| match failure {
            Failure::Message { message, .. } => wrong(message),
            Failure::ClosedPipe => failure,
        })?;
        self.is_broken |= drawn.is_broken;
        let Some(output) = &args.output else {
            return Ok(Some(markdown::fenced(language(format), &drawn.text)));
        };
        let told = output.display();
        if same_file(output, definition) || same_file(output, self.task.path) {
            return Err(wrong(format!(
                "the picture would overwrite {told}: name another file"
            )));
        }
        let before = match fs::read(output) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(wrong(format!("cannot read {told}: {}", reason(&error)))),
        };
        self.files.push(Wanted {
            path: output.clone(),
            before,
            after: drawn.text,
        });
        // Whoever embeds the picture in another way may do so.
        let is_empty = text[block.inside.clone()].trim().is_empty();
        Ok(is_empty.then(|| self.image(definition, output)))
    }

    /// The line that embeds a picture.
    fn image(&self, definition: &Path, output: &Path) -> String {
        let name = definition.file_stem().unwrap_or_default().to_string_lossy();
        let name = name.strip_suffix(".asl").unwrap_or(&name);
        let path = relative(&absolute(output), &absolute(self.task.folder()));
        if path.contains(char::is_whitespace) {
            return format!("![{name}](<{path}>)\n");
        }
        format!("![{name}]({path})\n")
    }
}

/// What a fenced block says it is.
fn language(format: GraphFormat) -> &'static str {
    match format {
        GraphFormat::Dot => "dot",
        GraphFormat::Html => "html",
        GraphFormat::Json => "json",
        GraphFormat::Mermaid => "mermaid",
        GraphFormat::Svg => "svg",
        GraphFormat::Text => "text",
    }
}

/// Writes the pictures, and then the file that shows them.
fn write(files: &[Wanted], terminal: &Terminal) -> Result<(), Failure> {
    for file in files {
        let name = file.path.display();
        replace(&file.path, &file.after).map_err(|error| {
            Failure::usage(format_args!("cannot write {name}: {}", reason(&error)))
        })?;
        if !terminal.quiet {
            let told = format!("{name} is drawn anew\n");
            terminal.say(&printable_lines(&told));
        }
    }
    Ok(())
}
