//! Masking: values that nobody shall read are `***` wherever text leaves the program.
//!
//! An execution works with the real values. What is masked are copies: an event before a log or a
//! tree gets it, the output before it is printed, a line of a handler before a person sees it.
//! JSON stays JSON, also where it stands as text within JSON, as the payloads in events do.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::data::{Json, StatesError};
use crate::engine::{EventSink, Note, Outcome};
use crate::history::{HistoryEvent, LogHeader, read_event};

/// What a value is shown as.
const MASK: &str = "***";

/// The shortest value that is masked: one that is shorter would be found in half of all words.
pub const MIN_SECRET: usize = 4;

/// How often JSON is unwrapped that stands as text within JSON: an event, its payload, the body
/// of a message in it.
const MAX_NESTED: u8 = 4;

/// A sink that hears events as others may see them.
pub struct Masked<'m> {
    /// What hears them.
    pub sink: &'m mut dyn EventSink,
    /// What is masked in them.
    pub masking: &'m Masking,
}

impl EventSink for Masked<'_> {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        let masked = self.masking.event(event);
        self.sink.event(masked.as_ref().unwrap_or(event));
    }

    fn idle(&mut self) {
        self.sink.idle();
    }

    fn note(&mut self, note: &Note<'_>) {
        self.sink.note(note);
    }
}

/// The values that nobody shall read.
#[derive(Clone, Default)]
pub struct Masking {
    /// The longest first: one may be within another.
    values: Vec<String>,
}

impl std::fmt::Debug for Masking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Masking of {} values", self.values.len())
    }
}

impl Masking {
    /// Masks these values too; those shorter than [`MIN_SECRET`] are not masked.
    pub fn add(&mut self, values: impl IntoIterator<Item = String>) {
        // A value of several lines is never seen as a whole where lines are told one by one.
        for value in values {
            let lines = value.lines().map(str::trim).map(str::to_owned);
            self.values.extend(lines);
        }
        self.values.retain(|value| value.len() >= MIN_SECRET);
        self.values
            .sort_by_key(|value| std::cmp::Reverse(value.len()));
        self.values.dedup();
    }

    /// Whether there is nothing to mask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// A text that is no JSON, such as a line on stderr.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.plain(text).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// A document, such as the output.
    #[must_use]
    pub fn document(&self, document: &Json) -> Json {
        let masked = (!self.is_empty()).then(|| self.json(&document.text(), MAX_NESTED));
        let masked = masked.flatten().and_then(|text| Json::parse(&text).ok());
        masked.unwrap_or_else(|| document.clone())
    }

    /// An error.
    #[must_use]
    pub fn error(&self, error: &StatesError) -> StatesError {
        let shown = |text: &str| Arc::from(self.value(text, MAX_NESTED).as_ref());
        StatesError {
            error: error.error.as_deref().map(shown),
            cause: error.cause.as_deref().map(shown),
            nature: error.nature,
        }
    }

    /// How an execution ended, as others may see it.
    #[must_use]
    pub fn outcome(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Succeeded(output) => Outcome::Succeeded(self.document(&output)),
            Outcome::Failed(error) => Outcome::Failed(self.error(&error)),
            Outcome::Aborted(error) => Outcome::Aborted(self.error(&error)),
            Outcome::TimedOut => Outcome::TimedOut,
        }
    }

    /// The event as others may see it; `None` when there is nothing to mask in it.
    #[must_use]
    pub fn event(&self, event: &HistoryEvent<'_>) -> Option<HistoryEvent<'static>> {
        (!self.is_empty()).then(|| self.masked(event)).flatten()
    }

    fn masked(&self, event: &HistoryEvent<'_>) -> Option<HistoryEvent<'static>> {
        let line = event.to_line();
        let mut value: Value = serde_json::from_str(&line).expect("an event is a line of JSON");
        // The names of members and types are ours: only what is in the details can be a secret.
        let members = value.as_object_mut().into_iter().flatten();
        let details = members.filter_map(|(_, member)| member.as_object_mut());
        let mut is_changed = false;
        for (_, detail) in details.flatten() {
            is_changed |= self.details(detail);
        }
        is_changed.then(|| read_event(&value.to_string()).expect("texts are still texts"))
    }

    /// Masks the texts in a part of an event, which is never deep; whether there were any.
    fn details(&self, part: &mut Value) -> bool {
        let masked = match part {
            Value::String(text) => self.value(text, MAX_NESTED),
            Value::Array(parts) => {
                let changed = parts.iter_mut().map(|part| self.details(part));
                return changed.fold(false, |any, changed| any | changed);
            }
            Value::Object(parts) => {
                let changed = parts.iter_mut().map(|(_, part)| self.details(part));
                return changed.fold(false, |any, changed| any | changed);
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => return false,
        };
        let Cow::Owned(masked) = masked else {
            return false;
        };
        *part = Value::String(masked);
        true
    }

    /// The header of a log, with its input and variables masked. The definition is as its author
    /// wrote it.
    #[must_use]
    pub fn header(&self, header: LogHeader) -> LogHeader {
        let input = self.value(&header.input, MAX_NESTED).as_ref().into();
        let variables = header.variables.iter();
        let variables = variables.map(|(name, value)| (name.clone(), self.document(value)));
        LogHeader {
            input,
            variables: variables.collect(),
            ..header
        }
    }

    /// A text that may be JSON.
    fn value<'t>(&self, text: &'t str, nested: u8) -> Cow<'t, str> {
        let is_json = nested > 0
            && text.trim_start().starts_with(['{', '[', '"'])
            && serde_json::from_str::<IgnoredAny>(text).is_ok();
        let masked = if is_json {
            self.json(text, nested - 1)
        } else {
            self.plain(text)
        };
        masked.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    fn plain(&self, text: &str) -> Option<String> {
        let mut masked: Option<String> = None;
        for value in &self.values {
            let escaped = serde_json::to_string(value).expect("a string is JSON");
            for value in [value, &escaped[1..escaped.len() - 1]] {
                let seen = masked.as_deref().unwrap_or(text);
                if seen.contains(value) {
                    masked = Some(seen.replace(value, MASK));
                }
            }
        }
        masked
    }

    /// JSON with the values masked in its strings and keys, and numbers that are one of them;
    /// `None` when none is. It is gone through token by token, however deep it is.
    fn json(&self, text: &str, nested: u8) -> Option<String> {
        let (mut masked, mut done, mut at) = (String::new(), 0, 0);
        while let Some(skipped) = text.as_bytes()[at..].iter().position(|b| begins(*b)) {
            let start = at + skipped;
            at = start + token(&text[start..]);
            if let Some(token) = self.token(&text[start..at], nested) {
                masked.push_str(&text[done..start]);
                masked.push_str(&token);
                done = at;
            }
        }
        masked.push_str(&text[done..]);
        (done > 0).then_some(masked)
    }

    fn token(&self, token: &str, nested: u8) -> Option<String> {
        if !token.starts_with('"') {
            let is_secret = self.values.iter().any(|value| value == token);
            return is_secret.then(|| format!("\"{MASK}\""));
        }
        let Ok(content) = serde_json::from_str::<Cow<'_, str>>(token) else {
            return self.plain(token);
        };
        match self.value(&content, nested) {
            Cow::Borrowed(_) => None,
            Cow::Owned(masked) => Some(serde_json::to_string(&masked).expect("a string is JSON")),
        }
    }
}

/// Whether a token begins with this byte that may hold a value.
fn begins(byte: u8) -> bool {
    byte == b'"' || byte == b'-' || byte.is_ascii_digit()
}

/// The length of the string or number that a text begins with.
fn token(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes[0] != b'"' {
        let is_number = |b: &u8| b.is_ascii_digit() || b"+-.eE".contains(b);
        return bytes.iter().take_while(|b| is_number(b)).count();
    }
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Timestamp;
    use crate::history::ExecutionType;

    fn masking() -> Masking {
        let mut masking = Masking::default();
        let values = ["hunter2!", "hunter2", "say \"é\"", "81234", "abc", ""];
        masking.add(values.map(str::to_owned));
        masking
    }

    #[test]
    fn values_are_masked_wherever_they_stand_in_text() {
        let check = |text: &str, expected: &str| assert_eq!(masking().text(text), expected);
        check("Bearer hunter2!", "Bearer ***");
        check("hunter2hunter2", "******");
        check("abc", "abc");
        check("{\"a\": \"say \\\"é\\\"\"}", "{\"a\": \"***\"}");
    }

    #[test]
    fn json_stays_json() {
        #[track_caller]
        fn check(text: &str, expected: &str) {
            let document = Json::parse(text).expect("JSON");
            assert_eq!(masking().document(&document).text(), expected);
        }
        check(r#"{"a":"hunter2","b":[1]}"#, r#"{"a":"***","b":[1]}"#);
        check(r#"{"hunter2":null}"#, r#"{"***":null}"#);
        check("[81234,812345,-81234]", r#"["***",812345,-81234]"#);
        check(r#""say \"\u00e9\"""#, r#""***""#);
        check(r#"{"a": 1,  "b": 2}"#, r#"{"a": 1,  "b": 2}"#);
        // A document in a string, as an event's payload.
        check(
            r#"{"body":"{\"pin\":81234,\"p\":\"say \\\"é\\\"\"}"}"#,
            r#"{"body":"{\"pin\":\"***\",\"p\":\"***\"}"}"#,
        );
        let deep = format!("{}\"hunter2\"{}", "[".repeat(400), "]".repeat(400));
        check(&deep, &deep.replace("hunter2", "***"));
    }

    #[test]
    fn events_are_masked_in_their_payloads() {
        let line = r#"{"timestamp":1.005,"type":"PassStateEntered","id":2,"previousEventId":0,"stateEnteredEventDetails":{"name":"A","input":"{\"token\":\"hunter2\"}"}}"#;
        let event = read_event(line).expect("an event");
        let masked = masking().event(&event).expect("there is a secret");
        let expected = event.to_line().replace("hunter2", "***");
        assert_eq!(masked.to_line(), expected);
        let harmless = read_event(&line.replace("hunter2", "hunter")).expect("an event");
        assert_eq!(masking().event(&harmless), None);
        // A secret that is a word of ours does no harm.
        let mut words = Masking::default();
        words.add(["PassStateEntered", "input", "type"].map(str::to_owned));
        assert_eq!(words.event(&event), None);
        assert_eq!(Masking::default().event(&event), None);
    }

    #[test]
    fn the_header_of_a_log_tells_no_secret() {
        let variables = [("key", Json::from("hunter2"))];
        let header = LogHeader {
            asl: LogHeader::VERSION,
            definition: "{}".into(),
            definition_path: None,
            input: "{\"a\":\"hunter2\"}".into(),
            variables: variables.map(|(name, value)| (name.into(), value)).into(),
            execution_type: ExecutionType::Standard,
            name: "e".to_owned(),
            execution_arn: "e".to_owned(),
            state_machine_arn: "m".to_owned(),
            start_time: Timestamp(0),
            seed: 0,
            tool: String::new(),
        };
        let masked = masking().header(header);
        assert_eq!(&*masked.input, "{\"a\":\"***\"}");
        assert_eq!(masked.variables["key"], Json::from("***"));
    }

    #[test]
    fn a_value_of_several_lines_is_masked_line_by_line() {
        let mut masking = Masking::default();
        masking.add(["-----BEGIN KEY-----\nMIIEpAIB\n".to_owned()]);
        assert_eq!(masking.text("key: MIIEpAIB"), "key: ***");
    }
}
