//! What a definition adds to a history: which rule a Choice took, and where a Catcher stands.

use crate::language::states::Choice;
use crate::language::{Body, State, StateMachine};
use crate::report::graphs::labels;
use crate::syntax::{LineIndex, Source};

/// A definition to look states of a history up in.
pub struct Definition<'d> {
    machine: &'d StateMachine,
    source: &'d Source,
    lines: LineIndex,
}

impl<'d> Definition<'d> {
    /// The definition that was read from `source`.
    #[must_use]
    pub fn new(machine: &'d StateMachine, source: &'d Source) -> Self {
        Self {
            machine,
            source,
            lines: LineIndex::new(source.text.clone()),
        }
    }

    /// The rule that leads from a Choice to a state: `$.status = "NEW"`.
    ///
    /// With several rules to one state, or none but `Default`, a history does not tell which it
    /// was.
    #[must_use]
    pub fn condition(&self, state: &str, next: &str) -> Option<String> {
        let Body::Choice(choice) = &self.state(state)?.body else {
            return None;
        };
        let mut rules = choice
            .rules
            .iter()
            .filter(|rule| leads_to(rule.next.as_ref(), next));
        match (rules.next(), rules.next(), is_default(choice, next)) {
            (Some(rule), None, false) => Some(labels::condition(&rule.condition)),
            (None, _, true) => Some("default".to_owned()),
            _ => None,
        }
    }

    /// The catcher that leads from a state to another, and where it stands.
    #[must_use]
    pub fn catcher(&self, state: &str, next: &str) -> Option<String> {
        let state = self.state(state)?;
        let found = state.catch.iter().enumerate();
        let (index, catcher) = found
            .into_iter()
            .find(|(_, c)| leads_to(c.next.as_ref(), next))?;
        let names: Vec<String> = catcher
            .error_equals
            .iter()
            .map(|name| format!("\"{}\"", name.value))
            .collect();
        let place = self.lines.chars(catcher.span.start as usize);
        Some(format!(
            "Catch[{index}] {} → {next}, {}:{}:{}",
            names.join(", "),
            self.source.name,
            place.line,
            place.column
        ))
    }

    fn state(&self, name: &str) -> Option<&'d State> {
        self.machine.states().find(|state| &*state.name == name)
    }
}

fn leads_to(target: Option<&crate::language::Target>, next: &str) -> bool {
    target.is_some_and(|target| &*target.name == next)
}

fn is_default(choice: &Choice, next: &str) -> bool {
    leads_to(choice.default.as_ref(), next)
}
