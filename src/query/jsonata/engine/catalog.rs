//! What functions there are, for those who offer or explain them.

use crate::query::jsonata::functions::FUNCTIONS;

/// A function of JSONata as Step Functions has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionPage {
    /// Its name without the `$`.
    pub name: &'static str,
    /// How it is called, such as `$substring(str, start, length)`.
    pub call: String,
    /// The types it takes and gives in JSONata's notation, such as `<s-nn?:s>`.
    pub signature: String,
    /// What it does, in a sentence without a full stop.
    pub summary: &'static str,
}

/// Parameters and summaries of [`FUNCTIONS`], in their order: reference section 3.4.
const OURS: [(&str, &str); 6] = [
    (
        "str, algorithm",
        "The hash of a string in hexadecimal: MD5, SHA-1, SHA-256, SHA-384 or SHA-512",
    ),
    ("str", "Parses a JSON text; takes the place of `$eval`"),
    ("array, size", "Cuts an array into arrays of a size"),
    (
        "seed",
        "A pseudo-random number between 0 (inclusive) and 1 (exclusive)",
    ),
    (
        "start, end, step",
        "The numbers from a start to an end, which is in when it is hit",
    ),
    ("", "A random UUID of version 4"),
];

/// Every function that an expression may call, in the order of the alphabet.
#[must_use]
pub fn function_pages() -> Vec<FunctionPage> {
    let ours = FUNCTIONS.iter().zip(OURS).map(|(function, words)| {
        let (parameters, summary) = words;
        page(
            function.name,
            parameters,
            function.signature.to_owned(),
            summary,
        )
    });
    let ours: Vec<FunctionPage> = ours.collect();
    let is_ours = |name: &str| ours.iter().any(|page| page.name == name);
    let standard = jlens_core::function_catalog().into_iter();
    // AWS has no `$eval`.
    let standard = standard.filter(|known| known.name != "eval" && !is_ours(known.name));
    let mut pages: Vec<FunctionPage> = standard
        .map(|known| {
            let parameters = known.params.join(", ");
            page(known.name, &parameters, known.signature, known.summary)
        })
        .collect();
    pages.extend(ours);
    pages.sort_by_key(|page| page.name);
    pages
}

fn page(
    name: &'static str,
    parameters: &str,
    signature: String,
    summary: &'static str,
) -> FunctionPage {
    FunctionPage {
        name,
        call: format!("${name}({parameters})"),
        signature,
        summary,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_a_page() {
        let pages = function_pages();
        let call = |name: &str| pages.iter().find(|page| page.name == name);
        let call = |name| call(name).map(|page| page.call.as_str());
        assert_eq!(call("hash"), Some("$hash(str, algorithm)"));
        assert_eq!(call("random"), Some("$random(seed)"));
        assert_eq!(call("uuid"), Some("$uuid()"));
        assert_eq!(call("substring"), Some("$substring(str, start, length)"));
        assert_eq!(call("eval"), None);
        assert!(pages.is_sorted_by(|one, other| one.name < other.name));
        assert!(pages.len() > 60);
    }
}
