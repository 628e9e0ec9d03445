//! What takes the place of a Map's iterations: its mock, behind the fields that shape the items.

use std::sync::Arc;

use super::{Alone, Step};
use crate::data::{Json, Keyed, StatesError};
use crate::engine::failure::Failure;
use crate::engine::io;
use crate::engine::map_run::{Batch, InputType, ReaderConfig, Tally, Tolerance};
use crate::engine::program::Map;
use crate::engine::scope::{Item, View};

/// The mocked result of a Map that is tested, else nothing. `items` are those that it has at hand.
pub(in crate::engine) fn mocked(
    map: &Map,
    items: &Json,
    (tolerance, batch): (Tolerance, Option<&Batch>),
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Option<Result<Json, StatesError>>, Failure> {
    let Some(alone) = &view.core.alone else {
        return Ok(None);
    };
    let read = read_items(map, alone, view);
    let mut inputs = listed(read.as_ref().unwrap_or(items));
    if let Some(selector) = &map.item_selector {
        for (index, input) in (0..).zip(&mut inputs) {
            let item = Item {
                index,
                value: std::mem::take(&mut input.1),
                key: input.0.clone(),
                source: None,
            };
            let view = View {
                item: Some(&item),
                ..view.of(view.input)
            };
            input.1 = io::made(selector, "ItemSelector", &view, random)?;
        }
        let selected = inputs.iter().map(|(_, input)| input.clone());
        view.saw(Step::AfterItemSelector, &selected.collect());
    }
    if let Some(batch) = batch {
        let inputs = inputs.into_iter().map(|(_, input)| input);
        view.saw(Step::AfterItemBatcher, &batch.divided(inputs.collect()));
    }
    let mock = alone.mock();
    Ok(mock.map(|result| result.and_then(|result| tolerated(alone, tolerance, result))))
}

/// What the `ItemReader` would read, as far as it is told: of JSON files.
fn read_items(map: &Map, alone: &Alone, view: &View<'_>) -> Option<Json> {
    let reader = map.distributed.as_ref()?.item_reader.as_ref()?;
    let data = alone.configuration.map_item_reader_data.as_ref()?;
    let ReaderConfig {
        input_type,
        items_pointer,
        ..
    } = &reader.config;
    if !matches!(input_type, None | Some(InputType::Json)) {
        return None;
    }
    let document = Json::parse(data).ok()?;
    let Some(pointer) = items_pointer else {
        return Some(document);
    };
    let items = pointed(&document, pointer)?;
    view.saw(Step::AfterItemsPointer, &items);
    Some(items)
}

/// What a JSON Pointer leads to.
fn pointed(document: &Json, pointer: &str) -> Option<Json> {
    let mut place = document;
    for step in pointer.split('/').skip(1) {
        let key = step.replace("~1", "/").replace("~0", "~");
        place = match place {
            Json::Array(_) => place.as_array()?.get(key.parse::<usize>().ok()?)?,
            _ => place.get(&key)?,
        };
    }
    Some(place.compacted())
}

type Named = (Option<Arc<str>>, Json);

fn listed(items: &Json) -> Vec<Named> {
    match items {
        Json::Object(fields) => fields
            .iter()
            .map(|(key, value)| (Some(key.clone()), value.clone()))
            .collect(),
        items => {
            let items = items.as_array().unwrap_or_default();
            items.iter().map(|item| (None, item.clone())).collect()
        }
    }
}

/// The result, unless more iterations failed than the Map tolerates. A Map that says nothing about
/// failures is left with its result however many failed (11 §11.3, recorded).
fn tolerated(alone: &Alone, tolerance: Tolerance, result: Json) -> Result<Json, StatesError> {
    let Some(failed) = alone.configuration.map_iteration_failure_count else {
        return Ok(result);
    };
    let tally = Tally {
        total: result.as_array().map_or(failed, |items| items.len() as u64),
        complete: true,
        failed,
        ..Tally::default()
    };
    if tolerance != Tolerance::default() && tally.exceeds(tolerance) {
        return Err(Tally::exceeded());
    }
    Ok(result)
}
