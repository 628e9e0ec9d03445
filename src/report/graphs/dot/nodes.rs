//! Cards, hexagons, pills, ghosts and frames.

use std::fmt;

use super::Script;
use super::text::{html, lines, quoted};
use crate::graph::{Missing, Scope, Vertex};
use crate::language::{State, StateKind};
use crate::report::graphs::coat::{Coat, Sign, wrap_note};
use crate::report::graphs::palette::{Palette, WRONG};
use crate::report::graphs::wrap::clip;
use crate::report::graphs::{card_line, labels, missing_note};

impl<'m> Script<'_, 'm> {
    pub(super) fn card(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        match state.kind() {
            Some(StateKind::Choice) => self.hexagon(vertex, state),
            Some(StateKind::Succeed | StateKind::Fail) => self.filled(vertex, state),
            Some(_) | None => self.plain(vertex, state),
        }
    }

    /// A card with an accent bar: the small line, the badge, the name, the note.
    fn plain(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let coat = self.picture.coat(self.palette, vertex, state);
        let Coat {
            accent,
            fill,
            line,
            width,
            ..
        } = coat;
        let small = html(&clip(&card_line(state), 60));
        let badge = self.badge(state, &coat).map_or(String::new(), |badge| {
            format!("<TD ALIGN=\"RIGHT\" VALIGN=\"TOP\">{badge}</TD>")
        });
        let name = self.name(state, 26, &coat);
        let note = note(&coat).map_or(String::new(), |note| format!("<BR/>{note}"));
        let tooltip = self.tooltip(state, &coat);
        let style = if coat.is_dashed {
            "ROUNDED,DASHED"
        } else {
            "ROUNDED"
        };
        self.line(format_args!(
            "s{} [tooltip={tooltip}, label=<<TABLE BORDER=\"{width}\" CELLBORDER=\"0\" CELLSPACING=\"5\" CELLPADDING=\"0\" COLOR=\"{line}\" BGCOLOR=\"{fill}\" STYLE=\"{style}\">\
             <TR><TD WIDTH=\"3\" BGCOLOR=\"{accent}\" ROWSPAN=\"2\"></TD><TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\" COLOR=\"{accent}\">{small}</FONT></TD>{badge}</TR>\
             <TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\" COLSPAN=\"2\"><B>{name}</B>{note}</TD></TR></TABLE>>]",
            vertex.number()
        ))
    }

    fn hexagon(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let coat = self.picture.coat(self.palette, vertex, state);
        let Coat {
            accent, fill, line, ..
        } = coat;
        let width = if coat.sign.is_some() { "2" } else { "1.4" };
        let small = html(&card_line(state));
        let name = self.name(state, 30, &coat);
        let note = note(&coat).map_or(String::new(), |note| format!("<BR/>{note}"));
        let tooltip = self.tooltip(state, &coat);
        let dashed = if coat.is_dashed { ",dashed" } else { "" };
        self.line(format_args!(
            "s{} [shape=hexagon, style=\"filled{dashed}\", margin=\"0.05,0.03\", fillcolor=\"{fill}\", color=\"{line}\", penwidth={width}, tooltip={tooltip}, \
             label=<<FONT POINT-SIZE=\"9\" COLOR=\"{accent}\">{small}</FONT><BR/><B>{name}</B>{note}>]",
            vertex.number()
        ))
    }

    fn filled(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let coat = self.picture.coat(self.palette, vertex, state);
        let Coat {
            fill,
            line,
            width,
            ink,
            ..
        } = coat;
        let name = self.name(state, 26, &coat);
        let error = labels::error(state).map_or(String::new(), |error| {
            format!(
                "<BR/><FONT POINT-SIZE=\"9\">{}</FONT>",
                html(&clip(&error, 30))
            )
        });
        let note = note(&coat).map_or(String::new(), |note| format!("<BR/>{note}"));
        let tooltip = self.tooltip(state, &coat);
        let dashed = if coat.is_dashed { ",dashed" } else { "" };
        self.line(format_args!(
            "s{} [shape=box, style=\"rounded,filled{dashed}\", margin=\"0.18,0.09\", height=0.36, fillcolor=\"{fill}\", color=\"{line}\", penwidth={width}, fontcolor=\"{ink}\", tooltip={tooltip}, label=<<B>{name}</B>{error}{note}>]",
            vertex.number()
        ))
    }

    pub(super) fn missing(&mut self, vertex: Vertex, missing: Missing<'_>) -> fmt::Result {
        let name = lines(&labels::name(missing.name), 26, 3);
        let why = missing_note(missing);
        let tooltip = quoted(missing.name);
        self.line(format_args!(
            "s{} [shape=box, style=\"rounded,dashed\", color=\"{WRONG}\", fontcolor=\"{WRONG}\", tooltip={tooltip}, label=<{name}<BR/><FONT POINT-SIZE=\"9\">({why})</FONT>>]",
            vertex.number()
        ))
    }

    /// A Map or Parallel with its states inside.
    pub(super) fn container(&mut self, vertex: Vertex, state: &State) -> fmt::Result {
        let coat = self.picture.frame_coat(self.palette, vertex, state);
        let number = vertex.number();
        self.open(&format!("subgraph cluster_s{number}"))?;
        self.frame(state, &coat)?;
        self.dot("circle", 0.1, &format!("i{number}"), coat.line)?;
        for (index, scope) in self.picture.graph.scopes_in(vertex).enumerate() {
            self.branch(vertex, index, scope)?;
        }
        // The dots are named in edges at this level only: an edge inside a branch would move
        // the dot into that branch.
        for scope in self.picture.graph.scopes_in(vertex) {
            self.fork_and_join(number, scope)?;
        }
        self.dot("doublecircle", 0.07, &format!("x{number}"), coat.line)?;
        self.close()
    }

    fn frame(&mut self, state: &State, coat: &Coat<'_>) -> fmt::Result {
        let Coat {
            accent,
            fill,
            line,
            ink,
            ..
        } = *coat;
        let tint = self.palette.tint;
        let small = html(&clip(&labels::type_line(state), 60));
        let badge = self.badge(state, coat).unwrap_or_default();
        let name = self.name(state, 44, coat);
        let note = note(coat).map_or(String::new(), |note| format!("  {note}"));
        let tooltip = self.tooltip(state, coat);
        let is_dashed = state.kind() == Some(StateKind::Map) || coat.is_dashed;
        let dashes = if is_dashed { ",dashed" } else { "" };
        let width = if coat.sign.is_some() { "2" } else { "1.4" };
        self.line(format_args!(
            "graph [label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">\
             <TR><TD ALIGN=\"LEFT\"><FONT POINT-SIZE=\"9\" COLOR=\"{accent}\">{small}</FONT>{badge}</TD></TR>\
             <TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\"><FONT COLOR=\"{ink}\"><B>{name}</B></FONT>{note}</TD></TR></TABLE>>, \
             labeljust=l, tooltip={tooltip}, style=\"rounded,filled{dashes}\", color=\"{line}\", fillcolor=\"{fill}{tint}\", penwidth={width}, margin=14]"
        ))
    }

    /// A scope of a container, in a frame of its own when there are several.
    fn branch(&mut self, owner: Vertex, index: usize, scope: Scope<'_, 'm>) -> fmt::Result {
        if self.picture.graph.scopes_in(owner).len() == 1 {
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

    fn dot(&mut self, shape: &str, width: f32, id: &str, color: &str) -> fmt::Result {
        self.line(format_args!(
            "{id} [shape={shape}, style=filled, width={width}, fixedsize=true, label=\"\", tooltip=\"\", color=\"{color}\", fillcolor=\"{color}\"]"
        ))
    }

    /// What a pointer over it says, and where it leads.
    fn tooltip(&self, state: &State, coat: &Coat<'_>) -> String {
        let told = coat.sign.map_or(String::new(), |sign| sign.told());
        let tooltip = quoted(&format!("{}{told}", state.name));
        match self.link.and_then(|link| link(state)) {
            Some(link) => format!("{tooltip}, href={}", quoted(&link)),
            None => tooltip,
        }
    }

    /// ` ↻6`; what was not reached has none.
    fn badge(&self, state: &State, coat: &Coat<'_>) -> Option<String> {
        let Palette { catch, .. } = self.palette;
        let badge = labels::retry_badge(state).filter(|_| !coat.is_faint)?;
        Some(format!(
            "<FONT POINT-SIZE=\"9\" COLOR=\"{catch}\"> {badge}</FONT>"
        ))
    }

    /// The glyph and the name, in lines of so many columns.
    fn name(&self, state: &State, width: usize, coat: &Coat<'_>) -> String {
        let most = if width > 30 { 2 } else { 3 };
        let name = lines(&labels::name(&state.name), width, most);
        match coat.sign {
            Some(Sign { mark, ink, .. }) => {
                format!("<FONT COLOR=\"{ink}\">{}</FONT> {name}", mark.glyph())
            }
            None if coat.is_faint && coat.ink != self.palette.ink => {
                format!("<FONT COLOR=\"{}\">{name}</FONT>", coat.ink)
            }
            None => name,
        }
    }
}

fn note(coat: &Coat<'_>) -> Option<String> {
    let sign = coat.sign?;
    let lines = wrap_note(sign.note?).into_iter();
    let lines: Vec<String> = lines.map(|line| html(&line)).collect();
    let (note, ink) = (lines.join("<BR/>"), sign.ink);
    Some(format!(
        "<FONT POINT-SIZE=\"9\" COLOR=\"{ink}\">{note}</FONT>"
    ))
}
