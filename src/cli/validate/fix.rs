//! Mending a text: the edits of its findings, and no other byte.

use crate::syntax::{Diagnostic, Edit};

/// How often a text is mended and judged again, at most.
pub(super) const MOST_ROUNDS: usize = 50;

/// The text with the fixes of its findings; `None` when there is nothing to mend. Of fixes that
/// overlap, the first in the text is made: the next round sees what is left of the others.
pub(super) fn fixed(text: &str, findings: &[Diagnostic], unsafe_fixes: bool) -> Option<String> {
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let mut wanted: Vec<&[Edit]> = fixes
        .filter(|fix| (fix.safe || unsafe_fixes) && !fix.edits.is_empty())
        .map(|fix| fix.edits.as_slice())
        .collect();
    wanted.sort_by_key(|edits| edits[0].span);
    let mut made: Vec<&Edit> = Vec::new();
    for edits in wanted {
        let free_from = made.last().map_or(0, |edit| edit.span.end);
        if made.is_empty() || edits[0].span.start > free_from {
            made.extend(edits);
        }
    }
    let mut mended = String::with_capacity(text.len());
    let mut copied = 0;
    for edit in &made {
        mended.push_str(text.get(copied..edit.span.start as usize)?);
        mended.push_str(&edit.text);
        copied = edit.span.end as usize;
    }
    mended.push_str(text.get(copied..)?);
    (mended != text).then_some(mended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Span;

    fn finding(safe: bool, start: usize, end: usize, text: &str) -> Diagnostic {
        let edit = Edit {
            span: Span::new(start, end),
            text: text.to_owned(),
        };
        Diagnostic::error("x", "x").fix(safe, vec![edit])
    }

    #[test]
    fn edits_are_made_and_every_other_byte_is_left() {
        let findings = [
            finding(true, 6, 7, "X"),
            finding(true, 0, 1, "Y"),
            finding(true, 3, 3, "+"),
        ];
        assert_eq!(
            fixed("aé cd eé", &findings, false).as_deref(),
            Some("Yé+ cdXeé")
        );
    }

    #[test]
    fn overlapping_and_unsafe_fixes_wait() {
        let findings = [
            finding(true, 0, 3, "1"),
            finding(true, 2, 4, "2"),
            finding(false, 5, 6, "3"),
        ];
        assert_eq!(fixed("abcdef", &findings, false).as_deref(), Some("1def"));
        assert_eq!(fixed("abcdef", &findings, true).as_deref(), Some("1de3"));
        assert_eq!(fixed("abcdef", &findings[2..], false), None);
    }
}
