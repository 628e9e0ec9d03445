//! DOT for Graphviz.
//!
//! A container is a cluster with a fork dot at its top and a join bullseye at its bottom; edges
//! of the container go to and from these and are cut off at its frame (`lhead`, `ltail`).

mod nodes;
pub(super) mod text;

use std::fmt::{self, Write};

use self::text::{lines, quoted};
use super::coat::{self, Stroke, stroke};
use super::overlay::Way;
use super::palette::{Palette, WRONG};
use super::svg::Link;
use super::{Options, Picture, ends_well, labels};
use crate::graph::{Edge, EdgeKind, Graph, Node, Scope, Vertex};

/// Writes the graph in DOT.
///
/// # Errors
/// Only what `out` answers.
pub fn render(picture: &Picture<'_, '_>, out: &mut dyn Write) -> fmt::Result {
    render_linked(picture, None, out)
}

/// Writes the graph in DOT, with the addresses that states lead to.
///
/// # Errors
/// Only what `out` answers.
pub fn render_linked(
    picture: &Picture<'_, '_>,
    link: Option<Link<'_>>,
    out: &mut dyn Write,
) -> fmt::Result {
    let mut script = Script {
        picture: *picture,
        link,
        graph: picture.graph,
        options: picture.options,
        palette: Palette::of(picture.options.theme),
        out,
        indent: 0,
    };
    script.draw()
}

struct Script<'a, 'm> {
    picture: Picture<'a, 'm>,
    link: Option<Link<'a>>,
    graph: &'a Graph<'m>,
    options: &'a Options,
    palette: &'static Palette,
    out: &'a mut dyn Write,
    indent: usize,
}

/// Where edges of a vertex begin or end, and the cluster they are cut off at.
struct Anchor {
    id: String,
    cluster: Option<String>,
}

impl<'m> Script<'_, 'm> {
    fn draw(&mut self) -> fmt::Result {
        self.open("digraph asl")?;
        self.defaults()?;
        let root = self.graph.root();
        self.terminal("start", "Start")?;
        let ends = root.states().any(|(_, state)| ends_well(state));
        if ends {
            self.terminal("finish", "End")?;
        }
        self.scope(root)?;
        for entry in root.entries() {
            self.entry("start", entry)?;
        }
        for (vertex, _) in root.states().filter(|(_, state)| ends_well(state)) {
            self.exit(vertex, "finish")?;
        }
        self.close()
    }

    fn defaults(&mut self) -> fmt::Result {
        let Palette {
            background,
            ink,
            edge,
            pill_ink,
            ..
        } = self.palette;
        let direction = self.options.direction.as_str();
        // `newrank` ranks the whole picture at once; without it a long label beside a container
        // pulls what follows up to the container's side.
        let font = "fontname=\"Helvetica,Arial,sans-serif\"";
        self.line(format_args!(
            "graph [bgcolor=\"{background}\", rankdir={direction}, compound=true, newrank=true, nodesep=0.45, ranksep=0.42, pad=0.25, {font}, fontsize=12]"
        ))?;
        self.line(format_args!(
            "node [{font}, fontsize=12, fontcolor=\"{ink}\", shape=plain]"
        ))?;
        self.line(format_args!(
            "edge [{font}, fontsize=9, color=\"{edge}\", fontcolor=\"{pill_ink}\", arrowsize=0.65, penwidth=1.2]"
        ))
    }

    fn terminal(&mut self, id: &str, label: &str) -> fmt::Result {
        let Palette {
            card,
            ink,
            edge,
            start,
            start_ink,
            ..
        } = self.palette;
        let faint = &self.palette.faint;
        let (shape, width, fill, ink, edge) = match id {
            "start" => ("circle", 0.5, start, start_ink, edge),
            _ if self.picture.is_end_faint() => {
                ("doublecircle", 0.44, card, &faint.ink, &faint.line)
            }
            _ => ("doublecircle", 0.44, card, ink, edge),
        };
        self.line(format_args!(
            "{id} [shape={shape}, style=filled, fixedsize=true, width={width}, fontsize=10, label=\"{label}\", tooltip=\"{label}\", fillcolor=\"{fill}\", color=\"{edge}\", fontcolor=\"{ink}\"]"
        ))
    }

    /// The nodes of a scope, then its edges. Recursion is bounded by the depth of a definition.
    fn scope(&mut self, scope: Scope<'_, 'm>) -> fmt::Result {
        for (vertex, state) in scope.states() {
            if self.options.opens(self.graph, vertex) {
                self.container(vertex, state)?;
            } else {
                self.card(vertex, state)?;
            }
        }
        for (vertex, missing) in scope.missing() {
            self.missing(vertex, missing)?;
        }
        for edge in scope.edges() {
            self.edge(edge)?;
        }
        Ok(())
    }

    fn fork_and_join(&mut self, number: usize, scope: Scope<'_, 'm>) -> fmt::Result {
        let (fork, join) = (format!("i{number}"), format!("x{number}"));
        if scope.entry().is_none() {
            self.line(format_args!("{fork} -> {join} [style=invis]"))?;
        }
        for entry in scope.entries() {
            self.entry(&fork, entry)?;
        }
        for (vertex, state) in scope.states() {
            if ends_well(state) {
                self.exit(vertex, &join)?;
            } else if self.graph.edges_from(vertex).len() == 0 {
                // Keeps the join below the Fail.
                let from = self.leaving(vertex).id;
                self.line(format_args!("{from} -> {join} [style=invis, weight=0]"))?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, from: &str, entry: Vertex) -> fmt::Result {
        let to = self.entering(entry);
        let mut attributes = Vec::new();
        attributes.extend(to.cluster.map(|cluster| format!("lhead={cluster}")));
        let usual = match self.graph.node(entry) {
            Node::Missing(_) => Some(WRONG),
            Node::Start | Node::State(_) => None,
        };
        attributes.extend(self.stroke(self.picture.way_in(entry), usual));
        self.arrow(from, &to.id, &attributes)
    }

    fn exit(&mut self, vertex: Vertex, to: &str) -> fmt::Result {
        let from = self.leaving(vertex);
        let mut attributes = Vec::new();
        attributes.extend(from.cluster.map(|cluster| format!("ltail={cluster}")));
        attributes.extend(self.stroke(self.picture.way_out(vertex), None));
        self.arrow(&from.id, to, &attributes)
    }

    fn edge(&mut self, edge: &Edge<'_>) -> fmt::Result {
        if matches!(edge.kind, EdgeKind::StartAt) {
            return Ok(());
        }
        let (from, to) = (self.leaving(edge.from), self.entering(edge.to));
        let label = labels::edge(edge, self.options.labels);
        let mut attributes = Vec::new();
        if edge.from == edge.to && from.cluster.is_some() {
            // An edge of a cluster to itself cannot be cut off at its frame.
            attributes.push("constraint=false".to_owned());
        } else {
            if label.is_some() && from.cluster.is_some() {
                // Else the label lands inside the frame.
                attributes.push("minlen=2".to_owned());
            }
            attributes.extend(to.cluster.map(|cluster| format!("lhead={cluster}")));
            attributes.extend(from.cluster.map(|cluster| format!("ltail={cluster}")));
        }
        attributes.extend(self.pill(edge, label.as_deref()));
        attributes.extend(self.line_style(edge));
        self.arrow(&from.id, &to.id, &attributes)
    }

    /// What stands on an edge, the remark of an overlay below the label.
    fn pill(&self, edge: &Edge<'_>, label: Option<&str>) -> Option<String> {
        let way = self.picture.way(edge);
        let (pill, ink) = (self.palette.pill, self.pill_ink(edge, way));
        let remark = self.picture.remark(edge);
        let text = label.map(|label| {
            let text = lines(label, 28, 3);
            match edge.kind {
                EdgeKind::Default => format!("<I>{text}</I>"),
                _ => text,
            }
        });
        let said = remark.map(|remark| format!("<B>{}</B>", lines(remark, 28, 1)));
        let rows: Vec<String> = text.into_iter().chain(said).collect();
        let text = rows.join("<BR/>");
        let told = label.or(remark)?;
        let told = coat::told(way).map_or(told.to_owned(), |taken| format!("{told} · {taken}"));
        let tooltip = quoted(&told);
        Some(format!(
            "labeltooltip={tooltip}, label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"2\" BGCOLOR=\"{pill}\" STYLE=\"ROUNDED\"><TR><TD><FONT COLOR=\"{ink}\">{text}</FONT></TD></TR></TABLE>>"
        ))
    }

    fn pill_ink(&self, edge: &Edge<'_>, way: Way) -> &'static str {
        match way {
            Way::Faint => self.palette.faint.ink,
            Way::Bare | Way::Taken(_) if edge.kind.is_catch() => self.palette.catch,
            Way::Bare | Way::Taken(_) => self.palette.pill_ink,
        }
    }

    fn line_style(&self, edge: &Edge<'_>) -> Option<String> {
        let missing = matches!(self.graph.node(edge.to), Node::Missing(_));
        let usual = match (missing, edge.kind.is_catch()) {
            (true, _) => Some(WRONG),
            (false, true) => Some(self.palette.catch),
            (false, false) => None,
        };
        let stroke = self.stroke(self.picture.way(edge), usual);
        let catch = "style=dashed, arrowhead=empty, weight=0";
        match (stroke, edge.kind.is_catch()) {
            (Some(stroke), true) => Some(format!("{stroke}, {catch}")),
            (stroke, _) => stroke,
        }
    }

    /// The colour and thickness of a line, where they are not the usual ones.
    fn stroke(&self, way: Way, usual: Option<&'static str>) -> Option<String> {
        let Stroke {
            color,
            alpha,
            weight,
            is_dashed,
        } = stroke(
            way,
            usual.unwrap_or(self.palette.edge),
            self.palette,
            self.options,
        );
        if way == Way::Bare {
            return usual.map(|_| format!("color=\"{color}\""));
        }
        let mut text = format!("color=\"{color}{alpha}\"");
        if let Some(weight) = weight {
            let width = 1.2 + 4.8 * weight;
            write!(text, ", penwidth={width:.1}").expect("a string takes all");
        }
        if is_dashed {
            text.push_str(", style=dashed");
        }
        if let Some(told) = coat::told(way) {
            write!(text, ", edgetooltip={}", quoted(&told)).expect("a string takes all");
        }
        Some(text)
    }

    fn entering(&self, vertex: Vertex) -> Anchor {
        self.anchor('i', vertex)
    }

    fn leaving(&self, vertex: Vertex) -> Anchor {
        self.anchor('x', vertex)
    }

    fn anchor(&self, dot: char, vertex: Vertex) -> Anchor {
        let number = vertex.number();
        if self.options.opens(self.graph, vertex) {
            return Anchor {
                id: format!("{dot}{number}"),
                cluster: Some(format!("cluster_s{number}")),
            };
        }
        Anchor {
            id: format!("s{number}"),
            cluster: None,
        }
    }

    fn arrow(&mut self, from: &str, to: &str, attributes: &[String]) -> fmt::Result {
        if attributes.is_empty() {
            return self.line(format_args!("{from} -> {to}"));
        }
        let attributes = attributes.join(", ");
        self.line(format_args!("{from} -> {to} [{attributes}]"))
    }

    fn open(&mut self, head: &str) -> fmt::Result {
        self.line(format_args!("{head} {{"))?;
        self.indent += 1;
        Ok(())
    }

    fn close(&mut self) -> fmt::Result {
        self.indent -= 1;
        self.line(format_args!("}}"))
    }

    fn line(&mut self, line: fmt::Arguments<'_>) -> fmt::Result {
        writeln!(self.out, "{:indent$}{line}", "", indent = self.indent * 2)
    }
}

#[cfg(test)]
#[expect(clippy::needless_raw_string_hashes, reason = "expect-test writes them")]
mod tests;
