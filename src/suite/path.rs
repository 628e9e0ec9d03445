//! Expected paths: states in order, with `...` for any number of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Written;

/// The states that an execution shall go through.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPattern(pub Vec<Step>);

/// One step of a path.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// This state.
    State(Written<Arc<str>>),
    /// Any states, or none.
    Anything,
}

/// Where an execution left the path.
#[derive(Clone, Debug, PartialEq)]
pub struct Departure {
    /// How many states were on the path.
    pub at: usize,
    /// The states that could have followed, in order; none when the path was over.
    pub expected: Vec<Arc<str>>,
}

impl PathPattern {
    /// Where a path leaves the pattern; nothing when it follows it to the end.
    #[must_use]
    pub fn departure<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Option<Departure> {
        let mut positions = self.skipped(BTreeSet::from([0]));
        let mut at = 0;
        for state in path {
            let next = self.after(&positions, state);
            if next.is_empty() {
                return Some(self.departed(at, &positions));
            }
            positions = next;
            at += 1;
        }
        let is_over = positions.contains(&self.0.len());
        (!is_over).then(|| self.departed(at, &positions))
    }

    /// Whether a state's name stands in the pattern.
    pub fn states(&self) -> impl Iterator<Item = &Written<Arc<str>>> {
        self.0.iter().filter_map(|step| match step {
            Step::State(state) => Some(state),
            Step::Anything => None,
        })
    }

    /// The positions in the pattern that a state leads to.
    fn after(&self, positions: &BTreeSet<usize>, state: &str) -> BTreeSet<usize> {
        let mut next = BTreeSet::new();
        for position in positions {
            match self.0.get(*position) {
                Some(Step::State(name)) if &*name.value == state => {
                    next.insert(position + 1);
                }
                Some(Step::Anything) => {
                    next.insert(*position);
                }
                Some(Step::State(_)) | None => {}
            }
        }
        self.skipped(next)
    }

    /// The positions with those behind a `...` that stands for nothing.
    fn skipped(&self, mut positions: BTreeSet<usize>) -> BTreeSet<usize> {
        for (at, step) in self.0.iter().enumerate() {
            if *step == Step::Anything && positions.contains(&at) {
                positions.insert(at + 1);
            }
        }
        positions
    }

    fn departed(&self, at: usize, positions: &BTreeSet<usize>) -> Departure {
        let steps = positions
            .iter()
            .filter_map(|position| self.0.get(*position));
        let mut expected: Vec<Arc<str>> = Vec::new();
        for step in steps {
            if let Step::State(state) = step
                && !expected.contains(&state.value)
            {
                expected.push(Arc::clone(&state.value));
            }
        }
        Departure { at, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::Span;

    /// `expected` is empty, or how many states fit and what could have followed.
    fn check(pattern: &str, path: &str, expected: Option<(usize, &[&str])>) {
        let step = |word: &str| match word {
            "..." => Step::Anything,
            name => Step::State(Written {
                value: name.into(),
                span: Span::default(),
            }),
        };
        let pattern = PathPattern(pattern.split_whitespace().map(step).collect());
        let departure = pattern.departure(path.split_whitespace());
        let found = departure.map(|it| (it.at, it.expected.join(" ")));
        let expected = expected.map(|(at, states)| (at, states.join(" ")));
        assert_eq!(found, expected, "{pattern:?} {path}");
    }

    #[test]
    fn a_path_is_followed_to_its_end() {
        check("A B C", "A B C", None);
        check("A B C", "A X C", Some((1, &["B"])));
        check("A B", "A", Some((1, &["B"])));
        check("A", "A B", Some((1, &[])));
        check("", "", None);
    }

    #[test]
    fn dots_stand_for_any_states_or_none() {
        check("A ... C", "A C", None);
        check("A ... C", "A B B C", None);
        check("... C", "A C C", None);
        check("A ... C", "A B", Some((2, &["C"])));
        check("... B ... B", "A B", Some((2, &["B"])));
        check("A ... C D", "A B C X", Some((4, &["C"])));
        check("...", "", None);
    }
}
