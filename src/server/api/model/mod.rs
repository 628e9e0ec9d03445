//! The API's model: which members an operation has, and what may stand in them. Everything that is
//! wrong with a request is told at once, as AWS does (10 §10.5).

mod operations;

pub(super) use operations::members;

use crate::data::{Json, Number};
use crate::server::protocol::{ApiError, Members};

/// A member of a request, or of a structure in it.
#[derive(Clone, Copy)]
pub(super) struct Member {
    name: &'static str,
    is_needed: bool,
    shape: Shape,
}

/// What may stand in a member.
#[derive(Clone, Copy)]
enum Shape {
    Text(Text),
    /// One of some words.
    Word(&'static [&'static str]),
    Integer(i64, i64),
    Float(f64, f64),
    Flag,
    List(&'static List),
    Structure(&'static [Member]),
}

#[derive(Clone, Copy)]
struct Text {
    least: usize,
    most: usize,
    /// Secrets are not repeated in messages.
    is_secret: bool,
    pattern: Option<&'static Pattern>,
}

struct List {
    least: usize,
    most: usize,
    of: Shape,
}

/// A regular expression, as messages repeat it, and what it comes to.
struct Pattern {
    text: &'static str,
    matches: fn(&str) -> bool,
}

impl Member {
    const fn new(name: &'static str, shape: Shape) -> Self {
        Self {
            name,
            is_needed: false,
            shape,
        }
    }

    const fn text(name: &'static str, least: usize, most: usize) -> Self {
        Self::new(name, Shape::text(least, most))
    }

    const fn needed(mut self) -> Self {
        self.is_needed = true;
        self
    }

    const fn secret(mut self) -> Self {
        if let Shape::Text(text) = &mut self.shape {
            text.is_secret = true;
        }
        self
    }

    const fn pattern(mut self, pattern: &'static Pattern) -> Self {
        if let Shape::Text(text) = &mut self.shape {
            text.pattern = Some(pattern);
        }
        self
    }
}

impl Shape {
    const fn text(least: usize, most: usize) -> Self {
        Self::Text(Text {
            least,
            most,
            is_secret: false,
            pattern: None,
        })
    }
}

/// Holds the model against a request.
///
/// # Errors
/// With all that is wrong, or with the first member that is of another type.
pub(super) fn check(members: &Members, model: &[Member]) -> Result<(), ApiError> {
    let mut faults = Vec::new();
    structure(members.document(), model, "", &mut faults)?;
    if faults.is_empty() {
        return Ok(());
    }
    Err(ApiError::constraints(&faults))
}

/// How deep this goes is up to the model, which is not deep.
fn structure(
    object: &Json,
    model: &[Member],
    within: &str,
    faults: &mut Vec<String>,
) -> Result<(), ApiError> {
    for member in model {
        let place = match within {
            "" => member.name.to_owned(),
            _ => format!("{within}.{}", member.name),
        };
        match object.get(member.name) {
            None | Some(Json::Null) if member.is_needed => faults.push(format!(
                "Value null at '{place}' failed to satisfy constraint: Member must not be null"
            )),
            None | Some(Json::Null) => {}
            Some(value) => member.shape.check(value, &place, faults)?,
        }
    }
    Ok(())
}

impl Shape {
    fn check(&self, value: &Json, place: &str, faults: &mut Vec<String>) -> Result<(), ApiError> {
        match (self, value) {
            (Self::Text(text), Json::String(value)) => text.check(value, place, faults),
            (Self::Word(words), Json::String(value)) => {
                if !words.contains(&&**value) {
                    let words = words.join(", ");
                    let bound = format!("satisfy enum value set: [{words}]");
                    faults.push(fault(Some(value), place, &bound));
                }
            }
            (Self::Integer(least, most), Json::Number(number)) => {
                let Some(value) = number.as_i64() else {
                    return Err(mistyped(place, "a whole number", value));
                };
                let shown = value.to_string();
                let too_many = (value > *most).then(|| format!("less than or equal to {most}"));
                let too_few = (value < *least).then(|| format!("greater than or equal to {least}"));
                faults.extend(
                    too_many
                        .or(too_few)
                        .map(|bound| fault(Some(&shown), place, &format!("have value {bound}"))),
                );
            }
            (Self::Float(least, most), Json::Number(number)) => {
                float(*number, (*least, *most), place, faults);
            }
            (Self::Flag, Json::Bool(_)) => {}
            (Self::List(list), Json::Array(_)) => list.check(value, place, faults)?,
            (Self::Structure(model), Json::Object(_)) => structure(value, model, place, faults)?,
            (shape, value) => return Err(mistyped(place, shape.article(), value)),
        }
        Ok(())
    }

    fn article(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Word(_) => "a string",
            Self::Integer(..) => "a whole number",
            Self::Float(..) => "a number",
            Self::Flag => "true or false",
            Self::List(_) => "an array",
            Self::Structure(_) => "an object",
        }
    }
}

impl Text {
    fn check(&self, text: &str, place: &str, faults: &mut Vec<String>) {
        let shown = (!self.is_secret).then_some(text);
        let bound = if text.len() > self.most && text.chars().count() > self.most {
            Some(format!("less than or equal to {}", self.most))
        } else if text.len() < self.least {
            Some(format!("greater than or equal to {}", self.least))
        } else {
            None
        };
        faults.extend(bound.map(|bound| fault(shown, place, &format!("have length {bound}"))));
        if let Some(pattern) = self.pattern.filter(|pattern| !(pattern.matches)(text)) {
            let bound = format!("satisfy regular expression pattern: {}", pattern.text);
            faults.push(fault(shown, place, &bound));
        }
    }
}

impl List {
    fn check(&self, list: &Json, place: &str, faults: &mut Vec<String>) -> Result<(), ApiError> {
        let items = list.as_array().unwrap_or_default();
        let bound = if items.len() > self.most {
            Some(format!("less than or equal to {}", self.most))
        } else if items.len() < self.least {
            Some(format!("greater than or equal to {}", self.least))
        } else {
            None
        };
        let shown = items.is_empty().then_some("[]");
        faults.extend(bound.map(|bound| fault(shown, place, &format!("have length {bound}"))));
        for (number, item) in (1..).zip(items) {
            let place = format!("{place}.{number}.member");
            self.of.check(item, &place, faults)?;
        }
        Ok(())
    }
}

fn float(number: Number, (least, most): (f64, f64), place: &str, faults: &mut Vec<String>) {
    let value = number.as_f64();
    let bound = if value > most {
        format!("less than or equal to {most}")
    } else if value < least {
        format!("greater than or equal to {least}")
    } else {
        return;
    };
    let shown = value.to_string();
    faults.push(fault(Some(&shown), place, &format!("have value {bound}")));
}

fn fault(shown: Option<&str>, place: &str, bound: &str) -> String {
    let value = shown.map_or(String::new(), |shown| format!(" '{shown}'"));
    format!("Value{value} at '{place}' failed to satisfy constraint: Member must {bound}")
}

fn mistyped(place: &str, wanted: &str, value: &Json) -> ApiError {
    ApiError::serialization(format!(
        "The member '{place}' must be {wanted} and not of the type {}.",
        value.type_name()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(operation: &str, body: &str, expected: &str) {
        let model = members(operation).expect("a known operation");
        let members = Members::read(body.as_bytes()).expect("an object");
        let told = match super::check(&members, model) {
            Ok(()) => String::new(),
            Err(error) => format!("{}: {}", error.code, error.message),
        };
        assert_eq!(told, expected, "{operation} {body}");
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        check(
            "ListExecutions",
            r#"{"maxResults": 1001, "statusFilter": "succeeded"}"#,
            "ValidationException: 2 validation errors detected: Value 'succeeded' at \
             'statusFilter' failed to satisfy constraint: Member must satisfy enum value set: \
             [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]; Value '1001' at \
             'maxResults' failed to satisfy constraint: Member must have value less than or equal \
             to 1000",
        );
        check(
            "CreateStateMachine",
            r#"{"name": null}"#,
            "ValidationException: 3 validation errors detected: Value null at 'name' failed to \
             satisfy constraint: Member must not be null; Value null at 'definition' failed to \
             satisfy constraint: Member must not be null; Value null at 'roleArn' failed to \
             satisfy constraint: Member must not be null",
        );
    }

    #[test]
    fn what_is_within_lists_has_its_number() {
        check(
            "CreateStateMachineAlias",
            r#"{"name": "123", "routingConfiguration":
                [{"stateMachineVersionArn": "v", "weight": 101}]}"#,
            "ValidationException: 2 validation errors detected: Value '123' at 'name' failed to \
             satisfy constraint: Member must satisfy regular expression pattern: \
             ^(?=.*[a-zA-Z_\\-\\.])[a-zA-Z0-9_\\-\\.]+$; Value '101' at \
             'routingConfiguration.1.member.weight' failed to satisfy constraint: Member must \
             have value less than or equal to 100",
        );
    }

    #[test]
    fn secrets_are_not_repeated() {
        check(
            "SendTaskHeartbeat",
            r#"{"taskToken": ""}"#,
            "ValidationException: 1 validation error detected: Value at 'taskToken' failed to \
             satisfy constraint: Member must have length greater than or equal to 1",
        );
    }

    #[test]
    fn other_types_are_refused() {
        check(
            "UpdateMapRun",
            r#"{"mapRunArn": "a", "toleratedFailurePercentage": "50"}"#,
            "SerializationException: The member 'toleratedFailurePercentage' must be a number and \
             not of the type string.",
        );
        check(
            "ListActivities",
            r#"{"maxResults": 1.5}"#,
            "SerializationException: The member 'maxResults' must be a whole number and not of \
             the type number.",
        );
        check("ListActivities", r#"{"maxResults": 0, "more": []}"#, "");
    }
}
