//! What a tree counts instead of showing it: the middle of long threads, and what succeeded.

use super::super::{duration, kind, mark, timeline};
use super::{BETWEEN, Bars, MAX_ROWS, MAX_SHOWN, Tree, between};
use crate::history::outline::{Gap, Outline, Status, Thread, Visit};
use crate::report::histories::View;
use crate::report::histories::layout::{Piece, Row};
use crate::report::style::{Role, printable};

/// A thread of more visits than this is shown by its beginning and its end …
const MAX_VISITS: u64 = 200;

/// … of so many visits each, and by what went wrong between them.
const SHOWN_VISITS: usize = 50;

/// Whether states of the execution's own thread are counted instead of shown.
#[must_use]
pub fn is_shortened(outline: &Outline, view: &View<'_>) -> bool {
    let thread = outline.thread();
    !view.folds_ok && (thread.gaps().next().is_some() || !view.all && thread.count() > MAX_VISITS)
}

/// States that succeeded, one after the other.
struct Fine<'o> {
    gap: Gap,
    /// The first, as far as it is kept.
    first: Option<Visit<'o>>,
    lead: String,
}

impl Tree<'_> {
    pub(super) fn thread(&mut self, thread: &Thread<'_>, bars: &Bars) {
        if self.about.view.folds_ok {
            return self.folded(thread, bars);
        }
        let hidden = if thread.count() > MAX_VISITS && !self.about.view.all {
            SHOWN_VISITS..thread.len().saturating_sub(SHOWN_VISITS)
        } else {
            0..0
        };
        let (mut skipped, mut told) = (None, 0);
        for (at, visit) in thread.visits().enumerate() {
            // Threads may nest as deep as they are wide: somewhere it must end.
            if self.is_full() {
                return;
            }
            if let Some(gap) = thread.gap_before(at) {
                join(&mut skipped, gap);
            }
            if hidden.contains(&at) {
                if told == MAX_SHOWN || !is_troubled(&visit) {
                    add(&mut skipped, &visit);
                    continue;
                }
                told += 1;
            }
            self.gap(skipped.take(), &bars.rest);
            self.visit(&visit, if at == 0 { &bars.first } else { &bars.rest }, bars);
        }
        self.gap(skipped, &bars.rest);
    }

    fn is_full(&self) -> bool {
        self.rows.len() > MAX_ROWS && !self.about.view.all
    }

    /// `… 99012 states not shown   33004× Check, Wait, Add   12 min 4 s`
    fn gap(&mut self, gap: Option<Gap>, lead: &str) {
        let Some(gap) = gap else { return };
        let plural = if gap.visits() == 1 { "" } else { "s" };
        let text = format!("{} state{plural} not shown", gap.visits());
        let spans = self
            .start
            .map_or(Vec::new(), |start| timeline::stretch(&gap, start));
        self.rows.push(Row {
            detail: told(&gap),
            time: duration(gap.millis()),
            spans,
            ..Row::note(lead.to_owned(), text)
        });
    }

    /// The visits that something went wrong in, and how many others lie between them.
    fn folded(&mut self, thread: &Thread<'_>, bars: &Bars) {
        let mut fine: Option<Fine<'_>> = None;
        for (at, visit) in thread.visits().enumerate() {
            if self.is_full() {
                return;
            }
            let lead = if at == 0 { &bars.first } else { &bars.rest };
            match (thread.gap_before(at), &mut fine) {
                (Some(gap), _) if gap.caught() + gap.retried() > 0 => {
                    self.fold(fine.take());
                    self.gap(Some(gap.clone()), lead);
                }
                (Some(gap), Some(fine)) => fine.gap.join(gap),
                (Some(gap), None) => {
                    fine = Some(Fine {
                        gap: gap.clone(),
                        first: None,
                        lead: lead.clone(),
                    });
                }
                (None, _) => {}
            }
            if !is_fine(&visit) {
                self.fold(fine.take());
                self.visit(&visit, lead, bars);
            } else if let Some(fine) = &mut fine {
                fine.gap.add(&visit);
            } else {
                fine = Some(Fine {
                    gap: Gap::of(&visit),
                    first: Some(visit),
                    lead: lead.clone(),
                });
            }
        }
        self.fold(fine);
    }

    fn fold(&mut self, fine: Option<Fine<'_>>) {
        let Some(Fine { gap, first, lead }) = fine else {
            return;
        };
        let (name, kind) = match gap.visits() {
            1 => (
                printable(gap.first()).into_owned(),
                first.map_or(String::new(), |visit| kind(&visit, self.short)),
            ),
            count => (format!("{count} states"), String::new()),
        };
        let between = format!("{} … {}", gap.first(), gap.last());
        let between = (gap.visits() > 1).then(|| (Role::Dim, printable(&between).into_owned()));
        self.rows.push(Row {
            lead,
            mark: mark(Status::Succeeded),
            name: (Role::Plain, name),
            kind,
            detail: between.into_iter().collect(),
            time: duration(gap.millis()),
            ..Row::default()
        });
    }
}

fn join(skipped: &mut Option<Gap>, gap: &Gap) {
    match skipped {
        Some(skipped) => skipped.join(gap),
        None => *skipped = Some(gap.clone()),
    }
}

fn add(skipped: &mut Option<Gap>, visit: &Visit<'_>) {
    match skipped {
        Some(skipped) => skipped.add(visit),
        None => *skipped = Some(Gap::of(visit)),
    }
}

/// `2 ⚠   33004× Check, Wait   33003× Add`, the most frequent first: the end may be cut off.
fn told(gap: &Gap) -> Vec<Piece> {
    let mut detail = Vec::new();
    if gap.caught() > 0 {
        let (sign, role) = mark(Status::Caught);
        detail.push((role, format!("{} {sign}", gap.caught())));
    }
    if gap.retried() > 0 {
        between(&mut detail);
        detail.push((Role::Warn, format!("{} ↻", gap.retried())));
    }
    let mut names: Vec<(&str, u64)> = gap.names().collect();
    // Stable: those of one count stay in the order of their visits.
    names.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
    for alike in names.chunk_by(|one, other| one.1 == other.1) {
        between(&mut detail);
        let joined: Vec<_> = alike.iter().map(|(name, _)| printable(name)).collect();
        let text = format!("{}× {}", alike[0].1, joined.join(", "));
        detail.push((Role::Dim, text));
    }
    if gap.others() > 0 {
        detail.push((Role::Dim, format!("{BETWEEN}{}× others", gap.others())));
    }
    detail
}

/// Whether a state failed, or something inside of it did.
fn is_troubled(visit: &Visit<'_>) -> bool {
    let tally = visit.items().tally;
    visit.status() != Status::Succeeded
        || tally.caught + tally.failed > 0
        || visit.threads().iter().any(Thread::is_warned)
}

/// Whether nothing went wrong in a state, even inside of it.
fn is_fine(visit: &Visit<'_>) -> bool {
    let quiet = |thread: &Thread<'_>| thread.status() == Status::Succeeded;
    visit.status() == Status::Succeeded
        && visit.tries().len() < 2
        && visit.threads().iter().all(quiet)
        && visit.items().tally.failed == 0
}
