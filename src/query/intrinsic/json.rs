//! Functions on JSON: text to value, value to text, two objects to one.

use crate::data::{Json, Number, Object};
use crate::query::java;

use super::{Answer, Call, unexpected};

/// Blank text is `null`, and `-0` is `0` (recorded).
pub(super) fn from_string(call: &mut Call<'_>) -> Answer {
    let text = call.text(0)?;
    if text.trim().is_empty() {
        return Ok(Json::Null);
    }
    match Json::parse(text) {
        Ok(Json::Number(Number::Float(zero))) if zero == 0.0 && !text.contains('.') => {
            Ok(Json::from(0))
        }
        Ok(value) => Ok(value.compacted()),
        Err(error) => Err(format!("The string is not JSON: {error}")),
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "all functions share one signature"
)]
pub(super) fn to_string(call: &mut Call<'_>) -> Answer {
    Ok(Json::from(&*call.any(0).compacted().text()))
}

/// The second object wins, nested objects are replaced, and the result's keys come in the order
/// of a Java map (2 recorded cases).
pub(super) fn merge(call: &mut Call<'_>) -> Answer {
    let object = |at: usize| {
        let value = call.any(at);
        value
            .as_object()
            .ok_or_else(|| unexpected(at, "an object", value))
    };
    let (first, second) = (object(0)?, object(1)?);
    match call.any(2) {
        Json::Bool(false) => {}
        Json::Bool(true) => {
            return Err(
                "Deep merging is not supported: the third argument must be false".to_owned(),
            );
        }
        other => return Err(unexpected(2, "a boolean", other)),
    }
    let added = second.iter().filter(|(key, _)| !first.contains_key(key));
    let kept = first
        .iter()
        .map(|(key, value)| (key, second.get(key).unwrap_or(value)));
    let mut fields: Vec<_> = kept.chain(added).collect();
    java::hash_order(&mut fields, |(key, _)| key);
    let fields = fields
        .into_iter()
        .map(|(key, value)| (key.clone(), value.clone()));
    Ok(Json::from(fields.collect::<Object>()))
}
