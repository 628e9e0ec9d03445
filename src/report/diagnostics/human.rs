//! Findings for people: the message, the source around it, what to do. The only file that knows
//! miette.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::ops::Range;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use super::FileReport;
use super::excerpt::Excerpt;
use crate::report::style::{columns, printable_lines, split_at_word};
use crate::syntax::{Diagnostic, Fix, LineIndex, Severity};

/// How findings are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Columns of the terminal: messages are wrapped to them, source lines are cut.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Whether to draw with more than ASCII.
    pub unicode: bool,
    /// How many findings of a file are shown.
    pub most: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            unicode: true,
            most: 50,
        }
    }
}

const CONTEXT_LINES: usize = 1;
const TAB_WIDTH: usize = 4;
const NARROWEST: usize = 40;
/// What miette puts before each line of help, and leaves free after it.
const BESIDE_HELP: usize = 10;

/// Writes the findings of all files.
///
/// # Errors
/// When `out` fails.
pub fn render(
    files: &[FileReport<'_>],
    options: &Options,
    mut out: &mut dyn fmt::Write,
) -> fmt::Result {
    let handler = handler(options);
    let mut hints = Hints::default();
    let width = options.width.max(NARROWEST);
    for file in files.iter().filter(|file| !file.diagnostics.is_empty()) {
        let index = LineIndex::new(file.source.text.clone());
        let name = printable_lines(&file.source.name);
        for finding in file.diagnostics.iter().take(options.most) {
            let excerpt = Excerpt::new(&index, finding, CONTEXT_LINES, width);
            let shown = Shown {
                finding,
                help: help(finding, &mut hints, width),
                source: Snippets {
                    name: &name,
                    excerpt,
                },
            };
            handler.render_report(&mut out, &shown)?;
            out.write_char('\n')?;
        }
        let more = file.diagnostics.len().saturating_sub(options.most);
        if more > 0 {
            let dots = if options.unicode { "…" } else { "..." };
            let how = "`--max-diagnostics 0` shows all";
            writeln!(out, "{dots} {more} more in {name}: {how}\n")?;
        }
    }
    Ok(())
}

fn handler(options: &Options) -> GraphicalReportHandler {
    let mut styles = ThemeStyles::ansi();
    // Of the colours that mark places in turn, yellow cannot be read on white.
    styles.highlights.remove(1);
    let theme = GraphicalTheme {
        characters: if options.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if options.color {
            styles
        } else {
            ThemeStyles::none()
        },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(options.width.max(NARROWEST))
        .with_context_lines(CONTEXT_LINES)
        .tab_width(TAB_WIDTH)
        // Names and ARNs stay whole, so that they can be copied.
        .with_break_words(false)
        .with_links(false)
        .without_syntax_highlighting()
}

/// A finding as miette wants it.
#[derive(Debug)]
struct Shown<'a> {
    finding: &'a Diagnostic,
    help: Option<String>,
    source: Snippets<'a>,
}

/// The lines around a finding's labels, as a source of their own: miette would otherwise walk
/// the whole file for each label.
#[derive(Debug)]
struct Snippets<'a> {
    name: &'a str,
    excerpt: Excerpt,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable_lines(&self.finding.message))?;
        // Without a place there is no frame, and nothing else that names the file.
        if self.finding.labels.is_empty() {
            write!(f, " (in {})", self.source.name)?;
        }
        Ok(())
    }
}

impl Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        Some(Box::new(format!("asl::{}", self.finding.rule)))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        let help = self.help.as_deref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let places = self.source.excerpt.labels.iter().map(|place| &place.range);
        let labels = self.finding.labels.iter().zip(places).enumerate();
        Some(Box::new(labels.map(|(at, (label, place))| {
            let message =
                (!label.message.is_empty()).then(|| printable_lines(&label.message).into_owned());
            let span = source_span(place);
            // The first label is the place that the header names.
            match at {
                0 => LabeledSpan::new_primary_with_span(message, span),
                _ => LabeledSpan::new_with_span(message, span),
            }
        })))
    }
}

/// What to do, and whether `--fix` does it.
fn help(finding: &Diagnostic, hints: &mut Hints, width: usize) -> Option<String> {
    let help = finding.help.as_deref().map(printable_lines);
    let Some(fix) = &finding.fix else {
        return help.map(Cow::into_owned);
    };
    let hint = hints.next(fix);
    let Some(help) = help else {
        return Some(hint.trim_start().to_owned());
    };
    let room = width.saturating_sub(BESIDE_HELP);
    let end = help.rsplit('\n').next().unwrap_or_default();
    let fits = columns(last_row(end, room)) + columns(hint) <= room;
    Some(if fits {
        format!("{help}{hint}")
    } else {
        format!("{help}\n{}", hint.trim_start())
    })
}

/// The last row of a line that is wrapped.
fn last_row(line: &str, width: usize) -> &str {
    let mut row = line;
    loop {
        let (head, rest) = split_at_word(row, width);
        if head.is_empty() || rest.is_empty() {
            return row;
        }
        row = rest;
    }
}

/// How a finding is mended is told once; after that, that it can be.
#[derive(Debug, Default)]
struct Hints {
    safe: bool,
    other: bool,
}

impl Hints {
    fn next(&mut self, fix: &Fix) -> &'static str {
        let told = if fix.safe {
            &mut self.safe
        } else {
            &mut self.other
        };
        match (fix.safe, std::mem::replace(told, true)) {
            (true, false) => "  (fixable: run `asl validate --fix`)",
            (true, true) => " (fixable)",
            (false, false) => "  (fixable: run `asl validate --fix --unsafe-fixes`)",
            (false, true) => " (fixable with `--unsafe-fixes`)",
        }
    }
}

fn source_span(range: &Range<usize>) -> SourceSpan {
    (range.start, range.len()).into()
}

impl SourceCode for Snippets<'_> {
    fn read_span<'b>(
        &'b self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'b> + 'b>, MietteError> {
        let lines = &self.excerpt.lines;
        let line_of = |offset: usize| lines.partition_point(|line| line.start <= offset);
        let first = line_of(span.offset())
            .checked_sub(1)
            .ok_or(MietteError::OutOfBounds)?;
        let last_byte = (span.offset() + span.len()).saturating_sub(1);
        let last = line_of(last_byte).saturating_sub(1).max(first);
        // Context ends where the excerpt leaves lines of the file out.
        let follows = |at: usize| lines[at].number == lines[at - 1].number + 1;
        let begin = (first.saturating_sub(before)..first)
            .rev()
            .take_while(|at| follows(at + 1));
        let begin = begin.last().unwrap_or(first);
        let finish = (last + 1..lines.len())
            .take(after)
            .take_while(|at| follows(*at));
        let finish = finish.last().unwrap_or(last);
        let bytes = lines[begin].start
            ..lines
                .get(finish + 1)
                .map_or(self.excerpt.text.len(), |line| line.start);
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.to_owned(),
            &self.excerpt.text.as_bytes()[bytes.clone()],
            source_span(&bytes),
            lines[begin].number - 1,
            if before == 0 {
                self.column(span.offset())
            } else {
                0
            },
            finish - begin + 1,
        )))
    }
}

impl Snippets<'_> {
    /// The column in the file, from 0: escapes and cuts make the excerpt's own a different one.
    fn column(&self, offset: usize) -> usize {
        let places = &self.excerpt.labels;
        let place = places.iter().find(|place| place.range.start == offset);
        place.map_or(0, |place| place.position.column - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_to_fix_is_told_once_and_stays_on_one_line() {
        let mut hints = Hints::default();
        let mut check = |text: Option<&str>, safe: bool, width: usize, expected: &str| {
            let mut finding = Diagnostic::error("test-rule", "").fix(safe, Vec::new());
            finding.help = text.map(str::to_owned);
            let told = help(&finding, &mut hints, width);
            assert_eq!(told.as_deref(), Some(expected));
        };
        let words = "write it as it is written there";
        check(
            Some(words),
            true,
            80,
            "write it as it is written there  (fixable: run `asl validate --fix`)",
        );
        check(
            Some(words),
            true,
            80,
            "write it as it is written there (fixable)",
        );
        check(
            Some(words),
            true,
            50,
            "write it as it is written there\n(fixable)",
        );
        // Wrapped after "there".
        let longer = "write it as it is written there, once";
        check(
            Some(longer),
            true,
            46,
            "write it as it is written there, once (fixable)",
        );
        check(None, true, 80, "(fixable)");
        check(
            None,
            false,
            80,
            "(fixable: run `asl validate --fix --unsafe-fixes`)",
        );
        check(None, false, 80, "(fixable with `--unsafe-fixes`)");
        let plain = Diagnostic::error("test-rule", "").help(words);
        assert_eq!(help(&plain, &mut hints, 80).as_deref(), Some(words));
    }

    #[test]
    fn the_last_row_of_a_wrapped_line_is_found() {
        assert_eq!(last_row("one two three", 9), "three");
        assert_eq!(last_row("one two three", 99), "one two three");
        assert_eq!(last_row("", 9), "");
        assert_eq!(last_row("日", 1), "日");
    }
}
