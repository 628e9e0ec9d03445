//! How text looks on a terminal: colour is decided once, here; what users and services wrote is
//! made harmless; widths are counted in columns.

use std::borrow::Cow;
use std::fmt::{self, Write};

use owo_colors::OwoColorize;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The narrowest terminal that is laid out for.
pub const MIN_WIDTH: usize = 40;

/// How many marks without a width of their own are shown on one letter.
const MAX_PILED: usize = 8;

/// How many characters a terminal joins into one, at most: no emoji has more.
const MAX_CLUSTER: usize = 16;

/// How a report is to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to use colours. Nothing is told by colour alone.
    pub color: bool,
    /// How many columns there are.
    pub width: usize,
}

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Role {
    /// As any other text.
    #[default]
    Plain,
    /// Good news.
    Ok,
    /// Bad news.
    Bad,
    /// News of which one should know.
    Warn,
    /// It goes on.
    Busy,
    /// Of less interest.
    Dim,
    /// Of more interest.
    Bold,
    /// A name that leads somewhere: a state, a file.
    Path,
    /// Where a way is chosen.
    Choice,
}

/// Text in its colour.
#[derive(Clone, Copy, Debug)]
pub struct Painted<'t> {
    text: &'t str,
    role: Role,
}

impl Style {
    /// A style for a terminal of this width; very narrow ones are treated as if they had 40 columns.
    #[must_use]
    pub fn new(color: bool, width: usize) -> Self {
        let width = width.max(MIN_WIDTH);
        Self { color, width }
    }

    /// The text in the colour of its role.
    #[must_use]
    pub fn paint<'t>(&self, role: Role, text: &'t str) -> Painted<'t> {
        let role = if self.color { role } else { Role::Plain };
        Painted { text, role }
    }

    /// Good news.
    #[must_use]
    pub fn ok<'t>(&self, text: &'t str) -> Painted<'t> {
        self.paint(Role::Ok, text)
    }

    /// Bad news.
    #[must_use]
    pub fn bad<'t>(&self, text: &'t str) -> Painted<'t> {
        self.paint(Role::Bad, text)
    }

    /// News of which one should know.
    #[must_use]
    pub fn warn<'t>(&self, text: &'t str) -> Painted<'t> {
        self.paint(Role::Warn, text)
    }

    /// Text of less interest.
    #[must_use]
    pub fn dim<'t>(&self, text: &'t str) -> Painted<'t> {
        self.paint(Role::Dim, text)
    }

    /// Text of more interest.
    #[must_use]
    pub fn bold<'t>(&self, text: &'t str) -> Painted<'t> {
        self.paint(Role::Bold, text)
    }

    /// A name that leads somewhere.
    #[must_use]
    pub fn path<'t>(&self, text: &'t str) -> Painted<'t> {
        self.paint(Role::Path, text)
    }
}

impl fmt::Display for Painted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text;
        match self.role {
            _ if text.is_empty() => Ok(()),
            Role::Plain => f.write_str(text),
            Role::Ok => write!(f, "{}", text.green()),
            Role::Bad => write!(f, "{}", text.red().bold()),
            Role::Warn => write!(f, "{}", text.yellow()),
            Role::Busy => write!(f, "{}", text.blue()),
            Role::Dim => write!(f, "{}", text.dimmed()),
            Role::Bold => write!(f, "{}", text.bold()),
            Role::Path => write!(f, "{}", text.cyan()),
            Role::Choice => write!(f, "{}", text.magenta()),
        }
    }
}

/// Text that does nothing to a terminal: control characters, changes of direction and invisible
/// characters are shown as escapes, and only a few marks pile up on a letter.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    let mut piled = 0;
    for character in text.chars() {
        piled = if extends(character) { piled + 1 } else { 0 };
        if piled <= MAX_PILED || is_unsafe(character) {
            push_printable(&mut out, character);
        }
    }
    Cow::Owned(out)
}

/// Text of several lines, each of them made printable.
#[must_use]
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    if !text.contains('\n') {
        return printable(text);
    }
    let lines: Vec<_> = text.split('\n').map(printable).collect();
    Cow::Owned(lines.join("\n"))
}

/// The same JSON with what JSON allows to stand raw, and a terminal would obey, in JSON's escapes.
#[must_use]
pub fn printable_json(json: &str) -> Cow<'_, str> {
    if !json.contains(|character| is_unsafe(character) && character != '\n') {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    for character in json.chars() {
        if character == '\n' || !is_unsafe(character) {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(out, "\\u{unit:04x}").expect("a string takes all");
        }
    }
    Cow::Owned(out)
}

/// Adds a character, or the escape that stands for it.
pub(in crate::report) fn push_printable(out: &mut String, character: char) {
    match character {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ if !is_unsafe(character) => out.push(character),
        _ if u32::from(character) > 0xffff => out.extend(character.escape_unicode()),
        _ => write!(out, "\\u{:04x}", u32::from(character)).expect("a string takes all"),
    }
}

/// Joiners and variation selectors that emoji are made of are let through.
fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// How many columns a text takes.
#[must_use]
pub fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    clusters(text).map(UnicodeWidthStr::width).sum()
}

/// The text, cut with `…` where it is wider than it may be.
#[must_use]
pub fn fit(text: &str, width: usize) -> Cow<'_, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let (head, _) = split_at_width(text, width.saturating_sub(1));
    let end = if width == 0 { "" } else { "…" };
    Cow::Owned(format!("{head}{end}"))
}

/// The part of a text that fits a width, and the rest.
#[must_use]
pub fn split_at_width(text: &str, width: usize) -> (&str, &str) {
    let (mut end, mut taken) = (0, 0);
    for cluster in clusters(text) {
        taken += cluster.width();
        if taken > width {
            break;
        }
        end += cluster.len();
    }
    text.split_at(end)
}

/// Like [`split_at_width`], but after a word unless that leaves too much of the line empty.
#[must_use]
pub fn split_at_word(text: &str, width: usize) -> (&str, &str) {
    let (head, rest) = split_at_width(text, width);
    match head.rfind(' ') {
        Some(space) if !rest.is_empty() && space > head.len() / 3 => text.split_at(space + 1),
        _ => (head, rest),
    }
}

/// Appends so many spaces.
pub(super) fn pad(out: &mut dyn fmt::Write, columns: usize) -> fmt::Result {
    write!(out, "{:columns$}", "")
}

/// Pieces that a terminal shows as one: a character with its marks, selectors and joined parts.
fn clusters(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let mut characters = rest.char_indices();
        let (_, mut before) = characters.next()?;
        let mut taken = 1;
        let end = characters
            .find(|(_, character)| {
                let joined = before == '\u{200d}' || extends(*character);
                (before, taken) = (*character, taken + 1);
                !joined || taken > MAX_CLUSTER
            })
            .map_or(rest.len(), |(at, _)| at);
        let cluster;
        (cluster, rest) = rest.split_at(end);
        Some(cluster)
    })
}

fn extends(character: char) -> bool {
    character.width().unwrap_or(0) == 0 || ('\u{1f3fb}'..='\u{1f3ff}').contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_means_the_same_without_what_a_terminal_would_obey() {
        let json = "{\n  \"\u{9b}2J\": \"caf\u{e9} \u{202e} \u{e0041}\"\n}";
        let told = printable_json(json);
        let expected = "{\n  \"\\u009b2J\": \"caf\u{e9} \\u202e \\udb40\\udc41\"\n}";
        assert_eq!(told, expected);
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        assert_eq!(value(&told), value(json));
    }

    #[test]
    fn text_from_outside_does_nothing_to_the_terminal() {
        let check = |text: &str, expected: &str| assert_eq!(printable(text), expected);
        check("Charge card é 日本 👩‍💻 ❤️", "Charge card é 日本 👩‍💻 ❤️");
        check("a\x1b[2Jb\x07\x7f", "a\\u001b[2Jb\\u0007\\u007f");
        check("a\u{9b}31m\n\r\tb", "a\\u009b31m\\n\\r\\tb");
        check(
            "user\u{202e}nimda\u{2066}\u{200b}",
            "user\\u202enimda\\u2066\\u200b",
        );
        check("\u{e0041}", "\\u{e0041}");
        check(
            &format!("a{}b", "\u{301}".repeat(500)),
            &format!("a{}b", "\u{301}".repeat(8)),
        );
    }

    #[test]
    fn text_is_cut_by_columns_and_between_characters() {
        let check = |text: &str, width: usize, expected: &str| {
            assert_eq!(fit(text, width), expected, "{text} in {width}");
            assert!(columns(&fit(text, width)) <= width);
        };
        check("ValidateOrder", 13, "ValidateOrder");
        check("ValidateOrder", 12, "ValidateOrd…");
        check("日本語", 6, "日本語");
        check("日本語", 5, "日本…");
        check("日本語", 4, "日…");
        check("👩‍💻👩‍💻", 3, "👩‍💻…");
        check("❤️❤️", 4, "❤️❤️");
        check("é\u{301}\u{301}e", 1, "…");
        check("abc", 0, "");
        assert_eq!(columns(&"👩\u{200d}".repeat(800)), 200);
    }

    #[test]
    fn colour_is_there_when_asked_for() {
        assert_eq!(Style::new(false, 80).bad("x").to_string(), "x");
        assert_eq!(
            Style::new(true, 80).ok("x").to_string(),
            "\u{1b}[32mx\u{1b}[39m"
        );
        assert_eq!(Style::new(true, 10).width, 40);
    }
}
