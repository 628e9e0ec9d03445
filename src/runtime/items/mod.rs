//! The items of a Distributed Map, read from files that stand for S3 objects.
//!
//! [`open`] gives a stream that finds where each item begins and ends and holds one of them at a
//! time, so that memory does not grow with the file. Making a document of an item is most of the
//! work, and is left to [`SourceItem::read`], which any thread may do.
//!
//! Everything that goes wrong is `States.ItemReaderFailed`; its cause names the object as
//! `S3://bucket/key`, and the line. The wording is recorded where a comment says so.

mod csv;
mod json;
mod json_lines;
mod listing;
mod manifest;
mod object;
mod splitter;

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;

use crate::data::{Json, StatesError};
use crate::engine::map_run::{InputType, ItemReader, ItemSource, ManifestType, ReaderConfig};

use super::Buckets;
use object::Object;

/// The largest item in a file, in bytes. A child execution takes 256 KiB, but an `ItemSelector`
/// may choose a part of an item.
pub const MAX_ITEM: usize = 16 << 20;

/// What an item of a listing takes, about.
const LISTED: usize = 256;

/// The items that an `ItemReader` names, in their order; nothing follows an error.
pub struct Items {
    rows: Rows,
    left: u64,
}

type Rows = Box<dyn Iterator<Item = Result<SourceItem, StatesError>> + Send>;

/// One item as it was found.
#[derive(Debug)]
pub struct SourceItem {
    /// `Map.Item.Key`: the key of an item of an object.
    pub key: Option<Arc<str>>,
    /// `Map.Item.Source`: `S3://bucket/key`, or the bucket when the item is an object of a listing.
    pub source: Arc<str>,
    raw: Raw,
}

/// An item that is not a document yet.
#[derive(Debug)]
enum Raw {
    Json(Box<[u8]>, Place),
    Row(csv::Row),
    Listed(listing::Listed),
}

/// Where in its file an item is.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// From 1.
    Line(u64),
    /// From 0, as `Map.Item.Index` counts.
    Index(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Index(index) => write!(f, "the item of index {index}"),
        }
    }
}

/// Opens what an `ItemReader` names. Taking an item reads from files.
///
/// # Errors
/// `States.ItemReaderFailed`, when the file cannot be read or has no items.
pub fn open(reader: &ItemReader, buckets: &Buckets) -> Result<Items, StatesError> {
    let config = &reader.config;
    let rows = match &reader.source {
        ItemSource::Object { bucket, key } => named(bucket, key, config, buckets)?,
        ItemSource::Listing { bucket, prefix } => {
            let keys = listing::keys(bucket, prefix, buckets)?;
            if config.loads_and_flattens {
                let objects = keys.map({
                    let bucket = Arc::clone(bucket);
                    move |listed| Ok((Arc::clone(&bucket), listed?.key))
                });
                flatten(objects, config, buckets, Object::open)
            } else {
                listing::items(bucket, keys)
            }
        }
    };
    let left = reader.max_items.unwrap_or(u64::MAX);
    Ok(Items { rows, left })
}

/// The items of the object that the reader names, or of those that it lists.
fn named(
    bucket: &str,
    key: &str,
    config: &ReaderConfig,
    buckets: &Buckets,
) -> Result<Rows, StatesError> {
    let object = Object::open(bucket, key, buckets)?;
    match (config.manifest_type, config.input_type) {
        (Some(ManifestType::S3Inventory), _) | (None, Some(InputType::Manifest)) => {
            manifest::inventory(object, bucket, buckets)
        }
        (Some(ManifestType::AthenaData), _) => {
            let objects = manifest::athena(object);
            Ok(flatten(objects, config, buckets, Object::open_unpacked))
        }
        (None, _) => rows(object, config),
    }
}

/// The items in an object.
fn rows(object: Object, config: &ReaderConfig) -> Result<Rows, StatesError> {
    match config.input_type {
        Some(InputType::Csv) => csv::rows(object, &config.csv_headers, config.csv_delimiter),
        Some(InputType::Json) => json::rows(object, config.items_pointer.as_deref()),
        Some(InputType::JsonLines) => Ok(json_lines::rows(object)),
        Some(InputType::Parquet) => Err(object.failed(
            "Parquet is not read here: convert the file to JSON Lines or CSV for a local run",
        )),
        Some(InputType::Manifest) => Err(object.failed("a manifest does not list other manifests")),
        None => Err(object.failed("ReaderConfig has no InputType")),
    }
}

/// An object's bucket and key.
type Name = (Arc<str>, Arc<str>);

type Open = fn(&str, &str, &Buckets) -> Result<Object, StatesError>;

/// The items of one object after the other.
fn flatten(
    mut objects: impl Iterator<Item = Result<Name, StatesError>> + Send + 'static,
    config: &ReaderConfig,
    buckets: &Buckets,
    open: Open,
) -> Rows {
    let (config, buckets) = (config.clone(), buckets.clone());
    let mut current: Option<Rows> = None;
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(item) = current.as_mut().and_then(Iterator::next) {
                return Some(item);
            }
            let opened = objects
                .next()?
                .and_then(|(bucket, key)| open(&bucket, &key, &buckets))
                .and_then(|object| rows(object, &config));
            match opened {
                Ok(rows) => current = Some(rows),
                Err(error) => return Some(Err(error)),
            }
        }
    }))
}

impl Iterator for Items {
    type Item = Result<SourceItem, StatesError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let item = self.rows.next();
        if !matches!(item, Some(Ok(_))) {
            self.left = 0;
        }
        item
    }
}

impl SourceItem {
    /// How much memory it takes, about.
    #[must_use]
    pub fn size(&self) -> usize {
        match &self.raw {
            Raw::Json(text, _) => text.len(),
            Raw::Row(row) => row.size(),
            Raw::Listed(_) => LISTED,
        }
    }

    /// Makes a document of the item.
    ///
    /// # Errors
    /// `States.ItemReaderFailed`, when it is not JSON or not UTF-8.
    pub fn read(self) -> Result<Json, StatesError> {
        let source = self.source;
        match self.raw {
            Raw::Json(text, place) => document(&text)
                .map_err(|why| failed(format_args!("cannot read {source}: {place}: {why}"))),
            Raw::Row(row) => row.read().map_err(|(place, why)| {
                failed(format_args!("cannot read {source}: {place}: {why}"))
            }),
            Raw::Listed(listed) => listed
                .read()
                .map_err(|why| failed(format_args!("cannot list {source}: {why}"))),
        }
    }
}

/// Reads JSON text; the document does not keep its blanks, as nothing does that a Map produced.
fn document(text: &[u8]) -> Result<Json, String> {
    let text = std::str::from_utf8(text).map_err(|error| not_utf8(&error))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    // Json counts levels itself.
    reader.disable_recursion_limit();
    let json = Json::deserialize(&mut reader).and_then(|json| reader.end().map(|()| json));
    json.map_err(|error| format!("not JSON: {}", crate::data::JsonError::from(error)))
}

fn not_utf8(error: &std::str::Utf8Error) -> String {
    format!("not UTF-8 from byte {} on", error.valid_up_to() + 1)
}

/// What an item over [`MAX_ITEM`] is refused with.
fn too_long(place: Place) -> String {
    format!("{place} is longer than {} MiB", MAX_ITEM >> 20)
}

fn failed(cause: impl fmt::Display) -> StatesError {
    StatesError::new("States.ItemReaderFailed", cause.to_string())
}

#[cfg(test)]
mod tests;
