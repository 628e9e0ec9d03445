//! A history that comes in pieces: events are told as soon as they are there, and none is kept.

use memchr::{memchr, memchr_iter, memrchr};

use super::document::{Document, Found};
use super::order::{ExecutionSeen, Executions, Order};
use super::raw::Raw;
use super::{HistoryReadError, NO_HISTORY, whole};
use crate::data::JsonError;
use crate::history::{HistoryEvent, LogHeader};

/// The longest line or event: a header holds a definition and an input, and no event is larger.
const MAX_RECORD: usize = 64 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What a history is made of.
#[derive(Debug)]
pub enum Record<'a> {
    /// The first line of our own logs.
    Header(Box<LogHeader>),
    /// An event.
    Event(HistoryEvent<'a>),
}

/// Who takes what is read.
pub(super) type Take<'t> = &'t mut dyn FnMut(Record<'_>);

/// What is known when a history was read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ending {
    /// The number of a last line that was cut off and left out.
    pub torn_line: Option<usize>,
    /// Whether it says that there are more events where it came from.
    pub has_more: bool,
    /// How many events have an input or an output that CloudWatch Logs cut off.
    pub truncated: u64,
    /// The executions that CloudWatch Logs had; of several, none was told unless it was wanted.
    pub executions: Vec<ExecutionSeen>,
}

/// Reads a history from bytes that come in pieces.
#[derive(Debug)]
pub struct HistoryReader {
    /// What was not taken yet.
    buffer: Vec<u8>,
    form: Form,
    state: State,
}

#[derive(Debug)]
enum Form {
    Unknown,
    /// A record in each line, and how far the end of the first was looked for.
    Lines(usize),
    /// And of how many bytes an event consists at least that is not complete.
    Document(Document, usize),
}

/// What does not depend on the form.
#[derive(Debug)]
struct State {
    /// The number of the line that the buffer begins in, from 0.
    line: usize,
    /// How many bytes of that line were taken.
    column: usize,
    events: u64,
    order: Order,
    executions: Executions,
}

impl HistoryReader {
    /// A reader of the execution with this ARN or name, where there are several, as in CloudWatch
    /// Logs.
    #[must_use]
    pub fn new(execution: Option<&str>) -> Self {
        Self {
            buffer: Vec::new(),
            form: Form::Unknown,
            state: State {
                line: 0,
                column: 0,
                events: 0,
                order: Order::new(),
                executions: Executions::new(execution),
            },
        }
    }

    /// Takes the next bytes, and tells what is complete with them.
    ///
    /// # Errors
    /// With the line of the first thing that is no history event.
    pub fn push(
        &mut self,
        bytes: &[u8],
        take: &mut dyn FnMut(Record<'_>),
    ) -> Result<(), HistoryReadError> {
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.extend_from_slice(bytes);
        let taken = self.take_from(&buffer, take)?;
        buffer.drain(..taken);
        if buffer.len() > MAX_RECORD {
            let line = self.state.line + 1;
            return Err(whole(line, "this is longer than any event is"));
        }
        self.buffer = buffer;
        Ok(())
    }

    /// Tells what is left, and how it ended.
    ///
    /// # Errors
    /// When what is left is no history event, or there was nothing.
    pub fn end(mut self, take: &mut dyn FnMut(Record<'_>)) -> Result<Ending, HistoryReadError> {
        let rest = std::mem::take(&mut self.buffer);
        let mut ending = Ending::default();
        if let Form::Document(_, wanted) = &mut self.form {
            *wanted = 0;
            self.take_from(&rest, take)?;
        }
        match &self.form {
            Form::Unknown => self.state.only_line(&rest, take)?,
            Form::Lines(_) => ending.torn_line = self.state.last_line(&rest, take)?,
            Form::Document(document, _) => {
                if !document.has_events {
                    return Err(whole(1, NO_HISTORY));
                }
                ending.has_more = document.has_more;
                if !document.is_outside() {
                    ending.torn_line = Some(self.state.line + 1);
                }
            }
        }
        let State {
            mut order,
            executions,
            ..
        } = self.state;
        ending.truncated = executions.truncated();
        ending.executions = executions.end(&mut order, take);
        order.end(take);
        Ok(ending)
    }

    /// How many of the bytes were taken.
    fn take_from(&mut self, bytes: &[u8], take: Take<'_>) -> Result<usize, HistoryReadError> {
        let mut taken = 0;
        if matches!(self.form, Form::Unknown) {
            if BYTE_ORDER_MARK.starts_with(&bytes[..bytes.len().min(3)]) && bytes.len() < 3 {
                return Ok(0);
            }
            let start = if bytes.starts_with(BYTE_ORDER_MARK) {
                3
            } else {
                0
            };
            match form(&bytes[start..])? {
                Some(form) => (self.form, taken) = (form, start),
                None => return Ok(0),
            }
        }
        match &mut self.form {
            Form::Unknown => {}
            Form::Lines(seen) => {
                let mut looked = taken + *seen;
                while let Some(end) = memchr(b'\n', &bytes[looked..]) {
                    let end = looked + end;
                    self.state.line(&bytes[taken..end], take)?;
                    (taken, looked) = (end + 1, end + 1);
                    self.state.line += 1;
                }
                *seen = bytes.len() - taken;
            }
            Form::Document(document, wanted) => loop {
                let end = match document.next(&bytes[taken..]) {
                    Found::Unfinished => break,
                    Found::Foreign => return Err(whole(1, NO_HISTORY)),
                    Found::Nothing(end) => end,
                    Found::Event(start) => {
                        let text = &bytes[taken + start..];
                        if text.len() < *wanted {
                            break;
                        }
                        self.state.pass(&bytes[taken..taken + start]);
                        taken += start;
                        let Some(end) = self.state.element(text, take)? else {
                            // One that is longer than many pieces is not begun with each of them.
                            *wanted = 2 * text.len();
                            break;
                        };
                        *wanted = 0;
                        end
                    }
                    Found::Wrong(at, message) => {
                        self.state.pass(&bytes[taken..taken + at]);
                        return Err(self.state.placed(1, 1, message.to_owned()));
                    }
                };
                self.state.pass(&bytes[taken..taken + end]);
                taken += end;
            },
        }
        Ok(taken)
    }
}

/// Which form a text has; none as long as that cannot be told.
fn form(bytes: &[u8]) -> Result<Option<Form>, HistoryReadError> {
    let text = bytes.trim_ascii_start();
    Ok(match text.first() {
        None => None,
        Some(b'[') => Some(Form::Document(Document::new(), 0)),
        Some(b'{') => form_of_object(&text[1..]),
        Some(_) => {
            let Some(end) = memchr(b'\n', text) else {
                return Ok(None);
            };
            if record_in(&text[..end]).is_none() {
                return Err(whole(1, NO_HISTORY));
            }
            Some(Form::Lines(0))
        }
    })
}

/// A record stands in one line, and its first member tells it from a document.
fn form_of_object(inside: &[u8]) -> Option<Form> {
    let key = inside.trim_ascii_start();
    let blank = &inside[..inside.len() - key.len()];
    if blank.contains(&b'\n') {
        return Some(Form::Document(Document::new(), 0));
    }
    let Some(name) = key.strip_prefix(b"\"") else {
        return (!key.is_empty()).then_some(match key {
            [b'}', ..] => Form::Document(Document::new(), 0),
            _ => Form::Lines(0),
        });
    };
    let name = &name[..memchr(b'"', name)?];
    Some(if is_of_a_record(name) {
        Form::Lines(0)
    } else {
        Form::Document(Document::new(), 0)
    })
}

fn is_of_a_record(name: &[u8]) -> bool {
    let ours = [
        &b"asl"[..],
        b"id",
        b"previousEventId",
        b"timestamp",
        b"type",
    ];
    // Of CloudWatch Logs, and of what its answers have around their lines (9.6).
    let logged = [
        &b"details"[..],
        b"eventId",
        b"event_timestamp",
        b"execution_arn",
        b"ingestionTime",
        b"logStreamName",
        b"message",
        b"previous_event_id",
        b"redrive_count",
    ];
    ours.contains(&name) || logged.contains(&name) || name.ends_with(b"EventDetails")
}

/// The record that a line holds behind a time and a log stream, as `aws logs tail` and exports to
/// S3 write it.
fn record_in(line: &[u8]) -> Option<&[u8]> {
    let start = memchr(b'{', line)?;
    let has = |name: &[u8]| memchr::memmem::find(line, name).is_some();
    (has(b"\"execution_arn\"")).then_some(&line[start..])
}

impl State {
    /// Goes on behind these bytes.
    fn pass(&mut self, bytes: &[u8]) {
        self.line += memchr_iter(b'\n', bytes).count();
        match memrchr(b'\n', bytes) {
            Some(last) => self.column = bytes.len() - last - 1,
            None => self.column += bytes.len(),
        }
    }

    /// A text that ended before its form was known.
    fn only_line(&mut self, rest: &[u8], take: Take<'_>) -> Result<(), HistoryReadError> {
        let rest = rest.strip_prefix(BYTE_ORDER_MARK).unwrap_or(rest);
        if rest.trim_ascii().is_empty() {
            return Err(whole(1, "the file is empty: there is no history in it"));
        }
        match record_in(rest) {
            Some(record) if !rest.starts_with(b"{") => self.line(record, take),
            _ => Err(whole(1, NO_HISTORY)),
        }
    }

    /// A process that was killed leaves its last line without an end.
    fn last_line(
        &mut self,
        rest: &[u8],
        take: Take<'_>,
    ) -> Result<Option<usize>, HistoryReadError> {
        let wrong = std::str::from_utf8(rest).err();
        let is_cut = wrong.is_some_and(|error| error.error_len().is_none());
        let is_text = wrong.is_none() || is_cut;
        let is_first = self.line == 0;
        if is_first
            && is_text
            && is_header(rest)
            && serde_json::from_slice::<LogHeader>(rest).is_err()
        {
            let complete = serde_json::from_slice::<serde::de::IgnoredAny>(rest).is_ok();
            if !complete {
                let message = "the log breaks off in its header: there is no event in it";
                return Err(whole(1, message));
            }
        }
        if is_cut && !is_first {
            return Ok(Some(self.line + 1));
        }
        match self.line(rest, take) {
            Err(error) if error.column > 0 && !is_first => Ok(Some(error.line)),
            Err(error) => Err(error),
            Ok(()) => Ok(None),
        }
    }

    fn line(&mut self, line: &[u8], take: Take<'_>) -> Result<(), HistoryReadError> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        if self.line == 0 && is_header(line) {
            let header = self.header(line)?;
            take(Record::Header(Box::new(header)));
            return Ok(());
        }
        let record = match line.trim_ascii_start().first() {
            Some(b'{') => line,
            _ => record_in(line).unwrap_or(line),
        };
        let raw = self.raw(record)?;
        self.record(raw, false, take)
            .map_err(|message| whole(self.line + 1, &message))
    }

    fn header(&self, line: &[u8]) -> Result<LogHeader, HistoryReadError> {
        let text = self.text(line)?;
        let header: LogHeader = serde_json::from_str(text).map_err(|error| {
            let error = JsonError::from(error);
            self.placed(error.line, error.column, error.message)
        })?;
        if header.asl > LogHeader::VERSION {
            let message = format!(
                "this log has format {}, and this program reads up to {}: update it",
                header.asl,
                LogHeader::VERSION
            );
            return Err(whole(1, &message));
        }
        Ok(header)
    }

    /// The element of a document that a text begins with, and its length; nothing when it goes on
    /// after the text.
    fn element(&mut self, text: &[u8], take: Take<'_>) -> Result<Option<usize>, HistoryReadError> {
        let mut elements = serde_json::Deserializer::from_slice(text).into_iter::<Raw<'_>>();
        let raw = match elements.next() {
            Some(Ok(raw)) => raw,
            Some(Err(error)) if error.is_eof() => return Ok(None),
            Some(Err(error)) => {
                let error = JsonError::from(error);
                return Err(self.placed(error.line, error.column, error.message));
            }
            None => return Ok(None),
        };
        self.events += 1;
        let number = self.events;
        self.record(raw, true, take)
            .map_err(|message| whole(self.line + 1, &format!("event {number}: {message}")))?;
        Ok(Some(elements.byte_offset()))
    }

    fn raw<'t>(&self, text: &'t [u8]) -> Result<Raw<'t>, HistoryReadError> {
        serde_json::from_str(self.text(text)?).map_err(|error| {
            let error = JsonError::from(error);
            self.placed(error.line, error.column, error.message)
        })
    }

    fn record(&mut self, raw: Raw<'_>, is_element: bool, take: Take<'_>) -> Result<(), String> {
        if let Some(message) = &raw.message {
            // Other programs may write to the same log.
            return match serde_json::from_str::<Raw<'_>>(message) {
                Ok(inner) if inner.execution.is_some() => self.logged(inner, take),
                _ => Ok(()),
            };
        }
        if raw.execution.is_some() {
            return self.logged(raw, take);
        }
        let event = raw.event()?;
        if is_element {
            self.order.give(event, take);
        } else {
            take(Record::Event(event));
        }
        Ok(())
    }

    fn logged(&mut self, mut raw: Raw<'_>, take: Take<'_>) -> Result<(), String> {
        let arn = raw.execution.take().unwrap_or_default();
        raw.execution = Some(arn.clone());
        self.executions.give(&arn, raw, &mut self.order, take)
    }

    fn text<'t>(&self, bytes: &'t [u8]) -> Result<&'t str, HistoryReadError> {
        std::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            let line = self.line + memchr_iter(b'\n', &bytes[..at]).count() + 1;
            let column = match memrchr(b'\n', &bytes[..at]) {
                Some(last) => at - last,
                None => self.column + at + 1,
            };
            let byte = bytes[at];
            whole(
                line,
                &format!("byte {column} of line {line}, 0x{byte:02X}, is not UTF-8"),
            )
        })
    }

    /// A place in what begins where the state is.
    fn placed(&self, line: usize, column: usize, message: String) -> HistoryReadError {
        let before = if line <= 1 { self.column } else { 0 };
        HistoryReadError {
            line: self.line + line.max(1),
            column: before + column,
            message,
        }
    }
}

fn is_header(line: &[u8]) -> bool {
    let inside = line.trim_ascii_start().strip_prefix(b"{");
    inside.is_some_and(|inside| inside.trim_ascii_start().starts_with(b"\"asl\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of a text that comes in pieces of this size.
    fn told(text: &[u8], size: usize) -> (Vec<u64>, Ending) {
        let mut ids = Vec::new();
        let mut take = |record: Record<'_>| {
            if let Record::Event(event) = record {
                ids.push(event.id.0);
            }
        };
        let mut reader = HistoryReader::new(None);
        for piece in text.chunks(size) {
            reader.push(piece, &mut take).expect("a history");
        }
        let ending = reader.end(&mut take).expect("a history");
        (ids, ending)
    }

    /// However a text is cut into pieces, the same events are found in it.
    #[test]
    fn events_are_found_wherever_pieces_end() {
        let event = |id: u32| {
            format!(
                r#"{{"timestamp":1,"type":"ExecutionStarted","id":{id},"executionStartedEventDetails":{{"input":"{{\"a\":\"é]}}\\\\\"}}"}}}}"#
            )
        };
        let events = [1, 2, 3].map(event);
        let texts = [
            (events.join("\n"), false),
            (events.join("\r\n") + "\n", false),
            (format!("[{}]", events.join(" , ")), false),
            (
                format!(
                    "\u{feff} {{\"Meta\": {{\"a\": \"]}}\\\"\"}}, \"events\": [\n{}\n], \"nextToken\": \"x\"}}\n",
                    events.join(",\n")
                ),
                true,
            ),
        ];
        for (text, has_more) in texts {
            for size in 1..text.len() {
                let (ids, ending) = told(text.as_bytes(), size);
                assert_eq!(ids, [1, 2, 3], "pieces of {size}: {text}");
                assert_eq!(
                    (ending.torn_line, ending.has_more),
                    (None, has_more),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn a_document_that_breaks_off_is_told_as_far_as_it_goes() {
        let event = r#"{"timestamp":1,"type":"MapStateFailed","id":1}"#;
        let text = format!("{{\"events\": [\n{event},\n{event}");
        for end in 14 + event.len()..text.len() - 1 {
            let (ids, ending) = told(&text.as_bytes()[..end], 7);
            let line = text[..end].matches('\n').count() + 1;
            assert_eq!(ids, [1], "{end}");
            assert_eq!(ending.torn_line, Some(line), "{end}");
        }
    }
}
