//! The blocks of a Markdown file that are drawn: each between the lines
//! `<!-- asl graph DEFINITION [OPTIONS] -->` and `<!-- /asl graph -->`.
//!
//! What stands in a fenced block is text, and no marker: a page may show how markers are written.

use std::ops::Range;

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line of its first marker, from 1.
    pub(super) line: usize,
    /// What follows `asl graph` there.
    pub(super) args: String,
    /// What is between the markers, in bytes.
    pub(super) inside: Range<usize>,
    /// What its lines begin with: the marker may stand in a list.
    indent: String,
    /// What its lines end with.
    ending: &'static str,
}

/// What is wrong with the markers of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) line: usize,
    pub(super) what: &'static str,
}

const CLOSING: &str = "/asl graph";
const NEVER_CLOSED: &str =
    "this block is never closed: put the line <!-- /asl graph --> below its picture";
const NEVER_OPENED: &str =
    "this line closes no block: put <!-- asl graph DEFINITION --> above its picture";

/// The blocks of a text.
pub(super) fn blocks(text: &str) -> Result<Vec<Block>, Wrong> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    let mut fence: Option<&str> = None;
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let (start, number) = (at, index + 1);
        at += line.len();
        if let Some(mark) = fence {
            fence = Some(mark).filter(|mark| !closes(line, mark));
            continue;
        }
        fence = opened(line);
        let wrong = |line, what| Err(Wrong { line, what });
        match (comment(line), open.take()) {
            (Some(CLOSING), Some(block)) => found.push(Block {
                inside: block.inside.start..start,
                ..block
            }),
            (Some(CLOSING), None) => return wrong(number, NEVER_OPENED),
            (Some(other), before) => match (args(other), before) {
                (Some(_), Some(before)) => return wrong(before.line, NEVER_CLOSED),
                (Some(args), None) => open = Some(opening(line, args, number, at)),
                (None, before) => open = before,
            },
            (None, before) => open = before,
        }
    }
    match open {
        Some(block) => Err(Wrong {
            line: block.line,
            what: NEVER_CLOSED,
        }),
        None => Ok(found),
    }
}

fn opening(line: &str, args: &str, number: usize, end: usize) -> Block {
    let indent = line.len() - line.trim_start().len();
    Block {
        line: number,
        args: args.to_owned(),
        inside: end..end,
        indent: line[..indent].to_owned(),
        ending: if line.ends_with("\r\n") { "\r\n" } else { "\n" },
    }
}

/// The text with these blocks filled anew; the bytes around them stay.
pub(super) fn filled(text: &str, blocks: &[(Block, String)]) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut at = 0;
    for (block, content) in blocks {
        whole.push_str(&text[at..block.inside.start]);
        for line in content.lines() {
            if !line.is_empty() {
                whole.push_str(&block.indent);
            }
            whole.push_str(line);
            whole.push_str(block.ending);
        }
        at = block.inside.end;
    }
    whole + &text[at..]
}

/// A picture in a fence that nothing in it closes.
pub(super) fn fenced(language: &str, picture: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for character in picture.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(3.max(longest + 1));
    let gap = if picture.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{picture}{gap}{fence}\n")
}

/// The inside of an HTML comment that is a line of its own.
fn comment(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?;
    (!inside.contains("-->")).then(|| inside.trim())
}

fn args(comment: &str) -> Option<&str> {
    let rest = comment.strip_prefix("asl graph")?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

/// The fence that a line opens. Information after backticks has none, as `CommonMark` says.
fn opened(line: &str) -> Option<&str> {
    let line = line.trim();
    let mark = line
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(mark).len();
    let is_code = mark == '`' && line[length..].contains('`');
    (length >= 3 && !is_code).then(|| &line[..length])
}

fn closes(line: &str, fence: &str) -> bool {
    let line = line.trim();
    let mark = fence.chars().next().unwrap_or('`');
    line.len() >= fence.len() && line.trim_start_matches(mark).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fills every block with its own arguments.
    fn check(text: &str, expected: &str) {
        let blocks = blocks(text).expect("the markers are right");
        let contents = blocks.into_iter().map(|block| {
            let content = block.args.clone();
            (block, content)
        });
        let contents: Vec<_> = contents.collect();
        assert_eq!(filled(text, &contents), expected);
    }

    fn check_wrong(text: &str, line: usize, what: &'static str) {
        assert_eq!(blocks(text), Err(Wrong { line, what }));
    }

    #[test]
    fn what_is_between_markers_is_replaced_and_nothing_else() {
        check(
            "\u{feff}a\n<!-- asl graph x.json -->\nold\n<!-- /asl graph -->\r\nb  \n<!--asl graph y -d 1-->\n<!--/asl graph-->",
            "\u{feff}a\n<!-- asl graph x.json -->\nx.json\n<!-- /asl graph -->\r\nb  \n<!--asl graph y -d 1-->\ny -d 1\n<!--/asl graph-->",
        );
        check("no marker", "no marker");
        check("", "");
    }

    #[test]
    fn lines_end_and_begin_as_those_of_the_marker() {
        check(
            "- list\r\n  <!-- asl graph x -->\r\n  <!-- /asl graph -->\r\n",
            "- list\r\n  <!-- asl graph x -->\r\n  x\r\n  <!-- /asl graph -->\r\n",
        );
    }

    #[test]
    fn what_stands_in_a_fence_is_no_marker() {
        let text = "````md\n<!-- asl graph x -->\n```\n````\n~~~\n<!-- /asl graph -->\n~~~\n";
        check(text, text);
        check(
            "<!-- asl graph x -->\n```text\n<!-- /asl graph -->\n```\n<!-- /asl graph -->\n",
            "<!-- asl graph x -->\nx\n<!-- /asl graph -->\n",
        );
        check(
            "```a``` b\n<!-- asl graph x -->\n<!-- /asl graph -->\n",
            "```a``` b\n<!-- asl graph x -->\nx\n<!-- /asl graph -->\n",
        );
    }

    #[test]
    fn other_comments_are_no_markers() {
        let text = "<!-- asl graphs -->\n<!-- asl -->\n<!-- asl graph x --> <!-- y -->\n";
        check(text, text);
    }

    #[test]
    fn markers_come_in_pairs() {
        check_wrong("a\n<!-- asl graph x -->\n", 2, NEVER_CLOSED);
        check_wrong("<!-- /asl graph -->", 1, NEVER_OPENED);
        check_wrong(
            "<!-- asl graph x -->\n\n<!-- asl graph y -->\n<!-- /asl graph -->\n",
            1,
            NEVER_CLOSED,
        );
        check_wrong(
            "<!-- asl graph x -->\n```\n<!-- /asl graph -->\n",
            1,
            NEVER_CLOSED,
        );
    }

    #[test]
    fn nothing_in_a_picture_closes_its_fence() {
        assert_eq!(fenced("text", "a\n"), "```text\na\n```\n");
        assert_eq!(fenced("text", "```\n````"), "`````text\n```\n````\n`````\n");
    }
}
