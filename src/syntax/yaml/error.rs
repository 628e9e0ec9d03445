//! saphyr-parser's errors in the words of somebody who writes a state machine.

use crate::syntax::findings::SYNTAX;
use crate::syntax::{Diagnostic, Span};

/// What one error of the scanner means.
struct Meaning {
    /// How saphyr's text begins.
    info: &'static str,
    message: &'static str,
    label: &'static str,
    help: &'static str,
}

/// The errors that people make, the longer text first where one begins another; others are passed
/// on as they are.
const MEANINGS: &[Meaning] = &[
    Meaning {
        info: "block sequence entries are not allowed",
        message: "a list cannot begin here",
        label: "unexpected `-`",
        help: "put the `-` on a line of its own below the key, or quote the text",
    },
    Meaning {
        info: "did not find expected <document start>",
        message: "text after the end of the document",
        label: "belongs to nothing above it",
        help: "indent it like the keys it belongs to",
    },
    Meaning {
        info: "found unprintable character",
        message: "NUL byte in the text",
        label: "not a character of YAML",
        help: "remove it",
    },
    Meaning {
        info: "illegal placement of ':'",
        message: "unexpected `:`",
        label: "no key can end here",
        help: "close the bracket that was opened before, or add the comma that is missing",
    },
    Meaning {
        info: "invalid indentation in quoted",
        message: "string is not closed",
        label: "opened here",
        help: "add the closing quote, or indent the lines on which the string goes on",
    },
    Meaning {
        info: "invalid indentation",
        message: "wrong indentation",
        label: "indented less than what it belongs to",
        help: "indent it further than the key it belongs to",
    },
    Meaning {
        info: "invalid trailing content after",
        message: "text after the closing quote",
        label: "not expected after a quoted string",
        help: "quote the whole value, or escape the quotes inside of it",
    },
    Meaning {
        info: "mapping values are not allowed",
        message: "unexpected `:`",
        label: "no key can end here",
        help: "quote the value if `: ` is part of it; else check the indentation of this line",
    },
    Meaning {
        info: "misplaced bracket",
        message: "unexpected closing bracket",
        label: "closes no bracket",
        help: "remove it, or quote the text",
    },
    Meaning {
        info: "recursion limit exceeded",
        message: "brackets nested deeper than 255 levels",
        label: "not read from here on",
        help: "a state machine never needs that; flatten the value",
    },
    Meaning {
        info: "while parsing a block collection",
        message: "expected another `-` of the list",
        label: "not an entry of the list above",
        help: "begin it with `- `, or check its indentation",
    },
    Meaning {
        info: "while parsing a block mapping",
        message: "expected a key",
        label: "not a key of the mapping above",
        help: "write `key: value`, and check the indentation of this line",
    },
    Meaning {
        info: "while parsing a flow mapping",
        message: "expected `,` or `}`",
        label: "not expected here",
        help: "add the comma or the bracket that is missing before it",
    },
    Meaning {
        info: "while parsing a flow sequence",
        message: "expected `,` or `]`",
        label: "not expected here",
        help: "add the comma or the bracket that is missing before it",
    },
    Meaning {
        info: "while parsing a node",
        message: "expected a value",
        label: "no value can begin here",
        help: "write the value that is missing, or quote the text",
    },
    Meaning {
        info: "while parsing a quoted scalar, found unknown escape",
        message: "unknown escape in a string",
        label: "in this string",
        help: "write `\\\\` for a backslash, or use single quotes",
    },
    Meaning {
        info: "while parsing a quoted scalar, found invalid Unicode",
        message: "escape of no character in a string",
        label: "in this string",
        help: "write the character itself; YAML has no surrogate pairs",
    },
    Meaning {
        info: "while parsing node, found unknown anchor",
        message: "alias of an anchor that does not exist",
        label: "no `&` with this name stands above",
        help: "define the anchor first, or quote the text if it is no alias",
    },
    Meaning {
        info: "while scanning a quoted scalar",
        message: "string is not closed",
        label: "opened here",
        help: "add the closing quote",
    },
    Meaning {
        info: "simple key expect",
        message: "key without a `:`",
        label: "a `:` is missing here",
        help: "write `key: value`; text that goes on over lines is indented further than its key",
    },
    Meaning {
        info: "unexpected character",
        message: "text cannot begin with this character",
        label: "reserved by YAML",
        help: "put the text in quotes",
    },
];

/// The diagnostic of an error that saphyr found at a byte.
pub(super) fn explain(text: &str, at: usize, info: &str) -> Diagnostic {
    let tab = indenting_tab(text, at);
    // Where a text goes on over lines, saphyr marks its beginning.
    let tab = tab.or_else(|| is_about_tabs(info).then(|| tab_after(text, at)).flatten());
    if let Some(tab) = tab {
        return tab_error(tab);
    }
    // saphyr notices at the end of what came before; people look where the text is.
    let noticed_late = info.starts_with("simple key expect");
    let at = if noticed_late || at >= text.len() {
        text[..at].trim_end().len()
    } else {
        at
    };
    let width = text[at..].chars().next().map_or(0, char::len_utf8);
    let width = if noticed_late { 0 } else { width };
    let place = Span::new(at, at + width);
    match MEANINGS.iter().find(|known| info.starts_with(known.info)) {
        Some(known) => Diagnostic::error(SYNTAX, known.message)
            .label(place, known.label)
            .help(known.help),
        None => Diagnostic::error(SYNTAX, format!("not YAML: {info}")).label(place, "noticed here"),
    }
}

fn tab_error(at: usize) -> Diagnostic {
    Diagnostic::error(SYNTAX, "tab in the indentation")
        .label(Span::new(at, at + 1), "YAML indents with spaces only")
        .help("replace tabs by spaces")
}

/// The first tab that indents the line of an error or the line before it: saphyr notices some
/// tabs late, as a key or value that does not fit.
fn indenting_tab(text: &str, at: usize) -> Option<usize> {
    let start = line_start(text, at);
    let before = line_start(text, text[..start].trim_end().len());
    let mut starts = [before, start].into_iter();
    starts.find_map(|start| tab_of_line(text, start))
}

fn tab_after(text: &str, at: usize) -> Option<usize> {
    let mut breaks = text[at..].match_indices('\n');
    breaks.find_map(|(end, _)| tab_of_line(text, at + end + 1))
}

fn tab_of_line(text: &str, start: usize) -> Option<usize> {
    let line = &text[start..];
    let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
    line[..indent].find('\t').map(|tab| start + tab)
}

fn is_about_tabs(info: &str) -> bool {
    info.starts_with("tab") || info.ends_with(" tab")
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}
