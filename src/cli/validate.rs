//! `asl validate`: findings of any number of files; one bad file never stops the others.

mod fix;
mod templates;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ignore::WalkBuilder;
use indicatif::{ProgressBar, ProgressStyle};

use super::Exit;
use super::args::{DiagnosticFormat, TypeChoice, ValidateArgs};
use super::document::{STDIN, Unreadable, human_options, read_source};
use super::output::{Failure, Terminal, print};
use crate::language::File;
use crate::lint::{self, Levels, Options};
use crate::report::diagnostics::{FileReport, Summary, concise, human, json};
use crate::report::style::printable;
use crate::syntax::{Diagnostic, Source, Tree};
use templates::Held;

/// What a folder is walked for.
const ENDINGS: [&str; 5] = [".asl.json", ".asl.yaml", ".asl.yml", ".asl", ".sfn.json"];

/// A file that was judged.
struct Judged {
    source: Source,
    tree: Option<Tree>,
    diagnostics: Vec<Diagnostic>,
    template: Option<Held>,
}

pub(super) fn run(args: &ValidateArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let options = Options {
        machine_type: args.r#type.map(TypeChoice::machine_type),
        levels: levels(args)?,
    };
    let (files, mut unreadable) = files(args, terminal);
    if args.show_files {
        let mut list = String::new();
        for file in &files {
            writeln!(list, "{}", printable(&file.to_string_lossy())).expect("a string takes all");
        }
        print(&list)?;
        return Ok(if files.is_empty() {
            Exit::Nothing
        } else {
            Exit::Success
        });
    }
    let bar = bar(files.len(), terminal);
    let mut judged = Vec::with_capacity(files.len());
    for file in &files {
        match judged_file(args, file, &options, terminal) {
            Ok(found) => judged.push(found),
            Err(message) => {
                unreadable += 1;
                bar.suspend(|| terminal.error(&message));
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let had_templates = judged.iter().any(|file| file.template.is_some());
    let judged = templates::with_machines(judged, args.machine.as_deref(), terminal)?;
    let judged = templates::follow(judged, &options, |path, options| {
        judged_file(args, path, options, terminal)
    });
    if judged.is_empty() && unreadable == 0 {
        if had_templates {
            return Ok(Exit::Nothing);
        }
        let endings = ENDINGS.map(|ending| format!("*{ending}")).join(" ");
        terminal.error(&format!("no definitions found: looked for {endings}"));
        return Ok(Exit::Nothing);
    }
    report(args, terminal, &judged, unreadable)
}

fn report(
    args: &ValidateArgs,
    terminal: &Terminal,
    judged: &[Judged],
    unreadable: usize,
) -> Result<Exit, Failure> {
    let reports: Vec<FileReport<'_>> = judged
        .iter()
        .map(|file| FileReport {
            source: &file.source,
            tree: file.tree.as_ref(),
            diagnostics: file.diagnostics.clone(),
        })
        .collect();
    let mut text = String::new();
    let written = match args.format {
        DiagnosticFormat::Full => human::render(
            &reports,
            &human_options(&terminal.stdout_style()),
            &mut text,
        ),
        DiagnosticFormat::Concise => concise::render(&reports, &mut text),
        DiagnosticFormat::Json => json::render(&reports, &mut text),
    };
    written.expect("a string takes all");
    print(&text)?;
    let summary = Summary::of(&reports);
    if !terminal.quiet && args.format != DiagnosticFormat::Json {
        terminal.say(&summary.line(true));
    }
    let worst = judged
        .iter()
        .flat_map(|file| &file.diagnostics)
        .map(|d| d.severity)
        .max();
    let too_many = args
        .max_warnings
        .is_some_and(|most| summary.warnings > most);
    if unreadable > 0 {
        return Ok(Exit::Usage);
    }
    let failed = worst.is_some_and(|worst| worst >= args.fail_on.severity()) || too_many;
    Ok(if failed {
        Exit::Findings
    } else {
        Exit::Success
    })
}

/// The files to judge, in order, and how many paths there was no getting at.
fn files(args: &ValidateArgs, terminal: &Terminal) -> (Vec<PathBuf>, usize) {
    let (mut files, mut unreadable) = (Vec::new(), 0);
    for path in &args.paths {
        if path.as_os_str() == STDIN || !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let walk = WalkBuilder::new(path)
            .hidden(true)
            .sort_by_file_path(Path::cmp)
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if is_definition(entry.path()) && entry.path().is_file() => {
                    let path = entry.into_path();
                    files.push(path.strip_prefix("./").map(Path::to_owned).unwrap_or(path));
                }
                Ok(_) => {}
                Err(error) => {
                    unreadable += 1;
                    terminal.error(&format!("cannot read {}: {error}", path.display()));
                }
            }
        }
    }
    (files, unreadable)
}

fn is_definition(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase());
    name.is_some_and(|name| ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

/// A bar for work that takes long enough for a person to wonder.
fn bar(files: usize, terminal: &Terminal) -> ProgressBar {
    const WORTH_A_BAR: usize = 50;
    if !terminal.stderr_seen || terminal.quiet || files < WORTH_A_BAR {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} definitions").unwrap_or_else(
        // The template is ours; the library's own serves as well.
        |_| ProgressStyle::default_bar(),
    );
    let bar = ProgressBar::new(files as u64).with_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Judges a file, after mending it when that is asked for.
fn judged_file(
    args: &ValidateArgs,
    path: &Path,
    options: &Options,
    terminal: &Terminal,
) -> Result<Judged, String> {
    let judged = judge(args, path, options)?;
    if !args.fix || path.as_os_str() == STDIN {
        return Ok(judged);
    }
    let mend =
        |source: &Source, found: &[Diagnostic]| fix::fixed(&source.text, found, args.unsafe_fixes);
    let (mut judged, mut changed) = (judged, false);
    // Mending one finding may uncover another; each round mends at least one.
    for _ in 0..fix::MOST_ROUNDS {
        let Some(text) = mend(&judged.source, &judged.diagnostics) else {
            break;
        };
        let source = Source::new(judged.source.name.clone(), text);
        judged = judge_source(source, args.machine.as_deref(), options);
        changed = true;
    }
    if changed {
        fs::write(path, &*judged.source.text)
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        if !terminal.quiet {
            terminal.say(&format!("mended {}", printable(&judged.source.name)));
        }
    }
    Ok(judged)
}

fn judge(args: &ValidateArgs, path: &Path, options: &Options) -> Result<Judged, String> {
    templates::refuse_hcl(path)?;
    match read_source(path, args.stdin_filename.as_deref()) {
        Ok(source) => Ok(judge_source(source, args.machine.as_deref(), options)),
        Err(Unreadable::Io(message)) => Err(message),
        Err(Unreadable::NotText(source, diagnostic)) => Ok(Judged {
            source,
            tree: None,
            diagnostics: vec![*diagnostic],
            template: None,
        }),
    }
}

/// Judges what a source holds: a definition, or the machines of a template, or one of them.
fn judge_source(source: Source, machine: Option<&str>, options: &Options) -> Judged {
    let mut file = File::read(source);
    let template = Held::of(&file);
    if let Some(name) = machine {
        file.keep_only(name);
    }
    Judged {
        diagnostics: lint::check_file(&file, options),
        source: file.source,
        tree: Some(file.tree),
        template,
    }
}

/// The levels of rules as `-A`, `-W` and `-D` set them.
fn levels(args: &ValidateArgs) -> Result<Levels, Failure> {
    let mut levels = Levels::default();
    for (name, level) in &args.levels.0 {
        if !levels.set(name, *level) {
            return Err(Failure::usage(format_args!(
                "there is no rule and no category {name:?}: see `asl rules`"
            )));
        }
    }
    Ok(levels)
}
