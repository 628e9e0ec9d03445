//! Which fields of two states differ. Where transitions lead is no matter here, nor what is inside
//! of a scope: both are told for themselves.

use crate::syntax::Node;

use super::What;

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Fields {
    /// The names of fields, in the order of the newer text.
    pub(super) names: Vec<String>,
    /// Whether a comment does.
    pub(super) has_comment: bool,
}

impl Fields {
    pub(super) fn what(self) -> Option<What> {
        if !self.names.is_empty() {
            return Some(What::Changed(self.names));
        }
        self.has_comment.then_some(What::Comment)
    }
}

/// How deep comments and transitions are looked for, and which are no matter.
#[derive(Clone, Copy)]
struct Skipped {
    /// Fields that are told elsewhere.
    fields: &'static [&'static str],
}

const SCOPE: Skipped = Skipped {
    fields: &["StartAt", "States"],
};
const RULE: Skipped = Skipped { fields: &["Next"] };
const NOTHING: Skipped = Skipped { fields: &[] };

/// What differs between two states.
pub(super) fn of_state(older: Node<'_>, newer: Node<'_>) -> Fields {
    compare(
        older,
        newer,
        &["Next", "Default"],
        |key, before, now| match key {
            "Branches" => items(before, now, SCOPE),
            "Catch" | "Choices" => items(before, now, RULE),
            "End" => ends(before, now),
            "ItemProcessor" | "Iterator" => Fields::each(before, now, SCOPE),
            "Retry" => items(before, now, NOTHING),
            _ => Differs::when(
                before
                    .zip(now)
                    .is_none_or(|(a, b)| a.to_json() != b.to_json()),
            ),
        },
    )
}

/// What differs between two machines besides their states.
pub(super) fn of_machine(older: Node<'_>, newer: Node<'_>) -> Fields {
    compare(older, newer, SCOPE.fields, |_, before, now| {
        Differs::when(
            before
                .zip(now)
                .is_none_or(|(a, b)| a.to_json() != b.to_json()),
        )
    })
}

/// How much two values differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Differs {
    No,
    InComments,
    Yes,
}

impl Differs {
    fn when(differs: bool) -> Self {
        if differs { Self::Yes } else { Self::No }
    }
}

fn compare(
    older: Node<'_>,
    newer: Node<'_>,
    skipped: &[&str],
    differs: impl Fn(&str, Option<Node<'_>>, Option<Node<'_>>) -> Differs,
) -> Fields {
    let mut found = Fields::default();
    let gone = older
        .entries()
        .iter()
        .filter(|entry| newer.entry(&entry.key).is_none());
    for entry in newer.entries().iter().chain(gone) {
        let key = &*entry.key;
        if skipped.contains(&key) {
            continue;
        }
        let (before, now) = (older.get(key), newer.get(key));
        let differs = match key {
            "Comment" if is_same(before, now) => Differs::No,
            "Comment" => Differs::InComments,
            _ => differs(key, before, now),
        };
        match differs {
            Differs::No => {}
            Differs::InComments => found.has_comment = true,
            Differs::Yes => found.names.push(key.to_owned()),
        }
    }
    found
}

fn is_same(before: Option<Node<'_>>, now: Option<Node<'_>>) -> bool {
    before.map(Node::to_json) == now.map(Node::to_json)
}

impl Fields {
    /// Two objects, of which some fields are no matter.
    fn each(before: Option<Node<'_>>, now: Option<Node<'_>>, skipped: Skipped) -> Differs {
        let (Some(before), Some(now)) = (before, now) else {
            return Differs::Yes;
        };
        if before.entries().is_empty() || now.entries().is_empty() {
            return Differs::when(before.to_json() != now.to_json());
        }
        let found = compare(before, now, skipped.fields, |_, before, now| {
            Differs::when(!is_same(before, now))
        });
        match found.what() {
            None => Differs::No,
            Some(What::Comment) => Differs::InComments,
            Some(_) => Differs::Yes,
        }
    }
}

/// Two lists of objects, one by one.
fn items(before: Option<Node<'_>>, now: Option<Node<'_>>, skipped: Skipped) -> Differs {
    let (Some(before), Some(now)) = (before, now) else {
        return Differs::Yes;
    };
    if before.items().len() != now.items().len() || before.type_name() != now.type_name() {
        return Differs::Yes;
    }
    let each = before.items().zip(now.items());
    each.map(|(before, now)| Fields::each(Some(before), Some(now), skipped))
        .max()
        .unwrap_or(Differs::No)
}

/// That a state ends its scope now is a way that is painted; that it does no longer is not.
fn ends(before: Option<Node<'_>>, now: Option<Node<'_>>) -> Differs {
    let ends = |node: Option<Node<'_>>| node.and_then(Node::as_bool) == Some(true);
    Differs::when(ends(before) && !ends(now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{self, Format, Source};

    fn check<const N: usize>(older: &str, newer: &str, names: &[&str; N], has_comment: bool) {
        let [(older, _), (newer, _)] =
            [older, newer].map(|text| syntax::read(&Source::new("x", text), Format::Json));
        let found = of_state(older.root(), newer.root());
        assert_eq!(
            (found.names, found.has_comment),
            (names.map(str::to_owned).to_vec(), has_comment)
        );
    }

    #[test]
    fn fields_are_named_in_the_order_of_the_newer_text() {
        check(
            r#"{"Resource":"a","TimeoutSeconds":1,"Type":"Task"}"#,
            r#"{"Type":"Task","Retry":[],"Resource":"b"}"#,
            &["Retry", "Resource", "TimeoutSeconds"],
            false,
        );
    }

    #[test]
    fn the_form_of_the_text_is_no_matter() {
        check(
            r#"{"Type":"Pass","Result":{"a":1,"b":[1.0]}}"#,
            r#"{ "Result": {"b": [1], "a": 1}, "Type": "Pass" }"#,
            &[],
            false,
        );
    }

    #[test]
    fn comments_are_told_apart_unless_they_are_data() {
        check(r#"{"Comment":"a"}"#, r#"{"Comment":"b"}"#, &[], true);
        check(
            r#"{"Retry":[{"Comment":"a"}]}"#,
            r#"{"Retry":[{}]}"#,
            &["Retry"],
            false,
        );
        check(
            r#"{"Retry":[{"Comment":"a","MaxAttempts":1}]}"#,
            r#"{"Retry":[{"MaxAttempts":1}]}"#,
            &[],
            true,
        );
        check(
            r#"{"Parameters":{"Comment":"a"}}"#,
            r#"{"Parameters":{"Comment":"b"}}"#,
            &["Parameters"],
            false,
        );
    }

    #[test]
    fn where_transitions_lead_is_no_matter() {
        check(
            r#"{"Default":"A","Choices":[{"Variable":"$.a","Next":"A"}],"Catch":[{"ErrorEquals":["E"],"Next":"A"}]}"#,
            r#"{"Default":"B","Choices":[{"Variable":"$.a","Next":"B"}],"Catch":[{"ErrorEquals":["E"],"Next":"B"}]}"#,
            &[],
            false,
        );
        check(
            r#"{"Choices":[{"Variable":"$.a","Next":"A"}]}"#,
            r#"{"Choices":[{"Variable":"$.b","Next":"A"}]}"#,
            &["Choices"],
            false,
        );
        check(r#"{"End":true}"#, r#"{"Next":"B"}"#, &["End"], false);
        check(r#"{"Next":"B"}"#, r#"{"End":true}"#, &[], false);
    }

    #[test]
    fn what_is_inside_a_scope_is_no_matter() {
        check(
            r#"{"ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"A","States":{"A":{}}}}"#,
            r#"{"ItemProcessor":{"ProcessorConfig":{"Mode":"INLINE"},"StartAt":"B","States":{"B":{}}}}"#,
            &[],
            false,
        );
        check(
            r#"{"Branches":[{"StartAt":"A"}]}"#,
            r#"{"Branches":[{"StartAt":"B"},{"StartAt":"A"}]}"#,
            &["Branches"],
            false,
        );
    }
}
