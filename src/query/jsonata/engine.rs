//! The only file that knows the JSONata crate: compile, look into the tree, evaluate.
//!
//! Documents go in as sources read one level at a time and come out through a builder. Every
//! array and object that the evaluation reaches is a member of one table, so that one that comes
//! out unchanged comes out as the handle that went in.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::rc::{Rc, Weak};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use jlens_core::ast::{Attrs, BinaryOp, NodeKind};
use jlens_core::input::{Sink, Source, Sources};
use jlens_core::output::{Builder, Member};
use jlens_core::{Bindings, Error, HostFunction, Node, Options};

use super::functions::{Body, FUNCTIONS};
use super::{EvaluationError, SyntaxError};
use crate::data::{Json, Keyed, Number, Object, Timestamp, limits};

/// How deep calls and operators may nest while evaluating. AWS stops at 100 by a count of its
/// own; ours only has to stop what does not end.
const MAX_CALL_DEPTH: usize = 100;

/// How many nodes one evaluation may visit: about half a second's work.
const MAX_STEPS: u64 = 2_000_000;

/// The same for an expression with a regular expression: 1 024 steps of backtracking count as one
/// visit but take a hundred times as long.
const MAX_STEPS_WITH_REGEX: u64 = MAX_STEPS / 10;

/// The stack of an evaluation that may loop, in bytes; pages never touched cost nothing. The
/// engine drops closures, and values held twice, by recursion: a loop of [`MAX_STEPS`] can nest
/// them so deep that the drop takes 128 MB, and six times that in a build without optimisation.
const LOOP_STACK: usize = if cfg!(debug_assertions) {
    1 << 30
} else {
    256 << 20
};

/// The longest array an evaluation may build.
const MAX_ITEMS: usize = 1_000_000;

/// The longest string and the largest result, in bytes: measured on AWS by others.
const MAX_BYTES: usize = 6_990_256;

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Compiled {
    expression: jlens_core::Expression,
    /// Whether it may draw random numbers by one of our functions.
    draws: bool,
    /// Whether it defines a function, without which nothing loops for long.
    loops: bool,
    max_steps: u64,
}

/// What one evaluation starts from.
pub(super) struct Run<'a> {
    /// The document that `$` and bare names read.
    pub(super) document: Option<&'a Json>,
    /// Variables that take the place of built-in functions.
    pub(super) shadows: &'a [(&'a str, &'a Json)],
    pub(super) now: Timestamp,
    pub(super) random: &'a mut Keyed,
}

/// What an expression reads, and of what form it is.
#[derive(Debug, Default)]
pub(super) struct Analysis {
    /// The free variables, `states` included, in alphabetical order; built-in functions are not
    /// among them.
    pub(super) variables: Vec<Arc<str>>,
    /// The built-in functions named.
    pub(super) built_ins: Vec<Arc<str>>,
    /// The members of `$states` read; `None` when it is read as a whole.
    pub(super) states: Option<BTreeSet<String>>,
    /// The variable and the fields, when the expression is nothing but `$variable.field.field`.
    pub(super) path: Option<Vec<Arc<str>>>,
    /// The operation, when the expression is one.
    pub(super) arithmetic: Option<Arithmetic>,
}

/// An arithmetic operation on two parts of the source.
#[derive(Clone, Debug)]
pub(super) struct Arithmetic {
    /// Whether the sign of the result depends on both operands.
    pub(super) is_product: bool,
    pub(super) left: Range<usize>,
    pub(super) right: Range<usize>,
    /// The operation, which the engine names when it fails itself.
    pub(super) whole: Range<usize>,
}

impl Compiled {
    /// Compiles an expression of JSONata 2.0.6.
    pub(super) fn compile(source: &str) -> Result<Self, SyntaxError> {
        let expression =
            jlens_core::Expression::compile(source).map_err(|error| syntax_error(&error))?;
        let root = &expression.ast().root;
        let draws = names(root).any(is_random);
        let loops = nodes(root).any(|node| matches!(node.kind, NodeKind::Lambda(_)));
        let has_regex = nodes(root).any(|node| matches!(node.kind, NodeKind::Regex { .. }));
        let max_steps = if has_regex {
            MAX_STEPS_WITH_REGEX
        } else {
            MAX_STEPS
        };
        let compiled = Self {
            expression,
            draws,
            loops,
            max_steps,
        };
        match compiled.later_operator() {
            Some(error) => Err(error),
            None => Ok(compiled),
        }
    }

    /// The error of 2.0.6 at the first `??` or `?:`, which later versions know.
    fn later_operator(&self) -> Option<SyntaxError> {
        let fallbacks = nodes(self.root()).filter_map(|node| match &node.kind {
            NodeKind::Fallback { op, .. } => Some((node.pos, op.symbol())),
            _ => None,
        });
        let (end, symbol) = fallbacks.min()?;
        let symbol = &symbol[1..];
        Some(SyntaxError {
            offset: end.saturating_sub(1),
            len: 1,
            code: "S0211".into(),
            message: format!("The symbol \"{symbol}\" cannot be used as a unary operator"),
        })
    }

    fn root(&self) -> &Node {
        &self.expression.ast().root
    }

    /// What the expression reads, found without evaluating it.
    pub(super) fn analyse(&self) -> Analysis {
        let reads = self.expression.reads_with(&HOST);
        let names = reads.bindings().keys();
        let variables =
            names.filter(|name| is_variable(name) && !BUILT_INS.contains(name.as_str()));
        let states = reads.binding("states").map(|read| {
            let fields = read.fields()?;
            Some(fields.keys().cloned().collect())
        });
        Analysis {
            variables: variables.map(|name| name.as_str().into()).collect(),
            built_ins: self.built_ins(),
            states: states.unwrap_or_else(|| Some(BTreeSet::new())),
            path: self.path(),
            arithmetic: self.arithmetic(),
        }
    }

    fn built_ins(&self) -> Vec<Arc<str>> {
        let names: BTreeSet<&str> = names(self.root())
            .filter(|name| BUILT_INS.contains(name))
            .collect();
        names.into_iter().map(Arc::from).collect()
    }

    fn path(&self) -> Option<Vec<Arc<str>>> {
        let root = self.root();
        let steps = match &root.kind {
            NodeKind::Path {
                steps,
                keep_singleton_array: false,
            } => steps.as_slice(),
            NodeKind::Variable { .. } => std::slice::from_ref(root),
            _ => return None,
        };
        if !is_plain(&root.attrs) || !steps.iter().all(|step| is_plain(&step.attrs)) {
            return None;
        }
        let [first, fields @ ..] = steps else {
            return None;
        };
        let variable = match &first.kind {
            NodeKind::Variable { name }
                if is_variable(name) && !BUILT_INS.contains(name.as_str()) =>
            {
                name
            }
            _ => return None,
        };
        let fields = fields.iter().map(|step| match &step.kind {
            NodeKind::Name { name } => Some(name.as_str().into()),
            _ => None,
        });
        std::iter::once(Some(variable.as_str().into()))
            .chain(fields)
            .collect()
    }

    fn arithmetic(&self) -> Option<Arithmetic> {
        let root = self.root();
        let NodeKind::Binary { op, lhs, rhs } = &root.kind else {
            return None;
        };
        let is_product = match op {
            BinaryOp::Mul | BinaryOp::Div | BinaryOp::Mod => true,
            BinaryOp::Add | BinaryOp::Sub => false,
            _ => return None,
        };
        Some(Arithmetic {
            is_product,
            left: lhs.span.start..lhs.span.end,
            right: rhs.span.start..rhs.span.end,
            whole: root.span.start..root.span.end,
        })
    }

    /// Evaluates: `None` is undefined or a function.
    pub(super) fn evaluate(&self, mut run: Run<'_>) -> Result<Option<Json>, EvaluationError> {
        if self.loops {
            stacker::grow(LOOP_STACK, || self.evaluate_here(&mut run))
        } else {
            self.evaluate_here(&mut run)
        }
    }

    fn evaluate_here(&self, run: &mut Run<'_>) -> Result<Option<Json>, EvaluationError> {
        let options = self.options(run.now, run.random.bits());
        let drawn = Arc::new(Mutex::new(run.random.clone()));
        let own = self.own_bindings(run.shadows, &drawn);
        let bindings = own.as_ref().unwrap_or(&HOST);
        let reached = Reached::new();
        let input = Input {
            document: run.document,
            reached: reached.clone(),
        };
        let mut writer = Writer {
            reached,
            keys: HashSet::new(),
        };
        let expression = &self.expression;
        let result = expression.evaluate_source_to(&input, bindings, &options, |output| {
            output.write(&mut writer)
        });
        *run.random = lock(&drawn).clone();
        match result.map_err(|error| evaluation_error(&error))? {
            Some(value) if value.depth() > limits::MAX_DEPTH => Err(too_large()),
            value => Ok(value),
        }
    }

    /// Every limit is set: time comes in, and a count of steps, not a clock, stops what does not
    /// end, so that a replay ends as the first run did.
    fn options(&self, now: Timestamp, seed: u64) -> Options {
        Options::new()
            .now(now.0)
            .seed(seed)
            .max_depth(MAX_CALL_DEPTH)
            .max_steps(self.max_steps)
            .max_array_length(MAX_ITEMS)
            .max_string_length(MAX_BYTES)
            .max_result_size(MAX_BYTES)
    }

    /// The bindings of one evaluation, when those that all evaluations share will not do.
    fn own_bindings(
        &self,
        shadows: &[(&str, &Json)],
        drawn: &Arc<Mutex<Keyed>>,
    ) -> Option<Bindings> {
        if shadows.is_empty() && !self.draws {
            return None;
        }
        let mut bindings = HOST.clone();
        for function in &FUNCTIONS {
            if let Body::Random(body) = function.body {
                let drawn = drawn.clone();
                let draw = move |arguments: &[_]| Ok(Some(body(arguments, &mut lock(&drawn))));
                let host = host_function(function.signature, draw);
                bindings = bindings.function(function.name, host);
            }
        }
        for (name, value) in shadows {
            let value = serde_json::to_value(value).unwrap_or_default();
            bindings = bindings.var(*name, value);
        }
        Some(bindings)
    }
}

/// The functions of Step Functions that compute from their arguments alone, and no `$eval`:
/// bound to a value, calling it is the `T1006` that AWS answers (reference section 1.4).
static HOST: LazyLock<Bindings> = LazyLock::new(|| {
    let bindings = Bindings::new().var("eval", serde_json::Value::Null);
    FUNCTIONS
        .iter()
        .fold(bindings, |bindings, function| match function.body {
            Body::Pure(body) => {
                bindings.function(function.name, host_function(function.signature, body))
            }
            Body::Random(_) => bindings,
        })
});

/// The names of all functions there are.
static BUILT_INS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let standard = jlens_core::function_catalog().into_iter();
    let ours = FUNCTIONS.iter().map(|function| function.name);
    standard.map(|function| function.name).chain(ours).collect()
});

fn host_function(
    signature: &str,
    body: impl Fn(&[Option<serde_json::Value>]) -> Result<Option<serde_json::Value>, String>
    + Send
    + Sync
    + 'static,
) -> HostFunction {
    HostFunction::with_signature(signature, move |arguments, _| {
        body(arguments).map_err(|message| Error::new("D3137").with("message", message))
    })
    .expect("the table of functions has valid signatures")
    .without_input()
}

fn lock(drawn: &Mutex<Keyed>) -> MutexGuard<'_, Keyed> {
    // A poisoned generator is still a generator.
    drawn.lock().unwrap_or_else(PoisonError::into_inner)
}

/// All nodes of a tree, without recursion.
fn nodes(root: &Node) -> impl Iterator<Item = &Node> {
    let mut pending = vec![root];
    std::iter::from_fn(move || {
        let node = pending.pop()?;
        node.for_each_child(|child| pending.push(child));
        Some(node)
    })
}

/// Every `$name` in a tree.
fn names(root: &Node) -> impl Iterator<Item = &str> {
    nodes(root).filter_map(|node| match &node.kind {
        NodeKind::Variable { name } => Some(name.as_str()),
        _ => None,
    })
}

/// Whether a call of this function draws random numbers that are ours.
fn is_random(name: &str) -> bool {
    FUNCTIONS
        .iter()
        .any(|function| function.name == name && matches!(function.body, Body::Random(_)))
}

/// Whether a `$name` is a variable, not the context `$` or the root `$$`. A name that cannot
/// stand in backquotes is nobody's either.
fn is_variable(name: &str) -> bool {
    !name.is_empty() && name != "$" && !name.contains('`')
}

/// Whether a step only names a field: no predicate, no `[]`, no grouping, no binding.
fn is_plain(attrs: &Attrs) -> bool {
    let modified = attrs.keep_array
        || attrs.cons_array
        || attrs.tuple
        || attrs.focus.is_some()
        || attrs.index.is_some()
        || attrs.group.is_some()
        || attrs.ancestor.is_some();
    !modified
        && attrs.stages.is_empty()
        && attrs.predicate.is_empty()
        && attrs.seeking_parent.is_empty()
}

fn syntax_error(error: &Error) -> SyntaxError {
    let span = error.span().unwrap_or_default();
    SyntaxError {
        offset: span.start,
        len: span.end.saturating_sub(span.start),
        code: error.code().into(),
        message: error.message(),
    }
}

fn evaluation_error(error: &Error) -> EvaluationError {
    match error.code() {
        "U1001" => too_large(),
        code => EvaluationError {
            code: code.into(),
            message: error.message(),
            span: error.span().map(|span| span.start..span.end),
        },
    }
}

/// AWS's words for an evaluation that builds too much.
fn too_large() -> EvaluationError {
    EvaluationError {
        code: "U1001".into(),
        message: "Expression evaluation memory limit exceeded".into(),
        span: None,
    }
}

/// The arrays and objects of the input that one evaluation has reached, each known by its index.
struct Reached<'a> {
    nodes: RefCell<Vec<&'a Json>>,
    this: Weak<Self>,
}

impl<'a> Reached<'a> {
    fn new() -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            nodes: RefCell::default(),
            this: this.clone(),
        })
    }

    fn node(&self, index: u32) -> Option<&'a Json> {
        self.nodes.borrow().get(index as usize).copied()
    }

    fn write(&self, value: &'a Json, sink: &mut Sink<'_, 'a>) -> Result<(), String> {
        match value {
            Json::Null => sink.null(),
            Json::Bool(value) => sink.bool(*value),
            Json::Number(number) => sink.number(number.as_f64()),
            Json::String(text) => sink.string(text),
            Json::Array(_) | Json::Object(_) => {
                let this = self.this.upgrade().ok_or("the input is gone")?;
                let mut nodes = self.nodes.borrow_mut();
                let index = u32::try_from(nodes.len()).map_err(|_| "too many values")?;
                nodes.push(value);
                match value {
                    Json::Array(_) => sink.array_of(&this, index),
                    _ => sink.object_of(&this, index),
                }
            }
        }
        Ok(())
    }
}

impl<'a> Sources<'a> for Reached<'a> {
    fn read(&self, index: u32, sink: &mut Sink<'_, 'a>) -> Result<(), String> {
        match self.node(index) {
            Some(Json::Array(array)) => {
                sink.reserve(array.items().len());
                array
                    .items()
                    .iter()
                    .try_for_each(|item| self.write(item, sink))
            }
            Some(Json::Object(object)) => {
                sink.reserve(object.len());
                object.iter().try_for_each(|(key, value)| {
                    sink.key(key);
                    self.write(value, sink)
                })
            }
            _ => Err("the input changed".into()),
        }
    }

    fn read_field(&self, index: u32, key: &str, sink: &mut Sink<'_, 'a>) -> Result<bool, String> {
        let Some(Json::Object(object)) = self.node(index) else {
            return Ok(false);
        };
        if let Some(value) = object.get(key) {
            self.write(value, sink)?;
        }
        Ok(true)
    }

    fn length(&self, index: u32) -> Option<usize> {
        Some(self.node(index)?.as_array()?.len())
    }

    fn read_item(&self, index: u32, item: usize, sink: &mut Sink<'_, 'a>) -> Result<bool, String> {
        let items = self.node(index).and_then(Json::as_array);
        match items.and_then(|items| items.get(item)) {
            Some(value) => self.write(value, sink).map(|()| true),
            None => Ok(false),
        }
    }
}

/// The document as the only value of its level.
struct Input<'a> {
    document: Option<&'a Json>,
    reached: Rc<Reached<'a>>,
}

impl<'a> Source<'a> for Input<'a> {
    fn read(&self, sink: &mut Sink<'_, 'a>) -> Result<(), String> {
        match self.document {
            Some(document) => self.reached.write(document, sink),
            None => Ok(()),
        }
    }
}

/// Builds the result.
struct Writer<'a> {
    reached: Rc<Reached<'a>>,
    /// The keys written so far: records repeat theirs.
    keys: HashSet<Arc<str>>,
}

impl Builder for Writer<'_> {
    type Value = Json;
    type Array = Vec<Json>;
    type Object = Object;

    fn null(&mut self) -> Json {
        Json::Null
    }

    fn bool(&mut self, value: bool) -> Json {
        Json::Bool(value)
    }

    fn number(&mut self, value: f64) -> Json {
        Number::from_result(value).map_or(Json::Null, Json::Number)
    }

    fn string(&mut self, value: &str) -> Json {
        Json::from(value)
    }

    fn array(&mut self, len: usize) -> Vec<Json> {
        Vec::with_capacity(len)
    }

    fn push(&mut self, array: &mut Vec<Json>, item: Json) {
        array.push(item);
    }

    fn end_array(&mut self, array: Vec<Json>) -> Json {
        Json::array(array)
    }

    fn object(&mut self, len: usize) -> Object {
        Object::with_capacity(len)
    }

    fn insert(&mut self, object: &mut Object, key: &str, value: Json) {
        if let Some(known) = self.keys.get(key) {
            object.insert(known.clone(), value);
            return;
        }
        let key: Arc<str> = key.into();
        self.keys.insert(key.clone());
        object.insert(key, value);
    }

    fn end_object(&mut self, object: Object) -> Json {
        Json::from(object)
    }

    fn input(&mut self, member: Member) -> Option<Json> {
        if !member.of(&self.reached) {
            return None;
        }
        Some(self.reached.node(member.index())?.compacted())
    }
}
