//! What an expression says, for those who judge it without evaluating it.

use std::sync::{Arc, OnceLock};

use super::engine::{Analysis, Compiled};
use super::members::Members;
use super::usage::Usage;
use super::{Reference, SyntaxError};

/// An expression that was read: compiling it further is only worth its time before an evaluation.
#[derive(Debug)]
pub struct Reading {
    source: Arc<str>,
    pub(super) compiled: Compiled,
    path: Option<Vec<Arc<str>>>,
    /// Only what evaluates an expression needs it.
    analysis: OnceLock<Analysis>,
    references: Box<[Reference]>,
    usage: OnceLock<Usage>,
}

impl Reading {
    /// Reads an expression given without its delimiters.
    ///
    /// # Errors
    /// When it is not JSONata 2.0.6.
    pub fn of(source: &str) -> Result<Self, SyntaxError> {
        let compiled = Compiled::compile(source)?;
        Ok(Self {
            source: source.into(),
            path: compiled.path(),
            analysis: OnceLock::new(),
            references: compiled.references(),
            compiled,
            usage: OnceLock::new(),
        })
    }

    /// The text, without delimiters.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The references that a field which sees these members may not hold, in order.
    pub fn unsupported(&self, members: Members) -> impl Iterator<Item = &Reference> {
        let references = self.references.iter();
        references.filter(move |reference| !reference.is_supported(members))
    }

    /// The variable and the fields, when the expression is nothing but
    /// `$variable.field.field`.
    #[must_use]
    pub fn plain_path(&self) -> Option<&[Arc<str>]> {
        self.path.as_deref()
    }

    pub(super) fn analysis(&self) -> &Analysis {
        self.analysis.get_or_init(|| self.compiled.analyse())
    }

    /// What it reads and calls.
    #[must_use]
    pub fn usage(&self) -> &Usage {
        self.usage.get_or_init(|| self.compiled.usage())
    }

    /// Whether it gives nothing for certain, when the variables of which `is_nothing` is true
    /// have no value.
    pub fn gives_nothing(&self, is_nothing: &dyn Fn(&str) -> bool) -> bool {
        self.compiled.gives_nothing(is_nothing)
    }
}
