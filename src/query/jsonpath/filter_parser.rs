//! Reading a filter: `LogicalOR = LogicalAND { '||' LogicalAND }`, as in Jayway's grammar.

use regex::RegexBuilder;

use super::super::SyntaxError;
use super::cursor::Cursor;
use super::filter::{Filter, Operand, Operator};
use super::literal;
use super::parser::{MAX_NESTING, Parsed, parse_part};
use crate::data::Json;

/// How large a pattern may become, in bytes. The engine takes time in step with the text, so that
/// nothing backtracks; what `((a{99}){99}){99}` becomes is its only cost.
const MAX_PATTERN: usize = 1 << 20;

/// Reads the filter between the parentheses at `from` and before `to`.
pub(super) fn parse_filter(
    text: &str,
    from: usize,
    to: usize,
    nesting: usize,
) -> Result<Filter, SyntaxError> {
    let mut parser = Parser {
        cursor: Cursor::new(text, from, to),
        nesting,
    };
    let filter = parser.or()?;
    parser.cursor.skip_blanks();
    match parser.cursor.current() {
        None => Ok(filter),
        Some(_) => Err(parser.error("expected `&&`, `||` or the filter's end")),
    }
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    nesting: usize,
}

impl Parser<'_> {
    fn error(&self, message: &str) -> SyntaxError {
        // The closing parenthesis is no part of what is wrong.
        let mut error = self.cursor.error(self.cursor.at(), message);
        error.len = error.len.saturating_sub(1).max(error.len.min(1));
        error
    }

    fn or(&mut self) -> Result<Filter, SyntaxError> {
        let mut filters = vec![self.and()?];
        while self.cursor.eat("||") {
            filters.push(self.and()?);
        }
        Ok(only(&mut filters).unwrap_or(Filter::Or(filters)))
    }

    fn and(&mut self) -> Result<Filter, SyntaxError> {
        let mut filters = vec![self.operand()?];
        while self.cursor.eat("&&") {
            filters.push(self.operand()?);
        }
        Ok(only(&mut filters).unwrap_or(Filter::And(filters)))
    }

    fn operand(&mut self) -> Result<Filter, SyntaxError> {
        self.cursor.skip_blanks();
        let negated = self.cursor.current() == Some(b'!') && !self.path_after_not();
        if !negated && self.cursor.current() != Some(b'(') {
            return self.comparison();
        }
        if self.nesting == MAX_NESTING {
            return Err(self.error(&format!("filters nest deeper than {MAX_NESTING} levels")));
        }
        self.nesting += 1;
        self.cursor.set(self.cursor.at() + 1);
        let filter = if negated {
            Filter::Not(Box::new(self.operand()?))
        } else {
            let filter = self.or()?;
            if !self.cursor.eat(")") {
                return Err(self.error("expected `)`"));
            }
            filter
        };
        self.nesting -= 1;
        Ok(filter)
    }

    fn path_after_not(&self) -> bool {
        let next = self.cursor.past_blanks(self.cursor.at() + 1);
        matches!(self.cursor.byte(next), Some(b'$' | b'@'))
    }

    fn comparison(&mut self) -> Result<Filter, SyntaxError> {
        let expected = !self.cursor.eat("!");
        self.cursor.skip_blanks();
        let left_at = self.cursor.at();
        let left = self.value()?;
        let after_left = self.cursor.at();
        if let Some(operator) = self.operator() {
            let right = self.value()?;
            return Ok(Filter::Compare {
                left,
                operator,
                right,
            });
        }
        self.cursor.set(after_left);
        match left {
            Operand::Path { steps, .. } => Ok(Filter::Exists { steps, expected }),
            Operand::Value(_) | Operand::Pattern(_) => {
                let message = "a value alone is no condition";
                Err(SyntaxError::new(left_at, after_left - left_at, message)
                    .help("compare it: `@.name == 'value'`"))
            }
        }
    }

    /// Reads an operator; what is none is left for the caller to complain about.
    fn operator(&mut self) -> Option<Operator> {
        self.cursor.skip_blanks();
        let from = self.cursor.at();
        let rest = self.cursor.slice(from, self.cursor.end());
        let symbols = rest.find(|c| !"<>=~!".contains(c)).unwrap_or(rest.len());
        let length = match symbols {
            0 => rest.find(' ').unwrap_or(rest.len()),
            symbols => symbols,
        };
        self.cursor.set(from + length);
        Operator::named(&rest[..length])
    }

    fn value(&mut self) -> Result<Operand, SyntaxError> {
        self.cursor.skip_blanks();
        let at = self.cursor.at();
        match self.cursor.current() {
            Some(b'$' | b'@') => self.path(),
            Some(quote @ (b'\'' | b'"')) => {
                let Some(close) = self.cursor.unescaped(at, quote) else {
                    return Err(self.error("this quote is never closed"));
                };
                self.cursor.set(close + 1);
                let inside = self.cursor.slice(at + 1, close);
                Ok(Operand::Value(Json::from(literal::unescaped(inside))))
            }
            Some(b'[' | b'{') => self.json(),
            Some(b'/') => self.pattern(),
            _ => self.word(),
        }
    }

    fn json(&mut self) -> Result<Operand, SyntaxError> {
        let at = self.cursor.at();
        let Some(close) = self.cursor.closing(at, false) else {
            return Err(self.error("this bracket is never closed"));
        };
        self.cursor.set(close + 1);
        literal::lenient_json(self.cursor.slice(at, close + 1))
            .map(Operand::Value)
            .ok_or_else(|| SyntaxError::new(at, close + 1 - at, "this is no JSON value"))
    }

    /// `true`, `false`, `null` or a number.
    fn word(&mut self) -> Result<Operand, SyntaxError> {
        let from = self.cursor.at();
        let rest = self.cursor.slice(from, self.cursor.end());
        for (word, value) in [
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
            ("null", Json::Null),
        ] {
            if rest.starts_with(word) {
                self.cursor.set(from + word.len());
                return Ok(Operand::Value(value));
            }
        }
        let length = rest
            .find(|c: char| !matches!(c, '0'..='9' | '-' | '.' | 'e' | 'E'))
            .unwrap_or(rest.len());
        let Some(number) = literal::number(&rest[..length]) else {
            let word = rest.find([' ', ')']).unwrap_or(rest.len());
            let message = "expected a path, a string in quotes, a number or another value";
            return Err(SyntaxError::new(from, word, message));
        };
        self.cursor.set(from + length);
        Ok(Operand::Value(Json::Number(number)))
    }

    fn pattern(&mut self) -> Result<Operand, SyntaxError> {
        let at = self.cursor.at();
        let Some(close) = self.cursor.unescaped(at, b'/') else {
            return Err(self.error("this pattern is never closed"));
        };
        let rest = self.cursor.slice(close + 1, self.cursor.end());
        let length = rest.find(|c| !"dixmsuU".contains(c)).unwrap_or(rest.len());
        let flags = &rest[..length];
        self.cursor.set(close + 1 + length);
        // Java's `matches` wants the whole text to match.
        let inside = self.cursor.slice(at + 1, close);
        // With the flag `x` a comment may stand at the pattern's end.
        let end = if flags.contains('x') { "\n" } else { "" };
        let pattern = format!(r"\A(?:{inside}{end})\z");
        RegexBuilder::new(&pattern)
            .case_insensitive(flags.contains('i'))
            .ignore_whitespace(flags.contains('x'))
            .multi_line(flags.contains('m'))
            .dot_matches_new_line(flags.contains('s'))
            .size_limit(MAX_PATTERN)
            .build()
            .map(Operand::Pattern)
            .map_err(|_| SyntaxError::new(at, close + 1 - at, "this pattern cannot be read"))
    }

    /// A path ends before an operator, a blank, or a parenthesis that is not a function's.
    fn path(&mut self) -> Result<Operand, SyntaxError> {
        let from = self.cursor.at();
        let mut at = from + 1;
        while let Some(byte) = self.cursor.byte(at) {
            match byte {
                b'[' => match self.cursor.closing(at, false) {
                    Some(close) => at = close + 1,
                    None => return Err(SyntaxError::new(at, 1, "this `[` is never closed")),
                },
                b'<' | b'>' | b'=' | b'~' | b'!' | b' ' => break,
                b')' if !self.closes_function(from, at) => break,
                _ => at += 1,
            }
        }
        self.cursor.set(at);
        let Parsed { steps, .. } = parse_part(self.cursor.text(), from, at, self.nesting + 1)?;
        Ok(Operand::Path {
            steps,
            rooted: self.cursor.byte(from) == Some(b'$'),
        })
    }

    /// Whether the parenthesis ends an empty argument list: `@.length()`.
    fn closes_function(&self, from: usize, at: usize) -> bool {
        let before = self.cursor.slice(from, at).trim_end_matches(' ');
        before.ends_with('(') && before[1..].contains('.')
    }
}

fn only(filters: &mut Vec<Filter>) -> Option<Filter> {
    match filters.len() {
        1 => filters.pop(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::JsonPath;
    use super::*;

    fn check(filter: &str, kept: &str) {
        let items = r#"[{"k":1,"s":"ab","l":[1,2]},{"k":2,"s":"","l":[]},{"k":"3"},{"s":null}]"#;
        let items = Json::parse(items).expect("valid JSON");
        let path = JsonPath::parse(&format!("$[?({filter})]")).expect(filter);
        let found = path.evaluate(&items).expect("a filter never misses");
        let found: Vec<_> = found.as_array().expect("indefinite").iter().collect();
        let all = items.as_array().expect("written above");
        let kept_items: Vec<_> = kept.bytes().map(|b| &all[usize::from(b - b'0')]).collect();
        assert_eq!(found, kept_items, "{filter}");
    }

    #[test]
    fn comparisons_keep_what_they_should() {
        check("@.k == 1", "0");
        check("@.k != 1", "123");
        check("@.k >= 1 && @.k < 2", "0");
        check("@.k == 1 || @.k == '3'", "02");
        check("@.k == 3", "2");
        check("@.k === 3", "");
        check("!(@.k == 1)", "123");
        check("!@.k", "3");
        check("@.s", "013");
        check("@.s == null", "3");
        check("@.s =~ /A./i", "0");
        check("@.s =~ /a/", "");
        check("@.k in [1, '3']", "02");
        check("@.k nin [1]", "123");
        check("@.l subsetof [1,2,3]", "01");
        check("@.l anyof [2]", "0");
        check("@.l noneof [2]", "1");
        check("@.l size 2", "0");
        check("@.l empty true", "1");
        check("@.s empty false", "0");
        check("@.l contains 2", "0");
        check("@.s contains 'b'", "0");
        check("@.l.length() > 1", "0");
        check("@.k == $[0].k", "0");
    }
}
