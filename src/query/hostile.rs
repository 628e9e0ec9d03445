//! Nothing that a user can write panics a parser, and errors point at whole characters.

use crate::data::{EventId, Json, Seed};

use super::{Argument, DocumentScope, ReferencePath};

const PIECES: [&str; 44] = [
    "$",
    "$$",
    "$x",
    "@",
    ".",
    "..",
    "*",
    "[",
    "]",
    "(",
    ")",
    "'",
    "\"",
    "\\",
    ",",
    ":",
    "?",
    "/",
    " ",
    "!",
    "=",
    "<",
    "~",
    "&&",
    "||",
    "{",
    "}",
    "0",
    "-1",
    "99999999999",
    "1e5",
    "true",
    "null",
    "in",
    "a",
    "é",
    "🚀",
    "[?(",
    "@.a",
    "States.",
    "Format(",
    "Array(",
    "['a']",
    "length()",
];

#[test]
fn random_texts_are_read_or_refused_with_a_place() {
    let mut random = Seed(42).at(EventId(0));
    let scope = DocumentScope(Json::parse(r#"{"a": [1, {"a": "é"}], "é": null}"#).expect("valid"));
    for round in 0..40_000_usize {
        let length = random.bits() % 12;
        let mut text = ["$", "$.a", "States.Array(", "$[?("][round % 4].to_owned();
        for _ in 0..length {
            let piece = random.bits() % PIECES.len() as u64;
            text.push_str(PIECES[usize::try_from(piece).unwrap_or(0)]);
        }
        let reference = ReferencePath::parse(&text).map(|path| {
            let _ = path.write(scope.0.clone(), Json::Null);
        });
        let argument = Argument::parse(&text).map(|argument| {
            let _ = argument.evaluate("x.$", &scope, &mut random);
        });
        for error in [reference.err(), argument.err()].into_iter().flatten() {
            let place = text.get(error.offset..error.offset + error.len);
            assert!(place.is_some(), "{text:?}: {error:?}");
        }
    }
}
