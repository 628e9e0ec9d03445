//! The slot at a byte of a YAML text: one line is looked at, the rest is left to the reader.

use super::slot::{Right, Slot, Wants};
use crate::syntax::Span;

/// What fills an empty slot, so that the reader finds something there.
const FILLER: &str = "_";

/// The line before the cursor.
struct Scan {
    wants: Wants,
    /// Where the word begins, its quote included.
    start: usize,
    quote: Option<char>,
    /// The brackets of this line that are open.
    open: Vec<char>,
}

pub(super) fn slot(text: &str, offset: usize) -> Option<Slot> {
    let before = text.get(..offset)?;
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let scan = Scan::of(&before[line..])?;
    let start = line + scan.start;
    let rest = text[offset..].lines().next().unwrap_or_default();
    let (length, is_closed) = scan.rest_of_word(rest);
    let end = offset + length;
    let right = if text[end..].trim_start_matches(' ').starts_with(':') {
        Right::Colon
    } else {
        Right::Nothing
    };
    let mut whole = text[..start].to_owned();
    whole.push_str(&text[start..end]);
    match scan.quote {
        Some(quote) if !is_closed => whole.push(quote),
        None if start == end => whole.push_str(FILLER),
        _ => {}
    }
    if scan.wants == Wants::Key && right == Right::Nothing {
        whole.push_str(": null");
    }
    whole.push_str(&text[end..]);
    let replaces = match scan.quote {
        Some(_) => Span::new(start + 1, end - usize::from(is_closed)),
        None => Span::new(start, end),
    };
    Some(Slot {
        text: whole,
        at: start,
        wants: scan.wants,
        replaces,
        quote: scan.quote,
        right,
    })
}

impl Scan {
    /// `None` in a comment, and right behind a colon that is no colon yet.
    fn of(line: &str) -> Option<Self> {
        let mut content = line.trim_start_matches(' ');
        let mut wants = Wants::Key;
        while let Some(item) = content.strip_prefix("- ") {
            content = item.trim_start_matches(' ');
            wants = Wants::Item;
        }
        let mut scan = Self {
            wants,
            start: line.len() - content.len(),
            quote: None,
            open: Vec::new(),
        };
        let mut chars = line[scan.start..].char_indices().peekable();
        let content_start = scan.start;
        let mut last = ' ';
        while let Some((at, char)) = chars.next() {
            let at = content_start + at;
            let ends = chars.peek().is_none();
            let before_blank = chars.peek().is_some_and(|(_, next)| *next == ' ');
            match (scan.quote, char) {
                (Some(quote), _) => {
                    let is_escaped = quote == '"' && last == '\\';
                    scan.quote = Some(quote).filter(|quote| *quote != char || is_escaped);
                }
                (None, '"' | '\'') if at == scan.start => scan.quote = Some(char),
                (None, '#') if last == ' ' => return None,
                (None, ':') if ends => return None,
                (None, ':') if before_blank => scan.begin(Wants::Value, at + 1),
                (None, '{' | '[') if at == scan.start => {
                    scan.open.push(char);
                    scan.begin(scan.wanted_within(), at + 1);
                }
                (None, ',') if !scan.open.is_empty() => scan.begin(scan.wanted_within(), at + 1),
                (None, '}' | ']') => {
                    scan.open.pop();
                }
                (None, ' ') if at == scan.start => scan.start += 1,
                (None, _) => {}
            }
            last = if last == '\\' && char == '\\' {
                ' '
            } else {
                char
            };
        }
        Some(scan)
    }

    fn begin(&mut self, wants: Wants, at: usize) {
        self.wants = wants;
        self.start = at;
    }

    fn wanted_within(&self) -> Wants {
        match self.open.last() {
            Some('{') => Wants::Key,
            _ => Wants::Value,
        }
    }

    /// How much of the rest of the line belongs to the word, and whether its quote is closed.
    fn rest_of_word(&self, rest: &str) -> (usize, bool) {
        if let Some(quote) = self.quote {
            return match rest.find(quote) {
                Some(at) => (at + 1, true),
                None => (0, false),
            };
        }
        let ends = |char: char| match self.wants {
            Wants::Key => matches!(char, ':' | ' '),
            Wants::Value | Wants::Item => false,
        };
        let in_brackets = !self.open.is_empty();
        let ends_within = |char: char| in_brackets && matches!(char, ',' | '}' | ']');
        let end = rest
            .find(|char| ends(char) || ends_within(char))
            .unwrap_or(rest.len());
        let end = rest[..end].find(" #").unwrap_or(end);
        (rest[..end].trim_end().len(), false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text with `|` for the cursor, the whole text with the word's place, what is replaced.
    fn check(text: &str, wants: Wants, whole: &str, replaced: &str) {
        let offset = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        let slot = slot(&text, offset).expect("something can be completed");
        let mut shown = slot.text.clone();
        shown.insert(slot.at, '|');
        assert_eq!((shown.as_str(), slot.wants), (whole, wants), "{text}");
        assert_eq!(&text[slot.replaces.range()], replaced, "{text}");
    }

    #[test]
    fn a_line_without_a_colon_is_a_key() {
        check("A:\n  |\nB: 1", Wants::Key, "A:\n  |_: null\nB: 1", "");
        check("A:\n  Ty|\n", Wants::Key, "A:\n  |Ty: null\n", "Ty");
        check("  Ty|pe: x", Wants::Key, "  |Type: x", "Type");
        check("  \"Ty|", Wants::Key, "  |\"Ty\": null", "Ty");
    }

    #[test]
    fn behind_a_colon_is_a_value() {
        check("Next: |\n", Wants::Value, "Next: |_\n", "");
        check(
            "- Next: Go |on # yes",
            Wants::Value,
            "- Next: |Go on # yes",
            "Go on",
        );
        check("Next: 'Go|", Wants::Value, "Next: |'Go'", "Go");
        check(
            "Next: \"a\\\"|b\"",
            Wants::Value,
            "Next: |\"a\\\"b\"",
            "a\\\"b",
        );
        check(
            "x.$: States.Format('a, |",
            Wants::Value,
            "x.$: |States.Format('a, ",
            "States.Format('a, ",
        );
    }

    #[test]
    fn a_dash_and_brackets_hold_items_and_keys() {
        check("  - |", Wants::Item, "  - |_", "");
        check("  - - x|", Wants::Item, "  - - |x", "x");
        check("A: {B: 1, |}", Wants::Key, "A: {B: 1, |_: null}", "");
        check("A: {B: x|, C: 1}", Wants::Value, "A: {B: |x, C: 1}", "x");
        check("A: [x, |", Wants::Value, "A: [x, |_", "");
    }

    #[test]
    fn in_comments_there_is_nothing() {
        for text in ["# ", "a: 1 # Ne", "a:"] {
            assert_eq!(slot(text, text.len()), None, "{text}");
        }
    }
}
