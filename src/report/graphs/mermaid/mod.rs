//! Mermaid flowcharts, as GitHub and GitLab draw them in Markdown.
//!
//! Nodes keep light cards with dark ink in both themes and containers are tinted, so that a
//! picture reads well on a light and on a dark page. What Mermaid does with labels was read in
//! version 11.17.2 and looked at.

mod class;
mod links;
mod size;
pub(super) mod text;

use std::collections::BTreeSet;
use std::fmt::{self, Write};

use self::class::Class;
use self::links::Links;
pub use self::size::{MOST_CHARACTERS, MOST_EDGES, Size};
use self::text::{escape, lines};
use super::coat::{Coat, Sign, wrap_note};
use super::palette::Palette;
use super::svg::Link;
use super::wrap::clip;
use super::{Options, Picture, Theme, card_line, ends_well, labels, missing_note};
use crate::graph::{Edge, EdgeKind, Graph, Missing, Node, Scope, Vertex};
use crate::language::{State, StateKind};

/// Writes the graph in Mermaid.
///
/// # Errors
/// Only what `out` answers.
pub fn render(picture: &Picture<'_, '_>, out: &mut dyn Write) -> fmt::Result {
    render_linked(picture, None, out)
}

/// Writes the graph in Mermaid, with the addresses that states lead to. Frames lead nowhere:
/// Mermaid knows no links of subgraphs.
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
        out,
        indent: 0,
        links: Links::new(picture.options),
        classes: BTreeSet::new(),
        frames: Vec::new(),
    };
    script.draw()
}

struct Script<'a, 'm> {
    picture: Picture<'a, 'm>,
    link: Option<Link<'a>>,
    graph: &'a Graph<'m>,
    options: &'a Options,
    out: &'a mut dyn Write,
    indent: usize,
    links: Links,
    classes: BTreeSet<Class>,
    /// Subgraphs and how they are styled.
    frames: Vec<(String, String)>,
}

/// Cards are light with dark ink in both themes, so that one set of colours does.
fn palette() -> &'static Palette {
    Palette::of(Theme::Auto)
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
            let class = if self.picture.is_end_faint() {
                Class::Unreached
            } else {
                Class::Terminal
            };
            self.classes.insert(class);
            self.line(format_args!("finish(((End))):::{}", class.name()))?;
        }
        for entry in root.entries() {
            self.entry("start", entry)?;
        }
        self.edges(root)?;
        for vertex in ends {
            self.links.way(self.picture.way_out(vertex));
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
        let coat = self.picture.coat(palette(), vertex, state);
        let class = Class::of(state);
        let sign = glyph(&coat);
        let name = lines(&labels::name(&state.name), 26, 3);
        let label = if matches!(class, Class::Succeed | Class::Fail) {
            let error = labels::error(state).map_or(String::new(), |error| {
                format!("<br/><small>{}</small>", escape(&clip(&error, 30)))
            });
            format!("<b>{sign}{name}</b>{error}")
        } else {
            let small = escape(&clip(&card_line(state), 60));
            let badge = badge(state, &coat);
            format!("<small>{small}{badge}</small><br/><b>{sign}{name}</b>")
        };
        let note = note(&coat).map_or(String::new(), |note| {
            format!("<br/><small>{}</small>", note_lines(note))
        });
        self.node(
            &id(vertex),
            class,
            Class::painted(&coat, class),
            &(label + &note),
        )?;
        self.address(vertex, state)
    }

    /// Beside the picture, not in its place.
    fn address(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let Some(link) = self.link.and_then(|link| link(state)) else {
            return Ok(());
        };
        let (id, link) = (id(vertex), text::address(&link));
        self.line(format_args!("click {id} href \"{link}\" _blank"))
    }

    fn missing(&mut self, vertex: Vertex, missing: Missing<'_>) -> fmt::Result {
        let name = lines(&labels::name(missing.name), 26, 3);
        let why = missing_note(missing);
        let label = format!("<b>{name}</b><br/><small>{why}</small>");
        self.node(&id(vertex), Class::Missing, Class::Missing, &label)
    }

    fn container(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let coat = self.picture.frame_coat(palette(), vertex, state);
        self.open(id(vertex), &title(state, &coat), frame_style(state, &coat))?;
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
        self.plain_dot(&fork)?;
        for (index, scope) in self.graph.scopes_in(vertex).enumerate() {
            let branch = format!("b{}_{index}", vertex.number());
            self.open(branch, " ", branch_style())?;
            self.inside(scope)?;
            self.close()?;
        }
        for scope in self.graph.scopes_in(vertex) {
            for entry in scope.entries() {
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
        let has_several = scope.entries().nth(1).is_some();
        if has_several || scope.edges().any(returns) {
            let dot = format!("i{}", vertex.number());
            self.plain_dot(&dot)?;
            for entry in scope.entries() {
                self.entry(&dot, entry)?;
            }
        }
        Ok(())
    }

    fn inside(&mut self, scope: Scope<'_, 'm>) -> fmt::Result {
        if scope.states().next().is_none() && scope.missing().next().is_none() {
            // A subgraph without nodes would be drawn as one.
            let dot = format!("e{}", scope.start().number());
            return self.plain_dot(&dot);
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
        let way = self.picture.way(edge);
        if matches!(self.graph.node(edge.to), Node::Missing(_)) {
            self.links.wrong(way);
        } else if catch {
            self.links.catch(way);
        } else {
            self.links.way(way);
        }
        let mut arrow = if catch { "-.->" } else { "-->" }.to_owned();
        let label = labels::edge(edge, self.options.labels).map(|label| {
            let label = lines(&labels::name(&label), 22, 4);
            match edge.kind {
                EdgeKind::Default => format!("<i>{label}</i>"),
                _ => label,
            }
        });
        let remark = self.picture.remark(edge);
        let remark = remark.map(|remark| format!("<b>{}</b>", lines(remark, 22, 1)));
        let said: Vec<String> = label.into_iter().chain(remark).collect();
        if !said.is_empty() {
            arrow.extend(["|\"", &said.join("<br/>"), "\"|"]);
        }
        self.link(&id(edge.from), &arrow, &id(edge.to))
    }

    fn entry(&mut self, from: &str, entry: Vertex) -> fmt::Result {
        let way = self.picture.way_in(entry);
        match self.graph.node(entry) {
            Node::Missing(_) => self.links.wrong(way),
            Node::Start | Node::State(_) => self.links.way(way),
        }
        self.link(from, "-->", &id(entry))
    }

    /// Its style was said before, by `links`.
    fn link(&mut self, from: &str, arrow: &str, to: &str) -> fmt::Result {
        self.line(format_args!("{from} {arrow} {to}"))
    }

    /// The shape is that of the state's type, the colours may be those of what happened.
    fn node(&mut self, id: &str, shape: Class, class: Class, label: &str) -> fmt::Result {
        self.classes.insert(class);
        let (left, right) = shape.brackets();
        self.line(format_args!("{id}{left}{label}{right}:::{}", class.name()))
    }

    fn plain_dot(&mut self, id: &str) -> fmt::Result {
        self.node(id, Class::Dot, Class::Dot, " ")
    }

    fn open(&mut self, id: String, title: &str, style: String) -> fmt::Result {
        self.line(format_args!("subgraph {id} [\"{title}\"]"))?;
        self.indent += 1;
        self.frames.push((id, style));
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
            let style = class.style(self.options.palette);
            self.line(format_args!("classDef {} {style}", class.name()))?;
        }
        for (id, style) in std::mem::take(&mut self.frames) {
            self.line(format_args!("style {id} {style}"))?;
        }
        for (style, links) in self.links.styles() {
            let links: Vec<String> = links.iter().map(usize::to_string).collect();
            self.line(format_args!("linkStyle {} {style}", links.join(",")))?;
        }
        Ok(())
    }

    fn line(&mut self, line: fmt::Arguments<'_>) -> fmt::Result {
        writeln!(self.out, "{:indent$}{line}", "", indent = self.indent * 2)
    }
}

fn id(vertex: Vertex) -> String {
    format!("s{}", vertex.number())
}

/// `✔ Map <b>Name</b> · each $.items`: titles of two lines would lie on the content.
fn title(state: &State, coat: &Coat<'_>) -> String {
    let line = labels::type_line(state);
    let (kind, rest) = line.split_once(" · ").unwrap_or((&line, ""));
    let name = escape(&clip(&labels::name(&state.name), 80));
    let note = note(coat).map(|note| clip(note, 60));
    let parts = [(!rest.is_empty()).then(|| rest.to_owned()), note];
    let parts = parts.into_iter().flatten();
    let parts: Vec<String> = parts.map(|part| format!(" · {}", escape(&part))).collect();
    let rest = parts.concat();
    format!(
        "{}{} <b>{name}</b>{rest}{}",
        glyph(coat),
        escape(kind),
        badge(state, coat)
    )
}

fn branch_style() -> String {
    let frame = palette().frame;
    format!("fill:none,stroke:{frame},stroke-dasharray:4 4")
}

fn frame_style(state: &State, coat: &Coat<'_>) -> String {
    let Coat {
        fill, line, ink, ..
    } = *coat;
    let dashes = match state.kind() {
        Some(StateKind::Map) => ",stroke-dasharray:8 4",
        _ if coat.is_dashed => ",stroke-dasharray:4 3",
        _ => "",
    };
    if coat.is_faint {
        return format!("fill:{ink}14,stroke:{ink}80,stroke-width:1px{dashes},color:{ink}");
    }
    let width = if coat.sign.is_some() { "2px" } else { "1.5px" };
    format!("fill:{fill}14,stroke:{line},stroke-width:{width}{dashes}")
}

/// What was not reached has none.
fn badge(state: &State, coat: &Coat<'_>) -> String {
    let badge = labels::retry_badge(state).filter(|_| !coat.is_faint);
    badge.map_or(String::new(), |badge| format!(" {badge}"))
}

fn glyph(coat: &Coat<'_>) -> String {
    let sign = coat.sign;
    sign.map_or(String::new(), |Sign { mark, .. }| {
        format!("{} ", mark.glyph())
    })
}

fn note_lines(note: &str) -> String {
    let lines = wrap_note(note).into_iter();
    let lines: Vec<String> = lines.map(|line| escape(&line)).collect();
    lines.join("<br/>")
}

fn note<'o>(coat: &Coat<'o>) -> Option<&'o str> {
    coat.sign?.note
}

#[cfg(test)]
mod tests;
