//! How far down each state of a scope stands.
//!
//! A Catch counts only for a state that nothing else leads to: that many states share a handler
//! must not pull the flow apart.

use crate::report::style::Role;

/// A transition between numbered boxes, as it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    pub(super) is_catch: bool,
    pub(super) role: Role,
}

/// Where the boxes stand.
pub(super) struct Ranks {
    /// How far down: the start alone is at 0.
    pub(super) ranks: Vec<usize>,
    /// The order of a walk from the start, from left to right.
    pub(super) order: Vec<usize>,
}

struct Walk {
    next: Vec<Vec<usize>>,
    order: Vec<usize>,
    is_open: Vec<bool>,
    /// Every box after all that it leads to, but for those that lead back to it.
    finished: Vec<usize>,
    back: Vec<(usize, usize)>,
    seen: usize,
}

/// The ranks of so many boxes; box 0 is the start.
pub(super) fn of(ways: &[Way], count: usize) -> Ranks {
    // Flow first: what a Catch leads to is put to the right.
    let mut next = vec![Vec::new(); count];
    for way in ways.iter().filter(|way| !way.is_catch) {
        next[way.from].push(way.to);
    }
    let mut flow = Walk::new(next);
    flow.from(0);
    // The first Catch is the outermost line, so its handler is the rightmost.
    for way in ways.iter().rev().filter(|way| way.is_catch) {
        if flow.order[way.to] == usize::MAX {
            flow.next[way.from].push(way.to);
        }
    }
    let mut walk = Walk::new(flow.next);
    for root in 0..count {
        walk.from(root);
    }
    walk.ranks()
}

impl Walk {
    fn new(next: Vec<Vec<usize>>) -> Self {
        let count = next.len();
        Self {
            next,
            order: vec![usize::MAX; count],
            is_open: vec![false; count],
            finished: Vec::new(),
            back: Vec::new(),
            seen: 0,
        }
    }

    /// Walks on from here, if it was not here before.
    fn from(&mut self, root: usize) {
        if self.order[root] != usize::MAX {
            return;
        }
        let mut path = vec![(self.enter(root), 0)];
        while let Some((at, taken)) = path.last_mut() {
            let at = *at;
            let Some(to) = self.next[at].get(*taken).copied() else {
                self.is_open[at] = false;
                self.finished.push(at);
                path.pop();
                continue;
            };
            *taken += 1;
            if self.is_open[to] {
                self.back.push((at, to));
            } else if self.order[to] == usize::MAX {
                path.push((self.enter(to), 0));
            }
        }
    }

    fn enter(&mut self, at: usize) -> usize {
        self.order[at] = self.seen;
        self.seen += 1;
        self.is_open[at] = true;
        at
    }

    /// Each box one below the lowest that leads to it.
    fn ranks(mut self) -> Ranks {
        self.back.sort_unstable();
        let mut ranks = vec![1; self.order.len()];
        ranks[0] = 0;
        for at in self.finished.into_iter().rev() {
            for to in &self.next[at] {
                if self.back.binary_search(&(at, *to)).is_err() {
                    ranks[*to] = ranks[*to].max(ranks[at] + 1);
                }
            }
        }
        Ranks {
            ranks,
            order: self.order,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ways: &[(usize, usize, bool)], count: usize, expected: &[usize]) {
        let way = |&(from, to, is_catch)| Way {
            from,
            to,
            label: String::new(),
            is_catch,
            role: Role::Plain,
        };
        let ways: Vec<Way> = ways.iter().map(way).collect();
        assert_eq!(of(&ways, count).ranks, expected);
    }

    #[test]
    fn a_state_is_below_all_that_lead_to_it_but_for_loops() {
        let ways = [
            (0, 1, false),
            (1, 2, false),
            (1, 3, false),
            (2, 3, false),
            (3, 1, false),
            (3, 3, false),
        ];
        check(&ways, 5, &[0, 1, 2, 3, 1]);
    }

    #[test]
    fn a_catch_ranks_only_what_nothing_else_leads_to() {
        let flow = [(0, 1, false), (1, 2, false), (2, 3, false)];
        check(&[&flow[..], &[(1, 3, true)]].concat(), 4, &[0, 1, 2, 3]);
        let handled = [(1, 4, true), (2, 4, true), (3, 4, true)];
        check(&[&flow[..], &handled].concat(), 5, &[0, 1, 2, 3, 4]);
    }
}
