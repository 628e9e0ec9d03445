//! JSON text into a tree, whatever is wrong with it.
//!
//! The reader is strict about RFC 8259 and still always gives a tree: an editor, an outline or a
//! second error further down need what could be read. It keeps its own stack and never recurses,
//! so no depth of nesting is dangerous.

mod bare;
mod lexer;
mod repeats;
mod string;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::lexer::{Bracket, Lexer, Token};
use super::findings::{SYNTAX, nothing_to_read};
use super::tree::{Entry, Kind, NodeId, Tree, TreeBuilder};
use super::{Diagnostic, Edit, Span, duplicates};
use crate::data::limits::MAX_DEPTH;

/// Up to so many missing brackets are written out in the help.
const SHOWN_BRACKETS: usize = 10;

/// Reads a JSON text. Values that are missing or cannot be read are `null` in the tree.
#[must_use]
pub fn read(text: &str, findings: &mut Vec<Diagnostic>) -> Tree {
    let mut parser = Parser {
        lexer: Lexer::new(text, findings),
        // Definitions have a node for every twenty to thirty bytes. Room that is not used costs
        // nothing, and to move so many nodes does.
        builder: TreeBuilder::with_capacity(text.len() / 16),
        stack: Vec::new(),
        items: Vec::new(),
        entries: Vec::new(),
        root: None,
        end: 0,
        over: false,
        depth_reported: false,
    };
    parser.run();
    parser.finish()
}

/// What AWS rejects a text with that is not JSON.
const AWS_CODE: &str = "INVALID_JSON_DESCRIPTION";
const BLANK_CODE: &str = "SCHEMA_VALIDATION_FAILED";

fn syntax_error(message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(SYNTAX, message).aws(AWS_CODE)
}

/// What may come next inside a bracket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A key or an item, or the closing bracket: the bracket was just opened.
    First,
    /// A key or an item: a comma was read.
    Item,
    /// The colon after a key.
    Colon,
    /// The value after a colon.
    Value,
    /// A comma or the closing bracket.
    Next,
}

/// An array or object that is being read.
struct Frame {
    bracket: Bracket,
    open: usize,
    expect: Expect,
    /// Where its items, or its entries, begin among those of all brackets that are open.
    first: usize,
    /// The key that waits for its value; a value without one is left out of the tree.
    key: Option<(Arc<str>, Span)>,
    comma: Span,
}

impl Frame {
    fn new(bracket: Bracket, open: usize, first: usize) -> Self {
        Self {
            bracket,
            open,
            expect: Expect::First,
            first,
            key: None,
            comma: Span::default(),
        }
    }

    fn open_span(&self) -> Span {
        Span::new(self.open, self.open + 1)
    }

    fn wants_key(&self) -> bool {
        self.bracket == Bracket::Brace && matches!(self.expect, Expect::First | Expect::Item)
    }
}

struct Parser<'t, 'd> {
    lexer: Lexer<'t, 'd>,
    builder: TreeBuilder,
    stack: Vec<Frame>,
    /// The items of the arrays that are open, those of the innermost last.
    items: Vec<NodeId>,
    /// The entries of the objects that are open, those of the innermost last.
    entries: Vec<Entry>,
    root: Option<NodeId>,
    /// Where the last value or key ended.
    end: usize,
    /// Nothing after this is read.
    over: bool,
    depth_reported: bool,
}

impl Parser<'_, '_> {
    fn run(&mut self) {
        while !self.over {
            let (token, span) = self.lexer.next();
            if matches!(token, Token::End) {
                return;
            }
            // A token that ends or begins something by being there is looked at again.
            let mut pending = Some((token, span));
            while let Some((token, span)) = pending {
                pending = self.step(token, span);
            }
        }
    }

    fn finish(mut self) -> Tree {
        if !self.stack.is_empty() {
            self.report_unclosed_at_end();
        }
        while let Some(frame) = self.stack.last() {
            let missing_value = matches!(frame.expect, Expect::Colon | Expect::Value);
            if missing_value {
                self.add_null(self.end);
            }
            self.close_frame(self.end);
        }
        let root = self.root.unwrap_or_else(|| {
            // Recorded: AWS says of a blank text that it is no definition, not that it is no JSON.
            let is_blank = self.lexer.text.trim().is_empty();
            let code = if is_blank { BLANK_CODE } else { AWS_CODE };
            let error = nothing_to_read(self.lexer.text).aws(code);
            self.lexer
                .report_structure(error.help("a definition begins with `{`"));
            self.builder.add(Kind::Null, Span::default())
        });
        self.lexer.finish();
        self.builder.finish(root)
    }

    /// Takes a token; gives it back when it is to be read again in the new state.
    fn step(&mut self, token: Token, span: Span) -> Option<(Token, Span)> {
        let Some(frame) = self.stack.last_mut() else {
            self.at_root(token, span);
            return None;
        };
        match (frame.expect, token) {
            (_, Token::Close(bracket)) => return self.close(bracket, span),
            (Expect::Next, Token::Comma) => self.comma(span),
            (Expect::Colon, Token::Colon) => self.colon(),
            (_, Token::Comma) => self.unexpected_comma(span),
            (_, Token::Colon) => self.unexpected_colon(span),
            (Expect::Next, token) => {
                self.report_missing_comma(span);
                return Some((token, span));
            }
            (Expect::Colon, token) => {
                self.report_missing_colon(span);
                return Some((token, span));
            }
            (Expect::First | Expect::Item, Token::Value(kind)) if frame.wants_key() => {
                self.key(kind, span);
            }
            (Expect::First | Expect::Item | Expect::Value, Token::Value(kind)) => {
                self.add(kind, span);
                self.comma_at_once();
            }
            (_, Token::Open(bracket)) => self.open(bracket, span),
            (_, Token::End) => {}
        }
        None
    }

    /// The comma behind a value.
    fn comma(&mut self, span: Span) {
        if let Some(frame) = self.stack.last_mut() {
            frame.expect = Expect::Item;
            frame.comma = span;
        }
        self.lexer.unmute();
    }

    /// The comma that mostly stands right behind a value, and need not be looked for.
    fn comma_at_once(&mut self) {
        if !self.stack.is_empty()
            && let Some(span) = self.lexer.take_byte(b',')
        {
            self.comma(span);
        }
    }

    /// The colon behind a key.
    fn colon(&mut self) {
        if let Some(frame) = self.stack.last_mut() {
            frame.expect = Expect::Value;
        }
        self.lexer.unmute();
    }

    fn at_root(&mut self, token: Token, span: Span) {
        match (self.root, token) {
            (Some(_), _) => {
                let last = self.lexer.text[..self.end].chars().next_back();
                let end = Span::new(self.end - last.map_or(0, char::len_utf8), self.end);
                self.lexer.report_structure(
                    syntax_error("text after the end of the document")
                        .label(span, "not expected any more")
                        .label(end, "the document ends here")
                        .help("remove it, or look for a bracket that is closed too early"),
                );
                self.over = true;
            }
            (None, Token::Open(bracket)) => self.open(bracket, span),
            (None, Token::Value(kind)) => self.add(kind, span),
            (None, Token::Close(bracket)) => self.report_stray_close(bracket, span),
            (None, Token::Comma | Token::Colon | Token::End) => {
                let error = syntax_error("a definition begins with `{`");
                self.lexer.report_structure(error.label(span, "not here"));
            }
        }
    }

    fn key(&mut self, kind: Kind, span: Span) {
        let key = if let Kind::String(key) = kind {
            key
        } else {
            let key: Arc<str> = self.lexer.text[span.range()].into();
            self.lexer.report_structure(
                syntax_error(format!("key `{key}` is not a string"))
                    .label(span, "needs double quotes")
                    .help(format!("write `\"{key}\"`")),
            );
            key
        };
        self.end = span.end as usize;
        if let Some(frame) = self.stack.last_mut() {
            frame.key = Some((key, span));
            frame.expect = Expect::Colon;
        }
        // It mostly stands right behind the key, and need not be looked for.
        if self.lexer.take_byte(b':').is_some() {
            self.colon();
        }
    }

    fn open(&mut self, bracket: Bracket, span: Span) {
        if self.stack.last().is_some_and(Frame::wants_key) {
            let open = bracket.open();
            self.lexer.report_structure(
                syntax_error(format!("`{open}` without a key"))
                    .label(span, "an object holds keys and values")
                    .help(format!("write `\"key\": {open}`")),
            );
        }
        if self.stack.len() >= usize::from(MAX_DEPTH) {
            return self.skip_deep(span);
        }
        let first = match bracket {
            Bracket::Square => self.items.len(),
            Bracket::Brace => self.entries.len(),
        };
        let frame = Frame::new(bracket, span.start as usize, first);
        self.end = span.end as usize;
        self.stack.push(frame);
    }

    /// Reads over an array or object that nests too deep; it becomes `null`.
    fn skip_deep(&mut self, span: Span) {
        if !self.depth_reported {
            self.depth_reported = true;
            self.lexer.report(
                syntax_error(format!("nested deeper than {MAX_DEPTH} levels"))
                    .label(span, "not read from here on")
                    .help("a state machine never needs that; flatten the value"),
            );
        }
        let mut depth = 1_usize;
        while depth > 0 {
            match self.lexer.next().0 {
                Token::Open(_) => depth += 1,
                Token::Close(_) => depth -= 1,
                // What is open then was said to be too deep; it needs no second report.
                Token::End => {
                    self.lexer.mute();
                    break;
                }
                Token::Comma | Token::Colon | Token::Value(_) => {}
            }
        }
        self.add(Kind::Null, Span::new(span.start as usize, self.lexer.at));
    }

    fn close(&mut self, bracket: Bracket, span: Span) -> Option<(Token, Span)> {
        let frame = self.stack.last()?;
        if frame.bracket != bracket {
            let closes_outer = self.stack.iter().any(|outer| outer.bracket == bracket);
            self.report_wrong_close(bracket, span, closes_outer);
            if closes_outer {
                self.complete_pair();
                self.close_frame(self.end);
                return Some((Token::Close(bracket), span));
            }
        }
        self.complete_pair();
        self.close_frame(span.end as usize);
        self.lexer.unmute();
        self.comma_at_once();
        None
    }

    /// Says what a closing bracket cuts off, and completes it.
    fn complete_pair(&mut self) {
        let Some(frame) = self.stack.last() else {
            return;
        };
        match frame.expect {
            Expect::Item => {
                let comma = frame.comma;
                self.lexer.report_structure(
                    syntax_error("trailing comma")
                        .label(comma, "nothing follows this comma")
                        .help("remove the comma")
                        .fix(true, vec![edit(comma, "")]),
                );
            }
            Expect::Colon | Expect::Value => {
                self.add_missing_value();
            }
            Expect::First | Expect::Next => {}
        }
    }

    fn unexpected_comma(&mut self, span: Span) {
        let Some(frame) = self.stack.last_mut() else {
            return;
        };
        match frame.expect {
            Expect::Colon | Expect::Value => {
                frame.comma = span;
                self.add_missing_value();
                if let Some(frame) = self.stack.last_mut() {
                    frame.expect = Expect::Item;
                }
            }
            Expect::First | Expect::Item | Expect::Next => {
                self.lexer.report_structure(
                    syntax_error("unexpected `,`")
                        .label(span, "nothing stands before this comma")
                        .help("remove the comma, or write what is missing")
                        .fix(true, vec![edit(span, "")]),
                );
            }
        }
    }

    fn unexpected_colon(&mut self, span: Span) {
        let Some(frame) = self.stack.last_mut() else {
            return;
        };
        let (label, help) = match (frame.bracket, frame.expect) {
            (Bracket::Square, _) => (
                "an array holds values, not keys",
                "put the keys and values in `{ }`",
            ),
            (Bracket::Brace, Expect::First | Expect::Item) => {
                frame.expect = Expect::Value;
                ("a key is missing before it", "write `\"key\":`")
            }
            (Bracket::Brace, _) => ("one colon too many", "remove it, or look for a missing `,`"),
        };
        let error = syntax_error("unexpected `:`").label(span, label).help(help);
        self.lexer.report_structure(error);
        self.lexer.mute();
    }

    fn add(&mut self, kind: Kind, span: Span) {
        let id = self.builder.add(kind, span);
        self.attach(id, span.end as usize);
    }

    fn add_null(&mut self, at: usize) {
        self.add(Kind::Null, Span::new(at, at));
    }

    /// Puts a node where it belongs in the bracket that is open.
    fn attach(&mut self, id: NodeId, end: usize) {
        self.end = end;
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(id);
            return;
        };
        frame.expect = Expect::Next;
        match frame.bracket {
            Bracket::Square => self.items.push(id),
            Bracket::Brace => {
                if let Some((key, key_span)) = frame.key.take() {
                    self.entries.push(Entry {
                        key,
                        key_span,
                        value: id,
                    });
                }
            }
        }
    }

    fn close_frame(&mut self, end: usize) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        let kind = match frame.bracket {
            Bracket::Square => Kind::Array(self.items.drain(frame.first..).collect()),
            Bracket::Brace => {
                let entries: Vec<Entry> = self.entries.drain(frame.first..).collect();
                duplicates::report(&entries, self.lexer.findings());
                Kind::Object(entries)
            }
        };
        let id = self.builder.add(kind, Span::new(frame.open, end));
        self.attach(id, end);
    }

    fn report_missing_comma(&mut self, span: Span) {
        let here = Span::new(self.end, self.end);
        self.lexer.report_structure(
            syntax_error("missing comma")
                .label(here, "a comma is missing here")
                .label(span, "before this")
                .help("add `,`")
                .fix(true, vec![edit(here, ",")]),
        );
        if let Some(frame) = self.stack.last_mut() {
            frame.expect = Expect::Item;
            frame.comma = here;
        }
    }

    fn report_missing_colon(&mut self, span: Span) {
        let here = Span::new(self.end, self.end);
        self.lexer.report_structure(
            syntax_error("missing colon")
                .label(here, "a colon is missing here")
                .label(span, "before this value")
                .help("add `:`")
                .fix(true, vec![edit(here, ":")]),
        );
        if let Some(frame) = self.stack.last_mut() {
            frame.expect = Expect::Value;
        }
    }

    /// Completes a key that nothing follows.
    fn add_missing_value(&mut self) {
        let key = self.stack.last().and_then(|frame| frame.key.clone());
        let Some((key, span)) = key else {
            return;
        };
        // A placeholder among the fields stands for any number of them.
        let written = &self.lexer.text[span.range()];
        if !written.starts_with('"') && bare::has_placeholder(written) {
            return self.add(Kind::String(key), span);
        }
        let error = syntax_error(format!("key \"{key}\" has no value"))
            .label(span, "nothing follows this key")
            .help("write a value after the key, or remove the key");
        self.lexer.report_structure(error);
        self.add_null(self.end);
    }

    /// A closing bracket that does not belong to the opening one before it.
    fn report_wrong_close(&mut self, bracket: Bracket, span: Span, closes_outer: bool) {
        let Some(frame) = self.stack.last() else {
            return;
        };
        let (found, wanted) = (bracket.close(), frame.bracket.close());
        let (opened, help) = if closes_outer {
            let help = format!("add `{wanted}` before the `{found}`");
            ("this bracket is not closed", help)
        } else {
            ("opened here", format!("write `{wanted}`"))
        };
        let message = format!("expected `{wanted}`, found `{found}`");
        let error = syntax_error(message)
            .label(span, "closes the wrong bracket")
            .label(frame.open_span(), opened)
            .help(help);
        self.lexer.report_structure(error);
    }

    fn report_stray_close(&mut self, bracket: Bracket, span: Span) {
        let close = bracket.close();
        self.lexer.report_structure(
            syntax_error(format!("unexpected `{close}`"))
                .label(span, "closes no bracket")
                .help("remove it, or add the bracket that it closes"),
        );
    }

    /// One report for all brackets that are open when the text ends.
    fn report_unclosed_at_end(&mut self) {
        let Some(inner) = self.stack.last() else {
            return;
        };
        let end = self.lexer.text.trim_end().len().max(inner.open + 1);
        let closers: String = self.stack.iter().rev().map(|f| f.bracket.close()).collect();
        let message = match closers.len() {
            1 => format!("`{}` is never closed", inner.bracket.open()),
            many => format!("{many} brackets are never closed"),
        };
        let mut error = syntax_error(message)
            .label(Span::new(end, end), "the text ends here")
            .label(inner.open_span(), "this bracket is still open");
        if closers.len() <= SHOWN_BRACKETS {
            error = error.help(format!("add `{closers}`"));
        }
        self.lexer.report_structure(error);
    }
}

fn edit(span: Span, text: &str) -> Edit {
    Edit {
        span,
        text: text.to_owned(),
    }
}
