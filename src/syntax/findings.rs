//! What a reader reports: at most so many findings of a kind, so that a text which is no JSON at
//! all does not drown the person who wrote it, nor fill the memory.

use super::{Diagnostic, Span};

/// The rule of everything that keeps a text from being JSON or YAML.
pub(super) const SYNTAX: &str = "syntax";

/// The rule of keys that stand twice in one object.
pub(super) const DUPLICATE_KEY: &str = "duplicate-key";

const MOST_SYNTAX_ERRORS: usize = 20;
const MOST_DUPLICATE_KEYS: usize = 100;

/// A list of findings that stops growing.
pub(super) struct Findings<'d> {
    list: &'d mut Vec<Diagnostic>,
    syntax: Tally,
    duplicates: Tally,
}

#[derive(Default)]
struct Tally {
    seen: usize,
    first_hidden: Span,
}

impl<'d> Findings<'d> {
    pub(super) fn new(list: &'d mut Vec<Diagnostic>) -> Self {
        Self {
            list,
            syntax: Tally::default(),
            duplicates: Tally::default(),
        }
    }

    /// Reports one finding of the rule `syntax`.
    pub(super) fn syntax(&mut self, diagnostic: Diagnostic) {
        if self.syntax.admits(MOST_SYNTAX_ERRORS, diagnostic.span()) {
            self.list.push(diagnostic);
        }
    }

    /// Reports that a key repeats an earlier one of the same object.
    pub(super) fn duplicate(&mut self, key: &str, first: Span, again: Span) {
        if self.duplicates.admits(MOST_DUPLICATE_KEYS, again) {
            let message = format!("key \"{key}\" stands twice in the same object");
            self.list.push(
                Diagnostic::error(DUPLICATE_KEY, message)
                    .label(again, "given again here")
                    .label(first, "first given here")
                    .help("keep one of the two and remove or rename the other"),
            );
        }
    }

    /// Says how many findings were not reported.
    pub(super) fn finish(self) {
        let (syntax, duplicates) = (self.syntax, self.duplicates);
        self.list
            .extend(syntax.rest(SYNTAX, MOST_SYNTAX_ERRORS, "syntax error"));
        self.list
            .extend(duplicates.rest(DUPLICATE_KEY, MOST_DUPLICATE_KEYS, "duplicate key"));
    }
}

impl Tally {
    fn admits(&mut self, most: usize, span: Span) -> bool {
        self.seen += 1;
        if self.seen == most + 1 {
            self.first_hidden = span;
        }
        self.seen <= most
    }

    fn rest(&self, rule: &'static str, most: usize, what: &str) -> Option<Diagnostic> {
        let hidden = self.seen.checked_sub(most).filter(|hidden| *hidden > 0)?;
        let plural = if hidden == 1 { "" } else { "s" };
        let message = format!("{hidden} more {what}{plural} in this file");
        Some(
            Diagnostic::error(rule, message)
                .label(self.first_hidden, "the next one is here")
                .help(format!(
                    "mend the {most} above first: one often causes many"
                )),
        )
    }
}

/// What to say of a text in which no value stands.
pub(super) fn nothing_to_read(text: &str) -> Diagnostic {
    let blank = text.trim_start_matches('\u{feff}').trim().is_empty();
    let message = match (text.is_empty(), blank) {
        (true, _) => "the file is empty",
        (false, true) => "the file holds nothing but blanks",
        (false, false) => "the file holds no value",
    };
    Diagnostic::error(SYNTAX, message).label(Span::default(), "a definition is expected here")
}
