//! Every expression of a definition, read once for all rules.

use crate::graph::{Graph, Vertex};
use crate::language::State;
use crate::language::expressions::{Site, Slot, sites};
use crate::query::jsonata::{self, Members};
use crate::query::{Argument, Path, ReferencePath, SyntaxError};
use crate::syntax::{Node, Source, Span, Tree};

use super::{is_filled_in_later, is_placeholder};

/// A text that is an expression, or should be one.
pub(super) struct Expression<'a> {
    pub(super) state: &'a State,
    /// Where the state stands in the graph.
    pub(super) vertex: Vertex,
    /// The scope of the state: its place in `Context::scopes`.
    pub(super) scope: usize,
    /// The field as messages name it: `InputPath`, `value.$`.
    pub(super) field: &'a str,
    /// What the field it stands in is.
    pub(super) site: Site<'a>,
    /// The string.
    pub(super) node: Node<'a>,
    /// Its text.
    pub(super) text: &'a str,
    /// What it says.
    pub(super) form: Form,
}

/// What an expression says, or why it says nothing.
pub(super) enum Form {
    Path(Path),
    Argument(Argument),
    ReferencePath(ReferencePath),
    Jsonata(Box<jsonata::Reading>, Members),
    /// No path at all, or not as `JSONPath` is written.
    BadPath(SyntaxError),
    /// A path, but not one that names a single place.
    NotOnePlace(SyntaxError),
    /// A call of an intrinsic function with a fault.
    BadCall(SyntaxError),
    /// Neither a path nor a call.
    Neither,
    BadJsonata(jsonata::SyntaxError),
    /// A value of a template under a key that ends in `.$`, which is no string.
    NoString,
    /// `{%` without `%}`, or the other way round.
    HalfDelimited,
    /// A deployment fills it in.
    Later,
}

impl Expression<'_> {
    /// The place of a part of the expression: bytes from its start.
    pub(super) fn place(&self, source: &Source, offset: usize, len: usize) -> Span {
        let shift = match jsonata::strip_delimiters(self.text) {
            Some(inner) if matches!(self.site.slot, Slot::Jsonata(_)) => {
                self.text.find(inner).unwrap_or(0)
            }
            _ => 0,
        };
        source.within(self.node.span(), shift + offset, len)
    }

    /// The paths that it reads.
    pub(super) fn paths(&self) -> Vec<&Path> {
        match &self.form {
            Form::Path(path) => vec![path],
            Form::ReferencePath(path) if self.site.slot != Slot::ResultPath => {
                vec![path.as_path()]
            }
            Form::Argument(argument) => argument.paths(),
            _ => Vec::new(),
        }
    }
}

/// The expressions of a machine, states in the order of their scopes, and its payload templates.
pub(super) fn read<'a>(tree: &'a Tree, graph: &Graph<'a>) -> (Vec<Expression<'a>>, Vec<Node<'a>>) {
    let (mut found, mut templates) = (Vec::new(), Vec::new());
    for (index, scope) in graph.scopes().enumerate() {
        for (vertex, state) in scope.states() {
            for site in sites(state, tree.node(state.node)) {
                if site.slot == Slot::Template {
                    templates.push(site.node);
                }
                let mut reader = Reader {
                    state,
                    vertex,
                    scope: index,
                    site,
                    found: &mut found,
                };
                reader.site();
            }
        }
    }
    (found, templates)
}

struct Reader<'a, 'f> {
    state: &'a State,
    vertex: Vertex,
    scope: usize,
    site: Site<'a>,
    found: &'f mut Vec<Expression<'a>>,
}

impl<'a> Reader<'a, '_> {
    fn site(&mut self) {
        match self.site.slot {
            Slot::Template => self.template(),
            Slot::Jsonata(members) => self.jsonata(members),
            slot => {
                // What is no string is for the schema to tell; `null` is a value of some.
                if let Some(text) = self.site.node.as_str() {
                    self.add(self.site.field, self.site.node, text, form(slot, text));
                }
            }
        }
    }

    fn add(&mut self, field: &'a str, node: Node<'a>, text: &'a str, form: Form) {
        self.found.push(Expression {
            state: self.state,
            vertex: self.vertex,
            scope: self.scope,
            field,
            site: self.site,
            node,
            text,
            form,
        });
    }

    fn template(&mut self) {
        let mut pending = vec![self.site.node];
        while let Some(node) = pending.pop() {
            pending.extend(node.items());
            for entry in node.entries() {
                let value = node.tree().node(entry.value);
                if !entry.key.ends_with(".$") {
                    pending.push(value);
                    continue;
                }
                match value.as_str() {
                    Some(text) => {
                        let form = form(Slot::Argument, text);
                        self.add(&entry.key, value, text, form);
                    }
                    None if is_filled_in_later(value) => {
                        self.add(&entry.key, value, "", Form::Later);
                    }
                    None => self.add(&entry.key, value, "", Form::NoString),
                }
            }
        }
    }

    fn jsonata(&mut self, members: Members) {
        let mut pending = vec![(self.site.field, self.site.node)];
        while let Some((field, node)) = pending.pop() {
            pending.extend(node.items().map(|item| (field, item)));
            let entries = node.entries().iter();
            let tree = node.tree();
            pending.extend(entries.map(|entry| (&*entry.key, tree.node(entry.value))));
            let Some(text) = node.as_str() else {
                continue;
            };
            if let Some(form) = jsonata_form(text, members) {
                self.add(field, node, text, form);
            }
        }
    }
}

fn form(slot: Slot, text: &str) -> Form {
    if is_placeholder(text) {
        return Form::Later;
    }
    match slot {
        Slot::Path => match Path::parse(text) {
            Ok(path) => path
                .fault()
                .cloned()
                .map_or_else(|| Form::Path(path), Form::BadPath),
            Err(error) => Form::BadPath(error),
        },
        Slot::ReferencePath | Slot::ResultPath => match ReferencePath::parse(text) {
            Ok(path) => Form::ReferencePath(path),
            // A path that is none at all is another mistake.
            Err(error) => match Path::parse(text) {
                Ok(path) => path
                    .fault()
                    .cloned()
                    .map_or(Form::NotOnePlace(error), Form::BadPath),
                Err(error) => Form::BadPath(error),
            },
        },
        Slot::Argument | Slot::Template | Slot::Jsonata(_) => match Argument::parse(text) {
            Ok(Argument::Path(path)) => match path.fault().cloned() {
                None => Form::Argument(Argument::Path(path)),
                Some(error) => Form::BadPath(error),
            },
            Ok(argument) => Form::Argument(argument),
            Err(error) if text.trim_start().starts_with('$') => Form::BadPath(error),
            Err(error) if text.trim_start().starts_with("States.") => Form::BadCall(error),
            Err(_) => Form::Neither,
        },
    }
}

/// What a string in a field of JSONata is; `None` for plain text.
fn jsonata_form(text: &str, members: Members) -> Option<Form> {
    if let Some(inner) = jsonata::strip_delimiters(text) {
        if is_placeholder(text) {
            return Some(Form::Later);
        }
        return Some(match jsonata::Reading::of(inner) {
            Ok(expression) => Form::Jsonata(Box::new(expression), members),
            Err(error) => Form::BadJsonata(error),
        });
    }
    let trimmed = text.trim();
    (trimmed.starts_with("{%") || trimmed.ends_with("%}")).then_some(Form::HalfDelimited)
}
