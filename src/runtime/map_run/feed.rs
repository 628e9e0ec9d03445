//! The feed: items one after the other, as what children are given.

use std::sync::Arc;

use super::worker::{Found, Given};
use crate::data::{Json, StatesError};
use crate::engine::map_run::{Batch, ItemOrigin, MapRun};
use crate::runtime::buckets::Buckets;
use crate::runtime::items::{self, Items};

/// What children are given, in order.
pub(super) struct Feed {
    run: Arc<MapRun>,
    source: Source,
    /// The next item's place.
    index: u64,
    /// Read already, and too large for the batch before.
    kept: Option<Json>,
    /// How much of `MaxInputBytesPerBatch` a batch has before its items.
    overhead: usize,
}

/// Where items are taken from.
enum Source {
    /// The items of an array or the fields of an object that the state itself has.
    AtHand(Json),
    Read(Items),
}

/// `Map.Item.Source` of items that the state itself has (01 §1.8).
const STATE_DATA: &str = "STATE_DATA";

impl Feed {
    pub(super) fn open(run: &Arc<MapRun>, buckets: &Buckets) -> Result<Self, StatesError> {
        let source = match &run.item_reader {
            Some(reader) => Source::Read(items::open(reader, buckets)?),
            None => Source::AtHand(run.items.clone()),
        };
        Ok(Self {
            run: Arc::clone(run),
            source,
            index: 0,
            kept: None,
            overhead: run.batched(Vec::new()).size(),
        })
    }

    /// How many items were taken so far.
    pub(super) fn taken(&self) -> u64 {
        self.index
    }

    /// How many are known that were not taken: those that have to be read are not.
    pub(super) fn left(&self) -> u64 {
        let known = match &self.source {
            Source::AtHand(Json::Object(fields)) => fields.len(),
            Source::AtHand(items) => items.as_array().map_or(0, <[Json]>::len),
            Source::Read(_) => 0,
        };
        (known as u64).saturating_sub(self.index)
    }

    /// What the next child is given; none when the items are used up.
    pub(super) fn next(&mut self) -> Result<Option<Given>, StatesError> {
        match self.run.batch.clone() {
            Some(batch) => self.batch(&batch),
            None => Ok(self.item()?.map(|(origin, item)| Given::Item(origin, item))),
        }
    }

    fn item(&mut self) -> Result<Option<(ItemOrigin, Found)>, StatesError> {
        let taken = match &mut self.source {
            Source::AtHand(items) => at_hand(items, self.index),
            Source::Read(items) => items.next().transpose()?.map(|item| {
                let asked = self.run.asks_origin().then_some(&item);
                let key = asked.and_then(|item| item.key.clone());
                let source = asked.map(|item| Arc::clone(&item.source));
                (key, source, Found::Raw(item))
            }),
        };
        let Some((key, source, found)) = taken else {
            return Ok(None);
        };
        let origin = ItemOrigin {
            index: self.index,
            key,
            source,
        };
        self.index += 1;
        Ok(Some((origin, found)))
    }

    /// As many items as the stricter of the two bounds admits, at least one (07 §7.5).
    fn batch(&mut self, batch: &Batch) -> Result<Option<Given>, StatesError> {
        let mut items = Vec::new();
        let mut size = self.overhead;
        while (items.len() as u64) < batch.max_items {
            let item = match self.kept.take() {
                Some(item) => item,
                None => match self.item()? {
                    Some((origin, item)) => self.run.select(origin, item.read()?)?,
                    None => break,
                },
            };
            size += item.size() + usize::from(!items.is_empty());
            if size > batch.max_input_bytes && !items.is_empty() {
                self.kept = Some(item);
                break;
            }
            items.push(item);
        }
        let count = items.len() as u64;
        Ok((count > 0).then(|| Given::Batch(self.run.batched(items), count)))
    }
}

type Taken = (Option<Arc<str>>, Option<Arc<str>>, Found);

fn at_hand(items: &Json, index: u64) -> Option<Taken> {
    let index = usize::try_from(index).ok()?;
    let (key, value) = match items {
        Json::Object(fields) => {
            let (key, value) = fields.get_index(index)?;
            (Some(key.clone()), value)
        }
        items => (None, items.as_array()?.get(index)?),
    };
    Some((key, Some(STATE_DATA.into()), Found::Value(value.clone())))
}
