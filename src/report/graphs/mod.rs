//! Pictures of a state machine, as source text for the tools that draw.
//!
//! Every format shows the same vocabulary: `labels` says what stands on a node or an edge, and a
//! format decides only how it is written. Ids are made up (`s1`, `s2`…), because a state may be
//! called `end` or `subgraph` and names repeat across scopes.

mod coat;
pub mod difference;
pub mod dot;
pub mod face;
pub mod json;
pub mod labels;
pub mod layout;
mod measure;
pub mod mermaid;
pub mod overlay;
mod palette;
pub mod svg;
pub mod text;
mod wrap;

use self::overlay::Overlay;
use crate::graph::{Graph, Vertex};
use crate::language::State;

/// What is drawn, and how: all that a format needs.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a, 'm> {
    /// The states and their transitions.
    pub graph: &'a Graph<'m>,
    /// What happened there; a bare picture without.
    pub overlay: Option<&'a Overlay>,
    /// How.
    pub options: &'a Options,
}

impl<'a, 'm> Picture<'a, 'm> {
    /// A bare picture.
    #[must_use]
    pub fn new(graph: &'a Graph<'m>, options: &'a Options) -> Self {
        Self {
            graph,
            overlay: None,
            options,
        }
    }
}

/// How a picture is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The colours.
    pub theme: Theme,
    /// The colours of what happened.
    pub palette: StatusColors,
    /// Where it grows.
    pub direction: Direction,
    /// What stands on the edges.
    pub labels: Labels,
    /// How many levels of Map and Parallel are drawn open; those further in are one card each.
    pub depth: Option<usize>,
}

/// The colours of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Readable on a light and on a dark page.
    #[default]
    Auto,
    /// For a light page.
    Light,
    /// For a dark page.
    Dark,
}

/// The colours of what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StatusColors {
    /// Ours: told apart by people who see few colours.
    #[default]
    Default,
    /// The five of the AWS console.
    Aws,
}

/// Where a picture grows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// From top to bottom.
    #[default]
    TopToBottom,
    /// From left to right.
    LeftToRight,
}

impl Direction {
    /// The abbreviation that both formats use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TopToBottom => "TB",
            Self::LeftToRight => "LR",
        }
    }
}

/// What stands on the edges out of a Choice and of a Catch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Labels {
    /// The `Comment` when it is short, else the condition.
    #[default]
    Auto,
    /// Always the condition.
    Condition,
    /// The `Comment` whatever its length; the condition only where there is none.
    Comment,
    /// Nothing.
    None,
}

impl Options {
    /// Whether the scopes inside a state are drawn: it has some, and they are not too deep.
    fn opens(&self, graph: &Graph<'_>, vertex: Vertex) -> bool {
        let level = graph.scope_of(vertex).depth();
        graph.scopes_in(vertex).len() > 0 && self.depth.is_none_or(|depth| level < depth)
    }
}

/// The small line of a state that is drawn as one card.
fn card_line(state: &State) -> String {
    if state.flows().is_empty() {
        labels::type_line(state)
    } else {
        labels::collapsed_line(state)
    }
}

/// Whether the scope ends well at a state: no edge leads from a Fail to the end.
fn ends_well(state: &State) -> bool {
    state.is_terminal() && state.kind() != Some(crate::language::StateKind::Fail)
}

/// Why a target is missing.
fn missing_note(missing: crate::graph::Missing<'_>) -> &'static str {
    match missing.elsewhere {
        Some(_) => "in another scope",
        None => "missing",
    }
}

#[cfg(test)]
mod tests {
    use super::wrap::readable;
    use super::*;
    use crate::graph::testing::machine;

    const HOSTILE: &str = include_str!("../../../fixtures/definitions/hostile-names.json");

    const NESTED: &str = r#"{"StartAt":"M","States":{"M":{"Type":"Map","End":true,"ItemProcessor":
        {"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
            {"StartAt":"A","States":{"A":{"Type":"Succeed"}}},
            {"StartAt":"I","States":{"I":{"Type":"Map","End":true,"Iterator":
                {"StartAt":"X","States":{"X":{"Type":"Fail"}}}}}}]}}}}}}"#;

    struct Pictures {
        dot: String,
        mermaid: String,
    }

    fn draw(text: &str, options: &Options) -> Pictures {
        let machine = machine(text);
        let graph = Graph::new(&machine);
        let (mut dot, mut mermaid) = (String::new(), String::new());
        dot::render(&Picture::new(&graph, options), &mut dot).expect("a string takes all");
        mermaid::render(&Picture::new(&graph, options), &mut mermaid).expect("a string takes all");
        Pictures { dot, mermaid }
    }

    /// Draws with every option and looks for every state.
    fn check_mentions(text: &str) {
        for theme in [Theme::Auto, Theme::Light, Theme::Dark] {
            for labels in [
                Labels::Auto,
                Labels::Condition,
                Labels::Comment,
                Labels::None,
            ] {
                let direction = Direction::LeftToRight;
                let options = Options {
                    theme,
                    direction,
                    labels,
                    ..Options::default()
                };
                check_states(text, &draw(text, &options));
            }
        }
    }

    fn check_states(text: &str, pictures: &Pictures) {
        let machine = machine(text);
        let shown = squeezed(&pictures.mermaid);
        for state in machine.states() {
            let tooltip = dot::text::quoted(&state.name);
            assert!(
                pictures.dot.contains(&format!("tooltip={tooltip}")),
                "{tooltip}"
            );
            let begin = wrap::clip(&labels::name(&state.name), 26);
            let begin = mermaid::text::escape(begin.trim_end_matches('…'));
            assert!(shown.contains(&squeezed(&begin)), "{begin}");
        }
        for picture in [&pictures.dot, &pictures.mermaid] {
            let text: String = picture.split('\n').collect();
            assert_eq!(readable(&text).collect::<String>(), text);
        }
    }

    fn squeezed(text: &str) -> String {
        text.replace("<br/>", "").split_whitespace().collect()
    }

    #[test]
    fn hostile_names_are_shown() {
        check_mentions(HOSTILE);
    }

    #[test]
    fn nested_scopes_are_shown() {
        check_mentions(NESTED);
    }

    #[test]
    fn broken_definitions_are_drawn() {
        check_mentions("[]");
        check_mentions(r#"{"StartAt":"Nowhere"}"#);
        check_mentions(
            r#"{"StartAt":"Nowhere","States":{"A":{"Type":"Taks","Next":"Gone"},"B":[],"A":{"Type":"Parallel"},
                "P":{"Type":"Parallel","Branches":[{},{"StartAt":"P","States":{}}],"Next":"P"},
                "M":{"Type":"Map","Iterator":{"States":{"A":{"Type":"Choice"}}},"Catch":[{"Next":"M"},{}]}}}"#,
        );
    }

    #[test]
    fn containers_that_are_too_deep_are_one_card() {
        let options = |depth| Options {
            depth: Some(depth),
            ..Options::default()
        };
        for (depth, states, card) in [
            (0, "M", "Map · 4 states inside"),
            (1, "MP", "Parallel · 3 states inside"),
            (2, "MPAI", "Map · 1 state inside"),
        ] {
            let pictures = draw(NESTED, &options(depth));
            for picture in [&pictures.dot, &pictures.mermaid] {
                assert!(picture.contains(card), "{picture}");
                for name in ["M", "P", "A", "I", "X"] {
                    let shown = picture
                        .to_lowercase()
                        .contains(&format!("<b>{name}</b>").to_lowercase());
                    assert_eq!(shown, states.contains(name), "{name} in {picture}");
                }
            }
        }
    }

    /// Those in JSON, of the folder that `ASL_CONFORMANCE` names.
    #[test]
    fn published_definitions_are_drawn_with_every_state() {
        let Some(folder) = std::env::var_os("ASL_CONFORMANCE") else {
            eprintln!("skipped: ASL_CONFORMANCE is not set");
            return;
        };
        let folder = std::path::Path::new(&folder).join("definitions");
        let labels = std::fs::read_to_string(folder.join("labels.tsv")).expect("there are labels");
        let mut drawn = 0;
        for row in labels.lines() {
            let mut columns = row.split('\t');
            let (path, expected) = (columns.next().unwrap_or(""), columns.nth(2));
            if expected != Some("valid") || path.starts_with("raw/") {
                continue;
            }
            let text = std::fs::read_to_string(folder.join(path)).expect("it is listed");
            if serde_json::from_str::<serde::de::IgnoredAny>(&text).is_err() {
                continue;
            }
            check_states(&text, &draw(&text, &Options::default()));
            drawn += 1;
        }
        println!("{drawn} definitions drawn");
        assert!(drawn >= 257, "only {drawn} definitions drawn");
    }
}
