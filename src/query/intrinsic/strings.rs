//! Functions on strings.

use crate::data::Json;
use crate::query::java;

use super::{Answer, Call};

/// A piece of a template for `States.Format`.
enum Piece<'t> {
    Text(&'t str),
    Placeholder,
}

/// The template is as written: its escapes are still in it. What a wrong number of arguments is
/// told in is unconfirmed.
pub(super) fn format(call: &mut Call<'_>) -> Answer {
    let template = call.text(0)?;
    let values = &call.arguments[1..];
    let placeholders = placeholders(template);
    if placeholders != values.len() {
        return Err(format!(
            "The template has {placeholders} occurrences of {{}} but there are {} arguments",
            values.len()
        ));
    }
    let mut values = values.iter();
    let mut out = String::with_capacity(template.len());
    for piece in pieces(template) {
        match (piece, values.as_slice().first()) {
            (Piece::Placeholder, Some(value)) => {
                write(value, &mut out);
                values.next();
            }
            (Piece::Text(text), _) => out.push_str(text),
            (Piece::Placeholder, None) => {}
        }
    }
    Ok(Json::from(out))
}

/// How many values a template takes.
pub(super) fn placeholders(template: &str) -> usize {
    let placeholders = pieces(template).filter(|piece| matches!(piece, Piece::Placeholder));
    placeholders.count()
}

/// Strings bare, numbers as JSON, objects as Java prints a `Map` (recorded); arrays as it prints a
/// `List` (unconfirmed).
fn write(value: &Json, out: &mut String) {
    match value {
        Json::String(text) => out.push_str(text),
        Json::Null | Json::Bool(_) | Json::Number(_) => value.write(out),
        Json::Array(_) | Json::Object(_) => out.push_str(&java::text(value)),
    }
}

/// A backslash before anything but the four characters it escapes is a backslash.
fn pieces(template: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let escaped = rest
            .strip_prefix('\\')
            .filter(|after| after.starts_with(['\'', '{', '}', '\\']));
        let (piece, after) = if let Some(after) = rest.strip_prefix("{}") {
            (Piece::Placeholder, after)
        } else if let Some(escaped) = escaped {
            (Piece::Text(&escaped[..1]), &escaped[1..])
        } else {
            let first = rest.chars().next().map_or(0, char::len_utf8);
            let end = rest[first..]
                .find(['{', '\\'])
                .map_or(rest.len(), |at| at + first);
            (Piece::Text(&rest[..end]), &rest[end..])
        };
        rest = after;
        Some(piece)
    })
}

/// Splits at any character of the second argument; empty pieces are dropped (8 recorded cases).
pub(super) fn split(call: &mut Call<'_>) -> Answer {
    let (text, separators) = (call.text(0)?, call.text(1)?);
    let pieces = text.split(|character| separators.contains(character));
    Ok(pieces
        .filter(|piece| !piece.is_empty())
        .map(Json::from)
        .collect())
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "all functions share one signature"
)]
pub(super) fn uuid(call: &mut Call<'_>) -> Answer {
    Ok(Json::from(call.random.uuid()))
}
