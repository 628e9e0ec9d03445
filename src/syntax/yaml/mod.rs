//! YAML text into the same tree as JSON, from the events of saphyr-parser.
//!
//! - An alias becomes a node of its own at the place of the alias, which shares the children of
//!   the anchored node. Their parent, and so their pointer, is the anchored place. What aliases
//!   add is counted, so that a few lines cannot stand for billions of nodes.
//! - Merge keys (`<<`) are carried out: the entries of the merged mapping follow in its place,
//!   with the places they have there, unless the mapping has the key itself.
//! - Tags of `CloudFormation` are functions: `!GetAtt A.Arn` becomes the object
//!   `{"Fn::GetAtt": "A.Arn"}` that it is short for, whose key stands where the tag stands. Other
//!   tags are read over; the value stays.
//! - saphyr stops at the first error; the tree then holds what was read before it. It also stops
//!   at 255 levels of brackets, which is below our own limit.

mod error;
mod function;
mod places;
mod scalar;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span as Marks, Tag};

use self::function::Function;
use self::places::Places;
use super::findings::{Findings, SYNTAX, nothing_to_read};
use super::tree::{Entry, Kind, NodeId, Tree, TreeBuilder};
use super::{Diagnostic, Span, duplicates};
use crate::data::limits::MAX_DEPTH;

/// How many nodes all aliases of a file may stand for together.
const MOST_ALIASED: usize = 1_000_000;

/// Reads a YAML text. Values that are missing or cannot be read are `null` in the tree.
#[must_use]
pub fn read(text: &str, list: &mut Vec<Diagnostic>) -> Tree {
    let mut reader = Reader {
        places: Places::new(text),
        builder: TreeBuilder::default(),
        findings: Findings::new(list),
        stack: Vec::new(),
        functions: 0,
        root: None,
        anchors: HashMap::new(),
        aliased: 0,
        skipping: 0,
        depth_reported: false,
        document: Document::Awaited,
        last: 0,
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, marks)) => reader.event(event, marks),
            Err(error) => reader.stop(&error),
        }
        if reader.document == Document::Over {
            break;
        }
    }
    reader.finish()
}

/// A node with what an alias to it would add.
#[derive(Clone, Copy)]
struct Built {
    id: NodeId,
    span: Span,
    /// How many nodes it stands for, aliases followed.
    size: usize,
    /// How deep it nests: 0 for a scalar.
    height: usize,
}

/// Whether the one document of the file was seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Document {
    Awaited,
    Open,
    Closed,
    /// Nothing after this is read.
    Over,
}

/// The key of a mapping that waits for its value.
enum Key {
    /// The next node is a key.
    Awaited,
    Given(Arc<str>, Span),
    Merge(Span),
    /// The key was reported; the value is left out of the tree.
    Refused,
}

/// A sequence or mapping that is being read.
struct Frame {
    /// The function that it is the argument of.
    function: Option<Function>,
    sequence: bool,
    /// Whether it is written in brackets.
    flow: bool,
    start: usize,
    anchor: usize,
    size: usize,
    height: usize,
    items: Vec<NodeId>,
    entries: Vec<Entry>,
    key: Key,
    /// What is merged, and before which entry.
    merges: Vec<(usize, NodeId)>,
}

struct Reader<'t, 'd> {
    places: Places<'t>,
    builder: TreeBuilder,
    findings: Findings<'d>,
    stack: Vec<Frame>,
    /// How many of the open collections are arguments of functions.
    functions: usize,
    root: Option<NodeId>,
    anchors: HashMap<usize, Built>,
    /// What aliases have added so far.
    aliased: usize,
    /// How many levels of what nests too deep are open.
    skipping: usize,
    depth_reported: bool,
    document: Document,
    /// Where the last scalar, bracket or indicator ended.
    last: usize,
}

impl Reader<'_, '_> {
    fn event(&mut self, event: Event<'_>, marks: Marks) {
        match event {
            Event::DocumentStart(explicit) => self.document_start(explicit, marks),
            Event::DocumentEnd => self.document = Document::Closed,
            Event::Scalar(text, style, anchor, tag) if self.skipping == 0 => {
                self.scalar(&text, style, anchor, tag.as_deref(), marks);
            }
            Event::Alias(anchor) if self.skipping == 0 => self.alias(anchor, marks),
            Event::SequenceStart(anchor, tag) => {
                self.start(true, anchor, tag.as_deref(), marks);
            }
            Event::MappingStart(anchor, tag) => self.start(false, anchor, tag.as_deref(), marks),
            Event::SequenceEnd | Event::MappingEnd => self.end(marks),
            Event::Scalar(..)
            | Event::Alias(_)
            | Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd => {}
        }
    }

    fn document_start(&mut self, explicit: bool, marks: Marks) {
        let start = self.places.byte(marks.start);
        // After `...` a document may begin without `---`.
        let content = if explicit { start + 3 } else { start };
        if self.document == Document::Awaited {
            self.document = Document::Open;
            // What opens the first one unasked is content that may begin further on than its tag,
            // anchor or block header.
            self.last = if explicit { content } else { 0 };
            return;
        }
        self.document = Document::Over;
        // A marker with nothing behind it, as some tools write one at the end, is no document.
        let rest = self.places.content(content);
        if rest < self.places.text.len() && !self.places.text[rest..].starts_with("...") {
            self.report(
                Diagnostic::error(SYNTAX, "more than one document in this file")
                    .label(Span::new(start, content), "the second begins here")
                    .help("keep one definition in a file; only the first was read"),
            );
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        marks: Marks,
    ) {
        let written = anchor > 0 || tag.is_some();
        let span = if text.is_empty() && style == ScalarStyle::Plain && !written {
            let at = self.places.missing(marks.start, self.last);
            Span::new(at, at)
        } else {
            self.places.scalar(style, marks.start, marks.end, self.last)
        };
        let before = self.last;
        self.last = before.max(span.end as usize);
        if self.key_awaited() {
            return self.key(text, style, anchor, tag, span);
        }
        let kind = scalar::resolve(text, style, tag).unwrap_or_else(|| {
            self.report(
                Diagnostic::error(SYNTAX, format!("`{text}` is not a number of JSON"))
                    .label(span, "JSON has no infinity and no NaN")
                    .help("put it in quotes, or use `null`"),
            );
            Kind::Null
        });
        let function = self.function(tag, before, span.start as usize);
        self.leaf(kind, span, anchor, function);
    }

    fn key_awaited(&self) -> bool {
        let frame = self.stack.last();
        frame.is_some_and(|frame| !frame.sequence && matches!(frame.key, Key::Awaited))
    }

    /// Takes a scalar as a key: as it is written, because the keys of JSON are strings.
    fn key(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Span,
    ) {
        if anchor > 0 {
            let kind = Kind::String(text.into());
            let built = self.build(kind, span, 1, 0);
            self.anchors.insert(anchor, built);
        }
        let plain = style == ScalarStyle::Plain && tag.is_none();
        if plain && text.is_empty() {
            self.report(
                Diagnostic::error(SYNTAX, "key is missing")
                    .label(span, "no key stands here")
                    .help("write a key before the `:`"),
            );
        }
        let key = match text {
            "" if plain => Key::Refused,
            "<<" if plain => Key::Merge(span),
            _ => Key::Given(text.into(), span),
        };
        self.set_key(key, span);
    }

    fn set_key(&mut self, key: Key, span: Span) {
        if let Some(frame) = self.stack.last_mut() {
            // A block mapping begins at its first key, not at the anchor of it.
            if !frame.flow && frame.entries.is_empty() && frame.merges.is_empty() {
                frame.start = span.start as usize;
            }
            frame.key = key;
        }
    }

    fn leaf(&mut self, kind: Kind, span: Span, anchor: usize, function: Option<Function>) {
        let built = self.build(kind, span, 1, 0);
        let built = self.argument(built, function);
        if anchor > 0 {
            self.anchors.insert(anchor, built);
        }
        self.attach(built);
    }

    fn build(&mut self, kind: Kind, span: Span, size: usize, height: usize) -> Built {
        Built {
            id: self.builder.add(kind, span),
            span,
            size,
            height,
        }
    }

    fn alias(&mut self, anchor: usize, marks: Marks) {
        let start = self.places.byte(marks.start);
        let span = Span::new(start, self.places.byte(marks.end));
        self.last = span.end as usize;
        let target = self.anchors.get(&anchor).copied();
        let trouble = self.alias_trouble(target);
        match target {
            Some(target) if trouble.is_none() => {
                self.aliased += target.size;
                let kind = self.builder.kind(target.id).clone();
                if self.key_awaited() {
                    return self.alias_key(&kind, span);
                }
                let built = self.build(kind, span, target.size, target.height);
                self.attach(built);
            }
            _ => {
                let (message, help) = trouble.unwrap_or_default();
                self.report_alias(message, span, target, help);
                if self.key_awaited() {
                    return self.set_key(Key::Refused, span);
                }
                self.leaf(Kind::Null, span, 0, None);
            }
        }
    }

    /// Why an alias cannot be followed.
    fn alias_trouble(&self, target: Option<Built>) -> Option<(&'static str, &'static str)> {
        let Some(target) = target else {
            return Some((
                "alias stands inside of what it repeats",
                "write the value out where the alias stands",
            ));
        };
        if self.depth() + target.height > usize::from(MAX_DEPTH) {
            return Some((
                "alias makes the document nest deeper than 500 levels",
                "a state machine never needs that; flatten the value",
            ));
        }
        (self.aliased + target.size > MOST_ALIASED).then_some((
            "aliases stand for more than a million values",
            "aliases of aliases multiply; write out what is needed",
        ))
    }

    fn report_alias(&mut self, message: &str, span: Span, target: Option<Built>, help: &str) {
        let mut error =
            Diagnostic::error(SYNTAX, message).label(span, "this alias is not followed");
        if let Some(target) = target {
            error = error.label(target.span, "it repeats this");
        }
        self.report(error.help(help));
    }

    fn alias_key(&mut self, kind: &Kind, span: Span) {
        let key = match kind {
            Kind::String(text) => Some(text.clone()),
            Kind::Number(number) => Some(number.to_string().into()),
            Kind::Bool(value) => Some(value.to_string().into()),
            Kind::Null | Kind::Array(_) | Kind::Object(_) => None,
        };
        match key {
            Some(key) => self.set_key(Key::Given(key, span), span),
            None => self.refuse_key(span),
        }
    }

    fn refuse_key(&mut self, span: Span) {
        // Of keys within keys that nest too deep, that is said once and is enough.
        if !self.depth_reported {
            self.report(
                Diagnostic::error(SYNTAX, "key is not a string")
                    .label(span, "JSON has no such keys")
                    .help("write a word before the `:`, and quote it if it begins with a bracket"),
            );
        }
        self.set_key(Key::Refused, span);
    }

    fn start(&mut self, sequence: bool, anchor: usize, tag: Option<&Tag>, marks: Marks) {
        if self.skipping > 0 || self.depth() >= usize::from(MAX_DEPTH) {
            return self.skip_deep(marks.start);
        }
        let (start, flow) = self.collection_start(sequence, marks);
        let function = self.function(tag, self.last, start);
        // With the object of the function around it, the collection itself would be too deep.
        let function = function.filter(|_| self.depth() + 1 < usize::from(MAX_DEPTH));
        self.functions += usize::from(function.is_some());
        // A block sequence begins with a dash, which the next header is searched behind.
        let indicator = matches!(self.places.byte_at(start), Some(b'-' | b'[' | b'{'));
        self.last = self.last.max(start + usize::from(indicator));
        self.stack.push(Frame {
            function,
            sequence,
            flow,
            start,
            anchor,
            size: 1,
            height: 0,
            items: Vec::new(),
            entries: Vec::new(),
            key: Key::Awaited,
            merges: Vec::new(),
        });
    }

    /// Where a collection begins, and whether it is in brackets.
    fn collection_start(&self, sequence: bool, marks: Marks) -> (usize, bool) {
        let places = &self.places;
        let start = places.byte(marks.start);
        // The marks of block collections are empty, unless a tag or anchor stands before.
        if marks.start.index() < marks.end.index() {
            let start = places.content(start);
            let bracket = if sequence { b'[' } else { b'{' };
            return (start, places.byte_at(start) == Some(bracket));
        }
        let in_mapping = self.stack.last().is_some_and(|frame| !frame.sequence);
        if sequence && in_mapping {
            // At the indentation of its key, a sequence is announced after its first dash.
            return (places.dash_of_line(start).unwrap_or(start), false);
        }
        (start, false)
    }

    fn skip_deep(&mut self, mark: Marker) {
        self.skipping += 1;
        if self.depth_reported {
            return;
        }
        self.depth_reported = true;
        let at = self.places.byte(mark);
        self.report(
            Diagnostic::error(SYNTAX, format!("nested deeper than {MAX_DEPTH} levels"))
                .label(Span::new(at, at + 1), "not read from here on")
                .help("a state machine never needs that; flatten the value"),
        );
    }

    fn end(&mut self, marks: Marks) {
        let start = self.places.byte(marks.start);
        if self.skipping > 0 {
            self.skipping -= 1;
            if self.skipping == 0 {
                if self.key_awaited() {
                    return self.set_key(Key::Refused, Span::new(start, start));
                }
                self.leaf(Kind::Null, Span::new(self.last, self.last), 0, None);
            }
            return;
        }
        if self.stack.last().is_some_and(|frame| frame.flow) {
            self.last = start + 1;
        }
        self.close();
    }

    /// Makes a node of the innermost open collection.
    fn close(&mut self) {
        let Some(frame) = self.stack.pop() else {
            return;
        };
        let span = Span::new(frame.start, self.last.max(frame.start));
        let kind = if frame.sequence {
            Kind::Array(frame.items)
        } else {
            duplicates::report(&frame.entries, &mut self.findings);
            Kind::Object(self.merged(frame.entries, &frame.merges))
        };
        let built = self.build(kind, span, frame.size, frame.height);
        self.functions -= usize::from(frame.function.is_some());
        let built = self.argument(built, frame.function);
        if frame.anchor > 0 {
            self.anchors.insert(frame.anchor, built);
        }
        self.attach(built);
    }

    /// The entries of a mapping with those that it merges.
    fn merged(&self, own: Vec<Entry>, merges: &[(usize, NodeId)]) -> Vec<Entry> {
        if merges.is_empty() {
            return own;
        }
        let mut keys: HashSet<Arc<str>> = own.iter().map(|entry| entry.key.clone()).collect();
        let mut all = Vec::with_capacity(own.len());
        let mut own = own.into_iter();
        let mut taken = 0;
        for (at, merge) in merges {
            all.extend(own.by_ref().take(at - taken));
            taken = *at;
            for entry in self.entries_of(*merge) {
                if keys.insert(entry.key.clone()) {
                    all.push(entry.clone());
                }
            }
        }
        all.extend(own);
        all
    }

    /// The entries of a mapping, or of a sequence of mappings.
    fn entries_of(&self, id: NodeId) -> impl Iterator<Item = &Entry> {
        let (one, many): (_, &[NodeId]) = match self.builder.kind(id) {
            Kind::Array(items) => (None, items),
            _ => (Some(id), &[]),
        };
        one.into_iter()
            .chain(many.iter().copied())
            .flat_map(|id| match self.builder.kind(id) {
                Kind::Object(entries) => entries.as_slice(),
                _ => &[],
            })
    }

    /// Puts a node where it belongs in the collection that is open.
    fn attach(&mut self, built: Built) {
        if self.key_awaited() {
            return self.refuse_key(built.span);
        }
        let Some(frame) = self.stack.last_mut() else {
            self.root = Some(built.id);
            return;
        };
        frame.size = frame.size.saturating_add(built.size);
        frame.height = frame.height.max(built.height + 1);
        if frame.sequence {
            return frame.items.push(built.id);
        }
        match std::mem::replace(&mut frame.key, Key::Awaited) {
            Key::Given(key, key_span) => frame.entries.push(Entry {
                key,
                key_span,
                value: built.id,
            }),
            Key::Merge(span) => self.merge(built, span),
            Key::Refused | Key::Awaited => {}
        }
    }

    fn merge(&mut self, built: Built, key_span: Span) {
        let is_object = |id: &NodeId| matches!(self.builder.kind(*id), Kind::Object(_));
        let mergeable = match self.builder.kind(built.id) {
            Kind::Array(items) => items.iter().all(is_object),
            _ => is_object(&built.id),
        };
        if !mergeable {
            return self.report(
                Diagnostic::error(SYNTAX, "`<<` merges mappings only")
                    .label(built.span, "not a mapping")
                    .label(key_span, "merged here")
                    .help("write an alias of a mapping, such as `<<: *defaults`"),
            );
        }
        if let Some(frame) = self.stack.last_mut() {
            frame.merges.push((frame.entries.len(), built.id));
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.syntax(diagnostic);
    }

    fn stop(&mut self, error: &ScanError) {
        let at = self.places.byte(*error.marker());
        let diagnostic = error::explain(self.places.text, at, error.info());
        // What nests too deep was reported, and is likely not closed either.
        if !self.depth_reported {
            self.report(diagnostic);
        }
        self.document = Document::Over;
    }

    fn finish(mut self) -> Tree {
        let stopped = self.document == Document::Over;
        self.complete_open();
        let root = self.root.unwrap_or_else(|| {
            if !stopped {
                let error = nothing_to_read(self.places.text);
                self.findings
                    .syntax(error.help("a definition begins with a key such as `StartAt:`"));
            }
            self.builder.add(Kind::Null, Span::default())
        });
        self.findings.finish();
        self.builder.finish(root)
    }

    /// Closes what an error left open.
    fn complete_open(&mut self) {
        let inner = self.stack.len().saturating_sub(1);
        for frame in &mut self.stack[..inner] {
            // What stands where a key should be is no key for being cut off.
            if matches!(frame.key, Key::Awaited) && !frame.sequence {
                frame.key = Key::Refused;
            }
        }
        while let Some(frame) = self.stack.last() {
            if matches!(frame.key, Key::Given(..)) {
                self.leaf(Kind::Null, Span::new(self.last, self.last), 0, None);
            }
            self.close();
        }
    }
}
