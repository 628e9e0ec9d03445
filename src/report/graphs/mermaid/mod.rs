//! Mermaid flowcharts, as GitHub and GitLab draw them in Markdown.
//!
//! Nodes keep light cards with dark ink in both themes and containers are tinted, so that a
//! picture reads well on a light and on a dark page. What Mermaid does with labels was read in
//! version 11.17.2 and looked at.

mod class;
pub(super) mod text;

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use self::class::Class;
use self::text::{escape, lines};
use super::palette::{Palette, WRONG};
use super::wrap::clip;
use super::{Options, Picture, Theme, card_line, ends_well, labels, missing_note};
use crate::graph::{Edge, EdgeKind, Graph, Missing, Node, Scope, Vertex};
use crate::language::{State, StateKind};

/// Writes the graph in Mermaid.
///
/// # Errors
/// Only what `out` answers.
pub fn render(picture: &Picture<'_, '_>, out: &mut dyn Write) -> fmt::Result {
    let mut script = Script {
        graph: picture.graph,
        options: picture.options,
        out,
        indent: 0,
        links: 0,
        catches: Vec::new(),
        wrong: Vec::new(),
        classes: BTreeSet::new(),
        frames: Vec::new(),
    };
    script.draw()
}

struct Script<'a, 'm> {
    graph: &'a Graph<'m>,
    options: &'a Options,
    out: &'a mut dyn Write,
    indent: usize,
    /// How many links are written: Mermaid styles a link by its number.
    links: usize,
    catches: Vec<usize>,
    wrong: Vec<usize>,
    classes: BTreeSet<Class>,
    /// Subgraphs and how they are styled.
    frames: Vec<(String, Frame)>,
}

enum Frame {
    Branch,
    Container(Option<StateKind>),
}

impl<'m> Script<'_, 'm> {
    fn draw(&mut self) -> fmt::Result {
        self.head()?;
        self.indent += 1;
        let root = self.graph.root();
        self.nodes(root)?;
        self.line(format_args!("start((Start)):::terminal"))?;
        self.classes.insert(Class::Terminal);
        let ends: Vec<Vertex> = root
            .states()
            .filter(|(_, state)| ends_well(state))
            .map(|(vertex, _)| vertex)
            .collect();
        if !ends.is_empty() {
            self.line(format_args!("finish(((End))):::terminal"))?;
        }
        if let Some(entry) = root.entry() {
            self.entry("start", entry)?;
        }
        self.edges(root)?;
        for vertex in ends {
            self.link(&id(vertex), "-->", "finish")?;
        }
        self.styles()
    }

    fn head(&mut self) -> fmt::Result {
        // A type line must not be broken (`wrappingWidth`) nor a title lie on its frame.
        let theme = match self.options.theme {
            Theme::Auto => "",
            Theme::Light => "  theme: default\n",
            Theme::Dark => "  theme: dark\n",
        };
        let direction = self.options.direction.as_str();
        write!(
            self.out,
            "---\nconfig:\n{theme}  flowchart: {{ wrappingWidth: 400, subGraphTitleMargin: {{ top: 4, bottom: 14 }}, nodeSpacing: 40, rankSpacing: 40 }}\n---\nflowchart {direction}\n"
        )
    }

    /// The nodes of a scope; containers with all that is inside. Recursion is bounded by the
    /// depth of a definition.
    fn nodes(&mut self, scope: Scope<'_, 'm>) -> fmt::Result {
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
        Ok(())
    }

    fn card(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let class = Class::of(state);
        let name = lines(&labels::name(&state.name), 26, 3);
        let label = if matches!(class, Class::Succeed | Class::Fail) {
            let error = labels::error(state).map_or(String::new(), |error| {
                format!("<br/><small>{}</small>", escape(&clip(&error, 30)))
            });
            format!("<b>{name}</b>{error}")
        } else {
            let small = escape(&clip(&card_line(state), 60));
            format!("<small>{small}{}</small><br/><b>{name}</b>", badge(state))
        };
        self.node(&id(vertex), class, &label)
    }

    fn missing(&mut self, vertex: Vertex, missing: Missing<'_>) -> fmt::Result {
        let name = lines(&labels::name(missing.name), 26, 3);
        let why = missing_note(missing);
        let label = format!("<b>{name}</b><br/><small>{why}</small>");
        self.node(&id(vertex), Class::Missing, &label)
    }

    fn container(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let title = title(state);
        self.open(id(vertex), &title, Frame::Container(state.kind()))?;
        let scopes = self.graph.scopes_in(vertex);
        if scopes.len() > 1 {
            self.branches(vertex)?;
        } else {
            for scope in scopes {
                self.only(vertex, scope)?;
            }
        }
        self.close()
    }

    /// A fork dot, each branch in its frame, and the links from the dot into the branches.
    fn branches(&mut self, vertex: Vertex) -> fmt::Result {
        let fork = format!("i{}", vertex.number());
        self.node(&fork, Class::Dot, " ")?;
        for (index, scope) in self.graph.scopes_in(vertex).enumerate() {
            let branch = format!("b{}_{index}", vertex.number());
            self.open(branch, " ", Frame::Branch)?;
            self.inside(scope)?;
            self.close()?;
        }
        for scope in self.graph.scopes_in(vertex) {
            if let Some(entry) = scope.entry() {
                self.entry(&fork, entry)?;
            }
        }
        Ok(())
    }

    /// The only scope of a container: a dot shows where it starts when that is not plain to see.
    fn only(&mut self, vertex: Vertex, scope: Scope<'_, 'm>) -> fmt::Result {
        self.inside(scope)?;
        let Some(entry) = scope.entry() else {
            return Ok(());
        };
        let returns = |edge: &Edge<'_>| edge.to == entry && !matches!(edge.kind, EdgeKind::StartAt);
        if scope.edges().any(returns) {
            let dot = format!("i{}", vertex.number());
            self.node(&dot, Class::Dot, " ")?;
            self.entry(&dot, entry)?;
        }
        Ok(())
    }

    fn inside(&mut self, scope: Scope<'_, 'm>) -> fmt::Result {
        if scope.states().next().is_none() && scope.missing().next().is_none() {
            // A subgraph without nodes would be drawn as one.
            let dot = format!("e{}", scope.start().number());
            return self.node(&dot, Class::Dot, " ");
        }
        self.nodes(scope)?;
        self.edges(scope)
    }

    fn edges(&mut self, scope: Scope<'_, 'm>) -> fmt::Result {
        let edges = scope.edges();
        for edge in edges.filter(|edge| !matches!(edge.kind, EdgeKind::StartAt)) {
            self.edge(edge)?;
        }
        Ok(())
    }

    fn edge(&mut self, edge: &Edge<'_>) -> fmt::Result {
        let catch = edge.kind.is_catch();
        if matches!(self.graph.node(edge.to), Node::Missing(_)) {
            self.wrong.push(self.links);
        } else if catch {
            self.catches.push(self.links);
        }
        let mut arrow = if catch { "-.->" } else { "-->" }.to_owned();
        if let Some(label) = labels::edge(edge, self.options.labels) {
            let label = lines(&labels::name(&label), 22, 4);
            let label = match edge.kind {
                EdgeKind::Default => format!("<i>{label}</i>"),
                _ => label,
            };
            arrow.extend(["|\"", &label, "\"|"]);
        }
        self.link(&id(edge.from), &arrow, &id(edge.to))
    }

    fn entry(&mut self, from: &str, entry: Vertex) -> fmt::Result {
        if matches!(self.graph.node(entry), Node::Missing(_)) {
            self.wrong.push(self.links);
        }
        self.link(from, "-->", &id(entry))
    }

    fn link(&mut self, from: &str, arrow: &str, to: &str) -> fmt::Result {
        self.links += 1;
        self.line(format_args!("{from} {arrow} {to}"))
    }

    fn node(&mut self, id: &str, class: Class, label: &str) -> fmt::Result {
        self.classes.insert(class);
        let (left, right) = class.brackets();
        self.line(format_args!("{id}{left}{label}{right}:::{}", class.name()))
    }

    fn open(&mut self, id: String, title: &str, frame: Frame) -> fmt::Result {
        self.line(format_args!("subgraph {id} [\"{title}\"]"))?;
        self.indent += 1;
        self.frames.push((id, frame));
        self.line(format_args!(
            "direction {}",
            self.options.direction.as_str()
        ))
    }

    fn close(&mut self) -> fmt::Result {
        self.indent -= 1;
        self.line(format_args!("end"))
    }

    fn styles(&mut self) -> fmt::Result {
        for class in std::mem::take(&mut self.classes) {
            self.line(format_args!("classDef {} {}", class.name(), class.style()))?;
        }
        for (id, frame) in std::mem::take(&mut self.frames) {
            self.frame_style(&id, &frame)?;
        }
        let caught = format!(
            "stroke:{},stroke-width:1.5px",
            Palette::of(Theme::Auto).catch
        );
        let catches = std::mem::take(&mut self.catches);
        self.link_style(&catches, &caught)?;
        let wrong = std::mem::take(&mut self.wrong);
        self.link_style(&wrong, &format!("stroke:{WRONG},stroke-width:1.5px"))
    }

    fn frame_style(&mut self, id: &str, frame: &Frame) -> fmt::Result {
        let palette = Palette::of(Theme::Auto);
        match frame {
            Frame::Branch => self.line(format_args!(
                "style {id} fill:none,stroke:{},stroke-dasharray:4 4",
                palette.frame
            )),
            Frame::Container(kind) => {
                let accent = palette.accent(*kind);
                let dashes = match kind {
                    Some(StateKind::Map) => ",stroke-dasharray:8 4",
                    _ => "",
                };
                self.line(format_args!(
                    "style {id} fill:{accent}14,stroke:{accent},stroke-width:1.5px{dashes}"
                ))
            }
        }
    }

    fn link_style(&mut self, links: &[usize], style: &str) -> fmt::Result {
        if links.is_empty() {
            return Ok(());
        }
        let links: Vec<String> = links.iter().map(usize::to_string).collect();
        self.line(format_args!("linkStyle {} {style}", links.join(",")))
    }

    fn line(&mut self, line: fmt::Arguments<'_>) -> fmt::Result {
        writeln!(self.out, "{:indent$}{line}", "", indent = self.indent * 2)
    }
}

fn id(vertex: Vertex) -> String {
    format!("s{}", vertex.number())
}

/// `Map <b>Name</b> · each $.items`: titles of two lines would lie on the content.
fn title(state: &State) -> String {
    let line = labels::type_line(state);
    let (kind, rest) = line.split_once(" · ").unwrap_or((&line, ""));
    let name = escape(&clip(&labels::name(&state.name), 80));
    let gap = if rest.is_empty() { "" } else { " · " };
    format!(
        "{} <b>{name}</b>{gap}{}{}",
        escape(kind),
        escape(rest),
        badge(state)
    )
}

fn badge(state: &State) -> String {
    labels::retry_badge(state).map_or(String::new(), |badge| format!(" {badge}"))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::graph::testing::machine;

    fn check(text: &str, expected: &Expect) {
        let machine = machine(text);
        let mut picture = String::new();
        render(
            &Picture::new(&Graph::new(&machine), &Options::default()),
            &mut picture,
        )
        .expect("a string takes all");
        let body = picture.find("flowchart TB").expect("it is a flowchart");
        expected.assert_eq(&picture[body..]);
    }

    #[test]
    fn every_type_has_its_shape() {
        check(
            r#"{"StartAt":"T","States":{
                "T":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage","Retry":[{}],"Next":"P",
                    "Catch":[{"ErrorEquals":["States.ALL"],"Next":"F"}]},
                "P":{"Type":"Pass","Next":"C"},
                "C":{"Type":"Choice","Choices":[{"Variable":"$.x","IsNull":true,"Next":"W"}],"Default":"S"},
                "W":{"Type":"Wait","Seconds":3,"End":true},
                "S":{"Type":"Succeed"},"F":{"Type":"Fail","Error":"E"},"U":{"Type":"Taks","Next":"Gone"}}}"#,
            &expect![[r#"
                flowchart TB
                  s1["<small>Task · sqs:sendMessage ↻3</small><br/><b>T</b>"]:::Task
                  s2["<small>Pass</small><br/><b>P</b>"]:::Pass
                  s3{{"<small>Choice</small><br/><b>C</b>"}}:::Choice
                  s4("<small>Wait · 3 s</small><br/><b>W</b>"):::Wait
                  s5(["<b>S</b>"]):::Succeed
                  s6(["<b>F</b><br/><small>E</small>"]):::Fail
                  s7["<small>unknown type Taks</small><br/><b>U</b>"]:::Unknown
                  s8["<b>Gone</b><br/><small>missing</small>"]:::Missing
                  start((Start)):::terminal
                  finish(((End))):::terminal
                  start --> s1
                  s1 --> s2
                  s1 -.->|"any error"| s6
                  s2 --> s3
                  s3 -->|"$.x is null"| s4
                  s3 -->|"<i>default</i>"| s5
                  s7 --> s8
                  s4 --> finish
                  s5 --> finish
                  classDef Task fill:#fff7ed,stroke:#e8710a,stroke-width:1.5px,color:#0f172a
                  classDef Pass fill:#f8fafc,stroke:#64748b,stroke-width:1.5px,color:#0f172a
                  classDef Choice fill:#f5f3ff,stroke:#7c3aed,stroke-width:1.5px,color:#0f172a
                  classDef Wait fill:#ecfeff,stroke:#0891b2,stroke-width:1.5px,color:#0f172a
                  classDef Succeed fill:#16a34a,stroke:#15803d,color:#ffffff
                  classDef Fail fill:#dc2626,stroke:#b91c1c,color:#ffffff
                  classDef Unknown fill:#fef2f2,stroke:#dc2626,stroke-width:1.5px,color:#0f172a
                  classDef Missing fill:none,stroke:#dc2626,stroke-dasharray:4 3,color:#dc2626
                  classDef terminal fill:#0f172a,stroke:#94a3b8,color:#ffffff
                  linkStyle 2 stroke:#d97706,stroke-width:1.5px
                  linkStyle 6 stroke:#dc2626,stroke-width:1.5px
            "#]],
        );
    }

    #[test]
    fn branches_hang_on_a_fork_dot_and_links_are_counted() {
        check(
            r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Catch":[{"ErrorEquals":["X","Y"],"Next":"P"}],
                "Branches":[{"StartAt":"A","States":{"A":{"Type":"Task","End":true,"Catch":[{"ErrorEquals":["Z"],"Next":"A"}]}}},{}]}}}"#,
            &expect![[r#"
                flowchart TB
                  subgraph s1 ["Parallel <b>P</b> · 2 branches"]
                    direction TB
                    i1((" ")):::dot
                    subgraph b1_0 [" "]
                      direction TB
                      s3["<small>Task</small><br/><b>A</b>"]:::Task
                      s3 -.->|"Z"| s3
                    end
                    subgraph b1_1 [" "]
                      direction TB
                      e4((" ")):::dot
                    end
                    i1 --> s3
                  end
                  start((Start)):::terminal
                  finish(((End))):::terminal
                  start --> s1
                  s1 -.->|"X +1"| s1
                  s1 --> finish
                  classDef Task fill:#fff7ed,stroke:#e8710a,stroke-width:1.5px,color:#0f172a
                  classDef terminal fill:#0f172a,stroke:#94a3b8,color:#ffffff
                  classDef dot fill:#94a3b8,stroke:#94a3b8
                  style s1 fill:#2563eb14,stroke:#2563eb,stroke-width:1.5px
                  style b1_0 fill:none,stroke:#94a3b8,stroke-dasharray:4 4
                  style b1_1 fill:none,stroke:#94a3b8,stroke-dasharray:4 4
                  linkStyle 0,3 stroke:#d97706,stroke-width:1.5px
            "#]],
        );
    }

    #[test]
    fn a_dot_shows_where_a_processor_starts_when_states_lead_back() {
        check(
            r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":2,"Retry":[{}],"End":true,
                "Iterator":{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"A"}}}}}}"#,
            &expect![[r#"
                flowchart TB
                  subgraph s1 ["Map <b>M</b> · each $.items · ≤ 2 at once ↻3"]
                    direction TB
                    s3["<small>Pass</small><br/><b>A</b>"]:::Pass
                    s3 --> s3
                    i1((" ")):::dot
                    i1 --> s3
                  end
                  start((Start)):::terminal
                  finish(((End))):::terminal
                  start --> s1
                  s1 --> finish
                  classDef Pass fill:#f8fafc,stroke:#64748b,stroke-width:1.5px,color:#0f172a
                  classDef terminal fill:#0f172a,stroke:#94a3b8,color:#ffffff
                  classDef dot fill:#94a3b8,stroke:#94a3b8
                  style s1 fill:#0d948814,stroke:#0d9488,stroke-width:1.5px,stroke-dasharray:8 4
            "#]],
        );
    }
}
