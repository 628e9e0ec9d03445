//! The table of intrinsic functions.

use std::fmt;

use Type::{Any, Array, Boolean, Number, Object, String as Text};

use crate::data::Json;

use super::{Answer, Call, arrays, encoding, json, math, strings};

/// An intrinsic function: its name and how many arguments it takes.
pub struct IntrinsicFunction {
    /// The name without `States.`.
    pub name: &'static str,
    /// The fewest arguments.
    pub least: usize,
    /// The most arguments; `None` for any number.
    pub most: Option<usize>,
    /// What each argument may be; further ones are as the last.
    pub parameters: &'static [Type],
    /// What it gives.
    pub result: Type,
    pub(super) run: fn(&mut Call<'_>) -> Answer,
}

/// What an argument may be, or a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Anything, or not known before.
    Any,
    /// An array.
    Array,
    /// A boolean.
    Boolean,
    /// `null`.
    Null,
    /// A number.
    Number,
    /// An object.
    Object,
    /// A string.
    String,
}

impl Type {
    /// The type of a value.
    #[must_use]
    pub fn of(value: &Json) -> Self {
        match value {
            Json::Null => Self::Null,
            Json::Bool(_) => Self::Boolean,
            Json::Number(_) => Self::Number,
            Json::String(_) => Self::String,
            Json::Array(_) => Self::Array,
            Json::Object(_) => Self::Object,
        }
    }

    pub(super) fn admits(self, found: Self) -> bool {
        self == Self::Any || found == Self::Any || self == found
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "any value",
            Self::Array => "an array",
            Self::Boolean => "a boolean",
            Self::Null => "`null`",
            Self::Number => "a number",
            Self::Object => "an object",
            Self::String => "a string",
        })
    }
}

/// All functions, by name.
#[rustfmt::skip]
pub static FUNCTIONS: [IntrinsicFunction; 18] = [
    function("Array", 0, None, &[Any], Array, arrays::array),
    function("ArrayContains", 2, Some(2), &[Array, Any], Boolean, arrays::contains),
    function("ArrayGetItem", 2, Some(2), &[Array, Number], Any, arrays::get_item),
    function("ArrayLength", 1, Some(1), &[Array], Number, arrays::length),
    function("ArrayPartition", 2, Some(2), &[Array, Number], Array, arrays::partition),
    function("ArrayRange", 3, Some(3), &[Number, Number, Number], Array, arrays::range),
    function("ArrayUnique", 1, Some(1), &[Array], Array, arrays::unique),
    function("Base64Decode", 1, Some(1), &[Text], Text, encoding::base64_decode),
    function("Base64Encode", 1, Some(1), &[Text], Text, encoding::base64_encode),
    function("Format", 1, None, &[Text, Any], Text, strings::format),
    function("Hash", 2, Some(2), &[Any, Text], Text, encoding::hash),
    function("JsonMerge", 3, Some(3), &[Object, Object, Boolean], Object, json::merge),
    function("JsonToString", 1, Some(1), &[Any], Text, json::to_string),
    function("MathAdd", 2, Some(2), &[Number, Number], Number, math::add),
    function("MathRandom", 2, Some(3), &[Number, Number, Number], Number, math::random),
    function("StringSplit", 2, Some(2), &[Text, Text], Array, strings::split),
    function("StringToJson", 1, Some(1), &[Text], Any, json::from_string),
    function("UUID", 0, Some(0), &[], Text, strings::uuid),
];

const fn function(
    name: &'static str,
    least: usize,
    most: Option<usize>,
    parameters: &'static [Type],
    result: Type,
    run: fn(&mut Call<'_>) -> Answer,
) -> IntrinsicFunction {
    IntrinsicFunction {
        name,
        least,
        most,
        parameters,
        result,
        run,
    }
}

impl IntrinsicFunction {
    /// The function of this name, without `States.`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        FUNCTIONS.iter().find(|function| function.name == name)
    }

    /// Whether it can be called with this many arguments.
    #[must_use]
    pub fn takes(&self, arguments: usize) -> bool {
        self.least <= arguments && self.most.is_none_or(|most| arguments <= most)
    }

    /// What the argument at a position, from 0, may be.
    pub(super) fn parameter(&self, at: usize) -> Type {
        let last = self.parameters.last();
        *self.parameters.get(at).or(last).unwrap_or(&Type::Any)
    }

    /// How many arguments it takes, in words.
    pub(super) fn arity(&self) -> String {
        match self.most {
            Some(1) if self.least == 1 => "1 argument".to_owned(),
            Some(most) if most == self.least => format!("{most} arguments"),
            Some(most) => format!("{} to {most} arguments", self.least),
            None => format!("{} or more arguments", self.least),
        }
    }
}

impl fmt::Debug for IntrinsicFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "States.{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_alphabetical_order() {
        assert!(FUNCTIONS.is_sorted_by_key(|function| function.name));
    }
}
