//! The functions that match regular expressions, as functions of ours.
//!
//! The engine's own count the UTF-16 units before every match, so that their time grows with the
//! square of the text. Where a call has its pattern written in it, it is renamed, without moving
//! anything, to a function bound for that call alone, which runs over the text once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jlens_core::ast::NodeKind;
use jlens_core::{Bindings, Error, Expression, HostCall, HostFunction, Node};
use regress::{Match, Regex};
use serde_json::{Value, json};

use super::analysis::nodes;
use super::budget::{MATCHERS, MATCHING, MOST_MATCHES, OUT_OF_STEPS, POLL, TOO_LARGE};

/// The error of a call that the engine's own functions have to answer.
pub(super) const UNSUITED: &str = "unsuited";

/// What no name begins with: a character of private use.
const PRIVATE: char = '\u{E000}';

/// An expression whose calls are renamed.
#[derive(Debug)]
pub(super) struct Matching {
    pub(super) expression: Expression,
    calls: Vec<Arc<Call>>,
}

/// A call with its pattern.
#[derive(Debug)]
struct Call {
    /// The name it has now, without the `$`.
    name: String,
    function: &'static str,
    regex: Regex,
    pattern: String,
    /// Whether it is given a function that reads no more of a match than ours have.
    is_plain: bool,
}

/// What is left of the work that one evaluation may do in matches.
type Left = Arc<AtomicU64>;

impl Matching {
    /// `None` when a pattern is anywhere else than in a call of these functions.
    pub(super) fn of(source: &str, root: &Node) -> Option<Self> {
        let is_regex = |node: &&Node| matches!(node.kind, NodeKind::Regex { .. });
        let patterns = nodes(root).filter(is_regex).count();
        if patterns == 0 || nodes(root).any(binds_matcher) {
            return None;
        }
        let mut renamed = source.to_owned();
        let mut calls = Vec::new();
        for node in nodes(root) {
            if let NodeKind::Function { procedure, args } = &node.kind {
                calls.extend(rename(procedure, args, calls.len(), &mut renamed).map(Arc::new));
            }
        }
        if calls.len() != patterns {
            return None;
        }
        let expression = Expression::compile(&renamed).ok()?;
        Some(Self { expression, calls })
    }

    /// Adds the functions that the calls name.
    pub(super) fn bind(&self, bindings: Bindings) -> Bindings {
        let left: Left = Arc::new(AtomicU64::new(MATCHING));
        self.calls.iter().fold(bindings, |bindings, call| {
            let (call, left) = (call.clone(), left.clone());
            let name = call.name.clone();
            let signature = match call.function {
                "contains" => "<s-(sf):b>",
                "match" => "<s-f<s:o>n?:a<o>>",
                "replace" => "<s-(sf)(sf)n?:s>",
                _ => "<s-(sf)n?:a<s>>",
            };
            let body = move |arguments: &[Option<Value>], host: &HostCall<'_>| {
                call.answer(arguments, host, &left)
            };
            let function = HostFunction::with_signature(signature, body)
                .expect("the signatures of the engine are valid")
                .without_input();
            bindings.function(name, function)
        })
    }

    /// A message with the names as they were written.
    pub(super) fn restore(&self, message: String) -> String {
        if !message.contains(PRIVATE) {
            return message;
        }
        self.calls.iter().fold(message, |message, call| {
            message.replace(&call.name, call.function)
        })
    }
}

/// Whether a node may give one of the names another meaning.
fn binds_matcher(node: &Node) -> bool {
    match &node.kind {
        NodeKind::Bind { lhs, .. } => matcher(lhs).is_some(),
        NodeKind::Lambda(lambda) => {
            let mut names = lambda.params.iter();
            names.any(|name| MATCHERS.contains(&&**name))
        }
        _ => false,
    }
}

fn matcher(node: &Node) -> Option<&'static str> {
    let NodeKind::Variable { name } = &node.kind else {
        return None;
    };
    MATCHERS.into_iter().find(|matcher| matcher == name)
}

/// Renames a call in the source to one of the same length, when it has one pattern.
fn rename(procedure: &Node, args: &[Node], index: usize, source: &mut String) -> Option<Call> {
    let function = matcher(procedure)?;
    let (pattern, flags) = args.iter().take(2).find_map(|arg| match &arg.kind {
        NodeKind::Regex { pattern, flags } => Some((pattern, flags)),
        _ => None,
    })?;
    let regex = Regex::with_flags(pattern, flags.as_str()).ok()?;
    let width = function.len() - PRIVATE.len_utf8();
    let name = format!("{PRIVATE}{index:0width$x}");
    let span = procedure.span.start + 1..procedure.span.end;
    if name.len() != function.len() || source.get(span.clone()) != Some(function) {
        return None;
    }
    source.replace_range(span, &name);
    Some(Call {
        name,
        function,
        regex,
        pattern: pattern.clone(),
        is_plain: args.last().is_some_and(reads_plainly),
    })
}

/// Whether a function reads nothing of its parameter but what a match has of ours.
fn reads_plainly(node: &Node) -> bool {
    let NodeKind::Lambda(lambda) = &node.kind else {
        return false;
    };
    let [parameter] = &*lambda.params else {
        return false;
    };
    let is_parameter =
        |node: &Node| matches!(&node.kind, NodeKind::Variable { name } if name == parameter);
    let reads = nodes(&lambda.body)
        .filter(|node| is_parameter(node))
        .count();
    let plain = nodes(&lambda.body).filter(|node| match &node.kind {
        NodeKind::Path { steps, .. } => match &**steps {
            [first, second, ..] => is_parameter(first) && is_member(second),
            _ => false,
        },
        _ => false,
    });
    reads == plain.count()
}

fn is_member(node: &Node) -> bool {
    let members = ["match", "start", "end", "groups"];
    matches!(&node.kind, NodeKind::Name { name } if members.contains(&&**name))
}

type Answer = jlens_core::Result<Option<Value>>;

impl Call {
    fn answer(&self, arguments: &[Option<Value>], host: &HostCall<'_>, left: &Left) -> Answer {
        let argument = |index: usize| arguments.get(index)?.as_ref();
        let Some(text) = argument(0).and_then(Value::as_str) else {
            return Ok(None);
        };
        if host.function(1).is_none() {
            return Err(Error::new(UNSUITED));
        }
        let mut matches = Matches {
            call: self,
            text,
            last: None,
            found: 0,
            left,
        };
        spend(left, text.len() as u64 + 32)?;
        let limit = |index| argument(index).and_then(Value::as_f64);
        match self.function {
            "contains" => Ok(Some(matches.next()?.is_some().into())),
            "match" => list(matches, checked("D3040", 3, limit(2))?),
            "split" => split(matches, checked("D3020", 3, limit(2))?),
            _ => {
                let limit = checked("D3011", 4, limit(3))?;
                replace(matches, limit, argument(2).and_then(Value::as_str), host)
            }
        }
    }
}

/// The number of matches that are asked for.
fn checked(code: &'static str, index: u64, limit: Option<f64>) -> jlens_core::Result<f64> {
    match limit {
        Some(limit) if limit < 0.0 => {
            Err(Error::new(code).with("value", limit).with("index", index))
        }
        limit => Ok(limit.unwrap_or(f64::INFINITY)),
    }
}

/// Takes work from what is left.
fn spend(left: &Left, work: u64) -> jlens_core::Result<()> {
    let spent = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
        left.checked_sub(work)
    });
    match spent {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::new(OUT_OF_STEPS).with("value", MATCHING)),
    }
}

/// The matches in a text, one after the other.
struct Matches<'c> {
    call: &'c Call,
    text: &'c str,
    /// Where the last one ended.
    last: Option<usize>,
    found: usize,
    left: &'c Left,
}

impl Matches<'_> {
    /// The next one. As in jsonata-js, an empty one is an error unless it is the first.
    fn next(&mut self) -> jlens_core::Result<Option<Match>> {
        if self.last.is_some_and(|last| last >= self.text.len()) {
            return Ok(None);
        }
        let mut stopped = None;
        let from = self.last.unwrap_or(0);
        let poll = || {
            stopped = spend(self.left, POLL).err();
            stopped.is_some()
        };
        let regex = &self.call.regex;
        let found = regex.find_from_interruptible(self.text, from, poll);
        let Ok(found) = found else {
            return Err(stopped.unwrap_or_else(|| Error::new(OUT_OF_STEPS)));
        };
        if let Some(found) = &found {
            if self.last.is_some() && found.range().is_empty() {
                return Err(Error::new("D1004").with("value", self.call.pattern.as_str()));
            }
            self.count()?;
            self.last = Some(found.end());
        }
        Ok(found)
    }

    fn count(&mut self) -> jlens_core::Result<()> {
        self.found += 1;
        if self.found > MOST_MATCHES {
            return Err(Error::new(TOO_LARGE));
        }
        spend(self.left, 32)
    }
}

fn split(mut matches: Matches<'_>, limit: f64) -> Answer {
    let text = matches.text;
    let (mut parts, mut start, mut left) = (Vec::new(), 0, limit);
    if left > 0.0 {
        let mut found = matches.next()?;
        while let Some(separator) = found.take().filter(|_| left > 0.0) {
            parts.push(Value::from(&text[start..separator.start()]));
            start = separator.end();
            found = matches.next()?;
            left -= 1.0;
        }
    }
    // A text without a separator is there whatever part of one is asked for.
    if left > 0.0 {
        parts.push(Value::from(&text[start..]));
    }
    Ok(Some(parts.into()))
}

fn list(mut matches: Matches<'_>, limit: f64) -> Answer {
    let (mut all, mut units, mut left) = (Vec::new(), Units::default(), limit);
    let mut found = if left > 0.0 { matches.next()? } else { None };
    while let Some(one) = found.take().filter(|_| left > 0.0) {
        let index = units.to(matches.text, one.start());
        let groups = groups(&one, matches.text)?;
        let text = &matches.text[one.range()];
        all.push(json!({"match": text, "index": index, "groups": groups}));
        found = matches.next()?;
        left -= 1.0;
    }
    match all.len() {
        0 => Ok(None),
        // One by itself is a sequence of the engine, which cannot be made from here.
        1 => Err(Error::new(UNSUITED)),
        _ => Ok(Some(all.into())),
    }
}

fn replace(
    mut matches: Matches<'_>,
    limit: f64,
    replacement: Option<&str>,
    host: &HostCall<'_>,
) -> Answer {
    let text = matches.text;
    let function = host.function(2);
    if function.is_some() != replacement.is_none() || function.is_some() && !matches.call.is_plain {
        return Err(Error::new(UNSUITED));
    }
    if limit <= 0.0 {
        return Ok(Some(text.into()));
    }
    let (mut result, mut units) = (String::new(), Units::default());
    let (mut position, mut left) = (0, limit);
    let mut found = matches.next()?;
    while let Some(one) = found.take().filter(|_| left > 0.0) {
        result.push_str(&text[position..one.start()]);
        match (replacement, &function) {
            (Some(replacement), _) => substitute(replacement, &one, text, &mut result),
            (None, Some(function)) => {
                let argument = json!({
                    "match": &text[one.range()],
                    "start": units.to(text, one.start()),
                    "end": units.to(text, one.end()),
                    "groups": groups(&one, text)?,
                });
                result.push_str(&answered(function.call(&[Some(argument)])?)?);
            }
            (None, None) => {}
        }
        if result.len() > super::MAX_BYTES {
            return Err(Error::new(TOO_LARGE));
        }
        position = one.end();
        found = matches.next()?;
        left -= 1.0;
    }
    result.push_str(&text[position..]);
    Ok(Some(result.into()))
}

/// The text that a function gives for a match.
fn answered(answer: Option<Value>) -> jlens_core::Result<String> {
    match answer {
        Some(Value::String(text)) => Ok(text),
        Some(other) => Err(Error::new("D3012").with("value", other)),
        None => Err(Error::new("D3012")),
    }
}

/// The texts of the groups; one that took no part is undefined, which cannot be made from here.
fn groups(one: &Match, text: &str) -> jlens_core::Result<Vec<Value>> {
    let groups = one.captures.iter().map(|group| match group {
        Some(range) => Ok(Value::from(&text[range.clone()])),
        None => Err(Error::new(UNSUITED)),
    });
    groups.collect()
}

/// Counts UTF-16 units from one place in a text to the next.
#[derive(Default)]
struct Units {
    byte: usize,
    units: usize,
}

impl Units {
    fn to(&mut self, text: &str, byte: usize) -> usize {
        self.units += text[self.byte..byte].encode_utf16().count();
        self.byte = byte;
        self.units
    }
}

/// Writes a replacement in which `$0` stands for the match, `$1` for a group, `$$` for a `$`.
/// As in jsonata-js, a group's number has as many digits as there can be groups of.
fn substitute(replacement: &str, one: &Match, text: &str, result: &mut String) {
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        rest = after;
        if let Some(after) = after.strip_prefix('$') {
            result.push('$');
            rest = after;
        } else if let Some(after) = after.strip_prefix('0') {
            result.push_str(&text[one.range()]);
            rest = after;
        } else if let Some(number) = group_number(after, one.captures.len()) {
            let range = number
                .checked_sub(1)
                .and_then(|index| one.captures.get(index));
            if let Some(Some(range)) = range {
                result.push_str(&text[range.clone()]);
            }
            rest = after.get(number.to_string().len()..).unwrap_or_default();
        } else {
            result.push('$');
        }
    }
    result.push_str(rest);
}

fn group_number(text: &str, groups: usize) -> Option<usize> {
    let most = groups.max(1).to_string().len();
    let number = |most: usize| {
        let digits = text.bytes().take(most).take_while(u8::is_ascii_digit);
        text[..digits.count()].parse::<usize>().ok()
    };
    match number(most) {
        Some(found) if most > 1 && found > groups => number(most - 1),
        found => found,
    }
}
