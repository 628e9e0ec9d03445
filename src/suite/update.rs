//! `-U`: writes what an execution came to into its suite, and leaves every other byte as it was.

use std::collections::HashMap;
use std::sync::Arc;

use super::yaml;
use crate::data::{Json, write_escaped};
use crate::syntax::{Edit, Format, Node, Source, Span};

/// The edits that make a document of a suite say `actual`. Members and items that are right
/// already are not touched, and comments between them stay.
#[must_use]
pub fn recorded(source: &Source, format: Format, node: Node<'_>, actual: &Json) -> Vec<Edit> {
    let mut edits = Vec::new();
    let writer = Writer { source, format };
    writer.write(node, actual, &mut edits);
    edits
}

/// The text after its edits, which do not overlap.
#[must_use]
pub fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        out.push_str(&text[at..range.start]);
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

struct Writer<'s> {
    source: &'s Source,
    format: Format,
}

impl Writer<'_> {
    /// Recursion is bounded by how deep the suite nests.
    fn write(&self, node: Node<'_>, actual: &Json, edits: &mut Vec<Edit>) {
        if node.to_json() == *actual {
            return;
        }
        if let Some(pairs) = alike(node, actual) {
            for (node, actual) in pairs {
                self.write(node, actual, edits);
            }
            return;
        }
        let (mut span, text) = (node.span(), self.text(node, actual));
        if text.starts_with('\n') {
            // A block begins on the next line: no blank is left after its key.
            let before = self.source.text[..span.start as usize].trim_end_matches(' ');
            span = Span::new(before.len(), span.end as usize);
        }
        edits.push(Edit { span, text });
    }

    /// The new value in the form of the old one.
    fn text(&self, node: Node<'_>, actual: &Json) -> String {
        let (start, column) = self.line_of(node.span());
        let is_alone = self.source.text[start..node.span().start as usize]
            .trim_start_matches(['-', ' '])
            .is_empty();
        match self.format {
            Format::Json | Format::Toml => pretty(actual, self.indent(start)),
            Format::Yaml if is_alone => {
                let is_block = actual.as_object().is_some_and(|it| !it.is_empty())
                    || actual.as_array().is_some_and(|it| !it.is_empty());
                if is_block {
                    yaml::block(actual, column).trim_start().to_owned()
                } else {
                    yaml::line(actual)
                }
            }
            Format::Yaml if self.is_in_flow(node) => pretty(actual, self.indent(start)),
            Format::Yaml => {
                let text = yaml::after_key(actual, self.indent(start));
                text.strip_prefix(' ').map_or(text.clone(), str::to_owned)
            }
        }
    }

    /// Whether a YAML value stands within brackets, where blocks cannot.
    fn is_in_flow(&self, node: Node<'_>) -> bool {
        let around = std::iter::successors(node.parent(), |node| node.parent());
        around
            .map(Node::span)
            .any(|span| self.source.text[span.range()].starts_with(['{', '[']))
    }

    /// Where the line of a place begins, and the column of the place.
    fn line_of(&self, span: Span) -> (usize, usize) {
        let before = &self.source.text[..span.start as usize];
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        (start, before.len() - start)
    }

    fn indent(&self, line: usize) -> usize {
        let line = &self.source.text[line..];
        line.len() - line.trim_start_matches([' ', '-']).len()
    }
}

/// The parts of two documents of one shape, side by side.
fn alike<'n, 'j>(node: Node<'n>, actual: &'j Json) -> Option<Vec<(Node<'n>, &'j Json)>> {
    if let Some(items) = actual.as_array() {
        let nodes: Vec<Node<'n>> = node.items().collect();
        let is_alike = !nodes.is_empty() && nodes.len() == items.len();
        return is_alike.then(|| nodes.into_iter().zip(items).collect());
    }
    let object = actual.as_object()?;
    let entries: HashMap<&Arc<str>, Node<'n>> = node
        .entries()
        .iter()
        .map(|entry| (&entry.key, node.tree().node(entry.value)))
        .collect();
    // What an alias or a merge brings stands elsewhere too.
    let is_own = |part: &Node<'_>| {
        let (inner, outer) = (part.span(), node.span());
        part.parent().map(Node::id) == Some(node.id())
            && outer.start <= inner.start
            && inner.end <= outer.end
    };
    if entries.is_empty() || entries.len() != object.len() || !entries.values().all(is_own) {
        return None;
    }
    let pairs = object
        .iter()
        .map(|(key, value)| Some((*entries.get(key)?, value)));
    pairs.collect()
}

/// JSON on a line when it is short, else over several, the first of which is indented already.
fn pretty(value: &Json, indent: usize) -> String {
    const SHORT: usize = 60;
    if value.size() <= SHORT {
        return spaced(value);
    }
    let text = serde_json::to_string_pretty(value).expect("a document has string keys");
    text.replace('\n', &format!("\n{}", " ".repeat(indent)))
}

/// JSON on a line as people write it.
fn spaced(value: &Json) -> String {
    let mut out = String::new();
    match value {
        Json::Array(array) => {
            let items: Vec<String> = array.items().iter().map(spaced).collect();
            out = format!("[{}]", items.join(", "));
        }
        Json::Object(object) => {
            let member = |(key, value): (&Arc<str>, &Json)| {
                let mut text = String::new();
                write_escaped(key, &mut text);
                format!("\"{text}\": {}", spaced(value))
            };
            let members: Vec<String> = object.iter().map(member).collect();
            out = format!("{{{}}}", members.join(", "));
        }
        _ => value.write(&mut out),
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::read;

    fn check(name: &str, text: &str, actual: &str, expected: &str) {
        let source = Source::new(name, text);
        let format = Format::of(name, text);
        let (tree, findings) = read(&source, format);
        assert_eq!(findings, []);
        let node = tree.root().get("output").expect("it is there");
        let actual = Json::parse(actual).expect("JSON");
        let edits = recorded(&source, format, node, &actual);
        let written = apply(text, edits);
        assert_eq!(written, expected);
        let source = Source::new(name, &*written);
        let (tree, findings) = read(&source, format);
        assert_eq!(findings, [], "{written}");
        let again = tree.root().get("output").expect("it is there").to_json();
        assert_eq!(again, actual, "{written}");
    }

    #[test]
    fn only_what_differs_is_written() {
        check(
            "x.yaml",
            "output:   # what it gives\n  a: 1   # one\n  b: [1, 2]\n\n# the end\n",
            r#"{"a":2,"b":[1,3]}"#,
            "output:   # what it gives\n  a: 2   # one\n  b: [1, 3]\n\n# the end\n",
        );
        check(
            "x.json",
            "{\"output\": {\"a\": 1,\n \"b\": true}, \"x\": 1}",
            r#"{"b":false,"a":1}"#,
            "{\"output\": {\"a\": 1,\n \"b\": false}, \"x\": 1}",
        );
    }

    #[test]
    fn another_shape_is_written_in_the_form_of_the_old_one() {
        check(
            "x.yaml",
            "output:\n  a: 1\n  # a comment within\nnext: 1\n",
            r#"{"a":1,"b":{"c":"d"}}"#,
            "output:\n  a: 1\n  b: { c: d }\n  # a comment within\nnext: 1\n",
        );
        check(
            "x.yaml",
            "output: 1  # old\n",
            r#"{"a":[]}"#,
            "output: { a: [] }  # old\n",
        );
        check("x.yaml", "output:\n  a: 1\n", "{}", "output:\n  {}\n");
        check(
            "x.yaml",
            "output: { a: { b: 1 } }\n",
            r#"{"a":[1]}"#,
            "output: { a: [1] }\n",
        );
        check(
            "x.json",
            "{\"output\": 1}",
            r#"{"a":[1,"b"]}"#,
            "{\"output\": {\"a\": [1, \"b\"]}}",
        );
    }

    #[test]
    fn long_values_go_over_several_lines() {
        let long = "word ".repeat(20).trim().to_owned();
        check(
            "x.yaml",
            "output: {}\n",
            &format!(r#"{{"a":"{long}"}}"#),
            &format!("output:\n  a: {long}\n"),
        );
        check(
            "x.json",
            "{\n  \"output\": 1\n}",
            &format!(r#"{{"a":"{long}"}}"#),
            &format!("{{\n  \"output\": {{\n    \"a\": \"{long}\"\n  }}\n}}"),
        );
    }
}
