//! Which files are judged: those that are named, and what a walk through folders finds.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldhash::fast::FixedState;
use ignore::gitignore::Gitignore;
use ignore::{DirEntry, WalkBuilder};

use super::settings::Settings;
use crate::cli::args::ValidateArgs;
use crate::cli::config::{Config, Configs, Wrong};
use crate::cli::document::{STDIN, reason};
use crate::cli::paths;
pub(super) use crate::cli::walk::IGNORE_FILE;
use crate::cli::walk::{explained, walk};
use crate::language::DEFINITION_ENDINGS;

/// A file that is to be judged.
pub(super) struct File {
    /// As the user wrote it.
    pub(super) path: PathBuf,
    /// From the root.
    pub(super) place: PathBuf,
    pub(super) settings: Settings,
}

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    /// The files to judge, in order.
    pub(super) files: Vec<File>,
    /// The folders that were walked.
    pub(super) folders: Vec<PathBuf>,
    /// What there was no getting at.
    pub(super) unreadable: Vec<String>,
    /// How many files were named and are left alone all the same.
    pub(super) excluded: usize,
    configs: Option<Arc<Configs>>,
}

impl Found {
    /// A file that nobody named: a template points to it.
    pub(super) fn file(&self, args: &ValidateArgs, path: &Path) -> Result<File, String> {
        let place = paths::absolute(path);
        let config = match &self.configs {
            Some(configs) => configs
                .at(folder_of(&place))
                .map_err(|_| format!("the configuration for {} cannot be read", path.display()))?,
            None => None,
        };
        Ok(File {
            path: path.to_owned(),
            settings: Settings::of(args, config, &place),
            place,
        })
    }
}

/// Finds the files that the arguments name.
pub(super) fn find(args: &ValidateArgs, configs: &Arc<Configs>) -> Result<Found, Wrong> {
    let mut finder = Finder {
        args,
        configs,
        found: Found {
            configs: Some(Arc::clone(configs)),
            ..Found::default()
        },
        seen: HashSet::default(),
    };
    for path in &args.paths {
        if path.as_os_str() != STDIN && path.is_dir() {
            finder.walk(path)?;
        } else {
            finder.named(path)?;
        }
    }
    Ok(finder.found)
}

/// The folders in which the arguments let files be found.
pub(super) fn folders(args: &ValidateArgs) -> Vec<PathBuf> {
    let roots = args.paths.iter().filter(|path| path.is_dir());
    let entries = roots.flat_map(|root| walk_of(args, root).build()).flatten();
    let folders = entries.filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()));
    folders
        .map(|folder| paths::absolute(folder.path()))
        .collect()
}

/// Whether a file is called as definitions are.
pub(super) fn is_definition(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_ascii_lowercase());
    name.is_some_and(|name| {
        DEFINITION_ENDINGS
            .iter()
            .any(|ending| name.ends_with(ending))
    })
}

struct Finder<'a> {
    args: &'a ValidateArgs,
    configs: &'a Arc<Configs>,
    found: Found,
    /// Places are folded, so that two that are one are the same text.
    seen: HashSet<OsString, FixedState>,
}

impl Finder<'_> {
    /// A file that is named is judged, whatever it is called.
    fn named(&mut self, path: &Path) -> Result<(), Wrong> {
        let name = match &self.args.stdin_filename {
            Some(name) if path.as_os_str() == STDIN => Path::new(name),
            _ => path,
        };
        let place = paths::absolute(name);
        let config = self.configs.at(folder_of(&place))?;
        if self.args.force_exclude && is_left_alone(&place, config.as_deref()) {
            self.found.excluded += 1;
            return Ok(());
        }
        self.add(path.to_owned(), place, config);
        Ok(())
    }

    fn walk(&mut self, root: &Path) -> Result<(), Wrong> {
        let configs = Arc::clone(self.configs);
        let walk = walk_of(self.args, root)
            .filter_entry(move |entry| entry.depth() == 0 || !is_excluded(entry, &configs))
            .build();
        for entry in walk {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_dir()) => {
                    self.found.folders.push(paths::absolute(entry.path()));
                }
                Ok(entry) => self.walked(entry)?,
                Err(error) => self.found.unreadable.push(explained(&error, root)),
            }
        }
        Ok(())
    }

    fn walked(&mut self, entry: DirEntry) -> Result<(), Wrong> {
        let place = paths::absolute(entry.path());
        let config = self.configs.at(folder_of(&place))?;
        let included = config.as_ref().and_then(|config| config.includes(&place));
        if !included.unwrap_or_else(|| is_definition(&place)) {
            return Ok(());
        }
        let path = entry.into_path();
        let path = path.strip_prefix("./").map(Path::to_owned).unwrap_or(path);
        // A link may lead to a folder, to nothing, or back to itself.
        match fs::metadata(&place) {
            Ok(found) if found.is_file() => self.add(path, place, config),
            Ok(_) => {}
            Err(error) => {
                let message = format!("cannot read {}: {}", path.display(), reason(&error));
                self.found.unreadable.push(message);
            }
        }
        Ok(())
    }

    /// A file is judged once, however often it is named.
    fn add(&mut self, path: PathBuf, place: PathBuf, config: Option<Arc<Config>>) {
        if self.seen.insert(place.as_os_str().to_owned()) {
            let settings = Settings::of(self.args, config, &place);
            self.found.files.push(File {
                path,
                place,
                settings,
            });
        }
    }
}

fn walk_of(args: &ValidateArgs, root: &Path) -> WalkBuilder {
    walk(root, !args.no_respect_gitignore)
}

fn folder_of(place: &Path) -> &Path {
    place.parent().unwrap_or(place)
}

fn is_excluded(entry: &DirEntry, configs: &Configs) -> bool {
    let place = paths::absolute(entry.path());
    // A configuration that is wrong is told when it is needed for a file.
    let config = configs.at(folder_of(&place)).ok().flatten();
    config.is_some_and(|config| config.excludes(&place))
}

/// Whether a file that was named is excluded: by the configuration, or by the nearest `.aslignore`
/// above it that knows it.
fn is_left_alone(place: &Path, config: Option<&Config>) -> bool {
    if config.is_some_and(|config| config.excludes(place)) {
        return true;
    }
    let lists = place
        .ancestors()
        .skip(1)
        .map(|folder| folder.join(IGNORE_FILE));
    let lists = lists.filter(|list| list.is_file());
    let mut matches = lists.map(|list| {
        let (rules, _) = Gitignore::new(list);
        let found = rules.matched_path_or_any_parents(place, false);
        (found.is_ignore(), found.is_whitelist())
    });
    matches
        .find(|(ignored, kept)| *ignored || *kept)
        .is_some_and(|(ignored, _)| ignored)
}
