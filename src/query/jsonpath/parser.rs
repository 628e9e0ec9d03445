//! Reading a path into steps, as Jayway's compiler does, with places for errors.

use std::ops::Range;
use std::sync::Arc;

use super::super::SyntaxError;
use super::cursor::Cursor;
use super::filter_parser::parse_filter;
use super::literal;
use super::step::{Function, FunctionArgument, Keys, Names, Slice, Step, Steps};

/// How deep filters and function arguments may nest in one path.
pub(super) const MAX_NESTING: usize = 32;

/// How many steps one path may have.
const MAX_STEPS: usize = 1000;

/// The steps of a path and where each of them stands.
#[derive(Clone, Debug)]
pub(in crate::query) struct Parsed {
    pub(in crate::query) steps: Steps,
    /// One place per step, as written.
    pub(in crate::query) places: Vec<Range<usize>>,
    /// Where reading stopped: before a last character that Jayway ignores.
    pub(in crate::query) end: usize,
}

/// Reads a path that starts with `$` or `@`.
pub(super) fn parse(text: &str) -> Result<Parsed, SyntaxError> {
    parse_part(text, 0, text.len(), 0)
}

/// Reads the steps that stand after a root that ends at `at`.
pub(in crate::query) fn parse_steps(text: &str, at: usize) -> Result<Parsed, SyntaxError> {
    Parser::new(text, at, text.len(), 0)?.finish()
}

/// Reads the path that stands in a part of an expression.
pub(super) fn parse_part(
    text: &str,
    from: usize,
    to: usize,
    nesting: usize,
) -> Result<Parsed, SyntaxError> {
    let mut parser = Parser::new(text, from, to, nesting)?;
    let start = parser.cursor.at();
    if !matches!(parser.cursor.current(), Some(b'$' | b'@')) {
        return Err(parser.cursor.error(start, "a path must start with `$`"));
    }
    parser.cursor.set(start + 1);
    parser.finish()
}

struct Parser<'t> {
    cursor: Cursor<'t>,
    nesting: usize,
    steps: Vec<Step>,
    places: Vec<Range<usize>>,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, from: usize, to: usize, nesting: usize) -> Result<Self, SyntaxError> {
        if nesting > MAX_NESTING {
            let message = format!("filters nest deeper than {MAX_NESTING} levels");
            return Err(SyntaxError::at_character(text, from, message));
        }
        // Each step begins with one of these; most of the time none of them stands elsewhere.
        let part = text.get(from..to).unwrap_or_default().bytes();
        let count = part.filter(|byte| matches!(byte, b'.' | b'[')).count();
        let count = count.min(MAX_STEPS);
        Ok(Self {
            cursor: Cursor::new(text, from, to),
            nesting,
            steps: Vec::with_capacity(count),
            places: Vec::with_capacity(count),
        })
    }

    fn finish(mut self) -> Result<Parsed, SyntaxError> {
        self.path()?;
        Ok(Parsed {
            steps: Steps::new(inverted(self.steps)),
            places: self.places,
            end: self.cursor.at(),
        })
    }

    fn path(&mut self) -> Result<(), SyntaxError> {
        let (start, end) = (self.cursor.at(), self.cursor.end());
        match self.cursor.current() {
            None => return Ok(()),
            _ if self.cursor.byte(end - 1) == Some(b'.') => {
                return Err(SyntaxError::new(end - 1, 1, "a path must not end with `.`"));
            }
            Some(b'.' | b'[') => {}
            Some(_) => {
                let message = "expected `.` or `[` after the path's root";
                return Err(self.cursor.error(start, message));
            }
        }
        loop {
            if self.steps.len() >= MAX_STEPS {
                let message = format!("the path has more than {MAX_STEPS} steps");
                return Err(self.cursor.error_at(self.cursor.at(), message));
            }
            if self.step()? && self.cursor.is_tail() {
                return Ok(());
            }
        }
    }

    /// Reads one step; after a dot, which is none, the answer is `false`.
    fn step(&mut self) -> Result<bool, SyntaxError> {
        let at = self.cursor.at();
        let step = match self.cursor.current() {
            Some(b'.') => return self.dot().map(|()| false),
            Some(b'[') => self.bracket()?,
            Some(b'*') => {
                self.cursor.set(at + 1);
                Step::Wildcard
            }
            Some(b' ') | None => return Err(self.cursor.error(at, "expected a name here")),
            Some(_) => self.name()?,
        };
        self.push(step, at);
        Ok(true)
    }

    fn push(&mut self, step: Step, from: usize) {
        self.steps.push(step);
        self.places.push(from..self.cursor.at());
    }

    fn dot(&mut self) -> Result<(), SyntaxError> {
        let at = self.cursor.at();
        let scan = self.cursor.byte(at + 1) == Some(b'.');
        self.cursor.set(at + 1 + usize::from(scan));
        if scan {
            self.push(Step::Scan, at);
        }
        match self.cursor.current() {
            Some(b'.') => Err(SyntaxError::new(self.cursor.at(), 1, "one `.` too many")),
            _ => Ok(()),
        }
    }

    /// `name` or `name(…)`
    fn name(&mut self) -> Result<Step, SyntaxError> {
        let from = self.cursor.at();
        let rest = self.cursor.slice(from, self.cursor.end());
        let end = from + rest.find(['.', '[', '(', ' ']).unwrap_or(rest.len());
        let name = self.cursor.slice(from, end);
        match self.cursor.byte(end) {
            Some(b' ') => {
                let error = SyntaxError::new(end, 1, "a blank in a name needs brackets");
                Err(error.help(format!("write `['{name} …']`")))
            }
            Some(b'(') => self.function(name, end),
            _ => {
                self.cursor.set(end);
                Ok(Step::Names(Names {
                    keys: Keys::One(name.into()),
                    quote: '\'',
                }))
            }
        }
    }

    fn bracket(&mut self) -> Result<Step, SyntaxError> {
        let open = self.cursor.at();
        let first = self.cursor.past_blanks(open + 1);
        match self.cursor.byte(first) {
            Some(quote @ (b'\'' | b'"')) => self.quoted_names(open, quote),
            Some(b'0'..=b'9' | b'-' | b':') => self.indexes(open),
            Some(b'*') => match self.cursor.next_is(first, b']') {
                Some(close) => {
                    self.cursor.set(close + 1);
                    Ok(Step::Wildcard)
                }
                None => Err(self.cursor.error(first, "expected `]` after `*`")),
            },
            Some(b'?') => self.filter(open, first),
            Some(_) => Err(self.not_a_step(open)),
            None => Err(unclosed(open)),
        }
    }

    fn not_a_step(&self, open: usize) -> SyntaxError {
        let end = match self.cursor.closing(open, true) {
            Some(close) => close + 1,
            None => return unclosed(open),
        };
        SyntaxError::new(open, end - open, "this bracket holds no step of a path")
            .help("write `['name']`, `[0]`, `[1:3]`, `[*]` or `[?(…)]`")
    }

    fn quoted_names(&mut self, open: usize, quote: u8) -> Result<Step, SyntaxError> {
        let mut keys = Vec::new();
        let mut next = self.cursor.past_blanks(open + 1);
        loop {
            if self.cursor.byte(next) != Some(quote) {
                let message = "expected a name in quotes here";
                return Err(self.cursor.error_at(next, message));
            }
            let Some(close) = self.cursor.unescaped(next, quote) else {
                return Err(self.cursor.error(next, "this quote is never closed"));
            };
            keys.push(Arc::from(literal::unescaped(
                self.cursor.slice(next + 1, close),
            )));
            next = self.cursor.past_blanks(close + 1);
            match self.cursor.byte(next) {
                Some(b']') => break,
                Some(b',') => next = self.cursor.past_blanks(next + 1),
                Some(_) => {
                    return Err(self
                        .cursor
                        .error_at(next, "expected `,` or `]` after a name"));
                }
                None => return Err(unclosed(open)),
            }
        }
        self.cursor.set(next + 1);
        Ok(Step::Names(Names {
            keys: match <[_; 1]>::try_from(keys) {
                Ok([key]) => Keys::One(key),
                Err(keys) => Keys::Many(keys.into()),
            },
            quote: char::from(quote),
        }))
    }

    fn indexes(&mut self, open: usize) -> Result<Step, SyntaxError> {
        let rest = self.cursor.slice(open + 1, self.cursor.end());
        let Some(length) = rest.find(']') else {
            return Err(unclosed(open));
        };
        let inside = &rest[..length];
        let place = |message: String| SyntaxError::new(open + 1, length, message);
        let step = if inside.contains(':') {
            slice(inside.trim_matches(' ')).map(Step::Slice)
        } else {
            let indexes = inside.split(',').map(|index| index.trim().parse().ok());
            indexes.collect::<Option<Box<[i32]>>>().map(Step::Indexes)
        };
        self.cursor.set(open + 1 + length + 1);
        step.ok_or_else(|| place(format!("`{}` is no index, list or slice", inside.trim())))
    }

    fn filter(&mut self, open: usize, question: usize) -> Result<Step, SyntaxError> {
        let Some(start) = self.cursor.next_is(question, b'(') else {
            let message = "expected `(` after `[?`";
            return Err(SyntaxError::new(open, question + 1 - open, message)
                .help("write `[?(@.name == 'value')]`"));
        };
        let Some(close) = self.cursor.closing(start, true) else {
            return Err(SyntaxError::new(start, 1, "this `(` is never closed"));
        };
        let Some(end) = self.cursor.next_is(close, b']') else {
            let message = "expected `]` after the filter";
            return Err(SyntaxError::new(close, 1, message));
        };
        let filter = parse_filter(self.cursor.text(), start, close + 1, self.nesting + 1)?;
        self.cursor.set(end + 1);
        Ok(Step::Filter(Arc::new(filter)))
    }

    fn function(&mut self, name: &str, open: usize) -> Result<Step, SyntaxError> {
        let Some(close) = closing_parenthesis(&self.cursor, open) else {
            let message = format!("the arguments of `{name}` are never closed");
            return Err(SyntaxError::new(open, 1, message));
        };
        let mut arguments = Vec::new();
        for part in argument_parts(self.cursor.slice(open + 1, close)) {
            let (from, to) = (open + 1 + part.start, open + 1 + part.end);
            arguments.extend(self.function_argument(from, to)?);
        }
        self.cursor.set(close + 1);
        Ok(Step::Function(Function {
            name: name.into(),
            scanned: None,
            arguments,
        }))
    }

    /// What Jayway takes for no argument at all, such as `...`, is none.
    fn function_argument(
        &self,
        from: usize,
        to: usize,
    ) -> Result<Option<FunctionArgument>, SyntaxError> {
        let text = self.cursor.slice(from, to).trim();
        match text.bytes().next() {
            Some(b'$' | b'@') => {
                let Parsed { steps, .. } =
                    parse_part(self.cursor.text(), from, to, self.nesting + 1)?;
                Ok(Some(FunctionArgument::Path(Arc::new(steps))))
            }
            Some(b'{' | b'"' | b'-' | b'0'..=b'9') => match literal::lenient_json(text) {
                Some(value) => Ok(Some(FunctionArgument::Value(value))),
                None => Err(SyntaxError::new(from, to - from, "this is no JSON value")),
            },
            _ => Ok(None),
        }
    }
}

fn unclosed(open: usize) -> SyntaxError {
    SyntaxError::new(open, 1, "this `[` is never closed")
}

/// `1:3`; Jayway reads a third number, the step, and ignores it.
fn slice(text: &str) -> Option<Slice> {
    let bound = |part: Option<&str>| match part {
        None | Some("") => Some(None),
        Some(part) => part.parse().ok().map(Some),
    };
    let mut parts = text.split(':');
    let (from, to) = (bound(parts.next())?, bound(parts.next())?);
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    (parts.all(digits) && (from.is_some() || to.is_some())).then_some(Slice { from, to })
}

/// Jayway counts parentheses here and looks at nothing else, not even at strings.
fn closing_parenthesis(cursor: &Cursor<'_>, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut next = open;
    loop {
        match cursor.byte(next)? {
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(next),
            b')' => depth -= 1,
            _ => {}
        }
        next += 1;
    }
}

/// The ranges between commas that stand in no bracket and no double quotes.
fn argument_parts(text: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let (mut from, mut depth, mut quoted, mut escaped) = (0, 0_usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(from..at);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(from..text.len());
    parts
}

/// Jayway turns `$..x.f()` into `$.f($..x)`, so that `f` sees all hits at once, and forgets
/// what else it was called with.
fn inverted(mut steps: Vec<Step>) -> Vec<Step> {
    if !matches!(steps.first(), Some(Step::Scan)) {
        return steps;
    }
    match steps.pop() {
        Some(Step::Function(mut function)) => {
            function.scanned = Some(Arc::new(Steps::new(steps)));
            function.arguments.clear();
            vec![Step::Function(function)]
        }
        last => {
            steps.extend(last);
            steps
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: &str) {
        let error = parse(path).expect_err(path);
        let end = error.offset + error.len;
        let found = format!("{} @ {}", error.message, &path[error.offset..end]);
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn errors_point_at_the_offending_part() {
        check("$.order.items[0", "this `[` is never closed @ [");
        check(
            "$.a[(@.length-1)]",
            "this bracket holds no step of a path @ [(@.length-1)]",
        );
        check("$.a[?]", "expected `(` after `[?` @ [?");
        check("$.a b.c", "a blank in a name needs brackets @  ");
        check("$.a..", "a path must not end with `.` @ .");
        check("$...x", "one `.` too many @ .");
        check("$a", "expected `.` or `[` after the path's root @ a");
        check("$['a", "this quote is never closed @ 'a");
        check("$['a' 'b']", "expected `,` or `]` after a name @ '");
        check(
            "$[99999999999]",
            "`99999999999` is no index, list or slice @ 99999999999",
        );
    }

    #[test]
    fn a_path_without_a_root_has_its_own_places() {
        let error = super::super::JsonPath::parse(" a.b[(1)]").expect_err("no step");
        assert_eq!((error.offset, error.len), (4, 5));
    }

    #[test]
    fn hostile_nesting_is_an_error() {
        let deep = 100_000;
        for path in [
            format!("${}", "[".repeat(deep)),
            format!("${}", "[?(@".repeat(deep)),
            format!("$[?({}", "(".repeat(deep)),
            format!("$[?({}@.a{})]", "(".repeat(deep), ")".repeat(deep)),
            format!("$[?({}@.a)]", "! ".repeat(deep)),
            format!("$[?(@.a in {}{})]", "[".repeat(deep), "]".repeat(deep)),
            format!("$.f({}", "$.f(".repeat(deep)),
            format!("$.f({}{}", "$.f(".repeat(deep), ")".repeat(deep + 1)),
            format!("${}", ".a".repeat(deep)),
        ] {
            assert!(parse(&path).is_err());
        }
    }
}
