//! A definition that is written as a string in a template, and the way back into the template.

use std::sync::Arc;

use super::functions::{self, MOST_TEXT, call, substituted};
use super::substitutions::{Names, Use, is_certain, placed};
use crate::data::Json;
use crate::syntax::within::{Run, Runs, Style};
use crate::syntax::{Diagnostic, Edit, Fix, Kind, Node, Source, Span};

/// A definition in a string, or in several that a function joins: the decoded text, and where
/// each part of it stands in the template.
#[derive(Clone, Debug)]
pub struct EmbeddedText {
    text: Arc<str>,
    /// Where the template gives it.
    whole: Span,
    /// In the order of the text; the template may have another one.
    runs: Vec<Run>,
    parts: Vec<Part>,
    uses: Vec<Use>,
}

/// A string of the template that is a part of the text.
#[derive(Clone, Copy, Debug)]
struct Part {
    text: Span,
    /// How edits in it are written; `None` when they cannot be.
    written: Option<Written>,
}

/// How a string is written, for edits that leave it the string that it is.
#[derive(Clone, Copy, Debug)]
enum Written {
    /// `"…"` on one line.
    Double,
    /// `'…'` on one line.
    Single,
    /// `|`, with the indentation of its lines.
    Literal { indent: usize },
    /// `>`: edits stay within a line.
    Folded,
}

impl EmbeddedText {
    /// The text of a node: a string, or a function that makes one of strings. `None` when it is
    /// made elsewhere, or of too much.
    pub(super) fn of(source: &Source, node: Node<'_>, budget: &mut usize) -> Option<Self> {
        let mut builder = Builder {
            source,
            budget,
            text: String::new(),
            runs: Vec::new(),
            parts: Vec::new(),
            uses: Vec::new(),
        };
        builder.node(node, false)?;
        // Nothing but a placeholder: the definition itself is filled in later.
        if builder.parts.is_empty() {
            return None;
        }
        *builder.budget = builder.budget.checked_sub(builder.text.len())?;
        Some(Self {
            text: builder.text.into(),
            whole: node.span(),
            runs: builder.runs,
            parts: builder.parts,
            uses: builder.uses,
        })
    }

    /// The definition as a source of its own, under the name of the template.
    #[must_use]
    pub fn source(&self, template: &Source) -> Source {
        Source {
            name: Arc::clone(&template.name),
            text: Arc::clone(&self.text),
        }
    }

    /// The placeholders of the text that `DefinitionSubstitutions` fill in, with their places in
    /// the template.
    #[must_use]
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// Where a part of the text stands in the template.
    #[must_use]
    pub fn outer(&self, span: Span) -> Span {
        let Some(last) = self.runs.last() else {
            return self.whole;
        };
        // Between two characters is where the first one ends.
        let is_empty = span.start >= span.end;
        if is_empty && span.start > 0 {
            let run = self.run_before(span.start);
            let end = run.end_of(span.start.min(run.text.end));
            return Span { start: end, end };
        }
        let first = self.runs.partition_point(|run| run.text.end <= span.start);
        let first = self.runs.get(first).unwrap_or(last);
        let start = first.start_of(span.start.clamp(first.text.start, first.text.end));
        let end = if is_empty {
            start
        } else {
            let run = self.run_before(span.end);
            run.end_of(span.end.min(run.text.end))
        };
        Span {
            start,
            end: end.max(start),
        }
    }

    /// The run of the character before an offset.
    fn run_before(&self, offset: u32) -> Run {
        let at = self.runs.partition_point(|run| run.text.end < offset);
        self.runs[at.min(self.runs.len() - 1)]
    }

    /// A finding about the text as a finding about the template. A fix that cannot be written
    /// exactly is left out.
    #[must_use]
    pub fn outer_finding(&self, mut finding: Diagnostic) -> Diagnostic {
        for label in &mut finding.labels {
            label.span = self.outer(label.span);
        }
        finding.fix = finding.fix.and_then(|fix| self.outer_fix(&fix));
        finding
    }

    fn outer_fix(&self, fix: &Fix) -> Option<Fix> {
        let edits: Option<Vec<Edit>> = fix.edits.iter().map(|edit| self.outer_edit(edit)).collect();
        let mut edits = edits?;
        edits.sort_by_key(|edit| edit.span);
        Some(Fix { edits, ..*fix })
    }

    fn outer_edit(&self, edit: &Edit) -> Option<Edit> {
        let Span { start, end } = edit.span;
        let at = self.parts.partition_point(|part| part.text.end < end);
        let part = self.parts.get(at).filter(|part| part.text.start <= start)?;
        let text = match part.written? {
            Written::Double => {
                let quoted = Json::from(edit.text.as_str()).text().into_owned();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Written::Single => is_plain(&edit.text).then(|| edit.text.replace('\'', "''"))?,
            Written::Literal { indent } => {
                // The first line decides how far all are indented, and the last one must not
                // become empty.
                let words = self.words_of(part);
                let is_inside = words.start < start && end < words.end;
                let is_writable = edit.text.split('\n').all(is_plain);
                let line = format!("\n{}", " ".repeat(indent));
                (is_inside && is_writable).then(|| edit.text.replace('\n', &line))?
            }
            Written::Folded => {
                let line = self.line_of(start);
                let is_inside = line.start < start && end < line.end;
                (is_inside && is_plain(&edit.text)).then(|| edit.text.clone())?
            }
        };
        let span = Span {
            start: self.edge(start, part),
            end: self.edge(end, part),
        };
        Some(Edit { span, text })
    }

    /// Where the character at an offset of a part begins. In a block, that is behind the
    /// indentation of its line.
    fn edge(&self, offset: u32, part: &Part) -> u32 {
        if offset == part.text.end {
            return self.run_before(offset).end_of(offset);
        }
        let at = self.runs.partition_point(|run| run.text.end <= offset);
        self.runs[at].start_of(offset)
    }

    /// A part without the blanks around it.
    fn words_of(&self, part: &Part) -> Span {
        let text = self.text.get(part.text.range()).unwrap_or_default();
        let start = text.len() - text.trim_start().len();
        let shift = part.text.start as usize;
        Span::new(shift + start, shift + text.trim_end().len())
    }

    /// The stretch around an offset that stands on one line of the template.
    fn line_of(&self, offset: u32) -> Span {
        let at = self.runs.partition_point(|run| run.text.end < offset);
        self.runs.get(at).map_or(Span::default(), |run| run.text)
    }
}

/// Whether a text can stand where nothing is escaped.
fn is_plain(text: &str) -> bool {
    !text.chars().any(char::is_control)
}

struct Builder<'s, 'b> {
    source: &'s Source,
    budget: &'b mut usize,
    text: String,
    runs: Vec<Run>,
    parts: Vec<Part>,
    uses: Vec<Use>,
}

impl Builder<'_, '_> {
    fn node(&mut self, node: Node<'_>, is_substituted: bool) -> Option<()> {
        if self.text.len() > *self.budget {
            return None;
        }
        if let Kind::String(text) = node.kind() {
            self.string(node, text, is_substituted);
            return Some(());
        }
        let Some((entry, argument)) = call(node) else {
            // A number among the parts that are joined.
            let text = node.to_json().text().into_owned();
            let is_scalar = matches!(node.kind(), Kind::Number(_) | Kind::Bool(_));
            return is_scalar.then(|| self.whole(&text, node.span()));
        };
        match (&*entry.key, functions::join(argument)) {
            ("Fn::Sub", _) => {
                let text = substituted(argument)?;
                text.as_str()?;
                self.node(text, true)?;
            }
            ("Fn::Join", Some((separator, parts))) if separator.as_str().is_some() => {
                self.join(separator, parts)?;
            }
            _ => {
                let mut budget = MOST_TEXT;
                let text = functions::text(entry, argument, &mut budget);
                self.whole(&text, node.span());
            }
        }
        Some(())
    }

    fn join(&mut self, separator: Node<'_>, parts: Node<'_>) -> Option<()> {
        let text = separator.as_str()?;
        for (at, part) in parts.items().enumerate() {
            if at > 0 {
                self.whole(text, separator.span());
            }
            // Readers keep trees within `MAX_DEPTH`, so this recursion is bounded.
            self.node(part, false)?;
        }
        Some(())
    }

    /// A text of which every character stands at one place.
    fn whole(&mut self, text: &str, source: Span) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.runs.push(Run {
            text: Span::new(start, self.text.len()),
            source,
        });
    }

    fn string(&mut self, node: Node<'_>, text: &str, is_substituted: bool) {
        let start = self.text.len();
        let Some(style) = self.map(node.span(), text) else {
            // An alias: the text stands where it is anchored.
            self.parts.push(Part {
                text: Span::new(start, start + text.len()),
                written: None,
            });
            return self.whole(text, node.span());
        };
        self.text.push_str(text);
        self.parts.push(Part {
            text: Span::new(start, self.text.len()),
            written: self.written(style, node.span()),
        });
        let names = if is_substituted {
            Names::LeftBySub
        } else {
            Names::All
        };
        let is_certain = |at: usize, name: &str| is_certain(text, at, name);
        let uses = placed(self.source, node.span(), text, names, is_certain);
        self.uses.extend(uses);
    }

    /// Adds the runs of a string; `None` when it does not stand there.
    fn map(&mut self, span: Span, text: &str) -> Option<Style> {
        let style = Style::of(self.source.text.get(span.range())?)?;
        let shift = u32::try_from(self.text.len()).ok()?;
        let kept = self.runs.len();
        let mut end = shift;
        let mut runs = Runs::new(&self.source.text, span)?;
        for mut run in &mut runs {
            run.text.start += shift;
            run.text.end += shift;
            end = run.text.end;
            self.runs.push(run);
        }
        let whole = Span::new(self.text.len(), self.text.len() + text.len());
        if end > whole.end {
            self.runs.truncate(kept);
            return None;
        }
        if end < whole.end {
            // The line breaks at the end of a block.
            let at = runs.reached();
            self.runs.push(Run {
                text: Span {
                    start: end,
                    ..whole
                },
                source: Span::new(at, at),
            });
        }
        Some(style)
    }

    fn written(&self, style: Style, span: Span) -> Option<Written> {
        let written = &self.source.text[span.range()];
        let is_on_one_line = !written.contains(['\n', '\r']);
        match style {
            Style::Double => is_on_one_line.then_some(Written::Double),
            Style::Single => is_on_one_line.then_some(Written::Single),
            Style::Plain => None,
            Style::Literal => {
                let mut runs = Runs::new(&self.source.text, span)?;
                let first = runs.find(|run| run.text.end - run.text.start > 1)?;
                let before = &self.source.text[..first.source.start as usize];
                let line = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
                let indent = before.len() - line;
                Some(Written::Literal { indent })
            }
            Style::Folded => Some(Written::Folded),
        }
    }
}
