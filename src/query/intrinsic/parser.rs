//! Reading `States.Name(arguments)`.

use std::ops::Range;

use crate::data::{Json, Number};
use crate::query::{Path, SyntaxError};

use super::IntrinsicFunction;
use super::call::{Argument, Invocation};

/// How deep calls may nest in one field.
const MAX_NESTING: usize = 10;

const PREFIX: &str = "States.";

/// What a backslash may stand before in a literal.
const ESCAPED: [char; 4] = ['\'', '{', '}', '\\'];

pub(super) struct Parser<'t> {
    text: &'t str,
    at: usize,
    nesting: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            nesting: 0,
        }
    }

    /// Reads the text as one call and nothing else.
    pub(super) fn whole(mut self) -> Result<Invocation, SyntaxError> {
        self.skip_blanks();
        let invocation = self.call()?;
        self.skip_blanks();
        match self.rest() {
            "" => Ok(invocation),
            rest => Err(self.error(rest.trim_end().len(), "expected the end after `)`")),
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn error(&self, len: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.at, len, message)
    }

    /// Reads a character after blanks, when it is the expected one.
    fn eat(&mut self, expected: char) -> bool {
        self.skip_blanks();
        let found = self.rest().starts_with(expected);
        self.at += usize::from(found);
        found
    }

    fn call(&mut self) -> Result<Invocation, SyntaxError> {
        let start = self.at;
        if self.nesting == MAX_NESTING {
            let message = format!("calls nest deeper than {MAX_NESTING} levels");
            return Err(self.error(PREFIX.len(), message));
        }
        self.nesting += 1;
        let function = self.name()?;
        let after_name = self.at;
        if !self.eat('(') {
            let message = "expected `(` after the function's name";
            return Err(SyntaxError::new(after_name, 0, message));
        }
        let open = self.at - 1;
        let (arguments, places) = self.arguments(open)?;
        self.nesting -= 1;
        if function.takes(arguments.len()) {
            return Ok(Invocation {
                function,
                arguments: arguments.into(),
                places: places.into(),
                whole: start..self.at,
            });
        }
        let (name, found) = (function.name, arguments.len());
        let message = format!("`States.{name}` takes {}, not {found}", function.arity());
        Err(SyntaxError::new(start, self.at - start, message))
    }

    fn name(&mut self) -> Result<&'static IntrinsicFunction, SyntaxError> {
        let rest = self.rest();
        let length = rest
            .find(|c: char| !c.is_alphanumeric() && c != '.' && c != '_')
            .unwrap_or(rest.len());
        let function = rest[..length]
            .strip_prefix(PREFIX)
            .and_then(IntrinsicFunction::named);
        match function {
            Some(function) => {
                self.at += length;
                Ok(function)
            }
            None => Err(self
                .error(
                    length,
                    format!("`{}` is no intrinsic function", &rest[..length]),
                )
                .help("names are case-sensitive and start with `States.`, as in `States.Format`")),
        }
    }

    /// The arguments, and where each stands.
    fn arguments(
        &mut self,
        open: usize,
    ) -> Result<(Vec<Argument>, Vec<Range<usize>>), SyntaxError> {
        let (mut arguments, mut places) = (Vec::new(), Vec::new());
        if self.eat(')') {
            return Ok((arguments, places));
        }
        // Only the template of `Format`, its first argument, needs its escapes.
        let format = self.text[..open].trim_end().ends_with("States.Format");
        loop {
            self.skip_blanks();
            let start = self.at;
            arguments.push(self.argument(format && arguments.is_empty())?);
            places.push(start..start + self.text[start..self.at].trim_end().len());
            if self.eat(')') {
                return Ok((arguments, places));
            }
            if !self.eat(',') {
                return Err(match self.rest() {
                    "" => SyntaxError::new(open, 1, "this `(` is never closed"),
                    _ => SyntaxError::at_character(self.text, self.at, "expected `,` or `)`"),
                });
            }
        }
    }

    fn argument(&mut self, raw: bool) -> Result<Argument, SyntaxError> {
        let rest = self.rest();
        match rest.chars().next() {
            Some('\'') => self
                .string(raw)
                .map(|text| Argument::Literal(Json::from(text))),
            Some('$') => self.path().map(Argument::Path),
            Some('S') => self.call().map(Argument::Call),
            Some(_) => self.word().map(Argument::Literal),
            None => Err(self.error(0, "expected an argument")),
        }
    }

    fn string(&mut self, raw: bool) -> Result<String, SyntaxError> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.text[start + 1..].char_indices();
        while let Some((index, character)) = characters.next() {
            let at = start + 1 + index;
            match character {
                '\'' => {
                    self.at = at + 1;
                    let written = || self.text[start + 1..at].to_owned();
                    return Ok(if raw { written() } else { text });
                }
                '\\' => match characters.next() {
                    Some((_, escaped)) if ESCAPED.contains(&escaped) => text.push(escaped),
                    other => {
                        let len = 1 + other.map_or(0, |(_, other)| other.len_utf8());
                        return Err(SyntaxError::new(at, len, "no such escape")
                            .help(r"a literal has `\'`, `\{`, `\}` and `\\` only"));
                    }
                },
                _ => text.push(character),
            }
        }
        Err(SyntaxError::new(
            start,
            self.text.len() - start,
            "this `'` is never closed",
        ))
    }

    /// A path goes on to a comma or parenthesis that stands in none of its brackets.
    fn path(&mut self) -> Result<Path, SyntaxError> {
        let start = self.at;
        let end = start + path_length(self.rest());
        let path = Path::parse(&self.text[start..end]).map_err(|error| error.within(start))?;
        self.at = end;
        Ok(path)
    }

    /// `true`, `false`, `null` or a number.
    fn word(&mut self) -> Result<Json, SyntaxError> {
        let rest = self.rest();
        let length = rest.find([',', ')', ' ']).unwrap_or(rest.len());
        let value = match &rest[..length] {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            "null" => Json::Null,
            word => Json::Number(number(word).ok_or_else(|| self.no_argument(length))?),
        };
        self.at += length;
        Ok(value)
    }

    fn no_argument(&self, len: usize) -> SyntaxError {
        let message = "expected an argument";
        let error = match len {
            0 => SyntaxError::at_character(self.text, self.at, message),
            _ => self.error(len, message),
        };
        error.help("an argument is a 'string', a number, true, false, null, a path or a call")
    }
}

/// A number as JSON writes it.
fn number(word: &str) -> Option<Number> {
    Json::parse(word).ok()?.as_number()
}

fn path_length(text: &str) -> usize {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quote.is_some() => escaped = true,
            _ if quote.is_some() => quote = quote.filter(|quote| *quote != byte),
            b'\'' | b'"' if depth > 0 => quote = Some(byte),
            b'(' | b'[' => depth += 1,
            b')' | b',' if depth == 0 => return at,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::IntrinsicCall;

    fn check(expression: &str, expected: &str) {
        let error = IntrinsicCall::parse(expression).expect_err(expression);
        let end = error.offset + error.len;
        let found = format!("{} @ {}", error.message, &expression[error.offset..end]);
        assert_eq!(found, expected, "{expression}");
    }

    #[test]
    fn errors_point_at_the_offending_part() {
        check(
            "States.Formt('a')",
            "`States.Formt` is no intrinsic function @ States.Formt",
        );
        check("Format('a')", "`Format` is no intrinsic function @ Format");
        check("States.Format", "expected `(` after the function's name @ ");
        check("States.Format('a'", "this `(` is never closed @ (");
        check("States.Array\u{2028}(1", "this `(` is never closed @ (");
        check("States.Format('a", "this `'` is never closed @ 'a");
        check("States.Format('a' 'b')", "expected `,` or `)` @ '");
        check("States.Array(1,)", "expected an argument @ )");
        check("States.Array(1, nope)", "expected an argument @ nope");
        check("States.Array() x", "expected the end after `)` @ x");
        check(
            "States.UUID(1)",
            "`States.UUID` takes 0 arguments, not 1 @ States.UUID(1)",
        );
        check(
            "States.Array(States.MathAdd(1))",
            "`States.MathAdd` takes 2 arguments, not 1 @ States.MathAdd(1)",
        );
        check(
            "States.Array($.a[(1)])",
            "this bracket holds no step of a path @ [(1)]",
        );
        check(
            r#"States.StringToJson('{"text":"An \"escaped double quote\" here"}')"#,
            "no such escape @ \\\"",
        );
    }

    #[test]
    fn calls_nest_ten_deep_and_no_deeper() {
        let nested =
            |depth: usize| format!("{}{}", "States.Array(".repeat(depth), ")".repeat(depth));
        assert!(IntrinsicCall::parse(&nested(10)).is_ok());
        assert!(IntrinsicCall::parse(&nested(11)).is_err());
        assert!(IntrinsicCall::parse(&nested(100_000)).is_err());
    }

    #[test]
    fn a_path_ends_where_its_brackets_are_closed() {
        let call = IntrinsicCall::parse("States.Array($.a[?(@.b == 'x,)')].c, $$.d , $e['f,'])");
        let call = call.expect("well formed");
        let paths: Vec<_> = call.paths().iter().map(|path| path.source()).collect();
        assert_eq!(paths, ["$.a[?(@.b == 'x,)')].c", "$$.d", "$e['f,']"]);
    }
}
