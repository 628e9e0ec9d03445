//! `--filter`: which cases are run, by a part of `suite::case` or a glob over the whole of it.

/// Chooses cases by their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter(String);

impl Filter {
    /// A filter for names that hold this text; with `*` in it, for names that match as a whole.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// Whether a case is chosen.
    #[must_use]
    pub fn chooses(&self, suite: &str, case: &str) -> bool {
        let name = format!("{suite}::{case}");
        if !self.0.contains('*') {
            return name.contains(&self.0);
        }
        matches(&self.0, &name) || matches(&self.0, case)
    }
}

/// Whether a text is the glob's pieces in order, the first at its start and the last at its end.
fn matches(glob: &str, text: &str) -> bool {
    let mut pieces = glob.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut pieces = pieces.peekable();
    if pieces.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_chosen_by_a_part_of_their_name_or_by_a_glob() {
        let check = |filter: &str, expected: bool| {
            let filter = Filter::new(filter);
            assert_eq!(
                filter.chooses("a/order.asltest.yaml", "card declined"),
                expected,
                "{filter:?}"
            );
        };
        check("declined", true);
        check("order", true);
        check("yaml::card", true);
        check("refund", false);
        check("card *", true);
        check("*order*::*declined", true);
        check("*order", false);
        check("card*card", false);
        check("*", true);
    }
}
