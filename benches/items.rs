//! How long the parts of a Distributed Map's way from file to file take, for a million items:
//! `cargo bench --bench items`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use aslkit::data::{Json, StatesError, Timestamp};
use aslkit::engine::map_run::{
    ChildResult, Destination, InputType, ItemReader, ItemSource, OutputType, ReaderConfig,
    ResultWriter, Transformation,
};
use aslkit::engine::{Identity, Outcome};
use aslkit::runtime::Buckets;
use aslkit::runtime::items::{self, SourceItem};
use aslkit::runtime::result_files::{ResultFiles, ResultStatus, entries};
use divan::{Bencher, black_box};
use tempfile::TempDir;

const ITEMS: u64 = 1_000_000;

fn main() {
    divan::main();
}

/// A bucket with a file of this type.
struct Bucket {
    _folder: TempDir,
    buckets: Buckets,
    reader: ItemReader,
}

impl Bucket {
    fn new(input_type: InputType) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder.path().join("items"), input_type).expect("a file");
        let mut buckets = Buckets::default();
        buckets.insert("b", folder.path().to_owned());
        let reader = ItemReader {
            source: ItemSource::Object {
                bucket: "b".into(),
                key: "items".into(),
            },
            config: ReaderConfig {
                input_type: Some(input_type),
                ..ReaderConfig::default()
            },
            max_items: None,
        };
        Self {
            _folder: folder,
            buckets,
            reader,
        }
    }

    fn items(&self) -> impl Iterator<Item = SourceItem> + use<> {
        let items = items::open(&self.reader, &self.buckets).expect("opens");
        items.map(|item: Result<_, StatesError>| item.expect("an item"))
    }
}

/// Short items: some 47 bytes a line in JSON Lines. They are never in memory together, so that
/// the process tells by its size whether memory stays flat.
fn write(path: &Path, input_type: InputType) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    let (start, between, end) = match input_type {
        InputType::Csv => ("id,name,amount\n", "\n", "\n"),
        InputType::Json => ("[", ",\n", "]"),
        _ => ("", "\n", "\n"),
    };
    for number in 0..ITEMS {
        let amount = number % 1000;
        out.write_all(if number == 0 { start } else { between }.as_bytes())?;
        if input_type == InputType::Csv {
            write!(out, "{number},item-{number},{amount}")?;
        } else {
            let name = format_args!("item-{number}");
            write!(
                out,
                r#"{{"id":{number},"name":"{name}","amount":{amount}.5}}"#
            )?;
        }
    }
    out.write_all(end.as_bytes())?;
    out.flush()
}

const TYPES: [&str; 3] = ["JSONL", "JSON", "CSV"];

fn bucket(name: &str) -> Bucket {
    Bucket::new(match name {
        "JSON" => InputType::Json,
        "CSV" => InputType::Csv,
        _ => InputType::JsonLines,
    })
}

#[divan::bench(args = TYPES, sample_count = 5)]
fn find(bencher: Bencher<'_, '_>, input_type: &str) {
    let bucket = bucket(input_type);
    bencher.bench(|| bucket.items().map(black_box).count());
}

#[divan::bench(args = TYPES, sample_count = 5)]
fn find_and_read(bencher: Bencher<'_, '_>, input_type: &str) {
    let bucket = bucket(input_type);
    let read = |item: SourceItem| item.read().expect("a document");
    bencher.bench(|| bucket.items().map(read).map(black_box).count());
}

const WRITERS: [&str; 3] = ["NONE", "COMPACT", "FLATTEN"];

fn writer(transformation: &str) -> ResultWriter {
    ResultWriter {
        destination: Some(Destination {
            bucket: "b".into(),
            prefix: "results".into(),
        }),
        output_type: OutputType::Json,
        transformation: match transformation {
            "NONE" => Transformation::None,
            "COMPACT" => Transformation::Compact,
            _ => Transformation::Flatten,
        },
    }
}

fn child(document: Json) -> ChildResult {
    ChildResult {
        identity: Arc::new(Identity {
            execution_arn: "arn:aws:states:us-east-1:123456789012:execution:m/L:c-1".into(),
            name: "c-1".into(),
            state_machine_arn: "arn:aws:states:us-east-1:123456789012:stateMachine:m/L".into(),
            state_machine_name: "m/L".into(),
            role_arn: "arn".into(),
            region: "us-east-1".into(),
            express: false,
        }),
        items: 1,
        input: document.clone(),
        outcome: Outcome::Succeeded(document),
        started: Timestamp(1_700_000_000_000),
        stopped: Timestamp(1_700_000_001_000),
        transitions: 2,
    }
}

#[divan::bench(args = WRITERS, sample_count = 5)]
fn make_entries(bencher: Bencher<'_, '_>, transformation: &str) {
    let writer = writer(transformation);
    let item = r#"{"id":123456,"name":"item-123456","amount":456.5}"#;
    let child = child(Json::parse(item).expect("JSON"));
    bencher.bench(|| {
        let mut out = String::new();
        for _ in 0..ITEMS {
            out.clear();
            entries(black_box(&child), &writer, &mut out);
        }
        out
    });
}

#[divan::bench(args = WRITERS, sample_count = 5)]
fn from_file_to_file(bencher: Bencher<'_, '_>, transformation: &str) {
    let bucket = bucket("JSONL");
    let writer = writer(transformation);
    let destination = writer.destination.as_ref().expect("exports");
    bencher.bench(|| {
        let files = ResultFiles::create(&writer, destination, &bucket.buckets, "arn", "uuid");
        let mut files = files.expect("a folder");
        let mut out = String::new();
        let proto = child(Json::Null);
        for item in bucket.items() {
            let document = item.read().expect("a document");
            let child = ChildResult {
                input: document.clone(),
                outcome: Outcome::Succeeded(document),
                ..proto.clone()
            };
            out.clear();
            entries(&child, &writer, &mut out);
            files.add(ResultStatus::Succeeded, &out).expect("written");
        }
        files.finish().expect("written")
    });
}
