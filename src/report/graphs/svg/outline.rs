//! The picture in words, for those who hear it.

use std::fmt::Write;

use crate::graph::{EdgeKind, Scope};
use crate::report::graphs::{Labels, Picture, labels};

/// A description is read aloud: nobody listens to more.
const LONGEST: usize = 8_000;

/// Each state with its type and where it leads, in order of the definition.
pub(super) fn outline(picture: &Picture<'_, '_>) -> String {
    let mut text = String::new();
    for scope in picture.graph.scopes() {
        if text.len() > LONGEST {
            text.push('…');
            break;
        }
        tell(picture, scope, &mut text).expect("a string takes all");
    }
    text.trim_end().to_owned()
}

fn tell(picture: &Picture<'_, '_>, scope: Scope<'_, '_>, text: &mut String) -> std::fmt::Result {
    let graph = picture.graph;
    let owner = scope.owner().and_then(|owner| graph.state(owner));
    let begins = graph.edges_from(scope.start()).next();
    match (owner, begins) {
        (_, None) => {}
        (None, Some(edge)) => writeln!(text, "Starts at {}.", edge.target.name)?,
        (Some(owner), Some(edge)) => {
            writeln!(
                text,
                "Inside {}: starts at {}.",
                owner.name, edge.target.name
            )?;
        }
    }
    for (vertex, state) in scope.states() {
        if text.len() > LONGEST {
            break;
        }
        write!(text, "{}, {}", state.name, labels::type_line(state))?;
        if graph.is_older(vertex) {
            text.push_str(", removed");
        }
        let mut joint = ": ";
        for edge in graph.edges_from(vertex) {
            let label = labels::edge(edge, Labels::Auto);
            let on = match (edge.kind, label) {
                (EdgeKind::Choice { .. }, Some(label)) => format!("if {label} "),
                (EdgeKind::Catch { .. }, Some(label)) => format!("on {label} "),
                (EdgeKind::Default, _) => "else ".to_owned(),
                _ => String::new(),
            };
            let goes = if graph.is_older_edge(edge) {
                "went to"
            } else {
                "goes to"
            };
            write!(text, "{joint}{on}{goes} {}", edge.target.name)?;
            joint = "; ";
        }
        if state.is_terminal() {
            write!(text, "{joint}ends")?;
        }
        writeln!(text, ".")?;
    }
    Ok(())
}
