//! `ItemReader` and `ResultWriter` with their fields evaluated: what the outside shall read and
//! write for a Map Run. Source: 07 §7.4 and §7.6.

use std::sync::Arc;

/// An `ItemReader` whose fields are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemReader {
    /// Where the items are.
    pub source: ItemSource,
    /// How they are laid out.
    pub config: ReaderConfig,
    /// `MaxItems`: how many are read; none for all.
    pub max_items: Option<u64>,
}

/// `Resource` of an `ItemReader`, with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ItemSource {
    /// `arn:aws:states:::s3:getObject`
    Object {
        /// `Bucket`
        bucket: Arc<str>,
        /// `Key`
        key: Arc<str>,
    },
    /// `arn:aws:states:::s3:listObjectsV2`
    Listing {
        /// `Bucket`
        bucket: Arc<str>,
        /// `Prefix`, empty for the whole bucket
        prefix: Arc<str>,
    },
}

/// `ReaderConfig`, but for `MaxItems`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReaderConfig {
    /// `InputType`
    pub input_type: Option<InputType>,
    /// `CSVHeaderLocation` and `CSVHeaders`
    pub csv_headers: CsvHeaders,
    /// `CSVDelimiter`
    pub csv_delimiter: CsvDelimiter,
    /// `ManifestType`
    pub manifest_type: Option<ManifestType>,
    /// `ItemsPointer`: a JSON Pointer to the items within a JSON file.
    pub items_pointer: Option<Arc<str>>,
    /// `Transformation` of a listing is `LOAD_AND_FLATTEN`: the items are those within the objects.
    pub loads_and_flattens: bool,
}

/// `InputType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputType {
    /// `CSV`
    Csv,
    /// `JSON`
    Json,
    /// `JSONL`
    JsonLines,
    /// `PARQUET`
    Parquet,
    /// `MANIFEST`
    Manifest,
}

/// Where the names of a CSV file's columns are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CsvHeaders {
    /// `FIRST_ROW`
    #[default]
    FirstRow,
    /// `GIVEN`, with `CSVHeaders`
    Given(Arc<[Arc<str>]>),
}

/// `CSVDelimiter`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CsvDelimiter {
    /// `COMMA`
    #[default]
    Comma,
    /// `PIPE`
    Pipe,
    /// `SEMICOLON`
    Semicolon,
    /// `SPACE`
    Space,
    /// `TAB`
    Tab,
}

/// `ManifestType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ManifestType {
    /// `ATHENA_DATA`: lists data files of the `InputType`.
    AthenaData,
    /// `S3_INVENTORY`: lists the objects that are the items.
    S3Inventory,
}

/// A `ResultWriter` whose fields are known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResultWriter {
    /// `Bucket` and `Prefix`, when the results are exported.
    pub destination: Option<Destination>,
    /// `WriterConfig.OutputType`
    pub output_type: OutputType,
    /// `WriterConfig.Transformation`
    pub transformation: Transformation,
}

/// Where results are exported to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// `Bucket`
    pub bucket: Arc<str>,
    /// `Prefix`, empty for none
    pub prefix: Arc<str>,
}

/// `WriterConfig.OutputType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputType {
    /// `JSON`: one array a file
    #[default]
    Json,
    /// `JSONL`: a line for each result
    JsonLines,
}

/// `WriterConfig.Transformation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transformation {
    /// `NONE`: the child's record, with its input and output as JSON text
    None,
    /// `COMPACT`: the child's output
    Compact,
    /// `FLATTEN`: the child's output; the items of one that is an array
    Flatten,
}
