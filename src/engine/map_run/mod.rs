//! The Map Run: a Map in distributed mode, whose iterations are executions of their own.
//!
//! The engine says what is to be read, what a child is given, and what the children's ends mean;
//! reading, running and writing are the runtime's. A [`MapRun`] is shared by the threads that run
//! its children: nothing in it changes.

pub(super) mod begin;
mod child;
mod item_reader;
mod tally;

pub use child::ChildResult;
pub use item_reader::{
    CsvDelimiter, CsvHeaders, Destination, InputType, ItemReader, ItemSource, ManifestType,
    OutputType, ReaderConfig, ResultWriter, Transformation,
};
pub use tally::{Children, MapRunStatus, Tally, Tolerance};

use std::collections::BTreeMap;
use std::sync::Arc;

use super::io;
use super::program::{Body, FlowId, Map, Program, StateId};
use super::scope::{Core, Item, View};
use super::thread::Thread;
use super::{Identity, Start};
use crate::data::{EventId, Json, StatesError, Timestamp, limits};

/// The most children at once when `MaxConcurrency` is 0 or absent (07 §7.2).
pub const MAX_CONCURRENCY: u32 = 10_000;

/// A Map Run to be done: what its Map state evaluated before it began.
#[derive(Debug)]
pub struct MapRun {
    /// Its `MapRunStarted` event: its id.
    pub run: EventId,
    /// Its ARN.
    pub arn: Arc<str>,
    /// The last part of its ARN.
    pub uuid: Arc<str>,
    /// When it began, or was redriven.
    pub at: Timestamp,
    /// How often it was redriven.
    pub redrives: u32,
    /// The Map state's name.
    pub name: Arc<str>,
    /// What to read the items from; none when they are at hand.
    pub item_reader: Option<ItemReader>,
    /// The items at hand.
    pub items: Json,
    /// How many children may run at once.
    pub max_concurrency: u32,
    /// How items are put together.
    pub batch: Option<Batch>,
    /// How results are put together; none when they are the children's outputs.
    pub result_writer: Option<ResultWriter>,
    /// How many items may fail.
    pub tolerance: Tolerance,
    /// The machine: children run a part of it.
    pub program: Arc<Program>,
    pub(super) flow: FlowId,
    pub(super) state: StateId,
    pub(super) express: bool,
    /// What children are called: the parent's names with the Map's label behind them.
    pub(super) names: ChildNames,
    pub(super) core: Core,
    /// The Map's thread as it was when the run began: `ItemSelector` reads it.
    pub(super) thread: Thread,
    /// `$` of `ItemSelector`
    pub(super) input: Json,
}

/// What the children of a Map Run are called (07 §7.7).
#[derive(Debug)]
pub struct ChildNames {
    machine_name: Arc<str>,
    machine_arn: Arc<str>,
    role_arn: Arc<str>,
    region: Arc<str>,
    /// How the ARNs of their executions begin.
    executions: String,
    express: bool,
}

impl ChildNames {
    pub(super) fn of(parent: &Identity, label: &str, express: bool) -> Self {
        let arn = format!("{}/{label}", parent.state_machine_arn);
        let kind = if express { ":express:" } else { ":execution:" };
        Self {
            machine_name: format!("{}/{label}", parent.state_machine_name).into(),
            executions: format!("{}:", arn.replacen(":stateMachine:", kind, 1)),
            machine_arn: arn.into(),
            role_arn: parent.role_arn.clone(),
            region: parent.region.clone(),
            express,
        }
    }

    fn identity(&self, random: &mut crate::data::Keyed) -> Identity {
        let name = random.uuid();
        let mut execution_arn = String::with_capacity(self.executions.len() + 80);
        execution_arn.push_str(&self.executions);
        execution_arn.push_str(&name);
        if self.express {
            execution_arn.push(':');
            execution_arn.push_str(&random.uuid());
        }
        Identity {
            execution_arn: execution_arn.into(),
            name: name.into(),
            state_machine_arn: self.machine_arn.clone(),
            state_machine_name: self.machine_name.clone(),
            role_arn: self.role_arn.clone(),
            region: self.region.clone(),
            express: self.express,
        }
    }
}

/// `ItemBatcher` with its fields evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// `MaxItemsPerBatch`; the largest number when it is absent.
    pub max_items: u64,
    /// `MaxInputBytesPerBatch`
    pub max_input_bytes: usize,
    /// `BatchInput`
    pub batch_input: Option<Json>,
}

impl Batch {
    /// The input of a child that gets these items.
    #[must_use]
    pub fn input(&self, items: Vec<Json>) -> Json {
        let input = self.batch_input.clone();
        let input = input.map(|input| ("BatchInput", input));
        let items = ("Items", Json::array(items));
        input.into_iter().chain([items]).collect()
    }

    /// The inputs of the children that these items make, each with as many as both bounds admit
    /// (07 §7.5).
    #[must_use]
    pub(super) fn divided(&self, items: Vec<Json>) -> Json {
        let overhead = self.input(Vec::new()).size();
        let (mut batches, mut batch, mut size) = (Vec::new(), Vec::new(), overhead);
        for item in items {
            let more = item.size() + usize::from(!batch.is_empty());
            let full = batch.len() as u64 >= self.max_items || size + more > self.max_input_bytes;
            if full && !batch.is_empty() {
                batches.push(self.input(std::mem::take(&mut batch)));
                size = overhead;
            }
            size += item.size() + usize::from(!batch.is_empty());
            batch.push(item);
        }
        if !batch.is_empty() {
            batches.push(self.input(batch));
        }
        Json::array(batches)
    }
}

/// Where an item comes from: what the context object says of it.
#[derive(Clone, Debug, Default)]
pub struct ItemOrigin {
    /// Its place among the items.
    pub index: u64,
    /// Its key, when the items are an object's fields.
    pub key: Option<Arc<str>>,
    /// Where it was read, such as `S3://bucket/key`; `STATE_DATA` when it was at hand.
    pub source: Option<Arc<str>>,
}

impl MapRun {
    /// Whether anybody asks where an item comes from.
    #[must_use]
    pub fn asks_origin(&self) -> bool {
        self.map().item_selector.is_some()
    }

    /// What an item becomes: `ItemSelector`, or the item itself.
    ///
    /// # Errors
    /// When `ItemSelector` cannot be evaluated, which fails the Map Run.
    pub fn select(&self, origin: ItemOrigin, value: Json) -> Result<Json, StatesError> {
        let Some(selector) = &self.map().item_selector else {
            return Ok(value.compacted());
        };
        let index = origin.index;
        let item = Item {
            index,
            value,
            key: origin.key,
            source: origin.source,
        };
        let view = View {
            core: &self.core,
            state: self.program.state(self.state),
            thread: &self.thread,
            input: &self.input,
            result: None,
            error_output: None,
            item: Some(&item),
            now: self.at,
        };
        let mut random = self.core.seed.nth(self.run, index).at(EventId::NONE);
        let selected = io::made(selector, "ItemSelector", &view, &mut random);
        selected.map_err(|failure| failure.into_error(&view.state.name, self.thread.entered))
    }

    /// The input of a child that gets a batch of items.
    #[must_use]
    pub fn batched(&self, items: Vec<Json>) -> Json {
        match &self.batch {
            Some(batch) => batch.input(items),
            None => [("Items", Json::array(items))].into_iter().collect(),
        }
    }

    /// The beginning of a child execution.
    ///
    /// # Errors
    /// When its input is over the size limit.
    pub fn child(
        &self,
        names: &ChildNames,
        number: u64,
        input: Json,
        at: Timestamp,
    ) -> Result<Start, StatesError> {
        if input.size() > limits::MAX_PAYLOAD {
            return Err(StatesError::data_limit(&self.name));
        }
        let seed = self.core.seed.nth(self.run, number);
        Ok(Start {
            flow: self.flow,
            input,
            // A child cannot read the variables of the machine around it (01-fields §1.6).
            variables: BTreeMap::new(),
            identity: Arc::new(names.identity(&mut seed.named("identity"))),
            at,
            seed,
            max_events: if self.express { 0 } else { limits::MAX_EVENTS },
            era: self.core.era,
        })
    }

    /// Whose execution it belongs to.
    #[must_use]
    pub fn parent(&self) -> &Identity {
        &self.core.identity
    }

    /// Whether its children are Express executions.
    #[must_use]
    pub fn is_express(&self) -> bool {
        self.express
    }

    /// What children are called, for one thread that runs them: texts that all threads shared
    /// would be counted by all of them at once, for every child.
    #[must_use]
    pub fn names(&self) -> ChildNames {
        let own = |text: &Arc<str>| Arc::from(&**text);
        let names = &self.names;
        ChildNames {
            machine_name: own(&names.machine_name),
            machine_arn: own(&names.machine_arn),
            role_arn: own(&names.role_arn),
            region: own(&names.region),
            executions: names.executions.clone(),
            express: names.express,
        }
    }

    fn map(&self) -> &Map {
        match &self.program.state(self.state).body {
            Body::Map(map) => map,
            _ => unreachable!("only a Map has a Map Run"),
        }
    }
}

/// The name of a Map Run: `…:mapRun:MACHINE/LABEL:UUID` (07 §7.7).
pub(super) fn arn(identity: &Identity, label: &str, uuid: &str) -> String {
    let machine = &identity.state_machine_arn;
    format!(
        "{}/{label}:{uuid}",
        machine.replacen(":stateMachine:", ":mapRun:", 1)
    )
}
