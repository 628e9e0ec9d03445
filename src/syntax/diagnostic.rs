//! What is wrong with a definition, as plain data: rooms add to it, `report` renders it.

use std::borrow::Cow;
use std::fmt;

use super::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A matter of style.
    Note,
    /// Can fail at run time, or is dead.
    Warning,
    /// AWS rejects it, or it always fails.
    Error,
}

impl Severity {
    /// The lower-case word that reports print.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A place in the source with a word on why it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say about it; empty to point only.
    pub message: Cow<'static, str>,
}

/// One replacement of a stretch of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// Edits that mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Whether the fix cannot change what a valid machine does.
    pub safe: bool,
    /// The edits, in order of position, not overlapping.
    pub edits: Vec<Edit>,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule's name, such as `unknown-target`.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: lower case, no full stop, fields in backticks, names in double quotes.
    pub message: String,
    /// Where; the first label is the place that lists and editors show.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
    /// How to mend it without a person.
    pub fix: Option<Fix>,
    /// The code AWS rejects the same thing with, such as `MISSING_TRANSITION_TARGET`.
    pub aws_code: Option<&'static str>,
}

impl Diagnostic {
    /// An error of this rule.
    #[must_use]
    pub fn error(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Error, message)
    }

    /// A warning of this rule.
    #[must_use]
    pub fn warning(rule: &'static str, message: impl Into<String>) -> Self {
        Self::new(rule, Severity::Warning, message)
    }

    fn new(rule: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            rule,
            severity,
            message,
            labels: Vec::new(),
            help: None,
            fix: None,
            aws_code: None,
        }
    }

    /// With one more place.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.labels.push(Label {
            span,
            message: message.into(),
        });
        self
    }

    /// With what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With edits that mend it.
    #[must_use]
    pub fn fix(mut self, safe: bool, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { safe, edits });
        self
    }

    /// With the code AWS rejects it with.
    #[must_use]
    pub fn aws(mut self, code: &'static str) -> Self {
        self.aws_code = Some(code);
        self
    }

    /// The place that lists and editors show: the first label's, or the start of the file.
    #[must_use]
    pub fn span(&self) -> Span {
        self.labels
            .first()
            .map_or(Span::default(), |label| label.span)
    }
}
