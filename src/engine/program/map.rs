//! Compiling Map: where its items come from, and what only a distributed one has.

use std::sync::Arc;

use super::compile::Compiler;
use super::{Distributed, ItemBatcher, ItemReader, Items, Map, ResultWriter, Scalar, Template};
use crate::data::Json;
use crate::engine::map_run::{
    CsvDelimiter, CsvHeaders, InputType, ManifestType, OutputType, ReaderConfig, Transformation,
};
use crate::language::{self, Field, states};
use crate::query::QueryLanguage;
use crate::query::jsonata::Members;
use crate::syntax::Diagnostic;

/// A member of an object that holds one of a few names, with what each means.
type Names<T> = [(&'static str, T)];

const INPUT_TYPES: &Names<InputType> = &[
    ("CSV", InputType::Csv),
    ("JSON", InputType::Json),
    ("JSONL", InputType::JsonLines),
    ("PARQUET", InputType::Parquet),
    ("MANIFEST", InputType::Manifest),
];

const DELIMITERS: &Names<CsvDelimiter> = &[
    ("COMMA", CsvDelimiter::Comma),
    ("PIPE", CsvDelimiter::Pipe),
    ("SEMICOLON", CsvDelimiter::Semicolon),
    ("SPACE", CsvDelimiter::Space),
    ("TAB", CsvDelimiter::Tab),
];

const MANIFEST_TYPES: &Names<ManifestType> = &[
    ("ATHENA_DATA", ManifestType::AthenaData),
    ("S3_INVENTORY", ManifestType::S3Inventory),
];

const OUTPUT_TYPES: &Names<OutputType> =
    &[("JSON", OutputType::Json), ("JSONL", OutputType::JsonLines)];

const TRANSFORMATIONS: &Names<Transformation> = &[
    ("NONE", Transformation::None),
    ("COMPACT", Transformation::Compact),
    ("FLATTEN", Transformation::Flatten),
];

impl Compiler<'_> {
    pub(super) fn map(&mut self, state: &language::State, map: &states::Map) -> Option<Map> {
        let Some(processor) = &map.processor else {
            let what = format!("`ItemProcessor` of Map \"{}\"", state.name);
            self.missing(&what, state.name_span);
            return None;
        };
        let items = match (state.language, &map.items) {
            (QueryLanguage::Jsonata, Some(items)) => Items::Template(self.jsonata(
                state.language,
                Members::INPUT,
                Some(&items.in_tree()),
            )?),
            (QueryLanguage::Jsonata, None) => Items::Input,
            (QueryLanguage::JsonPath, _) => match &map.items_path {
                Some(path) => Items::Path(self.path(&path.value, path.span)?),
                None => Items::Path(self.path("$", state.name_span)?),
            },
        };
        let selector = map.item_selector.as_ref().or(state.io.parameters.as_ref());
        let path = map.max_concurrency_path.as_ref();
        Some(Map {
            flow: self.flow_id(&processor.flow),
            items,
            item_selector: self.template(state.language, Members::INPUT, selector),
            max_concurrency: self.amount(state.language, map.max_concurrency.as_ref(), path),
            distributed: if map.is_distributed() {
                Some(Box::new(self.distributed(state, map, processor)?))
            } else {
                None
            },
        })
    }

    fn distributed(
        &mut self,
        state: &language::State,
        map: &states::Map,
        processor: &states::ItemProcessor,
    ) -> Option<Distributed> {
        let language = state.language;
        let reader = map.item_reader.as_ref();
        let batcher = map.item_batcher.as_ref();
        let writer = map.result_writer.as_ref();
        let count_path = map.tolerated_failure_count_path.as_ref();
        let percentage_path = map.tolerated_failure_percentage_path.as_ref();
        let express = processor.execution_type.as_ref();
        Some(Distributed {
            label: map.label.as_ref().map(|label| label.value.clone()),
            express: express.is_some_and(|kind| &*kind.value == "EXPRESS"),
            item_reader: match reader {
                Some(field) => Some(self.item_reader(language, field)?),
                None => None,
            },
            item_batcher: batcher.map(|field| self.item_batcher(language, field)),
            result_writer: match writer {
                Some(field) => Some(self.result_writer(language, field)?),
                None => None,
            },
            tolerated_failure_count: self.amount(
                language,
                map.tolerated_failure_count.as_ref(),
                count_path,
            ),
            tolerated_failure_percentage: self.amount(
                language,
                map.tolerated_failure_percentage.as_ref(),
                percentage_path,
            ),
        })
    }

    fn item_reader(&mut self, language: QueryLanguage, field: &Field<Json>) -> Option<ItemReader> {
        let resource = self.member(field, "Resource");
        let resource = resource.as_ref().and_then(|field| field.value.as_str());
        let lists = match resource.and_then(|arn| arn.rsplit(':').next()) {
            Some("getObject") => false,
            Some("listObjectsV2") => true,
            _ => {
                let message = "`Resource` of `ItemReader` names no way to read items";
                let help = "use arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2";
                let at = self.below(field.node, "/Resource").span();
                let diagnostic = Diagnostic::error("invalid-value", message).help(help);
                self.report(diagnostic.label(at, ""));
                return None;
            }
        };
        let arguments = self.arguments(language, field);
        if arguments.is_none() {
            self.missing("`Parameters` of `ItemReader`, with `Bucket`,", field.span);
        }
        let config = self.member(field, "ReaderConfig");
        let max_items = config
            .as_ref()
            .and_then(|config| self.bound(language, config, "MaxItems"));
        let config = match &config {
            Some(config) => self.reader_config(config)?,
            None => ReaderConfig::default(),
        };
        Some(ItemReader {
            lists,
            arguments: arguments?,
            config,
            max_items,
        })
    }

    /// `Parameters`, or in JSONata `Arguments`.
    fn arguments(&mut self, language: QueryLanguage, field: &Field<Json>) -> Option<Template> {
        let name = match language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        let arguments = self.member(field, name)?;
        self.template(language, Members::INPUT, Some(&arguments.in_tree()))
    }

    fn reader_config(&mut self, config: &Field<Json>) -> Option<ReaderConfig> {
        let input_type = self.named(config, "InputType", INPUT_TYPES)?;
        let delimiter = self.named(config, "CSVDelimiter", DELIMITERS)?;
        let places = [("FIRST_ROW", false), ("GIVEN", true)];
        let given = self.named(config, "CSVHeaderLocation", &places)?;
        let flattens = [("NONE", false), ("LOAD_AND_FLATTEN", true)];
        let flattens = self.named(config, "Transformation", &flattens)?;
        let pointer = config.value.get("ItemsPointer").and_then(Json::as_str);
        let headers = config.value.get("CSVHeaders").and_then(Json::as_array);
        let headers = headers.into_iter().flatten();
        let headers: Arc<[Arc<str>]> = headers.filter_map(Json::as_str).map(Arc::from).collect();
        Some(ReaderConfig {
            input_type,
            csv_headers: match given {
                Some(true) => CsvHeaders::Given(headers),
                _ => CsvHeaders::FirstRow,
            },
            csv_delimiter: delimiter.unwrap_or_default(),
            manifest_type: self.named(config, "ManifestType", MANIFEST_TYPES)?,
            items_pointer: pointer.map(Arc::from),
            loads_and_flattens: flattens.unwrap_or(false),
        })
    }

    fn item_batcher(&mut self, language: QueryLanguage, field: &Field<Json>) -> ItemBatcher {
        let batch_input = self.member(field, "BatchInput");
        let batch_input = batch_input.map(|field| field.in_tree());
        ItemBatcher {
            max_items: self.bound(language, field, "MaxItemsPerBatch"),
            max_input_bytes: self.bound(language, field, "MaxInputBytesPerBatch"),
            batch_input: self.template(language, Members::INPUT, batch_input.as_ref()),
        }
    }

    fn result_writer(
        &mut self,
        language: QueryLanguage,
        field: &Field<Json>,
    ) -> Option<ResultWriter> {
        let arguments = self.arguments(language, field);
        let config = self.member(field, "WriterConfig");
        let (output_type, transformation) = match &config {
            Some(config) => (
                self.named(config, "OutputType", OUTPUT_TYPES)?,
                self.named(config, "Transformation", TRANSFORMATIONS)?,
            ),
            None => (None, None),
        };
        // What is exported is whole unless the definition says otherwise (07 §7.6).
        let default = match arguments {
            Some(_) => Transformation::None,
            None => Transformation::Compact,
        };
        Some(ResultWriter {
            arguments,
            output_type: output_type.unwrap_or_default(),
            transformation: transformation.unwrap_or(default),
        })
    }

    /// A member of an object, with its place.
    fn member(&self, field: &Field<Json>, name: &str) -> Option<Field<Json>> {
        let value = field.value.get(name)?.clone();
        let entry = self.tree.node(field.node).entry(name)?;
        let node = self.tree.node(entry.value);
        Some(Field {
            node: entry.value,
            span: node.span(),
            ..field.clone().map(|_| value)
        })
    }

    /// A number of an object: `NAME`, or behind a path `NAMEPath`.
    fn bound(
        &mut self,
        language: QueryLanguage,
        field: &Field<Json>,
        name: &str,
    ) -> Option<Scalar> {
        if let Some(path) = self.member(field, &format!("{name}Path")) {
            let text = path.value.as_str()?.to_owned();
            return self.path(&text, path.span).map(Scalar::Path);
        }
        let value = self.member(field, name)?;
        self.literal_or_expression(language, value.value.clone(), value.span)
    }

    /// What a member's name means; `None` outside when it means nothing, which is reported.
    #[expect(
        clippy::option_option,
        reason = "absent and meaningless are two things"
    )]
    fn named<T: Copy>(
        &mut self,
        field: &Field<Json>,
        name: &str,
        names: &Names<T>,
    ) -> Option<Option<T>> {
        let Some(member) = self.member(field, name) else {
            return Some(None);
        };
        let known = names
            .iter()
            .find(|(known, _)| member.value.as_str() == Some(known));
        if let Some((_, meaning)) = known {
            return Some(Some(*meaning));
        }
        let known: Vec<&str> = names.iter().map(|(known, _)| *known).collect();
        let message = format!("{} is no `{name}`", member.value.text());
        let help = format!("use one of {}", known.join(", "));
        let diagnostic = Diagnostic::error("invalid-value", message).help(help);
        self.report(diagnostic.label(member.span, ""));
        None
    }
}
