//! The table of intrinsic functions.

use std::fmt;

use super::{Answer, Call, arrays, encoding, json, math, strings};

/// An intrinsic function: its name and how many arguments it takes.
pub struct IntrinsicFunction {
    /// The name without `States.`.
    pub name: &'static str,
    /// The fewest arguments.
    pub least: usize,
    /// The most arguments; `None` for any number.
    pub most: Option<usize>,
    pub(super) run: fn(&mut Call<'_>) -> Answer,
}

/// All functions, by name.
pub static FUNCTIONS: [IntrinsicFunction; 18] = [
    function("Array", 0, None, arrays::array),
    function("ArrayContains", 2, Some(2), arrays::contains),
    function("ArrayGetItem", 2, Some(2), arrays::get_item),
    function("ArrayLength", 1, Some(1), arrays::length),
    function("ArrayPartition", 2, Some(2), arrays::partition),
    function("ArrayRange", 3, Some(3), arrays::range),
    function("ArrayUnique", 1, Some(1), arrays::unique),
    function("Base64Decode", 1, Some(1), encoding::base64_decode),
    function("Base64Encode", 1, Some(1), encoding::base64_encode),
    function("Format", 1, None, strings::format),
    function("Hash", 2, Some(2), encoding::hash),
    function("JsonMerge", 3, Some(3), json::merge),
    function("JsonToString", 1, Some(1), json::to_string),
    function("MathAdd", 2, Some(2), math::add),
    function("MathRandom", 2, Some(3), math::random),
    function("StringSplit", 2, Some(2), strings::split),
    function("StringToJson", 1, Some(1), json::from_string),
    function("UUID", 0, Some(0), strings::uuid),
];

const fn function(
    name: &'static str,
    least: usize,
    most: Option<usize>,
    run: fn(&mut Call<'_>) -> Answer,
) -> IntrinsicFunction {
    IntrinsicFunction {
        name,
        least,
        most,
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
