//! JSON text into tokens. A token always comes out: what is wrong with one is reported here, so
//! that the parser only thinks about structure.

use std::sync::Arc;

use super::repeats::Repeats;
use super::syntax_error;
use crate::syntax::findings::Findings;
use crate::syntax::{Diagnostic, Kind, Span};

/// A pair of brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bracket {
    /// `{ }`
    Brace,
    /// `[ ]`
    Square,
}

impl Bracket {
    pub(super) fn open(self) -> char {
        match self {
            Self::Brace => '{',
            Self::Square => '[',
        }
    }

    pub(super) fn close(self) -> char {
        match self {
            Self::Brace => '}',
            Self::Square => ']',
        }
    }
}

/// A token, decoded.
#[derive(Debug)]
pub(super) enum Token {
    Open(Bracket),
    Close(Bracket),
    Comma,
    Colon,
    /// A string, number or literal: never an array or object.
    Value(Kind),
    End,
}

/// A cursor over the text.
pub(super) struct Lexer<'t, 'd> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    findings: Findings<'d>,
    comment_seen: bool,
    /// Set after an error that is likely to cause others nearby; they are not reported.
    muted: bool,
    /// Short texts that were read: keys, types and names come again and again.
    known: Repeats,
}

impl<'t, 'd> Lexer<'t, 'd> {
    pub(super) fn new(text: &'t str, list: &'d mut Vec<Diagnostic>) -> Self {
        Self {
            text,
            at: if text.starts_with('\u{feff}') { 3 } else { 0 },
            findings: Findings::new(list),
            comment_seen: false,
            muted: false,
            known: Repeats::default(),
        }
    }

    /// A text of the document; one that was read lately is not stored again.
    pub(super) fn stored(&mut self, text: &str) -> Arc<str> {
        self.known.stored(text)
    }

    /// Reports what is wrong with a token.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.syntax(diagnostic);
    }

    /// Reports what is wrong between tokens, unless it follows from an error before.
    pub(super) fn report_structure(&mut self, diagnostic: Diagnostic) {
        if !self.muted {
            self.findings.syntax(diagnostic);
        }
    }

    /// Errors of structure are not reported until [`Self::unmute`].
    pub(super) fn mute(&mut self) {
        self.muted = true;
    }

    /// The text makes sense again.
    pub(super) fn unmute(&mut self) {
        self.muted = false;
    }

    pub(super) fn findings(&mut self) -> &mut Findings<'d> {
        &mut self.findings
    }

    pub(super) fn finish(self) {
        self.findings.finish();
    }

    /// The next token and its place.
    pub(super) fn next(&mut self) -> (Token, Span) {
        self.skip_blanks();
        let start = self.at;
        let token = match self.peek() {
            None => Token::End,
            Some(b'{') => self.take(Token::Open(Bracket::Brace)),
            Some(b'[') => self.take(Token::Open(Bracket::Square)),
            Some(b'}') => self.take(Token::Close(Bracket::Brace)),
            Some(b']') => self.take(Token::Close(Bracket::Square)),
            Some(b',') => self.take(Token::Comma),
            Some(b':') => self.take(Token::Colon),
            Some(b'"') => Token::Value(Kind::String(self.string())),
            Some(b'\'') => Token::Value(Kind::String(self.single_quoted())),
            Some(_) => Token::Value(self.bare()),
        };
        (token, Span::new(start, self.at))
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads one byte when it is the very next one, and says so. A blank or anything else before it
    /// is left for [`Self::next`].
    pub(super) fn take_byte(&mut self, byte: u8) -> Option<Span> {
        let is_next = self.peek() == Some(byte);
        is_next.then(|| {
            self.at += 1;
            Span::new(self.at - 1, self.at)
        })
    }

    fn take(&mut self, token: Token) -> Token {
        self.at += 1;
        token
    }

    fn skip_blanks(&mut self) {
        while let Some(byte) = self.peek() {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.at += 1,
                b'#' | b'/' if self.begins_comment() => self.skip_comment(),
                b'!'..=b'~' => return,
                _ => match self.foreign_blank() {
                    Some(char) => self.skip_foreign_blank(char),
                    None => return,
                },
            }
        }
    }

    pub(super) fn begins_comment(&self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        rest.starts_with(b"#") || rest.starts_with(b"//") || rest.starts_with(b"/*")
    }

    /// A blank that JSON does not have: a no-break space that was pasted in, a form feed.
    pub(super) fn foreign_blank(&self) -> Option<char> {
        let is_plain = |byte: u8| byte.is_ascii_graphic();
        if self.peek().is_some_and(is_plain) {
            return None;
        }
        let rest = &self.text[self.at..];
        let char = rest.chars().next()?;
        let blank = char.is_whitespace() || matches!(char, '\u{feff}' | '\u{200b}');
        (blank && !matches!(char, ' ' | '\n' | '\r' | '\t')).then_some(char)
    }

    fn skip_foreign_blank(&mut self, char: char) {
        let start = self.at;
        self.at += char.len_utf8();
        let code = u32::from(char);
        self.report(
            syntax_error(format!("U+{code:04X} is not a blank of JSON"))
                .label(Span::new(start, self.at), "an invisible character")
                .help("replace it by a space"),
        );
    }

    fn skip_comment(&mut self) {
        let start = self.at;
        let rest = &self.text[start..];
        let (length, closed) = if let Some(inside) = rest.strip_prefix("/*") {
            let end = inside.find("*/").map(|end| end + 4);
            (end.unwrap_or(rest.len()), end.is_some())
        } else {
            (rest.find(['\n', '\r']).unwrap_or(rest.len()), true)
        };
        self.at += length;
        if !closed {
            let open = Span::new(start, start + 2);
            self.report(syntax_error("comment is not closed").label(open, "opened here"));
        } else if !self.comment_seen {
            self.report(
                syntax_error("JSON has no comments")
                    .label(Span::new(start, self.at), "a comment")
                    .help("use the field `Comment`, or write the definition in YAML"),
            );
        }
        // One report is enough: who comments once does so everywhere.
        self.comment_seen = true;
    }
}
