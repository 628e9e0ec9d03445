//! The rows of the channels.

use std::collections::{BTreeMap, HashMap};

use super::{Net, Routes};

impl Routes {
    /// Finds a row in its channel for every net that has to go sideways there.
    pub(super) fn tracks(&mut self) {
        let spans = self.spans();
        let above = self.above();
        for (channel, (spans, above)) in spans.into_iter().zip(above).enumerate() {
            let (tracks, depth) = rows(spans, &above);
            self.tracks[channel] = tracks;
            self.depths[channel] = depth;
        }
    }

    /// What each net needs in each channel.
    fn spans(&self) -> Vec<BTreeMap<Net, Span>> {
        let mut spans: Vec<BTreeMap<Net, Span>> = vec![BTreeMap::new(); self.depths.len()];
        for (number, link) in self.plan.links.iter().enumerate() {
            let (net, pin) = (link.joins(), self.pins[&link.joins()]);
            let (channel, arrival) = (self.from(link).layer, self.to(link).layer - 1);
            let start = self.starts[number];
            if self.is_adjacent(link) {
                let span = spans[channel].entry(net).or_insert(Span::at(pin));
                span.add(start, true);
                continue;
            }
            let lane = self.lanes[&net];
            if !self.is_direct(link) {
                let span = spans[channel].entry(net).or_insert(Span::at(lane));
                span.add(lane, false);
                span.add(start, true);
            }
            let span = spans[arrival].entry(net).or_insert(Span::at(pin));
            span.add(pin, false);
            span.add(lane, false);
        }
        spans
    }

    /// For each net the others that have to run above it: they leave downwards where it arrives.
    fn above(&self) -> Vec<HashMap<Net, Vec<Net>>> {
        let mut arriving: Vec<HashMap<isize, Net>> = vec![HashMap::new(); self.depths.len()];
        for (net, pin) in &self.pins {
            arriving[self.plan.spots[net.1].layer - 1].insert(*pin, *net);
        }
        let mut above: Vec<HashMap<Net, Vec<Net>>> = vec![HashMap::new(); self.depths.len()];
        for (number, link) in self.plan.links.iter().enumerate() {
            let channel = self.from(link).layer;
            if let Some(net) = arriving[channel].get(&self.starts[number])
                && *net != link.joins()
                && !self.is_direct(link)
            {
                above[channel].entry(*net).or_default().push(link.joins());
            }
        }
        above
    }
}

/// The row of each net, and how many there are. A net is put into the first row with room that is
/// below those that have to be above it; where these wait for each other the canvas will notice.
fn rows(
    spans: BTreeMap<Net, Span>,
    above: &HashMap<Net, Vec<Net>>,
) -> (HashMap<Net, usize>, usize) {
    let mut waiting: Vec<(Net, Span)> = spans.into_iter().collect();
    waiting.retain(|(_, span)| span.first < span.last);
    waiting.sort_by_key(|(net, span)| (span.order(), *net));
    let mut rows: Vec<Vec<Span>> = Vec::new();
    let mut found: HashMap<Net, usize> = HashMap::new();
    while !waiting.is_empty() {
        let others = |net: &Net| above.get(net).into_iter().flatten();
        let is_ready = |(net, _): &(Net, Span)| {
            others(net).all(|other| {
                found.contains_key(other) || waiting.iter().all(|(net, _)| net != other)
            })
        };
        let chosen = waiting.iter().position(is_ready).unwrap_or(0);
        let (net, span) = waiting.remove(chosen);
        let first = others(&net).filter_map(|other| found.get(other)).max();
        let first = first.map_or(0, |row| row + 1);
        let is_free = |row: &Vec<Span>| row.iter().all(|other| span.is_apart(*other));
        let free = (first..rows.len()).find(|row| is_free(&rows[*row]));
        let row = free.unwrap_or(first.max(rows.len()));
        if row == rows.len() {
            rows.push(Vec::new());
        }
        rows[row].push(span);
        found.insert(net, row);
    }
    (found, rows.len())
}

/// Which columns a net needs in a channel.
#[derive(Clone, Copy, Debug)]
struct Span {
    first: isize,
    last: isize,
    /// Where it comes from and where it goes.
    from: Option<isize>,
    to: isize,
}

impl Span {
    fn at(to: isize) -> Self {
        Self {
            first: to,
            last: to,
            from: None,
            to,
        }
    }

    fn add(&mut self, column: isize, is_start: bool) {
        self.first = self.first.min(column);
        self.last = self.last.max(column);
        if is_start {
            self.from = Some(column);
        }
    }

    fn is_apart(self, other: Self) -> bool {
        self.last + 1 < other.first || other.last + 1 < self.first
    }

    /// Those that go left from left to right, those that go right from right to left: so they do
    /// not cross on the way down.
    fn order(self) -> (bool, isize) {
        match self.from {
            Some(from) if self.to >= from => (true, -self.last),
            Some(_) => (false, self.first),
            None => (true, self.last),
        }
    }
}
