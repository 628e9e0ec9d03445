//! What stands in a JSON text without quotes: numbers, `true`, `false`, `null`, and everything
//! that people write instead of them.
//!
//! A placeholder such as `${Seconds}` is none of the latter: a deployment fills it in before
//! anybody reads the text as JSON. It is read as a string, and no finding.

use std::sync::Arc;

use super::lexer::Lexer;
use super::syntax_error;
use crate::data::Number;
use crate::syntax::{Diagnostic, Kind, Span, number};

/// Longer words are not repeated in messages.
const QUOTED: usize = 40;

impl Lexer<'_, '_> {
    /// A word or number that begins here. What is none is reported, and is read as what it was
    /// most likely meant to be.
    pub(super) fn bare(&mut self) -> Kind {
        let start = self.at;
        self.skip_bare();
        let word = &self.text[start..self.at];
        let span = Span::new(start, self.at);
        match word {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "null" => Kind::Null,
            _ if number::is_json(word) => self.number(word, span),
            _ if has_placeholder(word) => Kind::String(word.into()),
            _ if looks_numeric(word) => self.broken_number(word, span),
            _ => self.unquoted(word, span),
        }
    }

    fn skip_bare(&mut self) {
        let mut first = true;
        while let Some(byte) = self.peek() {
            // A placeholder `${Name}` belongs to the word, though braces end it elsewhere.
            if let Some(length) = placeholder(&self.text[self.at..]) {
                self.at += length;
                first = false;
                continue;
            }
            let ends = match byte {
                b' ' | b'\n' | b'\r' | b'\t' | b'{' | b'}' | b'[' | b']' | b',' | b':' | b'"' => {
                    true
                }
                b'/' => self.begins_comment(),
                _ => self.foreign_blank().is_some(),
            };
            if ends && !first {
                return;
            }
            first = false;
            self.at += self.text[self.at..]
                .chars()
                .next()
                .map_or(1, char::len_utf8);
        }
    }

    fn number(&mut self, text: &str, span: Span) -> Kind {
        if let Some(number) = number::read(text) {
            return Kind::Number(number);
        }
        self.report(
            syntax_error("number is too large")
                .label(span, "beyond 1.7976931348623157e308")
                .help("write it as a string, if it is not calculated with"),
        );
        Kind::Null
    }

    fn broken_number(&mut self, text: &str, span: Span) -> Kind {
        let shown = shorten(text);
        let error = syntax_error(format!("`{shown}` is not a number of JSON"));
        let meant = meant(text);
        let (label, value) = match meant {
            Some((label, value)) => (label, number::read(&value).map(|number| (number, value))),
            None => ("not a decimal number", None),
        };
        self.report(with_help(error.label(span, label), value.as_ref()));
        value.map_or(Kind::Null, |(number, _)| Kind::Number(number))
    }

    fn unquoted(&mut self, word: &str, span: Span) -> Kind {
        let shown = shorten(word);
        let (value, meant) = match word {
            "True" | "TRUE" => (Kind::Bool(true), "true"),
            "False" | "FALSE" => (Kind::Bool(false), "false"),
            "Null" | "NULL" | "None" | "nil" | "undefined" => (Kind::Null, "null"),
            "NaN" | "Infinity" | "-Infinity" | "+Infinity" => (Kind::Null, ""),
            _ => (Kind::String(word.into()), "\""),
        };
        let error = match meant {
            "" => syntax_error(format!("JSON has no `{shown}`"))
                .label(span, "not a number of JSON")
                .help("use `null`, or write it as a string"),
            "\"" => unquoted_text(word, &shown, span),
            _ => syntax_error(format!("unknown word `{shown}`"))
                .label(span, "not a value of JSON")
                .help(format!("write `{meant}`")),
        };
        self.report(error);
        // What follows a stray word seldom fits: it was the start of something else.
        if matches!(value, Kind::String(_)) {
            self.mute();
        }
        value
    }
}

fn unquoted_text(word: &str, shown: &str, span: Span) -> Diagnostic {
    if word.starts_with(['“', '”', '„', '‘', '’', '«']) {
        return syntax_error("string is in typographic quotes")
            .label(span, "needs straight double quotes")
            .help("write `\"`");
    }
    syntax_error(format!("unexpected `{shown}`"))
        .label(span, "text needs double quotes")
        .help(format!("write `\"{shown}\"`, if it is meant as text"))
}

/// The length of a placeholder `${Name}` that a text begins with. What is in the braces is a name
/// of a parameter, a resource's attribute or a variable; `${` begins other things elsewhere.
fn placeholder(text: &str) -> Option<usize> {
    let name = text.strip_prefix("${")?;
    let belongs = |char: char| {
        char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':' | '!' | '[' | ']' | '*')
    };
    let end = name.find(|char| !belongs(char))?;
    (end > 0 && name[end..].starts_with('}')).then_some(end + 3)
}

/// Whether a word is a placeholder, or holds one.
pub(super) fn has_placeholder(word: &str) -> bool {
    let mut openings = word.match_indices("${");
    openings.any(|(at, _)| placeholder(&word[at..]).is_some())
}

/// Whether somebody meant a number: it starts like one.
fn looks_numeric(word: &str) -> bool {
    let digits = word.strip_prefix(['+', '-']).unwrap_or(word);
    let digits = digits.strip_prefix('.').unwrap_or(digits);
    digits.starts_with(|char: char| char.is_ascii_digit())
}

/// What is wrong with a number, and the number that was meant.
fn meant(text: &str) -> Option<(&'static str, String)> {
    let (sign, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (&text[..1], rest),
        None => ("", text),
    };
    let minus = if sign == "-" { "-" } else { "" };
    let bare = rest.trim_start_matches('0');
    let bare = if bare.starts_with(|char: char| char.is_ascii_digit()) {
        bare.to_owned()
    } else {
        format!("0{bare}")
    };
    // A point needs digits on both sides.
    let bare = match bare.split_once('.') {
        Some((whole, "")) => whole.to_owned(),
        Some((whole, rest)) if rest.starts_with(['e', 'E']) => format!("{whole}{rest}"),
        _ => bare,
    };
    let label = if sign == "+" {
        "a number has no `+`"
    } else if rest.starts_with('.') {
        "a digit must stand before the point"
    } else if rest.len() > 1 && rest.starts_with('0') && !rest.starts_with("0.") {
        "a number has no leading zeros"
    } else {
        "a digit must follow the point"
    };
    let value = format!("{minus}{bare}");
    number::is_json(&value).then_some((label, value))
}

fn with_help(error: Diagnostic, value: Option<&(Number, String)>) -> Diagnostic {
    match value {
        Some((_, text)) => error.help(format!(
            "write `{}`, or put it in double quotes",
            shorten(text)
        )),
        None => error.help("write a decimal number, or put it in double quotes"),
    }
}

fn shorten(word: &str) -> Arc<str> {
    match word.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &word[..end]).into(),
        None => word.into(),
    }
}
