//! Literals inside a path: strings with their escapes, and the permissive JSON of filters.

use std::iter::Peekable;
use std::str::Chars;

use crate::data::{Json, Number, Object};

/// How deep a JSON literal may nest.
const MAX_DEPTH: usize = 32;

/// A string's inside without its escapes; a backslash before any other character is dropped.
pub(super) fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match rest.next() {
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('u') => out.push(code_unit(&mut rest)),
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}

fn code_unit(rest: &mut Chars<'_>) -> char {
    let digits: String = rest.by_ref().take(4).collect();
    let unit = u32::from_str_radix(&digits, 16).ok();
    unit.and_then(char::from_u32)
        .unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// A number as Java's `BigDecimal` reads it.
pub(super) fn number(text: &str) -> Option<Number> {
    let shaped = text.bytes().any(|byte| byte.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
    if !shaped {
        return None;
    }
    if let Ok(value) = text.parse() {
        return Some(Number::Int(value));
    }
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(Number::Float(value))
}

/// A JSON value with single or double quotes, or words without any, as json-smart permits.
pub(super) fn lenient_json(text: &str) -> Option<Json> {
    let mut reader = Reader {
        rest: text.chars().peekable(),
    };
    let value = reader.value(0)?;
    reader.blanks();
    reader.rest.next().is_none().then_some(value)
}

struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        while self.rest.next_if(|c| c.is_whitespace()).is_some() {}
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.blanks();
        self.rest.next_if_eq(&wanted).is_some()
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        self.blanks();
        match self.rest.peek()? {
            _ if depth > MAX_DEPTH => None,
            '[' => self.array(depth),
            '{' => self.object(depth),
            '\'' | '"' => self.string().map(Json::from),
            _ => self.word(),
        }
    }

    fn array(&mut self, depth: usize) -> Option<Json> {
        self.rest.next();
        let mut items = Vec::new();
        while !self.eat(']') {
            items.push(self.value(depth + 1)?);
            if !self.eat(',') && self.peeked() != Some(']') {
                return None;
            }
        }
        Some(Json::array(items))
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        self.rest.next();
        let mut object = Object::default();
        while !self.eat('}') {
            self.blanks();
            let key = match self.rest.peek()? {
                '\'' | '"' => self.string()?,
                _ => self.bare(),
            };
            if !self.eat(':') {
                return None;
            }
            object.insert(key, self.value(depth + 1)?);
            if !self.eat(',') && self.peeked() != Some('}') {
                return None;
            }
        }
        Some(object.into())
    }

    fn peeked(&mut self) -> Option<char> {
        self.blanks();
        self.rest.peek().copied()
    }

    fn string(&mut self) -> Option<String> {
        let quote = self.rest.next()?;
        let mut inside = String::new();
        loop {
            match self.rest.next()? {
                '\\' => inside.extend(['\\', self.rest.next()?]),
                character if character == quote => return Some(unescaped(&inside)),
                character => inside.push(character),
            }
        }
    }

    fn bare(&mut self) -> String {
        let mut word = String::new();
        while let Some(character) = self.rest.next_if(|c| !",:]}".contains(*c)) {
            word.push(character);
        }
        word.trim().to_owned()
    }

    fn word(&mut self) -> Option<Json> {
        let word = self.bare();
        Some(match word.as_str() {
            "" => return None,
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "null" => Json::Null,
            _ => number(&word).map_or_else(|| Json::from(word), Json::Number),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(literal: &str, expected: &str) {
        let found = lenient_json(literal).map(|value| value.text().into_owned());
        assert_eq!(found.as_deref(), (expected != "none").then_some(expected));
    }

    #[test]
    fn json_is_read_leniently() {
        check(
            "['a', \"b\", c, 1, -2.5, true, null]",
            r#"["a","b","c",1,-2.5,true,null]"#,
        );
        check("{'a': [1], b: {}}", r#"{"a":[1],"b":{}}"#);
        check(r"['it\'s']", r#"["it's"]"#);
        check("[1", "none");
        check("[1] 2", "none");
    }

    #[test]
    fn escapes_are_those_of_java() {
        assert_eq!(unescaped(r"a\,b\n\u0041\\"), "a,b\nA\\");
    }
}
