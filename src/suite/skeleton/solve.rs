//! What a document must hold for a Choice Rule to hold, or not to: where that is easy.

use std::sync::Arc;

use super::jsonata;
use crate::data::{Json, Number};
use crate::language::states::{Comparison, Condition, Operator, Relation, TypeTest, ValueFamily};

/// What shall be in a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Want {
    /// This.
    Value(Json),
    /// Anything; this, when nothing else is asked for.
    Present(Json),
    /// Nothing.
    Absent,
}

/// A path and what shall be there.
pub(super) type Demand = (String, Want);

const TIME: &str = "2026-01-01T00:00:00Z";
const LATER: &str = "2026-01-02T00:00:00Z";
const EARLIER: &str = "2025-12-31T00:00:00Z";

/// What makes a condition true or false; none when it is not known. Recursion is bounded by how
/// deep a definition may nest.
pub(super) fn solve(condition: &Condition, truth: bool) -> Option<Vec<Demand>> {
    let all = |conditions: &[Condition]| {
        let demands: Option<Vec<_>> = conditions.iter().map(|it| solve(it, truth)).collect();
        Some(demands?.into_iter().flatten().collect())
    };
    let one = |conditions: &[Condition]| conditions.iter().find_map(|it| solve(it, truth));
    match condition {
        Condition::Comparison(comparison) => compare(comparison, truth),
        Condition::And(conditions) if truth => all(conditions),
        Condition::And(conditions) => one(conditions),
        Condition::Or(conditions) if truth => one(conditions),
        Condition::Or(conditions) => all(conditions),
        Condition::Not(condition) => solve(condition, !truth),
        Condition::Expression(field) => match (&field.value, field.value.as_str()) {
            (_, Some(text)) => jsonata::solve(text, truth),
            (value, None) => (value.as_bool() == Some(truth)).then(Vec::new),
        },
        Condition::Invalid(_) => None,
    }
}

fn compare(comparison: &Comparison, truth: bool) -> Option<Vec<Demand>> {
    let path = comparison.variable.as_ref()?.value.to_string();
    let operand = &comparison.operand.value;
    match comparison.operator {
        Operator::Is(test) => {
            let wanted = operand.as_bool()? == truth;
            Some(vec![(path, type_of(test, wanted))])
        }
        Operator::Compare {
            family,
            relation,
            path: false,
        } => {
            let value = value(family, relation, operand, truth)?;
            Some(vec![(path, Want::Value(value))])
        }
        Operator::Compare {
            family,
            relation,
            path: true,
        } => {
            let other = operand.as_str()?.to_owned();
            let sample = sample(family);
            let value = value(family, relation, &sample, truth)?;
            Some(vec![
                (other, Want::Value(sample)),
                (path, Want::Value(value)),
            ])
        }
    }
}

fn type_of(test: TypeTest, wanted: bool) -> Want {
    let words: Json = "text".into();
    let value = match (test, wanted) {
        (TypeTest::Present, true) => return Want::Present(words),
        (TypeTest::Present, false) => return Want::Absent,
        (TypeTest::Null, true) => Json::Null,
        (TypeTest::Numeric, true) | (TypeTest::String, false) => 1.into(),
        (TypeTest::Boolean, true) => true.into(),
        (TypeTest::Timestamp, true) => TIME.into(),
        (TypeTest::String, true)
        | (TypeTest::Null | TypeTest::Numeric | TypeTest::Boolean | TypeTest::Timestamp, false) => {
            words
        }
    };
    Want::Value(value)
}

fn sample(family: ValueFamily) -> Json {
    match family {
        ValueFamily::String => "m".into(),
        ValueFamily::Numeric => 10.into(),
        ValueFamily::Boolean => true.into(),
        ValueFamily::Timestamp => TIME.into(),
    }
}

fn value(family: ValueFamily, relation: Relation, operand: &Json, truth: bool) -> Option<Json> {
    let side = Side::of(relation, truth);
    Some(match (family, side) {
        (_, Side::Equal) => operand.clone(),
        (ValueFamily::String, Side::Matching) => operand.as_str()?.replace('*', "x").into(),
        (ValueFamily::String, Side::Other) => format!("not {}", operand.as_str()?).into(),
        (ValueFamily::String, Side::Above) => format!("{}x", operand.as_str()?).into(),
        (ValueFamily::String, Side::Below) => "".into(),
        (ValueFamily::Numeric, Side::Other | Side::Above) => moved(operand, 1)?,
        (ValueFamily::Numeric, Side::Below) => moved(operand, -1)?,
        (ValueFamily::Boolean, Side::Other) => (!operand.as_bool()?).into(),
        (ValueFamily::Timestamp, Side::Other | Side::Above) => another_time(operand, LATER),
        (ValueFamily::Timestamp, Side::Below) => another_time(operand, EARLIER),
        (ValueFamily::Boolean, _) | (_, Side::Matching) => return None,
    })
}

/// Where a value is that holds or does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Equal,
    Other,
    Above,
    Below,
    Matching,
}

impl Side {
    fn of(relation: Relation, truth: bool) -> Self {
        match (relation, truth) {
            (Relation::Equals | Relation::LessThanEquals | Relation::GreaterThanEquals, true)
            | (Relation::LessThan | Relation::GreaterThan, false) => Self::Equal,
            (Relation::Equals | Relation::Matches, false) => Self::Other,
            (Relation::LessThan, true) | (Relation::GreaterThanEquals, false) => Self::Below,
            (Relation::GreaterThan, true) | (Relation::LessThanEquals, false) => Self::Above,
            (Relation::Matches, true) => Self::Matching,
        }
    }
}

/// A number, and so much.
pub(super) fn moved(number: &Json, by: i64) -> Option<Json> {
    match number.as_number()? {
        Number::Int(value) => Some(value.checked_add(by)?.into()),
        #[expect(clippy::cast_precision_loss, reason = "it is 1 or -1")]
        other => Number::from_result(other.as_f64() + by as f64).map(Json::Number),
    }
}

/// A time on the other side of one, as far as these days go.
fn another_time(operand: &Json, day: &str) -> Json {
    let year = operand
        .as_str()
        .and_then(|text| text.get(..4)?.parse::<i64>().ok());
    let Some(year) = year else { return day.into() };
    let year = if day == LATER { year + 1 } else { year - 1 };
    format!("{year:04}{}", &TIME[4..]).into()
}

/// Something for a place of this name, when nothing is known of it.
pub(super) fn made_up(name: &str) -> Json {
    const NUMBERS: [&str; 14] = [
        "amount", "count", "price", "quantity", "total", "number", "size", "seconds", "index",
        "limit", "attempt", "weight", "age", "offset",
    ];
    let lower = name.to_ascii_lowercase();
    if NUMBERS.iter().any(|word| lower.ends_with(word)) {
        return 1.into();
    }
    if lower.starts_with("is") && name.chars().nth(2).is_some_and(char::is_uppercase) {
        return true.into();
    }
    let name: Arc<str> = name.into();
    Json::from(name)
}
