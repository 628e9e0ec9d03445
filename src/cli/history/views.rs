//! The views of one history: what each looks at while events pass, and what it writes then.

use std::fmt;
use std::path::Path;

use super::load::{History, Viewer};
use super::{About, again, definition, open};
use crate::cli::Exit;
use crate::cli::args::{FoldChoice, HistoryArgs, HistoryFormat, ViewArgs};
use crate::cli::document::STDIN;
use crate::cli::output::{Failure, Terminal, print};
use crate::history::HistoryEvent;
use crate::history::outline::{Kept, Outline, StateType, Status, Visit};
use crate::report::histories::events::Events;
use crate::report::histories::map::{Listed, MapItems};
use crate::report::histories::state::StateVisits;
use crate::report::histories::timeline;
use crate::report::histories::tree::is_shortened;
use crate::report::histories::{self, Definition, Documents, Hint, View, failure, outline_json};
use crate::report::style::{Style, printable};
use crate::syntax::similar::nearest;

/// What is written at once.
const WRITTEN: usize = 64 << 10;

pub(super) fn run(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let views = &args.views;
    if views.events {
        return events(args, terminal);
    }
    if let Some(name) = &views.map {
        return map(args, name, terminal);
    }
    if let Some(name) = views.state.as_ref() {
        return state(args, name, terminal);
    }
    tree(args, terminal)
}

fn read(
    args: &HistoryArgs,
    viewer: &mut dyn Viewer,
    terminal: &Terminal,
) -> Result<History, Failure> {
    let execution = args.views.execution.as_deref();
    History::read(open(args)?, execution, kept(&args.views), viewer, terminal)
}

/// A Map's items are followed by a viewer of their own.
fn kept(views: &ViewArgs) -> Kept {
    match (views.format, &views.map) {
        (_, None) if views.all => Kept::ALL,
        (Some(HistoryFormat::Json), _) => Kept::MANY,
        _ => Kept::FEW,
    }
}

/// Text that is written as it grows.
#[derive(Default)]
struct Text {
    text: String,
    failure: Option<Failure>,
}

impl Text {
    /// A string takes all; what stdout does not take is told at the end.
    fn add(&mut self, write: impl FnOnce(&mut dyn fmt::Write) -> fmt::Result) {
        if self.failure.is_some() {
            return;
        }
        write(&mut self.text).expect("a string takes all");
        if self.text.len() >= WRITTEN {
            self.failure = print(&self.text).err();
            self.text.clear();
        }
    }

    fn end(self) -> Result<(), Failure> {
        match self.failure {
            Some(failure) => Err(failure),
            None => print(&self.text),
        }
    }
}

/// The documents of the tree.
impl Viewer for Documents {
    fn before(&mut self, outline: &Outline, event: &HistoryEvent<'_>) {
        Documents::before(self, outline, event);
    }
}

fn tree(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let views = &args.views;
    let mut documents = Documents::default();
    let history = if views.io {
        read(args, &mut documents, terminal)?
    } else {
        read(args, &mut (), terminal)?
    };
    let document = definition(args, history.header.as_ref(), terminal)?;
    let definition = document
        .as_ref()
        .map(|d| Definition::new(&d.machine, &d.source));
    let condition = |state: &str, next: &str| definition.as_ref()?.condition(state, next);
    let catcher = |state: &str, next: &str| definition.as_ref()?.catcher(state, next);
    let hints = hints(args, &history);
    let about = About {
        condition: Some(&condition),
        catcher: Some(&catcher),
        hints: &hints,
        view: View {
            depth: views.depth,
            folds_ok: views.fold == Some(FoldChoice::Ok),
            all: views.all,
            documents: views.io.then_some(&documents),
        },
        ..about(&history)
    };
    let (outline, style) = (&history.outline, terminal.stdout_style());
    let mut text = String::new();
    let written = if views.format == Some(HistoryFormat::Json) {
        text = outline_json::render(outline, &about);
        Ok(())
    } else if args.failed {
        failure::render(outline, &about, &style, &mut text)
    } else if views.timeline {
        timeline::render(outline, &about, &style, &mut text)
    } else {
        histories::render(outline, &about, &style, &mut text)
    };
    written.expect("a string takes all");
    print(&text)?;
    Ok(Exit::Success)
}

/// What a history says of itself.
pub(super) fn about(history: &History) -> About<'_> {
    let file = Path::new(&history.name).file_name();
    let header = history.header.as_ref();
    let arn = header.map(|header| header.execution_arn.as_str());
    let arn = arn.or(history.arn.as_deref());
    let machine = header.and_then(|header| header.state_machine_arn.rsplit(':').next());
    About {
        file: file.and_then(|name| name.to_str()).unwrap_or(&history.name),
        // …:execution:MACHINE:NAME, …:express:MACHINE:NAME:RUN
        machine: machine.or_else(|| history.arn.as_deref()?.split(':').nth(6)),
        arn,
        ..About::default()
    }
}

/// What one could do next about a failure.
fn hints(args: &HistoryArgs, history: &History) -> Vec<Hint> {
    let mut hints = Vec::new();
    if args.log.as_os_str() == STDIN || args.failed || args.views.timeline {
        return hints;
    }
    let again = again(args);
    let quoted = |text: &str| shlex::try_quote(text).map(std::borrow::Cow::into_owned);
    let quoted_all = || shlex::try_join(again.iter().map(String::as_str));
    let cause = history.outline.first_cause();
    if let Some(cause) = cause.filter(|cause| cause.raised_by.around().is_empty())
        && history.header.is_some()
        && let [file] = &again[..]
        && let Ok(from) = quoted(&format!("{file}:{}", cause.raised_by.name()))
    {
        hints.push(Hint {
            label: "rerun from this state".to_owned(),
            command: format!("asl run --from {from}"),
        });
    }
    let view = View {
        folds_ok: args.views.fold.is_some(),
        all: args.views.all,
        ..View::default()
    };
    if is_shortened(&history.outline, &view)
        && let Ok(file) = quoted_all()
    {
        hints.push(Hint {
            label: "show every state".to_owned(),
            command: format!("asl history {file} --all"),
        });
    }
    let mut visits = history.outline.thread().visits();
    let map = visits.find(|visit| {
        let items = visit.items();
        visit.state_type() == StateType::Map
            && items.tally.caught + items.tally.failed > 0
            && !items.distributed
    });
    if let Some(map) = map.filter(|_| history.outline.summary().status != Status::Running)
        && let (Ok(file), Ok(name)) = (quoted_all(), quoted(map.name()))
    {
        let count = map.items().length.unwrap_or(0);
        hints.push(Hint {
            label: format!("show all {count} items"),
            command: format!("asl history {file} --map {name} --all"),
        });
    }
    hints
}

struct EventLines<'a> {
    table: Events<'a>,
    text: Text,
    is_json: bool,
    state: Option<&'a str>,
}

impl Viewer for EventLines<'_> {
    fn after(&mut self, outline: &Outline, event: &HistoryEvent<'_>) {
        let visit = outline.about(event);
        if !self.is_json {
            let table = &mut self.table;
            return self.text.add(|out| table.event(event, visit, out));
        }
        let name = event.details.state_name();
        let name = name.or(visit.as_ref().map(Visit::name));
        if self.state.is_none() || self.state == name {
            self.table.count += 1;
            self.text.add(|out| writeln!(out, "{}", event.to_line()));
        }
    }

    fn failed(&mut self) -> Option<Failure> {
        self.text.failure.take()
    }
}

fn events(args: &HistoryArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let style = terminal.stdout_style();
    let state = args.views.state.as_deref();
    let mut lines = EventLines {
        table: Events::new(state, &style),
        text: Text::default(),
        is_json: args.views.format == Some(HistoryFormat::Json),
        state,
    };
    let history = read(args, &mut lines, terminal)?;
    let EventLines {
        mut table,
        mut text,
        ..
    } = lines;
    text.add(|out| table.end(out));
    text.end()?;
    match state {
        Some(name) if table.count == 0 => Err(no_state(name, &history)),
        _ => Ok(Exit::Success),
    }
}

struct StateView<'a> {
    visits: StateVisits<'a>,
    text: Text,
}

impl Viewer for StateView<'_> {
    fn before(&mut self, outline: &Outline, event: &HistoryEvent<'_>) {
        let visits = &mut self.visits;
        self.text.add(|out| visits.before(outline, event, out));
    }

    fn failed(&mut self) -> Option<Failure> {
        self.text.failure.take()
    }
}

fn state(args: &HistoryArgs, name: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    let style = terminal.stdout_style();
    let mut view = StateView {
        visits: StateVisits::new(name, &style),
        text: Text::default(),
    };
    let history = read(args, &mut view, terminal)?;
    let StateView {
        mut visits,
        mut text,
    } = view;
    text.add(|out| visits.end(&history.outline, out));
    text.end()?;
    match visits.count {
        0 => Err(no_state(name, &history)),
        _ => Ok(Exit::Success),
    }
}

impl Viewer for MapItems<'_> {
    fn before(&mut self, outline: &Outline, event: &HistoryEvent<'_>) {
        MapItems::before(self, outline, event);
    }

    fn after(&mut self, outline: &Outline, event: &HistoryEvent<'_>) {
        MapItems::after(self, outline, event);
    }
}

fn map(args: &HistoryArgs, name: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    let listed = match (args.views.all, args.failed) {
        (true, _) => Listed::All,
        (_, true) => Listed::Failed,
        _ => Listed::Trouble,
    };
    let mut items = MapItems::new(name, listed);
    let history = read(args, &mut items, terminal)?;
    if !items.is_found() {
        let names: Vec<&str> = items.names().collect();
        return Err(not_found("Map", name, &names, &history));
    }
    let style: Style = terminal.stdout_style();
    let mut text = String::new();
    let written = items.render(&history.outline, &style, &mut text);
    written.expect("a string takes all");
    print(&text)?;
    Ok(Exit::Success)
}

fn no_state(name: &str, history: &History) -> Failure {
    let mut names: Vec<&str> = history.outline.names().collect();
    names.sort_unstable();
    not_found("state", name, &names, history)
}

fn not_found(what: &str, name: &str, names: &[&str], history: &History) -> Failure {
    /// Longer lists are not read.
    const MOST: usize = 10;
    let near = nearest(name, names.iter().copied());
    let there = match (near, names.len()) {
        (Some(near), _) => format!(" (did you mean \"{}\"?)", printable(near)),
        (None, 0) => String::new(),
        (None, count) => {
            let shown: Vec<_> = names
                .iter()
                .take(MOST)
                .map(|name| format!("{name:?}"))
                .collect();
            let more = if count > MOST { ", …" } else { "" };
            format!(": it has {}{more}", printable(&shown.join(", ")))
        }
    };
    Failure::Message {
        message: format!(
            "no {what} \"{}\" in {}{there}",
            printable(name),
            history.name
        ),
        exit: Exit::Nothing,
    }
}
