//! What AWS says of a text that is no JSON: it is read by Jackson, whose words clients know
//! (10 §10.5, 11 §11.6).

use crate::data::Json;
use crate::server::protocol::ApiError;

/// The input of an execution.
pub(super) fn input(text: &str) -> Result<Json, ApiError> {
    Json::parse(text).map_err(|error| {
        let why = match reason(text) {
            _ if text.trim().is_empty() => "Invalid execution input.".to_owned(),
            Some(Reason { words, .. }) => words,
            None => error.to_string(),
        };
        let message = format!("Invalid State Machine Execution Input: '{why}'");
        ApiError::new("InvalidExecutionInput", message)
    })
}

/// Why a text is no JSON, where Jackson's words are recorded.
pub(super) struct Reason {
    pub(super) words: String,
    /// How many characters were read.
    pub(super) column: usize,
}

/// A word that is none of JSON's at the start, or a field's name without quotes.
pub(super) fn reason(text: &str) -> Option<Reason> {
    let start = text.trim_start();
    let skipped = text.chars().count() - start.chars().count();
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let word: String = start.chars().take_while(|c| is_word(*c)).collect();
    let begins = word.chars().next();
    if begins.is_some_and(|c| !c.is_ascii_digit()) && !is_literal(&word) {
        return Some(Reason {
            column: skipped + word.chars().count() + 1,
            words: format!(
                "Unrecognized token '{word}': was expecting (JSON String, Number, Array, Object \
                 or token 'null', 'true' or 'false')"
            ),
        });
    }
    let inner = start.strip_prefix('{')?.trim_start();
    let first = inner.chars().next().filter(|c| !"\"}".contains(*c))?;
    let behind = inner.chars().count();
    Some(Reason {
        column: text.chars().count() - behind + 2,
        words: format!(
            "Unexpected character ('{first}' (code {})): was expecting double-quote to start \
             field name",
            u32::from(first)
        ),
    })
}

fn is_literal(word: &str) -> bool {
    ["null", "true", "false"].contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let told = input(text).expect_err("no JSON").message;
        let why = told.strip_prefix("Invalid State Machine Execution Input: ");
        assert_eq!(why, Some(expected));
    }

    #[test]
    fn inputs_that_are_no_json_are_refused_in_the_words_of_aws() {
        check(
            "not some json",
            "'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or \
             token 'null', 'true' or 'false')'",
        );
        check(
            "{'not': 'a json'}",
            "'Unexpected character (''' (code 39)): was expecting double-quote to start field \
             name'",
        );
        check("", "'Invalid execution input.'");
        assert!(input("{\"a\": 1}").is_ok());
        assert!(input("nul").is_err());
        assert!(input("{\"a\"").is_err());
    }
}
