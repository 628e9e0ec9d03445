//! The slot at a byte of a JSON text.

use super::slot::{Right, Slot, Wants};
use crate::syntax::Span;

/// What the last token before the word was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Open,
    Comma,
    Colon,
    Value,
}

/// The tokens before the cursor.
struct Scan {
    /// The brackets that are open.
    open: Vec<u8>,
    before: Before,
    /// Where the string begins that the cursor is in.
    string: Option<usize>,
    /// Where the word begins that the cursor is in.
    word: Option<usize>,
}

pub(super) fn slot(text: &str, offset: usize) -> Option<Slot> {
    let scan = Scan::of(text.get(..offset)?.as_bytes());
    let start = scan.string.or(scan.word).unwrap_or(offset);
    let wants = match scan.open.last()? {
        b'{' if scan.before != Before::Colon => Wants::Key,
        _ => Wants::Value,
    };
    let (end, is_closed) = end_of_word(text, offset, scan.string.is_some());
    let next = text[end..].trim_start().chars().next();
    let right = if next == Some(':') {
        Right::Colon
    } else {
        Right::Nothing
    };
    let mut whole = text[..start].to_owned();
    if scan.before == Before::Value {
        whole.push(',');
    }
    let at = whole.len();
    match (scan.string.is_some(), is_closed) {
        (true, true) => whole.push_str(&text[start..end]),
        (true, false) => whole.extend([&text[start..end], "\""]),
        (false, _) => whole.extend(["\"", &text[start..end], "\""]),
    }
    if wants == Wants::Key && right == Right::Nothing {
        whole.push_str(":null");
    }
    if !matches!(next, None | Some(',' | '}' | ']' | ':')) {
        whole.push(',');
    }
    whole.push_str(&text[end..]);
    // A value keeps its quotes, a key is replaced with them.
    let is_quoted = scan.string.is_some() && wants == Wants::Value;
    let replaces = if is_quoted {
        Span::new(start + 1, end - usize::from(is_closed))
    } else {
        Span::new(start, end)
    };
    Some(Slot {
        text: whole,
        at,
        wants,
        replaces,
        quote: is_quoted.then_some('"'),
        right,
    })
}

/// Where the word that the cursor is in ends, and whether a string is closed there.
fn end_of_word(text: &str, offset: usize, in_string: bool) -> (usize, bool) {
    let rest = &text.as_bytes()[offset..];
    if !in_string {
        let length = rest.iter().position(|byte| !is_bare(*byte));
        return (offset + length.unwrap_or(rest.len()), false);
    }
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        match byte {
            b'"' => return (offset + at + 1, true),
            b'\n' | b'\r' => break,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    // What follows on the line was not meant to be in the string.
    (offset, false)
}

impl Scan {
    fn of(before_cursor: &[u8]) -> Self {
        let mut scan = Self {
            open: Vec::new(),
            before: Before::Nothing,
            string: None,
            word: None,
        };
        let mut at = 0;
        while let Some(byte) = before_cursor.get(at) {
            at += scan.take(*byte, at);
        }
        scan
    }

    /// Takes a byte; how many to go on.
    fn take(&mut self, byte: u8, at: usize) -> usize {
        if self.string.is_some() {
            match byte {
                b'\\' => return 2,
                b'"' | b'\n' | b'\r' => {
                    self.string = None;
                    self.before = Before::Value;
                }
                _ => {}
            }
            return 1;
        }
        if is_bare(byte) {
            self.word.get_or_insert(at);
            return 1;
        }
        if self.word.take().is_some() {
            self.before = Before::Value;
        }
        match byte {
            b'"' => self.string = Some(at),
            b'{' | b'[' => {
                self.open.push(byte);
                self.before = Before::Open;
            }
            b'}' | b']' => {
                self.open.pop();
                self.before = Before::Value;
            }
            b',' => self.before = Before::Comma,
            b':' => self.before = Before::Colon,
            _ => {}
        }
        1
    }
}

/// What words without quotes are made of; a byte order mark is none.
fn is_bare(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'-' | b'+')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with `|` for the cursor, the whole text with the word's place, what is replaced.
    fn check(text: &str, wants: Wants, whole: &str, replaced: &str) {
        let offset = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        let slot = slot(&text, offset).expect("something can be completed");
        let mut shown = slot.text.clone();
        shown.insert(slot.at, '|');
        assert_eq!((shown.as_str(), slot.wants), (whole, wants), "{text}");
        assert_eq!(&text[slot.replaces.range()], replaced, "{text}");
    }

    #[test]
    fn a_key_gets_its_quotes_its_colon_and_its_commas() {
        let key = Wants::Key;
        check("{|}", key, r#"{|"":null}"#, "");
        check(r#"{"|"}"#, key, r#"{|"":null}"#, r#""""#);
        check(r#"{Ty|pe}"#, key, r#"{|"Type":null}"#, "Type");
        check(r#"{"Ty|"#, key, r#"{|"Ty":null"#, r#""Ty"#);
        check(
            r#"{"a": 1 | "b": 2}"#,
            key,
            r#"{"a": 1 ,|"":null, "b": 2}"#,
            "",
        );
        check(r#"{"a": {} "|" }"#, key, r#"{"a": {} ,|"":null }"#, r#""""#);
        check(r#"{"T|": 1}"#, key, r#"{|"T": 1}"#, r#""T""#);
        check("{\"T|\n\"b\": 1}", key, "{|\"T\":null,\n\"b\": 1}", "\"T");
    }

    #[test]
    fn a_value_keeps_its_quotes() {
        let value = Wants::Value;
        check(r#"{"a": |}"#, value, r#"{"a": |""}"#, "");
        check(
            r#"{"a": "x|y", "b": 1}"#,
            value,
            r#"{"a": |"xy", "b": 1}"#,
            "xy",
        );
        check(
            r#"{"a": "\"|\" "}"#,
            value,
            r#"{"a": |"\"\" "}"#,
            r#"\"\" "#,
        );
        check("{\"a\": \"x|, 1\n}", value, "{\"a\": |\"x\", 1\n}", "x");
        check(r#"{"a": tr|}"#, value, r#"{"a": |"tr"}"#, "tr");
        check(r#"["a" |]"#, value, r#"["a" ,|""]"#, "");
        check("[\"a\",\n|\n]", value, "[\"a\",\n|\"\"\n]", "");
    }

    #[test]
    fn outside_of_all_brackets_there_is_nothing() {
        for text in ["", "x", "{}", "]", "\u{feff}"] {
            assert_eq!(slot(text, text.len()), None, "{text}");
        }
        assert_eq!(slot("é", 1), None, "within a character");
    }
}
