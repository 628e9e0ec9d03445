//! The steps of a compiled path.

use std::fmt;
use std::sync::Arc;

use crate::data::Json;

use super::filter::Filter;

/// One step of a path.
#[derive(Clone, Debug)]
pub(in crate::query) enum Step {
    /// `.a`, `['a']`, `['a','b']`
    Names(Names),
    /// `[0]`, `[-1]`, `[0,2]`
    Indexes(Box<[i32]>),
    /// `[1:3]`, `[1:]`, `[:3]`
    Slice(Slice),
    /// `*`
    Wildcard,
    /// `[?(…)]`
    Filter(Arc<Filter>),
    /// `..`
    Scan,
    /// `.length()`
    Function(Function),
}

/// The keys of one bracket, or of a dot.
#[derive(Clone, Debug)]
pub(in crate::query) struct Names {
    pub(in crate::query) keys: Keys,
    /// The quote they were written with, which Jayway keeps when it prints the path.
    pub(super) quote: char,
}

/// Keys, one most of the time.
#[derive(Clone, Debug)]
pub(in crate::query) enum Keys {
    One(Arc<str>),
    Many(Box<[Arc<str>]>),
}

impl std::ops::Deref for Keys {
    type Target = [Arc<str>];

    fn deref(&self) -> &[Arc<str>] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Many(keys) => keys,
        }
    }
}

/// The bounds of a slice, as written; Jayway ignores a step.
#[derive(Clone, Copy, Debug)]
pub(in crate::query) struct Slice {
    pub(super) from: Option<i32>,
    pub(super) to: Option<i32>,
}

/// A function of Jayway's at the end of a path.
#[derive(Clone, Debug)]
pub(in crate::query) struct Function {
    pub(in crate::query) name: Arc<str>,
    /// What stands before it in `$..x.f()`: Jayway lets `f` see all hits at once.
    pub(super) scanned: Option<Arc<Steps>>,
    pub(super) arguments: Vec<FunctionArgument>,
}

/// What a function is called with.
#[derive(Clone, Debug)]
pub(in crate::query) enum FunctionArgument {
    /// A literal.
    Value(Json),
    /// A path, always evaluated on the whole document.
    Path(Arc<Steps>),
}

/// The steps after the root, with what is known of them as a whole.
#[derive(Clone, Debug, Default)]
pub(in crate::query) struct Steps {
    list: Box<[Step]>,
    definite: bool,
    plain: bool,
}

impl Step {
    /// Whether the step leads to one place at most; `leaf` says that it is the last.
    pub(super) fn is_definite(&self, leaf: bool) -> bool {
        match self {
            Self::Names(names) => leaf || names.keys.len() == 1,
            Self::Indexes(indexes) => indexes.len() == 1,
            Self::Function(_) => true,
            Self::Slice(_) | Self::Wildcard | Self::Filter(_) | Self::Scan => false,
        }
    }

    /// Whether the step is one key or one index: what a reference path may have.
    pub(in crate::query) fn is_plain(&self) -> bool {
        match self {
            Self::Names(names) => names.keys.len() == 1,
            Self::Indexes(indexes) => indexes.len() == 1,
            _ => false,
        }
    }

    /// The child that a plain step leads to.
    pub(in crate::query) fn pick<'j>(&self, value: &'j Json) -> Option<&'j Json> {
        match self {
            Self::Names(names) => value.get(names.keys.first()?),
            Self::Indexes(indexes) => item(value.as_array()?, *indexes.first()?),
            _ => None,
        }
    }
}

impl Steps {
    pub(super) fn new(list: Vec<Step>) -> Self {
        let end = list.len().saturating_sub(1);
        let definite = list
            .iter()
            .enumerate()
            .all(|(at, step)| step.is_definite(at == end));
        Self {
            definite,
            plain: list.iter().all(Step::is_plain),
            list: list.into(),
        }
    }

    /// Whether the steps name one place at most.
    pub(in crate::query) fn is_definite(&self) -> bool {
        self.definite
    }

    /// Whether every step is one key or one index.
    pub(in crate::query) fn is_plain(&self) -> bool {
        self.plain
    }

    /// The steps, in order.
    pub(in crate::query) fn list(&self) -> &[Step] {
        &self.list
    }

    /// The place that plain steps lead to: the hot path, which allocates nothing.
    pub(in crate::query) fn pick<'j>(&self, document: &'j Json) -> Option<&'j Json> {
        self.list
            .iter()
            .try_fold(document, |value, step| step.pick(value))
    }
}

/// The item at an index; a negative one counts from the end.
pub(super) fn item(items: &[Json], index: i32) -> Option<&Json> {
    let index = match usize::try_from(index) {
        Ok(index) => index,
        Err(_) => items.len().checked_sub(index.unsigned_abs() as usize)?,
    };
    items.get(index)
}

impl fmt::Display for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list.iter().try_for_each(|step| step.fmt(f))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Names(names) => names.fmt(f),
            Self::Indexes(indexes) => write!(f, "[{}]", joined(indexes)),
            Self::Slice(slice) => slice.fmt(f),
            Self::Wildcard => f.write_str("[*]"),
            Self::Filter(_) => f.write_str("[?]"),
            Self::Scan => f.write_str(".."),
            Self::Function(function) => {
                let arguments = if function.arguments.is_empty() {
                    ""
                } else {
                    "..."
                };
                write!(f, ".{}({arguments})", function.name)
            }
        }
    }
}

impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, key) in self.keys.iter().enumerate() {
            let before = if at == 0 { "[" } else { "," };
            write!(f, "{before}{quote}{key}{quote}", quote = self.quote)?;
        }
        f.write_str("]")
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |bound: Option<i32>| bound.map_or(String::new(), |bound| bound.to_string());
        write!(f, "[{}:{}]", bound(self.from), bound(self.to))
    }
}

fn joined(indexes: &[i32]) -> String {
    let indexes: Vec<_> = indexes.iter().map(ToString::to_string).collect();
    indexes.join(",")
}
