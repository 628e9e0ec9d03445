//! Text of the user in Mermaid.

use std::fmt::Write;

use crate::report::graphs::wrap::{readable, wrap};

/// The lines of a label.
pub(in crate::report::graphs) fn lines(text: &str, width: usize, most: usize) -> String {
    let lines = wrap(text, width, most);
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    lines.join("<br/>")
}

/// Text inside a quoted label.
///
/// Some texts mean something even after they are decoded, and are broken up by a character that
/// cannot be seen: `\n` is a line break, `$$…$$` a formula, `fa:fa-…` an icon. And any line with
/// `style…:…#…;` or `classDef…:…#…;` in it loses its last semicolon before labels are decoded.
pub(in crate::report::graphs) fn escape(text: &str) -> String {
    const UNSEEN: char = '\u{200B}';
    let mut escaped = String::with_capacity(text.len());
    let readable: String = readable(text).collect();
    let mut before = None;
    for (at, character) in readable.char_indices() {
        let rest = &readable[at..];
        match character {
            '$' if before == Some('$') => escaped.extend([UNSEEN, '$']),
            ':' if rest.starts_with(":fa-") => escaped.extend([':', UNSEEN]),
            's' if rest.starts_with("style") => escaped.push_str("#115;"),
            'c' if rest.starts_with("classDef") => escaped.push_str("#99;"),
            '"' => escaped.push_str("#quot;"),
            '&' => escaped.push_str("#amp;"),
            '<' => escaped.push_str("#lt;"),
            '>' => escaped.push_str("#gt;"),
            '\\' => escaped.extend(["#92;", "\u{200B}"]),
            '#' | '`' | '%' | '{' | '}' | ';' | '|' => {
                escaped.extend(["#", &u32::from(character).to_string(), ";"]);
            }
            other => escaped.push(other),
        }
        before = Some(character);
    }
    escaped
}

/// An address inside of quotes, where Mermaid decodes nothing. What means something to it anywhere in
/// a line is escaped as addresses escape: `%%{…}` is a directive, and a line with `style…#…;` in it
/// loses its last semicolon.
pub(super) fn address(link: &str) -> String {
    let readable: String = readable(link).collect();
    let mut address = String::with_capacity(readable.len());
    for (at, character) in readable.char_indices() {
        match character {
            '%' if !is_escape(&readable[at..]) => address.push_str("%25"),
            ' ' | '"' | ';' | '{' | '}' => {
                write!(address, "%{:02X}", u32::from(character)).expect("a string takes all");
            }
            other => address.push(other),
        }
    }
    address
}

/// Whether an escaped byte stands there: `%20`.
fn is_escape(text: &str) -> bool {
    let digits = text.as_bytes().get(1..3);
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_ends_where_it_ends() {
        assert_eq!(
            address("https://x/a b%20?\"&c=1;#L2\n%%{end}%"),
            "https://x/a%20b%20?%22&c=1%3B#L2%20%25%25%7Bend%7D%25"
        );
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(escape(text), expected);
    }

    #[test]
    fn what_mermaid_reads_is_encoded() {
        check(
            "a\"b <i>x</i> #1; `c` & {d} |e|",
            "a#quot;b #lt;i#gt;x#lt;/i#gt; #35;1#59; #96;c#96; #amp; #123;d#125; #124;e#124;",
        );
        check(
            "%%{init: {}}%%",
            "#37;#37;#123;init: #123;#125;#125;#37;#37;",
        );
        check("\u{0}\u{1b}[31m\u{202E}x\u{FFFE}\ny", "[31mx y");
    }

    #[test]
    fn what_mermaid_reads_after_decoding_is_broken_up() {
        check("\\n", "#92;\u{200B}n");
        check("$$x$$", "$\u{200B}$x$\u{200B}$");
        check("fa:fa-car", "fa:\u{200B}fa-car");
    }

    #[test]
    fn words_that_cost_a_line_its_semicolon_are_broken_up() {
        check("style:x", "#115;tyle:x");
        check("classDef A", "#99;lassDef A");
    }
}
