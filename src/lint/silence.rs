//! Silencing: a definition's own comments accept findings, and say why.
//!
//! `"Comment": "asl-ignore: RULE[, RULE] reason"` counts for the object it stands in, with the
//! name of that object; `# asl-ignore: RULE` in YAML for what begins on its line. Whoever wants
//! to silence a category names that. A comment that silences nothing is a finding itself.

#[cfg(test)]
mod tests;
mod yaml;

use std::cmp::Reverse;

use foldhash::{HashMap, HashMapExt};

use super::{Category, Levels, RULES, nearest, quoted, rules};
use crate::syntax::{Diagnostic, Format, Node, Severity, Source, Span, Tree};

/// What a comment that silences begins with.
const MARK: &str = "asl-ignore:";

/// What stands before the name of a rule where findings are drawn, and is copied with it.
const PREFIX: &str = "asl::";

/// Takes out the findings that the text's own comments accept, and adds what is wrong with those
/// comments. `tree` is what was read of the text; `findings` are all that were made in it, by
/// readers and by [`check`](super::check), and have their levels already.
///
/// The rule `syntax` cannot be silenced: what was not read cannot be judged. A definition that is
/// written as a string in another file is a text of its own.
///
/// ```
/// use aslkit::lint::{Levels, silence};
/// use aslkit::syntax::{Diagnostic, Format, Source, Span, read};
///
/// let text = r#"{"States": {"A": {"Comment": "asl-ignore: graph kept for the rollback"}}}"#;
/// let source = Source::new("order.asl.json", text);
/// let (tree, _) = read(&source, Format::Json);
/// let lost = Diagnostic::warning("unreachable-state", "nothing leads to \"A\"");
/// let mut findings = vec![lost.label(Span::new(12, 15), "")];
/// silence(&source, &tree, &Levels::default(), &mut findings);
/// assert_eq!(findings, []);
/// ```
pub fn silence(source: &Source, tree: &Tree, levels: &Levels, findings: &mut Vec<Diagnostic>) {
    let mut silencers = silencers(source, tree);
    if silencers.is_empty() {
        return;
    }
    remove(findings, &mut silencers);
    // Rules have not looked at a text that was only half read.
    let is_broken = findings
        .iter()
        .any(|finding| finding.rule == rules::SYNTAX.name && finding.severity == Severity::Error);
    let about = silencers.iter();
    let mut about: Vec<Diagnostic> = about
        .filter_map(|silencer| silencer.finding(levels, is_broken))
        .collect();
    remove(&mut about, &mut silencers);
    findings.append(&mut about);
    super::sort(findings);
}

/// A name in a comment that silences.
struct Silencer {
    /// Where the findings stand that it silences.
    scope: Span,
    /// The rule or the category; empty where one is missing.
    name: String,
    /// Where the name stands.
    span: Span,
    is_used: bool,
}

impl Silencer {
    /// What is wrong with it.
    fn finding(&self, levels: &Levels, is_broken: bool) -> Option<Diagnostic> {
        let own = [&rules::UNKNOWN_RULE, &rules::UNUSED_IGNORE].map(|rule| rule.name);
        let mut meant = RULES
            .iter()
            .filter(|rule| rule.name == self.name || rule.category.as_str() == self.name)
            .peekable();
        if meant.peek().is_none() && !is_category(&self.name) {
            return Some(self.unknown());
        }
        let is_idle = self.is_used || is_broken || own.contains(&&*self.name);
        (!is_idle && meant.any(|rule| levels.is_on(rule.name))).then(|| self.unused())
    }

    fn unknown(&self) -> Diagnostic {
        if self.name.is_empty() {
            return rules::UNKNOWN_RULE
                .finding("`asl-ignore` names no rule")
                .label(self.span, "a rule or a category is expected here")
                .help("write its name behind the colon, such as `asl-ignore: unreachable-state`");
        }
        let categories = Category::ALL.iter().map(|category| category.as_str());
        let known = RULES.iter().map(|rule| rule.name).chain(categories);
        let help = match nearest(&self.name, known) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => {
                "`asl rules` lists them; the reason follows the names without a comma".to_owned()
            }
        };
        let message = format!("there is no rule and no category {}", quoted(&self.name));
        rules::UNKNOWN_RULE
            .finding(message)
            .label(self.span, "silences nothing")
            .help(help)
    }

    fn unused(&self) -> Diagnostic {
        let help = if self.name == rules::SYNTAX.name {
            "the rule `syntax` cannot be silenced; `duplicate-key` can"
        } else {
            "remove it, or move it to what it is about"
        };
        rules::UNUSED_IGNORE
            .finding(format!("`{MARK} {}` silences nothing", self.name))
            .label(self.span, "no such finding here")
            .help(help)
    }
}

fn is_category(name: &str) -> bool {
    Category::ALL
        .iter()
        .any(|category| category.as_str() == name)
}

fn silencers(source: &Source, tree: &Tree) -> Vec<Silencer> {
    // Most texts have none, and pay for nothing else.
    if !source.text.contains(MARK) {
        return Vec::new();
    }
    let objects = tree.nodes();
    let mut found: Vec<Silencer> = objects.flat_map(|it| members(source, it)).collect();
    if Format::of(&source.name, &source.text) == Format::Yaml {
        found.extend(yaml::silencers(&source.text, tree));
    }
    found
}

/// What the members `Comment` of an object silence. What a YAML alias repeats counts where it is
/// anchored, where its findings are too.
fn members<'a>(source: &'a Source, object: Node<'a>) -> impl Iterator<Item = Silencer> + 'a {
    let is_whole = object.id() == object.tree().root().id();
    let comments = object
        .entries()
        .iter()
        .filter(|entry| &*entry.key == "Comment");
    let nodes = comments.map(move |entry| object.tree().node(entry.value));
    let own = nodes.filter(move |node| node.parent().is_some_and(|p| p.id() == object.id()));
    own.flat_map(move |node| {
        let text = node.as_str().map_or("", |text| &**text);
        let start = text.len() - text.trim_start().len();
        let Some(listed) = text[start..].strip_prefix(MARK) else {
            return Vec::new();
        };
        let scope = if is_whole {
            EVERYTHING
        } else {
            with_name(object)
        };
        let place = |offset: usize, len: usize| {
            source.within(node.span(), start + MARK.len() + offset, len)
        };
        names(listed, scope, place)
    })
}

const EVERYTHING: Span = Span {
    start: 0,
    end: u32::MAX,
};

/// The place of an object with the key that it stands under.
fn with_name(object: Node<'_>) -> Span {
    let span = object.span();
    let key = object.own_entry().map(|entry| entry.key_span.start);
    let start = key.filter(|key| *key <= span.start);
    Span {
        start: start.unwrap_or(span.start),
        ..span
    }
}

/// The names that a comment lists behind its mark; what follows the last one is the reason.
fn names(listed: &str, scope: Span, place: impl Fn(usize, usize) -> Span) -> Vec<Silencer> {
    let mut names = Vec::new();
    let mut rest = listed;
    loop {
        rest = rest.trim_start();
        rest = rest.strip_prefix(PREFIX).unwrap_or(rest);
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        names.push(Silencer {
            scope,
            name: rest[..len].to_owned(),
            span: place(listed.len() - rest.len(), len),
            is_used: false,
        });
        match rest[len..].trim_start().strip_prefix(',') {
            Some(next) => rest = next,
            None => return names,
        }
    }
}

/// Takes out the findings whose place lies in the scope of a silencer that names their rule.
///
/// Of silencers with one name, the innermost is used: another one around it silences nothing.
/// Scopes lie within each other or apart, so that the innermost is on top of its stack, and the
/// cost is that of sorting, however many there are.
fn remove(findings: &mut Vec<Diagnostic>, silencers: &mut [Silencer]) {
    silencers.sort_by_key(|silencer| (silencer.scope.start, Reverse(silencer.scope.end)));
    let mut order: Vec<usize> = (0..findings.len()).collect();
    order.sort_by_key(|at| findings[*at].span());
    let mut is_silent = vec![false; findings.len()];
    let mut used = vec![false; silencers.len()];
    let mut coming = silencers.iter().enumerate().peekable();
    let mut open: HashMap<&str, Vec<usize>> = HashMap::new();
    for at in order {
        let span = findings[at].span();
        while let Some((index, next)) = coming.next_if(|(_, s)| s.scope.start <= span.start) {
            open.entry(&next.name).or_default().push(index);
        }
        for name in names_of(findings[at].rule) {
            let Some(stack) = open.get_mut(name) else {
                continue;
            };
            let end = |index: &usize| silencers[*index].scope.end;
            while stack.last().is_some_and(|last| end(last) < span.start) {
                stack.pop();
            }
            if let Some(index) = stack.iter().rev().find(|index| end(index) >= span.end) {
                used[*index] = true;
                is_silent[at] = true;
            }
        }
    }
    for (silencer, is_used) in silencers.iter_mut().zip(used) {
        silencer.is_used |= is_used;
    }
    let mut is_silent = is_silent.into_iter();
    findings.retain(|_| !is_silent.next().unwrap_or_default());
}

/// What silences the findings of a rule: its name and that of its category.
fn names_of(rule: &'static str) -> impl Iterator<Item = &'static str> {
    let category = super::rule(rule).map(|rule| rule.category.as_str());
    // The category `syntax` has other rules too.
    let names = [Some(rule), category].into_iter().flatten();
    names.filter(move |_| rule != rules::SYNTAX.name)
}
