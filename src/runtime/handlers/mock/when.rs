//! Which calls an answer is for.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::call::Call;
use crate::data::Json;
use crate::query::jsonata::Expression;

/// Which calls an answer is for, by what a handler would get.
#[derive(Debug)]
pub enum When {
    /// All.
    Always,
    /// Those with just this payload.
    Equal(Exact),
    /// Those whose payload has at least this.
    Contains(Json),
    /// Those that it is true for.
    Holds(Box<Expression>),
}

/// A document with a number that equal ones share: of thousands of recorded payloads most are
/// told apart by it.
#[derive(Debug)]
pub struct Exact {
    value: Json,
    print: u64,
}

impl Exact {
    fn is(&self, value: &Json, print: u64) -> bool {
        self.print == print && self.value == *value
    }
}

impl When {
    /// Those calls with just this payload.
    #[must_use]
    pub fn equal(value: Json) -> Self {
        let print = print(&value);
        Self::Equal(Exact { value, print })
    }

    /// Whether the answer is for this call, or why nobody can tell.
    pub(super) fn admits(&self, call: &Call<'_>) -> Result<bool, String> {
        match self {
            Self::Always => Ok(true),
            Self::Equal(exact) => Ok(exact.is(&call.payload, call.print())),
            Self::Contains(part) => Ok(contains(&call.payload, part)),
            Self::Holds(expression) => call.holds(expression),
        }
    }

    /// Whether an answer with the other condition is for no call that this one is not for.
    pub(in crate::runtime::handlers) fn covers(&self, other: &Self) -> bool {
        matches!(self, Self::Always) || self.is_same(other)
    }

    /// Whether both are for the same calls, as far as their texts tell.
    pub(in crate::runtime::handlers) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Always, Self::Always) => true,
            (Self::Equal(one), Self::Equal(other)) => one.is(&other.value, other.print),
            (Self::Contains(one), Self::Contains(other)) => one == other,
            (Self::Holds(one), Self::Holds(other)) => {
                one.reading().source() == other.reading().source()
            }
            _ => false,
        }
    }
}

/// A number that equal documents share, whatever the order of their members and the form of their
/// numbers. Documents have a deepest level, which bounds the recursion.
pub(super) fn print(value: &Json) -> u64 {
    let of = |hashed: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        value.type_name().hash(&mut hasher);
        hashed(&mut hasher);
        hasher.finish()
    };
    match value {
        Json::Null => of(&|_| {}),
        Json::Bool(value) => of(&|hasher| value.hash(hasher)),
        // Both zeros are equal.
        Json::Number(number) => of(&|hasher| (number.as_f64() + 0.0).to_bits().hash(hasher)),
        Json::String(text) => of(&|hasher| text.hash(hasher)),
        Json::Array(array) => of(&|hasher| {
            array
                .items()
                .iter()
                .for_each(|item| print(item).hash(hasher));
        }),
        Json::Object(object) => of(&|hasher| {
            let member = |(key, value): (&Arc<str>, &Json)| {
                let mut hasher = DefaultHasher::new();
                (key, print(value)).hash(&mut hasher);
                hasher.finish()
            };
            object
                .iter()
                .map(member)
                .fold(0, u64::wrapping_add)
                .hash(hasher);
        }),
    }
}

/// Whether a document has at least what the part has: members may be more, items may not.
/// Documents have a deepest level, which bounds the recursion.
fn contains(whole: &Json, part: &Json) -> bool {
    match (whole, part) {
        (Json::Object(whole), Json::Object(part)) => {
            let mut members = part.iter();
            members.all(|(key, part)| whole.get(key).is_some_and(|whole| contains(whole, part)))
        }
        (Json::Array(whole), Json::Array(part)) => {
            let (whole, part) = (whole.items(), part.items());
            let mut pairs = whole.iter().zip(part);
            whole.len() == part.len() && pairs.all(|(whole, part)| contains(whole, part))
        }
        _ => whole == part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_documents_share_a_number() {
        let check = |one: &str, other: &str| {
            let json = |text| Json::parse(text).expect("JSON");
            let is_same = json(one) == json(other);
            assert_eq!(
                print(&json(one)) == print(&json(other)),
                is_same,
                "{one} {other}"
            );
        };
        check(r#"{"a": 1, "b": [0]}"#, r#"{"b": [-0.0], "a": 1.0}"#);
        check(r#"{"a": "b"}"#, r#"{"b": "a"}"#);
        check("[1, 2]", "[2, 1]");
        check("[]", "{}");
        check("null", "false");
    }

    #[test]
    fn members_may_be_more_and_items_may_not() {
        let check = |whole: &str, part: &str, expected: bool| {
            let json = |text| Json::parse(text).expect("JSON");
            assert_eq!(contains(&json(whole), &json(part)), expected, "{part}");
        };
        let order = r#"{"id": 7, "lines": [{"sku": "cup", "n": 2}], "paid": null}"#;
        for part in [
            "{}",
            r#"{"id": 7.0}"#,
            r#"{"paid": null}"#,
            r#"{"lines": [{"sku": "cup"}]}"#,
        ] {
            check(order, part, true);
        }
        for part in [
            "[]",
            "7",
            r#"{"id": "7"}"#,
            r#"{"lines": []}"#,
            r#"{"lines": {"sku": "cup"}}"#,
            r#"{"sent": null}"#,
        ] {
            check(order, part, false);
        }
    }
}
