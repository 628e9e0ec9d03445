//! Text of the user in DOT.

use crate::report::graphs::wrap::{readable, wrap};

/// The lines of an HTML label.
pub(in crate::report::graphs) fn lines(text: &str, width: usize, most: usize) -> String {
    let lines = wrap(text, width, most);
    let lines: Vec<String> = lines.iter().map(|line| html(line)).collect();
    lines.join("<BR/>")
}

/// Text inside an HTML label. Graphviz replaces `\N` by the node's id even here.
pub(in crate::report::graphs) fn html(text: &str) -> String {
    escape(text, "\\\\")
}

/// A quoted string. Graphviz looks for `\N` more than once in it, but leaves entities alone.
pub(in crate::report::graphs) fn quoted(text: &str) -> String {
    let escaped = escape(text, "&#92;").replace('"', "&quot;");
    format!("\"{escaped}\"")
}

fn escape(text: &str, backslash: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in readable(text) {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\\' => escaped.push_str(backslash),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(html(text), expected);
    }

    #[test]
    fn text_in_labels_cannot_be_markup_or_an_escape() {
        check("a < b && c > d", "a &lt; b &amp;&amp; c &gt; d");
        check(r"\N \\N \n", r"\\N \\\\N \\n");
        check("\u{0}\u{1b}[31m\u{202E}x\u{FFFE}", "[31mx");
        check("&lt; &#35;", "&amp;lt; &amp;#35;");
    }

    #[test]
    fn quoted_text_ends_where_it_ends() {
        assert_eq!(quoted(r#"a"b\"#), r#""a&quot;b&#92;""#);
        assert_eq!(quoted("\\N\n"), "\"&#92;N \"");
    }
}
