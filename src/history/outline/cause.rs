//! The first cause: the error that set off what ended the execution, behind Catch handlers and
//! inside branches and iterations.

use super::{Outline, StateType, Status, Thread, Visit};

/// How many states after a Catch may lie before the Fail state that it led to.
pub(super) const MAX_HANDLER: usize = 20;

/// How a state was come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// By a transition.
    Next,
    /// Because an error was caught.
    Catch,
    /// As a state inside the one before.
    Inside,
}

/// A state on the way from the beginning to the end.
#[derive(Clone, Copy, Debug)]
pub struct Step<'o> {
    /// The state.
    pub visit: Visit<'o>,
    /// How it was come to from the step before.
    pub link: Link,
    /// The branch or iteration in it where the way goes on.
    pub number: Option<u64>,
}

/// What ended an execution, and why.
#[derive(Clone, Debug)]
pub struct FirstCause<'o> {
    /// The state whose error came first.
    pub raised_by: Visit<'o>,
    /// The state whose error the execution ended with.
    pub ended_by: Visit<'o>,
    /// The state whose Catch handled the first error; its next state is the handler.
    pub caught_in: Option<Visit<'o>>,
    /// The way from the one to the other, beginning with what the first is inside of.
    pub path: Vec<Step<'o>>,
}

impl Outline {
    /// Where the error came from that a failed execution ended with.
    #[must_use]
    pub fn first_cause(&self) -> Option<FirstCause<'_>> {
        if self.summary.status != Status::Failed {
            return None;
        }
        let mut search = Search::default();
        search.thread(self.thread(), Link::Next, 0);
        Some(FirstCause {
            raised_by: search.first?,
            ended_by: search.path.last()?.visit,
            caught_in: search.caught,
            path: search.path,
        })
    }
}

/// Deeper than threads nest: ids in damaged histories could form rings.
const MAX_DEPTH: u16 = super::node::MAX_NESTING + 1;

#[derive(Default)]
struct Search<'o> {
    first: Option<Visit<'o>>,
    caught: Option<Visit<'o>>,
    path: Vec<Step<'o>>,
}

impl<'o> Search<'o> {
    /// The way through a thread that failed, to its last visit.
    fn thread(&mut self, thread: Thread<'o>, link: Link, depth: u16) {
        let Some(last) = thread.last() else { return };
        let Some(caught) = caught_before(&thread, &last) else {
            return self.visit(last, link, depth);
        };
        let mut way = (caught..thread.len()).filter_map(|at| thread.visit(at));
        let Some(origin) = way.next() else { return };
        self.visit(origin, link, depth);
        self.caught.get_or_insert(origin);
        for (at, visit) in way.enumerate() {
            let link = if at == 0 { Link::Catch } else { Link::Next };
            self.path.push(Step {
                visit,
                link,
                number: None,
            });
        }
    }

    /// A visit that failed, and the thread in it that made it fail.
    fn visit(&mut self, visit: Visit<'o>, link: Link, depth: u16) {
        let inside = visit.failed_thread().filter(|_| depth < MAX_DEPTH);
        let inside = inside.filter(|thread| !thread.is_empty());
        self.path.push(Step {
            visit,
            link,
            number: inside.map(|thread| thread.number()),
        });
        match inside {
            Some(thread) => self.thread(thread, Link::Inside, depth + 1),
            None => {
                self.first.get_or_insert(visit);
            }
        }
    }
}

/// The caught visit that led to a Fail state: the states between are its handler. A Choice after
/// the handler's first state decides on something else, so nothing before it is to blame.
fn caught_before(thread: &Thread<'_>, last: &Visit<'_>) -> Option<usize> {
    if last.state_type() != StateType::Fail {
        return None;
    }
    let end = thread.len() - 1;
    for at in (end.saturating_sub(MAX_HANDLER)..end).rev() {
        let visit = thread.visit(at)?;
        if visit.status() == Status::Caught {
            return Some(at);
        }
        let caught_here = || {
            let before = at.checked_sub(1).and_then(|at| thread.visit(at));
            before.is_some_and(|visit| visit.status() == Status::Caught)
        };
        if visit.state_type() == StateType::Choice && !caught_here() {
            return None;
        }
    }
    None
}
