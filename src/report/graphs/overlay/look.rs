//! How a format asks: painted, faint beside what is painted, or as in a bare picture.

use super::{Overlay, Paint, Taken};
use crate::graph::{Edge, Vertex};
use crate::report::graphs::Picture;

/// How a state is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Look<'o> {
    /// As in a picture of the definition alone.
    Bare,
    /// Grey, without accent and badge: it was not reached.
    Faint,
    /// With what happened.
    Painted(&'o Paint),
}

/// How a transition is drawn, or the way to the end of a scope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// As in a picture of the definition alone.
    Bare,
    /// Half as visible: it was not taken.
    Faint,
    /// It was taken.
    Taken(Taken),
}

impl<'a> Picture<'a, '_> {
    /// How a state is drawn.
    #[must_use]
    pub fn look(&self, vertex: Vertex) -> Look<'a> {
        let Some(overlay) = self.overlay else {
            return Look::Bare;
        };
        match overlay.state(vertex) {
            Some(paint) => Look::Painted(paint),
            None if overlay.is_open(vertex) => Look::Bare,
            None => Look::Faint,
        }
    }

    /// How a transition is drawn.
    #[must_use]
    pub fn way(&self, edge: &Edge<'_>) -> Way {
        self.way_from(edge.from, |overlay| overlay.edge(edge))
    }

    /// How the way is drawn from a state to the end of its scope.
    #[must_use]
    pub fn way_out(&self, vertex: Vertex) -> Way {
        self.way_from(vertex, |overlay| overlay.ended(vertex))
    }

    /// How the way is drawn from the start of a state's scope to it, if one leads there.
    #[must_use]
    pub fn way_in(&self, entry: Vertex) -> Way {
        let start = self.graph.scope_of(entry).start();
        let mut edges = self.graph.edges_from(start);
        edges
            .find(|edge| edge.to == entry)
            .map_or(Way::Bare, |edge| self.way(edge))
    }

    /// Whether the end of the machine is drawn faint: nothing came there.
    #[must_use]
    pub fn is_end_faint(&self) -> bool {
        let root = self.graph.root();
        let ends = || root.terminals();
        ends().all(|vertex| self.way_out(vertex) == Way::Faint) && ends().next().is_some()
    }

    /// What more stands on a transition.
    #[must_use]
    pub fn remark(&self, edge: &Edge<'_>) -> Option<&'a str> {
        self.overlay?.remark_on(edge)
    }

    fn way_from(&self, from: Vertex, taken: impl Fn(&Overlay) -> Option<Taken>) -> Way {
        let Some(overlay) = self.overlay else {
            return Way::Bare;
        };
        match taken(overlay) {
            Some(taken) => Way::Taken(taken),
            None if overlay.is_open(from) => Way::Bare,
            None => Way::Faint,
        }
    }
}

impl Overlay {
    /// Whether it says nothing of what it does not mention there.
    fn is_open(&self, vertex: Vertex) -> bool {
        self.is_partial || self.unknown.contains(&vertex)
    }
}
