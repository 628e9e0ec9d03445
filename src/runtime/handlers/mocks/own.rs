//! Our own format: the answers below a state or a glob. `schema.json` beside this file says the
//! same for editors.

use std::time::Duration;

use super::{RULE, wrong};
use crate::data::{Nature, StatesError};
use crate::query::jsonata::{Expression, Members, Template, strip_delimiters};
use crate::runtime::handlers::file::parse_duration;
use crate::runtime::handlers::mock::NUMBER;
use crate::runtime::handlers::{Answer, Outcome, Step, When};
use crate::syntax::similar::nearest;
use crate::syntax::{Diagnostic, Entry, Kind, Node};

/// What an answer may have.
const MEMBERS: [&str; 8] = [
    "when",
    "when-equal",
    "delay",
    "times",
    "always",
    "submit",
    "return",
    "throw",
];

/// One answer, or a list of them.
pub(super) fn answers(node: Node<'_>) -> Result<Vec<Answer>, Diagnostic> {
    let nodes: Vec<Node<'_>> = match node.kind() {
        Kind::Array(_) => node.items().collect(),
        _ => vec![node],
    };
    let mut answers = nodes
        .iter()
        .map(|node| answer(*node))
        .collect::<Result<Vec<_>, _>>()?;
    if answers.is_empty() {
        return Err(wrong(node, "there must be at least one answer"));
    }
    for (at, node) in nodes.iter().enumerate() {
        let uses = uses(*node)?;
        let is_last = || {
            !answers[at + 1..]
                .iter()
                .any(|it| it.when.is_same(&answers[at].when))
        };
        answers[at].uses = match uses {
            Uses::Unsaid => (!is_last()).then_some(1),
            Uses::Times(times) => Some(times),
            Uses::Always => None,
        };
    }
    refuse_unreachable(&answers, &nodes)?;
    Ok(answers)
}

/// An answer behind one that is for all of its calls is a mistake.
fn refuse_unreachable(answers: &[Answer], nodes: &[Node<'_>]) -> Result<(), Diagnostic> {
    for (at, answer) in answers.iter().enumerate() {
        let mut before = answers[..at].iter();
        if before.any(|one| one.uses.is_none() && one.when.covers(&answer.when)) {
            let help = "put it before the answer that is given to every call, or say of that one \
                        how many `times` it is given";
            return Err(wrong(nodes[at], "this answer is never given").help(help));
        }
    }
    Ok(())
}

fn answer(node: Node<'_>) -> Result<Answer, Diagnostic> {
    let help = "an answer is `return: VALUE`, or `throw: { error: NAME, cause: TEXT }`";
    if !matches!(node.kind(), Kind::Object(_)) {
        return Err(wrong(node, "this is no answer").help(help));
    }
    refuse_unknown(node, &MEMBERS, "an answer has no")?;
    let outcome = match (node.get("return"), node.get("throw")) {
        (Some(value), None) => returned(value)?,
        (None, Some(error)) => thrown(error)?,
        (None, None) => {
            return Err(wrong(node, "an answer has either `return` or `throw`").help(help));
        }
        (Some(_), Some(error)) => {
            let message = "an answer has either `return` or `throw`, not both";
            return Err(wrong(error, message).help(help));
        }
    };
    Ok(Answer {
        when: when(node)?,
        uses: None,
        delay: node.get("delay").map_or(Ok(Duration::ZERO), duration)?,
        submit: node.get("submit").map(template).transpose()?,
        outcome,
    })
}

/// Complains of the first member that is not one of these.
fn refuse_unknown(node: Node<'_>, known: &[&str], what: &str) -> Result<(), Diagnostic> {
    let is_unknown = |entry: &&Entry| !known.contains(&&*entry.key);
    let Some(entry) = node.entries().iter().find(is_unknown) else {
        return Ok(());
    };
    let help = match nearest(&entry.key, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it may have: {}", known.join(", ")),
    };
    let message = format!("{what} `{}`", entry.key);
    Err(Diagnostic::error(RULE, message)
        .label(entry.key_span, "")
        .help(help))
}

/// How often an answer is given, as it is written.
enum Uses {
    Unsaid,
    Times(u32),
    Always,
}

fn uses(node: Node<'_>) -> Result<Uses, Diagnostic> {
    match (node.get("times"), node.get("always")) {
        (None, None) => Ok(Uses::Unsaid),
        (Some(times), None) => {
            let whole = times.as_number().and_then(crate::data::Number::as_i64);
            let whole = whole.and_then(|whole| u32::try_from(whole).ok());
            let whole = whole.filter(|times| *times > 0);
            whole
                .map(Uses::Times)
                .ok_or_else(|| wrong(times, "`times` must be a whole number of at least 1"))
        }
        (None, Some(always)) => match always.as_bool() {
            Some(true) => Ok(Uses::Always),
            _ => Err(wrong(always, "`always` can only be true")),
        },
        (Some(_), Some(always)) => Err(wrong(always, "an answer has either `times` or `always`")),
    }
}

fn when(node: Node<'_>) -> Result<When, Diagnostic> {
    match (node.get("when"), node.get("when-equal")) {
        (None, None) => Ok(When::Always),
        (None, Some(value)) => Ok(When::equal(value.to_json())),
        (Some(value), None) => condition(value),
        (Some(_), Some(equal)) => Err(wrong(equal, "an answer has either `when` or `when-equal`")),
    }
}

fn condition(node: Node<'_>) -> Result<When, Diagnostic> {
    if expression_text(node).is_some() {
        return Ok(When::Holds(Box::new(expression(node)?)));
    }
    match expressions(node).into_iter().next() {
        None => Ok(When::Contains(node.to_json())),
        Some(inner) => Err(wrong(inner, "an expression must be the whole of `when`")
            .help("for example when: \"{% $states.input.amount > 100 %}\"")),
    }
}

fn duration(node: Node<'_>) -> Result<Duration, Diagnostic> {
    let found = match node.as_str() {
        Some(text) => parse_duration(text),
        None => node
            .as_number()
            .and_then(|number| Duration::try_from_secs_f64(number.as_f64()).ok()),
    };
    found.ok_or_else(|| {
        wrong(node, "this is no duration").help("for example \"500ms\", \"30s\", \"2m\"")
    })
}

fn returned(node: Node<'_>) -> Result<Outcome, Diagnostic> {
    let template = template(node)?;
    Ok(match template.as_literal() {
        // As it is written, with the order of its members.
        Some(_) => Outcome::Fixed(Step::Return(node.to_json())),
        None => Outcome::Made(template),
    })
}

fn thrown(node: Node<'_>) -> Result<Outcome, Diagnostic> {
    let thrown = error_of(node, ["error", "cause"])?;
    let parts = [Some(thrown.error), thrown.cause];
    if !parts
        .iter()
        .flatten()
        .any(|part| expression_text(*part).is_some())
    {
        return Ok(Outcome::Fixed(Step::Throw(fixed_error(&thrown))));
    }
    Ok(Outcome::Thrown {
        error: template(thrown.error)?,
        cause: thrown.cause.map(template).transpose()?,
    })
}

/// The parts of an error; both are texts.
#[derive(Clone, Copy)]
pub(super) struct Thrown<'t> {
    error: Node<'t>,
    cause: Option<Node<'t>>,
}

/// Reads an error whose members have these names.
pub(super) fn error_of<'t>(
    node: Node<'t>,
    [error, cause]: [&str; 2],
) -> Result<Thrown<'t>, Diagnostic> {
    let what = format!("an error has `{error}` and `{cause}`, not");
    refuse_unknown(node, &[error, cause], &what)?;
    let text = |key: &str| match node.get(key) {
        Some(value) if value.as_str().is_none() => {
            Err(wrong(value, format!("`{key}` must be a string")))
        }
        found => Ok(found),
    };
    let (name, cause) = (text(error)?, text(cause)?);
    let Some(error) = name else {
        let message = format!("`{error}`, the error's name, is missing");
        return Err(wrong(node, message));
    };
    Ok(Thrown { error, cause })
}

/// The error as it is written.
pub(super) fn fixed_error(thrown: &Thrown<'_>) -> StatesError {
    StatesError {
        error: thrown.error.as_str().cloned(),
        cause: thrown.cause.and_then(Node::as_str).cloned(),
        nature: Nature::Plain,
    }
}

fn expression_text(node: Node<'_>) -> Option<&str> {
    node.as_str().and_then(|text| strip_delimiters(text))
}

/// A value with expressions at any depth.
fn template(node: Node<'_>) -> Result<Template, Diagnostic> {
    for inner in expressions(node) {
        expression(inner)?;
    }
    let template = Template::compile(&node.to_json());
    template.map_err(|_| wrong(node, "this cannot be read"))
}

/// The expressions in a value, in order.
fn expressions(node: Node<'_>) -> Vec<Node<'_>> {
    let (mut found, mut left) = (Vec::new(), vec![node]);
    while let Some(node) = left.pop() {
        let below = left.len();
        left.extend(node.items());
        let entries = node.entries().iter();
        left.extend(entries.map(|entry| node.tree().node(entry.value)));
        left[below..].reverse();
        found.extend(expression_text(node).map(|_| node));
    }
    found
}

/// An expression that sees no more than an answer does.
fn expression(node: Node<'_>) -> Result<Expression, Diagnostic> {
    let source = expression_text(node).unwrap_or_default();
    let expression = Expression::compile(source)
        .map_err(|error| wrong(node, format!("this is no JSONata: {}", error.message)))?;
    if let Some(name) = expression.variables().find(|name| *name != NUMBER) {
        let message = format!("there is no variable `${name}` in an answer");
        let help = "an answer sees `$states.input`, the payload, `$states.context`, and `$n`, the \
                    number of the call";
        return Err(wrong(node, message).help(help));
    }
    let seen = Members::INPUT;
    let unsupported = expression.reading().unsupported(seen).next();
    match unsupported {
        Some(reference) => Err(wrong(node, reference.to_string()).help(reference.help(seen))),
        None => Ok(expression),
    }
}
