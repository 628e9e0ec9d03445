//! Suites into cases that can be run: files read, names held against machines, mocks bound.

mod mock_config;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::find::Found;
use super::machines::{Lookup, Machine, Machines, no_input};
use super::runner::{Missing, Ready};
use crate::cli::document::{beside, need_source, need_tree, show};
use crate::cli::output::{Failure, Terminal};
use crate::cli::paths;
use crate::data::{Json, Timestamp, limits};
use crate::history::ExecutionType;
use crate::report::style::printable;
use crate::runtime::handlers::{TaskPattern, file, mocks};
use crate::runtime::{Handlers, Host};
use crate::suite::{self, Given, InputFrom, Mocks, RULE, Suite, Written};
use crate::syntax::{Diagnostic, Format, LineIndex, Source, Tree};

/// When executions start that nobody gives a time: results are the same on every day.
const START: Timestamp = Timestamp(1_767_225_600_000);

/// A suite that can be run.
pub(super) struct Loaded {
    pub(super) path: PathBuf,
    /// What it is called: its file, and the machine where a file is about several.
    pub(super) name: Arc<str>,
    pub(super) source: Source,
    pub(super) tree: Tree,
    pub(super) format: Format,
    pub(super) suite: Suite,
    pub(super) machine: Lookup,
    /// One for each case, when the machine can be run.
    pub(super) cases: Vec<Ready>,
    lines: LineIndex,
}

impl Loaded {
    /// Where a case stands in the suite.
    pub(super) fn place(&self, case: usize) -> (usize, usize) {
        let at = self.suite.cases[case].span.start as usize;
        let place = self.lines.chars(at);
        (place.line, place.column)
    }
}

/// Everything that was loaded.
pub(super) struct Suites {
    pub(super) all: Vec<Loaded>,
    /// How many suites are wrong, which was told.
    pub(super) wrong: usize,
    /// The files that were read, suites included.
    pub(super) files: Vec<PathBuf>,
}

/// Loads all suites; what is wrong with one is told and does not stop the others.
pub(super) fn load(found: &Found, terminal: &Terminal) -> Suites {
    let mut loader = Loader {
        terminal,
        machines: Machines::default(),
        trees: HashMap::new(),
        inputs: HashSet::new(),
    };
    let (mut all, mut wrong) = (Vec::new(), 0);
    for path in &found.suites {
        match loader.suite(path) {
            Ok(suite) => all.push(suite),
            Err(failure) => {
                wrong += 1;
                tell(failure, terminal);
            }
        }
    }
    for (path, is_named) in &found.mock_configs {
        // Whoever refers to it says what to expect.
        let is_used = loader.trees.contains_key(&paths::absolute(path));
        if is_used && !is_named {
            continue;
        }
        match loader.mock_config(path, *is_named) {
            Ok(suites) => all.extend(suites),
            Err(failure) => {
                wrong += 1;
                tell(failure, terminal);
            }
        }
    }
    Suites {
        all,
        wrong,
        files: loader.files(found),
    }
}

fn tell(failure: Failure, terminal: &Terminal) {
    if let Failure::Message { message, .. } = failure {
        terminal.error(&message);
    }
}

struct Loader<'t> {
    terminal: &'t Terminal,
    machines: Machines,
    /// Mock files and handlers files, by their absolute paths.
    trees: HashMap<PathBuf, Arc<(Source, Tree)>>,
    /// Files with inputs.
    inputs: HashSet<PathBuf>,
}

impl Loader<'_> {
    fn files(&self, found: &Found) -> Vec<PathBuf> {
        let suites = found.suites.iter().map(PathBuf::as_path);
        let configs = found.mock_configs.iter().map(|(path, _)| path.as_path());
        let all = suites.chain(configs).chain(self.machines.files());
        let all = all.chain(self.trees.keys().map(PathBuf::as_path));
        let all = all.chain(self.inputs.iter().map(PathBuf::as_path));
        all.map(paths::absolute).collect()
    }

    fn suite(&mut self, path: &Path) -> Result<Loaded, Failure> {
        let (source, tree) = need_tree(path, self.terminal)?;
        let suite = suite::read(&tree).map_err(|found| self.refuse(&source, &tree, found))?;
        let machine = self.machine(&source, &suite.machine);
        let machine =
            machine.map_err(|failure| self.refuse_at(&source, &tree, &suite.machine, &failure))?;
        let format = Format::of(&source.name, &source.text);
        let mut loaded = Loaded {
            path: path.to_owned(),
            name: Arc::clone(&source.name),
            lines: LineIndex::new(source.text.clone()),
            format,
            suite,
            machine,
            cases: Vec::new(),
            source,
            tree,
        };
        if let Ok(machine) = &loaded.machine {
            let machine = Arc::clone(machine);
            loaded.cases = self.cases(&loaded, &machine)?;
        }
        Ok(loaded)
    }

    fn machine(&mut self, source: &Source, written: &Written<Arc<str>>) -> Result<Lookup, Failure> {
        let whole = beside(&source.name, &written.value);
        let (path, name) = match written.value.rsplit_once('#') {
            Some((file, name)) if !whole.exists() => (beside(&source.name, file), Some(name)),
            _ => (whole, None),
        };
        self.machines.get(&path, name, self.terminal)
    }

    /// Every case of a suite with what it needs.
    fn cases(&mut self, loaded: &Loaded, machine: &Arc<Machine>) -> Result<Vec<Ready>, Failure> {
        let (source, tree, suite) = (&loaded.source, &loaded.tree, &loaded.suite);
        let mut found = suite::check(suite, &machine.document.machine);
        let mut binder = Binder {
            loader: self,
            loaded,
            machine,
            served: HashSet::new(),
        };
        let mut cases = Vec::new();
        for case in &suite.cases {
            match binder.ready(&case.given) {
                Ok(ready) => cases.push(ready),
                Err(Wrong::Here(finding)) => found.push(*finding),
                Err(Wrong::Elsewhere(failure)) => return Err(failure),
            }
        }
        found.sort_by_key(Diagnostic::span);
        found.dedup();
        if found.is_empty() {
            return Ok(cases);
        }
        Err(self.refuse(source, tree, found))
    }

    fn refuse(&self, source: &Source, tree: &Tree, found: Vec<Diagnostic>) -> Failure {
        show(self.terminal, source, Some(tree), found);
        Failure::usage(format_args!("{} cannot be used", printable(&source.name)))
    }

    /// Tells at a place in a suite why what it names cannot be used.
    fn refuse_at<T>(
        &self,
        source: &Source,
        tree: &Tree,
        written: &Written<T>,
        failure: &Failure,
    ) -> Failure {
        let message = match failure {
            Failure::Message { message, .. } => message.as_str(),
            Failure::ClosedPipe => "nobody reads",
        };
        let finding = Diagnostic::error(RULE, message).label(written.span, "");
        self.refuse(source, tree, vec![finding])
    }

    fn tree(&mut self, path: &Path) -> Result<Arc<(Source, Tree)>, Failure> {
        let key = paths::absolute(path);
        if let Some(known) = self.trees.get(&key) {
            return Ok(Arc::clone(known));
        }
        let read = Arc::new(need_tree(path, self.terminal)?);
        self.trees.insert(key, Arc::clone(&read));
        Ok(read)
    }
}

/// What is wrong with a case.
enum Wrong {
    /// It stands in the suite.
    Here(Box<Diagnostic>),
    /// It stands elsewhere, and was told.
    Elsewhere(Failure),
}

impl From<Diagnostic> for Wrong {
    fn from(finding: Diagnostic) -> Self {
        Self::Here(Box::new(finding))
    }
}

/// Gives the cases of one suite what they need.
struct Binder<'b, 't> {
    loader: &'b mut Loader<'t>,
    loaded: &'b Loaded,
    machine: &'b Arc<Machine>,
    /// The patterns of mocks that are known to be for a Task.
    served: HashSet<Arc<str>>,
}

impl Binder<'_, '_> {
    fn ready(&mut self, given: &Given) -> Result<Ready, Wrong> {
        let defaults = &self.loaded.suite.defaults;
        let mut handlers = Handlers::default();
        // What a case says comes before what all cases have.
        self.bind(&mut handlers, &given.mocks)?;
        self.bind(&mut handlers, &defaults.mocks)?;
        if let Some(path) = &self.loaded.suite.handlers {
            self.bind_handlers(&mut handlers, path)?;
        }
        let input = given.input.as_ref().or(defaults.input.as_ref());
        let input = input.map(|input| self.input(input)).transpose()?;
        let execution_type = given.execution_type.or(defaults.execution_type);
        let start = given.start_time.or(defaults.start_time);
        Ok(ready(
            handlers,
            input.unwrap_or_else(no_input),
            execution_type.unwrap_or_default(),
            start.unwrap_or(START),
        ))
    }

    fn bind(&mut self, handlers: &mut Handlers, mocks: &Mocks) -> Result<(), Wrong> {
        for answers in &mocks.answers {
            let pattern = &answers.pattern.value;
            let node = self.loaded.tree.node(answers.node);
            if !self.served.contains(pattern) {
                self.check(&answers.pattern, node)?;
                self.served.insert(Arc::clone(pattern));
            }
            mocks::bind_answers(handlers, TaskPattern::Either(pattern.to_string()), node)?;
        }
        let Some(file) = &mocks.file else {
            return match &mocks.case {
                None => Ok(()),
                Some(case) => {
                    let finding = Diagnostic::error(RULE, "`case` is there without a `mock-file`");
                    let help = "name the MockConfigFile.json that the case is in";
                    Err(finding.label(case.span, "").help(help).into())
                }
            };
        };
        let choice = mocks::Choice {
            machine: &self.machine.name,
            case: mocks.case.as_ref().map(|case| &*case.value),
        };
        let read = self.read(file)?;
        let bound = mocks::bind(handlers, &read.1, choice);
        bound.map_err(|finding| self.elsewhere(&read, vec![finding]))?;
        Ok(())
    }

    /// A mock must be for a Task of the machine.
    fn check(
        &self,
        pattern: &Written<Arc<str>>,
        node: crate::syntax::Node<'_>,
    ) -> Result<(), Wrong> {
        let mut alone = Handlers::default();
        let bound = TaskPattern::Either(pattern.value.to_string());
        mocks::bind_answers(&mut alone, bound, node)?;
        let unserved = self.machine.unserved(pattern, |state, resource, function| {
            alone.of(&state.name, resource, function).is_some()
        });
        unserved.map_or(Ok(()), |finding| Err(finding.into()))
    }

    fn bind_handlers(
        &mut self,
        handlers: &mut Handlers,
        path: &Written<Arc<str>>,
    ) -> Result<(), Wrong> {
        let read = self.read(path)?;
        let around = file::Surroundings {
            folder: Path::new(&*read.0.name).parent().unwrap_or(Path::new("")),
            variable: &|name| std::env::var(name).ok(),
        };
        let bound = file::bind(handlers, &read.1, &around);
        bound.map_err(|found| self.elsewhere(&read, found))
    }

    fn elsewhere(&self, read: &(Source, Tree), found: Vec<Diagnostic>) -> Wrong {
        Wrong::Elsewhere(self.loader.refuse(&read.0, &read.1, found))
    }

    /// A file that the suite names.
    fn read(&mut self, path: &Written<Arc<str>>) -> Result<Arc<(Source, Tree)>, Wrong> {
        let file = beside(&self.loaded.source.name, &path.value);
        let read = self.loader.tree(&file);
        read.map_err(|failure| Self::unreadable(path, &failure))
    }

    fn unreadable(path: &Written<Arc<str>>, failure: &Failure) -> Wrong {
        let message = match failure {
            Failure::Message { message, .. } => message.as_str(),
            Failure::ClosedPipe => "nobody reads",
        };
        Diagnostic::error(RULE, message).label(path.span, "").into()
    }

    fn input(&mut self, input: &InputFrom) -> Result<Json, Wrong> {
        let path = match input {
            InputFrom::Here(input) => return Ok(input.clone()),
            InputFrom::File(path) => path,
        };
        let file = beside(&self.loaded.source.name, &path.value);
        self.loader.inputs.insert(paths::absolute(&file));
        let source = need_source(&file, self.loader.terminal);
        let source = source.map_err(|failure| Self::unreadable(path, &failure))?;
        let wrong = |why: String| {
            let message = format!("the input in {} {why}", printable(&source.name));
            Wrong::from(Diagnostic::error(RULE, message).label(path.span, ""))
        };
        let text = source.text.trim_start_matches('\u{feff}');
        let input = Json::parse(text).map_err(|error| wrong(format!("is no JSON: {error}")))?;
        if input.size() > limits::MAX_PAYLOAD {
            return Err(wrong(format!("is too large: {} bytes", input.size())));
        }
        Ok(input)
    }
}

/// A case with its host; who is called without a mock is noted.
fn ready(
    mut handlers: Handlers,
    input: Json,
    execution_type: ExecutionType,
    start: Timestamp,
) -> Ready {
    let missing = Arc::new(Missing::default());
    let rest = TaskPattern::Resource("*".to_owned());
    handlers.bind(rest, Arc::clone(&missing) as _);
    let mut host = Host::default();
    host.handlers = handlers;
    Ready {
        input,
        host: Arc::new(host),
        missing,
        execution_type,
        start,
    }
}

/// A case of mocks that were made, and are in no file.
pub(super) fn drafted(handlers: Handlers, input: Json) -> Ready {
    ready(handlers, input, ExecutionType::default(), START)
}
