//! Functions: the intrinsic ones of JSONPath with words of ours, those of JSONata with the words
//! of the query room.

use std::sync::LazyLock;

use crate::query::IntrinsicFunction;
use crate::query::jsonata::{FunctionPage, function_pages};

/// An intrinsic function.
pub(in crate::lsp) struct Intrinsic {
    /// Its name without `States.`.
    pub(in crate::lsp) name: &'static str,
    pub(in crate::lsp) parameters: &'static str,
    summary: &'static str,
}

/// In the order of the table of the query room. Facts: reference section 3.2.
const INTRINSICS: [Intrinsic; 18] = [
    intrinsic_of("Array", "value, …", "An array of the values"),
    intrinsic_of(
        "ArrayContains",
        "array, value",
        "Whether the array holds the value",
    ),
    intrinsic_of(
        "ArrayGetItem",
        "array, index",
        "The item at an index from 0",
    ),
    intrinsic_of("ArrayLength", "array", "How many items the array has"),
    intrinsic_of(
        "ArrayPartition",
        "array, size",
        "The array cut into arrays of a size",
    ),
    intrinsic_of(
        "ArrayRange",
        "start, end, step",
        "The integers from a start to an end, which is in when it is hit; 1000 at most",
    ),
    intrinsic_of("ArrayUnique", "array", "The array without repeated items"),
    intrinsic_of(
        "Base64Decode",
        "text",
        "The text that Base64 stands for; 10,000 characters at most",
    ),
    intrinsic_of(
        "Base64Encode",
        "text",
        "The text in Base64; 10,000 characters at most",
    ),
    intrinsic_of(
        "Format",
        "template, value, …",
        "The template with each `{}` replaced by the next value",
    ),
    intrinsic_of(
        "Hash",
        "text, algorithm",
        "The hash in hexadecimal: `MD5`, `SHA-1`, `SHA-256`, `SHA-384` or `SHA-512`",
    ),
    intrinsic_of(
        "JsonMerge",
        "object, object, false",
        "Both objects in one, the second wins; nested objects are not merged",
    ),
    intrinsic_of("JsonToString", "value", "The value as JSON text"),
    intrinsic_of("MathAdd", "integer, integer", "The sum"),
    intrinsic_of(
        "MathRandom",
        "start, end, seed",
        "A random integer from a start (inclusive) to an end (exclusive); the seed may be left out",
    ),
    intrinsic_of(
        "StringSplit",
        "text, separators",
        "The parts of a text between any of the separating characters, without empty ones",
    ),
    intrinsic_of(
        "StringToJson",
        "text",
        "The value that a JSON text stands for",
    ),
    intrinsic_of("UUID", "", "A random UUID of version 4"),
];

const fn intrinsic_of(
    name: &'static str,
    parameters: &'static str,
    summary: &'static str,
) -> Intrinsic {
    Intrinsic {
        name,
        parameters,
        summary,
    }
}

/// The functions of JSONata, read from the crate once.
static JSONATA: LazyLock<Vec<FunctionPage>> = LazyLock::new(function_pages);

/// All intrinsic functions.
pub(in crate::lsp) fn intrinsics() -> &'static [Intrinsic] {
    &INTRINSICS
}

/// The intrinsic function of a name without `States.`.
pub(in crate::lsp) fn intrinsic(name: &str) -> Option<&'static Intrinsic> {
    INTRINSICS.iter().find(|known| known.name == name)
}

/// All functions of JSONata.
pub(in crate::lsp) fn jsonata() -> &'static [FunctionPage] {
    &JSONATA
}

impl Intrinsic {
    /// What it does and gives, in a sentence or two.
    pub(in crate::lsp) fn words(&self) -> String {
        match IntrinsicFunction::named(self.name) {
            Some(function) => format!("{}. Gives {}.", self.summary, function.result),
            None => format!("{}.", self.summary),
        }
    }

    /// How it is called, such as `States.MathAdd(integer, integer)`.
    pub(in crate::lsp) fn call(&self) -> String {
        format!("States.{}({})", self.name, self.parameters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::FUNCTIONS;

    #[test]
    fn every_intrinsic_function_has_words_for_its_parameters() {
        assert_eq!(INTRINSICS.len(), FUNCTIONS.len());
        for (words, function) in INTRINSICS.iter().zip(&FUNCTIONS) {
            assert_eq!(words.name, function.name);
            let parameters = words
                .parameters
                .split(", ")
                .filter(|p| !p.is_empty())
                .count();
            assert!(function.takes(parameters), "{function:?}");
        }
    }
}
