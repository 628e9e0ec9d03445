//! DOT for Graphviz.
//!
//! A container is a cluster with a fork dot at its top and a join bullseye at its bottom; edges
//! of the container go to and from these and are cut off at its frame (`lhead`, `ltail`).

pub(super) mod text;

use std::fmt::{self, Write};

use self::text::{html, lines, quoted};
use super::palette::{Palette, WRONG};
use super::wrap::clip;
use super::{Options, Picture, card_line, ends_well, labels, missing_note};
use crate::graph::{Edge, EdgeKind, Graph, Missing, Node, Scope, Vertex};
use crate::language::{State, StateKind};

/// Writes the graph in DOT.
///
/// # Errors
/// Only what `out` answers.
pub fn render(picture: &Picture<'_, '_>, out: &mut dyn Write) -> fmt::Result {
    let mut script = Script {
        graph: picture.graph,
        options: picture.options,
        palette: Palette::of(picture.options.theme),
        out,
        indent: 0,
    };
    script.draw()
}

struct Script<'a, 'm> {
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
        if let Some(entry) = root.entry() {
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
        let (shape, width, fill, ink) = match id {
            "start" => ("circle", 0.5, start, start_ink),
            _ => ("doublecircle", 0.44, card, ink),
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

    fn card(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        match state.kind() {
            Some(StateKind::Choice) => self.hexagon(vertex, state),
            Some(StateKind::Succeed | StateKind::Fail) => self.filled(vertex, state),
            Some(_) | None => self.plain(vertex, state),
        }
    }

    /// A card with an accent bar: the small line, the badge, the name.
    fn plain(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let Palette {
            card, line, catch, ..
        } = self.palette;
        let accent = self.palette.accent(state.kind());
        let small = html(&clip(&card_line(state), 60));
        let badge = labels::retry_badge(state).map_or(String::new(), |badge| {
            format!("<TD ALIGN=\"RIGHT\" VALIGN=\"TOP\"><FONT POINT-SIZE=\"9\" COLOR=\"{catch}\"> {badge}</FONT></TD>")
        });
        let name = lines(&labels::name(&state.name), 26, 3);
        let tooltip = quoted(&state.name);
        self.line(format_args!(
            "s{} [tooltip={tooltip}, label=<<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"5\" CELLPADDING=\"0\" COLOR=\"{line}\" BGCOLOR=\"{card}\" STYLE=\"ROUNDED\">\
             <TR><TD WIDTH=\"3\" BGCOLOR=\"{accent}\" ROWSPAN=\"2\"></TD><TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\" COLOR=\"{accent}\">{small}</FONT></TD>{badge}</TR>\
             <TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\" COLSPAN=\"2\"><B>{name}</B></TD></TR></TABLE>>]",
            vertex.number()
        ))
    }

    fn hexagon(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let card = self.palette.card;
        let accent = self.palette.accent(state.kind());
        let small = html(&card_line(state));
        let name = lines(&labels::name(&state.name), 30, 3);
        let tooltip = quoted(&state.name);
        self.line(format_args!(
            "s{} [shape=hexagon, style=filled, margin=\"0.05,0.03\", fillcolor=\"{card}\", color=\"{accent}\", penwidth=1.4, tooltip={tooltip}, \
             label=<<FONT POINT-SIZE=\"9\" COLOR=\"{accent}\">{small}</FONT><BR/><B>{name}</B>>]",
            vertex.number()
        ))
    }

    fn filled(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let accent = self.palette.accent(state.kind());
        let name = lines(&labels::name(&state.name), 26, 3);
        let error = labels::error(state).map_or(String::new(), |error| {
            format!(
                "<BR/><FONT POINT-SIZE=\"9\">{}</FONT>",
                html(&clip(&error, 30))
            )
        });
        let tooltip = quoted(&state.name);
        self.line(format_args!(
            "s{} [shape=box, style=\"rounded,filled\", margin=\"0.18,0.09\", height=0.36, fillcolor=\"{accent}\", color=\"{accent}\", fontcolor=\"#ffffff\", tooltip={tooltip}, label=<<B>{name}</B>{error}>]",
            vertex.number()
        ))
    }

    fn missing(&mut self, vertex: Vertex, missing: Missing<'_>) -> fmt::Result {
        let name = lines(&labels::name(missing.name), 26, 3);
        let why = missing_note(missing);
        let tooltip = quoted(missing.name);
        self.line(format_args!(
            "s{} [shape=box, style=\"rounded,dashed\", color=\"{WRONG}\", fontcolor=\"{WRONG}\", tooltip={tooltip}, label=<{name}<BR/><FONT POINT-SIZE=\"9\">({why})</FONT>>]",
            vertex.number()
        ))
    }

    /// A Map or Parallel with its states inside.
    fn container(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let accent = self.palette.accent(state.kind());
        let number = vertex.number();
        self.open(&format!("subgraph cluster_s{number}"))?;
        self.frame(state)?;
        self.dot("circle", 0.1, &format!("i{number}"), accent)?;
        for (index, scope) in self.graph.scopes_in(vertex).enumerate() {
            self.branch(vertex, index, scope)?;
        }
        // The dots are named in edges at this level only: an edge inside a branch would move
        // the dot into that branch.
        for scope in self.graph.scopes_in(vertex) {
            self.fork_and_join(number, scope)?;
        }
        self.dot("doublecircle", 0.07, &format!("x{number}"), accent)?;
        self.close()
    }

    fn frame(&mut self, state: &State) -> fmt::Result {
        let Palette {
            tint, catch, title, ..
        } = self.palette;
        let accent = self.palette.accent(state.kind());
        let small = html(&clip(&labels::type_line(state), 60));
        let badge = labels::retry_badge(state).map_or(String::new(), |badge| {
            format!(" <FONT COLOR=\"{catch}\">{badge}</FONT>")
        });
        let name = lines(&labels::name(&state.name), 44, 2);
        let ink = title.unwrap_or(accent);
        let tooltip = quoted(&state.name);
        let dashes = match state.kind() {
            Some(StateKind::Map) => ",dashed",
            _ => "",
        };
        self.line(format_args!(
            "graph [label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">\
             <TR><TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\" COLOR=\"{accent}\">{small}{badge}</FONT></TD></TR>\
             <TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\"><FONT COLOR=\"{ink}\"><B>{name}</B></FONT></TD></TR></TABLE>>, \
             labeljust=l, tooltip={tooltip}, style=\"rounded,filled{dashes}\", color=\"{accent}\", fillcolor=\"{accent}{tint}\", penwidth=1.4, margin=14]"
        ))
    }

    /// A scope of a container, in a frame of its own when there are several.
    fn branch(&mut self, owner: Vertex, index: usize, scope: Scope<'_, 'm>) -> fmt::Result {
        if self.graph.scopes_in(owner).len() == 1 {
            return self.scope(scope);
        }
        let frame = self.palette.frame;
        self.open(&format!("subgraph cluster_s{}_b{index}", owner.number()))?;
        self.line(format_args!(
            "graph [label=\"\", tooltip=\"branch {index}\", style=\"rounded,dashed\", color=\"{frame}\", penwidth=0.8, margin=10]"
        ))?;
        self.scope(scope)?;
        self.close()
    }

    fn fork_and_join(&mut self, number: usize, scope: Scope<'_, 'm>) -> fmt::Result {
        let (fork, join) = (format!("i{number}"), format!("x{number}"));
        match scope.entry() {
            Some(entry) => self.entry(&fork, entry)?,
            None => self.line(format_args!("{fork} -> {join} [style=invis]"))?,
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

    fn dot(&mut self, shape: &str, width: f32, id: &str, color: &str) -> fmt::Result {
        self.line(format_args!(
            "{id} [shape={shape}, style=filled, width={width}, fixedsize=true, label=\"\", tooltip=\"\", color=\"{color}\", fillcolor=\"{color}\"]"
        ))
    }

    fn entry(&mut self, from: &str, entry: Vertex) -> fmt::Result {
        let to = self.entering(entry);
        let mut attributes = Vec::new();
        attributes.extend(to.cluster.map(|cluster| format!("lhead={cluster}")));
        if matches!(self.graph.node(entry), Node::Missing(_)) {
            attributes.push(format!("color=\"{WRONG}\""));
        }
        self.arrow(from, &to.id, &attributes)
    }

    fn exit(&mut self, vertex: Vertex, to: &str) -> fmt::Result {
        let from = self.leaving(vertex);
        let cluster = from.cluster.map(|cluster| format!("ltail={cluster}"));
        self.arrow(&from.id, to, cluster.as_slice())
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
        attributes.extend(label.map(|label| self.pill(edge, &label)));
        attributes.extend(self.line_style(edge));
        self.arrow(&from.id, &to.id, &attributes)
    }

    fn pill(&self, edge: &Edge<'_>, label: &str) -> String {
        let Palette {
            pill,
            pill_ink,
            catch,
            ..
        } = self.palette;
        let ink = if edge.kind.is_catch() {
            catch
        } else {
            pill_ink
        };
        let mut text = lines(label, 28, 3);
        if matches!(edge.kind, EdgeKind::Default) {
            text = format!("<I>{text}</I>");
        }
        let tooltip = quoted(label);
        format!(
            "labeltooltip={tooltip}, label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"2\" BGCOLOR=\"{pill}\" STYLE=\"ROUNDED\"><TR><TD><FONT COLOR=\"{ink}\">{text}</FONT></TD></TR></TABLE>>"
        )
    }

    fn line_style(&self, edge: &Edge<'_>) -> Option<String> {
        let missing = matches!(self.graph.node(edge.to), Node::Missing(_));
        let color = match (missing, edge.kind.is_catch()) {
            (true, _) => WRONG,
            (false, true) => self.palette.catch,
            (false, false) => return None,
        };
        let catch = if edge.kind.is_catch() {
            ", style=dashed, arrowhead=empty, weight=0"
        } else {
            ""
        };
        Some(format!("color=\"{color}\"{catch}"))
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
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::graph::testing::machine;

    fn draw(text: &str) -> String {
        let machine = machine(text);
        let mut picture = String::new();
        render(
            &Picture::new(&Graph::new(&machine), &Options::default()),
            &mut picture,
        )
        .expect("a string takes all");
        picture
    }

    /// The ids of a picture, and its edges with what is special about them.
    fn check(text: &str, expected: &Expect) {
        let picture = draw(text);
        let defaults = |line: &&str| {
            let mut heads = ["graph [", "node [", "edge ["].into_iter();
            !heads.any(|head| line.trim_start().starts_with(head))
        };
        let bare: String = picture.lines().filter(defaults).map(bare).collect();
        expected.assert_eq(&bare);
    }

    fn bare(line: &str) -> String {
        let (id, attributes) = line.split_once(" [").unwrap_or((line, ""));
        let special = [
            "constraint",
            "minlen",
            "lhead",
            "ltail",
            "style",
            "color=\"#dc2626",
        ];
        let shown = attributes
            .split([',', ']'])
            .map(str::trim)
            .filter(|each| id.contains("->") && special.iter().any(|name| each.starts_with(name)));
        let shown: Vec<&str> = shown.collect();
        format!("{id} {}", shown.join(" ")).trim_end().to_owned() + "\n"
    }

    #[test]
    fn a_line_of_states_goes_from_start_to_end() {
        check(
            r#"{"StartAt":"A","States":{"A":{"Type":"Task","Next":"B","Catch":[{"ErrorEquals":["X"],"Next":"F"}]},
                "B":{"Type":"Pass","End":true},"F":{"Type":"Fail"}}}"#,
            &expect![[r#"
                digraph asl {
                  start
                  finish
                  s1
                  s2
                  s3
                  s1 -> s2
                  s1 -> s3 style=dashed
                  start -> s1
                  s2 -> finish
                }
            "#]],
        );
    }

    #[test]
    fn without_a_state_that_ends_well_there_is_no_end() {
        check(
            r#"{"StartAt":"A","States":{"A":{"Type":"Fail"}}}"#,
            &expect![[r#"
                digraph asl {
                  start
                  s1
                  start -> s1
                }
            "#]],
        );
    }

    #[test]
    fn edges_of_containers_are_cut_off_at_their_frames() {
        check(
            r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","Next":"M","Catch":[{"ErrorEquals":["X"],"Next":"F"}],"Branches":[
                {"StartAt":"A","States":{"A":{"Type":"Succeed"}}},{"StartAt":"B","States":{"B":{"Type":"Fail"}}}]},
                "M":{"Type":"Map","End":true,"Iterator":{"StartAt":"I","States":{"I":{"Type":"Map","End":true,
                    "Iterator":{"StartAt":"X","States":{"X":{"Type":"Pass","End":true}}}}}}},"F":{"Type":"Fail"}}}"#,
            &expect![[r#"
                digraph asl {
                  start
                  finish
                  subgraph cluster_s1 {
                    i1
                    subgraph cluster_s1_b0 {
                      s5
                    }
                    subgraph cluster_s1_b1 {
                      s7
                    }
                    i1 -> s5
                    s5 -> x1
                    i1 -> s7
                    s7 -> x1 style=invis
                    x1
                  }
                  subgraph cluster_s2 {
                    i2
                    subgraph cluster_s9 {
                      i9
                      s11
                      i9 -> s11
                      s11 -> x9
                      x9
                    }
                    i2 -> i9 lhead=cluster_s9
                    x9 -> x2 ltail=cluster_s9
                    x2
                  }
                  s3
                  x1 -> i2 lhead=cluster_s2 ltail=cluster_s1
                  x1 -> s3 minlen=2 ltail=cluster_s1 style=dashed
                  start -> i1 lhead=cluster_s1
                  x2 -> finish ltail=cluster_s2
                }
            "#]],
        );
    }

    #[test]
    fn a_container_may_lead_to_itself() {
        check(
            r#"{"StartAt":"M","States":{"M":{"Type":"Map","Next":"M","Iterator":{}}}}"#,
            &expect![[r#"
                digraph asl {
                  start
                  subgraph cluster_s1 {
                    i1
                    i1 -> x1 style=invis
                    x1
                  }
                  x1 -> i1 constraint=false
                  start -> i1 lhead=cluster_s1
                }
            "#]],
        );
    }

    #[test]
    fn missing_targets_are_ghosts_with_red_edges() {
        check(
            r#"{"StartAt":"Z","States":{"A":{"Type":"Pass","Next":"Y"},"B":{"Type":"Task","Next":"Y","Catch":[{"Next":"Y"}]}}}"#,
            &expect![[r##"
                digraph asl {
                  start
                  s1
                  s2
                  s3
                  s4
                  s1 -> s4 color="#dc2626"
                  s2 -> s4 color="#dc2626"
                  s2 -> s4 color="#dc2626" style=dashed
                  start -> s3 color="#dc2626"
                }
            "##]],
        );
    }

    #[test]
    fn names_are_in_labels_only() {
        let picture = draw(
            r#"{"StartAt":"end","States":{"end":{"Type":"Wait","Seconds":1,"Retry":[{}],"End":true}}}"#,
        );
        let node = picture
            .lines()
            .find(|line| line.contains("Wait"))
            .expect("it is drawn");
        expect![[r##"  s1 [tooltip="end", label=<<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="5" CELLPADDING="0" COLOR="#94a3b8" BGCOLOR="#ffffff" STYLE="ROUNDED"><TR><TD WIDTH="3" BGCOLOR="#0891b2" ROWSPAN="2"></TD><TD ALIGN="LEFT"><FONT POINT-SIZE="9" COLOR="#0891b2">Wait · 1 s</FONT></TD><TD ALIGN="RIGHT" VALIGN="TOP"><FONT POINT-SIZE="9" COLOR="#d97706"> ↻3</FONT></TD></TR><TR><TD ALIGN="LEFT" BALIGN="LEFT" COLSPAN="2"><B>end</B></TD></TR></TABLE>>]"##]].assert_eq(node);
    }
}
