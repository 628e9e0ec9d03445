//! The only place that knows the JSONata crate: compile, look into the tree, evaluate.
//!
//! Documents go in as sources read one level at a time and come out through a builder. Every
//! array and object that the evaluation reaches is a member of one table, so that one that comes
//! out unchanged comes out as the handle that went in.

mod analysis;
mod budget;
mod catalog;
mod document;
mod matching;
mod references;
mod search;
mod usage;

pub(super) use analysis::{Analysis, Arithmetic};
pub use catalog::{FunctionPage, function_pages};

use std::collections::HashSet;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use jlens_core::ast::NodeKind;
use jlens_core::{Bindings, Error, HostFunction, Node, Options};

use super::functions::{Body, FUNCTIONS};
use super::{EvaluationError, SyntaxError};
use crate::data::{Json, Keyed, Timestamp, limits};
use analysis::nodes;
use budget::{
    BACKTRACKING, Budget, GROWING_VALUES, INDEXING, LARGE_VALUES, MANY_STEPS, MATCHERS, MAX_BYTES,
    MAX_DEPTH, MOST_DISTINCT, OUT_OF_STEPS, Patterns, REGEX, SEARCHING, TOO_LARGE, is_in_matcher,
    patterns,
};
use document::{Input, Reached, Writer};
use matching::{Matching, UNSUITED};
use search::{Search, search};

/// The stack of an evaluation that may loop, in bytes; pages never touched cost nothing. The
/// engine drops closures, and values held twice, by recursion: a loop of a million steps can nest
/// them so deep that the drop takes 128 MB, and six times that in a build without optimisation.
const LOOP_STACK: usize = if cfg!(debug_assertions) {
    1 << 30
} else {
    256 << 20
};

/// A compiled expression by itself, without what Step Functions lays around it.
#[derive(Debug)]
pub struct Compiled {
    expression: jlens_core::Expression,
    /// Whether it may draw random numbers by one of our functions.
    draws: bool,
    /// Whether it defines a function or reduces, without which nothing loops for long.
    loops: bool,
    /// Whether it compares all items of an array with each other.
    compares: bool,
    patterns: Patterns,
    /// The same with other functions for regular expressions, if they can take their place.
    matching: Option<Matching>,
    /// The levels that stand around the expression as it was written.
    levels: usize,
}

/// What one evaluation starts from.
pub struct Run<'a> {
    /// The document that `$` and bare names read.
    pub document: Option<&'a Json>,
    /// Variables that take the place of built-in functions.
    pub shadows: &'a [(&'a str, &'a Json)],
    /// What `$now` and `$millis` tell.
    pub now: Timestamp,
    /// Where random numbers come from.
    pub random: &'a mut Keyed,
}

impl Compiled {
    /// Compiles an expression of JSONata 2.0.6.
    ///
    /// # Errors
    /// When it does not parse.
    pub fn compile(source: &str) -> Result<Self, SyntaxError> {
        Self::compile_within(0, source)
    }

    /// Compiles an expression that was put into one of ours, so many levels deep.
    pub(super) fn compile_within(levels: usize, source: &str) -> Result<Self, SyntaxError> {
        let expression =
            jlens_core::Expression::compile(source).map_err(|error| syntax_error(&error))?;
        let root = &expression.ast().root;
        let (mut draws, mut loops, mut compares) = (false, false, false);
        let mut worst = Patterns::None;
        for node in nodes(root) {
            match &node.kind {
                NodeKind::Lambda(_) => loops = true,
                NodeKind::Variable { name } => {
                    draws |= is_random(name);
                    loops |= name == "reduce";
                    compares |= name == "distinct";
                }
                NodeKind::Regex { pattern, .. } => worst = worst.max(patterns(pattern)),
                _ => {}
            }
        }
        let matching = match worst {
            Patterns::None => None,
            _ => Matching::of(source, root),
        };
        let compiled = Self {
            expression,
            draws,
            loops,
            compares,
            patterns: worst,
            matching,
            levels,
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

    /// Evaluates: `None` is undefined or a function.
    ///
    /// # Errors
    /// When the expression fails, or comes to a limit.
    pub fn evaluate(&self, mut run: Run<'_>) -> Result<Option<Json>, EvaluationError> {
        if self.loops {
            stacker::grow(LOOP_STACK, || self.evaluate_here(&mut run))
        } else {
            self.evaluate_here(&mut run)
        }
    }

    /// No budget has room for all that is reasonable without room for what takes minutes. So one
    /// that is used up is followed by another, which has more of that and less of the rest.
    fn evaluate_here(&self, run: &mut Run<'_>) -> Result<Option<Json>, EvaluationError> {
        let result = match self.evaluate_matching(run) {
            Some(result) => result,
            None => self
                .evaluate_engine(run)
                .map_err(|error| evaluation_error(&error)),
        };
        match result? {
            Some(value) if value.depth() > limits::MAX_DEPTH => Err(too_large()),
            value => Ok(value),
        }
    }

    /// With our functions for regular expressions; `None` if they cannot give what is asked for.
    fn evaluate_matching(
        &self,
        run: &mut Run<'_>,
    ) -> Option<Result<Option<Json>, EvaluationError>> {
        let matching = self.matching.as_ref()?;
        let is_shadowed = |(name, _): &(&str, &Json)| MATCHERS.contains(name);
        if run.shadows.iter().any(is_shadowed) {
            return None;
        }
        let before = run.random.clone();
        match self.evaluate_large(Some(matching), run) {
            Err(error) if error.code() == UNSUITED => {
                *run.random = before;
                None
            }
            result => Some(result.map_err(|error| {
                let error = evaluation_error(&error);
                EvaluationError {
                    message: matching.restore(error.message),
                    ..error
                }
            })),
        }
    }

    fn evaluate_engine(&self, run: &mut Run<'_>) -> jlens_core::Result<Option<Json>> {
        match self.patterns {
            Patterns::None => self.evaluate_large(None, run),
            Patterns::Plain => self.evaluate_within(REGEX, None, run),
            Patterns::Ambiguous => self.evaluate_ambiguous(run),
        }
    }

    fn evaluate_large(
        &self,
        matching: Option<&Matching>,
        run: &mut Run<'_>,
    ) -> jlens_core::Result<Option<Json>> {
        let before = run.random.clone();
        match self.evaluate_within(MANY_STEPS, matching, run) {
            Err(error) if error.code() == TOO_LARGE => {
                *run.random = before;
                let large = if self.loops {
                    GROWING_VALUES
                } else {
                    LARGE_VALUES
                };
                self.evaluate_within(large, matching, run)
            }
            // Work in matches is another that is used up inside a matcher.
            Err(error) if error.code() == OUT_OF_STEPS && matching.is_none() => {
                let more = match search(self.root()) {
                    Search::No => return Err(error),
                    Search::Items => SEARCHING,
                    Search::Positions => INDEXING,
                };
                *run.random = before;
                self.evaluate_within(more, matching, run)
            }
            result => result,
        }
    }

    fn evaluate_ambiguous(&self, run: &mut Run<'_>) -> jlens_core::Result<Option<Json>> {
        let before = run.random.clone();
        let mut last = None;
        for budget in BACKTRACKING {
            let result = self.evaluate_within(budget, None, run);
            match result {
                Err(error) if error.code() == OUT_OF_STEPS => {
                    *run.random = before.clone();
                    if !is_in_matcher(&error) {
                        return self.evaluate_within(REGEX, None, run);
                    }
                    last = Some(error);
                }
                result => return result,
            }
        }
        Err(last.unwrap_or_else(|| Error::new(OUT_OF_STEPS)))
    }

    fn evaluate_within(
        &self,
        budget: Budget,
        matching: Option<&Matching>,
        run: &mut Run<'_>,
    ) -> jlens_core::Result<Option<Json>> {
        let options = self.options(budget, run);
        let drawn = Arc::new(Mutex::new(run.random.clone()));
        let own = self.own_bindings(run.shadows, matching, &drawn);
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
        let expression = matching.map_or(&self.expression, |matching| &matching.expression);
        let result = expression.evaluate_source_to(&input, bindings, &options, |output| {
            output.write(&mut writer)
        });
        *run.random = lock(&drawn).clone();
        result
    }

    /// Every limit is set: time comes in, and a count of steps, not a clock, stops what does not
    /// end, so that a replay ends as the first run did.
    fn options(&self, budget: Budget, run: &mut Run<'_>) -> Options {
        let input = run.document.map_or(0, Json::size);
        let items = if self.compares {
            MOST_DISTINCT
        } else {
            budget.items
        };
        Options::new()
            .now(run.now.0)
            .seed(run.random.bits())
            .max_depth(MAX_DEPTH + self.levels)
            .max_steps(budget.steps)
            .max_array_length(items)
            .max_string_length(budget.string.max(4 * input))
            .max_result_size(MAX_BYTES)
    }

    /// The bindings of one evaluation, when those that all evaluations share will not do.
    fn own_bindings(
        &self,
        shadows: &[(&str, &Json)],
        matching: Option<&Matching>,
        drawn: &Arc<Mutex<Keyed>>,
    ) -> Option<Bindings> {
        if shadows.is_empty() && !self.draws && matching.is_none() {
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
        if let Some(matching) = matching {
            bindings = matching.bind(bindings);
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

/// The names of the functions that Step Functions has, without `$`.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    BUILT_INS.iter().copied().filter(|name| *name != "eval")
}

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

/// Whether a call of this function draws random numbers that are ours.
fn is_random(name: &str) -> bool {
    FUNCTIONS
        .iter()
        .any(|function| function.name == name && matches!(function.body, Body::Random(_)))
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
        TOO_LARGE => too_large(),
        "D1011" => too_deep(),
        code => EvaluationError {
            code: code.into(),
            message: error.message(),
            span: error.span().map(|span| span.start..span.end),
        },
    }
}

/// AWS's words for an evaluation that nests too deep: others measured the beginning and the
/// numbers, the middle is jsonata-js's own (unconfirmed).
fn too_deep() -> EvaluationError {
    EvaluationError {
        code: TOO_LARGE.into(),
        message: format!(
            "Stack overflow error: Check for non-terminating recursive function.  Consider \
             rewriting as tail-recursive. Depth={} max={MAX_DEPTH}",
            MAX_DEPTH + 1
        ),
        span: None,
    }
}

/// AWS's words for an evaluation that builds too much.
fn too_large() -> EvaluationError {
    EvaluationError {
        code: TOO_LARGE.into(),
        message: "Expression evaluation memory limit exceeded".into(),
        span: None,
    }
}
