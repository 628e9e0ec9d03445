//! Filters: what `[?(…)]` keeps.

use std::borrow::Cow;

use regex::Regex;

use crate::data::{Json, Number};
use crate::query::java;

use super::evaluate::{Fault, Walk};
use super::literal;
use super::step::Steps;

/// A condition on an item.
#[derive(Clone, Debug)]
pub(in crate::query) enum Filter {
    /// `a || b`
    Or(Vec<Filter>),
    /// `a && b`
    And(Vec<Filter>),
    /// `!(a)`
    Not(Box<Filter>),
    /// `@.a`, `!@.a`
    Exists {
        /// What is looked for, always from the item: Jayway does so even for `$`.
        steps: Steps,
        /// Whether it shall be there.
        expected: bool,
    },
    /// `@.a == 1`
    Compare {
        left: Operand,
        operator: Operator,
        right: Operand,
    },
}

/// A side of a comparison.
#[derive(Clone, Debug)]
pub(in crate::query) enum Operand {
    /// A literal.
    Value(Json),
    /// `/pattern/flags`
    Pattern(Regex),
    /// `@.a` or `$.a`
    Path {
        steps: Steps,
        /// From the whole document rather than from the item.
        rooted: bool,
    },
}

/// How two sides are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::query) enum Operator {
    Equal,
    NotEqual,
    TypeSafeEqual,
    TypeSafeNotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    Contains,
    Size,
    Empty,
    SubsetOf,
    AnyOf,
    NoneOf,
    Exists,
    /// Read by Jayway, but of no use in a path's text: nothing is kept.
    Unusable,
}

/// The operators by their spelling, in lower case.
const OPERATORS: [(&str, Operator); 21] = [
    ("!=", Operator::NotEqual),
    ("!==", Operator::TypeSafeNotEqual),
    ("<", Operator::Less),
    ("<=", Operator::LessOrEqual),
    ("==", Operator::Equal),
    ("===", Operator::TypeSafeEqual),
    ("=~", Operator::Matches),
    (">", Operator::Greater),
    (">=", Operator::GreaterOrEqual),
    ("all", Operator::Unusable),
    ("anyof", Operator::AnyOf),
    ("contains", Operator::Contains),
    ("empty", Operator::Empty),
    ("exists", Operator::Exists),
    ("in", Operator::In),
    ("matches", Operator::Unusable),
    ("nin", Operator::NotIn),
    ("noneof", Operator::NoneOf),
    ("size", Operator::Size),
    ("subsetof", Operator::SubsetOf),
    ("type", Operator::Unusable),
];

impl Operator {
    /// The operator of this spelling, in any case.
    pub(super) fn named(spelling: &str) -> Option<Self> {
        let spelling = spelling.to_ascii_lowercase();
        OPERATORS
            .iter()
            .find(|(name, _)| *name == spelling)
            .map(|(_, operator)| *operator)
    }
}

/// What an operand stands for with one item.
enum Value<'v> {
    /// A path that leads nowhere: equal to nothing, not even to itself.
    Missing,
    Json(Cow<'v, Json>),
    Pattern(&'v Regex),
}

impl Filter {
    /// Whether the item is kept. A comparison that makes no sense keeps nothing.
    pub(super) fn keeps(&self, item: &Json, walk: &Walk<'_>) -> Result<bool, Fault> {
        match self.holds(item, walk) {
            Err(fault) if fault.is_fatal() => Err(fault),
            kept => Ok(kept.unwrap_or(false)),
        }
    }

    // The parser bounds how deep filters nest, so this recursion is bounded.
    fn holds(&self, item: &Json, walk: &Walk<'_>) -> Result<bool, Fault> {
        walk.tick()?;
        match self {
            Self::Or(any) => {
                for filter in any {
                    if filter.holds(item, walk)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::And(all) => {
                for filter in all {
                    if !filter.holds(item, walk)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Not(filter) => Ok(!filter.holds(item, walk)?),
            Self::Exists { steps, expected } if steps.is_plain() => {
                Ok(steps.pick(item).is_some() == *expected)
            }
            Self::Exists { steps, expected } => match walk.strict().evaluate(steps, item) {
                Err(fault) if !fault.is_miss() => Err(fault),
                found => Ok(found.is_ok() == *expected),
            },
            Self::Compare {
                left,
                operator,
                right,
            } => compare(left.value(item, walk)?, *operator, right.value(item, walk)?),
        }
    }
}

impl Operand {
    fn value<'v>(&'v self, item: &'v Json, walk: &Walk<'v>) -> Result<Value<'v>, Fault> {
        let (steps, rooted) = match self {
            Self::Value(value) => return Ok(Value::Json(Cow::Borrowed(value))),
            Self::Pattern(pattern) => return Ok(Value::Pattern(pattern)),
            Self::Path { steps, rooted } => (steps, *rooted),
        };
        let from = if rooted { walk.root() } else { item };
        if steps.is_plain() {
            let picked = steps.pick(from).map(Cow::Borrowed);
            return Ok(picked.map_or(Value::Missing, Value::Json));
        }
        match walk.lenient().evaluate(steps, from) {
            Ok(value) => Ok(Value::Json(Cow::Owned(value))),
            Err(fault) if fault.is_miss() => Ok(Value::Missing),
            Err(fault) => Err(fault),
        }
    }
}

fn compare(left: Value<'_>, operator: Operator, right: Value<'_>) -> Result<bool, Fault> {
    let (left, right) = match (left, right) {
        (Value::Json(left), Value::Json(right)) => (left, right),
        (left, right) => return compare_odd(&left, operator, &right),
    };
    let (left, right) = (&*left, &*right);
    let ordered =
        |wanted: fn(std::cmp::Ordering) -> bool| Ok(order(left, right).is_some_and(wanted));
    match operator {
        Operator::Equal => Ok(equal(left, right)),
        Operator::NotEqual => Ok(!equal(left, right)),
        Operator::TypeSafeEqual => Ok(same_type(left, right) && equal(left, right)),
        Operator::TypeSafeNotEqual => Ok(!(same_type(left, right) && equal(left, right))),
        Operator::Less => ordered(std::cmp::Ordering::is_lt),
        Operator::LessOrEqual => ordered(std::cmp::Ordering::is_le),
        Operator::Greater => ordered(std::cmp::Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(std::cmp::Ordering::is_ge),
        Operator::In => is_in(left, right),
        Operator::NotIn => is_in(left, right).map(|found| !found),
        Operator::Contains => Ok(contains(left, right)),
        Operator::Size => Ok(has_size(left, right)),
        Operator::Empty => is_empty(left, right),
        Operator::SubsetOf => lists(left, right, |left, right| {
            left.iter().all(|item| listed(item, right))
        }),
        Operator::AnyOf => lists(left, right, |left, right| {
            left.iter().any(|item| listed(item, right))
        }),
        Operator::NoneOf => lists(left, right, |left, right| {
            !left.iter().any(|item| listed(item, right))
        }),
        Operator::Exists => match (left.as_bool(), right.as_bool()) {
            (Some(left), Some(right)) => Ok(left == right),
            _ => Err(Fault::Senseless),
        },
        Operator::Matches => Ok(false),
        Operator::Unusable => Err(Fault::Senseless),
    }
}

/// A comparison with a pattern or with nothing on one side.
fn compare_odd(left: &Value<'_>, operator: Operator, right: &Value<'_>) -> Result<bool, Fault> {
    match (operator, left, right) {
        (Operator::Matches, Value::Pattern(pattern), value)
        | (Operator::Matches, value, Value::Pattern(pattern)) => Ok(matches(pattern, value)),
        (Operator::NotEqual | Operator::TypeSafeNotEqual, ..) => Ok(true),
        (Operator::In, Value::Missing, Value::Json(list)) => {
            is_in(&Json::Null, list).map(|_| false)
        }
        (Operator::NotIn, Value::Missing, Value::Json(list)) => {
            is_in(&Json::Null, list).map(|_| true)
        }
        (
            Operator::In
            | Operator::NotIn
            | Operator::SubsetOf
            | Operator::AnyOf
            | Operator::NoneOf
            | Operator::Exists
            | Operator::Unusable,
            ..,
        ) => Err(Fault::Senseless),
        _ => Ok(false),
    }
}

/// Java's `Matcher.matches`: the whole text, and any item of an array.
fn matches(pattern: &Regex, value: &Value<'_>) -> bool {
    let Value::Json(value) = value else {
        return matches!(value, Value::Missing) && pattern.is_match("");
    };
    match value.as_array() {
        Some(items) => items.iter().any(|item| pattern.is_match(&input(item))),
        None => pattern.is_match(&input(value)),
    }
}

fn input(value: &Json) -> Cow<'_, str> {
    match value {
        Json::String(text) => Cow::Borrowed(text),
        Json::Number(_) | Json::Bool(_) => Cow::Owned(java::text(value)),
        Json::Null | Json::Array(_) | Json::Object(_) => Cow::Borrowed(""),
    }
}

/// Jayway's equality, by the type of the left side: `"5" == 5` compares texts, `5 == "5.0"`
/// numbers.
fn equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::String(left), Json::Number(_)) => **left == *java::text(right),
        (Json::Number(left), Json::String(right)) => literal::number(right) == Some(*left),
        _ => left == right,
    }
}

fn same_type(left: &Json, right: &Json) -> bool {
    let composite = |value: &Json| matches!(value, Json::Array(_) | Json::Object(_));
    left.type_name() == right.type_name() || composite(left) && composite(right)
}

fn order(left: &Json, right: &Json) -> Option<std::cmp::Ordering> {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => left.partial_cmp(right),
        (Json::String(left), Json::String(right)) => Some(java::compare(left, right)),
        _ => None,
    }
}

fn listed(item: &Json, list: &[Json]) -> bool {
    list.iter().any(|other| equal(item, other))
}

fn is_in(left: &Json, right: &Json) -> Result<bool, Fault> {
    match right {
        Json::Array(list) => Ok(listed(left, list.items())),
        Json::Object(_) => Ok(false),
        _ => Err(Fault::Senseless),
    }
}

fn contains(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::String(left), Json::String(right)) => left.contains(&**right),
        (Json::Array(list), _) => listed(right, list.items()),
        _ => false,
    }
}

fn lists(
    left: &Json,
    right: &Json,
    holds: impl Fn(&[Json], &[Json]) -> bool,
) -> Result<bool, Fault> {
    match (left, right) {
        (Json::Array(left), Json::Array(right)) => Ok(holds(left.items(), right.items())),
        (Json::Array(_) | Json::Object(_), Json::Array(_) | Json::Object(_)) => Ok(false),
        _ => Err(Fault::Senseless),
    }
}

fn has_size(value: &Json, size: &Json) -> bool {
    let Json::Number(Number::Int(expected)) = size else {
        return false;
    };
    let size = match value {
        Json::String(text) => text.encode_utf16().count(),
        Json::Array(array) => array.items().len(),
        Json::Object(object) => object.len(),
        Json::Null | Json::Bool(_) | Json::Number(_) => return false,
    };
    usize::try_from(*expected) == Ok(size)
}

fn is_empty(value: &Json, expected: &Json) -> Result<bool, Fault> {
    let empty = match value {
        Json::String(text) => text.is_empty(),
        Json::Array(array) => array.items().is_empty(),
        Json::Object(object) => object.is_empty(),
        Json::Null | Json::Bool(_) | Json::Number(_) => return Ok(false),
    };
    expected
        .as_bool()
        .map(|expected| expected == empty)
        .ok_or(Fault::Senseless)
}
