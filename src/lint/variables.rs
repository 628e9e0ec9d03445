//! The variables of a machine: who assigns them, who reads them, and who can have been there
//! before whom.

use std::cell::Cell;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::expressions::{Expression, Form};
use crate::graph::{Graph, Vertex};
use crate::language::{Body, State, StateKind, StateMachine};
use crate::query::{QueryLanguage, Root};
use crate::syntax::{Node, Source, Span, Tree};

/// A name that an `Assign` sets.
pub(super) struct Assigned<'a> {
    pub(super) name: Arc<str>,
    /// Where the name stands.
    pub(super) place: Span,
    pub(super) state: &'a State,
    /// The scope of the state.
    pub(super) scope: usize,
}

/// A variable that an expression reads.
pub(super) struct Read<'a> {
    pub(super) name: Arc<str>,
    /// Where the name stands, with its `$`.
    pub(super) place: Span,
    /// The expression, by its place among all.
    index: usize,
    pub(super) expression: Reader<'a>,
}

/// Who reads.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) state: &'a State,
    scope: usize,
    in_assign: bool,
}

/// Whether a variable can have a value where it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Availability {
    /// Some state before this one, or a scope around it, assigns it.
    Assigned,
    /// Only the very `Assign` that reads it.
    OwnAssign,
    /// Only states that come later.
    Later,
    /// Only a scope that is none of those around.
    OtherScope,
    /// Nobody does.
    Nowhere,
}

/// Who assigns and who reads.
pub(super) struct Variables<'a> {
    pub(super) assigned: Vec<Assigned<'a>>,
    pub(super) read: Vec<Read<'a>>,
    /// Whether every expression could be read.
    pub(super) is_whole: bool,
    /// Reads without which the expression gives nothing, by their place in `read`.
    fails: Vec<bool>,
    /// The scope around each scope whose variables it sees, and the state that it belongs to.
    around: Vec<Option<Around<'a>>>,
    /// For each name and scope, the states that can come after one which assigns it.
    after: HashMap<(usize, Arc<str>), After>,
    /// How many more names may be looked at for one that was meant.
    comparisons: Cell<usize>,
    /// Where each name stands in `assigned`.
    of_name: HashMap<Arc<str>, Vec<usize>>,
}

#[derive(Clone, Copy)]
struct Around<'a> {
    scope: usize,
    owner: &'a State,
}

#[derive(Default)]
struct After {
    states: HashSet<*const State>,
    /// Whether they were too many to look for.
    is_cut: bool,
}

/// How many steps the search for what comes after may take, for all names together: the cost of
/// a machine with a variable for each state must not grow with its square.
const MOST_STEPS: usize = 1_000_000;

/// How many names may be looked at for one that was meant, for all findings together.
const MOST_COMPARISONS: usize = 200_000;

impl<'a> Variables<'a> {
    pub(super) fn of(
        source: &Source,
        tree: &'a Tree,
        machine: &'a StateMachine,
        graph: &Graph<'a>,
        expressions: &[Expression<'a>],
    ) -> Self {
        let assigned = assigned(tree, machine);
        let mut of_name: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
        for (at, assigned) in assigned.iter().enumerate() {
            of_name.entry(assigned.name.clone()).or_default().push(at);
        }
        let mut variables = Self {
            comparisons: Cell::new(MOST_COMPARISONS),
            of_name,
            assigned,
            read: Vec::new(),
            is_whole: true,
            fails: Vec::new(),
            around: around(machine),
            after: HashMap::new(),
        };
        for (index, expression) in expressions.iter().enumerate() {
            variables.expression(source, index, expression);
        }
        if !variables.assigned.is_empty() {
            variables.follow(graph);
        }
        variables.fails = variables.failing(expressions);
        variables
    }

    fn expression(&mut self, source: &Source, index: usize, expression: &Expression<'a>) {
        let reader = Reader {
            state: expression.state,
            scope: expression.scope,
            in_assign: expression.site.field == "Assign",
        };
        let mut add = |name: &Arc<str>, offset, len| {
            self.read.push(Read {
                name: name.clone(),
                place: expression.place(source, offset, len),
                index,
                expression: reader,
            });
        };
        match &*expression.form {
            Form::Jsonata(read, _) => {
                for read in &read.usage().reads {
                    add(&read.name, read.offset, read.len);
                }
            }
            Form::Path(_) | Form::ReferencePath(_) | Form::Argument(_) => {
                for path in expression.paths() {
                    if let Root::Variable(name) = path.root() {
                        let found = expression.text.find(path.source()).unwrap_or(0);
                        add(name, found, name.len() + 1);
                    }
                }
            }
            _ => self.is_whole = false,
        }
    }

    /// Which states can come after one that assigns a name.
    fn follow(&mut self, graph: &Graph<'a>) {
        let mut places: HashMap<*const State, Vertex> = HashMap::new();
        for scope in graph.scopes() {
            let states = scope.states();
            places.extend(states.map(|(vertex, state)| (std::ptr::from_ref(state), vertex)));
        }
        let mut pending: HashMap<(usize, Arc<str>), Vec<Vertex>> = HashMap::new();
        for assigned in &self.assigned {
            let key = (assigned.scope, assigned.name.clone());
            let from = places.get(&std::ptr::from_ref(assigned.state));
            pending.entry(key).or_default().extend(from);
        }
        let mut steps = 0;
        for (key, mut pending) in pending {
            let mut after = After::default();
            while let Some(vertex) = pending.pop() {
                steps += 1;
                if steps > MOST_STEPS {
                    after.is_cut = true;
                    break;
                }
                for edge in graph.edges_from(vertex) {
                    let state = graph.state(edge.to).map(std::ptr::from_ref);
                    if state.is_some_and(|state| after.states.insert(state)) {
                        pending.push(edge.to);
                    }
                }
            }
            self.after.insert(key, after);
        }
    }

    /// Whether the variable can have a value where it is read.
    pub(super) fn availability(&self, read: &Read<'_>) -> Availability {
        let mut reader = read.expression.state;
        let mut scope = Some(read.expression.scope);
        let mut is_later = false;
        while let Some(at) = scope {
            let key = (at, read.name.clone());
            if let Some(after) = self.after.get(&key) {
                if after.is_cut || after.states.contains(&std::ptr::from_ref(reader)) {
                    return Availability::Assigned;
                }
                is_later = true;
            }
            let around = self.around[at];
            if let Some(around) = around {
                reader = around.owner;
            }
            scope = around.map(|around| around.scope);
        }
        let mut of_name = self.named(&read.name).peekable();
        let is_assigned = of_name.peek().is_some();
        let is_own = |assigned: &Assigned<'_>| std::ptr::eq(assigned.state, read.expression.state);
        if read.expression.in_assign && of_name.any(is_own) {
            return Availability::OwnAssign;
        }
        match (is_later, is_assigned) {
            (true, _) => Availability::Later,
            (false, false) => Availability::Nowhere,
            (false, true) => Availability::OtherScope,
        }
    }

    /// An outer scope's assignment of the same name. What the very state around assigns when its
    /// branches are over is none: AWS was recorded to take that.
    pub(super) fn outer(&self, assigned: &Assigned<'_>) -> Option<&Assigned<'a>> {
        let mut scope = self.around[assigned.scope];
        while let Some(around) = scope {
            let mut outer = self.named(&assigned.name).filter(|other| {
                other.scope == around.scope && !std::ptr::eq(other.state, around.owner)
            });
            if let Some(found) = outer.next() {
                return Some(found);
            }
            scope = self.around[around.scope];
        }
        None
    }

    /// Everybody who assigns a name.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &Assigned<'a>> {
        let places = self.of_name.get(name).into_iter().flatten();
        places.map(|at| &self.assigned[*at])
    }

    /// The scopes in which the variable may have been assigned that is read.
    pub(super) fn readable<'r>(&self, read: &'r Read<'_>) -> Vec<(usize, &'r str)> {
        let mut scopes = Vec::new();
        let mut scope = Some(read.expression.scope);
        while let Some(at) = scope {
            scopes.push((at, &*read.name));
            scope = self.around[at].map(|around| around.scope);
        }
        scopes
    }

    /// The names that can be read where this one is; some of them, when there are many.
    pub(super) fn visible_from<'v>(&'v self, read: &Read<'_>) -> impl Iterator<Item = &'v str> {
        const MOST: usize = 500;
        let scopes: Vec<usize> = self.readable(read).iter().map(|(at, _)| *at).collect();
        // A machine in which every name is wrong must not cost the square of its size.
        let most = MOST.min(self.comparisons.get());
        self.comparisons
            .set(self.comparisons.get() - most.min(self.assigned.len()));
        let seen = self.assigned.iter().take(most);
        seen.filter(move |assigned| scopes.contains(&assigned.scope))
            .map(|assigned| &*assigned.name)
    }

    /// Whether what reads the variable fails when it has no value.
    pub(super) fn fails_without(&self, read: &Read<'_>) -> bool {
        self.fails.get(read.index).copied().unwrap_or(false)
    }

    /// Of each expression, whether it fails for a variable that has no value.
    fn failing(&self, expressions: &[Expression<'a>]) -> Vec<bool> {
        let mut missing: HashMap<usize, Vec<&str>> = HashMap::new();
        for read in &self.read {
            if self.availability(read) != Availability::Assigned {
                missing.entry(read.index).or_default().push(&read.name);
            }
        }
        let fails = |(index, expression): (usize, &Expression<'a>)| match &*expression.form {
            Form::Jsonata(read, _) => missing
                .get(&index)
                .is_some_and(|names| read.gives_nothing(&|name| names.contains(&name))),
            // A Choice may ask whether there is one.
            _ => expression.site.field != "Variable",
        };
        expressions.iter().enumerate().map(fails).collect()
    }
}

/// Every name that is assigned, in order of the scopes.
fn assigned<'a>(tree: &'a Tree, machine: &'a StateMachine) -> Vec<Assigned<'a>> {
    let mut found = Vec::new();
    for (scope, flow) in machine.flows().into_iter().enumerate() {
        for state in &flow.states {
            if matches!(state.kind(), Some(StateKind::Succeed | StateKind::Fail)) {
                continue;
            }
            let node = tree.node(state.node);
            for field in assigns(node) {
                for entry in field.entries() {
                    let bare = match state.language {
                        QueryLanguage::JsonPath => entry.key.strip_suffix(".$"),
                        QueryLanguage::Jsonata => None,
                    };
                    found.push(Assigned {
                        name: bare.map_or_else(|| entry.key.clone(), Arc::from),
                        place: entry.key_span,
                        state,
                        scope,
                    });
                }
            }
        }
    }
    found
}

/// The `Assign` of a state, of its rules and of its catchers.
fn assigns(state: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    let items = |field: &str| state.get(field).into_iter().flat_map(Node::items);
    let parts = items("Choices").chain(items("Catch"));
    std::iter::once(state)
        .chain(parts)
        .filter_map(|part| part.get("Assign"))
}

/// The scope around each scope whose variables it sees.
fn around(machine: &StateMachine) -> Vec<Option<Around<'_>>> {
    let flows = machine.flows();
    let mut index = HashMap::new();
    for (at, flow) in flows.iter().enumerate() {
        index.insert(flow.node, at);
    }
    let mut around = vec![None; flows.len()];
    for (scope, flow) in flows.iter().enumerate() {
        for owner in &flow.states {
            // The children of a distributed Map see no variables of the execution they are of.
            if matches!(&owner.body, Body::Map(map) if map.is_distributed()) {
                continue;
            }
            for inner in owner.flows() {
                if let Some(at) = index.get(&inner.node) {
                    around[*at] = Some(Around { scope, owner });
                }
            }
        }
    }
    around
}
