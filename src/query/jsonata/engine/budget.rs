//! How much an evaluation may use up. No budget has room for all that is reasonable without room
//! for what takes minutes, so there are several, and some are tried one after the other.

use jlens_core::Error;

use crate::data::limits;

/// How many nodes may be evaluated within each other: AWS stops at 100, as others measured. The
/// engine counts them as jsonata-js does (the suite's cases with a `depth` agree).
pub(super) const MAX_DEPTH: usize = 100;

/// What one evaluation may use up. Steps are nodes visited; one costs a fraction of a microsecond,
/// unless it copies a large value or backtracks, which the count does not see.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    pub(super) steps: u64,
    /// The longest array.
    pub(super) items: usize,
    /// The longest string, in bytes.
    pub(super) string: usize,
}

/// For expressions that take many steps over values of the size that states pass on.
pub(super) const MANY_STEPS: Budget = Budget {
    steps: 1_000_000,
    items: 40_000,
    string: limits::MAX_PAYLOAD,
};

/// For those that only look for items: what they keep of a step is a reference at most.
pub(super) const SEARCHING: Budget = Budget {
    steps: 8_000_000,
    ..MANY_STEPS
};

/// For those that look for items by their positions: the engine counts all items that it skips.
pub(super) const INDEXING: Budget = Budget {
    steps: 100_000_000,
    ..MANY_STEPS
};

/// For those that need large values on their way: the largest that others measured on AWS, of
/// an array as of `$range` (unconfirmed for other arrays).
pub(super) const LARGE_VALUES: Budget = Budget {
    items: 360_145,
    string: MAX_BYTES,
    ..MANY_STEPS
};

/// The same for those that can make a large value out of another again and again.
pub(super) const GROWING_VALUES: Budget = Budget {
    steps: 20_000,
    ..LARGE_VALUES
};

/// For those with a regular expression: 1 024 steps of backtracking count as one but take a
/// hundred times as long. The engine counts the characters before every match, so that the time
/// grows with the square of the length: strings stay short, unless the input is large itself.
pub(super) const REGEX: Budget = Budget {
    steps: 100_000,
    string: 16 << 10,
    ..MANY_STEPS
};

/// How long arrays get in an expression that calls `$distinct`, which compares all with all.
pub(super) const MOST_DISTINCT: usize = 10_000;

/// What shows that a pattern backtracks without end, if it is used up inside it, and one step
/// more as well: of a match that is found at once, one step tells.
pub(super) const BACKTRACKING: [Budget; 2] = [
    Budget {
        steps: 15_000,
        ..REGEX
    },
    Budget {
        steps: 15_001,
        ..REGEX
    },
];

/// The functions that backtracking happens in.
pub(super) const MATCHERS: [&str; 4] = ["contains", "match", "replace", "split"];

/// The work that one evaluation may do in matches of ours, in bytes of text looked at.
pub(super) const MATCHING: u64 = 200_000_000;

/// What 1 024 steps of backtracking count, of which each takes as long as a dozen bytes: as many
/// as [`BACKTRACKING`] has use the work up.
pub(super) const POLL: u64 = 12 << 10;

/// The most matches one call may find.
pub(super) const MOST_MATCHES: usize = 300_000;

/// The longest string and the largest result, in bytes: measured on AWS by others.
pub(super) const MAX_BYTES: usize = 6_990_256;

/// What regular expressions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Patterns {
    None,
    /// They may take long for a long text.
    Plain,
    /// They may take for ever for a short one.
    Ambiguous,
}

/// The engine's code for a budget of steps that is used up.
pub(super) const OUT_OF_STEPS: &str = "U1006";

/// The engine's code for a value that is too large.
pub(super) const TOO_LARGE: &str = "U1001";

pub(super) fn is_in_matcher(error: &Error) -> bool {
    let function = error.token();
    function.is_some_and(|name| MATCHERS.contains(&&*name))
}

/// What a pattern may cost. Two repetitions without bounds can share a text in many ways, and so
/// can the alternatives of a repeated group.
pub(super) fn patterns(pattern: &str) -> Patterns {
    let (mut repetitions, mut in_class, mut before) = (0, false, ' ');
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                // What refers back to a group makes its length matter.
                if let Some('1'..='9' | 'k') = characters.next() {
                    return Patterns::Ambiguous;
                }
            }
            '[' => in_class = true,
            ']' => in_class = false,
            '*' | '+' | '{' if !in_class => {
                repetitions += if before == ')' { 2 } else { 1 };
            }
            _ => {}
        }
        before = character;
    }
    if repetitions > 1 {
        Patterns::Ambiguous
    } else {
        Patterns::Plain
    }
}
