//! How large a picture is, for those who draw none of more.

/// The most edges that Mermaid draws, unless it is told otherwise: `maxEdges` of 11.17.2.
pub const MOST_EDGES: usize = 500;

/// The longest text that it reads: `maxTextSize` of 11.17.2.
pub const MOST_CHARACTERS: usize = 50_000;

/// The size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// How many edges it has.
    pub edges: usize,
    /// How long it is, as JavaScript counts: in units of UTF-16.
    pub characters: usize,
}

impl Size {
    /// The size of a picture that was drawn here: in labels, `>` is escaped.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self {
            edges: text.lines().filter(|line| line.contains("->")).count(),
            characters: text.encode_utf16().count(),
        }
    }

    /// Whether GitHub draws it.
    #[must_use]
    pub fn fits(self) -> bool {
        self.edges <= MOST_EDGES && self.characters <= MOST_CHARACTERS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::Graph;
    use crate::graph::testing::machine;
    use crate::report::graphs::{Options, Picture, mermaid};

    #[test]
    fn edges_are_counted_and_labels_are_not() {
        let machine = machine(
            r#"{"StartAt":"--> A","States":{"--> A":{"Type":"Choice","Default":"B","Choices":[
                {"Variable":"$.a --> b","IsNull":true,"Next":"B"}]},
                "B":{"Type":"Task","Catch":[{"ErrorEquals":["-.->"],"Next":"C"}],"Next":"C"},
                "C":{"Type":"Succeed"}}}"#,
        );
        let graph = Graph::new(&machine);
        let mut text = String::new();
        let options = Options::default();
        mermaid::render(&Picture::new(&graph, &options), &mut text).expect("a string takes all");
        assert_eq!(Size::of(&text).edges, 6, "{text}");
        assert!(Size::of(&text).fits());
    }

    #[test]
    fn the_last_that_fits_is_drawn() {
        let fits = |edges, characters| Size { edges, characters }.fits();
        assert!(fits(500, 50_000));
        assert!(!fits(501, 1) && !fits(1, 50_001));
    }
}
