//! Random texts written in every style: each character is found where it was written.

use std::fmt::Write;

use proptest::prelude::*;

use super::place;
use crate::syntax::{Format, Node, Source, Span, read};

/// A string as somebody wrote it.
#[derive(Default)]
struct Written {
    source: String,
    /// Where each character of the text stands.
    places: Vec<Span>,
    /// What is still to be decided by chance.
    chances: Vec<u8>,
}

impl Written {
    fn chance(&mut self, of: u8) -> bool {
        self.chances.pop().unwrap_or_default().is_multiple_of(of)
    }

    fn raw(&mut self, text: &str) {
        self.source.push_str(text);
    }

    /// Writes what one character of the text stands as.
    fn char(&mut self, written: &str) {
        let start = self.source.len();
        self.source.push_str(written);
        self.places.push(Span::new(start, self.source.len()));
    }

    fn escaped(&mut self, char: char) {
        let unit = u32::from(char);
        let written = match (char, self.chance(2)) {
            ('\n', true) => "\\n".to_owned(),
            ('\t', true) => "\\t".to_owned(),
            ('"', true) => "\\\"".to_owned(),
            ('\\', true) => "\\\\".to_owned(),
            ('/', true) => "\\/".to_owned(),
            _ if unit < 0x10000 => format!("\\u{unit:04x}"),
            _ => format!("\\U{unit:08X}"),
        };
        self.char(&written);
    }

    fn json(&mut self, text: &str) {
        self.raw("\"");
        for char in text.chars() {
            if u32::from(char) >= 0x10000 && self.chance(3) {
                let mut units = String::new();
                for unit in char.encode_utf16(&mut [0; 2]) {
                    write!(units, "\\u{unit:04X}").expect("strings take all");
                }
                self.char(&units);
            } else if u32::from(char) < 0x10000 && (must_escape(char) || self.chance(4)) {
                self.escaped(char);
            } else {
                self.char(char.encode_utf8(&mut [0; 4]));
            }
        }
        self.raw("\"");
    }

    fn double(&mut self, text: &str) {
        self.raw("\"");
        let chars: Vec<char> = text.chars().collect();
        for (at, char) in chars.iter().enumerate() {
            if self.chance(5) {
                self.raw("\\\n   ");
                // What follows may be a blank, which a line cannot begin with.
                self.escaped(*char);
            } else if *char == ' ' && is_between_words(&chars, at) && self.chance(2) {
                self.char(" \t\n    ");
            } else if must_escape(*char) || self.chance(4) {
                self.escaped(*char);
            } else {
                self.char(char.encode_utf8(&mut [0; 4]));
            }
        }
        self.raw("\"");
    }

    fn single(&mut self, text: &str) {
        self.raw("'");
        self.folded_words(text, |char| match char {
            '\'' => "''".to_owned(),
            char => char.to_string(),
        });
        self.raw("'");
    }

    fn plain(&mut self, text: &str) {
        self.folded_words(text, |char| char.to_string());
    }

    /// Words on several lines: single blanks may be line breaks, and line breaks are doubled.
    fn folded_words(&mut self, text: &str, write: impl Fn(char) -> String) {
        let chars: Vec<char> = text.chars().collect();
        for (at, char) in chars.iter().enumerate() {
            match char {
                '\n' => {
                    if at == 0 || chars[at - 1] != '\n' {
                        self.raw(" \n");
                    }
                    self.char("\n");
                    self.raw("   ");
                }
                ' ' if is_between_words(&chars, at) && self.chance(2) => self.char("\r\n    "),
                char => self.char(&write(*char)),
            }
        }
    }

    fn literal(&mut self, text: &str, outer: usize, indent: usize, indicator: bool) {
        self.raw("|-");
        if indicator {
            self.raw(&(indent - outer).to_string());
        }
        self.raw(" # lines\n");
        for line in text.split('\n') {
            if !line.is_empty() {
                self.raw(&" ".repeat(indent));
            }
            for char in line.chars() {
                self.char(char.encode_utf8(&mut [0; 4]));
            }
            self.char("\n");
        }
        self.places.pop();
    }

    /// Words and blanks, joined by line breaks; lines that are indented further are kept.
    fn folded(&mut self, text: &str) {
        self.raw(">-\n    ");
        let chars: Vec<char> = text.chars().collect();
        for (at, char) in chars.iter().enumerate() {
            match char {
                ' ' if is_between_words(&chars, at) && self.chance(2) => {
                    self.char("\n");
                    self.raw("    ");
                }
                '\n' => {
                    if at == 0 || chars[at - 1] != '\n' {
                        self.raw("\n");
                    }
                    self.char("\n");
                    if chars.get(at + 1) != Some(&'\n') {
                        self.raw("    ");
                    }
                }
                char => self.char(char.encode_utf8(&mut [0; 4])),
            }
        }
    }
}

fn must_escape(char: char) -> bool {
    matches!(char, '"' | '\\' | '\n' | '\t' | '\u{85}' | '\u{2028}')
}

fn is_between_words(chars: &[char], at: usize) -> bool {
    let is_word = |char: Option<&char>| char.is_some_and(|char| !char.is_whitespace());
    at > 0 && is_word(chars.get(at - 1)) && is_word(chars.get(at + 1))
}

/// Reads `before`, the string and `after`, and holds every character against its place.
fn check(format: Format, text: &str, written: &Written, before: &str, after: &str) {
    let whole = format!("{before}{}{after}", written.source);
    let source = Source::new("test", whole.as_str());
    let (tree, findings) = read(&source, format);
    assert_eq!(findings, [], "{whole}");
    let node = innermost(tree.root());
    assert_eq!(node.as_str().map(|text| &**text), Some(text), "{whole}");
    let shift = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        Span::new(start + before.len(), end + before.len())
    };
    for ((offset, char), expected) in text.char_indices().zip(&written.places) {
        let found = source.within(node.span(), offset, char.len_utf8());
        assert_eq!(
            found,
            shift(*expected),
            "{char:?} at {offset} of {text:?} in {whole:?}"
        );
    }
    let all = source.within(node.span(), 0, text.len());
    if let (Some(first), Some(last)) = (written.places.first(), written.places.last()) {
        assert_eq!(
            (all.start, all.end),
            (shift(*first).start, shift(*last).end)
        );
    }
}

fn innermost(mut node: Node<'_>) -> Node<'_> {
    loop {
        let last = node.entries().last().map(|entry| entry.value);
        node = match (last, node.items().last()) {
            (Some(value), _) => node.tree().node(value),
            (None, Some(item)) => item,
            (None, None) => return node,
        };
    }
}

fn any_text() -> impl Strategy<Value = String> {
    let char = prop_oneof![
        8 => prop::sample::select(vec!['a', 'b', ' ', '\'', '"', '\\', '/', '{', ':', '#', ',']),
        2 => prop::sample::select(vec!['\n', '\t', 'é', '\u{a0}', '\u{85}', '\u{2028}', '🚀']),
        1 => any::<char>().prop_filter("is printable", |char| !char.is_control() && *char != '\u{feff}'),
    ];
    prop::collection::vec(char, 0..40).prop_map(|chars| chars.into_iter().collect())
}

/// Words with single blanks or line breaks between them.
fn words(
    alphabet: &'static [char],
    breaks: &'static [&'static str],
) -> impl Strategy<Value = String> {
    let word = prop::collection::vec(prop::sample::select(alphabet), 1..6);
    let gap = prop::sample::select(breaks);
    prop::collection::vec((word, gap), 1..8).prop_map(|words| {
        let mut text = String::new();
        for (at, (word, gap)) in words.iter().enumerate() {
            if at > 0 {
                text.push_str(gap);
            }
            text.extend(word);
        }
        text
    })
}

/// Lines for a block: the first has something on it and begins with no blank, no line ends with
/// one, and the last is not empty.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let line = words(&['a', '"', '{', 'é', '#', ':', '\\', '🚀'], &[" ", "  "]);
    let line = (0..4_usize, line, any::<bool>()).prop_map(|(blanks, line, is_empty)| {
        if is_empty {
            String::new()
        } else {
            format!("{}{line}", " ".repeat(blanks))
        }
    });
    let end = || words(&['a', 'é'], &[" "]);
    (end(), prop::collection::vec(line, 0..6), end()).prop_map(|(first, inner, last)| {
        let mut lines = vec![first];
        lines.extend(inner);
        lines.push(last);
        lines
    })
}

fn written(chances: Vec<u8>) -> Written {
    Written {
        chances,
        ..Written::default()
    }
}

proptest! {
    #[test]
    fn json_strings(text in any_text(), chances in prop::collection::vec(any::<u8>(), 100)) {
        let mut json = written(chances);
        json.json(&text);
        check(Format::Json, &text, &json, "{\"é\": [", "]}");
    }

    #[test]
    fn double_quoted(text in any_text(), chances in prop::collection::vec(any::<u8>(), 200)) {
        let mut yaml = written(chances);
        yaml.double(&text);
        check(Format::Yaml, &text, &yaml, "é: !Sub ", "\n");
        check(Format::Yaml, &text, &yaml, "- [a, ", "]\n");
    }

    #[test]
    fn single_quoted(
        text in words(&['a', '\'', '"', '\\', 'é', '🚀', '#'], &[" ", "  ", "\n", "\n\n"]),
        chances in prop::collection::vec(any::<u8>(), 60),
    ) {
        let mut yaml = written(chances);
        yaml.single(&text);
        check(Format::Yaml, &text, &yaml, "é: ", "  # end\n");
    }

    #[test]
    fn plain(
        text in words(&['a', '"', '\\', 'é', '🚀'], &[" ", "  ", "\n", "\n\n\n"]),
        chances in prop::collection::vec(any::<u8>(), 60),
    ) {
        let text = format!("x{text}");
        let mut yaml = written(chances);
        yaml.plain(&text);
        check(Format::Yaml, &text, &yaml, "é: ", "\n");
        check(Format::Yaml, &text, &yaml, "- [", "]\n");
    }

    #[test]
    fn literal_blocks(lines in lines(), indent in 3..6_usize, indicator in any::<bool>()) {
        let text = lines.join("\n");
        let mut yaml = Written::default();
        yaml.literal(&text, 2, indent, indicator);
        check(Format::Yaml, &text, &yaml, "- k: ", "");
        let mut yaml = Written::default();
        yaml.literal(&text, 0, indent, indicator);
        check(Format::Yaml, &text, &yaml, "é:\n  # c\n  &a ", "\n\n# end\n");
        check(Format::Yaml, &text, &yaml, "--- ", "\n");
    }

    #[test]
    fn folded_blocks(
        text in words(&['a', '"', '{', 'é', '#', '\\'], &[" ", "  ", "\n", "\n\n"]),
        chances in prop::collection::vec(any::<u8>(), 60),
    ) {
        let mut yaml = written(chances);
        yaml.folded(&text);
        check(Format::Yaml, &text, &yaml, "- é: ", "\n");
    }

    #[test]
    fn any_place_of_any_text_is_in_it(
        text in any_text(),
        begin in prop::sample::select(vec!["", "\"", "'", "|2\n", ">\n", "*", "\"\\", "\"\\u"]),
        offset in 0..60_usize,
        len in 0..60_usize,
    ) {
        let whole = format!("{begin}{text}");
        let span = place(&whole, Span::new(0, whole.len()), offset, len);
        prop_assert!(whole.get(span.range()).is_some(), "{span:?}");
    }
}

#[test]
fn folded_lines_that_are_indented_further_keep_their_breaks() {
    let source = Source::new("test", "a: >\n  b\n    c\n\n    d\n\n\n  e\n  f\n");
    let tree = read(&source, Format::Yaml).0;
    let node = innermost(tree.root());
    let text = node.as_str().expect("is a string");
    assert_eq!(&**text, "b\n  c\n\n  d\n\n\ne f\n");
    let found: String = text
        .char_indices()
        .map(|(at, _)| &source.text[source.within(node.span(), at, 1).range()])
        .collect();
    assert_eq!(found, "b\n  c\n\n  d\n\n\ne\nf");
}

#[test]
fn behind_the_last_character_stands_the_quote() {
    let source = Source::new("test", r#"{"a": "\u00e9"}"#);
    let span = Span::new(6, 14);
    assert_eq!(source.within(span, 0, 0), Span::new(7, 13));
    assert_eq!(source.within(span, 2, 0), Span::new(13, 14));
    assert_eq!(source.within(span, 99, 5), Span::new(13, 14));
}

#[test]
fn what_is_no_string_is_shown_whole() {
    let source = Source::new("test", "a: *b");
    assert_eq!(source.within(Span::new(3, 5), 7, 2), Span::new(3, 5));
}
