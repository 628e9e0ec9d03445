//! `asl validate`: findings of any number of files; one bad file never stops the others.

mod baseline;
mod diff;
mod files;
mod fix;
mod outputs;
mod settings;
mod templates;
mod watch;

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::args::ValidateArgs;
use super::config::Configs;
use super::document::{STDIN, Unreadable, read_source, reason};
use super::output::{Failure, Terminal, print};
use super::{Exit, parallel, write};
use crate::report::diagnostics::{FileReport, Summary};
use crate::report::style::printable;
use crate::syntax::{Diagnostic, Severity, Source, Tree};
use crate::{language, lint};
use baseline::Baseline;
use files::{File, Found};
use outputs::Outputs;
use settings::Settings;
use templates::Held;

/// A file that was judged.
struct Judged {
    source: Source,
    tree: Option<Tree>,
    diagnostics: Vec<Diagnostic>,
    /// Where the file is, from the root.
    place: PathBuf,
    settings: Settings,
    /// The text before it was mended.
    before: Option<Arc<str>>,
    template: Option<Held>,
}

pub(super) fn run(args: &ValidateArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    check_arguments(args)?;
    if args.watch {
        return watch::run(args, terminal);
    }
    judge_all(args, terminal, &find(args, terminal)?)
}

/// What clap cannot know to be wrong.
fn check_arguments(args: &ValidateArgs) -> Result<(), Failure> {
    let mut levels = lint::Levels::default();
    for (name, level) in &args.levels.0 {
        if !levels.set(name, *level) {
            return Err(Failure::usage(format_args!(
                "there is no rule and no category {name:?}: see `asl rules`"
            )));
        }
    }
    let reads_stdin = args.paths.iter().any(|path| path.as_os_str() == STDIN);
    let wrong = match () {
        () if reads_stdin && args.fix && !args.diff => "--fix cannot mend stdin: use --diff",
        () if reads_stdin && args.watch => "--watch cannot watch stdin",
        () => return Ok(()),
    };
    Err(Failure::usage(wrong))
}

fn find(args: &ValidateArgs, terminal: &Terminal) -> Result<Found, Failure> {
    let configs = Configs::of(args.isolated, args.config.as_deref());
    let found = configs.and_then(|configs| files::find(args, &Arc::new(configs)));
    found.map_err(|wrong| wrong.tell(terminal))
}

fn judge_all(args: &ValidateArgs, terminal: &Terminal, found: &Found) -> Result<Exit, Failure> {
    for message in &found.unreadable {
        terminal.error(message);
    }
    if args.show_files {
        return show_files(&found.files);
    }
    let baseline = args.baseline.as_deref();
    let baseline = baseline.map(|path| Baseline::read(path, args.write_baseline));
    let baseline = baseline.transpose()?;
    let fails = found.files.iter().map(|file| file.settings.fail_on).min();
    let outputs = Outputs::open(args, fails.unwrap_or(Severity::Error))?;
    let (judged, unreadable) = judge_files(args, terminal, found);
    let had_templates = judged.iter().any(|file| file.template.is_some());
    let judged = templates::with_machines(judged, args.machine.as_deref(), terminal)?;
    let mut judged = templates::follow(judged, |path, machine_type| {
        let mut file = found.file(args, path)?;
        let own = &mut file.settings.options.machine_type;
        *own = own.or(machine_type);
        let judged = judged_file(args, &file, Keep::Always)?;
        tell_mended(args, terminal, &judged);
        Ok(judged)
    });
    if judged.is_empty() && unreadable == 0 {
        outputs.write(&[], terminal)?;
        if had_templates {
            return Ok(Exit::Nothing);
        }
        return Ok(nothing(terminal, found));
    }
    if args.diff {
        return diff::show(terminal, &judged, unreadable);
    }
    if let Some(mut baseline) = baseline {
        if args.write_baseline {
            baseline.renew(&judged);
            baseline.write(terminal)?;
        }
        baseline.hide(&mut judged, terminal);
    }
    report(args, terminal, outputs, &judged, unreadable)
}

fn show_files(files: &[File]) -> Result<Exit, Failure> {
    let mut list = String::new();
    for file in files {
        let path = file.path.to_string_lossy();
        writeln!(list, "{}", printable(&path)).expect("a string takes all");
    }
    print(&list)?;
    Ok(if files.is_empty() {
        Exit::Nothing
    } else {
        Exit::Success
    })
}

/// There is nothing to judge. Whoever names only what is excluded, as `pre-commit` may, knows.
fn nothing(terminal: &Terminal, found: &Found) -> Exit {
    if found.excluded > 0 {
        return Exit::Success;
    }
    let endings = language::DEFINITION_ENDINGS
        .map(|ending| format!("*{ending}"))
        .join(" ");
    terminal.error(&format!("no definitions found: looked for {endings}"));
    Exit::Nothing
}

/// The files judged, in order, and how many there was no getting at.
fn judge_files(args: &ValidateArgs, terminal: &Terminal, found: &Found) -> (Vec<Judged>, usize) {
    let files = &found.files;
    let bar = bar(files.len(), terminal);
    let results = parallel::map(files.len(), |index| {
        let result = judged_file(args, &files[index], Keep::Findings);
        bar.inc(1);
        result
    });
    bar.finish_and_clear();
    let mut judged = Vec::with_capacity(files.len());
    let mut unreadable = found.unreadable.len();
    for result in results {
        match result {
            Ok(file) => {
                tell_mended(args, terminal, &file);
                judged.push(file);
            }
            Err(message) => {
                unreadable += 1;
                terminal.error(&message);
            }
        }
    }
    (judged, unreadable)
}

fn tell_mended(args: &ValidateArgs, terminal: &Terminal, file: &Judged) {
    let is_mended = file.before.is_some() && !args.diff;
    if is_mended && !terminal.quiet {
        terminal.say(&format!("mended {}", printable(&file.source.name)));
    }
}

fn report(
    args: &ValidateArgs,
    terminal: &Terminal,
    outputs: Outputs,
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
    let summary = Summary::of(&reports);
    let is_for_people = !outputs.is_for_programs();
    outputs.write(&reports, terminal)?;
    if !terminal.quiet && is_for_people {
        terminal.say(&summary.line(true));
    }
    Ok(settings::verdict(args, judged, unreadable))
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

/// When the text and the tree of a file are kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keep {
    Always,
    /// When there is something to show in them.
    Findings,
}

/// Judges a file, after mending it when that is asked for.
fn judged_file(args: &ValidateArgs, file: &File, keep: Keep) -> Result<Judged, String> {
    templates::refuse_hcl(&file.path)?;
    let mut judged = judge(args, file)?;
    if args.fix || args.diff {
        judged = mended(args, judged);
    }
    if judged.before.is_some() && !args.diff {
        write::replace(&file.path, &judged.source.text)
            .map_err(|error| format!("cannot write {}: {}", file.path.display(), reason(&error)))?;
    }
    // Nothing more is asked of a clean file than its name: many of them are held at once.
    let is_done = judged.diagnostics.is_empty() && judged.template.is_none();
    if is_done && keep == Keep::Findings && !args.diff {
        judged.tree = None;
        judged.source = Source::new(judged.source.name, "");
    }
    Ok(judged)
}

/// A file as it is after mending, however often that takes.
fn mended(args: &ValidateArgs, judged: Judged) -> Judged {
    let before = Arc::clone(&judged.source.text);
    let mut judged = judged;
    // Mending one finding may uncover another; each round mends at least one.
    for _ in 0..fix::MOST_ROUNDS {
        let (text, found) = (&judged.source.text, &judged.diagnostics);
        let fixed = fix::fixed(text, found, args.unsafe_fixes);
        let Some(text) = fixed else { break };
        let source = Source::new(judged.source.name, text);
        judged = judge_source(args, source, judged.place, judged.settings);
    }
    let is_changed = judged.source.text != before;
    judged.before = is_changed.then_some(before);
    judged
}

fn judge(args: &ValidateArgs, file: &File) -> Result<Judged, String> {
    let (place, settings) = (file.place.clone(), file.settings.clone());
    match read_source(&file.path, args.stdin_filename.as_deref()) {
        Ok(source) => Ok(judge_source(args, source, place, settings)),
        Err(Unreadable::Io(message)) => Err(message),
        Err(Unreadable::NotText(source, diagnostic)) => Ok(Judged {
            source,
            tree: None,
            diagnostics: vec![*diagnostic],
            place,
            settings,
            before: None,
            template: None,
        }),
    }
}

/// Judges what a source holds: a definition, or the machines of a template, or one of them.
fn judge_source(args: &ValidateArgs, source: Source, place: PathBuf, settings: Settings) -> Judged {
    let mut file = language::File::read(source);
    let template = Held::of(&file);
    if let Some(name) = &args.machine {
        file.keep_only(name);
    }
    let mut found = lint::check_file(&file, &settings.options);
    if let Some(config) = &settings.config {
        config.ignore(&place, &file.tree, &mut found);
    }
    Judged {
        source: file.source,
        tree: Some(file.tree),
        diagnostics: found,
        place,
        settings,
        before: None,
        template,
    }
}
