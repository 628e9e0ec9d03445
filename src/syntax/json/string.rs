//! The strings of JSON: escapes, and what people write instead of them.

use std::sync::Arc;

use super::lexer::Lexer;
use super::syntax_error;
use crate::syntax::Span;

impl<'t> Lexer<'t, '_> {
    /// A string whose opening quote is next.
    pub(super) fn string(&mut self) -> Arc<str> {
        let open = self.at;
        self.at += 1;
        let stretch = self.plain_stretch();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return self.stored(stretch);
        }
        let mut out = stretch.to_owned();
        self.finish_string(open, &mut out);
        out.into()
    }

    /// The characters up to the next quote, backslash or control character.
    fn plain_stretch(&mut self) -> &'t str {
        let start = self.at;
        let bytes = &self.text.as_bytes()[start..];
        self.at += plain_len(bytes);
        &self.text[start..self.at]
    }

    fn finish_string(&mut self, open: usize, out: &mut String) {
        let mut control_seen = false;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return;
                }
                Some(b'\\') => self.escape(out),
                None | Some(b'\n' | b'\r') => return self.unclosed(open, out),
                Some(control) => {
                    if !control_seen {
                        self.raw_control(control);
                    }
                    control_seen = true;
                    out.push(char::from(control));
                    self.at += 1;
                }
            }
            out.push_str(self.plain_stretch());
        }
    }

    /// A string that its line or the text cut off.
    fn unclosed(&mut self, open: usize, out: &mut String) {
        // In `"Next": "Pay,` the comma belongs to the object, not to the string.
        if out.ends_with(',') && self.at > open + 1 {
            out.pop();
            self.at -= 1;
        }
        let end = self.at;
        self.report(
            syntax_error("string is not closed")
                .label(Span::new(open, end), "this string has no closing `\"`")
                .help("add `\"` where it ends; a line break inside a string is written `\\n`"),
        );
        self.mute();
    }

    fn raw_control(&mut self, control: u8) {
        let (name, escape) = match control {
            b'\t' => ("tab".to_owned(), "\\t".to_owned()),
            _ => (
                format!("control character U+{control:04X}"),
                format!("\\u{control:04x}"),
            ),
        };
        self.report(
            syntax_error(format!("raw {name} in a string"))
                .label(Span::new(self.at, self.at + 1), "must be escaped")
                .help(format!("write `{escape}`")),
        );
    }

    /// What a backslash begins.
    fn escape(&mut self, out: &mut String) {
        let start = self.at;
        self.at += 1;
        let short = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                let char = self.unicode_escape(start);
                return out.push(char.unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            // The line or the text ends: the string is reported as not closed.
            None | Some(b'\n' | b'\r') => return,
            Some(_) => return self.unknown_escape(start, out),
        };
        out.push(short);
        self.at += 1;
    }

    fn unknown_escape(&mut self, start: usize, out: &mut String) {
        let Some(char) = self.text[self.at..].chars().next() else {
            return;
        };
        self.at += char.len_utf8();
        let written = if char.is_control() {
            char.escape_default().to_string()
        } else {
            char.to_string()
        };
        let help = if char == '\'' {
            "a single quote needs no backslash in JSON".to_owned()
        } else {
            // A backslash of a regular expression or a path is most likely meant as one.
            out.push('\\');
            format!("write `\\\\{written}` for a backslash followed by `{written}`")
        };
        out.push(char);
        self.report(
            syntax_error(format!("`\\{written}` is not an escape of JSON"))
                .label(Span::new(start, self.at), "unknown escape")
                .help(help),
        );
    }

    /// The character of `\uXXXX`, after the `u`; `None` when it is reported as none.
    fn unicode_escape(&mut self, start: usize) -> Option<char> {
        let Some(unit) = self.four_digits() else {
            self.report(
                syntax_error("`\\u` needs four hexadecimal digits")
                    .label(Span::new(start, self.at), "too few digits")
                    .help("write for example `\\u00e9`, or the character itself"),
            );
            return None;
        };
        if let Some(char) = char::from_u32(unit) {
            return Some(char);
        }
        let low = self.low_surrogate(unit);
        if low.is_none() {
            self.report(
                syntax_error(format!("`\\u{unit:04x}` is half of a surrogate pair"))
                    .label(Span::new(start, self.at), "the other half is missing")
                    .help("write both halves, or the character itself"),
            );
        }
        low
    }

    /// The character of a high surrogate and the low one that follows it.
    fn low_surrogate(&mut self, high: u32) -> Option<char> {
        let back = self.at;
        if high < 0xdc00 && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            if let Some(low @ 0xdc00..0xe000) = self.four_digits() {
                return char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            }
        }
        self.at = back;
        None
    }

    fn four_digits(&mut self) -> Option<u32> {
        let rest = &self.text.as_bytes()[self.at..];
        let digits = rest.iter().take(4).take_while(|b| b.is_ascii_hexdigit());
        let end = self.at + digits.count();
        let text = &self.text[self.at..end];
        self.at = end;
        (text.len() == 4).then(|| u32::from_str_radix(text, 16).ok())?
    }

    /// A string in single quotes, as JavaScript and Python have them.
    pub(super) fn single_quoted(&mut self) -> Arc<str> {
        let start = self.at;
        let rest = &self.text[start + 1..];
        let end = rest.find(['\'', '\n', '\r']);
        let Some(end) = end.filter(|end| rest[*end..].starts_with('\'')) else {
            self.at += 1;
            let quote = Span::new(start, self.at);
            self.report(
                syntax_error("unexpected `'`")
                    .label(quote, "strings are in double quotes")
                    .help("write `\"`"),
            );
            return Arc::default();
        };
        self.at = start + 1 + end + 1;
        self.report(
            syntax_error("string is in single quotes")
                .label(Span::new(start, self.at), "needs double quotes")
                .help("write `\"` instead of `'`"),
        );
        rest[..end].into()
    }
}

/// How many bytes stand for themselves before one that does not. Most of a definition is strings,
/// so that eight bytes are looked at together.
fn plain_len(bytes: &[u8]) -> usize {
    let (eights, rest) = bytes.as_chunks::<8>();
    for (index, eight) in eights.iter().enumerate() {
        if let Some(at) = first_special(u64::from_le_bytes(*eight)) {
            return index * 8 + at;
        }
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..0x20);
    let end = rest.iter().position(is_special);
    bytes.len() - rest.len() + end.unwrap_or(rest.len())
}

/// The first of eight bytes that is a quote, a backslash or a control character. A byte below `n`
/// gets its highest bit when `n` is taken from it, as it has to borrow; that may set the bit of a
/// byte behind it too, never of one before it (Warren, Hacker's Delight, 6-1).
fn first_special(eight: u64) -> Option<usize> {
    const EACH: u64 = 0x0101_0101_0101_0101;
    let below = |word: u64, n: u8| word.wrapping_sub(EACH * u64::from(n)) & !word;
    let equal = |byte: u8| below(eight ^ (EACH * u64::from(byte)), 1);
    let found = (below(eight, 0x20) | equal(b'"') | equal(b'\\')) & (EACH << 7);
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_stretch_ends_at_the_first_special_byte_wherever_it_stands() {
        for special in [b'"', b'\\', 0, 0x1f] {
            for at in 0..20 {
                let mut bytes = "!x\u{7f}é# [~\u{10ffff}😀".repeat(3).into_bytes();
                assert_eq!(plain_len(&bytes), bytes.len());
                bytes[at] = special;
                bytes[at + 1] = b'"';
                assert_eq!(plain_len(&bytes), at, "{special}");
                assert_eq!(plain_len(&bytes[..=at]), at, "{special}");
            }
        }
    }
}
