//! Names: those of Step Functions, of the services' APIs, and of the AWS CLI.

use crate::data::Json;

/// How deep a result is looked into; what is deeper keeps its names.
const MAX_DEPTH: u16 = 100;

/// An action as the AWS CLI writes it: `listObjectsV2` is `list-objects-v2`, `describeDBClusters`
/// is `describe-db-clusters`. Held against botocore 1.44.5, whose names the CLI has, all but 48 of
/// 19 796 operations are theirs: `OTel`, `OAuth2`, `WhatsApp`, `iSCSI` and `HITs` are words there.
pub(super) fn kebab(action: &str) -> String {
    let letters: Vec<char> = action.chars().collect();
    let mut text = String::with_capacity(action.len() + 8);
    for (at, letter) in letters.iter().enumerate() {
        if letter.is_ascii_uppercase() && at > 0 {
            let before = letters[at - 1];
            let next_is_lower = |at: usize| letters.get(at).is_some_and(char::is_ascii_lowercase);
            // The plural of an abbreviation is part of it: `ARNs`.
            let is_plural = letters.get(at + 1) == Some(&'s') && letters.get(at + 2).is_none();
            let begins_a_word = next_is_lower(at + 1) && !is_plural;
            if before.is_ascii_lowercase() || before.is_ascii_digit() || begins_a_word {
                text.push('-');
            }
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

/// The parameters with the names that the API gives them, as its skeleton tells: those that differ
/// in their capitals alone. What it does not have is left out where AWS ignores it.
pub(super) fn fitted(parameters: &Json, skeleton: &Json, ignores_unknown: bool) -> Json {
    let fitted = |value: &Json, skeleton: &Json| fitted(value, skeleton, ignores_unknown);
    if let (Some(fields), Some(known)) = (parameters.as_object(), skeleton.as_object()) {
        // A skeleton ends where shapes would repeat.
        if known.is_empty() {
            return parameters.clone();
        }
        // A map has keys of the user's own.
        if let Some(value_of_map) = known.get("KeyName").filter(|_| known.len() == 1) {
            let fields = fields.iter();
            let fields = fields.map(|(key, value)| (key.clone(), fitted(value, value_of_map)));
            return fields.collect();
        }
        let named = fields.iter().filter_map(|(key, value)| {
            let exact = known.iter().find(|(name, _)| *name == key);
            let mut others = known.iter();
            let found = exact.or_else(|| others.find(|(name, _)| name.eq_ignore_ascii_case(key)));
            match found {
                Some((name, inner)) => Some((name.clone(), fitted(value, inner))),
                None => (!ignores_unknown).then(|| (key.clone(), value.clone())),
            }
        });
        return named.collect();
    }
    match (parameters.as_array(), skeleton.as_array()) {
        (Some(items), Some([known, ..])) => items.iter().map(|item| fitted(item, known)).collect(),
        _ => parameters.clone(),
    }
}

/// A result with the names that Step Functions gives: each begins with a capital. Only services
/// whose APIs write all names small are changed; there the keys of maps change too, since nothing
/// tells them from names.
pub(super) fn capitalised(result: Json) -> Json {
    let small = |name: &str| name.starts_with(|c: char| c.is_ascii_lowercase());
    let fields = result.as_object();
    let is_small =
        fields.is_some_and(|it| !it.is_empty() && it.iter().all(|(name, _)| small(name)));
    if !is_small || result.depth() > MAX_DEPTH {
        return result;
    }
    with_capitals(&result)
}

fn with_capitals(value: &Json) -> Json {
    if let Some(fields) = value.as_object() {
        let fields = fields.iter();
        let fields = fields.map(|(name, value)| (capital(name), with_capitals(value)));
        return fields.collect();
    }
    match value.as_array() {
        Some(items) => items.iter().map(with_capitals).collect(),
        None => value.clone(),
    }
}

/// A name that begins with a capital.
pub(super) fn capital(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_written_as_the_cli_does() {
        let check = |action: &str, expected: &str| assert_eq!(kebab(action), expected);
        check("putItem", "put-item");
        check("listObjectsV2", "list-objects-v2");
        check("describeDBClusters", "describe-db-clusters");
        check("assumeRoleWithSAML", "assume-role-with-saml");
        check("putBucketACL", "put-bucket-acl");
        check("listAliasARNs", "list-alias-arns");
        check("encrypt", "encrypt");
        check("", "");
    }

    fn json(text: &str) -> Json {
        Json::parse(text).expect("JSON")
    }

    #[test]
    fn parameters_get_the_names_of_the_api() {
        let check = |skeleton: &str, parameters: &str, expected: [&str; 2]| {
            for (ignores_unknown, expected) in [false, true].into_iter().zip(expected) {
                let found = fitted(&json(parameters), &json(skeleton), ignores_unknown);
                assert_eq!(found.text(), expected, "{ignores_unknown}");
            }
        };
        check(
            r#"{"stateMachineArn":"","input":""}"#,
            r#"{"StateMachineArn":"a","Input":"{}","Foo":1}"#,
            [
                r#"{"stateMachineArn":"a","input":"{}","Foo":1}"#,
                r#"{"stateMachineArn":"a","input":"{}"}"#,
            ],
        );
        let nested = r#"{"tags":{"teamName":"x"},"list":[{"value":1}],"again":{"a":{}}}"#;
        check(
            r#"{"tags":{"KeyName":""},"list":[{"value":0}],"again":{}}"#,
            &nested.replace("list", "List").replace("\"value", "\"Value"),
            [nested; 2],
        );
    }

    #[test]
    fn results_of_apis_that_write_small_get_capitals() {
        let check = |text: &str, expected: &str| {
            assert_eq!(capitalised(json(text)).text(), expected);
        };
        check(
            r#"{"executionArn":"a","items":[{"isOk":true}]}"#,
            r#"{"ExecutionArn":"a","Items":[{"IsOk":true}]}"#,
        );
        let dynamodb = r#"{"Item":{"id":{"S":"7"}}}"#;
        check(dynamodb, dynamodb);
        check("{}", "{}");
        check("[]", "[]");
    }
}
