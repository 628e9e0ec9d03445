//! What another run has otherwise: tokens, names of executions, times and identifiers that the
//! execution made up. A condition over them would hold once and never again.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Call, Recorded, Reply};
use crate::data::{Json, Timestamp};
use crate::query::jsonata::strip_delimiters;

/// What is known to be the same in another run.
pub(super) struct Lasting<'r> {
    recorded: &'r Recorded,
    /// Texts in inputs and answers, as far as they look as if they could change.
    texts: HashSet<Arc<str>>,
}

impl<'r> Lasting<'r> {
    pub(super) fn of(recorded: &'r Recorded) -> Self {
        let mut texts = HashSet::new();
        let answers = recorded.calls.iter().filter_map(|call| match &call.result {
            Reply::Return(value) => Some(value),
            Reply::Throw(_) | Reply::Never => None,
        });
        for document in recorded.inputs.iter().chain(answers) {
            gather(document, &mut texts);
        }
        Self { recorded, texts }
    }

    /// The payload of a call without what changes, and whether that is all of it.
    pub(super) fn payload(&self, call: &Call) -> Option<(Json, bool)> {
        let payload = call.payload.as_ref()?;
        let kept = self.kept(payload, call)?;
        let is_all = kept == *payload;
        Some((kept, is_all))
    }

    /// An array with an item that changes is left out as a whole: its places count. Documents have
    /// a deepest level, which bounds the recursion.
    fn kept(&self, value: &Json, call: &Call) -> Option<Json> {
        match value {
            Json::String(text) => (!self.changes(text, call)).then(|| value.clone()),
            Json::Number(number) => {
                let is_now = number
                    .as_i64()
                    .is_some_and(|n| self.is_now(Timestamp(n), call));
                (!is_now).then(|| value.clone())
            }
            Json::Array(array) => {
                let items = array.items().iter().map(|item| self.kept(item, call));
                items.collect()
            }
            Json::Object(object) => {
                let members = object.iter();
                let kept = members.filter_map(|(key, value)| Some((key, self.kept(value, call)?)));
                Some(kept.map(|(key, value)| (&**key, value)).collect())
            }
            Json::Null | Json::Bool(_) => Some(value.clone()),
        }
    }

    fn changes(&self, text: &str, call: &Call) -> bool {
        let is_name = self.recorded.names.iter().any(|name| **name == *text);
        // A condition cannot hold text that looks like an expression.
        if is_name || strip_delimiters(text).is_some() {
            return true;
        }
        if !may_change(text) || self.texts.contains(text) {
            return false;
        }
        let is_now = Timestamp::parse(text).is_some_and(|time| self.is_now(time, call));
        is_uuid(text) || is_execution(text) || is_now || (call.has_token() && is_token(text))
    }

    /// Whether a time lies between the beginning and the call.
    fn is_now(&self, time: Timestamp, call: &Call) -> bool {
        let started = self.recorded.started;
        started.is_some_and(|started| started <= time && time <= call.at)
    }
}

/// Gathers the texts that look as if they could change.
fn gather(value: &Json, texts: &mut HashSet<Arc<str>>) {
    match value {
        Json::String(text) => {
            if may_change(text) {
                texts.insert(Arc::clone(text));
            }
        }
        Json::Array(array) => array.items().iter().for_each(|item| gather(item, texts)),
        Json::Object(object) => object.values().for_each(|value| gather(value, texts)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn may_change(text: &str) -> bool {
    is_uuid(text) || is_execution(text) || Timestamp::parse(text).is_some() || is_token(text)
}

fn is_uuid(text: &str) -> bool {
    let is_right = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_right)
}

/// The ARN of an execution: a history of AWS does not tell its own.
fn is_execution(text: &str) -> bool {
    let mut parts = text.split(':').skip(2);
    let (service, kind) = (parts.next(), parts.nth(2));
    service == Some("states") && matches!(kind, Some("execution" | "express"))
}

/// Tokens of AWS are some hundred characters of base64.
fn is_token(text: &str) -> bool {
    const SHORTEST: usize = 100;
    let is_right = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte);
    text.len() >= SHORTEST && text.bytes().all(is_right)
}
