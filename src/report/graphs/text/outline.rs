//! A machine as an indented list of its states, in the order of the flow: where a picture would be
//! too wide.

use std::fmt::{self, Write};

use super::cards::{accent, small_line};
use super::glyphs::Glyphs;
use super::{Looks, edge_label, edge_role, mark_role, way_role};
use crate::graph::{Edge, EdgeKind, Node, Scope, Vertex};
use crate::language::State;
use crate::report::graphs::overlay::Look;
use crate::report::graphs::{Picture, ends_well, labels, missing_note};
use crate::report::style::{Role, columns, split_at_word};

/// How much further in the states of a container are.
const INDENT: usize = 4;

/// Text is broken into no less than this, however deep it is.
const LEAST: usize = 24;

pub(super) fn render(picture: &Picture<'_, '_>, looks: &Looks, out: &mut dyn Write) -> fmt::Result {
    let mut outline = Outline {
        picture,
        looks,
        glyphs: looks.glyphs(),
        out,
    };
    outline.scope(picture.graph.root(), 0)
}

struct Outline<'a, 'm> {
    picture: &'a Picture<'a, 'm>,
    looks: &'a Looks,
    glyphs: Glyphs,
    out: &'a mut dyn Write,
}

impl<'m> Outline<'_, 'm> {
    /// Recursion is bounded by the depth of a definition.
    fn scope(&mut self, scope: Scope<'_, 'm>, indent: usize) -> fmt::Result {
        let order = Order::of(self.picture, scope);
        let start = self.sign("●", "o");
        match scope.entry() {
            Some(entry) => {
                let target = self.target(entry);
                let line = format!("{start} {} {target}", self.sign("→", "->"));
                self.line(indent, &[(line, self.target_role(entry, Role::Plain))])?;
            }
            None => self.line(indent, &[(format!("{start} no StartAt"), Role::Bad)])?,
        }
        for vertex in &order.vertices {
            if let Some(state) = self.picture.graph.state(*vertex) {
                self.state(*vertex, state, &order, indent)?;
            }
        }
        Ok(())
    }

    fn state(
        &mut self,
        vertex: Vertex,
        state: &State,
        order: &Order,
        indent: usize,
    ) -> fmt::Result {
        self.head(vertex, state, indent)?;
        let inside = indent + INDENT;
        if self.picture.options.opens(self.picture.graph, vertex) {
            let scopes: Vec<_> = self.picture.graph.scopes_in(vertex).collect();
            for (index, scope) in scopes.iter().enumerate() {
                if scopes.len() == 1 {
                    self.scope(*scope, inside)?;
                    continue;
                }
                let title = format!("{} branch {}", self.sign("┄", "."), index + 1);
                self.line(inside, &[(title, Role::Dim)])?;
                self.scope(*scope, inside + INDENT)?;
            }
        }
        let edges: Vec<&Edge<'_>> = self.picture.graph.edges_from(vertex).collect();
        for edge in edges {
            self.edge(edge, order, indent + 2)?;
        }
        if ends_well(state) {
            let role = way_role(self.picture.way_out(vertex));
            let line = format!("{} End", self.sign("→", "->"));
            self.line(indent + 2, &[(line, role)])?;
        }
        Ok(())
    }

    /// The name, the type, what happened.
    fn head(&mut self, vertex: Vertex, state: &State, indent: usize) -> fmt::Result {
        let (paint, is_dim) = match self.picture.look(vertex) {
            Look::Painted(paint) => (Some(paint), false),
            Look::Faint => (None, true),
            Look::Bare => (None, false),
        };
        let role = |role| if is_dim { Role::Dim } else { role };
        let name = self.glyphs.text(&labels::name(&state.name));
        let mut line = match paint {
            Some(paint) => vec![(
                format!("{} {name}", self.glyphs.mark(paint.mark)),
                mark_role(paint.mark),
            )],
            None => vec![(name, role(Role::Bold))],
        };
        let small = self.glyphs.text(&small_line(self.picture, vertex, state));
        line.push((format!("  {small}"), role(accent(state.kind()))));
        if !self.picture.graph.is_reachable(vertex) {
            line.push(("  (unreachable)".to_owned(), Role::Bad));
        }
        self.line(indent, &line)?;
        let note = paint.and_then(|paint| paint.note.as_deref());
        match note {
            Some(note) => self.line(indent + 2, &[(self.glyphs.text(note), Role::Plain)]),
            None => Ok(()),
        }
    }

    fn edge(&mut self, edge: &Edge<'_>, order: &Order, indent: usize) -> fmt::Result {
        let label = edge_label(self.picture, self.glyphs, edge);
        let label = label.map(|label| self.glyphs.text(&label));
        let target = self.target(edge.to);
        let back = if order.is_back(edge) {
            format!("{} back to ", self.sign("↺", "<-"))
        } else {
            String::new()
        };
        let line = match (edge.kind, label) {
            (EdgeKind::Catch { .. }, label) => {
                let on = label.map_or(String::new(), |label| format!(" on {label}"));
                format!("{} {back}{target}{on}", self.sign("⇢", "~>"))
            }
            (_, Some(label)) if back.is_empty() => {
                format!("{label} {} {target}", self.sign("→", "->"))
            }
            (_, Some(label)) => format!("{label} {back}{target}"),
            (_, None) if back.is_empty() => format!("{} {target}", self.sign("→", "->")),
            (_, None) => format!("{back}{target}"),
        };
        let role = edge_role(self.picture, edge);
        self.line(indent, &[(line, self.target_role(edge.to, role))])
    }

    fn target(&self, vertex: Vertex) -> String {
        match self.picture.graph.node(vertex) {
            Node::State(state) => self.glyphs.text(&labels::name(&state.name)),
            Node::Missing(missing) => {
                let name = self.glyphs.text(&labels::name(missing.name));
                format!("{name} ({})", missing_note(missing))
            }
            Node::Start => String::new(),
        }
    }

    fn target_role(&self, vertex: Vertex, role: Role) -> Role {
        match self.picture.graph.node(vertex) {
            Node::Missing(_) => Role::Bad,
            Node::State(_) | Node::Start => role,
        }
    }

    fn sign(&self, sign: &'static str, plain: &'static str) -> &'static str {
        if self.glyphs.is_ascii { plain } else { sign }
    }

    /// A line in pieces, broken where it is too long; what goes on is further in.
    fn line(&mut self, indent: usize, pieces: &[(String, Role)]) -> fmt::Result {
        let width = self.looks.style.width;
        let indent = indent.min(width.saturating_sub(LEAST));
        let goes_on = indent + 2;
        write!(self.out, "{:indent$}", "")?;
        let mut at = indent;
        for (piece, role) in pieces {
            let mut rest = piece.as_str();
            while !rest.is_empty() {
                let (now, later) = if columns(rest) <= width - at {
                    (rest, "")
                } else {
                    split_at_word(rest, width - at)
                };
                if now.is_empty() {
                    debug_assert!(at > goes_on, "a line has room for a character");
                }
                write!(
                    self.out,
                    "{}",
                    self.looks.style.paint(*role, now.trim_end_matches(' '))
                )?;
                at += columns(now);
                rest = later;
                if !rest.is_empty() {
                    rest = rest.trim_start_matches(' ');
                    write!(self.out, "\n{:goes_on$}", "")?;
                    at = goes_on;
                }
            }
        }
        writeln!(self.out)
    }
}

/// The states of a scope as one meets them.
struct Order {
    vertices: Vec<Vertex>,
    /// The transitions that lead back to where one came from, by their numbers.
    back: Vec<usize>,
}

impl Order {
    fn of(picture: &Picture<'_, '_>, scope: Scope<'_, '_>) -> Self {
        let mut walk = Walk {
            picture,
            first: scope.start().number(),
            seen: vec![Seen::Never; scope.states().count() + 1],
            order: Self {
                vertices: Vec::new(),
                back: Vec::new(),
            },
        };
        walk.from(scope.start());
        for (vertex, _) in scope.states() {
            walk.from(vertex);
        }
        walk.order.back.sort_unstable();
        walk.order
    }

    fn is_back(&self, edge: &Edge<'_>) -> bool {
        self.back.binary_search(&edge.number).is_ok()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Never,
    /// On the way to where the walk is.
    Open,
    Done,
}

struct Walk<'a, 'm> {
    picture: &'a Picture<'a, 'm>,
    first: usize,
    seen: Vec<Seen>,
    order: Order,
}

impl Walk<'_, '_> {
    fn from(&mut self, root: Vertex) {
        let mut path = Vec::new();
        self.enter(root, &mut path);
        while let Some((vertex, taken)) = path.last_mut() {
            let mut edges = self.picture.graph.edges_from(*vertex);
            let Some(edge) = edges.nth(*taken) else {
                self.seen[vertex.number() - self.first] = Seen::Done;
                path.pop();
                continue;
            };
            *taken += 1;
            match self.seen.get(edge.to.number() - self.first) {
                Some(Seen::Open) => self.order.back.push(edge.number),
                Some(Seen::Never) => self.enter(edge.to, &mut path),
                // Behind the states are the targets that are missing.
                Some(Seen::Done) | None => {}
            }
        }
    }

    fn enter(&mut self, vertex: Vertex, path: &mut Vec<(Vertex, usize)>) {
        let seen = &mut self.seen[vertex.number() - self.first];
        if *seen == Seen::Never {
            *seen = Seen::Open;
            self.order.vertices.push(vertex);
            path.push((vertex, 0));
        }
    }
}
