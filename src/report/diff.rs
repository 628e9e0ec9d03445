//! Two texts, line by line. The only file that knows `similar`.

use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, ChangeTag, TextDiff, capture_diff_slices};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// In both texts.
    Same,
    /// In the first text only.
    Removed,
    /// In the second text only.
    Added,
    /// Lines that are in both were left out here.
    Gap,
}

/// The lines that differ, with so many equal ones around them.
#[must_use]
pub fn lines(before: &str, after: &str, context: usize) -> Vec<(Change, String)> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for (at, group) in diff.grouped_ops(context).iter().enumerate() {
        if at > 0 {
            lines.push((Change::Gap, String::new()));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let tag = match change.tag() {
                ChangeTag::Equal => Change::Same,
                ChangeTag::Delete => Change::Removed,
                ChangeTag::Insert => Change::Added,
            };
            lines.push((tag, change.value().trim_end_matches('\n').to_owned()));
        }
    }
    lines
}

/// Two sequences side by side: ranges of each that are the same, or that stand in each other's
/// place.
#[must_use]
pub fn sequences<T: Eq + Hash + Ord>(
    one: &[T],
    other: &[T],
) -> Vec<(bool, Range<usize>, Range<usize>)> {
    let ops = capture_diff_slices(Algorithm::Myers, one, other);
    let told = |op: &similar::DiffOp| {
        let is_same = op.tag() == similar::DiffTag::Equal;
        (is_same, op.old_range(), op.new_range())
    };
    ops.iter().map(told).collect()
}

/// A patch for `patch -p1` and `git apply`, with three equal lines around each change.
#[must_use]
pub fn patch(from: &str, to: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(from, to)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_a_little_around_them() {
        let found = lines("a\nb\nc\nx\ny\nd\ne\n", "a\nB\nc\nx\ny\nd\nE\n", 1);
        let signs: String = found
            .iter()
            .map(|(change, text)| match change {
                Change::Same => format!(" {text}"),
                Change::Removed => format!("-{text}"),
                Change::Added => format!("+{text}"),
                Change::Gap => "~".to_owned(),
            })
            .collect();
        assert_eq!(signs, " a-b+B c~ d-e+E");
    }
}
