//! From a valid text to one that is nearly so.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What the texts of a reader are made of.
#[derive(Clone, Copy, Debug)]
pub struct Corpus {
    /// Valid texts.
    pub seeds: &'static [&'static str],
    /// Words and signs that mean something in them.
    pub tokens: &'static [&'static str],
    /// What a part can be put between.
    pub pairs: &'static [(&'static str, &'static str)],
}

/// Longer texts are cut: only nesting and doubling make them, and a few do.
const LONGEST: usize = 40_000;

/// One change of a text. Places count in characters, modulo what there is.
#[derive(Clone, Debug)]
enum Mutation {
    Insert {
        at: Index,
        text: String,
    },
    Replace {
        at: Index,
        length: usize,
        text: String,
    },
    Duplicate {
        from: Index,
        length: usize,
        to: Index,
    },
    Splice {
        from: &'static str,
        cut: Index,
        to: Index,
    },
    Nest {
        at: Index,
        length: usize,
        pair: (&'static str, &'static str),
        times: usize,
    },
}

/// Texts from a corpus.
pub fn texts(corpus: Corpus) -> impl Strategy<Value = String> {
    // Few changes leave much that is valid.
    let number = prop_oneof![4 => 0..3_usize, 1 => 3..8_usize];
    let mutations = number.prop_flat_map(move |number| vec(mutation(corpus), number));
    (select(corpus.seeds), mutations).prop_map(|(seed, mutations)| {
        let start = seed.to_owned();
        mutations
            .iter()
            .fold(start, |text, mutation| mutation.apply(&text))
    })
}

fn mutation(corpus: Corpus) -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    let length = || prop_oneof![4 => 0..3_usize, 2 => 0..20_usize, 1 => 0..200_usize];
    let times = prop_oneof![20 => 1..4_usize, 1 => 90..120_usize, 1 => 400..2_000_usize];
    prop_oneof![
        4 => (at(), word(corpus)).prop_map(|(at, text)| Mutation::Insert { at, text }),
        4 => (at(), length(), word(corpus))
            .prop_map(|(at, length, text)| Mutation::Replace { at, length, text }),
        2 => (at(), length()).prop_map(|(at, length)| Mutation::Replace {
            at,
            length: length + 1,
            text: String::new(),
        }),
        1 => (at(), length(), at())
            .prop_map(|(from, length, to)| Mutation::Duplicate { from, length, to }),
        1 => (select(corpus.seeds), at(), at())
            .prop_map(|(from, cut, to)| Mutation::Splice { from, cut, to }),
        1 => (at(), length(), select(corpus.pairs), times)
            .prop_map(|(at, length, pair, times)| Mutation::Nest { at, length, pair, times }),
    ]
}

fn word(corpus: Corpus) -> impl Strategy<Value = String> {
    prop_oneof![
        12 => select(corpus.tokens).prop_map(str::to_owned),
        2 => any::<char>().prop_map(String::from),
        1 => select(&["\0", "\u{feff}", "\u{2028}", "é", "🚀", "\u{301}", "\r\n", "\t", "\u{85}"][..])
            .prop_map(str::to_owned),
    ]
}

impl Mutation {
    fn apply(&self, text: &str) -> String {
        let mut changed = match self {
            Self::Insert { at, text: word } => replaced(text, *at, 0, word),
            Self::Replace {
                at,
                length,
                text: word,
            } => replaced(text, *at, *length, word),
            Self::Duplicate { from, length, to } => {
                let part = &text[part(text, *from, *length)];
                replaced(text, *to, 0, part)
            }
            Self::Splice { from, cut, to } => {
                let head = &text[..part(text, *to, 0).start];
                format!("{head}{}", &from[part(from, *cut, 0).start..])
            }
            Self::Nest {
                at,
                length,
                pair: (open, close),
                times,
            } => {
                let inner = &text[part(text, *at, *length)];
                let nested = open.repeat(*times) + inner + &close.repeat(*times);
                replaced(text, *at, *length, &nested)
            }
        };
        if changed.len() > LONGEST {
            let end = (LONGEST - 3..=LONGEST).rfind(|at| changed.is_char_boundary(*at));
            changed.truncate(end.expect("a character has at most four bytes"));
        }
        changed
    }
}

fn replaced(text: &str, at: Index, length: usize, word: &str) -> String {
    let part = part(text, at, length);
    format!("{}{word}{}", &text[..part.start], &text[part.end..])
}

/// So many characters from a place on, or what there is of them, in bytes.
fn part(text: &str, at: Index, length: usize) -> std::ops::Range<usize> {
    let characters = text.chars().count();
    let mut places = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .skip(at.index(characters + 1));
    let start = places.next().expect("a text has an end");
    let end = places.nth(length.wrapping_sub(1)).unwrap_or(text.len());
    if length == 0 {
        start..start
    } else {
        start..end
    }
}
