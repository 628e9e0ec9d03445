//! Text of users, made safe to print: nothing in it can move the cursor, colour the terminal or
//! turn the reading direction.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with characters that a terminal would obey written as escapes such as `\u001b`.
/// Line breaks stay.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if !text.contains(|char| is_unsafe(char) && char != '\n') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for char in text.chars() {
        if char == '\n' {
            out.push(char);
        } else {
            push(&mut out, char);
        }
    }
    Cow::Owned(out)
}

/// The same JSON with what JSON allows to stand raw, and a terminal would obey, in JSON's escapes.
#[must_use]
pub fn safe_json(json: &str) -> Cow<'_, str> {
    if !json.contains(|char| is_unsafe(char) && char != '\n') {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        if char == '\n' || !is_unsafe(char) {
            out.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}").expect("strings take all");
        }
    }
    Cow::Owned(out)
}

/// Adds a character, or the escape that stands for it. Tabs are written as escapes in names and
/// messages; excerpts expand them.
pub(super) fn push(out: &mut String, char: char) {
    if !is_unsafe(char) {
        out.push(char);
    } else if u32::from(char) > 0xffff {
        write!(out, "\\u{{{:x}}}", u32::from(char)).expect("strings take all");
    } else {
        write!(out, "\\u{:04x}", u32::from(char)).expect("strings take all");
    }
}

fn is_unsafe(char: char) -> bool {
    char.is_control() || is_bidi(char) || is_invisible(char)
}

/// Marks that change the direction of the text after them (UAX #9): what is shown would not be
/// what is run.
fn is_bidi(char: char) -> bool {
    matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters without width or of their own line, which hide differences between names. The
/// joiners U+200C and U+200D are left alone: emoji and several scripts need them.
fn is_invisible(char: char) -> bool {
    matches!(
        char,
        '\u{ad}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        assert_eq!(
            safe("\u{1b}[31mred\u{7}\u{9b}2J"),
            "\\u001b[31mred\\u0007\\u009b2J"
        );
        assert_eq!(
            safe("a\u{202e}b\u{2066}c\u{200b}d\u{e0041}"),
            "a\\u202eb\\u2066c\\u200bd\\u{e0041}"
        );
        assert_eq!(safe("one\ntwo\r\t"), "one\ntwo\\u000d\\u0009");
    }

    #[test]
    fn json_means_the_same_without_what_a_terminal_would_obey() {
        let json = "{\n  \"\u{9b}2J\": \"caf\u{e9} \u{202e} \u{e0041}\"\n}";
        let told = safe_json(json);
        assert_eq!(
            told,
            "{\n  \"\\u009b2J\": \"caf\u{e9} \\u202e \\udb40\\udc41\"\n}"
        );
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(value(&told), value(json));
    }

    #[test]
    fn ordinary_text_is_borrowed() {
        for text in ["Größe 🚀 名前", "👩\u{200d}🚀", "$.a[0]"] {
            assert!(matches!(safe(text), Cow::Borrowed(same) if same == text));
        }
    }
}
