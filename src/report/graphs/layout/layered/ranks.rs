//! Which ways go back, and how far down each block stands.

use super::Net;

/// Ranks of blocks, and the ways that go back or stay.
#[derive(Debug)]
pub(super) struct Ranks {
    /// By block; the start has 0, every other block more.
    pub(super) rank: Vec<usize>,
    /// By way.
    pub(super) goes_back: Vec<bool>,
}

/// A walk from the start finds the ways that go back: those to a block that the walk is inside of.
/// It takes ordinary ways first, so that a loop through a handler goes back where the handler
/// rejoins. The others never go round in circles; a block stands one below the lowest that leads to it.
pub(super) fn ranks(net: &Net) -> Ranks {
    let leaving = leaving(net);
    let (goes_back, order) = walk(net, &leaving);
    let mut rank = vec![1; net.blocks.len()];
    if let Some(start) = rank.first_mut() {
        *start = 0;
    }
    for &block in &order {
        for &way in leaving[block].iter().filter(|way| !goes_back[**way]) {
            let to = net.ways[way].to;
            rank[to] = rank[to].max(rank[block] + 1);
        }
    }
    Ranks { rank, goes_back }
}

/// The ways out of each block, ordinary ones first.
fn leaving(net: &Net) -> Vec<Vec<usize>> {
    let mut leaving = vec![Vec::new(); net.blocks.len()];
    for is_catch in [false, true] {
        for (index, way) in net.ways.iter().enumerate() {
            if way.is_catch == is_catch {
                leaving[way.from].push(index);
            }
        }
    }
    leaving
}

#[derive(Clone, Copy, PartialEq)]
enum Visit {
    Not,
    Inside,
    Done,
}

/// The ways that go back, and the blocks in an order in which all others go forward.
fn walk(net: &Net, leaving: &[Vec<usize>]) -> (Vec<bool>, Vec<usize>) {
    let count = net.blocks.len();
    let mut visits = vec![Visit::Not; count];
    let mut goes_back = vec![false; net.ways.len()];
    let mut finished = Vec::with_capacity(count);
    for root in 0..count {
        if visits[root] != Visit::Not {
            continue;
        }
        visits[root] = Visit::Inside;
        let mut path = vec![(root, 0)];
        while let Some((block, next)) = path.last_mut() {
            let Some(&way) = leaving[*block].get(*next) else {
                visits[*block] = Visit::Done;
                finished.push(*block);
                path.pop();
                continue;
            };
            *next += 1;
            let to = net.ways[way].to;
            match visits[to] {
                Visit::Not => {
                    visits[to] = Visit::Inside;
                    path.push((to, 0));
                }
                Visit::Inside => goes_back[way] = true,
                Visit::Done => {}
            }
        }
    }
    finished.reverse();
    (goes_back, finished)
}
