//! The items of a Map: how each ended, how long they took, what went wrong in which.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::{self, Write as _};

use super::tree::caught;
use super::{duration, error_name, mark, short_name};
use crate::data::{EventId, Timestamp};
use crate::history::outline::{Outline, StateType, Status, Thread, Visit};
use crate::history::{Details, HistoryEvent, HistoryEventType};
use crate::report::style::{Style, columns, fit, pad, printable};

/// How many lines of marks there are; of more items only counts are told.
const MAX_STRIP: usize = 8;

/// How many visits of a Map are told.
const MAX_VISITS: usize = 1000;

/// Longer lines are hard to read.
const MAX_WIDTH: usize = 140;

/// Where values stand.
const COLUMN: usize = 10;

/// Which items are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Listed {
    /// Those with something to tell.
    #[default]
    Trouble,
    /// Those that failed.
    Failed,
    /// All of them.
    All,
}

/// Follows the Maps of one name.
pub struct MapItems<'a> {
    name: &'a str,
    listed: Listed,
    visits: Vec<MapVisit>,
    /// Where in `visits` the Map is that an event entered.
    places: HashMap<EventId, usize>,
    /// Every Map that there is.
    names: BTreeSet<String>,
    left_out: usize,
}

/// One visit of the Map.
struct MapVisit {
    entered: EventId,
    items: BTreeMap<u64, Item>,
    /// What is known of it when it was left.
    head: Option<Head>,
}

struct Head {
    status: Status,
    length: u64,
    peak: usize,
    is_distributed: bool,
    millis: i64,
    around: Vec<String>,
}

#[derive(Default)]
struct Item {
    status: Status,
    millis: Option<i64>,
    /// What it works on, if the item is listed.
    what: String,
    told: String,
}

impl<'a> MapItems<'a> {
    /// Of the Map state with this name.
    #[must_use]
    pub fn new(name: &'a str, listed: Listed) -> Self {
        Self {
            name,
            listed,
            visits: Vec::new(),
            places: HashMap::new(),
            names: BTreeSet::new(),
            left_out: 0,
        }
    }

    /// Whether there was such a Map.
    #[must_use]
    pub fn is_found(&self) -> bool {
        !self.visits.is_empty()
    }

    /// The names of all Maps there were.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Takes the next event, before the outline does.
    pub fn before(&mut self, outline: &Outline, event: &HistoryEvent<'_>) {
        use HistoryEventType as Type;
        match (&event.details, event.kind) {
            (Details::StateEntered { name, .. }, Type::MapStateEntered) => {
                self.entered(name, event.id);
            }
            (Details::StateExited { name, .. }, Type::MapStateExited) if name == self.name => {
                if let Some(visit) = outline.leaving(event) {
                    let status = match visit.failure() {
                        Some(_) => Status::Caught,
                        None => Status::Succeeded,
                    };
                    self.left(&visit, status, event.timestamp);
                }
            }
            (Details::MapIteration { index, .. }, kind) if kind != Type::MapIterationStarted => {
                let ending = outline.ending(event);
                if let Some((visit, thread)) = ending.filter(|it| it.0.name() == self.name) {
                    let item = self.item(&thread, status(&thread, kind), event.timestamp);
                    if let Some(map) = self.of(visit.event()) {
                        map.items.insert(*index, item);
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes it again, after the outline took it.
    pub fn after(&mut self, outline: &Outline, event: &HistoryEvent<'_>) {
        let started = event.kind == HistoryEventType::MapStateStarted;
        let Details::MapIteration { index, .. } = &event.details else {
            // A Map that is tried again begins with all its items.
            if let Some(visit) = outline.about(event).filter(|_| started)
                && let Some(map) = self.of(visit.event())
            {
                map.items.clear();
            }
            return;
        };
        if event.kind == HistoryEventType::MapIterationStarted
            && let Some(visit) = outline.about(event)
            && let Some(map) = self.of(visit.event())
        {
            map.items.insert(*index, Item::default());
        }
    }

    fn of(&mut self, entered: EventId) -> Option<&mut MapVisit> {
        let at = self.places.get(&entered)?;
        self.visits.get_mut(*at)
    }

    fn entered(&mut self, name: &str, id: EventId) {
        if !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
        if name != self.name {
            return;
        }
        if self.visits.len() == MAX_VISITS {
            self.left_out += 1;
            return;
        }
        self.places.insert(id, self.visits.len());
        self.visits.push(MapVisit {
            entered: id,
            items: BTreeMap::new(),
            head: None,
        });
    }

    fn left(&mut self, visit: &Visit<'_>, status: Status, at: Timestamp) {
        let around = visit.around();
        let around = around
            .iter()
            .map(|(state, number)| format!("{}[{number}]", short_name(state, 30)))
            .collect();
        let items = visit.items();
        if let Some(map) = self.of(visit.event()) {
            map.head = Some(Head {
                status,
                length: items.length.unwrap_or(0),
                peak: items.peak,
                is_distributed: items.distributed,
                millis: at.since(visit.entered()),
                around,
            });
            let open = map.items.values_mut().filter(|item| item.millis.is_none());
            if status != Status::Running {
                open.for_each(|item| item.status = Status::Aborted);
            }
        }
    }

    fn item(&self, thread: &Thread<'_>, status: Status, at: Timestamp) -> Item {
        let is_listed = match self.listed {
            Listed::All => true,
            Listed::Trouble | Listed::Failed => status != Status::Succeeded,
        };
        let what = thread.item().filter(|_| is_listed).unwrap_or_default();
        Item {
            status,
            millis: Some(at.since(thread.started())),
            what: printable(what).into_owned(),
            told: if is_listed {
                told(thread, status)
            } else {
                String::new()
            },
        }
    }

    /// Writes what became of each visit of the Map.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn render(
        &mut self,
        outline: &Outline,
        style: &Style,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        let now = outline.summary().last.unwrap_or_default();
        let mut open = Vec::new();
        outline.thread().each_visit(&mut |visit| {
            if visit.state_type() == StateType::Map && visit.is_open() {
                open.push(*visit);
            }
        });
        let name = self.name;
        for visit in open.iter().filter(|visit| visit.name() == name) {
            self.left(visit, visit.status(), visit.exited().unwrap_or(now));
        }
        for (at, visit) in self.visits.iter().enumerate() {
            if at > 0 {
                out.write_char('\n')?;
            }
            self.visit(visit, style, out)?;
        }
        if self.left_out > 0 {
            let text = format!("… {} more visits", self.left_out);
            writeln!(out, "\n{}", style.dim(&text))?;
        }
        Ok(())
    }

    fn visit(&self, visit: &MapVisit, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
        let width = style.width.min(MAX_WIDTH);
        let status = visit
            .head
            .as_ref()
            .map_or(Status::Aborted, |head| head.status);
        let (sign, role) = mark(status);
        let mut text = printable(self.name).into_owned();
        if let Some(head) = &visit.head {
            write!(text, "   Map {} items", head.length)?;
            if head.is_distributed {
                text.push_str(", distributed");
            }
            if head.peak > 1 {
                write!(text, ", ≤{} at once", head.peak)?;
            }
            write!(text, "   {}", duration(head.millis))?;
            if !head.around.is_empty() {
                write!(text, "   in {}", head.around.join(" › "))?;
            }
        } else {
            write!(text, "   event {}", visit.entered)?;
        }
        let text = fit(&text, width - 2).into_owned();
        writeln!(out, "{} {text}\n", style.paint(role, sign))?;
        if visit.head.as_ref().is_some_and(|head| head.is_distributed) {
            let text = "each item is an execution of its own, with a history of its own";
            return writeln!(out, "  {}", style.dim(&fit(text, width - 2)));
        }
        let length = visit.head.as_ref().map_or(0, |head| head.length);
        strip(visit, length, style, out)?;
        times(visit, out)?;
        self.list(visit, style, out)
    }

    fn list(&self, visit: &MapVisit, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
        let is_listed = |item: &Item| match self.listed {
            Listed::All => true,
            Listed::Failed => item.status == Status::Failed,
            Listed::Trouble => matches!(item.status, Status::Caught | Status::Failed),
        };
        let listed: Vec<_> = visit.items.iter().filter(|it| is_listed(it.1)).collect();
        if !listed.is_empty() {
            out.write_char('\n')?;
        }
        let widest = |cell: &dyn Fn(&(&u64, &Item)) -> usize| listed.iter().map(cell).max();
        let number = widest(&|it| it.0.to_string().len()).unwrap_or(0) + 2;
        let what = widest(&|it| columns(&it.1.what)).unwrap_or(0);
        let width = style.width.min(MAX_WIDTH);
        let what = what.min(width / 3);
        for (index, item) in &listed {
            let (sign, role) = mark(item.status);
            let time = item.millis.map_or(String::new(), duration);
            write!(out, "  {} ", style.paint(role, sign))?;
            let shown = fit(&item.what, what);
            let head = format!("{:number$}  {shown}", format!("[{index}]"));
            let room = width.saturating_sub(4 + number + 2 + what + 3 + 3 + columns(&time));
            let told = fit(&item.told, room);
            write!(out, "{head}")?;
            pad(out, what - columns(&shown) + 3)?;
            write!(out, "{told}")?;
            pad(out, room - columns(&told) + 3)?;
            writeln!(out, "{}", style.dim(&time))?;
        }
        let fine = visit
            .items
            .values()
            .filter(|item| item.status == Status::Succeeded);
        let fine = fine.count();
        if self.listed == Listed::Trouble && fine > 0 {
            if listed.is_empty() {
                out.write_char('\n')?;
            }
            let plural = if fine == 1 { "" } else { "s" };
            let text = format!("… {fine} succeeded item{plural} not shown (--all)");
            writeln!(out, "  {}", style.dim(&text))?;
        }
        Ok(())
    }
}

/// How an iteration ends with this event.
fn status(thread: &Thread<'_>, kind: HistoryEventType) -> Status {
    match kind {
        HistoryEventType::MapIterationFailed => Status::Failed,
        HistoryEventType::MapIterationAborted => Status::Aborted,
        _ if thread.is_warned() => Status::Caught,
        _ => Status::Succeeded,
    }
}

/// `PriceNotFound caught in LookUpPrice → UseListPrice`
fn told(thread: &Thread<'_>, status: Status) -> String {
    let mut visits = thread.visits().rev();
    match status {
        Status::Caught => {
            let found = visits.find(|visit| visit.status() == Status::Caught);
            found.map_or(String::new(), |visit| {
                let mut pieces = Vec::new();
                let error = error_name(&visit);
                let name = format!("{} caught in", error.unwrap_or_default());
                caught(&visit, Some(String::new()), &mut pieces);
                let rest: String = pieces.into_iter().skip(3).map(|piece| piece.1).collect();
                format!("{name} {}{rest}", printable(visit.name()))
            })
        }
        Status::Failed => visits.next().map_or(String::new(), |visit| {
            let error = error_name(&visit).unwrap_or_else(|| String::from("failed"));
            match visit.state_type() {
                StateType::Fail => format!("failed in {}", printable(visit.name())),
                _ => format!("{error} in {}", printable(visit.name())),
            }
        }),
        _ => String::new(),
    }
}

/// A mark for each item, and how many there are of each.
fn strip(visit: &MapVisit, length: u64, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
    let pending = length.saturating_sub(visit.items.len() as u64);
    let count = |status: Status| {
        let items = visit.items.values();
        items.filter(|item| item.status == status).count()
    };
    let mut counts = vec![
        format!("{} ✔", count(Status::Succeeded)),
        format!("{} ⚠", count(Status::Caught)),
        format!("{} ✖", count(Status::Failed)),
    ];
    let aborted = count(Status::Aborted);
    if aborted > 0 {
        counts.push(format!("{aborted} ⊘"));
    }
    let running = count(Status::Running);
    if running > 0 {
        counts.push(format!("{running} ●"));
    }
    counts.push(format!("{pending} pending"));
    let counts = counts.join("  ");
    let width = style.width.min(MAX_WIDTH) - COLUMN;
    write!(out, "  {}   ", style.dim("items"))?;
    let marks: Vec<Status> = visit.items.values().map(|item| item.status).collect();
    let lines: Vec<&[Status]> = marks.chunks(width).collect();
    if lines.is_empty() || lines.len() > MAX_STRIP {
        return writeln!(out, "{counts}");
    }
    let mut used = 0;
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.write_char('\n')?;
            pad(out, COLUMN)?;
        }
        for alike in line.chunk_by(|one, other| one == other) {
            let (sign, role) = mark(alike[0]);
            write!(out, "{}", style.paint(role, &sign.repeat(alike.len())))?;
        }
        used = line.len();
    }
    if used + 3 + columns(&counts) <= width {
        return writeln!(out, "   {counts}");
    }
    out.write_char('\n')?;
    pad(out, COLUMN)?;
    writeln!(out, "{counts}")
}

/// `min 180 ms   p50 310 ms   p95 820 ms   max 2.41 s  [17]`
fn times(visit: &MapVisit, out: &mut dyn fmt::Write) -> fmt::Result {
    let ended = visit
        .items
        .iter()
        .filter(|it| it.1.status != Status::Aborted);
    let mut times: Vec<(i64, u64)> = ended
        .filter_map(|(index, item)| Some((item.millis?, *index)))
        .collect();
    times.sort_by_key(|(millis, index)| (*millis, std::cmp::Reverse(*index)));
    let at = |percent: usize| (times.len() * percent).div_ceil(100).max(1) - 1;
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return Ok(());
    };
    writeln!(
        out,
        "  time    min {}   p50 {}   p95 {}   max {}  [{}]",
        duration(first.0),
        duration(times[at(50)].0),
        duration(times[at(95)].0),
        duration(last.0),
        last.1
    )
}
