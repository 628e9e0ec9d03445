//! How often each answer was given, for each state of each execution.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::engine::Identity;
use crate::runtime::Invocation;

/// How many executions are remembered before those that have ended are looked for.
const FEW: usize = 64;

/// How often each answer was given. Executions are known by their identity, which each shares
/// with nobody; what is remembered of one goes when it has ended.
#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<Executions>);

#[derive(Debug, Default)]
struct Executions {
    // Invariant: the weak handle keeps its address from being used again.
    known: HashMap<usize, (Weak<Identity>, States)>,
    /// From how many on the ended ones are dropped.
    many: usize,
}

/// By the state's name, how often each answer was given.
type States = HashMap<Arc<str>, HashMap<usize, u32>>;

impl Memory {
    /// Gives an answer to a call, unless it was given to so many before.
    pub(super) fn take(&self, invocation: &Invocation, answer: usize, uses: Option<u32>) -> bool {
        let Some(uses) = uses else {
            return true;
        };
        let mut executions = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let states = executions.of(&invocation.identity);
        let state = states.entry(Arc::clone(&invocation.request.name));
        let given = state.or_default().entry(answer).or_default();
        let is_left = *given < uses;
        *given += u32::from(is_left);
        is_left
    }
}

impl Executions {
    fn of(&mut self, identity: &Arc<Identity>) -> &mut States {
        if self.known.len() >= self.many.max(FEW) {
            self.known.retain(|_, (alive, _)| alive.strong_count() > 0);
            self.many = 2 * self.known.len();
        }
        let address = Arc::as_ptr(identity).addr();
        let new = || (Arc::downgrade(identity), States::new());
        &mut self.known.entry(address).or_insert_with(new).1
    }
}
