//! Every expression of a definition, read once for all rules.

use std::rc::Rc;

use foldhash::{HashMap, HashMapExt};

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
    /// What it says. Texts that stand in several places are read once.
    pub(super) form: Rc<Form>,
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
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let (itself, inside) = match &*self.form {
            Form::Path(path) | Form::Argument(Argument::Path(path)) => (Some(path), Vec::new()),
            Form::ReferencePath(path) if self.site.slot != Slot::ResultPath => {
                (Some(path.as_path()), Vec::new())
            }
            Form::Argument(Argument::Intrinsic(call)) => (None, call.paths()),
            _ => (None, Vec::new()),
        };
        itself.into_iter().chain(inside)
    }
}

/// The expressions of a machine, states in the order of their scopes, and its payload templates.
pub(super) fn read<'a>(tree: &'a Tree, graph: &Graph<'a>) -> (Vec<Expression<'a>>, Vec<Node<'a>>) {
    let (mut found, mut templates) = (Vec::new(), Vec::new());
    let mut known = HashMap::new();
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
                    known: &mut known,
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
    /// The paths and calls that were read.
    known: &'f mut HashMap<(Grammar, &'a str), Rc<Form>>,
    found: &'f mut Vec<Expression<'a>>,
}

/// What a text of JSONPath is read as.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Grammar {
    Path,
    ReferencePath,
    /// A path or a call.
    Argument,
}

impl<'a> Reader<'a, '_> {
    fn site(&mut self) {
        match self.site.slot {
            Slot::Template => self.template(),
            Slot::Jsonata(members) => self.jsonata(members),
            Slot::Path => self.whole(Grammar::Path),
            Slot::ReferencePath | Slot::ResultPath => self.whole(Grammar::ReferencePath),
            Slot::Argument => self.whole(Grammar::Argument),
        }
    }

    /// A field that is one expression. What is no string is for the schema to tell; `null` is a
    /// value of some.
    fn whole(&mut self, grammar: Grammar) {
        if let Some(text) = self.site.node.as_str() {
            let form = self.read(grammar, text);
            self.add(self.site.field, self.site.node, text, form);
        }
    }

    fn read(&mut self, grammar: Grammar, text: &'a str) -> Rc<Form> {
        let known = self.known.entry((grammar, text));
        Rc::clone(known.or_insert_with(|| Rc::new(form(grammar, text))))
    }

    fn add(&mut self, field: &'a str, node: Node<'a>, text: &'a str, form: Rc<Form>) {
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
                        let form = self.read(Grammar::Argument, text);
                        self.add(&entry.key, value, text, form);
                    }
                    None if is_filled_in_later(value) => {
                        self.add(&entry.key, value, "", Rc::new(Form::Later));
                    }
                    None => self.add(&entry.key, value, "", Rc::new(Form::NoString)),
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
                self.add(field, node, text, Rc::new(form));
            }
        }
    }
}

fn form(grammar: Grammar, text: &str) -> Form {
    if is_placeholder(text) {
        return Form::Later;
    }
    match grammar {
        Grammar::Path => match Path::parse(text) {
            Ok(path) => path
                .fault()
                .cloned()
                .map_or_else(|| Form::Path(path), Form::BadPath),
            Err(error) => Form::BadPath(error),
        },
        Grammar::ReferencePath => match ReferencePath::parse(text) {
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
        Grammar::Argument => match Argument::parse(text) {
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
