//! `# asl-ignore: RULE` in YAML: for what begins on the line of the comment, or on the next one
//! when nothing stands before it.

use std::ops::Range;

use super::{MARK, Silencer, names};
use crate::syntax::{Kind, Node, Span, Tree};

/// What the comments of a text silence.
pub(super) fn silencers(text: &str, tree: &Tree) -> Vec<Silencer> {
    let comments = comments(text, &Scalars::of(tree));
    let mut targets: Vec<Range<usize>> = comments.iter().map(|c| c.target.clone()).collect();
    targets.sort_by_key(|target| target.start);
    targets.dedup();
    let scopes = scopes(tree, &targets);
    let silencers = |comment: Comment<'_>| {
        let index = targets.partition_point(|target| target.start < comment.target.start);
        let place = |offset: usize, len: usize| {
            let start = comment.listed_at + offset;
            Span::new(start, start + len.max(1))
        };
        names(comment.listed, scopes[index], place)
    };
    comments.into_iter().flat_map(silencers).collect()
}

/// A comment that silences.
struct Comment<'t> {
    /// What stands behind the mark.
    listed: &'t str,
    listed_at: usize,
    /// The line that it is for.
    target: Range<usize>,
}

/// The comments that begin with the mark, in one walk: nothing is looked at twice, however many
/// of them there are.
fn comments<'t>(text: &'t str, scalars: &Scalars) -> Vec<Comment<'t>> {
    let mut found: Vec<Comment<'_>> = Vec::new();
    // How many of them have their line.
    let mut settled = 0;
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let line = start..start + whole.trim_end().len();
        start += whole.len();
        let content = text[line.clone()].trim_start_matches([' ', '\t']);
        // What stands alone is for the next line that is no comment.
        if !content.starts_with('#') {
            for comment in &mut found[settled..] {
                comment.target = line.clone();
            }
            settled = found.len();
        }
        let Some((hash, listed_at)) = mark_in(text, &line, scalars) else {
            continue;
        };
        let before = text[line.start..hash].trim_matches([' ', '\t', '-']);
        found.push(Comment {
            listed: &text[listed_at..line.end],
            listed_at,
            target: if before.is_empty() {
                text.len()..text.len()
            } else {
                line
            },
        });
        settled += usize::from(!before.is_empty());
    }
    found
}

/// Where the comment of a line begins and its mark ends, when it begins with the mark. One that
/// only mentions it has it further on.
fn mark_in(text: &str, line: &Range<usize>, scalars: &Scalars) -> Option<(usize, usize)> {
    let written = &text[line.clone()];
    if !written.contains(MARK) {
        return None;
    }
    let begins = |at: &usize| at == &0 || written[..*at].ends_with([' ', '\t']);
    let hash = written
        .match_indices('#')
        .map(|(at, _)| at)
        .find(|at| begins(at) && !scalars.hold(text, line.start + at))?;
    let comment = written[hash + 1..].trim_start_matches([' ', '\t']);
    let listed = comment.strip_prefix(MARK)?;
    Some((line.start + hash, line.end - listed.len()))
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
