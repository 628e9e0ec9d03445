//! One state: what it gets, what each of its fields looks at, what it gives (01-fields §1.3, §1.4).

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use foldhash::fast::FixedState;

use super::shape::{Arrays, Found, Shape};
use crate::data::Json;
use crate::language::states::ChoiceRule;
use crate::language::{Body, Catcher, Field, State, StateKind};
use crate::lint::expressions::{Expression, Form};
use crate::lint::is_filled_in_later;
use crate::query::{Argument, Path, PathStep, QueryLanguage, Root, Type, jsonata};
use crate::syntax::{Kind, Node, NodeId, Tree};

/// What is known while a state works.
#[derive(Clone, Debug)]
pub(in crate::lint) struct Stages {
    /// The state's input.
    pub(in crate::lint) input: Shape,
    /// After `InputPath`: what most fields look at.
    pub(in crate::lint) effective: Shape,
    /// After `Parameters` or `ItemSelector`: what branches and iterations get. What a Task is sent
    /// stays unknown here, as nothing that is in the definition sees it.
    pub(in crate::lint) sent: Shape,
    /// What came back, before `ResultSelector`.
    pub(in crate::lint) result: Shape,
    /// After `ResultPath`: what `OutputPath` looks at.
    pub(in crate::lint) placed: Shape,
    /// The state's output.
    pub(in crate::lint) output: Shape,
}

/// The tree with the expressions that were read in it.
pub(super) struct Read<'a> {
    tree: &'a Tree,
    forms: HashMap<NodeId, &'a Form, FixedState>,
}

impl<'a> Read<'a> {
    pub(super) fn of(tree: &'a Tree, expressions: &'a [Expression<'_>]) -> Self {
        let forms = expressions.iter();
        let forms = forms.map(|expression| (expression.node.id(), &*expression.form));
        Self {
            tree,
            forms: forms.collect(),
        }
    }

    fn node(&self, id: NodeId) -> Node<'a> {
        self.tree.node(id)
    }

    /// The path of a field that holds nothing else.
    fn path(&self, id: NodeId) -> Option<&'a Path> {
        match self.forms.get(&id)? {
            Form::Path(path) => Some(path),
            Form::ReferencePath(path) => Some(path.as_path()),
            _ => None,
        }
    }
}

impl Stages {
    pub(super) fn of(read: &Read<'_>, state: &State, input: Shape) -> Self {
        match state.language {
            QueryLanguage::JsonPath => Self::json_path(read, state, input),
            QueryLanguage::Jsonata => Self::jsonata(read, state, input),
        }
    }

    fn json_path(read: &Read<'_>, state: &State, input: Shape) -> Self {
        let effective = through(read, &input, state.io.input_path.as_ref());
        let sent = sent(read, state, &effective);
        let result = result(read, state, &sent);
        let selected = match &state.io.result_selector {
            Some(selector) if works(state) => template(read, read.node(selector.node), &result),
            _ => result.clone(),
        };
        let merges = works(state) || state.kind() == Some(StateKind::Pass);
        let placed = if merges {
            placed(read, &input, selected, state.io.result_path.as_ref())
        } else {
            effective.clone()
        };
        let output = through(read, &placed, state.io.output_path.as_ref());
        Self {
            input,
            effective,
            sent,
            result,
            placed,
            output,
        }
    }

    fn jsonata(read: &Read<'_>, state: &State, input: Shape) -> Self {
        let sent = match (&state.body, &state.io.arguments) {
            (Body::Parallel(_), None) => input.clone(),
            (Body::Parallel(_), Some(field)) => expressions(read.node(field.node), &input),
            _ => Shape::Unknown,
        };
        let result = result(read, state, &input);
        let output = match &state.io.output {
            Some(field) => expressions(read.node(field.node), &input),
            None if works(state) => result.clone(),
            None => input.clone(),
        };
        Self {
            effective: input.clone(),
            placed: output.clone(),
            input,
            sent,
            result,
            output,
        }
    }

    /// What the state that a catcher leads to gets.
    pub(super) fn caught(&self, read: &Read<'_>, state: &State, catcher: &Catcher) -> Shape {
        match state.language {
            QueryLanguage::JsonPath => placed(
                read,
                &self.input,
                ERROR_OUTPUT.clone(),
                catcher.result_path.as_ref(),
            ),
            QueryLanguage::Jsonata if catcher.output.is_some() => Shape::Unknown,
            QueryLanguage::Jsonata => ERROR_OUTPUT.clone(),
        }
    }

    /// What the state that a choice rule leads to gets.
    pub(super) fn chosen(&self, state: &State, rule: &ChoiceRule) -> Shape {
        match (state.language, &rule.output) {
            (QueryLanguage::JsonPath, _) => self.output.clone(),
            (QueryLanguage::Jsonata, Some(_)) => Shape::Unknown,
            (QueryLanguage::Jsonata, None) => self.input.clone(),
        }
    }
}

/// `{"Error": …, "Cause": …}`; both may be `null` (05-retry-catch §5.3).
pub(in crate::lint) static ERROR_OUTPUT: LazyLock<Shape> = LazyLock::new(|| {
    let fields = [("Error", Shape::Unknown), ("Cause", Shape::Unknown)];
    Shape::closed(fields.map(|(name, shape)| (Arc::from(name), shape)))
});

fn works(state: &State) -> bool {
    matches!(
        state.kind(),
        Some(StateKind::Task | StateKind::Parallel | StateKind::Map)
    )
}

fn sent(read: &Read<'_>, state: &State, effective: &Shape) -> Shape {
    match &state.body {
        Body::Map(map) => match map.item_selector.as_ref().or(state.io.parameters.as_ref()) {
            Some(selector) => template(read, read.node(selector.node), effective),
            None => Shape::Unknown,
        },
        Body::Task(_) => Shape::Unknown,
        Body::Pass(_) | Body::Parallel(_) => match &state.io.parameters {
            Some(parameters) => template(read, read.node(parameters.node), effective),
            None => effective.clone(),
        },
        _ => effective.clone(),
    }
}

fn result(read: &Read<'_>, state: &State, sent: &Shape) -> Shape {
    match &state.body {
        Body::Pass(pass) => match &pass.result {
            Some(result) => {
                let value = result.json(read.tree);
                if holds_placeholder(&value) {
                    Shape::Unknown
                } else {
                    Shape::Literal(value)
                }
            }
            None => sent.clone(),
        },
        Body::Parallel(_) => Shape::Typed(Type::Array),
        Body::Map(map) if !map.is_distributed() => Shape::Typed(Type::Array),
        _ => Shape::Unknown,
    }
}

/// Whether a deployment changes a value, or a part of it.
fn holds_placeholder(value: &Json) -> bool {
    value.text().contains("${")
        || value.text().contains("\"Fn::")
        || value.text().contains("\"Ref\"")
}

/// A value after `InputPath` or `OutputPath`.
fn through(read: &Read<'_>, value: &Shape, path: Option<&Field<Option<Arc<str>>>>) -> Shape {
    match path.map(|field| (field.value.as_deref(), field.node)) {
        None => value.clone(),
        Some((None, _)) => Shape::empty_object(),
        Some((Some(_), node)) => {
            let path = read.path(node);
            path.map_or(Shape::Unknown, |path| follow(path, value))
        }
    }
}

fn placed(
    read: &Read<'_>,
    input: &Shape,
    result: Shape,
    path: Option<&Field<Option<Arc<str>>>>,
) -> Shape {
    match path.map(|field| (field.value.as_deref(), field.node)) {
        None => result,
        Some((None, _)) => input.clone(),
        Some((Some(_), node)) => match read.path(node) {
            Some(path) if *path.root() == Root::Input => match path.plain_steps() {
                Some(steps) => input.written(steps, result),
                None => Shape::Unknown,
            },
            _ => Shape::Unknown,
        },
    }
}

/// What a path gives on a value.
fn follow(path: &Path, value: &Shape) -> Shape {
    find(path, value).map_or(Shape::Unknown, Found::or_unknown)
}

/// What a path comes to on a value; `None` when its steps are not followed.
pub(in crate::lint) fn find(path: &Path, value: &Shape) -> Option<Found> {
    let steps = path.plain_steps()?;
    match path.root() {
        Root::Input => Some(value.find(steps, Arrays::Miss)),
        Root::Context | Root::Variable(_) => None,
    }
}

/// What a payload template makes of a value; bounded by the depth of a tree.
fn template(read: &Read<'_>, node: Node<'_>, value: &Shape) -> Shape {
    if is_filled_in_later(node) {
        return Shape::Unknown;
    }
    match node.kind() {
        Kind::Object(entries) => Shape::closed(entries.iter().map(|entry| {
            let inner = node.tree().node(entry.value);
            match entry.key.strip_suffix(".$") {
                Some(name) => (Arc::from(name), argument(read, inner, value)),
                None => (entry.key.clone(), template(read, inner, value)),
            }
        })),
        Kind::Array(_) => Shape::Typed(Type::Array),
        _ => Shape::Literal(node.to_json()),
    }
}

fn argument(read: &Read<'_>, node: Node<'_>, value: &Shape) -> Shape {
    match read.forms.get(&node.id()) {
        Some(Form::Argument(Argument::Path(path))) => follow(path, value),
        Some(Form::Argument(Argument::Intrinsic(call))) => Shape::Typed(call.function().result),
        _ => Shape::Unknown,
    }
}

/// What `$states.input.name.name` gives; other expressions are not followed.
fn of_input(expression: &str, input: &Shape) -> Shape {
    let mut names = expression.split('.');
    if (names.next(), names.next()) != (Some("$states"), Some("input")) {
        return Shape::Unknown;
    }
    let names: Vec<&str> = names.collect();
    let is_name = |name: &&str| {
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if !names.iter().all(is_name) {
        return Shape::Unknown;
    }
    let steps = names.into_iter().map(PathStep::Key);
    input.find(steps, Arrays::Map).or_unknown()
}

/// What a value with expressions in it gives, when the state's input is this; bounded by the
/// depth of a tree.
fn expressions(node: Node<'_>, input: &Shape) -> Shape {
    if is_filled_in_later(node) {
        return Shape::Unknown;
    }
    match node.kind() {
        Kind::Object(entries) => Shape::closed(entries.iter().map(|entry| {
            let inner = node.tree().node(entry.value);
            (entry.key.clone(), expressions(inner, input))
        })),
        Kind::Array(_) => Shape::Typed(Type::Array),
        Kind::String(text) => match jsonata::strip_delimiters(text) {
            Some(expression) => of_input(expression, input),
            None => Shape::Literal(node.to_json()),
        },
        _ => Shape::Literal(node.to_json()),
    }
}
