//! Words in paths and expressions: what the cursor is in.

use crate::syntax::Span;

/// The word at a byte, dots and `$` included: `States.Format`, `$states.input`, `$$.Task`.
pub(super) fn token_at(text: &str, offset: usize) -> Option<(&str, Span)> {
    word_at(text, offset, is_part)
}

/// The name of a rule at a byte, or what could be one.
pub(super) fn rule_at(text: &str, offset: usize) -> Option<(&str, Span)> {
    word_at(text, offset, |char| {
        char.is_ascii_lowercase() || char == '-'
    })
}

fn word_at(text: &str, offset: usize, is_part: fn(char) -> bool) -> Option<(&str, Span)> {
    let start = text.get(..offset)?.trim_end_matches(is_part).len();
    let rest = text.get(offset..)?;
    let end = offset + rest.find(|char| !is_part(char)).unwrap_or(rest.len());
    let token = text.get(start..end)?.trim_end_matches(['.', '-']);
    (!token.is_empty()).then(|| (token, Span::new(start, start + token.len())))
}

/// Where the word that ends at a byte begins.
pub(super) fn start_of_token(text: &str, offset: usize) -> Option<usize> {
    Some(text.get(..offset)?.trim_end_matches(is_part).len())
}

fn is_part(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '$' | '.' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_goes_as_far_as_its_characters() {
        let text = "f(é, $states.input.a)-States.Format. unknown-target-";
        for (place, expected) in [
            ("é", "é"),
            ("states", "$states.input.a"),
            ("Format", "States.Format"),
        ] {
            let at = text.find(place).expect("is in the text");
            assert_eq!(token_at(text, at).map(|(token, _)| token), Some(expected));
        }
        assert_eq!(
            rule_at(text, 40).map(|(rule, _)| rule),
            Some("unknown-target")
        );
        assert_eq!(token_at(text, 999), None);
        assert_eq!(token_at("(,)", 1), None);
    }
}
