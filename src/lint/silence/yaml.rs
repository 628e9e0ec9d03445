//! `# asl-ignore: RULE` in YAML: for what begins on the line of the comment, or on the next one
//! when nothing stands before it.

use std::ops::Range;

use super::{MARK, Silencer, names};
use crate::syntax::{Kind, Node, Span, Tree};

/// The comments of a text that silence.
pub(super) fn silencers(text: &str, tree: &Tree) -> Vec<Silencer> {
    let mut comments: Vec<Comment<'_>> = text
        .match_indices(MARK)
        .filter_map(|(at, _)| Comment::at(text, at))
        .collect();
    if comments.is_empty() {
        return Vec::new();
    }
    let scalars = Scalars::of(tree);
    comments.retain(|comment| !scalars.hold(text, comment.hash));
    let mut targets: Vec<Range<usize>> = comments.iter().map(|c| c.target.clone()).collect();
    targets.sort_by_key(|target| target.start);
    let scopes = scopes(tree, &targets);
    let silencer = |comment: Comment<'_>| {
        let index = targets.partition_point(|target| target.start < comment.target.start);
        let place = |offset: usize, len: usize| {
            let start = comment.listed_at + offset;
            Span::new(start, start + len.max(1))
        };
        Silencer {
            scope: scopes[index],
            names: names(comment.listed, place),
        }
    };
    comments.into_iter().map(silencer).collect()
}

/// What looks like a comment that silences.
struct Comment<'t> {
    /// Where its `#` stands.
    hash: usize,
    /// What stands behind the mark.
    listed: &'t str,
    listed_at: usize,
    /// The line that it is for.
    target: Range<usize>,
}

impl<'t> Comment<'t> {
    /// The comment that begins with the mark at `at`; text that only mentions the mark is none.
    fn at(text: &'t str, at: usize) -> Option<Self> {
        let line = line_at(text, at);
        let before = text[line.start..at].trim_end_matches([' ', '\t']);
        let before = before.strip_suffix('#')?;
        if !before.is_empty() && !before.ends_with([' ', '\t']) {
            return None;
        }
        let listed_at = at + MARK.len();
        let stands_alone = before.chars().all(|c| matches!(c, ' ' | '\t' | '-'));
        let target = if stands_alone {
            next_line(text, &line)
        } else {
            line.clone()
        };
        Some(Self {
            hash: line.start + before.len(),
            listed: text[listed_at..line.end].trim_end(),
            listed_at,
            target,
        })
    }
}

fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |len| at + len);
    start..end
}

/// The line below, past other comments.
fn next_line(text: &str, line: &Range<usize>) -> Range<usize> {
    let mut line = line.clone();
    while line.end < text.len() {
        line = line_at(text, line.end + 1);
        if !text[line.clone()].trim_start().starts_with('#') {
            return line;
        }
    }
    text.len()..text.len()
}

/// Where scalars and keys stand: a `#` in one of them begins no comment.
struct Scalars(Vec<Span>);

impl Scalars {
    fn of(tree: &Tree) -> Self {
        let mut spans = Vec::new();
        for node in tree.nodes() {
            match node.kind() {
                Kind::Object(entries) => spans.extend(entries.iter().map(|entry| entry.key_span)),
                Kind::Array(_) => {}
                Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => {
                    spans.push(node.span());
                }
            }
        }
        spans.sort();
        Self(spans)
    }

    fn hold(&self, text: &str, hash: usize) -> bool {
        let after = self.0.partition_point(|span| span.start as usize <= hash);
        let Some(span) = after.checked_sub(1).map(|last| self.0[last].range()) else {
            return false;
        };
        // The line of `|` and `>` may end with a comment, though the text begins there.
        let is_header =
            text[span.start..].starts_with(['|', '>']) && !text[span.start..hash].contains('\n');
        hash < span.end && !is_header
    }
}

/// For each line of `targets`, in order of the text, where that stands which begins on it: the
/// entries of mappings and the items of sequences.
fn scopes(tree: &Tree, targets: &[Range<usize>]) -> Vec<Span> {
    let mut scopes = vec![NOWHERE; targets.len()];
    let mut cover = |start: u32, span: Span| {
        let start_at = start as usize;
        let index = targets.partition_point(|target| target.end < start_at);
        // Several comments may be for one line: the first of its targets has the scope.
        if targets
            .get(index)
            .is_some_and(|target| target.contains(&start_at))
        {
            let scope = &mut scopes[index];
            scope.start = scope.start.min(start);
            scope.end = scope.end.max(span.end);
        }
    };
    for node in tree.nodes() {
        for entry in node.entries() {
            let value = tree.node(entry.value).span();
            let end = entry.key_span.end.max(value.end);
            cover(
                entry.key_span.start,
                Span {
                    end,
                    ..entry.key_span
                },
            );
        }
        for item in node.items().map(Node::span) {
            cover(item.start, item);
        }
    }
    scopes
}

/// The scope of a comment that is for nothing.
const NOWHERE: Span = Span {
    start: u32::MAX,
    end: 0,
};
