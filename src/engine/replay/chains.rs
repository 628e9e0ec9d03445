//! Chains: the line of control that each event of a history belongs to, told from
//! `previousEventId` alone, so that what was recorded and what is made anew are placed alike.
//!
//! The outline of a history places events too, but it folds away what no view shows, and it
//! numbers branches as they appear; here every event has its place, and branches are told apart
//! by the state they start with.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::data::EventId;
use crate::engine::Program;
use crate::engine::program::Body;
use crate::history::outline::StateType;
use crate::history::{Details, HistoryEvent, HistoryEventType as Type};

/// Names a chain, on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ChainId(u32);

/// How deep chains nest; deeper ones, which no definition has, are taken for the one around.
const MAX_NESTING: u16 = 500;

/// A branch or an iteration of one attempt of a Parallel or Map; or the machine itself.
#[derive(Debug)]
struct Chain {
    around: Option<ChainId>,
    depth: u16,
    /// The how manieth fork of the chain around it.
    fork: u32,
    index: u32,
    /// The Parallel or Map.
    state: Arc<str>,
}

/// All chains that were met.
#[derive(Debug)]
pub(super) struct Chains {
    all: Vec<Chain>,
    known: HashMap<(ChainId, u32, u32), ChainId, RandomState>,
    /// The states that the branches of each Parallel start with.
    starts: HashMap<Arc<str>, Vec<Arc<str>>, RandomState>,
}

impl ChainId {
    /// The machine itself.
    pub(super) const ROOT: Self = Self(0);

    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

impl Chains {
    pub(super) fn new(program: &Program) -> Self {
        let starts = program.states().filter_map(|state| match &state.body {
            Body::Parallel(branches) => {
                let start = |flow| program.state(program.flow(flow).start).name.clone();
                let names = branches.iter().copied().map(start).collect();
                Some((state.name.clone(), names))
            }
            _ => None,
        });
        let root = Chain {
            around: None,
            depth: 0,
            fork: 0,
            index: 0,
            state: "".into(),
        };
        Self {
            all: vec![root],
            known: HashMap::default(),
            starts: starts.collect(),
        }
    }

    pub(super) fn around(&self, chain: ChainId) -> Option<ChainId> {
        self.all[chain.index()].around
    }

    /// The steps from the machine to a chain: the chain around, the how manieth fork, the index.
    pub(super) fn steps(&self, chain: ChainId) -> Vec<(ChainId, u32, u32)> {
        let mut steps = Vec::new();
        let mut chain = &self.all[chain.index()];
        while let Some(around) = chain.around {
            steps.push((around, chain.fork, chain.index));
            chain = &self.all[around.index()];
        }
        steps.reverse();
        steps
    }

    /// The forks above a chain by name, with the branch or item of each.
    pub(super) fn path(&self, chain: ChainId) -> Vec<(Arc<str>, u32)> {
        let mut path = Vec::new();
        let mut chain = &self.all[chain.index()];
        while let Some(around) = chain.around {
            path.push((chain.state.clone(), chain.index));
            chain = &self.all[around.index()];
        }
        path.reverse();
        path
    }

    fn inside(&mut self, around: ChainId, fork: u32, index: u32, state: &Arc<str>) -> ChainId {
        let depth = self.all[around.index()].depth + 1;
        if depth > MAX_NESTING {
            return around;
        }
        *self.known.entry((around, fork, index)).or_insert_with(|| {
            let id = u32::try_from(self.all.len()).expect("memory ends before 2^32 chains");
            self.all.push(Chain {
                around: Some(around),
                depth,
                fork,
                index,
                state: state.clone(),
            });
            ChainId(id)
        })
    }

    /// The branch that starts with a state, when it has not begun. A definition may have changed:
    /// branches that it does not know come after the others.
    fn branch(&self, parallel: &str, first: &str, begun: &[u32]) -> u32 {
        let starts = self.starts.get(parallel).map_or(&[][..], Vec::as_slice);
        let known = (0_u32..)
            .zip(starts)
            .find(|(index, start)| &***start == first && !begun.contains(index));
        let unknown = || starts.len() + begun.len();
        known.map_or_else(
            || u32::try_from(unknown()).unwrap_or(u32::MAX),
            |(index, _)| index,
        )
    }
}

/// What follows an event.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// The next event of a chain.
    Chain(ChainId),
    /// The chains of the fork that a chain waits for, or the next event of the chain itself.
    Fork(ChainId),
}

/// Where an event belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed {
    pub(super) chain: ChainId,
    /// The chain of the event before it.
    pub(super) before: ChainId,
}

/// One chain so far.
#[derive(Clone, Debug, Default)]
struct Line {
    /// The state that was entered and not left.
    open: Option<(Arc<str>, StateType)>,
    /// Where the open state failed, once that was said: this chain, or one inside.
    closed: Option<ChainId>,
    /// How many forks began.
    forks: u32,
    /// The branches of the last fork that began.
    begun: Vec<u32>,
}

/// Places the events of one history, in order.
#[derive(Debug, Default)]
pub(super) struct Placer {
    lines: Vec<Line>,
    places: HashMap<EventId, Place, RandomState>,
    /// The chain that the execution failed with.
    failed: Option<ChainId>,
}

/// Whether an event tells that something was aborted because something beside it failed. Such
/// events follow the failure, do not say whom they are about, and come in any order.
pub(super) fn is_aftermath(kind: Type) -> bool {
    matches!(
        kind,
        Type::MapIterationAborted
            | Type::MapStateAborted
            | Type::ParallelStateAborted
            | Type::TaskStateAborted
            | Type::WaitStateAborted
    )
}

impl Placer {
    /// How many forks a chain has begun.
    pub(super) fn forks(&self, chain: ChainId) -> u32 {
        self.lines.get(chain.index()).map_or(0, |line| line.forks)
    }

    /// The state that a chain is in.
    pub(super) fn state(&self, chain: ChainId) -> Option<&Arc<str>> {
        let open = self.lines.get(chain.index())?.open.as_ref()?;
        Some(&open.0)
    }

    pub(super) fn place(&mut self, chains: &mut Chains, event: &HistoryEvent<'_>) -> Placed {
        let known = self.places.get(&event.previous).copied();
        let place = known.unwrap_or(Place::Chain(ChainId::ROOT));
        let (Place::Chain(before) | Place::Fork(before)) = place;
        let chain = self.chain(chains, event, place);
        let next = match event.kind {
            Type::MapStateStarted | Type::ParallelStateStarted => Place::Fork(chain),
            Type::MapIterationSucceeded => Place::Chain(chains.around(chain).unwrap_or(chain)),
            _ => Place::Chain(chain),
        };
        if event.id != EventId::NONE {
            self.places.insert(event.id, next);
        }
        Placed { chain, before }
    }

    fn chain(&mut self, chains: &mut Chains, event: &HistoryEvent<'_>, place: Place) -> ChainId {
        let (Place::Chain(before) | Place::Fork(before)) = place;
        match (event.kind, &event.details) {
            (
                Type::ExecutionAborted
                | Type::ExecutionFailed
                | Type::ExecutionRedriven
                | Type::ExecutionStarted
                | Type::ExecutionSucceeded
                | Type::ExecutionTimedOut,
                _,
            ) => self.about_all(chains, event.kind, before),
            (kind, Details::StateEntered { name, .. }) => self.entered(chains, kind, name, place),
            (_, Details::StateExited { name, .. }) => {
                let chain = self.named(chains, before, name).unwrap_or(before);
                self.line(chain).open = None;
                chain
            }
            (_, Details::Evaluation { state, .. }) => self.evaluated(chains, state, place),
            (Type::MapStateStarted, _) => self.forked(chains, before, StateType::Map),
            (Type::ParallelStateStarted, _) => self.forked(chains, before, StateType::Parallel),
            (Type::MapStateFailed, _) => self.failed(chains, before, StateType::Map),
            (Type::ParallelStateFailed, _) => self.failed(chains, before, StateType::Parallel),
            (Type::MapStateSucceeded, _) => self.around(chains, before, StateType::Map),
            (Type::ParallelStateSucceeded, _) => self.around(chains, before, StateType::Parallel),
            (
                Type::MapIterationStarted | Type::MapIterationSucceeded | Type::MapIterationFailed,
                Details::MapIteration { name, index },
            ) => {
                let chain = self.iteration(chains, before, name.as_deref(), *index);
                // The state it was in has failed, even if that said nothing of itself.
                let line = self.line(chain);
                line.closed = match event.kind {
                    Type::MapIterationFailed => line.closed.or(Some(chain)),
                    _ => None,
                };
                chain
            }
            _ => before,
        }
    }

    fn about_all(&mut self, chains: &Chains, kind: Type, before: ChainId) -> ChainId {
        match kind {
            Type::ExecutionRedriven => self.reopen(chains),
            _ => self.failed = (kind == Type::ExecutionFailed).then_some(before),
        }
        ChainId::ROOT
    }

    /// A redrive goes on where the execution failed. A failure that a Retry had in hand when the
    /// execution was stopped stays one.
    fn reopen(&mut self, chains: &Chains) {
        let Some(mut deepest) = self.failed.take() else {
            return;
        };
        while let Some(inside) = self.line(deepest).closed
            && inside != deepest
        {
            deepest = inside;
        }
        let mut at = Some(deepest);
        while let Some(chain) = at {
            self.line(chain).closed = None;
            at = chains.around(chain);
        }
    }

    fn line(&mut self, chain: ChainId) -> &mut Line {
        let index = chain.index();
        if index >= self.lines.len() {
            self.lines.resize(index + 1, Line::default());
        }
        &mut self.lines[index]
    }

    fn entered(&mut self, chains: &mut Chains, kind: Type, name: &str, place: Place) -> ChainId {
        let chain = match place {
            Place::Chain(chain) => chain,
            Place::Fork(around) => {
                let line = self.line(around);
                let parallel = line.open.as_ref().map(|(name, _)| name.clone());
                let parallel = parallel.unwrap_or_else(|| "".into());
                let index = chains.branch(&parallel, name, &line.begun);
                line.begun.push(index);
                chains.inside(around, line.forks, index, &parallel)
            }
        };
        let line = self.line(chain);
        line.open = StateType::entered_by(kind).map(|kind| (name.into(), kind));
        line.closed = None;
        chain
    }

    /// It follows the event before the state was entered, or a later one (02 §2.6).
    fn evaluated(&mut self, chains: &Chains, state: &str, place: Place) -> ChainId {
        match place {
            Place::Chain(before) => self.named(chains, before, state).unwrap_or(before),
            Place::Fork(around) => {
                let line = self.line(around);
                let (fork, begun) = (line.forks, line.begun.clone());
                let branches = begun
                    .into_iter()
                    .filter_map(|index| chains.known.get(&(around, fork, index)));
                let mut branches = branches
                    .copied()
                    .filter(|branch| self.is_in(*branch, state));
                branches.next().unwrap_or(around)
            }
        }
    }

    fn is_in(&self, chain: ChainId, state: &str) -> bool {
        self.state(chain).is_some_and(|open| &**open == state)
    }

    fn forked(&mut self, chains: &Chains, before: ChainId, kind: StateType) -> ChainId {
        let chain = self.around(chains, before, kind);
        let line = self.line(chain);
        line.forks += 1;
        line.begun.clear();
        chain
    }

    fn failed(&mut self, chains: &Chains, before: ChainId, kind: StateType) -> ChainId {
        let chain = self.around(chains, before, kind);
        self.line(chain).closed = Some(before);
        chain
    }

    fn iteration(
        &mut self,
        chains: &mut Chains,
        before: ChainId,
        map: Option<&str>,
        index: u64,
    ) -> ChainId {
        let around = match map {
            Some(name) => self.named(chains, before, name).unwrap_or(before),
            None => self.around(chains, before, StateType::Map),
        };
        let line = self.line(around);
        let name = line
            .open
            .as_ref()
            .map_or_else(|| map.unwrap_or_default().into(), |(name, _)| name.clone());
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        chains.inside(around, line.forks, index, &name)
    }

    /// The chain that is in a state of this name: this one, or one around it.
    fn named(&self, chains: &Chains, from: ChainId, name: &str) -> Option<ChainId> {
        self.climb(chains, from, |line| {
            line.open.as_ref().is_some_and(|(open, _)| &**open == name)
        })
    }

    /// The chain that is in a state of this type which has not failed: this one, or one around it.
    fn around(&self, chains: &Chains, from: ChainId, kind: StateType) -> ChainId {
        let found = self.climb(chains, from, |line| {
            line.closed.is_none() && line.open.as_ref().is_some_and(|(_, open)| *open == kind)
        });
        found.unwrap_or(from)
    }

    fn climb(
        &self,
        chains: &Chains,
        from: ChainId,
        is_wanted: impl Fn(&Line) -> bool,
    ) -> Option<ChainId> {
        let mut at = Some(from);
        while let Some(chain) = at {
            if self.lines.get(chain.index()).is_some_and(&is_wanted) {
                return Some(chain);
            }
            at = chains.around(chain);
        }
        None
    }
}
