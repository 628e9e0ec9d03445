//! Manifests: files that list the files that the items are in.

use std::io::Read;
use std::sync::Arc;

use crate::data::{Json, StatesError};
use crate::engine::map_run::{CsvDelimiter, CsvHeaders, InputType, ReaderConfig};

use super::super::Buckets;
use super::json_lines::Lines;
use super::object::Object;
use super::{MAX_ITEM, Name, Rows, document, flatten};

/// The rows of an S3 inventory: `manifest.json` names CSV files, mostly packed by gzip, and their
/// columns. The files are taken from the manifest's own bucket.
pub(super) fn inventory(
    mut object: Object,
    bucket: &str,
    buckets: &Buckets,
) -> Result<Rows, StatesError> {
    let manifest = whole(&mut object)?;
    let text = |field: &str| manifest.get(field).and_then(Json::as_str);
    if text("fileFormat") != Some("CSV") {
        return Err(object.failed("an S3 inventory is read here when its `fileFormat` is \"CSV\""));
    }
    let wrong = |field: &str| object.failed(format_args!("the manifest has no `{field}`"));
    let columns = text("fileSchema").ok_or_else(|| wrong("fileSchema"))?;
    let columns = columns.split(',').map(|name| Arc::from(name.trim()));
    let files = manifest.get("files").and_then(Json::as_array);
    let files = files.ok_or_else(|| wrong("files"))?;
    let bucket: Arc<str> = bucket.into();
    let name = |file: &Json| match file.get("key") {
        Some(Json::String(key)) => Ok((Arc::clone(&bucket), Arc::clone(key))),
        _ => Err(object.failed("a file in the manifest has no `key`")),
    };
    let names: Vec<_> = files.iter().map(name).collect();
    let config = ReaderConfig {
        input_type: Some(InputType::Csv),
        csv_headers: CsvHeaders::Given(columns.collect()),
        csv_delimiter: CsvDelimiter::Comma,
        ..ReaderConfig::default()
    };
    Ok(flatten(
        names.into_iter(),
        &config,
        buckets,
        Object::open_unpacked,
    ))
}

fn whole(object: &mut Object) -> Result<Json, StatesError> {
    let mut text = Vec::new();
    let most = MAX_ITEM as u64 + 1;
    let read = (&mut object.input).take(most).read_to_end(&mut text);
    if read.map_err(|why| object.failed(why))? > MAX_ITEM {
        let mib = MAX_ITEM >> 20;
        return Err(object.failed(format_args!("the manifest is longer than {mib} MiB")));
    }
    document(&text).map_err(|why| object.failed(why))
}

/// The objects that a manifest of Athena lists: `s3://bucket/key` on each line.
pub(super) fn athena(object: Object) -> impl Iterator<Item = Result<Name, StatesError>> + Send {
    let mut lines = Lines::new(object);
    std::iter::from_fn(move || {
        loop {
            match lines.advance() {
                Ok(false) => return None,
                Ok(true) => {}
                Err(error) => return Some(Err(error)),
            }
            let line = lines.line.trim_ascii();
            if !line.is_empty() {
                let name = object_name(line);
                return Some(name.ok_or_else(|| lines.failed("not `s3://BUCKET/KEY`")));
            }
        }
    })
}

fn object_name(line: &[u8]) -> Option<Name> {
    let line = std::str::from_utf8(line).ok()?.trim_matches('"');
    let (bucket, key) = line.strip_prefix("s3://")?.split_once('/')?;
    Some((bucket.into(), key.into()))
}
