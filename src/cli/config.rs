//! `asl.toml`: what a project asks of the linter, and what its runs would cost. It is found upwards from each file, and the
//! nearest one alone counts.

mod ignores;
mod read;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use globset::GlobSet;
use serde_json::Value;

use super::document::{Unreadable, read_source, show_unfixable};
use super::output::{Failure, Terminal};
use super::paths;
use crate::language::StateMachineType;
use crate::lint::{Category, Options, RULES};
use crate::report::histories::prices::Prices;
use crate::report::style::printable;
use crate::syntax::{Diagnostic, Format, Severity, Source, Tree};
use ignores::Ignore;

/// What the file is called.
pub(super) const NAME: &str = "asl.toml";

/// A configuration that was read.
#[derive(Debug)]
pub(super) struct Config {
    /// Where it was found.
    pub(super) path: PathBuf,
    /// Where the paths in it begin.
    folder: PathBuf,
    contents: Contents,
}

/// What can be configured.
#[derive(Debug, Default)]
struct Contents {
    levels: Levels,
    machine_type: Option<StateMachineType>,
    fail_on: Option<Severity>,
    max_warnings: Option<usize>,
    include: Option<GlobSet>,
    exclude: GlobSet,
    overrides: Vec<Override>,
    ignores: Vec<Ignore>,
    prices: Prices,
}

/// The levels of rules and categories, in the order in which they are set.
type Levels = Vec<(String, Option<Severity>)>;

/// What counts for some of the files.
#[derive(Debug)]
struct Override {
    files: GlobSet,
    levels: Levels,
    machine_type: Option<StateMachineType>,
}

impl Config {
    /// How a file is checked.
    pub(super) fn options(&self, path: &Path) -> Options {
        let contents = &self.contents;
        let mut options = Options {
            machine_type: contents.machine_type,
            ..Options::default()
        };
        let place = self.place(path);
        let overrides = contents
            .overrides
            .iter()
            .filter(|it| it.files.is_match(&place));
        let more = overrides.map(|it| (&it.levels, it.machine_type));
        for (levels, machine_type) in [(&contents.levels, None)].into_iter().chain(more) {
            for (name, level) in levels {
                options.levels.set(name, *level);
            }
            options.machine_type = machine_type.or(options.machine_type);
        }
        options
    }

    /// The least severity that makes the exit code 1.
    pub(super) fn fail_on(&self) -> Option<Severity> {
        self.contents.fail_on
    }

    /// What AWS asks for.
    pub(super) fn prices(&self) -> Prices {
        self.contents.prices.clone()
    }

    /// How many warnings do not make the exit code 1.
    pub(super) fn max_warnings(&self) -> Option<usize> {
        self.contents.max_warnings
    }

    /// Whether a walk picks this file; `None` when that is not configured.
    pub(super) fn includes(&self, path: &Path) -> Option<bool> {
        let globs = self.contents.include.as_ref()?;
        Some(globs.is_match(self.place(path)))
    }

    /// Whether a file or folder, or a folder around it, is left alone.
    pub(super) fn excludes(&self, path: &Path) -> bool {
        let globs = &self.contents.exclude;
        if globs.is_empty() {
            return false;
        }
        let place = self.place(path);
        let around = place.match_indices('/').map(|(end, _)| &place[..end]);
        around.chain([&*place]).any(|place| globs.is_match(place))
    }

    /// Takes out the findings of a file that an `[[ignore]]` accepts.
    pub(super) fn ignore(&self, path: &Path, tree: &Tree, findings: &mut Vec<Diagnostic>) {
        ignores::apply(&self.contents.ignores, &self.place(path), tree, findings);
    }

    fn place(&self, path: &Path) -> String {
        paths::relative(path, &self.folder)
    }
}

/// Where configurations come from.
pub(super) enum Configs {
    /// There is none.
    Isolated,
    /// One file for all.
    One(Arc<Config>),
    /// The nearest file above each folder, as far as folders were asked about.
    Nearest(Mutex<HashMap<PathBuf, Option<Arc<Config>>>>),
}

/// Why a configuration cannot be used.
pub(super) enum Wrong {
    /// It cannot be read.
    Unreadable(String),
    /// It says what cannot be.
    Invalid(Source, Vec<Diagnostic>),
}

impl Configs {
    pub(super) fn of(isolated: bool, path: Option<&Path>) -> Result<Self, Wrong> {
        match path {
            _ if isolated => Ok(Self::Isolated),
            Some(path) => load(path).map(|config| Self::One(Arc::new(config))),
            None => Ok(Self::Nearest(Mutex::default())),
        }
    }

    /// The configuration for what stands in a folder, given by its absolute path.
    pub(super) fn at(&self, folder: &Path) -> Result<Option<Arc<Config>>, Wrong> {
        let known = match self {
            Self::Isolated => return Ok(None),
            Self::One(config) => return Ok(Some(Arc::clone(config))),
            Self::Nearest(known) => known,
        };
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut found, mut asked) = (None, Vec::new());
        for folder in folder.ancestors() {
            if let Some(config) = known.get(folder) {
                found.clone_from(config);
                break;
            }
            asked.push(folder);
            let path = folder.join(NAME);
            // A folder above that may not be looked into has nothing to say.
            if fs::metadata(&path).is_ok() {
                found = Some(Arc::new(load(&path)?));
                break;
            }
        }
        let news = asked
            .into_iter()
            .map(|folder| (folder.to_owned(), found.clone()));
        known.extend(news);
        Ok(found)
    }
}

impl Wrong {
    /// Tells what is wrong; the command ends.
    pub(super) fn tell(self, terminal: &Terminal) -> Failure {
        match self {
            Self::Unreadable(message) => Failure::usage(message),
            Self::Invalid(source, findings) => {
                show_unfixable(terminal, &source, findings);
                let name = printable(&source.name).into_owned();
                Failure::usage(format_args!("{name} is no valid configuration"))
            }
        }
    }
}

fn load(path: &Path) -> Result<Config, Wrong> {
    let path = paths::absolute(path);
    let source = match read_source(paths::shown(&path), None) {
        Ok(source) => source,
        Err(Unreadable::Io(message)) => return Err(Wrong::Unreadable(message)),
        Err(Unreadable::NotText(source, diagnostic)) => {
            return Err(Wrong::Invalid(source, vec![*diagnostic]));
        }
    };
    let (tree, findings) = crate::syntax::read(&source, Format::Toml);
    if !findings.is_empty() {
        return Err(Wrong::Invalid(source, findings));
    }
    match read::contents(&tree) {
        Ok(contents) => Ok(Config {
            folder: path.parent().map(Path::to_owned).unwrap_or_default(),
            path,
            contents,
        }),
        Err(findings) => Err(Wrong::Invalid(source, findings)),
    }
}

/// The JSON Schema of the file.
pub(super) fn schema() -> Value {
    let mut schema: Value =
        serde_json::from_str(include_str!("config/schema.json")).expect("tested: it is JSON");
    schema["definitions"]["rule"]["enum"] = names().collect();
    schema
}

/// Every name that a level can be set for: categories, then rules.
fn names() -> impl Iterator<Item = &'static str> + Clone {
    let categories = Category::ALL.iter().map(|category| category.as_str());
    categories.chain(RULES.iter().map(|rule| rule.name))
}
