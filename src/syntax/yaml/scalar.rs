//! What a YAML scalar means: the core schema of YAML 1.2.
//!
//! `yes`, `on` and dates are strings here, as they are for JSON and for AWS; only YAML 1.1 made
//! booleans and timestamps of them.

use saphyr_parser::{ScalarStyle, Tag};

use crate::data::Number;
use crate::syntax::{Kind, number};

/// The value of a scalar; `None` for a number that JSON does not have.
pub(super) fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<Kind> {
    let string = Kind::String(text.into());
    match tag {
        Some(tag) if tag.is_yaml_core_schema() => match tag.suffix.as_str() {
            "str" => Some(string),
            _ => plain(text),
        },
        // The tag `!` alone says that a scalar is a string (YAML 1.2.2, section 6.9.1).
        Some(tag) if tag.handle.is_empty() => Some(string),
        _ if style == ScalarStyle::Plain => plain(text),
        _ => Some(string),
    }
}

fn plain(text: &str) -> Option<Kind> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Kind::Null),
        "true" | "True" | "TRUE" => return Some(Kind::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Kind::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0x").filter(|text| is_all(text, 16)) {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o").filter(|text| is_all(text, 8)) {
        return radix(digits, 8);
    }
    if is_decimal(unsigned) {
        let text = text.strip_prefix('+').unwrap_or(text);
        return number::read(text).map(Kind::Number);
    }
    Some(Kind::String(text.into()))
}

fn is_all(text: &str, radix: u32) -> bool {
    !text.is_empty() && text.chars().all(|char| char.is_digit(radix))
}

fn radix(digits: &str, radix: u32) -> Option<Kind> {
    let value = u64::from_str_radix(digits, radix).ok()?;
    let number = i64::try_from(value).map_or(Number::Big(value), Number::Int);
    Some(Kind::Number(number))
}

/// `[0-9]+` or `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_decimal(text: &str) -> bool {
    let (whole, rest) = number::digits(text);
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => number::digits(rest),
        None => ("", rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return false;
    }
    let Some(rest) = rest.strip_prefix(['e', 'E']) else {
        return rest.is_empty();
    };
    let (exponent, rest) = number::digits(rest.strip_prefix(['+', '-']).unwrap_or(rest));
    !exponent.is_empty() && rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match plain(text) {
            None => "none".to_owned(),
            Some(Kind::String(text)) => format!("{text:?}"),
            Some(Kind::Number(number)) => number.to_string(),
            Some(Kind::Bool(value)) => value.to_string(),
            Some(_) => "null".to_owned(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, expected) in [
            ("", "null"),
            ("~", "null"),
            ("True", "true"),
            ("yes", "\"yes\""),
            ("12", "12"),
            ("+12", "12"),
            ("-3", "-3"),
            ("007", "7"),
            ("0x1F", "31"),
            ("0o17", "15"),
            ("0xG", "\"0xG\""),
            ("1.5", "1.5"),
            (".5", "0.5"),
            ("1.", "1.0"),
            ("1e3", "1000.0"),
            ("-", "\"-\""),
            (".", "\".\""),
            ("1_000", "\"1_000\""),
            ("12:30:45", "\"12:30:45\""),
            ("2012-10-17", "\"2012-10-17\""),
            ("18446744073709551615", "18446744073709551615"),
            (".nan", "none"),
            ("-.inf", "none"),
            ("1e999", "none"),
        ] {
            check(text, expected);
        }
    }
}
