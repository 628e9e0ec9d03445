//! `--baseline`: what was found before stays unsaid, so that a linter can be taken up in a project
//! that has findings.
//!
//! A finding is known by its file, its rule, the way to its place without the numbers of items,
//! and its message, so that it stays known when lines move; equal ones are counted.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::cli::document::{Unreadable, read_source, reason};
use crate::cli::output::{Failure, Terminal};
use crate::cli::{paths, write};
use crate::report::style::printable;
use crate::syntax::{Diagnostic, Node, Tree};

const VERSION: u32 = 1;

/// Findings that are known.
pub(super) struct Baseline {
    path: PathBuf,
    /// Where the paths in it begin.
    folder: PathBuf,
    files: BTreeMap<String, Known>,
}

/// The findings of a file, with how many there are of each.
type Known = BTreeMap<Finding, usize>;

/// What a finding is known by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Finding {
    rule: String,
    at: String,
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    files: BTreeMap<String, Vec<WrittenFinding>>,
}

#[derive(Serialize, Deserialize)]
struct WrittenFinding {
    #[serde(flatten)]
    finding: Finding,
    count: usize,
}

impl Baseline {
    /// Reads a baseline. One that is about to be written may be missing still.
    pub(super) fn read(path: &Path, may_be_missing: bool) -> Result<Self, Failure> {
        let place = paths::absolute(path);
        let mut baseline = Self {
            folder: place.parent().map(Path::to_owned).unwrap_or_default(),
            path: path.to_owned(),
            files: BTreeMap::new(),
        };
        if may_be_missing && !place.exists() {
            return Ok(baseline);
        }
        let no_baseline = |why: &str| {
            let name = path.display();
            Failure::usage(format_args!("{name} is no baseline: {why}"))
        };
        let source = match read_source(path, None) {
            Ok(source) => source,
            Err(Unreadable::Io(message)) => return Err(Failure::usage(message)),
            Err(Unreadable::NotText(..)) => return Err(no_baseline("it is no text")),
        };
        let written: Written =
            serde_json::from_str(&source.text).map_err(|error| no_baseline(&error.to_string()))?;
        if written.version != VERSION {
            return Err(no_baseline("it was written by another version of asl"));
        }
        for (file, findings) in written.files {
            let known = baseline.files.entry(file).or_default();
            for WrittenFinding { finding, count } in findings {
                *known.entry(finding).or_default() += count;
            }
        }
        Ok(baseline)
    }

    /// Takes out the findings that are known, and tells how many, and what is known in vain.
    pub(super) fn hide(&self, judged: &mut [Judged], terminal: &Terminal) {
        let (mut hidden, mut stale) = (0, 0);
        let mut missing: BTreeMap<&str, &Known> = self
            .files
            .iter()
            .map(|(name, known)| (&**name, known))
            .collect();
        for file in judged {
            let Some(known) = missing.remove(&*self.name_of(file)) else {
                continue;
            };
            let before = file.diagnostics.len();
            let left = hide(known, file.tree.as_ref(), &mut file.diagnostics);
            hidden += before - file.diagnostics.len();
            // Nobody looked for findings of rules that are off.
            let levels = &file.settings.options.levels;
            let left = left
                .iter()
                .filter(|(finding, _)| levels.is_on(&finding.rule));
            stale += left.map(|(_, count)| count).sum::<usize>();
        }
        missing.retain(|name, _| !self.folder.join(name).exists());
        let of_missing = missing.into_values().flat_map(BTreeMap::values);
        stale += of_missing.sum::<usize>();
        self.tell(hidden, stale, terminal);
    }

    fn tell(&self, hidden: usize, stale: usize, terminal: &Terminal) {
        if terminal.quiet {
            return;
        }
        let name = self.path.to_string_lossy();
        let name = printable(&name);
        if hidden > 0 {
            let findings = counted(hidden);
            terminal.say(&format!("{findings} of {name} not shown"));
        }
        if stale > 0 {
            let findings = counted(stale);
            terminal.say(&format!(
                "{} {findings} of {name} gone: renew it with --write-baseline",
                terminal.stderr_style().warn("note:")
            ));
        }
    }

    /// Makes what was found now all that is known. Of files that were not judged this time, what
    /// is known stays as long as they are there.
    pub(super) fn renew(&mut self, judged: &[Judged]) {
        let folder = self.folder.clone();
        self.files.retain(|name, _| folder.join(name).exists());
        for file in judged {
            let name = self.name_of(file);
            let mut known = Known::new();
            for finding in &file.diagnostics {
                *known
                    .entry(known_by(file.tree.as_ref(), finding))
                    .or_default() += 1;
            }
            if known.is_empty() {
                self.files.remove(&name);
            } else {
                self.files.insert(name, known);
            }
        }
    }

    pub(super) fn write(&self, terminal: &Terminal) -> Result<(), Failure> {
        let name = self.path.to_string_lossy();
        write::replace(&self.path, &self.text()).map_err(|error| {
            Failure::usage(format_args!("cannot write {name}: {}", reason(&error)))
        })?;
        if !terminal.quiet {
            let count = self
                .files
                .values()
                .flat_map(BTreeMap::values)
                .sum::<usize>();
            terminal.say(&format!("wrote {} to {}", counted(count), printable(&name)));
        }
        Ok(())
    }

    /// A line for each finding, so that a change of one is a change of its line.
    fn text(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"files\": {{");
        for (at, (file, known)) in self.files.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(text, "{comma}\n    {}: [", json(file)).expect("a string takes all");
            for (at, (finding, count)) in known.iter().enumerate() {
                let comma = if at == 0 { "" } else { "," };
                let finding = WrittenFinding {
                    finding: finding.clone(),
                    count: *count,
                };
                write!(text, "{comma}\n      {}", json(&finding)).expect("a string takes all");
            }
            text.push_str("\n    ]");
        }
        text.push_str(if self.files.is_empty() {
            "}\n}\n"
        } else {
            "\n  }\n}\n"
        });
        text
    }

    fn name_of(&self, file: &Judged) -> String {
        paths::relative(&file.place, &self.folder)
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts and numbers are JSON")
}

fn counted(findings: usize) -> String {
    let plural = if findings == 1 { "" } else { "s" };
    format!("{findings} known finding{plural}")
}

/// Takes out the findings that are known, and gives back what is known in vain.
fn hide(known: &Known, tree: Option<&Tree>, findings: &mut Vec<Diagnostic>) -> Known {
    let mut left = known.clone();
    findings.retain(|finding| match left.get_mut(&known_by(tree, finding)) {
        Some(count @ 1..) => {
            *count -= 1;
            false
        }
        _ => true,
    });
    left.retain(|_, count| *count > 0);
    left
}

fn known_by(tree: Option<&Tree>, finding: &Diagnostic) -> Finding {
    Finding {
        rule: finding.rule.to_owned(),
        at: tree.map_or(String::new(), |tree| way_to(tree.node_at(finding.span()))),
        message: finding.message.clone(),
    }
}

/// A pointer with `*` for the numbers of items, which change when another item is added.
fn way_to(node: Node<'_>) -> String {
    let mut steps = Vec::new();
    let mut node = Some(node);
    while let Some(here) = node.filter(|node| node.parent().is_some()) {
        steps.push(match here.own_entry() {
            Some(entry) => entry.key.replace('~', "~0").replace('/', "~1"),
            None => "*".to_owned(),
        });
        node = here.parent();
    }
    steps
        .iter()
        .rev()
        .fold(String::new(), |way, step| way + "/" + step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Format, Source, Span, read};

    const TEXT: &str = r#"{"States": {"A/b": {"Choices": [{"Next": "X"}, {"Next": "X"}]}}}"#;

    fn finding(text: &str, at: usize) -> Diagnostic {
        Diagnostic::error("unknown-target", "no state X").label(Span::new(at, at + text.len()), "")
    }

    fn findings(text: &str) -> (Tree, Vec<Diagnostic>) {
        let (tree, _) = read(&Source::new("a.json", text), Format::Json);
        let places = text.match_indices("\"X\"");
        (tree, places.map(|(at, x)| finding(x, at)).collect())
    }

    fn known(text: &str) -> Known {
        let (tree, findings) = findings(text);
        let mut known = Known::new();
        for finding in findings {
            *known.entry(known_by(Some(&tree), &finding)).or_default() += 1;
        }
        known
    }

    fn check(text: &str, shown: usize, stale: usize) {
        let (tree, mut findings) = findings(text);
        let left = hide(&known(TEXT), Some(&tree), &mut findings);
        assert_eq!(findings.len(), shown, "{text}");
        assert_eq!(left.values().sum::<usize>(), stale, "{text}");
    }

    #[test]
    fn findings_are_known_when_lines_move_and_items_are_added() {
        let way = known(TEXT).into_keys().next().expect("there is one").at;
        assert_eq!(way, "/States/A~1b/Choices/*/Next");
        check(TEXT, 0, 0);
        check(&TEXT.replace('{', "\n{"), 0, 0);
        check(&TEXT.replace('[', r#"[{"Next": "Y"}, "#), 0, 0);
    }

    #[test]
    fn one_more_is_shown_and_one_less_is_told() {
        check(&TEXT.replace('[', r#"[{"Next": "X"}, "#), 1, 0);
        check(&TEXT.replacen("\"X\"", "\"Y\"", 1), 0, 1);
        check(&TEXT.replace("A/b", "C"), 2, 2);
    }
}
