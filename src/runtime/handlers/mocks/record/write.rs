//! A mocks file as text. Values stand in it as JSON, which is YAML too.

use std::fmt::Write as _;
use std::io;

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::pages::{Group, Page, pages};
use super::{Call, Recorded, Reply, Written};
use crate::data::{Json, StatesError};
use crate::query::jsonata::strip_delimiters;

/// What fits on a line after its key.
const MAX_LINE: usize = 80;

/// An answer that never comes, for what the engine ends.
const NEVER: &str = "366d";

/// Writes values that may have to be hidden.
struct Writer<'w> {
    shown: &'w dyn Fn(&Json) -> Json,
    text: String,
}

pub(super) fn written(
    recorded: &Recorded,
    about: &str,
    tasks: &[&str],
    shown: &dyn Fn(&Json) -> Json,
) -> Written {
    let mut writer = Writer {
        shown,
        text: format!("# {about}\n"),
    };
    let mut notes = Vec::new();
    let pages = pages(recorded);
    for page in &pages {
        writer.page(page, &mut notes);
    }
    notes.dedup();
    let is_called = |task: &str| pages.iter().any(|page| **page.state == *task);
    let mut uncalled: Vec<&str> = tasks
        .iter()
        .copied()
        .filter(|task| !is_called(task))
        .collect();
    uncalled.sort_unstable();
    uncalled.dedup();
    writer.uncalled(&uncalled);
    if pages.is_empty() && uncalled.is_empty() {
        writer.text.push_str("# No Task was called.\n{}\n");
    }
    Written {
        text: writer.text,
        notes,
    }
}

impl Writer<'_> {
    fn page(&mut self, page: &Page<'_>, notes: &mut Vec<String>) {
        let key = name(page.state);
        self.line(0, format_args!("{key}:"));
        for group in &page.groups {
            let (calls, is_told) = group.calls();
            if !is_told {
                notes.push(format!(
                    "executions that were begun by others got different answers of {:?} to the \
                     same input: those of one are in the file",
                    page.state
                ));
            }
            self.group(group, calls);
        }
    }

    fn uncalled(&mut self, tasks: &[&str]) {
        if !tasks.is_empty() {
            self.line(0, format_args!("# Not called."));
        }
        for task in tasks {
            let key = name(task);
            self.line(0, format_args!("{key}:"));
            let error = StatesError::new("NotRecorded", "there was no call to be recorded");
            self.member("  - ", "throw", &document(&error));
        }
    }

    fn group(&mut self, group: &Group<'_>, calls: &[&Call]) {
        let mut left = calls;
        while let Some(first) = left.first() {
            let same = left.iter().take_while(|call| call.is_like(first)).count();
            let (these, others) = left.split_at(same);
            // The last answer is repeated anyway.
            let times = if others.is_empty() { 1 } else { same };
            self.answer(group, these, times);
            left = others;
        }
    }

    fn answer(&mut self, group: &Group<'_>, calls: &[&Call], times: usize) {
        let call = calls[0];
        self.delays(calls);
        let mut dash = "  - ";
        let mut begin = || std::mem::replace(&mut dash, "    ");
        if let Some((payload, is_all)) = &group.when {
            let key = if *is_all { "when-equal" } else { "when" };
            self.member(begin(), key, &(self.shown)(payload));
        }
        if times > 1 {
            self.member(
                begin(),
                "times",
                &Json::from(i64::try_from(times).unwrap_or(1)),
            );
        }
        let is_told = |submit: &&Json| **submit != Json::empty_object();
        if let Some(submit) = call.submit.as_ref().filter(is_told) {
            let value = self.value(submit);
            self.member(begin(), "submit", &value);
        }
        match &call.result {
            Reply::Return(value) => {
                let value = self.value(value);
                self.member(begin(), "return", &value);
            }
            Reply::Throw(error) => {
                let value = self.value(&document(error));
                self.member(begin(), "throw", &value);
            }
            Reply::Never => {
                self.member(begin(), "delay", &Json::from(NEVER));
                self.member(begin(), "return", &Json::Null);
            }
        }
    }

    /// How long the answers took, for a person.
    fn delays(&mut self, calls: &[&Call]) {
        const MOST: usize = 5;
        if calls[0].result == Reply::Never {
            return self.line(1, format_args!("# was not answered"));
        }
        let took = calls.iter().map(|call| call.answered.since(call.at));
        let took: Vec<String> = took
            .take(MOST)
            .map(|millis| format!("{millis} ms"))
            .collect();
        if took.iter().all(|took| took == "0 ms") {
            return;
        }
        let more = if calls.len() > MOST { ", …" } else { "" };
        self.line(1, format_args!("# after {}{more}", took.join(", ")));
    }

    fn member(&mut self, before: &str, key: &str, value: &Json) {
        if value.size() <= MAX_LINE {
            let line = spaced(value);
            return self.line(0, format_args!("{before}{key}: {line}"));
        }
        self.line(0, format_args!("{before}{key}:"));
        self.text.push_str("      ");
        block(value, 6, &mut self.text);
        self.text.push('\n');
    }

    fn line(&mut self, level: usize, line: std::fmt::Arguments<'_>) {
        let indent = 2 * level;
        writeln!(self.text, "{:indent$}{line}", "").expect("a string takes all");
    }

    /// A value that is given as it is: text that looks like an expression becomes one that gives
    /// this text.
    fn value(&self, value: &Json) -> Json {
        quoted(&(self.shown)(value))
    }
}

impl Call {
    fn is_like(&self, other: &Self) -> bool {
        self.result == other.result && self.submit == other.submit
    }
}

fn document(error: &StatesError) -> Json {
    let cause = error.cause.clone();
    let members = [
        Some(("error", Json::from(error.name()))),
        cause.map(|cause| ("cause", Json::String(cause))),
    ];
    members.into_iter().flatten().collect()
}

fn quoted(value: &Json) -> Json {
    match value {
        Json::String(text) if strip_delimiters(text).is_some() => {
            // A string of JSONata is written like one of JSON.
            Json::from(format!("{{% {} %}}", value.text()))
        }
        Json::Array(array) => array.items().iter().map(quoted).collect(),
        Json::Object(object) => {
            let members = object.iter();
            members
                .map(|(key, value)| (&**key, quoted(value)))
                .collect()
        }
        _ => value.clone(),
    }
}

/// A state's name as a key.
fn name(text: &str) -> String {
    const RESERVED: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || " _-".contains(c))
        && !RESERVED.contains(&&*text.to_ascii_lowercase());
    if is_plain {
        return text.to_owned();
    }
    Json::from(text).text().into_owned()
}

/// JSON whose parts stand on one line as far as they fit. Documents have a deepest level, which
/// bounds the recursion.
fn block(value: &Json, indent: usize, out: &mut String) {
    let parts: Vec<(String, &Json)> = match value {
        Json::Array(array) => array
            .items()
            .iter()
            .map(|item| (String::new(), item))
            .collect(),
        Json::Object(object) => {
            let key = |key: &std::sync::Arc<str>| format!("{}: ", Json::String(key.clone()).text());
            object
                .iter()
                .map(|(name, value)| (key(name), value))
                .collect()
        }
        _ => Vec::new(),
    };
    if parts.is_empty() || value.size() + indent <= MAX_LINE {
        out.push_str(&spaced(value));
        return;
    }
    let [open, close] = if value.as_array().is_some() {
        ['[', ']']
    } else {
        ['{', '}']
    };
    out.push(open);
    let inner = indent + 2;
    for (at, (key, part)) in parts.into_iter().enumerate() {
        let comma = if at > 0 { "," } else { "" };
        write!(out, "{comma}\n{:inner$}{key}", "").expect("a string takes all");
        block(part, inner, out);
    }
    write!(out, "\n{:indent$}{close}", "").expect("a string takes all");
}

/// JSON on one line, with the blanks that people write.
fn spaced(value: &Json) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, Spaced);
    value
        .serialize(&mut serializer)
        .expect("a document has string keys");
    String::from_utf8(bytes).expect("JSON is text")
}

struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Format, Source, read};

    #[test]
    fn what_is_written_is_read_again() {
        let check = |text: &str| {
            let value = Json::parse(text).expect("JSON");
            let key = name(value.as_str().unwrap_or("key"));
            let mut writer = Writer {
                shown: &Json::clone,
                text: format!("{key}:\n"),
            };
            writer.member("  - ", "return", &value);
            let source = Source::new("mocks.yaml", writer.text);
            let (tree, findings) = read(&source, Format::Yaml);
            assert_eq!(findings, [], "{}", source.text);
            let [entry] = tree.root().entries() else {
                panic!("one key in {}", source.text)
            };
            let first = tree.node(entry.value).items().next().expect("one answer");
            let found = first.get("return").map(crate::syntax::Node::to_json);
            assert_eq!(found.as_ref(), Some(&value), "{}", source.text);
            assert_eq!(&*entry.key, value.as_str().unwrap_or("key"));
        };
        for text in [
            "null",
            "-0.5",
            "1e300",
            "12345678901234567890",
            "[]",
            r#"{"a": [{}, [[]], ""], "": "- x", "b: #": "yes"}"#,
            r#""""#,
            r#""no""#,
            r#""\u0085\u2028\ufeff\u007f\u0000\u001b\t\r\n""#,
            r#""'\"\\/😀 ''""#,
            r#"" blank ""#,
        ] {
            check(text);
        }
        check(&format!(
            "[{}]",
            ["\"long enough for a block\""; 9].join(",")
        ));
        check(&format!("{{\"{}\": 1}}", "long key ".repeat(400)));
    }
}
