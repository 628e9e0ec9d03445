//! Where a Map Run begins and ends in its execution: the fields of its Map state, its events.

use std::sync::Arc;

use super::{
    self as map_run, Batch, ChildNames, Destination, ItemReader, ItemSource, MAX_CONCURRENCY,
    MapRun, ResultWriter, Tolerance,
};
use crate::data::{EventId, Json, Keyed, Number, StatesError};
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::program::{self, Distributed, Items, Map, State, Template};
use crate::engine::scope::View;
use crate::engine::states::map;
use crate::engine::test_state::{self, Step};
use crate::engine::thread::{Phase, RunRedrive, Thread, ThreadId};
use crate::engine::{Effect, Out, io};
use crate::history::{Details, HistoryEventType};
use crate::query::failure;
use crate::query::jsonata::Expected;

pub(in crate::engine) fn attempt(
    execution: &mut Execution,
    state: &State,
    map: &Map,
    own: &Distributed,
    id: ThreadId,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    let view = execution.view(state, thread);
    let input = io::input(state, &view)?;
    let view = view.of(&input);
    // With an ItemReader, ItemsPath has no effect (01 §1.3).
    let items = match own.item_reader {
        Some(_) => Json::Null,
        None => items(map, &view, &mut random)?,
    };
    let max_concurrency = map::window(map, MAX_CONCURRENCY, &view, &mut random)?;
    let length = match &items {
        Json::Object(fields) => fields.len(),
        items => items.as_array().map_or(0, <[Json]>::len),
    };
    // It counts once: another attempt begins a Map Run of its own.
    let is_due = std::mem::take(&mut thread.run_redrive) == RunRedrive::Due;
    let redriven = is_due.then_some(thread.map_run);
    if redriven.is_none() {
        let kind = HistoryEventType::MapStateStarted;
        let details = Details::MapStarted {
            length: length as u64,
        };
        thread.previous = execution
            .recorder
            .event(out.sink, thread.previous, kind, details);
    }
    // What is wrong with these comes up after MapStateStarted (07 §7.8, 9 recordings).
    let view = execution.view(state, thread).of(&input);
    let tolerance = tolerance(own, &view, &mut random)?;
    let batch = batch(own, &view, &mut random)?;
    let result_writer = result_writer(own, &view, &mut random)?;
    let reader = item_reader(own, &view, &mut random)?;
    let told = (tolerance, batch.as_ref());
    if let Some(mocked) = test_state::mocked(map, &items, told, &view, &mut random)? {
        thread.phase = Phase::Answered(mocked);
        return Ok(Turn::Again);
    }
    let names = Names::of(state, own, &view, redriven);
    let run = match redriven {
        Some(run) => go_on(execution, thread, run, &names, out),
        None => begin(execution, thread, &names, out),
    };
    let item_reader = match reader {
        Some(Err(error)) => {
            fail(execution, thread, &error, out);
            return Err(Failure::joined(error));
        }
        Some(Ok(reader)) => Some(reader),
        None => None,
    };
    let map_run = MapRun {
        run,
        arn: names.arn,
        uuid: names.uuid,
        at: execution.recorder.now(),
        redrives: thread.run_redrives,
        name: state.name.clone(),
        item_reader,
        items: items.compacted(),
        max_concurrency,
        batch,
        result_writer,
        tolerance,
        program: Arc::clone(&execution.program),
        flow: map.flow,
        state: thread.state,
        express: own.express,
        names: ChildNames::of(&execution.core.identity, &names.label, own.express),
        core: execution.core.clone(),
        thread: thread.snapshot(),
        input: input.compacted(),
    };
    execution.tasks.insert(run, id);
    thread.phase = Phase::MapRun(run);
    out.effects.push(Effect::RunMap(Box::new(map_run)));
    Ok(Turn::Parked)
}

/// The items at hand: unlike an inline Map, a distributed one takes an object too (07 §7.2).
fn items(map: &Map, view: &View<'_>, random: &mut Keyed) -> Result<Json, Failure> {
    match &map.items {
        Items::Path(path) => {
            let found = path
                .evaluate(view)
                .map_err(|_| failure::missing_items(path, view.input))?;
            match found {
                Json::Array(_) | Json::Object(_) => {
                    view.saw(Step::AfterItemsPath, &found);
                    Ok(found)
                }
                _ => Err(failure::not_an_array(path).into()),
            }
        }
        Items::Template(template) => Ok(view.jsonata(|scope| {
            template.evaluate_typed("Items", Expected::ArrayOrObject, scope, random)
        })?),
        Items::Input if view.input.as_object().is_some() => Ok(view.input.clone()),
        Items::Input => map::items(map, view, random),
    }
}

/// What a Map Run and its children are called.
struct Names {
    label: Arc<str>,
    uuid: Arc<str>,
    arn: Arc<str>,
}

impl Names {
    /// Without a `Label`, AWS makes one up when the machine is created.
    fn of(state: &State, own: &Distributed, view: &View<'_>, redriven: Option<EventId>) -> Self {
        let core = view.core;
        let label = own.label.clone();
        let label = label.unwrap_or_else(|| core.seed.named(&state.name).uuid().into());
        // A run begins right behind its state's MapStateStarted.
        let behind = redriven.map_or(view.thread.previous, |run| EventId(run.0 - 1));
        let uuid = core.seed.at(behind).uuid();
        let arn = map_run::arn(&core.identity, &label, &uuid).into();
        Self {
            label,
            uuid: uuid.into(),
            arn,
        }
    }
}

fn begin(
    execution: &mut Execution,
    thread: &mut Thread,
    names: &Names,
    out: &mut Out<'_>,
) -> EventId {
    let details = Details::MapRunStarted {
        map_run_arn: Some((&*names.arn).into()),
    };
    let kind = HistoryEventType::MapRunStarted;
    thread.previous = execution
        .recorder
        .event(out.sink, thread.previous, kind, details);
    thread.run_redrives = 0;
    thread.previous
}

/// Goes on with a Map Run that did not succeed (12.1; no recording shows the event).
fn go_on(
    execution: &mut Execution,
    thread: &mut Thread,
    run: EventId,
    names: &Names,
    out: &mut Out<'_>,
) -> EventId {
    thread.run_redrives += 1;
    let details = Details::Redriven {
        map_run_arn: Some((&*names.arn).into()),
        redrive_count: u64::from(thread.run_redrives),
    };
    let kind = HistoryEventType::MapRunRedriven;
    thread.previous = execution
        .recorder
        .event(out.sink, thread.previous, kind, details);
    run
}

fn tolerance(own: &Distributed, view: &View<'_>, random: &mut Keyed) -> Result<Tolerance, Failure> {
    let count = match &own.tolerated_failure_count {
        None => None,
        Some(source) => {
            let count = source.integer("ToleratedFailureCount", view, random)?;
            view.saw_number(Step::ToleratedFailureCount, count.into());
            let negative = || StatesError::runtime("ToleratedFailureCount cannot be negative.");
            Some(u64::try_from(count).map_err(|_| negative())?)
        }
    };
    let percentage = match &own.tolerated_failure_percentage {
        None => None,
        Some(source) => {
            let percentage = source.float("ToleratedFailurePercentage", view, random)?;
            let number = Number::Float(percentage);
            view.saw_number(Step::ToleratedFailurePercentage, number);
            if !(0.0..=100.0).contains(&percentage) {
                let cause = "ToleratedFailurePercentage must be between 0 and 100.";
                return Err(StatesError::runtime(cause).into());
            }
            Some(percentage)
        }
    };
    Ok(Tolerance { count, percentage })
}

fn batch(own: &Distributed, view: &View<'_>, random: &mut Keyed) -> Result<Option<Batch>, Failure> {
    let Some(batcher) = &own.item_batcher else {
        return Ok(None);
    };
    let mut bound = |source: &Option<program::Scalar>, name| {
        let Some(source) = source else {
            return Ok(None);
        };
        let bound = source.integer(name, view, random)?;
        match u64::try_from(bound) {
            Ok(bound @ 1..) => Ok(Some(bound)),
            _ => Err(Failure::from(StatesError::runtime(format!(
                "{name} must be positive."
            )))),
        }
    };
    let max_items = bound(&batcher.max_items, "MaxItemsPerBatch")?;
    let max_input_bytes = bound(&batcher.max_input_bytes, "MaxInputBytesPerBatch")?;
    let batch_input = match &batcher.batch_input {
        Some(template) => Some(io::made(template, "ItemBatcher/BatchInput", view, random)?),
        None => None,
    };
    // A child never gets more than a state may get.
    let most = crate::data::limits::MAX_PAYLOAD;
    let bytes = max_input_bytes.and_then(|bytes| usize::try_from(bytes).ok());
    Ok(Some(Batch {
        max_items: max_items.unwrap_or(u64::MAX),
        max_input_bytes: bytes.map_or(most, |bytes| bytes.min(most)),
        batch_input,
    }))
}

/// The reader; inside an error when only the Map Run fails by it.
type Reader = Result<ItemReader, StatesError>;

fn item_reader(
    own: &Distributed,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Option<Reader>, Failure> {
    let Some(reader) = &own.item_reader else {
        return Ok(None);
    };
    let max_items = match &reader.max_items {
        None => 0,
        Some(source) => source.integer("MaxItems", view, random)?,
    };
    let arguments = arguments(&reader.arguments, "ItemReader", view, random)?;
    if max_items < 0 {
        let error = StatesError::new("States.ItemReaderFailed", "field MaxItems must be positive");
        return Ok(Some(Err(error)));
    }
    let bucket = text(&arguments, "ItemReader", "Bucket")?;
    let source = if reader.lists {
        ItemSource::Listing {
            bucket,
            prefix: prefix(&arguments, "ItemReader")?,
        }
    } else {
        ItemSource::Object {
            bucket,
            key: text(&arguments, "ItemReader", "Key")?,
        }
    };
    Ok(Some(Ok(ItemReader {
        source,
        config: reader.config.clone(),
        // 0 is no limit (07 §7.4).
        max_items: u64::try_from(max_items).ok().filter(|most| *most > 0),
    })))
}

fn result_writer(
    own: &Distributed,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Option<ResultWriter>, Failure> {
    let Some(writer) = &own.result_writer else {
        return Ok(None);
    };
    let destination = match &writer.arguments {
        None => None,
        Some(template) => {
            let arguments = arguments(template, "ResultWriter", view, random)?;
            Some(Destination {
                bucket: text(&arguments, "ResultWriter", "Bucket")?,
                prefix: prefix(&arguments, "ResultWriter")?,
            })
        }
    };
    Ok(Some(ResultWriter {
        destination,
        output_type: writer.output_type,
        transformation: writer.transformation,
    }))
}

fn arguments(
    template: &Template,
    field: &str,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Json, Failure> {
    let name = match template {
        Template::JsonPath(_) => "Parameters",
        Template::Jsonata(_) => "Arguments",
    };
    io::made(template, &format!("{field}/{name}"), view, random)
}

/// `Prefix`, which may be absent or empty.
fn prefix(arguments: &Json, field: &str) -> Result<Arc<str>, StatesError> {
    match arguments.get("Prefix") {
        None => Ok("".into()),
        Some(Json::String(prefix)) => Ok(prefix.clone()),
        Some(_) => text(arguments, field, "Prefix"),
    }
}

/// A text among the arguments. How AWS words a miss is not recorded.
fn text(arguments: &Json, field: &str, name: &str) -> Result<Arc<str>, StatesError> {
    match arguments.get(name) {
        Some(Json::String(text)) if !text.is_empty() => Ok(text.clone()),
        found => Err(StatesError::runtime(format!(
            "The field '{name}' of {field} must be a string, but was: {}",
            found.map_or("nothing".into(), Json::text)
        ))),
    }
}

impl Execution {
    /// Records the end of a Map Run; the Map's thread goes on when it runs next.
    pub(in crate::engine) fn map_run_ended(
        &mut self,
        run: EventId,
        result: Result<Json, StatesError>,
        out: &mut Out<'_>,
    ) {
        self.end_map_run(run, Phase::Ran(result), out);
    }

    /// As [`Self::map_run_ended`], in a replay of a history that tells what the Map was left with,
    /// but not what its run gave.
    pub(in crate::engine) fn map_run_left(
        &mut self,
        run: EventId,
        output: Json,
        assigned: Vec<(Arc<str>, Json)>,
        out: &mut Out<'_>,
    ) {
        self.end_map_run(run, Phase::Left { output, assigned }, out);
    }

    fn end_map_run(&mut self, run: EventId, over: Phase, out: &mut Out<'_>) {
        let Some(id) = self.tasks.get(&run).copied() else {
            return;
        };
        let Some(mut thread) = self.threads.take(id) else {
            return;
        };
        if matches!(thread.phase, Phase::MapRun(waited) if waited == run) {
            self.tasks.remove(&run);
            if let Phase::Ran(Err(error)) = &over {
                fail(self, &mut thread, error, out);
                thread.run_redrive = RunRedrive::Possible;
            } else {
                let kind = HistoryEventType::MapRunSucceeded;
                let previous = thread.previous;
                thread.previous = self.recorder.event(out.sink, previous, kind, Details::None);
            }
            thread.phase = over;
            thread.map_run = run;
            self.ready.push_back(id);
        }
        self.threads.put_back(id, thread);
    }
}

fn fail(execution: &mut Execution, thread: &mut Thread, error: &StatesError, out: &mut Out<'_>) {
    let kind = HistoryEventType::MapRunFailed;
    let details = Details::failure(error);
    thread.previous = execution
        .recorder
        .event(out.sink, thread.previous, kind, details);
}

/// Records that the Map succeeded with its run.
pub(in crate::engine) fn finish(execution: &mut Execution, thread: &mut Thread, out: &mut Out<'_>) {
    let kind = HistoryEventType::MapStateSucceeded;
    execution
        .recorder
        .event(out.sink, thread.previous, kind, Details::None);
    if execution.core.era.leaves_map_from_run_start {
        thread.previous = thread.map_run;
    }
}
