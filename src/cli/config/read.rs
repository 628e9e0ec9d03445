//! What stands in an `asl.toml`, and what is wrong with it. `schema.json` beside this file says
//! the same to editors; a test holds the two together.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use super::{Contents, Ignore, Levels, Override, names};
use crate::data::Number;
use crate::language::StateMachineType;
use crate::lint::{Category, nearest};
use crate::report::histories::prices::Prices;
use crate::syntax::{Diagnostic, Entry, Kind, Node, Severity, Span, Tree};

const RULE: &str = "invalid-configuration";

/// The keys of the file.
const KEYS: [&str; 9] = [
    "type",
    "fail-on",
    "max-warnings",
    "include",
    "exclude",
    "rules",
    "override",
    "ignore",
    "prices",
];
const KEYS_OF_OVERRIDES: [&str; 3] = ["files", "type", "rules"];
const KEYS_OF_PRICES: [&str; 5] = [
    "region",
    "date",
    "standard-transitions",
    "express-requests",
    "express-gb-second",
];
const KEYS_OF_IGNORES: [&str; 4] = ["file", "state", "rule", "reason"];

/// The severities, and what is none.
const LEVELS: [(&str, Option<Severity>); 4] = [
    ("error", Some(Severity::Error)),
    ("warning", Some(Severity::Warning)),
    ("note", Some(Severity::Note)),
    ("off", None),
];

/// Reads a configuration, or everything that is wrong with it.
pub(super) fn contents(tree: &Tree) -> Result<Contents, Vec<Diagnostic>> {
    let mut reader = Reader { found: Vec::new() };
    let contents = reader.contents(tree.root());
    if reader.found.is_empty() {
        return Ok(contents);
    }
    reader.found.sort_by_key(Diagnostic::span);
    Err(reader.found)
}

struct Reader {
    found: Vec<Diagnostic>,
}

impl Reader {
    fn contents(&mut self, root: Node<'_>) -> Contents {
        let mut contents = Contents::default();
        for entry in root.entries() {
            let node = root.tree().node(entry.value);
            match &*entry.key {
                "type" => contents.machine_type = self.machine_type(node),
                "fail-on" => contents.fail_on = self.severity(node),
                "max-warnings" => contents.max_warnings = self.count(node),
                "include" => contents.include = Some(self.globs(node)),
                "exclude" => contents.exclude = self.globs(node),
                "rules" => contents.levels = self.levels(node),
                "override" => {
                    let overrides = self.tables(entry, node).into_iter();
                    contents.overrides = overrides.map(|it| self.override_of(it)).collect();
                }
                "ignore" => {
                    let ignores = self.tables(entry, node).into_iter();
                    contents.ignores = ignores.map(|it| self.ignore(it)).collect();
                }
                "prices" => contents.prices = self.prices(node),
                _ => self.unknown(entry, "asl.toml", &KEYS),
            }
        }
        contents
    }

    fn override_of(&mut self, table: Node<'_>) -> Override {
        let mut it = Override {
            files: GlobSet::empty(),
            levels: Levels::new(),
            machine_type: None,
        };
        for entry in table.entries() {
            let node = table.tree().node(entry.value);
            match &*entry.key {
                "files" => it.files = self.globs(node),
                "type" => it.machine_type = self.machine_type(node),
                "rules" => it.levels = self.levels(node),
                _ => self.unknown(entry, "an override", &KEYS_OF_OVERRIDES),
            }
        }
        if table.entry("files").is_none() {
            let help = "for example: files = [\"**/legacy/*.asl.json\"]";
            self.wrong(table, "an override says for which `files` it is", help);
        }
        it
    }

    fn ignore(&mut self, table: Node<'_>) -> Ignore {
        let mut it = Ignore {
            files: None,
            state: None,
            rule: String::new(),
        };
        for entry in table.entries() {
            let node = table.tree().node(entry.value);
            match &*entry.key {
                "file" => {
                    let glob = self.glob(node);
                    it.files = Some(self.set(node, glob));
                }
                "state" => it.state = self.text(node).map(str::to_owned),
                "rule" => self.text(node).unwrap_or_default().clone_into(&mut it.rule),
                "reason" => {
                    self.text(node);
                }
                _ => self.unknown(entry, "an ignore", &KEYS_OF_IGNORES),
            }
        }
        match table.get("rule") {
            None => self.wrong(table, "an ignore names the `rule` that it is about", ""),
            Some(node) if it.rule == "syntax" => {
                let help = "what was not read cannot be judged; `duplicate-key` can be ignored";
                self.wrong(node, "the rule `syntax` cannot be ignored", help);
            }
            Some(node) if node.as_str().is_some() => self.known(&it.rule, node.span()),
            Some(_) => {}
        }
        if table.entry("file").is_none() && table.entry("state").is_none() {
            let help = "for all files and states, set the rule to \"off\" in `[rules]`";
            self.wrong(table, "an ignore names a `file`, a `state` or both", help);
        }
        it
    }

    /// Prices that are set say where and when they hold: those that are known are of elsewhere.
    fn prices(&mut self, table: Node<'_>) -> Prices {
        let mut it = Prices::default();
        let mut amounts = 0;
        for entry in table.entries() {
            let node = table.tree().node(entry.value);
            let amount = match &*entry.key {
                "region" => {
                    self.text(node)
                        .unwrap_or_default()
                        .clone_into(&mut it.region);
                    continue;
                }
                "date" => {
                    self.text(node).unwrap_or_default().clone_into(&mut it.date);
                    continue;
                }
                "standard-transitions" => &mut it.standard_transitions,
                "express-requests" => &mut it.express_requests,
                "express-gb-second" => &mut it.express_gb_second,
                _ => {
                    self.unknown(entry, "the table `prices`", &KEYS_OF_PRICES);
                    continue;
                }
            };
            amounts += 1;
            *amount = self.amount(node);
        }
        let is_table = matches!(table.kind(), Kind::Object(_));
        let is_placed = table.entry("region").is_some() && table.entry("date").is_some();
        if !is_table || amounts == 0 || !is_placed {
            let message = "`prices` has a `region`, a `date` and at least one price";
            let help = "for example: [prices] region = \"eu-central-1\", date = \"2025-06\", \
                        standard-transitions = 0.025";
            self.wrong(table, message, help);
        }
        it
    }

    fn amount(&mut self, node: Node<'_>) -> f64 {
        let amount = node.as_number().map(Number::as_f64);
        let amount = amount.filter(|amount| amount.is_finite() && *amount >= 0.0);
        amount.unwrap_or_else(|| {
            self.wrong(node, "this must be a price in US dollars, 0 or more", "");
            0.0
        })
    }

    /// Categories come before rules, so that a rule wins.
    fn levels(&mut self, node: Node<'_>) -> Levels {
        if !matches!(node.kind(), Kind::Object(_)) {
            let help = "write `[rules]` and below it, for example: unreachable-state = \"error\"";
            self.wrong(node, "`rules` must be a table", help);
        }
        let mut levels = Levels::new();
        for entry in node.entries() {
            self.known(&entry.key, entry.key_span);
            let value = node.tree().node(entry.value);
            let known = LEVELS.map(|(word, _)| word);
            if let Some(index) = self.one_of(value, &known) {
                levels.push((entry.key.to_string(), LEVELS[index].1));
            }
        }
        let is_rule = |(name, _): &(String, _)| Category::ALL.iter().all(|it| it.as_str() != name);
        levels.sort_by_key(is_rule);
        levels
    }

    /// Reports a name that no rule and no category has.
    fn known(&mut self, name: &str, span: Span) {
        if names().any(|known| known == name) {
            return;
        }
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "`asl rules` lists them".to_owned(),
        };
        let message = format!("there is no rule and no category {name:?}");
        self.found
            .push(Diagnostic::error(RULE, message).label(span, "").help(help));
    }

    fn machine_type(&mut self, node: Node<'_>) -> Option<StateMachineType> {
        let types = [StateMachineType::Standard, StateMachineType::Express];
        let index = self.one_of(node, &["standard", "express"])?;
        Some(types[index])
    }

    fn severity(&mut self, node: Node<'_>) -> Option<Severity> {
        let known = [LEVELS[0].0, LEVELS[1].0, LEVELS[2].0];
        self.one_of(node, &known).and_then(|index| LEVELS[index].1)
    }

    /// Which of these words a value is.
    fn one_of(&mut self, node: Node<'_>, words: &[&str]) -> Option<usize> {
        let text = node.as_str().map(|text| &**text);
        let index = text.and_then(|text| words.iter().position(|word| *word == text));
        if index.is_none() {
            let near = text.and_then(|text| nearest(text, words.iter().copied()));
            let help = near.map_or(String::new(), |near| format!("did you mean \"{near}\"?"));
            self.wrong(node, &format!("this must be {}", choice(words)), &help);
        }
        index
    }

    fn count(&mut self, node: Node<'_>) -> Option<usize> {
        let count = match node.as_number() {
            Some(Number::Int(count)) => usize::try_from(count).ok(),
            _ => None,
        };
        if count.is_none() {
            self.wrong(node, "this must be a whole number, 0 or more", "");
        }
        count
    }

    fn text<'t>(&mut self, node: Node<'t>) -> Option<&'t str> {
        let text = node.as_str().map(|text| &**text);
        if text.is_none() {
            self.wrong(node, "this must be a text", "");
        }
        text
    }

    fn globs(&mut self, node: Node<'_>) -> GlobSet {
        if !matches!(node.kind(), Kind::Array(_)) {
            let help = "for example: [\"**/legacy/*.asl.json\"]";
            self.wrong(node, "this must be a list of globs", help);
        }
        let globs: Vec<Glob> = node.items().filter_map(|item| self.glob(item)).collect();
        self.set(node, globs)
    }

    fn set(&mut self, node: Node<'_>, globs: impl IntoIterator<Item = Glob>) -> GlobSet {
        let mut builder = GlobSetBuilder::new();
        for glob in globs {
            builder.add(glob);
        }
        let set = builder.build();
        set.unwrap_or_else(|error| {
            self.wrong(node, &format!("this is no glob: {}", error.kind()), "");
            GlobSet::empty()
        })
    }

    /// A glob over the paths below the file's folder: `*` stays within a folder, `**` does not.
    fn glob(&mut self, node: Node<'_>) -> Option<Glob> {
        let text = self.text(node)?;
        let pattern = text.strip_prefix("./").unwrap_or(text);
        let pattern = pattern.strip_suffix('/').unwrap_or(pattern);
        let help = "paths begin at the folder of asl.toml, without a slash";
        if pattern.is_empty() || pattern.starts_with('/') {
            self.wrong(node, "this is no path below the folder of the file", help);
            return None;
        }
        let glob = GlobBuilder::new(pattern).literal_separator(true).build();
        glob.map_err(|error| self.wrong(node, &format!("this is no glob: {}", error.kind()), ""))
            .ok()
    }

    fn tables<'t>(&mut self, entry: &Entry, node: Node<'t>) -> Vec<Node<'t>> {
        let tables: Vec<Node<'_>> = node.items().collect();
        let is_table = |item: &Node<'_>| matches!(item.kind(), Kind::Object(_));
        if matches!(node.kind(), Kind::Array(_)) && tables.iter().all(is_table) {
            return tables;
        }
        let key = &entry.key;
        let message = format!("`{key}` must be a list of tables: write `[[{key}]]`");
        let finding = Diagnostic::error(RULE, message);
        self.found.push(finding.label(entry.key_span, ""));
        Vec::new()
    }

    fn unknown(&mut self, entry: &Entry, what: &str, known: &[&str]) {
        let help = match nearest(&entry.key, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has: {}", known.join(", ")),
        };
        let message = format!("{what} has no `{}`", entry.key);
        let finding = Diagnostic::error(RULE, message);
        self.found
            .push(finding.label(entry.key_span, "").help(help));
    }

    fn wrong(&mut self, node: Node<'_>, message: &str, help: &str) {
        let finding = Diagnostic::error(RULE, message).label(node.span(), "");
        self.found.push(match help {
            "" => finding,
            help => finding.help(help),
        });
    }
}

fn choice(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    let (last, others) = quoted.split_last().expect("there is a word to choose");
    format!("{} or {last}", others.join(", "))
}
