//! The 39 comparison operators of `JSONPath` choice rules.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::data::Json;
use crate::language::Field;
use crate::language::field::Reader;
use crate::syntax::Node;

/// A `Variable` held against an operand.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// `Variable`: a path
    pub variable: Option<Field<Arc<str>>>,
    /// How they are compared.
    pub operator: Operator,
    /// The operator's field.
    pub operand: Field<Json>,
}

/// The type that a comparison is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueFamily {
    /// Strings, by UTF-16 code units.
    String,
    /// Numbers, as binary64.
    Numeric,
    /// Booleans.
    Boolean,
    /// RFC 3339 timestamps, as instants.
    Timestamp,
}

/// How two values of a family are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// =
    Equals,
    /// <
    LessThan,
    /// >
    GreaterThan,
    /// ≤
    LessThanEquals,
    /// ≥
    GreaterThanEquals,
    /// A pattern with `*`.
    Matches,
}

/// What an `Is…` operator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeTest {
    /// `IsNull`
    Null,
    /// `IsPresent`
    Present,
    /// `IsNumeric`
    Numeric,
    /// `IsString`
    String,
    /// `IsBoolean`
    Boolean,
    /// `IsTimestamp`
    Timestamp,
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Holds values of one family against each other.
    Compare {
        /// The type compared.
        family: ValueFamily,
        /// How.
        relation: Relation,
        /// Whether the operand is a path to the value: `…Path`.
        path: bool,
    },
    /// Asks for a type; the operand says whether it shall be or not.
    Is(TypeTest),
}

const FAMILIES: [(ValueFamily, &str); 4] = [
    (ValueFamily::String, "String"),
    (ValueFamily::Numeric, "Numeric"),
    (ValueFamily::Boolean, "Boolean"),
    (ValueFamily::Timestamp, "Timestamp"),
];

const RELATIONS: [(Relation, &str); 6] = [
    (Relation::Equals, "Equals"),
    (Relation::LessThan, "LessThan"),
    (Relation::GreaterThan, "GreaterThan"),
    (Relation::LessThanEquals, "LessThanEquals"),
    (Relation::GreaterThanEquals, "GreaterThanEquals"),
    (Relation::Matches, "Matches"),
];

const TYPE_TESTS: [(TypeTest, &str); 6] = [
    (TypeTest::Null, "IsNull"),
    (TypeTest::Present, "IsPresent"),
    (TypeTest::Numeric, "IsNumeric"),
    (TypeTest::String, "IsString"),
    (TypeTest::Boolean, "IsBoolean"),
    (TypeTest::Timestamp, "IsTimestamp"),
];

impl Operator {
    /// Every operator, in the order of the specification.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let mut all = Vec::with_capacity(39);
        for (family, _) in FAMILIES {
            for (relation, _) in RELATIONS {
                for path in [false, true] {
                    let operator = Self::Compare {
                        family,
                        relation,
                        path,
                    };
                    if operator.exists() {
                        all.push(operator);
                    }
                }
            }
        }
        all.extend(TYPE_TESTS.map(|(test, _)| Self::Is(test)));
        all
    }

    fn exists(self) -> bool {
        match self {
            Self::Compare {
                family,
                relation: Relation::Matches,
                path,
            } => family == ValueFamily::String && !path,
            Self::Compare {
                family: ValueFamily::Boolean,
                relation,
                ..
            } => relation == Relation::Equals,
            Self::Compare { .. } | Self::Is(_) => true,
        }
    }
}

impl FromStr for Operator {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        if let Some((test, _)) = TYPE_TESTS.into_iter().find(|(_, text)| *text == name) {
            return Ok(Self::Is(test));
        }
        let (family, rest) = FAMILIES
            .into_iter()
            .find_map(|(family, text)| Some((family, name.strip_prefix(text)?)))
            .ok_or(())?;
        let (rest, path) = match rest.strip_suffix("Path") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let (relation, _) = RELATIONS
            .into_iter()
            .find(|(_, text)| *text == rest)
            .ok_or(())?;
        let operator = Self::Compare {
            family,
            relation,
            path,
        };
        if operator.exists() {
            Ok(operator)
        } else {
            Err(())
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(test) => {
                let name = TYPE_TESTS.iter().find(|(candidate, _)| candidate == test);
                f.write_str(name.map_or("", |(_, name)| name))
            }
            Self::Compare {
                family,
                relation,
                path,
            } => {
                let family = FAMILIES.iter().find(|(candidate, _)| candidate == family);
                let relation = RELATIONS
                    .iter()
                    .find(|(candidate, _)| candidate == relation);
                f.write_str(family.map_or("", |(_, name)| name))?;
                f.write_str(relation.map_or("", |(_, name)| name))?;
                f.write_str(if *path { "Path" } else { "" })
            }
        }
    }
}

impl Comparison {
    /// How many operators a rule has.
    pub(super) fn count(node: Node<'_>) -> usize {
        node.entries()
            .iter()
            .filter(|entry| entry.key.parse::<Operator>().is_ok())
            .count()
    }

    pub(super) fn read(reader: &mut Reader<'_, '_>) -> Option<Self> {
        let entry = reader.node.entries().iter().find_map(|entry| {
            entry
                .key
                .parse::<Operator>()
                .ok()
                .map(|operator| (operator, entry))
        });
        let (operator, entry) = entry?;
        let operand = reader.json(&entry.key)?;
        Some(Self {
            variable: reader.string("Variable"),
            operator,
            operand,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_39_operators_and_their_names_read_back() {
        let all = Operator::all();
        assert_eq!(all.len(), 39);
        for operator in all {
            assert_eq!(operator.to_string().parse(), Ok(operator));
        }
        for wrong in [
            "StringMatchesPath",
            "NumericMatches",
            "BooleanLessThan",
            "String",
            "Is",
        ] {
            assert_eq!(wrong.parse::<Operator>(), Err(()), "{wrong}");
        }
    }
}
