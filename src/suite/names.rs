//! The states of a machine by number, so that what a run does is counted without their names.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::language::StateMachine;

/// The states of a machine. Names are unique in a machine that AWS accepts.
#[derive(Clone, Debug)]
pub struct Names {
    states: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, usize, FixedState>,
    /// How many of them, from the beginning, are in the machine's own scope.
    own: usize,
}

impl Names {
    /// The states of a machine, those of its own scope first.
    #[must_use]
    pub fn of(machine: &StateMachine) -> Self {
        let states = machine.states().map(|state| Arc::clone(&state.name));
        let states: Vec<Arc<str>> = states.collect();
        let numbered = states.iter().enumerate().rev();
        Self {
            numbers: numbered.map(|(at, name)| (name.clone(), at)).collect(),
            own: machine.flow.states.len(),
            states,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.states.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// The number of a state.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    /// The name of a number that [`Names::number`] gave.
    #[must_use]
    pub fn name(&self, number: usize) -> &Arc<str> {
        &self.states[number]
    }

    /// Whether a state is in the machine's own scope, and not inside a Map or a Parallel.
    #[must_use]
    pub fn is_own(&self, number: usize) -> bool {
        number < self.own
    }
}
