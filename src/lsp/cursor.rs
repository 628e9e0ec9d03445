//! What stands around a byte: the nodes from the root to it, and the objects of the language that
//! these nodes are.

use crate::lint::{Inner, Shape};
use crate::query::QueryLanguage;
use crate::query::jsonata::Members;
use crate::syntax::{Entry, Kind, Node, NodeId, Span, Tree};

/// The way from the root to a byte.
pub(super) struct Cursor<'t> {
    /// The nodes, outer ones first, each with how it is reached.
    pub(super) steps: Vec<Step<'t>>,
    /// The key that the byte is in; the last step is its object then.
    pub(super) key: Option<&'t Entry>,
}

/// A node on the way.
#[derive(Clone, Copy)]
pub(super) struct Step<'t> {
    pub(super) node: Node<'t>,
    /// The key that leads to it; none for the root and for items.
    by: Option<&'t str>,
}

/// The objects of the language around a place.
pub(super) struct Around<'t> {
    /// The innermost object whose fields the language lists, and its kind.
    pub(super) object: Node<'t>,
    pub(super) shape: Shape,
    /// The keys from there to the place.
    pub(super) below: Vec<&'t str>,
    /// The states around, outer ones first.
    pub(super) states: Vec<Node<'t>>,
    /// The `States` objects around, outer ones first.
    pub(super) scopes: Vec<Node<'t>>,
    /// Whether the innermost object is an entry of `Catch`.
    pub(super) is_catcher: bool,
    /// Whether the place is directly within `States`, where keys are names.
    pub(super) is_among_states: bool,
    machine: Node<'t>,
}

enum Mode {
    Object,
    Array(Shape),
    States,
    Below,
}

impl<'t> Cursor<'t> {
    pub(super) fn at(tree: &'t Tree, offset: usize) -> Self {
        let mut cursor = Self {
            steps: vec![Step {
                node: tree.root(),
                by: None,
            }],
            key: None,
        };
        while cursor.go_on(offset) {}
        cursor
    }

    /// The innermost node.
    pub(super) fn node(&self) -> Node<'t> {
        self.steps.last().expect("the root is always there").node
    }

    fn go_on(&mut self, offset: usize) -> bool {
        let node = self.node();
        let tree = node.tree();
        let entries = node.entries();
        let after = entries.partition_point(|entry| entry.key_span.start as usize <= offset);
        if let Some(entry) = after.checked_sub(1).and_then(|at| entries.get(at)) {
            if touches(entry.key_span, offset) {
                self.key = Some(entry);
                return false;
            }
            let by = Some(&*entry.key);
            return self.enter(tree.node(entry.value), by, offset);
        }
        let mut items = node.items();
        let item = items.find(|item| touches(item.span(), offset));
        item.is_some_and(|item| self.enter(item, None, offset))
    }

    fn enter(&mut self, node: Node<'t>, by: Option<&'t str>, offset: usize) -> bool {
        let is_there = touches(node.span(), offset);
        if is_there {
            self.steps.push(Step { node, by });
        }
        is_there
    }
}

/// The end belongs to it: there the cursor is after typing.
pub(super) fn touches(span: Span, offset: usize) -> bool {
    span.start as usize <= offset && offset <= span.end as usize
}

impl<'t> Around<'t> {
    pub(super) fn of(cursor: &Cursor<'t>) -> Self {
        let root = cursor.steps[0].node;
        let mut around = Self {
            object: root,
            shape: Shape::MACHINE,
            below: Vec::new(),
            states: Vec::new(),
            scopes: Vec::new(),
            is_catcher: false,
            is_among_states: false,
            machine: root,
        };
        let mut mode = Mode::Object;
        for step in &cursor.steps[1..] {
            mode = around.step(mode, step);
        }
        around.is_among_states = matches!(mode, Mode::States);
        around
    }

    fn step(&mut self, mode: Mode, step: &Step<'t>) -> Mode {
        match (mode, step.by) {
            (Mode::Object, Some(key)) => {
                self.below.push(key);
                match self.shape.inner(key) {
                    Some(Inner::One(shape)) => self.enter(step.node, shape, false),
                    Some(Inner::Each(shape)) => Mode::Array(shape),
                    Some(Inner::States) => {
                        self.scopes.push(step.node);
                        Mode::States
                    }
                    None => Mode::Below,
                }
            }
            (Mode::Array(shape), None) => {
                let is_catcher = self.below == ["Catch"];
                self.enter(step.node, shape, is_catcher)
            }
            (Mode::States, Some(_)) => {
                self.states.push(step.node);
                self.enter(step.node, Shape::of_state(step.node), false)
            }
            (Mode::Below, Some(key)) => {
                self.below.push(key);
                Mode::Below
            }
            (mode, _) => mode,
        }
    }

    fn enter(&mut self, node: Node<'t>, shape: Shape, is_catcher: bool) -> Mode {
        // What is no object yet, such as a word that is being typed, has no fields.
        if !matches!(node.kind(), Kind::Object(_)) {
            return Mode::Below;
        }
        self.object = node;
        self.shape = shape;
        self.is_catcher = is_catcher;
        self.below.clear();
        Mode::Object
    }

    /// The shape of the objects in the array that the place is in, if they have one.
    pub(super) fn shape_of_items(&self) -> Option<Shape> {
        match self.below[..] {
            [field] => match self.shape.inner(field) {
                Some(Inner::Each(shape)) => Some(shape),
                Some(Inner::One(_) | Inner::States) | None => None,
            },
            _ => None,
        }
    }

    /// The innermost state.
    pub(super) fn state(&self) -> Option<Node<'t>> {
        self.states.last().copied()
    }

    /// The scope that a transition leads within: the innermost one, or the object's own for
    /// `StartAt`.
    pub(super) fn scope(&self) -> Option<Node<'t>> {
        self.scopes.last().copied()
    }

    /// The query language that fields are in here.
    pub(super) fn language(&self) -> QueryLanguage {
        let said = |node: Node<'_>| match &**node.get("QueryLanguage")?.as_str()? {
            "JSONata" => Some(QueryLanguage::Jsonata),
            "JSONPath" => Some(QueryLanguage::JsonPath),
            _ => None,
        };
        let own = self.state().and_then(said);
        own.or_else(|| said(self.machine)).unwrap_or_default()
    }

    /// The members of `$states` that an expression here sees (01-fields §1.7).
    pub(super) fn members(&self) -> Members {
        let field = self.below.first().copied();
        if !matches!(field, Some("Output" | "Assign")) {
            return Members::INPUT;
        }
        if self.is_catcher {
            return Members::ERROR_OUTPUT;
        }
        let state = self.state().filter(|state| state.id() == self.object.id());
        let kind = state.and_then(|state| state.get("Type")?.as_str().cloned());
        match kind.as_deref() {
            Some("Task" | "Parallel" | "Map") => Members::RESULT,
            _ => Members::INPUT,
        }
    }

    /// The variables that are assigned in the scopes around, in the order of the alphabet.
    pub(super) fn variables(&self) -> Vec<&'t str> {
        let mut found: Vec<&str> = Vec::new();
        for scope in self.scopes_in_sight() {
            for state in values(*scope) {
                found.extend(assigned(state));
                for field in ["Choices", "Catch"] {
                    let items = state.get(field).into_iter().flat_map(Node::items);
                    found.extend(items.flat_map(assigned));
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The scopes whose variables can be read: child executions of a distributed Map see none of
    /// those outside (01-fields §1.6).
    fn scopes_in_sight(&self) -> &[Node<'t>] {
        // A scope belongs to the state before it, but for the machine's own.
        let owners = self.states.get(..self.scopes.len().saturating_sub(1));
        let owners = owners.unwrap_or_default();
        let border = owners.iter().rposition(|owner| is_distributed(*owner));
        &self.scopes[border.map_or(0, |at| at + 1)..]
    }

    /// Whether a Map is around, so that there is an item.
    pub(super) fn is_in_map(&self) -> bool {
        let is_map = |state: &Node<'_>| {
            let kind = state.get("Type").and_then(|kind| kind.as_str().cloned());
            kind.as_deref() == Some("Map")
        };
        self.states.iter().any(is_map)
    }
}

fn is_distributed(map: Node<'_>) -> bool {
    let processor = map.get("ItemProcessor").or_else(|| map.get("Iterator"));
    let config = processor.and_then(|processor| processor.get("ProcessorConfig"));
    let mode = config.and_then(|config| config.get("Mode")?.as_str());
    mode.is_some_and(|mode| &**mode == "DISTRIBUTED")
}

fn values(object: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let nodes = object.entries().iter().map(|entry| entry.value);
    nodes.map(move |id: NodeId| object.tree().node(id))
}

/// The variables that an object's `Assign` sets.
fn assigned(node: Node<'_>) -> impl Iterator<Item = &str> {
    let assign = node.get("Assign").into_iter();
    let keys = assign.flat_map(|assign| assign.entries().iter().map(|entry| &*entry.key));
    keys.map(|key| key.strip_suffix(".$").unwrap_or(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{Format, Source, read};

    const TEXT: &str = r#"{"QueryLanguage": "JSONata", "States": {
"A": {"Type": "Map", "Assign": {"m": 1}, "ItemProcessor": {"States": {
  "B": {"Type": "Task", "QueryLanguage": "JSONPath", "Catch": [{"Output": {"x": ["deep"]}, "Assign": {"e.$": "$"}}]},
  "C": {"Type": "Pass", "Output": "out"}}}, "Output": "all"}}}"#;

    /// Shape's first field, keys below, number of states, language, members, variables.
    fn check(place: &str, expected: &str) {
        let (tree, _) = read(&Source::new("test", TEXT), Format::Json);
        let offset = TEXT.find(place).expect("is in the text") + 1;
        let around = Around::of(&Cursor::at(&tree, offset));
        let found = format!(
            "{} {:?} {} {} {:?} {:?}",
            around.object.pointer(),
            around.below,
            around.states.len(),
            around.language(),
            around.members().names().collect::<Vec<_>>(),
            around.variables(),
        );
        assert_eq!(found, expected, "{place}");
    }

    #[test]
    fn a_place_knows_the_objects_around_it() {
        check(
            "deep",
            r#"/States/A/ItemProcessor/States/B/Catch/0 ["Output", "x"] 2 JSONPath ["input", "context", "errorOutput"] ["e", "m"]"#,
        );
        check(
            "out",
            r#"/States/A/ItemProcessor/States/C ["Output"] 2 JSONata ["input", "context"] ["e", "m"]"#,
        );
        check(
            "all",
            r#"/States/A ["Output"] 1 JSONata ["input", "context", "result"] ["m"]"#,
        );
        check(
            "\"JSONata",
            r#" ["QueryLanguage"] 0 JSONata ["input", "context"] []"#,
        );
    }

    #[test]
    fn child_executions_do_not_see_the_variables_outside() {
        let mode = r#""ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"},"#;
        let text = TEXT.replace(r#""ItemProcessor": {"#, mode);
        let (tree, _) = read(&Source::new("test", text.as_str()), Format::Json);
        let variables = |place: &str| {
            let offset = text.find(place).expect("is in the text") + 1;
            Around::of(&Cursor::at(&tree, offset)).variables().join(" ")
        };
        assert_eq!(variables("out"), "e");
        assert_eq!(variables("all"), "m");
    }

    #[test]
    fn a_key_is_told_from_a_value() {
        let (tree, _) = read(&Source::new("test", TEXT), Format::Json);
        let cursor = Cursor::at(&tree, TEXT.find("ItemProcessor").expect("is there"));
        assert_eq!(cursor.key.map(|entry| &*entry.key), Some("ItemProcessor"));
        assert_eq!(cursor.node().pointer(), "/States/A");
        assert!(!Around::of(&cursor).is_among_states);
        let cursor = Cursor::at(&tree, TEXT.find("\"C\"").expect("is there"));
        assert!(Around::of(&cursor).is_among_states);
        assert!(Around::of(&cursor).is_in_map());
    }
}
