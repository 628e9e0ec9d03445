//! States and transitions as a graph: what the pictures draw and the linter asks about.
//!
//! One graph holds every scope. A transition never leaves its `States` object, so the scopes are
//! separate parts of it, and one walk answers a question for all of them: 100 000 states in one
//! scope or in 100 000 scopes cost the same. Broken definitions have a graph too: a target that
//! does not exist is a [`Missing`] node, states of one name are nodes of their own.

mod build;
mod edge;
mod merge;
mod scope;
#[cfg(test)]
pub(crate) mod testing;

use std::ops::Range;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::{VisitMap, Visitable};

pub use edge::{Edge, EdgeKind};
pub use merge::{Correspondence, Merged};
pub use scope::{Scope, ScopeId};

use crate::language::{State, StateMachine};

/// A node's place in its graph. Within a scope they follow the order of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Vertex(NodeIndex);

impl Vertex {
    /// A number that is unique in the graph: what pictures make their ids of.
    #[must_use]
    pub fn number(self) -> usize {
        self.0.index()
    }
}

/// What stands at a vertex.
#[derive(Clone, Copy, Debug)]
pub enum Node<'m> {
    /// Where a scope begins: the source of its `StartAt` edge.
    Start,
    /// A state.
    State(&'m State),
    /// A target that its scope does not have.
    Missing(Missing<'m>),
}

/// A target that its scope does not have.
#[derive(Clone, Copy, Debug)]
pub struct Missing<'m> {
    /// The name that the transitions say.
    pub name: &'m Arc<str>,
    /// The first state of that name in another scope: no transition may leave its scope.
    pub elsewhere: Option<Vertex>,
}

/// The states of a machine and the transitions between them.
#[derive(Debug)]
pub struct Graph<'m> {
    net: Net<'m>,
    scopes: Vec<Stretch<'m>>,
    reachable: Marks,
    ending: Marks,
    older: merge::Older,
}

/// A set of vertices that can be reached.
#[derive(Clone, Debug)]
pub struct Reach(Marks);

impl Reach {
    /// Whether the vertex is among them.
    #[must_use]
    pub fn contains(&self, vertex: Vertex) -> bool {
        self.0.is_visited(&vertex.0)
    }
}

type Net<'m> = DiGraph<Stored<'m>, Edge<'m>>;
type Marks = <Net<'static> as Visitable>::Map;

#[derive(Debug)]
struct Stored<'m> {
    node: Node<'m>,
    scope: ScopeId,
    /// Invariant: a vertex's edges lie together in the net, in the order of the text.
    edges: Range<usize>,
    inner: Vec<ScopeId>,
}

/// One scope: its vertices lie together, the start, then the states, then what is missing.
#[derive(Debug)]
struct Stretch<'m> {
    flow: &'m crate::language::Flow,
    owner: Option<Vertex>,
    depth: usize,
    vertices: Range<usize>,
}

impl<'m> Graph<'m> {
    /// The graph of a machine, however broken.
    #[must_use]
    pub fn new(machine: &'m StateMachine) -> Self {
        build::build(machine)
    }

    /// Every scope, outer ones before the ones inside them, in order of the text.
    #[must_use]
    pub fn scopes(&self) -> impl ExactSizeIterator<Item = Scope<'_, 'm>> {
        (0..self.scopes.len()).map(|index| Scope::new(self, ScopeId(index)))
    }

    /// The outermost scope.
    #[must_use]
    pub fn root(&self) -> Scope<'_, 'm> {
        Scope::new(self, ScopeId(0))
    }

    /// The scope of this id.
    #[must_use]
    pub fn scope(&self, id: ScopeId) -> Scope<'_, 'm> {
        Scope::new(self, id)
    }

    /// The scope a vertex belongs to.
    #[must_use]
    pub fn scope_of(&self, vertex: Vertex) -> Scope<'_, 'm> {
        Scope::new(self, self.net[vertex.0].scope)
    }

    /// The scopes inside a state: a Parallel's branches, a Map's processor.
    #[must_use]
    pub fn scopes_in(&self, vertex: Vertex) -> impl ExactSizeIterator<Item = Scope<'_, 'm>> {
        let inner = self.net[vertex.0].inner.iter();
        inner.map(|id| Scope::new(self, *id))
    }

    /// What stands at a vertex.
    #[must_use]
    pub fn node(&self, vertex: Vertex) -> Node<'m> {
        self.net[vertex.0].node
    }

    /// The state at a vertex, when one stands there.
    #[must_use]
    pub fn state(&self, vertex: Vertex) -> Option<&'m State> {
        match self.node(vertex) {
            Node::State(state) => Some(state),
            Node::Start | Node::Missing(_) => None,
        }
    }

    /// The transition of this number, when there is one.
    #[must_use]
    pub fn edge(&self, number: usize) -> Option<&Edge<'m>> {
        self.net.edge_weight(EdgeIndex::new(number))
    }

    /// The transitions out of a vertex in order of the text: Choice rules, Default, Next, Catch.
    #[must_use]
    pub fn edges_from(&self, vertex: Vertex) -> impl ExactSizeIterator<Item = &Edge<'m>> {
        let edges = self.net[vertex.0].edges.clone();
        edges.map(|index| &self.net[EdgeIndex::new(index)])
    }

    /// Whether a vertex was added from an older machine ([`Merged`]): its places are in that one's
    /// text.
    #[must_use]
    pub fn is_older(&self, vertex: Vertex) -> bool {
        self.older.vertices.contains(&vertex)
    }

    /// Whether a transition was added from an older machine.
    #[must_use]
    pub fn is_older_edge(&self, edge: &Edge<'_>) -> bool {
        self.older.edges.contains(&edge.number)
    }

    /// Whether transitions lead to this vertex from its scope's `StartAt`. Whether the scope's
    /// owner can be reached is a question of its own.
    #[must_use]
    pub fn is_reachable(&self, vertex: Vertex) -> bool {
        self.reachable.is_visited(&vertex.0)
    }

    /// What could be reached if these transitions were there as well: a broken definition's, as
    /// they may be meant.
    #[must_use]
    pub fn reachable_with(&self, more: &[(Vertex, Vertex)]) -> Reach {
        let mut leads: HashMap<NodeIndex, Vec<NodeIndex>> = HashMap::new();
        for (from, to) in more {
            leads.entry(from.0).or_default().push(to.0);
        }
        let mut marks = self.reachable.clone();
        let reached = leads
            .iter()
            .filter(|(from, _)| self.reachable.is_visited(*from));
        let mut pending: Vec<NodeIndex> = reached.flat_map(|(_, to)| to).copied().collect();
        while let Some(vertex) = pending.pop() {
            if marks.visit(vertex) {
                pending.extend(self.net.neighbors(vertex));
                pending.extend(leads.get(&vertex).into_iter().flatten());
            }
        }
        Reach(marks)
    }

    /// Whether transitions lead from this vertex to a terminal state of its scope.
    #[must_use]
    pub fn can_end(&self, vertex: Vertex) -> bool {
        self.ending.is_visited(&vertex.0)
    }

    /// The states that transitions lead around in circles, reachable or not: each entry is a
    /// largest set of states that all lead to each other, or one that leads to itself.
    #[must_use]
    pub fn cycles(&self) -> Vec<Vec<Vertex>> {
        let mut cycles: Vec<Vec<Vertex>> = kosaraju_scc(&self.net)
            .into_iter()
            .map(|mut part| {
                part.sort_unstable();
                part.into_iter().map(Vertex).collect()
            })
            .filter(|part: &Vec<Vertex>| part.len() > 1 || self.leads_to_itself(part[0]))
            .collect();
        cycles.sort_unstable();
        cycles
    }

    fn leads_to_itself(&self, vertex: Vertex) -> bool {
        self.edges_from(vertex).any(|edge| edge.to == vertex)
    }
}

#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
mod tests {
    use expect_test::{Expect, expect};

    use super::testing::{machine, names};
    use super::*;

    /// Renders every answer, one line a scope, and the cycles.
    fn check(text: &str, expected: &Expect) {
        let machine = machine(text);
        let graph = Graph::new(&machine);
        let scopes = graph.scopes().map(|scope| answers(&graph, scope));
        let cycles = graph.cycles().into_iter();
        let cycles = cycles.map(|cycle| format!("cycle {:?}", names(&graph, cycle)));
        let found: Vec<String> = scopes.chain(cycles).collect();
        expected.assert_eq(&(found.join("\n") + "\n"));
    }

    fn answers(graph: &Graph<'_>, scope: Scope<'_, '_>) -> String {
        let owner = scope.owner().map(|owner| names(graph, [owner])[0]);
        let missing = scope.missing().map(|(_, missing)| missing.name);
        format!(
            "{} reachable {:?} unreachable {:?} terminal {:?} trapped {:?} missing {:?}",
            owner.unwrap_or("machine"),
            names(graph, scope.reachable()),
            names(graph, scope.unreachable()),
            names(graph, scope.terminals()),
            names(graph, scope.trapped()),
            missing.collect::<Vec<_>>(),
        )
    }

    #[test]
    fn a_line_of_states_is_reachable_and_ends() {
        check(
            r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Succeed"},
                "C":{"Type":"Pass","Next":"B"}}}"#,
            &expect![[r#"
                machine reachable ["A", "B"] unreachable ["C"] terminal ["B"] trapped [] missing []
            "#]],
        );
    }

    #[test]
    fn states_without_a_way_out_are_trapped() {
        check(
            r#"{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Next":"B"}],"Default":"E"},
                "B":{"Type":"Pass","Next":"C"},"C":{"Type":"Wait","Next":"B"},
                "D":{"Type":"Task"},"E":{"Type":"Fail"},"S":{"Type":"Pass","Next":"S"}}}"#,
            &expect![[r#"
                machine reachable ["A", "B", "C", "E"] unreachable ["D", "S"] terminal ["E"] trapped ["B", "C", "D", "S"] missing []
                cycle ["B", "C"]
                cycle ["S"]
            "#]],
        );
    }

    #[test]
    fn a_catch_is_a_transition() {
        check(
            r#"{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Catch":[{"ErrorEquals":["X"],"Next":"B"}]},
                "B":{"Type":"Pass","Next":"A"}}}"#,
            &expect![[r#"
                machine reachable ["A", "B"] unreachable [] terminal ["A"] trapped [] missing []
                cycle ["A", "B"]
            "#]],
        );
    }

    #[test]
    fn each_scope_answers_for_itself() {
        check(
            r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":{"StartAt":"P","States":{
                "P":{"Type":"Parallel","Next":"Z","Branches":[
                    {"StartAt":"A","States":{"A":{"Type":"Succeed"},"B":{"Type":"Succeed"}}},
                    {"StartAt":"M2","States":{"M2":{"Type":"Map","End":true,"Iterator":{"StartAt":"X","States":{"X":{"Type":"Pass","Next":"A"}}}}}}]},
                "Z":{"Type":"Pass","End":true}}}}}}"#,
            &expect![[r#"
                machine reachable ["M"] unreachable [] terminal ["M"] trapped [] missing []
                M reachable ["P", "Z"] unreachable [] terminal ["Z"] trapped [] missing []
                P reachable ["A"] unreachable ["B"] terminal ["A", "B"] trapped [] missing []
                P reachable ["M2"] unreachable [] terminal ["M2"] trapped [] missing []
                M2 reachable ["X"] unreachable [] terminal [] trapped ["X"] missing ["A"]
            "#]],
        );
    }

    #[test]
    fn broken_definitions_have_a_graph() {
        check(
            r#""no machine""#,
            &expect![[r#"
            machine reachable [] unreachable [] terminal [] trapped [] missing []
        "#]],
        );
        check(
            r#"{"StartAt":"Nowhere","States":{"A":{"Type":"Taks","Next":"Gone"},"B":[],"C":{"Type":"Parallel"},
                "D":{"Next":"Gone","Catch":[{"Next":"Lost"},{}]}}}"#,
            &expect![[r#"
                machine reachable [] unreachable ["A", "B", "C", "D"] terminal [] trapped ["A", "B", "C", "D"] missing ["Nowhere", "Gone", "Lost"]
            "#]],
        );
    }

    #[test]
    fn of_states_with_one_name_the_last_is_the_target_and_all_are_there() {
        let machine = machine(
            r#"{"StartAt":"A","States":{"A":{"Type":"Fail"},"A":{"Type":"Pass","Next":"A"}}}"#,
        );
        let graph = Graph::new(&machine);
        let states: Vec<_> = graph.root().states().collect();
        assert_eq!(states.len(), 2);
        assert!(!graph.is_reachable(states[0].0));
        assert!(graph.is_reachable(states[1].0));
        assert_eq!(graph.root().vertex("A"), Some(states[1].0));
    }

    #[test]
    fn a_transition_out_of_its_scope_is_told_from_one_to_nowhere() {
        let machine = machine(
            r#"{"StartAt":"M","States":{"M":{"Type":"Map","Next":"X","ItemProcessor":
                {"StartAt":"X","States":{"X":{"Type":"Pass","Next":"Out"}}}},"Out":{"Type":"Succeed"}}}"#,
        );
        let graph = Graph::new(&machine);
        let leaving: Vec<_> = graph
            .scopes()
            .flat_map(|scope| {
                scope
                    .leaving()
                    .map(|(edge, to)| (edge.target.name.clone(), to))
                    .collect::<Vec<_>>()
            })
            .collect();
        let inner = graph.scope_of(
            graph
                .scopes()
                .nth(1)
                .and_then(|scope| scope.vertex("X"))
                .expect("it has X"),
        );
        assert_eq!(
            leaving[0],
            ("X".into(), inner.vertex("X").expect("it has X"))
        );
        assert_eq!(
            leaving[1],
            (
                "Out".into(),
                graph.root().vertex("Out").expect("it has Out")
            )
        );
        assert_eq!(leaving.len(), 2);
    }

    #[test]
    fn edges_come_in_order_with_their_kind() {
        let machine = machine(
            r#"{"StartAt":"A","States":{"A":{"Type":"Choice","Catch":[{"Next":"E"}],"Default":"C",
                "Choices":[{"Next":"A"},{},{"Next":"B"}],"Next":"D"}}}"#,
        );
        let graph = Graph::new(&machine);
        let edges: Vec<_> = graph
            .root()
            .edges()
            .map(|edge| format!("{} {}", edge.kind, edge.target.name))
            .collect();
        assert_eq!(
            edges,
            [
                "StartAt A",
                "Choices[0] A",
                "Choices[2] B",
                "Default C",
                "Next D",
                "Catch[0] E"
            ]
        );
    }

    #[test]
    fn a_hundred_thousand_states_cost_a_walk() {
        use std::fmt::Write;
        let mut text = String::from(r#"{"StartAt":"0","States":{"#);
        for index in 0..50_000 {
            let (processor, next) = (
                r#"{"StartAt":"I","States":{"I":{"Type":"Succeed"}}}"#,
                index + 1,
            );
            write!(
                text,
                r#""{index}":{{"Type":"Map","Next":"{next}","Iterator":{processor}}},"#
            )
            .expect("a string");
        }
        text += r#""50000":{"Type":"Pass","Next":"0"}}}"#;
        let machine = machine(&text);
        let graph = Graph::new(&machine);
        assert_eq!(graph.scopes().len(), 50_001);
        assert_eq!(graph.root().trapped().count(), 50_001);
        assert_eq!(graph.cycles()[0].len(), 50_001);
        assert!(
            graph
                .scopes()
                .skip(1)
                .all(|scope| scope.terminals().count() == 1)
        );
    }
}
