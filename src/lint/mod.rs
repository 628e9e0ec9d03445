//! What is wrong with a definition: the schema check and the rules.
//!
//! Readers report what they cannot read; everything else that AWS would reject, or that cannot
//! work, is found here. Each rule is one file whose opening comment is its page. Rules look at
//! the tolerant model, so a broken definition gets every finding that still makes sense, and a
//! rule keeps silent where another one has named the cause.

mod context;
mod expressions;
mod file;
mod flow;
mod handlers;
mod integrations;
mod levels;
mod maps;
mod resources;
mod rules;
mod schema;
mod silence;
mod tasks;
mod variables;

pub use file::{Substituted, check_file, check_substitutions, missing_definition};
pub use levels::Levels;
pub use rules::{Category, RULES, Rule, rule};
pub use schema::published as definition_schema;
pub use schema::{AllowedField, Inner, Shape};
pub use silence::silence;

use foldhash::HashSet;

use crate::language::{StateMachine, StateMachineType};
use crate::syntax::{Diagnostic, Kind, Node, Source, Span, Tree, similar};
use context::Context;

/// A definition as it is checked.
#[derive(Clone, Copy, Debug)]
pub struct Definition<'a> {
    /// The text it stands in.
    pub source: &'a Source,
    /// What was read of the text.
    pub tree: &'a Tree,
    /// The definition in the tree: the whole of it, or a part, as in a template.
    pub machine: &'a StateMachine,
}

/// What is known of a definition beside its text, and which rules count.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The type of state machine it is for, when that is known.
    pub machine_type: Option<StateMachineType>,
    /// The levels of the rules.
    pub levels: Levels,
}

/// Checks a definition: what its model's reader found, what the schema and every rule find, in
/// the order of the text. What the syntax reader found is not in here.
///
/// ```
/// use aslkit::syntax::{Format, Source, read};
/// use aslkit::{language, lint};
///
/// let text = r#"{"StartAt": "Shp", "States": {"Ship": {"Type": "Succeed"}}}"#;
/// let source = Source::new("order.asl.json", text);
/// let (tree, _) = read(&source, Format::Json);
/// let (machine, found) = language::read(&tree);
/// let definition = lint::Definition { source: &source, tree: &tree, machine: &machine };
/// let found = lint::check(definition, found, &lint::Options::default());
/// assert_eq!(found[0].rule, "unknown-target");
/// assert_eq!(found[0].help.as_deref(), Some("did you mean \"Ship\"?"));
/// ```
#[must_use]
pub fn check(
    definition: Definition<'_>,
    model_diagnostics: Vec<Diagnostic>,
    options: &Options,
) -> Vec<Diagnostic> {
    let Definition { tree, machine, .. } = definition;
    let mut found = model_diagnostics;
    found.retain(|diagnostic| !is_about_later(tree, diagnostic));
    let mistyped: HashSet<Span> = found.iter().map(Diagnostic::span).collect();
    schema::check(
        tree.node(machine.flow.node),
        machine.language(),
        &mistyped,
        &mut found,
    );
    let context = Context::new(definition, options);
    for rule in options.levels.rules_on() {
        (rule.check)(&context, &mut found);
    }
    sort(&mut found);
    options.levels.apply(&mut found);
    found
}

/// By place, then errors first; what is said twice is said once.
fn sort(found: &mut Vec<Diagnostic>) {
    let key = |diagnostic: &Diagnostic| {
        let severity = std::cmp::Reverse(diagnostic.severity);
        (diagnostic.span(), severity, diagnostic.rule)
    };
    found.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message)));
    found.dedup_by(|a, b| key(a) == key(b) && a.message == b.message);
}

/// The candidate nearest to a name that does not exist: what was meant, most likely.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    similar::nearest(name, candidates)
}

/// Whether a string holds a placeholder such as `${Name}`, whose value only a deployment knows.
fn is_placeholder(text: &str) -> bool {
    // One character is found faster than two.
    let mut dollars = text.match_indices('$');
    let opens = dollars.find(|(at, _)| text[at + 1..].starts_with('{'));
    opens.is_some_and(|(start, _)| text[start..].contains('}'))
}

/// Whether a deployment fills a value in: it holds a placeholder, or is a function of a template
/// such as `{"Ref": "Topic"}`. Such a value may be anything.
fn is_filled_in_later(node: Node<'_>) -> bool {
    match node.kind() {
        Kind::String(text) => is_placeholder(text),
        Kind::Object(entries) => match &entries[..] {
            [only] => &*only.key == "Ref" || only.key.starts_with("Fn::"),
            _ => false,
        },
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Array(_) => false,
    }
}

/// Whether a deployment adds fields to an object: a placeholder stands among the keys.
fn has_later_fields(node: Node<'_>) -> bool {
    node.entries()
        .iter()
        .any(|entry| is_placeholder(&entry.key))
}

fn is_about_later(tree: &Tree, diagnostic: &Diagnostic) -> bool {
    diagnostic.rule == rules::WRONG_TYPE.name && is_filled_in_later(tree.node_at(diagnostic.span()))
}

/// A value as messages repeat it: scalars as they are written, the rest by its type.
fn shown(node: Node<'_>) -> String {
    match node.kind() {
        Kind::String(text) => quoted(text),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) => node.to_json().text().into_owned(),
        Kind::Array(_) => "an array".to_owned(),
        Kind::Object(_) => "an object".to_owned(),
    }
}

/// A name or text in double quotes, cut when it is long.
fn quoted(text: &str) -> String {
    const MOST: usize = 100;
    match text.char_indices().nth(MOST) {
        None => format!("\"{text}\""),
        Some((cut, _)) => format!("\"{}…\"", &text[..cut]),
    }
}

/// A text as the JSON string that an edit writes.
fn json_string(text: &str) -> String {
    crate::data::Json::from(text).text().into_owned()
}

#[cfg(test)]
pub(crate) mod tests;
