//! A worker: runs children on one core, as many at once as wait for something.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, mpsc};

use tokio::sync::{mpsc as jobs, oneshot, watch};
use tokio::task::LocalSet;

use super::keeper::{BegunChild, Behind, KeptChild, KeptRun};
use super::results;
use crate::data::{Json, StatesError, Timestamp};
use crate::engine::map_run::{ChildNames, ChildResult, ItemOrigin, MapRun, ResultWriter, Tally};
use crate::engine::{EventSink, Execution, Input, Note, Outcome, Start, Transitions};
use crate::history::HistoryEvent;
use crate::runtime::clock::Clock;
use crate::runtime::driver::{self, Begun, Ended};
use crate::runtime::host::Host;
use crate::runtime::inbox::{Inbox, Remote};
use crate::runtime::items::SourceItem;
use crate::runtime::journal::{Ack, Entry, Journal, Rebuilt, Unkept, cannot_go_on};
use crate::runtime::panics::{caught, caught_at_once};
use crate::runtime::result_files::ResultStatus;

/// A child to be run.
pub(super) struct Job {
    /// Its place among the children.
    pub(super) number: u64,
    /// When it starts, where time is not the same for all.
    pub(super) at: Timestamp,
    pub(super) given: Given,
}

/// What a child is given.
pub(super) enum Given {
    /// An item as it was found.
    Item(ItemOrigin, Found),
    /// A batch of this many items.
    Batch(Json, u64),
}

/// An item, read already or not.
pub(super) enum Found {
    Value(Json),
    Raw(SourceItem),
}

impl Found {
    pub(super) fn read(self) -> Result<Json, StatesError> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Raw(item) => item.read(),
        }
    }
}

impl Given {
    pub(super) fn items(&self) -> u64 {
        match self {
            Self::Item(..) => 1,
            Self::Batch(_, items) => *items,
        }
    }

    /// The child's input.
    pub(super) fn read(self, run: &MapRun) -> Result<Json, StatesError> {
        match self {
            Self::Batch(input, _) => Ok(input),
            Self::Item(origin, item) => run.select(origin, item.read()?),
        }
    }

    /// How much memory it takes, about.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Item(_, Found::Raw(item)) => item.size(),
            // Held by the state anyway.
            Self::Item(_, Found::Value(_)) => 0,
            Self::Batch(input, _) => input.size(),
        }
    }
}

/// Children that have ended, one after the other: what the coordinator needs of them. They
/// themselves end where they ran: memory is given back cheapest by the thread that took it.
#[derive(Default)]
pub(super) struct Done {
    /// The place of the first.
    pub(super) number: u64,
    /// How many they are.
    pub(super) count: u64,
    /// The size of what they were given.
    pub(super) given: usize,
    /// What became of their items.
    pub(super) tally: Tally,
    /// What stands in the results for them, in order, by file.
    pub(super) entries: Vec<(ResultStatus, String)>,
    /// When each ended.
    pub(super) stopped: Vec<Timestamp>,
    /// When those ended that failed, with their items.
    pub(super) failures: Vec<(Timestamp, u64)>,
    /// The first that failed, with its error.
    pub(super) first_failure: Option<(u64, StatesError)>,
    /// Why there could be no child, which fails the Map Run.
    pub(super) error: Option<StatesError>,
}

/// What a worker knows of its run.
pub(super) struct Shared {
    pub(super) run: Arc<MapRun>,
    pub(super) host: Arc<Host>,
    pub(super) writer: ResultWriter,
    pub(super) names: ChildNames,
    pub(super) kept: Option<Arc<dyn KeptRun>>,
    pub(super) done: mpsc::Sender<Vec<Done>>,
}

/// Runs what comes until the run is over or given up. What still works is dropped then, or, where
/// it is kept, stopped.
pub(super) fn work(
    shared: Shared,
    mut clock: Box<dyn Clock>,
    mut jobs: jobs::UnboundedReceiver<Vec<Job>>,
    mut stopped: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let shared = Arc::new(shared);
    let local = LocalSet::new();
    let going = Rc::new(RefCell::new(BTreeMap::new()));
    let all = async {
        while let Some(chunk) = jobs.recv().await {
            run_chunk(&shared, &going, &mut *clock, chunk);
            if let Some(kept) = &shared.kept {
                kept.has_room().await;
            }
        }
    };
    runtime.block_on(local.run_until(async {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => {}
            () = all => {}
        }
    }));
    if shared.kept.is_some() {
        for remote in going.borrow().values() {
            stop(remote);
        }
        runtime.block_on(local);
    }
    // The coordinator may wait for nothing but this.
    let _ = shared.done.send(Vec::new());
    Ok(())
}

/// The children that go on, by their place.
type AllGoing = Rc<RefCell<BTreeMap<u64, Remote>>>;

fn stop(child: &Remote) {
    let (ack, _) = oneshot::channel();
    child.stop(StatesError::default(), ack);
}

/// Runs each child as far as it comes by itself: most have ended then, and their results go back
/// together. The others go on beside what comes next.
fn run_chunk(shared: &Arc<Shared>, all: &AllGoing, clock: &mut dyn Clock, chunk: Vec<Job>) {
    let mut ended: Vec<Done> = Vec::new();
    let mut left = chunk.len();
    for job in chunk {
        let (number, given) = (job.number, job.given.size());
        let begun = caught_at_once(|| begin(shared, clock, job));
        match begun.unwrap_or_else(|said| Err(cannot_go_on(&said))) {
            Ok(Child::Ended(child)) => {
                following(&mut ended, number).add(&child, (given, left), shared);
            }
            Err(error) => ended.push(Done::refused(number, given, error)),
            Ok(Child::Going(going)) => {
                let (shared, all) = (Arc::clone(shared), Rc::clone(all));
                all.borrow_mut().insert(number, going.remote.clone());
                tokio::task::spawn_local(async move {
                    let child = going.end(&shared.host).await;
                    all.borrow_mut().remove(&number);
                    let mut done = Done::at(number);
                    done.add(&child, (given, 1), &shared);
                    // Nobody listens when the run was given up.
                    let _ = shared.done.send(vec![done]);
                });
            }
        }
        left -= 1;
    }
    if !ended.is_empty() {
        let _ = shared.done.send(ended);
    }
}

/// Where a child of this place is added to those that have ended before.
fn following(ended: &mut Vec<Done>, number: u64) -> &mut Done {
    let follows = ended
        .last()
        .is_some_and(|last| last.number + last.count == number && last.error.is_none());
    if !follows {
        ended.push(Done::at(number));
    }
    ended.last_mut().expect("just added")
}

impl Done {
    fn at(number: u64) -> Self {
        Self {
            number,
            ..Self::default()
        }
    }

    /// In bytes, what it leaves for the results.
    pub(super) fn size(&self) -> usize {
        self.entries.iter().map(|(_, entries)| entries.len()).sum()
    }

    fn refused(number: u64, given: usize, error: StatesError) -> Self {
        Self {
            count: 1,
            given,
            error: Some(error),
            ..Self::at(number)
        }
    }

    /// Adds a child, of as many that may follow it.
    fn add(&mut self, child: &ChildResult, (given, left): (usize, usize), shared: &Shared) {
        let status = ResultStatus::of(&child.outcome);
        if let Some(error) = failure(&child.outcome) {
            self.failures.push((child.stopped, child.items));
            let number = self.number + self.count;
            self.first_failure.get_or_insert((number, error));
        }
        self.count += 1;
        self.given += given;
        self.tally.count(child);
        self.stopped.push(child.stopped);
        let continued = self.entries.last().is_some_and(|(last, _)| *last == status);
        if !continued {
            let size = RECORD + 4 * child.input.size();
            let entries = String::with_capacity(left * size.min(MANY));
            self.entries.push((status, entries));
        }
        let (_, entries) = self.entries.last_mut().expect("just added");
        results::entries(child, &shared.writer, entries);
    }
}

/// Room for many records is made only while they are small.
const MANY: usize = 4096;

/// What a record has beside its documents, about.
const RECORD: usize = 640;

/// A child that was begun.
enum Child {
    Ended(ChildResult),
    Going(Box<Going>),
}

/// A child that needs somebody or some time to go on.
struct Going {
    from: From,
    clock: Box<dyn Clock>,
    heard: Heard,
    remote: Remote,
    inbox: Inbox,
    /// What it will be when it has ended.
    child: ChildResult,
}

/// Where a child goes on.
enum From {
    /// Behind its first steps.
    Begun(Begun),
    /// Where it was when the process ended; with a redrive, after its end.
    Kept(Rebuilt, bool),
}

/// What is heard of a child: how often its steps began, and whatever whoever listens wants to.
struct Heard {
    transitions: Transitions,
    journal: Box<dyn Journal>,
}

impl Heard {
    fn by(journal: Box<dyn Journal>) -> Self {
        Self {
            transitions: Transitions::default(),
            journal,
        }
    }
}

impl EventSink for Heard {
    fn event(&mut self, event: &HistoryEvent<'_>) {
        self.transitions.event(event);
        self.journal.event(event);
    }

    fn idle(&mut self) {
        self.journal.idle();
    }

    fn note(&mut self, note: &Note<'_>) {
        self.transitions.note(note);
        self.journal.note(note);
    }
}

impl Journal for Heard {
    fn told(&mut self, at: Timestamp, input: &Input) {
        self.journal.told(at, input);
    }

    fn ran(&mut self) {
        self.journal.ran();
    }

    fn gives(&mut self, token: &Arc<str>) {
        self.journal.gives(token);
    }

    fn acknowledge(&mut self, ack: Ack) {
        self.journal.acknowledge(ack);
    }

    fn kept(&mut self) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        self.journal.kept()
    }

    fn is_ahead(&self) -> bool {
        self.journal.is_ahead()
    }

    fn ended(&mut self, ended: &Ended) {
        self.journal.ended(ended);
    }

    fn broke(&mut self, at: Timestamp, why: &str) {
        self.journal.broke(at, why);
    }
}

/// Begins a child, or goes on with it; where there can be none, that fails the Map Run.
fn begin(shared: &Shared, clock: &mut dyn Clock, job: Job) -> Result<Child, StatesError> {
    let beginning = Beginning::of(shared, clock, job)?;
    let Some(kept) = &shared.kept else {
        let sink = shared.host.child_sink(&beginning.child.identity);
        return Ok(beginning.begin(shared, clock, Box::new(Unkept(sink))));
    };
    Ok(match kept.child(&beginning.child.identity) {
        KeptChild::Nothing => {
            let remote = beginning.remote.clone();
            let journal = kept.journal(&beginning.start, Behind::default(), remote);
            beginning.begin(shared, clock, journal)
        }
        KeptChild::Ended {
            outcome,
            started,
            stopped,
        } => Child::Ended(ChildResult {
            outcome,
            started,
            stopped,
            ..beginning.child
        }),
        KeptChild::Begun(begun) => beginning.go_on(shared, &**kept, clock, begun),
        KeptChild::Lost(why) => beginning.lost(&**kept, clock, &why),
    })
}

/// A child that is about to begin, or to go on.
struct Beginning {
    start: Start,
    remote: Remote,
    inbox: Inbox,
    /// What it will be when it has ended.
    child: ChildResult,
}

impl Beginning {
    fn of(shared: &Shared, clock: &mut dyn Clock, job: Job) -> Result<Self, StatesError> {
        let run = &shared.run;
        let items = job.given.items();
        let input = job.given.read(run)?;
        let started = if clock.is_virtual() {
            job.at
        } else {
            clock.now()
        };
        let start = run.child(&shared.names, job.number, input, started)?;
        let child = ChildResult {
            identity: Arc::clone(&start.identity),
            items,
            input: start.input.clone(),
            outcome: Outcome::TimedOut,
            started,
            stopped: started,
            transitions: 0,
        };
        let (remote, inbox) = Inbox::new();
        Ok(Self {
            start,
            remote,
            inbox,
            child,
        })
    }

    /// Runs it as far as it comes by itself.
    fn begin(mut self, shared: &Shared, clock: &mut dyn Clock, journal: Box<dyn Journal>) -> Child {
        let started = self.start.at;
        let execution = Execution::new(Arc::clone(&shared.run.program), self.start);
        let mut heard = Heard::by(journal);
        let begun = match caught_at_once(|| driver::begin(execution, &mut heard)) {
            Ok(begun) => begun,
            Err(said) => return Child::Ended(broken(self.child, &mut heard, started, &said)),
        };
        if let Some(outcome) = begun.outcome() {
            self.child.transitions = heard.transitions.count;
            self.child.outcome = outcome.clone();
            heard.ended(&Ended {
                outcome: outcome.clone(),
                stopped: None,
                at: started,
            });
            return Child::Ended(self.child);
        }
        Child::Going(Box::new(Going {
            from: From::Begun(begun),
            clock: clock.fork(started),
            heard,
            remote: self.remote,
            inbox: self.inbox,
            child: self.child,
        }))
    }

    /// Goes on where its journal leads to.
    fn go_on(
        mut self,
        shared: &Shared,
        kept: &dyn KeptRun,
        clock: &mut dyn Clock,
        begun: BegunChild,
    ) -> Child {
        (self.start.at, self.child.started) = (begun.started, begun.started);
        let behind = Behind {
            events: begun.events,
            entries: begun.journal.len() as u64,
        };
        let rebuilt = Rebuilt::new(Arc::clone(&shared.run.program), self.start.clone());
        let replayed = caught_at_once(|| replay(rebuilt, begun.journal, begun.events));
        let mut rebuilt = match replayed.and_then(|replayed| replayed) {
            Ok(rebuilt) => rebuilt,
            Err(why) => return self.lost(kept, clock, &why),
        };
        rebuilt.answer(begun.early);
        if let Some(ack) = begun.taken_up {
            rebuilt.tell_when_taken_up(ack);
        }
        let reached = if begun.redrive {
            clock.now()
        } else {
            rebuilt.at
        };
        Child::Going(Box::new(Going {
            clock: clock.fork(reached),
            from: From::Kept(rebuilt, begun.redrive),
            heard: Heard::by(kept.journal(&self.start, behind, self.remote.clone())),
            remote: self.remote,
            inbox: self.inbox,
            child: self.child,
        }))
    }

    /// Cannot go on: it has failed, and the others go on.
    fn lost(self, kept: &dyn KeptRun, clock: &mut dyn Clock, why: &str) -> Child {
        let at = clock.now().max(self.child.started);
        kept.lost(&self.child.identity, at, why);
        Child::Ended(ChildResult {
            outcome: Outcome::Failed(cannot_go_on(why)),
            stopped: at,
            ..self.child
        })
    }
}

/// Takes a child through its journal, which must lead to as many events as are kept.
fn replay(mut rebuilt: Rebuilt, journal: Vec<Entry>, events: u64) -> Result<Rebuilt, String> {
    for entry in journal {
        rebuilt.replay(entry);
    }
    rebuilt.leads_to(events)?;
    Ok(rebuilt)
}

/// A mistake of this program that a child came upon is the end of that child.
fn broken(child: ChildResult, heard: &mut Heard, at: Timestamp, said: &str) -> ChildResult {
    heard.broke(at, said);
    ChildResult {
        outcome: Outcome::Failed(cannot_go_on(said)),
        stopped: at,
        transitions: heard.transitions.count,
        ..child
    }
}

impl Going {
    async fn end(self, host: &Arc<Host>) -> ChildResult {
        let Self {
            from,
            mut clock,
            mut heard,
            remote: _remote,
            inbox,
            child,
        } = self;
        let ended = caught(async {
            match from {
                From::Begun(begun) => {
                    driver::finish(begun, host, &mut *clock, &mut heard, inbox).await
                }
                From::Kept(rebuilt, redrive) => {
                    driver::serve(rebuilt, redrive, host, &mut *clock, &mut heard, inbox).await
                }
            }
        });
        match ended.await {
            Ok(ended) => ChildResult {
                outcome: ended.outcome,
                stopped: ended.at,
                transitions: heard.transitions.count,
                ..child
            },
            Err(said) => broken(child, &mut heard, clock.now(), &said),
        }
    }
}

/// Why a child did not succeed.
fn failure(outcome: &Outcome) -> Option<StatesError> {
    match outcome {
        Outcome::Succeeded(_) => None,
        Outcome::Failed(error) | Outcome::Aborted(error) => Some(error.clone()),
        Outcome::TimedOut => Some(StatesError::timeout()),
    }
}
