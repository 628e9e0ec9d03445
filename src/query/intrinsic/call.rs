//! A parsed call, and its evaluation.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::data::{Json, Keyed};
use crate::query::{Path, Scope, SyntaxError};

use super::parser::Parser;
use super::{Call, IntrinsicFunction};

/// A call of an intrinsic function, ready to be evaluated.
#[derive(Clone, Debug)]
pub struct IntrinsicCall {
    source: Arc<str>,
    invocation: Invocation,
}

/// One function with what it is called with.
#[derive(Clone, Debug)]
pub(super) struct Invocation {
    pub(super) function: &'static IntrinsicFunction,
    pub(super) arguments: Box<[Argument]>,
    /// Where each argument stands.
    pub(super) places: Box<[Range<usize>]>,
    /// Where the call stands.
    pub(super) whole: Range<usize>,
}

/// What stands between the commas.
#[derive(Clone, Debug)]
pub(super) enum Argument {
    Literal(Json),
    Path(Path),
    Call(Invocation),
}

/// Why a function did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntrinsicError {
    /// The whole expression, as written.
    pub expression: Arc<str>,
    /// What is wrong.
    pub detail: String,
}

impl fmt::Display for IntrinsicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expression, detail } = self;
        write!(
            f,
            "The function '{expression}' had the following error: {detail}"
        )
    }
}

impl std::error::Error for IntrinsicError {}

impl IntrinsicCall {
    /// Reads a call; blanks around it do not matter.
    ///
    /// # Errors
    /// When it is no call, names no function, has too few or too many arguments, nests deeper
    /// than 10 calls or holds a bad literal or path.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Ok(Self {
            source: text.trim().into(),
            invocation: Parser::new(text).whole()?,
        })
    }

    /// What the function answers.
    ///
    /// # Errors
    /// When a path among the arguments misses, or the function cannot work with them.
    pub fn evaluate(&self, scope: &dyn Scope, random: &mut Keyed) -> Result<Json, IntrinsicError> {
        self.invocation
            .evaluate(scope, random)
            .map_err(|detail| IntrinsicError {
                expression: self.source.clone(),
                detail,
            })
    }

    /// The function that is called last, around all others.
    #[must_use]
    pub fn function(&self) -> &'static IntrinsicFunction {
        self.invocation.function
    }

    pub(super) fn invocation(&self) -> &Invocation {
        &self.invocation
    }

    /// All paths among the arguments, in order.
    #[must_use]
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths = Vec::new();
        self.invocation.collect_paths(&mut paths);
        paths
    }

    /// The call as written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }
}

impl fmt::Display for IntrinsicCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

// The parser bounds how deep calls nest, so these recursions are bounded.
impl Invocation {
    fn evaluate(&self, scope: &dyn Scope, random: &mut Keyed) -> Result<Json, String> {
        let mut values = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            values.push(match argument {
                Argument::Literal(value) => value.clone(),
                Argument::Path(path) => value_of(path, scope)?,
                Argument::Call(invocation) => invocation.evaluate(scope, random)?,
            });
        }
        (self.function.run)(&mut Call {
            arguments: &values,
            random,
        })
    }

    fn collect_paths<'i>(&'i self, paths: &mut Vec<&'i Path>) {
        for argument in &self.arguments {
            match argument {
                Argument::Literal(_) => {}
                Argument::Path(path) => paths.push(path),
                Argument::Call(invocation) => invocation.collect_paths(paths),
            }
        }
    }
}

fn value_of(path: &Path, scope: &dyn Scope) -> Result<Json, String> {
    match path.evaluate(scope) {
        Ok(value) => Ok(value.compacted()),
        Err(error) if error.is_miss => Err(format!(
            "The JsonPath argument for the field '{path}' could not be found in the input '{}'",
            scope.input().compacted().text()
        )),
        Err(error) => Err(error.message),
    }
}
