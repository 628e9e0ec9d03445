//! Texts that stand in a document many times, stored once: a definition repeats a few dozen names,
//! and to share them takes a fraction of the time and the memory of a copy each.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use foldhash::fast::FixedState;

/// So many texts are remembered, each at the place that its hash says; the latest wins.
const PLACES: usize = 128;

/// Longer texts seldom come again.
const LONGEST: usize = 64;

/// The texts that were read lately.
pub(super) struct Repeats {
    places: [Option<Arc<str>>; PLACES],
    hasher: FixedState,
}

impl Default for Repeats {
    fn default() -> Self {
        Self {
            places: [const { None }; PLACES],
            hasher: FixedState::default(),
        }
    }
}

impl Repeats {
    /// The text as it was stored before, or is from now on.
    pub(super) fn stored(&mut self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return text.into();
        }
        let mut hasher = self.hasher.build_hasher();
        hasher.write(text.as_bytes());
        let [place, ..] = hasher.finish().to_le_bytes();
        match &mut self.places[usize::from(place) % PLACES] {
            Some(known) if **known == *text => Arc::clone(known),
            other => Arc::clone(other.insert(text.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_comes_again_is_the_same() {
        let mut known = Repeats::default();
        let first = known.stored("Type");
        assert!(Arc::ptr_eq(&first, &known.stored("Type")));
        for number in 0..10_000 {
            let name = format!("State{number}");
            assert_eq!(*known.stored(&name), *name);
        }
        let long = "x".repeat(LONGEST + 1);
        assert!(!Arc::ptr_eq(&known.stored(&long), &known.stored(&long)));
    }
}
