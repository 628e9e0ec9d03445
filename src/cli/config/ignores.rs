//! `[[ignore]]`: findings that a project accepts, by file, state and rule.

use globset::GlobSet;

use crate::lint;
use crate::syntax::{Diagnostic, Node, Tree};

/// What is accepted.
#[derive(Debug)]
pub(super) struct Ignore {
    pub(super) files: Option<GlobSet>,
    pub(super) state: Option<String>,
    pub(super) rule: String,
}

impl Ignore {
    fn covers(&self, finding: &Diagnostic, tree: &Tree) -> bool {
        let category = || lint::rule(finding.rule).map(|rule| rule.category.as_str());
        let is_meant = finding.rule == self.rule || category() == Some(&*self.rule);
        // What could not be read cannot be accepted, also under the name of its category.
        if !is_meant || finding.rule == "syntax" {
            return false;
        }
        let is_in = |state: &str| states_around(tree.node_at(finding.span())).any(|s| s == state);
        self.state.as_deref().is_none_or(is_in)
    }
}

/// Takes out what is accepted in the file at `place`.
pub(super) fn apply(ignores: &[Ignore], place: &str, tree: &Tree, findings: &mut Vec<Diagnostic>) {
    let is_for = |ignore: &&Ignore| ignore.files.as_ref().is_none_or(|it| it.is_match(place));
    for ignore in ignores.iter().filter(is_for) {
        findings.retain(|finding| !ignore.covers(finding, tree));
    }
}

/// The names of the states that a node is or stands in, from the inside.
fn states_around(node: Node<'_>) -> impl Iterator<Item = &str> {
    let mut node = Some(node);
    let climb = std::iter::from_fn(move || {
        let this = node?;
        node = this.parent();
        Some(this)
    });
    climb.filter_map(|node| {
        let is_states = &*node.parent()?.own_entry()?.key == "States";
        is_states.then(|| node.own_entry().map(|entry| &*entry.key))?
    })
}
