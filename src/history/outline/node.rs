//! What an outline keeps: threads and visits, in slabs, so that nothing recurses and what is
//! folded away gives its room back.

use std::borrow::Cow;
use std::sync::Arc;

use super::fork::ForkSlot;
use super::line::Line;
use super::place::MAX_TIPS;
use crate::data::{EventId, Json, Timestamp, limits};
use crate::history::{EventJson, HistoryEventType, Quoted};

/// How deep forks nest in the tree; what is deeper goes on in the thread around it, so that views
/// may recurse. A definition of `MAX_DEPTH` levels has room for fewer.
pub(super) const MAX_NESTING: u16 = 125;

/// The longest text that is kept of an error or a cause: AWS allows 32,768 characters.
const MAX_CAUSE: usize = 32_768;

/// How many bytes of an iteration's item are kept.
const MAX_PREVIEW: usize = 64;

/// The type of a state, as far as events tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the state types of the language")]
pub enum StateType {
    Choice,
    Fail,
    Map,
    Parallel,
    Pass,
    Succeed,
    Task,
    Wait,
}

impl StateType {
    /// The type of the state that this event enters.
    #[must_use]
    pub fn entered_by(kind: HistoryEventType) -> Option<Self> {
        Some(match kind {
            HistoryEventType::ChoiceStateEntered => Self::Choice,
            HistoryEventType::FailStateEntered => Self::Fail,
            HistoryEventType::MapStateEntered => Self::Map,
            HistoryEventType::ParallelStateEntered => Self::Parallel,
            HistoryEventType::PassStateEntered => Self::Pass,
            HistoryEventType::SucceedStateEntered => Self::Succeed,
            HistoryEventType::TaskStateEntered => Self::Task,
            HistoryEventType::WaitStateEntered => Self::Wait,
            _ => return None,
        })
    }

    /// The type of the state that this event says to go on or to end, without naming it.
    pub(super) fn forked_by(kind: HistoryEventType) -> Option<Self> {
        use HistoryEventType as Type;
        Some(match kind {
            Type::MapStateAborted
            | Type::MapStateFailed
            | Type::MapStateStarted
            | Type::MapStateSucceeded => Self::Map,
            Type::ParallelStateAborted
            | Type::ParallelStateFailed
            | Type::ParallelStateStarted
            | Type::ParallelStateSucceeded => Self::Parallel,
            _ => return None,
        })
    }

    /// The name in the language.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Choice => "Choice",
            Self::Fail => "Fail",
            Self::Map => "Map",
            Self::Parallel => "Parallel",
            Self::Pass => "Pass",
            Self::Succeed => "Succeed",
            Self::Task => "Task",
            Self::Wait => "Wait",
        }
    }
}

/// A state's input while it may still be asked for.
#[derive(Clone, Debug)]
pub struct Input {
    held: Held,
}

#[derive(Clone, Debug)]
enum Held {
    Value(Json),
    Text(Box<str>),
    /// As it stands in a log, with its quotes.
    Quoted(Box<str>),
    /// It is larger than a state's input may be: its size.
    TooLarge(usize),
}

impl Input {
    pub(super) fn of(document: &EventJson<'_>) -> Self {
        let held = match document {
            EventJson::Value(value) => Held::Value((*value).clone()),
            EventJson::Text(text) if text.len() <= limits::MAX_PAYLOAD => {
                Held::Text((&**text).into())
            }
            // Quotes and backslashes take two bytes there.
            EventJson::Quoted(quoted) if quoted.written().len() <= 2 * limits::MAX_PAYLOAD => {
                Held::Quoted(quoted.written().into())
            }
            EventJson::Text(_) | EventJson::Quoted(_) => Held::TooLarge(document.text().len()),
        };
        Self { held }
    }

    /// The size of its JSON text in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.held {
            Held::Value(value) => value.size(),
            Held::Text(text) => text.len(),
            Held::Quoted(text) => said(text).len(),
            Held::TooLarge(size) => *size,
        }
    }

    /// The document; none when it was too large to keep or is no JSON.
    #[must_use]
    pub fn json(&self) -> Option<Json> {
        match &self.held {
            Held::Value(value) => Some(value.clone()),
            Held::Text(text) => Json::parse(text).ok(),
            Held::Quoted(text) => Json::parse(&said(text)).ok(),
            Held::TooLarge(_) => None,
        }
    }

    /// The beginning of the text: what names an item in a list of many.
    pub(super) fn preview(&self) -> Box<str> {
        match &self.held {
            Held::Value(value) if value.size() <= MAX_PREVIEW => value.text().into(),
            Held::Value(Json::String(text)) => format!("\"{}", cut(text, MAX_PREVIEW)).into(),
            Held::Value(Json::Object(object)) => match object.iter().next() {
                Some((key, value)) if value.size() + key.len() <= MAX_PREVIEW => {
                    format!("{{\"{key}\":{},…", value.text()).into()
                }
                _ => "{…}".into(),
            },
            Held::Value(_) => "[…]".into(),
            Held::Text(text) if text.len() <= MAX_PREVIEW => text.clone(),
            Held::Text(text) => format!("{}…", cut(text, MAX_PREVIEW)).into(),
            Held::Quoted(text) => {
                let head = beginning(text);
                let said = said(&head);
                if said.len() <= MAX_PREVIEW {
                    return said.into();
                }
                format!("{}…", cut(&said, MAX_PREVIEW)).into()
            }
            Held::TooLarge(_) => "…".into(),
        }
    }
}

fn said(quoted: &str) -> Cow<'_, str> {
    Quoted::new(quoted).map_or(Cow::Borrowed(quoted), Quoted::text)
}

/// More of a JSON string than is previewed, without the end that is never looked at.
fn beginning(quoted: &str) -> Cow<'_, str> {
    let (mut at, mut characters) = (1, 0);
    let bytes = quoted.as_bytes();
    while at + 1 < bytes.len() && characters <= MAX_PREVIEW {
        let width = match (bytes[at], bytes.get(at + 1)) {
            (b'\\', Some(b'u')) => 6,
            (b'\\', _) => 2,
            _ => 1,
        };
        (at, characters) = (at + width, characters + 1);
    }
    while !quoted.is_char_boundary(at) {
        at += 1;
    }
    match quoted.get(..at) {
        Some(head) if at + 1 < quoted.len() => format!("{head}\"").into(),
        _ => quoted.into(),
    }
}

/// At most so many bytes, whole characters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Why a visit failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The error's name; a Fail state that was caught does not tell it.
    pub error: Option<Arc<str>>,
    /// The cause, within bounds; forgotten once the failure cannot be why the execution ended.
    pub cause: Option<Arc<str>>,
    /// The event that said so.
    pub event: EventId,
    /// When.
    pub at: Timestamp,
    /// Whether it was a time-out.
    pub timed_out: bool,
    pub(super) input: Option<Input>,
}

impl Failure {
    pub(super) fn new(
        (error, cause): (Option<&str>, Option<&str>),
        event: EventId,
        at: Timestamp,
    ) -> Self {
        Self {
            error: error.map(bounded),
            cause: cause.map(bounded),
            event,
            at,
            timed_out: false,
            input: None,
        }
    }

    /// The same failure as that of the state around.
    pub(super) fn inherited(&self) -> Self {
        Self {
            input: None,
            ..self.clone()
        }
    }
}

pub(super) fn bounded(text: &str) -> Arc<str> {
    cut(text, MAX_CAUSE).into()
}

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has not ended.
    Running,
    /// It succeeded.
    Succeeded,
    /// It failed, with this error if it was told.
    Failed(Option<Arc<str>>),
    /// It was stopped, and a redrive began another one.
    Aborted,
}

/// One attempt at the work of a Task, a Map or a Parallel.
#[derive(Clone, Debug)]
pub struct Try {
    /// When it began.
    pub began: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether a redrive began it, not a Retry.
    pub redriven: bool,
}

impl Try {
    pub(super) fn begun(at: Timestamp) -> Self {
        Self {
            began: at,
            ended: None,
            outcome: Outcome::Running,
            redriven: false,
        }
    }
}

/// How many iterations ended in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Without any trouble.
    pub succeeded: u64,
    /// With an error inside that was caught.
    pub caught: u64,
    /// Failed.
    pub failed: u64,
    /// Stopped because another one failed.
    pub aborted: u64,
}

/// What only some states have.
#[derive(Clone, Debug, Default)]
pub(super) struct Work {
    pub(super) resource: Option<Arc<str>>,
    pub(super) tries: Vec<Try>,
    pub(super) fork: ForkSlot,
}

impl Work {
    /// Most visits have one try, and there may be very many visits.
    pub(super) fn begin_try(&mut self, each: Try) {
        if self.tries.is_empty() {
            self.tries.reserve_exact(1);
        }
        self.tries.push(each);
    }

    /// The last try did not end before the execution was stopped.
    /// Begins another try, perhaps because the execution was redriven at this time.
    pub(super) fn try_again(&mut self, at: Timestamp, redriven: Option<Timestamp>) {
        let before = self.tries.last().and_then(|last| last.ended);
        self.begin_try(Try {
            redriven: before.is_some() && before <= redriven,
            ..Try::begun(at)
        });
    }

    pub(super) fn stop_try(&mut self, stopped: Option<Timestamp>) {
        if let Some(last) = self.tries.last_mut()
            && last.ended.is_none()
            && stopped.is_some()
        {
            (last.ended, last.outcome) = (stopped, Outcome::Aborted);
        }
    }
}

/// One visit of a state.
#[derive(Clone, Debug)]
pub(super) struct VisitNode {
    pub(super) name: Arc<str>,
    pub(super) state_type: StateType,
    pub(super) event: EventId,
    pub(super) entered: Timestamp,
    pub(super) exited: Option<Timestamp>,
    pub(super) thread: ThreadId,
    pub(super) failure: Option<Box<Failure>>,
    pub(super) work: Option<Box<Work>>,
}

impl VisitNode {
    pub(super) fn is_open(&self) -> bool {
        self.exited.is_none()
    }

    pub(super) fn work_mut(&mut self) -> &mut Work {
        self.work.get_or_insert_default()
    }

    pub(super) fn failed_thread(&self) -> Option<ThreadId> {
        self.work.as_ref()?.fork.failed
    }
}

/// A line of control: the execution, a branch, an iteration.
#[derive(Clone, Debug)]
pub(super) struct ThreadNode {
    /// The Parallel or Map it belongs to.
    pub(super) parent: Option<VisitId>,
    pub(super) depth: u16,
    pub(super) number: u64,
    pub(super) started: Timestamp,
    /// When the iteration ended by itself.
    pub(super) ended: Option<Timestamp>,
    /// Whether its iteration failed.
    pub(super) failed: bool,
    /// Whether something was caught in it.
    pub(super) warned: bool,
    pub(super) line: Line,
    /// The visit in it that was caught last: of all the caught ones only this can be the cause.
    pub(super) caught: Option<VisitId>,
    /// The input of the visit at work.
    pub(super) input: Option<Input>,
    /// What an iteration works on, in short.
    pub(super) item: Option<Box<str>>,
    /// The last events in it: what the next event may follow.
    pub(super) tips: [EventId; MAX_TIPS],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ThreadId(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct VisitId(u32);

/// All threads and visits.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    threads: Slab<ThreadNode>,
    visits: Slab<VisitNode>,
}

impl Store {
    pub(super) fn begin_thread(
        &mut self,
        parent: Option<VisitId>,
        number: u64,
        at: Timestamp,
    ) -> ThreadId {
        let around = parent.and_then(|visit| self.thread(self.visit(visit)?.thread));
        let depth = around.map_or(0, |thread| thread.depth + 1);
        ThreadId(self.threads.insert(ThreadNode {
            parent,
            depth,
            number,
            started: at,
            ended: None,
            failed: false,
            warned: false,
            line: Line::default(),
            caught: None,
            input: None,
            item: None,
            tips: Default::default(),
        }))
    }

    pub(super) fn add_visit(&mut self, visit: VisitNode) -> VisitId {
        VisitId(self.visits.insert(visit))
    }

    pub(super) fn thread(&self, id: ThreadId) -> Option<&ThreadNode> {
        self.threads.get(id.0)
    }

    /// The visit that a thread belongs to. One that took the room of another is none: its thread is
    /// not the one around. So a way outwards always ends.
    pub(super) fn parent(&self, thread: &ThreadNode) -> Option<VisitId> {
        let parent = thread.parent?;
        let around = self.thread(self.visit(parent)?.thread)?;
        (around.depth + 1 == thread.depth).then_some(parent)
    }

    pub(super) fn thread_mut(&mut self, id: ThreadId) -> Option<&mut ThreadNode> {
        self.threads.get_mut(id.0)
    }

    pub(super) fn visit(&self, id: VisitId) -> Option<&VisitNode> {
        self.visits.get(id.0)
    }

    pub(super) fn visit_mut(&mut self, id: VisitId) -> Option<&mut VisitNode> {
        self.visits.get_mut(id.0)
    }

    pub(super) fn remove_thread(&mut self, id: ThreadId) -> Option<ThreadNode> {
        self.threads.remove(id.0)
    }

    pub(super) fn remove_visit(&mut self, id: VisitId) -> Option<VisitNode> {
        self.visits.remove(id.0)
    }

    /// The last visit of a thread.
    pub(super) fn last_visit(&self, thread: ThreadId) -> Option<VisitId> {
        self.thread(thread)?.line.last()
    }

    /// The visit a thread is at, if it is at one.
    pub(super) fn current(&self, thread: ThreadId) -> Option<VisitId> {
        self.last_visit(thread)
            .filter(|visit| self.visit(*visit).is_some_and(VisitNode::is_open))
    }

    /// A thread and a visit at once.
    pub(super) fn thread_and_visit(
        &mut self,
        thread: ThreadId,
        visit: VisitId,
    ) -> Option<(&mut ThreadNode, &VisitNode)> {
        Some((self.threads.get_mut(thread.0)?, self.visits.get(visit.0)?))
    }

    /// How many visits there are.
    pub(super) fn visits(&self) -> usize {
        self.visits.len()
    }

    /// How many there ever were at once.
    #[cfg(test)]
    pub(super) fn slots(&self) -> (usize, usize) {
        (self.threads.slots.len(), self.visits.slots.len())
    }

    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.threads.len(), self.visits.len())
    }
}

/// Values under reusable numbers.
#[derive(Clone, Debug)]
struct Slab<T> {
    slots: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Slab<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slab<T> {
    fn insert(&mut self, value: T) -> u32 {
        if let Some(id) = self.free.pop() {
            self.slots[id as usize] = Some(value);
            return id;
        }
        let id = u32::try_from(self.slots.len()).expect("four thousand million do not fit memory");
        self.slots.push(Some(value));
        id
    }

    fn get(&self, id: u32) -> Option<&T> {
        self.slots.get(id as usize)?.as_ref()
    }

    fn get_mut(&mut self, id: u32) -> Option<&mut T> {
        self.slots.get_mut(id as usize)?.as_mut()
    }

    fn remove(&mut self, id: u32) -> Option<T> {
        let value = self.slots.get_mut(id as usize)?.take()?;
        self.free.push(id);
        Some(value)
    }

    fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
