//! Strings in quotes and plain ones: escapes, and lines that are folded into one.

use super::{BLANKS, BREAKS, Cursor, Run, Style, break_len};

/// Decodes a string that is in quotes, or plain.
pub(super) struct Flow(Style);

impl Flow {
    pub(super) fn begin(cursor: &mut Cursor<'_>, style: Style) -> Self {
        if style != Style::Plain {
            cursor.at += 1;
        }
        Self(style)
    }

    pub(super) fn next(&self, cursor: &mut Cursor<'_>) -> Option<Run> {
        loop {
            if let Some(run) = cursor.next_break() {
                return Some(run);
            }
            let rest = cursor.rest();
            let first = rest.chars().next()?;
            match first {
                '"' if self.0 == Style::Double => {
                    close(cursor);
                    return None;
                }
                '\'' if self.0 == Style::Single => {
                    if rest.starts_with("''") {
                        return Some(cursor.take(2, 1));
                    }
                    close(cursor);
                    return None;
                }
                '\\' if self.0 == Style::Double => match Escape::of(rest) {
                    Escape::Char { written, decoded } => {
                        return Some(cursor.take(written, decoded));
                    }
                    Escape::LineBreak { written } => {
                        let gap = gap_len(&rest[written..]);
                        cursor.gap_end = cursor.at + written + gap;
                        cursor.at += written;
                    }
                },
                ' ' | '\t' | '\n' | '\r' => {
                    if let Some(run) = fold(cursor).or_else(|| self.stretch(cursor)) {
                        return Some(run);
                    }
                }
                _ => return self.stretch(cursor),
            }
        }
    }

    /// The characters up to the next one that is none of itself; `None` when a fold comes first.
    fn stretch(&self, cursor: &mut Cursor<'_>) -> Option<Run> {
        if cursor.at < cursor.gap_end {
            return None;
        }
        let rest = cursor.rest();
        let special = |char: char| match char {
            '\n' | '\r' => true,
            '"' | '\\' => self.0 == Style::Double,
            '\'' => self.0 == Style::Single,
            _ => false,
        };
        let stop = rest.find(special).unwrap_or(rest.len());
        let stretch = if rest[stop..].starts_with(BREAKS) {
            rest[..stop].trim_end_matches(BLANKS)
        } else {
            &rest[..stop]
        };
        Some(cursor.take(stretch.len(), stretch.len()))
    }
}

/// The closing quote: nothing follows it.
fn close(cursor: &mut Cursor<'_>) {
    cursor.end = cursor.at;
}

/// How long the blanks and line breaks are that a text begins with.
fn gap_len(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\n', '\r']).len()
}

/// Blanks with line breaks among them: one break is a space, of several the first is nothing.
fn fold(cursor: &mut Cursor<'_>) -> Option<Run> {
    let rest = cursor.rest();
    let gap = &rest[..gap_len(rest)];
    let first = gap.find(BREAKS)?;
    let after = first + break_len(&gap[first..]);
    if !gap[after..].contains(BREAKS) {
        return Some(cursor.take(gap.len(), 1));
    }
    cursor.gap_end = cursor.at + gap.len();
    cursor.at += after;
    None
}

/// What a backslash begins.
enum Escape {
    Char { written: usize, decoded: usize },
    LineBreak { written: usize },
}

impl Escape {
    fn of(text: &str) -> Self {
        let char = |written, decoded| Self::Char { written, decoded };
        let after = &text[1..];
        match after.chars().next() {
            None => char(1, 1),
            Some('\n' | '\r') => Self::LineBreak {
                written: 1 + break_len(after),
            },
            Some('u') => unicode(text),
            Some('x') => hexadecimal(text, 2),
            Some('U') => hexadecimal(text, 8),
            // U+0085 and U+00A0, U+2028 and U+2029.
            Some('N' | '_') => char(2, 2),
            Some('L' | 'P') => char(2, 3),
            Some(
                '0' | 'a' | 'b' | 't' | '\t' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '/' | '\\'
                | '\'',
            ) => char(2, 1),
            // What JSON does not know keeps its backslash.
            Some(other) => char(1 + other.len_utf8(), 1 + other.len_utf8()),
        }
    }
}

/// `\uXXXX`, in JSON also a pair of surrogates.
fn unicode(text: &str) -> Escape {
    let Escape::Char { written: 6, .. } = hexadecimal(text, 4) else {
        return hexadecimal(text, 4);
    };
    let unit = |at: usize| {
        let digits = text.get(at..at + 4)?;
        u32::from_str_radix(digits, 16).ok()
    };
    let is_high = matches!(unit(2), Some(0xd800..0xdc00));
    let has_low = text.get(6..8) == Some("\\u") && matches!(unit(8), Some(0xdc00..0xe000));
    if is_high && has_low {
        return Escape::Char {
            written: 12,
            decoded: 4,
        };
    }
    hexadecimal(text, 4)
}

/// A letter and so many digits; what is no character is read as U+FFFD.
fn hexadecimal(text: &str, most: usize) -> Escape {
    let digits = text[2..].bytes().take(most);
    let digits = digits.take_while(u8::is_ascii_hexdigit).count();
    let value = u32::from_str_radix(&text[2..2 + digits], 16).ok();
    let char = value.filter(|_| digits == most).and_then(char::from_u32);
    Escape::Char {
        written: 2 + digits,
        decoded: char.unwrap_or(char::REPLACEMENT_CHARACTER).len_utf8(),
    }
}
