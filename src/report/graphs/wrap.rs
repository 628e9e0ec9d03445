//! Text of the user into the lines of a label.

use std::iter;

/// How many columns the last part of a path may be too long.
const SLACK: usize = 4;

/// The characters of a text that every format can show: control characters, direction overrides
/// and code points that XML refuses are left out, line breaks are blanks.
pub(super) fn readable(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter_map(|character| match character {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}'
        | '\u{FDD0}'..='\u{FDEF}'
        | '\u{FEFF}'
        | '\u{FFF9}'..='\u{FFFB}' => None,
        other if other.is_control() || u32::from(other) & 0xFFFE == 0xFFFE => None,
        other => Some(other),
    })
}

/// Breaks a text into at most `lines` lines of at most `width` columns; an ellipsis stands for
/// what does not fit. Lines break at blanks; a quoted string stays whole where it fits, a word
/// that does not is broken where its parts begin. Blank text has no lines.
pub(super) fn wrap(text: &str, width: usize, lines: usize) -> Vec<String> {
    // What lies further on cannot be shown, however long the text is.
    let text = squeeze(text, width * (lines + 1));
    let mut found: Vec<String> = Vec::new();
    for (piece, glued) in pieces(&text, width) {
        let gap = usize::from(!glued);
        match found.last_mut() {
            Some(line) if columns(line) + gap + columns(piece) <= width => {
                line.extend(iter::repeat_n(' ', gap));
                line.push_str(piece);
            }
            _ => found.push(piece.to_owned()),
        }
    }
    if found.len() > lines {
        found.truncate(lines);
        if let Some(last) = found.last_mut() {
            *last = ellipsis(last, width);
        }
    }
    found
}

/// A text in one line of at most `width` columns.
pub(super) fn clip(text: &str, width: usize) -> String {
    let text = squeeze(text, width + 1);
    if columns(&text) <= width {
        return text;
    }
    ellipsis(&text, width)
}

/// The end of a path or name of more than `width` columns, from where one of its parts begins;
/// the last part stays whole when it is but a little too long.
pub(super) fn tail(text: &str, width: usize, separators: &[char]) -> String {
    let text: String = readable(text).collect();
    if columns(&text) <= width {
        return text;
    }
    let begins = text
        .char_indices()
        .rev()
        .filter(|(at, character)| *at > 0 && separators.contains(character));
    let room = width.saturating_sub(2);
    let fitting = begins
        .map(|(at, _)| &text[at..])
        .take_while(|end| columns(end) <= room)
        .last();
    let last = text.rfind(separators).map_or(&*text, |at| &text[at..]);
    let end = match fitting {
        Some(end) => end,
        None if columns(last) <= width + SLACK => last,
        None => last_columns(last, room),
    };
    format!("…{}", end.trim_start_matches(separators))
}

fn last_columns(text: &str, width: usize) -> &str {
    let starts = text.char_indices().rev().map(|(at, _)| &text[at..]);
    starts
        .take_while(|end| columns(end) <= width)
        .last()
        .unwrap_or_default()
}

/// How wide a text is, in columns of a fixed-width font: East Asian characters and emoji take
/// two. Close enough to break lines.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(column).sum()
}

pub(super) fn column(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// The readable text with single blanks, up to `limit` columns and a little.
fn squeeze(text: &str, limit: usize) -> String {
    let mut squeezed = String::new();
    let mut width = 0;
    let mut blank = false;
    for character in readable(text) {
        if character.is_whitespace() {
            blank = !squeezed.is_empty();
            continue;
        }
        if width > limit {
            break;
        }
        if std::mem::take(&mut blank) {
            squeezed.push(' ');
            width += 1;
        }
        // Marks without a width are counted too, so that a heap of them cannot go on for ever.
        width += column(character).max(1);
        squeezed.push(character);
    }
    squeezed
}

fn ellipsis(line: &str, width: usize) -> String {
    let mut cut = String::new();
    let mut taken = 0;
    for character in line.chars() {
        taken += column(character);
        if taken >= width {
            break;
        }
        cut.push(character);
    }
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// The stretches that lines are made of, and whether each is glued to the one before.
fn pieces(text: &str, width: usize) -> Vec<(&str, bool)> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut glued = true;
    while !rest.is_empty() {
        let (word, after) = rest.split_at(word_end(rest, width));
        for (index, part) in parts(word, width).into_iter().enumerate() {
            found.push((part, glued || index > 0));
        }
        rest = after.trim_start();
        glued = rest.len() == after.len();
    }
    found
}

/// Where the first word ends: at a blank, or behind a quoted string that fits in a line.
fn word_end(text: &str, width: usize) -> usize {
    let blank = text.find(' ').unwrap_or(text.len());
    if !text.starts_with('"') {
        return blank;
    }
    let mut escaped = false;
    for (at, character) in text.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if columns(&text[..=at]) <= width => return at + 1,
            '"' => break,
            _ => {}
        }
    }
    blank
}

/// A word as it is when it fits, else its parts: `createOrder`, `some_name`, `a.b`, `HTTPServer`.
fn parts(word: &str, width: usize) -> Vec<&str> {
    if columns(word) <= width {
        return vec![word];
    }
    let characters: Vec<(usize, char)> = word.char_indices().collect();
    let mut found = Vec::new();
    let mut start = 0;
    for index in 1..characters.len() {
        let (at, next) = characters[index];
        let full = columns(&word[start..at]) + column(next) > width;
        let after = characters.get(index + 1).map(|(_, after)| *after);
        if full && !joins(characters[index - 1].1, next)
            || begins(characters[index - 1].1, next, after)
        {
            found.push(&word[start..at]);
            start = at;
        }
    }
    found.push(&word[start..]);
    found
}

fn begins(before: char, next: char, after: Option<char>) -> bool {
    let separates = |character| matches!(character, '_' | '-' | '.' | ':' | '/');
    if separates(before) {
        return !separates(next);
    }
    let hump = next.is_uppercase() && !before.is_uppercase();
    let acronym_ends =
        before.is_uppercase() && next.is_uppercase() && after.is_some_and(char::is_lowercase);
    before.is_alphanumeric() && (hump || acronym_ends)
}

/// Whether two characters must not be parted: marks, variation selectors, joined emoji.
fn joins(before: char, next: char) -> bool {
    before == '\u{200D}' || column(next) == 0 || matches!(next, '\u{1F3FB}'..='\u{1F3FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, width: usize, lines: usize, expected: &[&str]) {
        assert_eq!(wrap(text, width, lines), expected, "{text:?}");
    }

    #[test]
    fn lines_break_at_blanks() {
        check(
            "Get Process Completion Statuses1",
            26,
            3,
            &["Get Process Completion", "Statuses1"],
        );
        check("  a \n b\t", 26, 3, &["a b"]);
        check("", 26, 3, &[]);
        check(" \u{1} ", 26, 3, &[]);
    }

    #[test]
    fn quoted_strings_stay_whole_where_they_fit() {
        check(
            r#"$.status = "IN PROGRESS""#,
            14,
            3,
            &["$.status =", r#""IN PROGRESS""#],
        );
        check(r#"a = "\" q" or b"#, 7, 3, &["a =", r#""\" q""#, "or b"]);
        check(r#"f("a b")"#, 26, 3, &[r#"f("a b")"#]);
        check(r#""a b", c"#, 26, 3, &[r#""a b", c"#]);
        check(
            r#""a very long string" x"#,
            10,
            3,
            &["\"a very", "long", "string\" x"],
        );
        check("\"é", 10, 3, &["\"é"]);
    }

    #[test]
    fn long_words_break_where_their_parts_begin() {
        check(
            "DynamoDB.ConditionalCheckFailedException",
            26,
            3,
            &["DynamoDB.ConditionalCheck", "FailedException"],
        );
        check(
            "aHTTPServer_name-x",
            6,
            9,
            &["aHTTP", "Server", "_name-", "x"],
        );
        check("aaaaaaaaaa", 4, 3, &["aaaa", "aaaa", "aa"]);
        check("日本語日本語", 4, 9, &["日本", "語日", "本語"]);
        check("aaae\u{301}e\u{301}", 4, 9, &["aaae\u{301}", "e\u{301}"]);
    }

    #[test]
    fn an_ellipsis_stands_for_the_rest() {
        check("one two three four", 5, 2, &["one", "two…"]);
        check("aaaaaaaaaaaa", 4, 2, &["aaaa", "aaa…"]);
        check(&"x ".repeat(100_000), 5, 1, &["x x…"]);
        check(
            &"e\u{301}".repeat(100_000),
            300,
            1,
            &[&format!("{}…", "e\u{301}".repeat(299))],
        );
        assert_eq!(clip("one two", 7), "one two");
        assert_eq!(clip("one twos", 7), "one tw…");
    }

    #[test]
    fn paths_keep_their_tail() {
        let path = |text| tail(text, 24, &['.', '[']);
        assert_eq!(path("$.a.b"), "$.a.b");
        assert_eq!(
            path("$.idempotencyTable.Item.executionstatus.S"),
            "…executionstatus.S"
        );
        assert_eq!(
            path("$.someItems.list[12345].other[0]"),
            "…list[12345].other[0]"
        );
        assert_eq!(
            path("$.a_name_that_is_longer_than_all_of_it"),
            "…_longer_than_all_of_it"
        );
    }

    #[test]
    fn what_formats_refuse_is_left_out() {
        let text =
            "a\u{0}b\u{7f}c\u{85}d\u{FFFE}e\u{1FFFF}f\u{202E}g\u{2066}h\u{FEFF}i\nj\u{FDD0}k";
        assert_eq!(readable(text).collect::<String>(), "abcdefghi jk");
    }
}
