//! Paths as a state machine writes them: Jayway's, with a root of the language's own.
//!
//! Three things differ from Jayway (reference 02 §2.1, §2.2): a path may start from the context
//! object (`$$`) or a variable (`$name`); an indefinite path that meets something missing gives
//! `[]`; and there are no functions.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use crate::data::Json;

use super::jsonpath::{self, Fault, Step, Steps, Walk};
use super::{Scope, SyntaxError};

/// The longest name of a variable, in characters.
const MAX_VARIABLE: usize = 80;

/// What a path starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// `$`: the input.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(Arc<str>),
}

/// A path, ready to be evaluated.
///
/// ```
/// use aslkit::{data::Json, query::{DocumentScope, Path}};
///
/// let scope = DocumentScope(Json::parse(r#"{"a": {"b": 1}}"#).unwrap());
/// let b = Path::parse("$.a.b").unwrap();
/// assert_eq!(b.evaluate(&scope).unwrap().text(), "1");
/// let c = Path::parse("$.a.c").unwrap();
/// assert_eq!(c.evaluate(&scope).unwrap_err().message, "No results for path: $['a']['c']");
/// ```
#[derive(Clone, Debug)]
pub struct Path {
    source: Arc<str>,
    root: Root,
    steps: Steps,
    /// `$$.Section.Member…`, which needs no whole context object.
    member: Option<(Arc<str>, Arc<str>)>,
    /// What Jayway reads over: it never looks at a last character that begins a step.
    rest: Option<Box<SyntaxError>>,
}

/// A step to one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathStep<'p> {
    /// `.name`, `['name']`
    Key(&'p str),
    /// `[0]`, `[-1]`
    Index(i32),
}

/// Why a path gives nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    /// What AWS prints, such as `No results for path: $['x']`.
    pub message: String,
    /// Whether something is just not there, as opposed to an evaluation that broke down.
    pub is_miss: bool,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PathError {}

impl Path {
    /// Reads a path; blanks around it do not matter.
    ///
    /// # Errors
    /// When it does not start with `$`, names a variable badly or is refused by Jayway.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        Self::parse_with_places(text).map(|(path, _)| path)
    }

    /// Reads a path and says where its steps stand.
    pub(super) fn parse_with_places(text: &str) -> Result<(Self, StepPlaces), SyntaxError> {
        let (root, end) = parse_root(text)?;
        let parsed = jsonpath::parse_steps(text, end)?;
        let path = Self {
            source: text.trim_matches(' ').into(),
            member: context_member(&root, &parsed.steps),
            root,
            steps: parsed.steps,
            rest: rest(text, parsed.end).map(Box::new),
        };
        let places = StepPlaces {
            steps: parsed.places,
            end: parsed.end,
        };
        Ok((path, places))
    }

    /// What the path gives.
    ///
    /// Bare `$` gives the input's own handle, with its text as written; whatever else a path
    /// picks is compact.
    ///
    /// # Errors
    /// When a definite path leads nowhere, or the evaluation breaks down.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Json, PathError> {
        match &self.root {
            Root::Input if self.is_bare() => Ok(scope.input().clone()),
            Root::Input => self.evaluate_on(scope.input()),
            Root::Variable(name) => match scope.variable(name) {
                Some(value) => self.evaluate_on(value),
                None => Err(PathError {
                    message: format!("Variable '{name}' is not assigned"),
                    is_miss: true,
                }),
            },
            Root::Context => self.evaluate_on_context(scope),
        }
    }

    fn evaluate_on(&self, document: &Json) -> Result<Json, PathError> {
        if self.steps.is_plain()
            && let Some(picked) = self.steps.pick(document)
        {
            return Ok(picked.compacted());
        }
        self.walk(document)
    }

    fn evaluate_on_context(&self, scope: &dyn Scope) -> Result<Json, PathError> {
        if let Some((section, member)) = &self.member
            && let Some(value) = scope.context_member(section, member)
        {
            let mut inner = self.steps.list()[2..].iter();
            if let Some(picked) = inner.try_fold(&value, |value, step| step.pick(value)) {
                return Ok(picked.compacted());
            }
        }
        // Rare: the whole context, a filter over it, or a miss that needs Jayway's words.
        self.evaluate_on(&scope.context())
    }

    fn walk(&self, document: &Json) -> Result<Json, PathError> {
        if let Some(message) = self.function_miss() {
            return Err(PathError {
                message,
                is_miss: true,
            });
        }
        let visits = Cell::new(0);
        match Walk::over(document, &visits).evaluate(&self.steps, document) {
            Ok(value) => Ok(value.compacted()),
            // Recorded: `$.items[:1]` and `$.a[*]` of `{}` are `[]`.
            Err(fault) if !self.is_definite() && fault != Fault::TooMuch => {
                Ok(Json::array(Vec::new()))
            }
            Err(fault) => Err(PathError {
                message: fault.message(&self.steps),
                is_miss: fault.is_miss(),
            }),
        }
    }

    /// AWS has none of Jayway's functions: it looks for a property of that name.
    fn function_miss(&self) -> Option<String> {
        let list = self.steps.list();
        let at = list
            .iter()
            .position(|step| matches!(step, Step::Function(_)))?;
        let before: String = list[..at].iter().map(ToString::to_string).collect();
        let Step::Function(function) = &list[at] else {
            return None;
        };
        Some(format!(
            "Property ['{}()'] not found in path ${before}",
            function.name
        ))
    }

    /// Whether the path names one place at most; others give an array.
    #[must_use]
    pub fn is_definite(&self) -> bool {
        self.steps.is_definite()
    }

    /// Whether the path is its root alone.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.steps.list().is_empty()
    }

    /// Whether the path calls a function, which AWS does not have: it always misses.
    #[must_use]
    pub fn has_function(&self) -> bool {
        self.function_miss().is_some()
    }

    /// The steps, when each is one name or one index.
    #[must_use]
    pub fn plain_steps(&self) -> Option<impl Iterator<Item = PathStep<'_>>> {
        let list = self.steps.list().iter();
        self.steps.is_plain().then(|| list.filter_map(plain_step))
    }

    /// What is wrong with the path although it can be evaluated: Jayway reads over a last `[`.
    #[must_use]
    pub fn fault(&self) -> Option<&SyntaxError> {
        self.rest.as_deref()
    }

    /// What the path starts from.
    #[must_use]
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The path as written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The last key that the path names.
    pub(super) fn last_key(&self) -> Option<&str> {
        self.steps.list().iter().rev().find_map(|step| match step {
            Step::Names(names) => names.keys.first().map(|key| &**key),
            _ => None,
        })
    }

    pub(super) fn steps(&self) -> &[Step] {
        self.steps.list()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

fn plain_step(step: &Step) -> Option<PathStep<'_>> {
    match step {
        Step::Names(names) => names.keys.first().map(|key| PathStep::Key(key)),
        Step::Indexes(indexes) => indexes.first().map(|index| PathStep::Index(*index)),
        _ => None,
    }
}

fn rest(text: &str, end: usize) -> Option<SyntaxError> {
    let rest = text.get(end..)?.trim_end_matches(' ');
    let first = rest.chars().next()?;
    let message = match first {
        '[' => "this `[` is never closed".to_owned(),
        other => format!("`{other}` begins no step of a path"),
    };
    Some(SyntaxError::new(end, rest.len(), message))
}

/// Where the steps of a path stand in its text.
#[derive(Debug)]
pub(super) struct StepPlaces {
    pub(super) steps: Vec<std::ops::Range<usize>>,
    pub(super) end: usize,
}

/// The root and where it ends.
fn parse_root(text: &str) -> Result<(Root, usize), SyntaxError> {
    let start = text.len() - text.trim_start_matches(' ').len();
    let Some(rest) = text[start..].strip_prefix('$') else {
        let first = text[start..].chars().next().map_or(0, char::len_utf8);
        return Err(SyntaxError::new(start, first, "a path must start with `$`"));
    };
    if rest.starts_with('$') {
        return Ok((Root::Context, start + 2));
    }
    let name = rest.split(['.', '[', ' ']).next().unwrap_or_default();
    if name.is_empty() {
        return Ok((Root::Input, start + 1));
    }
    check_variable(name, start + 1)?;
    Ok((Root::Variable(name.into()), start + 1 + name.len()))
}

/// Reference 01 §1.6: a letter first, then letters, digits and `_`, 80 characters at most. Whether
/// a name may start with `_` is unconfirmed, so it may.
fn check_variable(name: &str, at: usize) -> Result<(), SyntaxError> {
    let bad = name.char_indices().find(|(index, character)| {
        let letter = character.is_alphabetic() || *character == '_';
        !(letter || *index > 0 && character.is_alphanumeric())
    });
    if let Some((index, character)) = bad {
        let message = format!("`{character}` is no part of a variable's name");
        return Err(SyntaxError::new(at + index, character.len_utf8(), message)
            .help("a path goes on with `.name` or `[…]`, a variable is `$name`"));
    }
    if name.chars().count() > MAX_VARIABLE {
        let message = format!("a variable's name has at most {MAX_VARIABLE} characters");
        return Err(SyntaxError::new(at, name.len(), message));
    }
    Ok(())
}

/// The first two names of a path into the context object, when both are plain.
fn context_member(root: &Root, steps: &Steps) -> Option<(Arc<str>, Arc<str>)> {
    let name = |at: usize| match steps.list().get(at)? {
        step @ Step::Names(names) if step.is_plain() => names.keys.first().cloned(),
        _ => None,
    };
    (*root == Root::Context && steps.is_plain()).then_some(())?;
    Some((name(0)?, name(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Whole;

    impl Scope for Whole {
        fn input(&self) -> &Json {
            static INPUT: std::sync::LazyLock<Json> = std::sync::LazyLock::new(|| {
                Json::parse(r#"{"a": [1, {"b": [2]}], "n": null}"#).expect("valid JSON")
            });
            &INPUT
        }

        fn variable(&self, name: &str) -> Option<&Json> {
            (name == "input").then(|| self.input())
        }

        fn context(&self) -> Json {
            let input = self.input().clone();
            let execution = [("Input", input), ("Name", Json::from("run"))];
            let execution = execution.into_iter().collect();
            [("Execution", execution)].into_iter().collect()
        }

        fn context_member(&self, section: &str, member: &str) -> Option<Json> {
            self.context().get(section)?.get(member).cloned()
        }
    }

    fn check(path: &str, expected: &str) {
        let found = Path::parse(path).expect(path).evaluate(&Whole);
        let found = found.map(|value| value.text().into_owned());
        assert_eq!(found.unwrap_or_else(|e| e.message), expected, "{path}");
    }

    #[test]
    fn a_path_starts_from_the_input_the_context_or_a_variable() {
        check("$.a[1].b", "[2]");
        check("$input.a[0]", "1");
        check("$input[ 'a' ][-1]['b'][0]", "2");
        check("$$.Execution.Name", r#""run""#);
        check(" $$.Execution.Name ", r#""run""#);
        check("$$.Execution.Input.a[0]", "1");
        check("$$.Execution['Name']", r#""run""#);
    }

    #[test]
    fn the_input_keeps_its_text_and_what_is_picked_does_not() {
        check("$", r#"{"a": [1, {"b": [2]}], "n": null}"#);
        check("$input", r#"{"a":[1,{"b":[2]}],"n":null}"#);
        check("$$.Execution.Input", r#"{"a":[1,{"b":[2]}],"n":null}"#);
    }

    #[test]
    fn misses_are_told_in_the_words_of_aws() {
        check("$.x", "No results for path: $['x']");
        check("$.no.such", "Missing property in path $['no']");
        check(
            "$$.Execution.Input.x",
            "No results for path: $['Execution']['Input']['x']",
        );
        check("$nothing.a", "Variable 'nothing' is not assigned");
        check(
            "$.a.length()",
            "Property ['length()'] not found in path $['a']",
        );
    }

    #[test]
    fn an_indefinite_path_never_misses() {
        check("$.items[:1]", "[]");
        check("$.item.items[1:5].x", "[]");
        check("$[*]", r#"[[1,{"b":[2]}],null]"#);
        check("$.n[?(@.a)]", "[]");
    }

    #[test]
    fn errors_point_into_the_path() {
        let place = |path: &str| {
            let error = Path::parse(path).expect_err(path);
            path[error.offset..error.offset + error.len].to_owned()
        };
        assert_eq!(place("a.b"), "a");
        assert_eq!(place(""), "");
        assert_eq!(place("$1x"), "1");
        assert_eq!(place("$na-me.a"), "-");
        assert_eq!(place("$name.a[0"), "[");
        assert_eq!(place("$$.a[(1)]"), "[(1)]");
        assert_eq!(place("$$$"), "$");
    }
}
