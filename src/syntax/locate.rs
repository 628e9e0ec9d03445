//! From a place in the text to the node that stands there.

use super::{Kind, Node, Span, Tree};

impl Tree {
    /// The node whose value or key stands at `span`, else the innermost one around it.
    ///
    /// What stands below a YAML alias may stand outside of the nodes around it; such a place
    /// gives the innermost node that the search comes to.
    #[must_use]
    pub fn node_at(&self, span: Span) -> Node<'_> {
        let mut node = self.root();
        while node.span() != span {
            let Some(child) = child_at(node, span) else {
                break;
            };
            node = child;
        }
        node
    }
}

fn child_at(node: Node<'_>, span: Span) -> Option<Node<'_>> {
    let around = |outer: Span| outer.start <= span.start && span.end <= outer.end;
    let tree = node.tree();
    match node.kind() {
        Kind::Object(entries) => {
            let after = entries.partition_point(|entry| entry.key_span.start <= span.start);
            let entry = entries.get(after.checked_sub(1)?)?;
            let value = tree.node(entry.value);
            (around(entry.key_span) || around(value.span())).then_some(value)
        }
        Kind::Array(items) => {
            let after = items.partition_point(|item| tree.node(*item).span().start <= span.start);
            let item = tree.node(*items.get(after.checked_sub(1)?)?);
            around(item.span()).then_some(item)
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::syntax::{Format, Source, Span, read};

    #[test]
    fn a_place_gives_the_node_there_or_the_innermost_around_it() {
        let text = r#"{"a": [1, {"b": "xyz"}], "c": {}}"#;
        let tree = read(&Source::new("test", text), Format::Json).0;
        let check = |place: &str, expected: &str| {
            let start = text.find(place).expect("is in the text");
            let node = tree.node_at(Span::new(start, start + place.len()));
            assert_eq!(node.pointer(), expected, "{place}");
        };
        check(text, "");
        check(r#""a""#, "/a");
        check("1", "/a/0");
        check(r#"{"b": "xyz"}"#, "/a/1");
        check(r#""b""#, "/a/1/b");
        check("y", "/a/1/b");
        check(r#"}], "c""#, "");
        check("{}", "/c");
        assert_eq!(tree.node_at(Span::new(500, 501)).pointer(), "");
    }
}
