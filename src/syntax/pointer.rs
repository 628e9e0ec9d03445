//! JSON Pointer (RFC 6901): the name of a node that people, tests and AWS's messages use.

use super::tree::{Entry, Kind, Node, Tree};

impl Node<'_> {
    /// The pointer of this node, such as `/States/A~1b/Next`; empty for the whole document.
    ///
    /// A node below the first of two equal keys has the pointer of its twin. What stands below a
    /// YAML anchor has the pointer of the anchored place, wherever an alias repeats it.
    #[must_use]
    pub fn pointer(self) -> String {
        let mut tokens = Vec::new();
        let mut node = self;
        while let Some(parent) = node.parent() {
            tokens.push(token_of(parent, node));
            node = parent;
        }
        let mut pointer = String::new();
        for token in tokens.iter().rev() {
            pointer.push('/');
            pointer.push_str(token);
        }
        pointer
    }
}

impl Tree {
    /// The node that a pointer names; of equal keys, the last.
    #[must_use]
    pub fn resolve(&self, pointer: &str) -> Option<Node<'_>> {
        if pointer.is_empty() {
            return Some(self.root());
        }
        pointer
            .strip_prefix('/')?
            .split('/')
            .try_fold(self.root(), child)
    }
}

fn token_of(parent: Node<'_>, node: Node<'_>) -> String {
    let start = node.span().start;
    match parent.kind() {
        Kind::Object(entries) => {
            let is_it = |entry: &&Entry| entry.value == node.id();
            let after = entries.partition_point(|entry| entry.key_span.start <= start);
            let near = after.checked_sub(1).map(|at| &entries[at]).filter(is_it);
            // What an alias repeats does not stand where its key does.
            near.or_else(|| entries.iter().find(is_it))
                .map_or_else(String::new, |entry| escape(&entry.key))
        }
        Kind::Array(items) => {
            let is_it = |at: &usize| items[*at] == node.id();
            let after =
                items.partition_point(|item| parent.tree().node(*item).span().start <= start);
            let near = after.checked_sub(1).filter(is_it);
            near.or_else(|| (0..items.len()).find(is_it))
                .map_or_else(String::new, |index| index.to_string())
        }
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => String::new(),
    }
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn child<'t>(node: Node<'t>, token: &str) -> Option<Node<'t>> {
    match node.kind() {
        Kind::Object(_) => node.get(&token.replace("~1", "/").replace("~0", "~")),
        Kind::Array(_) => node.items().nth(index(token)?),
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) => None,
    }
}

/// RFC 6901, section 4: digits without a leading zero.
fn index(token: &str) -> Option<usize> {
    let digits = token.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || (token.len() > 1 && token.starts_with('0')) {
        return None;
    }
    token.parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::syntax::{Format, Node, Source, read};

    fn tree(text: &str) -> super::Tree {
        read(&Source::new("test", text), Format::Json).0
    }

    fn assert_round_trip(node: Node<'_>) {
        let pointer = node.pointer();
        let found = node.tree().resolve(&pointer).expect("has a pointer");
        assert_eq!(found.id(), node.id(), "{pointer}");
        for item in node.items() {
            assert_round_trip(item);
        }
        for entry in node.entries() {
            assert_round_trip(node.tree().node(entry.value));
        }
    }

    #[test]
    fn every_node_has_a_pointer_that_finds_it() {
        let tree = tree(r#"{"States": {"A/b": {"Next~": [1, [{"": 2}]]}, "~1": null}}"#);
        assert_round_trip(tree.root());
        let next = tree.resolve("/States/A~1b/Next~0/1/0/").expect("exists");
        assert_eq!(next.pointer(), "/States/A~1b/Next~0/1/0/");
    }

    #[test]
    fn of_equal_keys_the_last_is_found() {
        let tree = tree(r#"{"a": {"b": 1}, "a": {"b": 2}}"#);
        let first = tree.node(tree.root().entries()[0].value);
        let below = first.get("b").expect("exists");
        assert_eq!(below.pointer(), "/a/b");
        let found = tree.resolve("/a/b").expect("exists");
        assert_eq!(found.as_number(), Some(2.into()));
    }

    #[test]
    fn what_is_no_pointer_finds_nothing() {
        let tree = tree(r#"{"a": [1, 2], "01": 3}"#);
        for pointer in [
            "a", "/b", "/a/2", "/a/01", "/a/-", "/a/+1", "/a/0/x", "/a/", "/",
        ] {
            assert!(tree.resolve(pointer).is_none(), "{pointer}");
        }
        assert!(tree.resolve("/01").is_some());
    }
}
