//! The events of a page, as AWS writes them, with texts that are not too long.

use std::borrow::Cow;
use std::sync::Arc;

use crate::history::{Assigned, Details, EventJson, HistoryEvent};

/// The longest text of an event that is in a page: an input, an output, a cause.
const MAX_TEXT: usize = 64 << 10;

/// When the events have taken this much, a page has only the beginnings of further texts.
const MAX_TEXTS: usize = 6 << 20;

/// What is left of a text then.
const BEGINNING: usize = 128;

/// How many events are in a page: twice what AWS allows.
const MAX_EVENTS: usize = 50_000;

/// Events as an array in JSON.
pub(super) struct Written {
    pub(super) text: String,
    /// How many they are: the first ones of all.
    pub(super) count: usize,
    /// Events that do not have all of their texts, and how long those are.
    pub(super) cut: Vec<(u64, usize)>,
}

/// Writes events, the first ones as a whole.
pub(super) fn write(events: &[HistoryEvent<'static>]) -> Written {
    let mut writer = Writer::default();
    for event in events.iter().take(MAX_EVENTS) {
        writer.push(event);
    }
    writer.take()
}

/// Writes events as they come.
#[derive(Default)]
pub(super) struct Writer {
    text: String,
    cut: Vec<(u64, usize)>,
    /// How many were written since they were taken away.
    count: usize,
    /// How many there ever were.
    seen: usize,
    /// How much all of them took.
    taken: usize,
}

impl Writer {
    /// Writes an event, unless it is one too many; whether it is written.
    pub(super) fn push(&mut self, event: &HistoryEvent<'_>) -> bool {
        self.seen += 1;
        if self.seen > MAX_EVENTS {
            return false;
        }
        let most = if self.taken < MAX_TEXTS {
            MAX_TEXT
        } else {
            BEGINNING
        };
        let (bounded, size) = bounded(event, most);
        if size > 0 {
            self.cut.push((event.id.0, size));
        }
        self.text.push(if self.count == 0 { '[' } else { ',' });
        let begin = self.text.len();
        bounded.write(&mut self.text);
        self.taken += cost(&self.text[begin..]);
        self.count += 1;
        true
    }

    /// How many events were too many.
    pub(super) fn left_out(&self) -> usize {
        self.seen.saturating_sub(MAX_EVENTS)
    }

    /// What was written since the last time.
    pub(super) fn take(&mut self) -> Written {
        let mut text = std::mem::take(&mut self.text);
        text.push_str(if self.count == 0 { "[]" } else { "]" });
        Written {
            text,
            count: std::mem::take(&mut self.count),
            cut: std::mem::take(&mut self.cut),
        }
    }
}

/// What a text takes in a page, where some characters are written as six.
fn cost(text: &str) -> usize {
    let escaped = text.bytes().filter(|byte| b"<>&".contains(byte)).count();
    text.len() + 5 * escaped
}

/// The event, with texts of at most so many bytes, and the size of the longest that was cut.
fn bounded<'a>(event: &HistoryEvent<'a>, most: usize) -> (HistoryEvent<'a>, usize) {
    let mut event = event.clone();
    let size = match &mut event.details {
        Details::StateEntered { input, .. }
        | Details::ExecutionStarted { input, .. }
        | Details::FunctionScheduled { input, .. } => document(input.as_mut(), most),
        Details::StateExited {
            output, assigned, ..
        } => document(output.as_mut(), most).max(variables(assigned, most)),
        Details::Output { output } | Details::TaskOutput { output, .. } => {
            document(output.as_mut(), most)
        }
        Details::TaskScheduled { parameters, .. } => document(Some(parameters), most),
        Details::Failure { cause, .. }
        | Details::TaskFailure { cause, .. }
        | Details::Evaluation { cause, .. } => words(cause.as_mut(), most),
        Details::None
        | Details::ActivityStarted { .. }
        | Details::TaskStarted { .. }
        | Details::MapIteration { .. }
        | Details::MapStarted { .. }
        | Details::MapRunStarted { .. }
        | Details::Redriven { .. } => 0,
    };
    (event, size)
}

fn document(document: Option<&mut EventJson<'_>>, most: usize) -> usize {
    let Some(document) = document else { return 0 };
    let text = document.text();
    let size = text.len();
    if size <= most {
        return 0;
    }
    let begin = beginning(&text, most).to_owned();
    *document = EventJson::Text(begin.into());
    size
}

fn words(words: Option<&mut Cow<'_, str>>, most: usize) -> usize {
    let Some(words) = words.filter(|words| words.len() > most) else {
        return 0;
    };
    let size = words.len();
    *words = Cow::Owned(beginning(words, most).to_owned());
    size
}

fn variables(assigned: &mut Assigned<'_>, most: usize) -> usize {
    let pairs = assigned.pairs();
    let size = pairs.iter().map(|(_, text)| text.len()).sum();
    if size <= most {
        return 0;
    }
    let each = most / pairs.len();
    let begun = |text: &str| Arc::from(beginning(text, each.max(BEGINNING)));
    let pairs = pairs
        .iter()
        .map(|(name, text)| (Arc::from(*name), begun(text)));
    *assigned = Assigned::Texts(pairs.collect());
    size
}

/// At most so many bytes, whole characters.
fn beginning(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
