//! # endless-loop
//!
//! ## What it does
//! Reports states from which no end of their scope can be reached: they only lead around in a
//! circle.
//!
//! ## Why it matters
//! An execution that comes there goes on until an error, a timeout or the quota of 25,000 events
//! stops it. When no state of the scope ends at all, `no-terminal-state` says so.
//!
//! ## Example
//! ```json
//! {
//!   "Wait": { "Type": "Wait", "Seconds": 10, "Next": "Poll" },
//!   "Poll": { "Type": "Task", "Resource": "${Poll}", "Next": "Wait" },
//!   "Done": { "Type": "Succeed" }
//! }
//! ```
//!
//! ## Use instead
//! ```json
//! {
//!   "Wait": { "Type": "Wait", "Seconds": 10, "Next": "Poll" },
//!   "Poll": { "Type": "Task", "Resource": "${Poll}", "Next": "Done?" },
//!   "Done?": {
//!     "Type": "Choice",
//!     "Choices": [{ "Variable": "$.done", "BooleanEquals": true, "Next": "Done" }],
//!     "Default": "Wait"
//!   },
//!   "Done": { "Type": "Succeed" }
//! }
//! ```
//!
//! ## Reference
//! The Amazon States Language, Transitions: <https://states-language.net/spec.html#transitions>

use super::{Category, Rule};
use crate::language::{Body, Flow, State};
use crate::lint::context::{Context, Scope, ends_nowhere};
use crate::lint::quoted;
use crate::syntax::{Diagnostic, Severity};

pub(in crate::lint) static RULE: Rule = Rule {
    name: "endless-loop",
    category: Category::Graph,
    severity: Severity::Warning,
    aws_code: None,
    is_on: true,
    source: include_str!("endless_loop.rs"),
    check,
};

const MOST_NAMES: usize = 5;

fn check(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    for (scope, in_graph) in context.scopes.iter().zip(context.graph.scopes()) {
        // Most of the time every state leads to a terminal one.
        if in_graph.trapped().next().is_none() {
            continue;
        }
        // Where a transition leads astray, an end may be meant.
        let Some(reachable) = scope.reachable.as_ref().filter(|_| scope.lost.is_empty()) else {
            continue;
        };
        let ends: Vec<bool> = scope
            .flow
            .states
            .iter()
            .map(|s| may_end(context, s))
            .collect();
        if ends.contains(&true) {
            let ending = leading_to(scope.flow, ends);
            let states = scope.flow.states.iter().enumerate();
            let trapped = states.filter(|(at, _)| reachable[*at] && !ending[*at]);
            out.extend(finding(
                scope,
                &trapped.map(|(_, state)| state).collect::<Vec<_>>(),
            ));
        }
    }
}

/// A Choice without `Default` may end the execution, if badly.
fn may_end(context: &Context<'_>, state: &State) -> bool {
    let breaks_off = match &state.body {
        Body::Choice(choice) => choice.default.is_none(),
        Body::Unknown => true,
        _ => false,
    };
    state.is_terminal() || breaks_off || ends_nowhere(context.tree, state)
}

/// The states from which transitions lead to one of these.
fn leading_to(flow: &Flow, mut found: Vec<bool>) -> Vec<bool> {
    let mut from = vec![Vec::new(); flow.states.len()];
    for (at, state) in flow.states.iter().enumerate() {
        let targets = state.targets().into_iter();
        for target in targets.filter_map(|target| flow.index(&target.name)) {
            from[target].push(at);
        }
    }
    let mut pending: Vec<usize> = (0..found.len()).filter(|at| found[*at]).collect();
    while let Some(at) = pending.pop() {
        for &before in &from[at] {
            if !std::mem::replace(&mut found[before], true) {
                pending.push(before);
            }
        }
    }
    found
}

fn finding(scope: &Scope<'_>, trapped: &[&State]) -> Option<Diagnostic> {
    let (first, rest) = trapped.split_first()?;
    let what = if scope.is_outermost {
        "the execution"
    } else {
        "this scope"
    };
    let mut names: Vec<String> = trapped
        .iter()
        .take(MOST_NAMES)
        .map(|s| quoted(&s.name))
        .collect();
    if trapped.len() > MOST_NAMES {
        names.push("…".to_owned());
    }
    let message = match rest {
        [] => format!("{what} never ends once it is in state {}", names[0]),
        _ => format!(
            "{what} never ends once it is in one of the states {}",
            names.join(", ")
        ),
    };
    let finding = RULE
        .finding(message)
        .label(first.name_span, "no way leads from here to an end")
        .help("add a Choice to the loop that leads out of it");
    let last = rest.iter().find_map(|state| state.transition.next.as_ref());
    Some(match last {
        Some(next) => finding.label(next.span, "goes round in the circle"),
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use crate::lint::tests::check;

    #[test]
    fn a_circle_without_a_way_out_never_ends() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "B"}], "Default": "Z"},
              "B": {"Type": "Wait", "Seconds": 9, "Next": "C"},
              "C": {"Type": "Pass", "Next": "B"},
              "Z": {"Type": "Succeed"}}}"#,
            expect![[r#"
                warning[endless-loop] the execution never ends once it is in one of the states "B", "C" (-)
                  at 3:15 "B" -- no way leads from here to an end
                  at 4:45 "B" -- goes round in the circle
                  help: add a Choice to the loop that leads out of it
            "#]],
        );
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Pass", "Next": "A"},
              "Z": {"Type": "Succeed"}}}"#,
            expect![[r#"
                warning[endless-loop] the execution never ends once it is in state "A" (-)
                  at 2:15 "A" -- no way leads from here to an end
                  help: add a Choice to the loop that leads out of it
                error[unreachable-state] state "Z" is unreachable (MISSING_TRANSITION_TARGET)
                  at 3:15 "Z" -- no `Next`, `Default`, choice rule or `Catch` leads here
                  at 1:13 "A" -- the walk starts here
                  help: delete the state, or point a transition at it.
                  help: AWS rejects it: MISSING_TRANSITION_TARGET: State "Z" is not reachable. at /States/Z
            "#]],
        );
    }

    #[test]
    fn a_way_out_is_enough() {
        check(
            r#"{"StartAt": "A", "States": {
              "A": {"Type": "Task", "Resource": "${F}", "Next": "B", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z"}]},
              "B": {"Type": "Pass", "Next": "A"},
              "Z": {"Type": "Fail"}}}"#,
            expect![""],
        );
    }
}
