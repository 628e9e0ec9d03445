//! References that a field may not hold: AWS refuses to create a state machine with them.

use std::fmt;
use std::sync::Arc;

use super::Members;

/// A reference in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Bytes from the start of the expression.
    pub offset: usize,
    /// Its bytes.
    pub len: usize,
    /// What it is to.
    pub to: Referenced,
}

/// What a reference is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Referenced {
    /// `$states.input` and its like, by the member's name.
    StatesMember(Arc<str>),
    /// `$$`
    Root,
    /// A field of the context, or the context itself, where there is none.
    TopLevel(Arc<str>),
}

impl Reference {
    /// Whether a field that sees these members of `$states` may hold the reference.
    #[must_use]
    pub fn is_supported(&self, members: Members) -> bool {
        match &self.to {
            Referenced::StatesMember(name) => members.has(name),
            Referenced::Root | Referenced::TopLevel(_) => false,
        }
    }

    /// What to write instead.
    #[must_use]
    pub fn help(&self, members: Members) -> String {
        match &self.to {
            Referenced::StatesMember(_) => {
                let names = members.names().map(|name| format!("`$states.{name}`"));
                let names: Vec<String> = names.collect();
                format!("this field sees {}", names.join(", "))
            }
            Referenced::Root => "write `$states.input` for the state's input".into(),
            Referenced::TopLevel(name) if &**name == "$" => {
                "write `$states.input` for the state's input".into()
            }
            Referenced::TopLevel(name) => {
                format!("write `$states.input.{name}` for a field of the state's input")
            }
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            Referenced::StatesMember(name) => {
                write!(f, "`$states.{name}` does not exist in this field")
            }
            Referenced::Root => f.write_str("a reference to `$$` is not supported"),
            Referenced::TopLevel(name) => {
                write!(
                    f,
                    "a reference to `{name}` at the top level is not supported"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reading;
    use super::*;

    /// Every reference that `Output` of a Task may not hold, with its place.
    fn check(source: &str, expected: &[&str]) {
        let expression = Reading::of(source).expect("parses");
        let told = |reference: &Reference| {
            let place = &source[reference.offset..reference.offset + reference.len];
            format!("{reference} @ {place}")
        };
        let refused = expression.unsupported(Members::RESULT).map(told);
        assert_eq!(refused.collect::<Vec<_>>(), expected, "{source}");
    }

    #[test]
    fn a_member_of_states_must_exist_in_the_field() {
        check("$states.input.a & $states.context.b & $states.result", &[]);
        check("$states", &[]);
        check(
            "[$states.errorOutput.Error, $states.foo[0]]",
            &[
                "`$states.errorOutput` does not exist in this field @ $states.errorOutput",
                "`$states.foo` does not exist in this field @ $states.foo[0]",
            ],
        );
    }

    #[test]
    fn the_root_is_refused_everywhere_and_the_context_at_the_top() {
        check(
            "$map($x, function($i) { $$ })",
            &["a reference to `$$` is not supported @ $$"],
        );
        check(
            "$",
            &["a reference to `$` at the top level is not supported @ $"],
        );
        check(
            "{'a': price.x + 1}",
            &["a reference to `price` at the top level is not supported @ price"],
        );
        check(
            "$sum(items) ? ($y := n; $y) : -$",
            &[
                "a reference to `items` at the top level is not supported @ items",
                "a reference to `n` at the top level is not supported @ n",
                "a reference to `$` at the top level is not supported @ $",
            ],
        );
    }

    #[test]
    fn behind_a_step_and_in_predicates_there_is_a_context() {
        for source in [
            "$states.input.items[price > $.limit].{'n': name, 's': $}",
            "$states.input.items^(>price){kind: $sum(price)}",
            "$states.input ~> |items|{'x': price}|",
            "$states.input.($sum(items.price))",
            "$filter($x, function($v) { $v.price > 1 })",
            "[1..3][$ > 1]",
        ] {
            check(source, &[]);
        }
    }
}
