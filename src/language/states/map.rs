//! Map: a processor for each item, inline or as child executions.

use std::sync::Arc;

use crate::data::Json;
use crate::language::field::Reader;
use crate::language::{Field, Flow, InTree};
use crate::query::QueryLanguage;
use crate::syntax::Span;

/// `ProcessorConfig.Mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProcessorMode {
    /// Iterations within the execution.
    #[default]
    Inline,
    /// A Map Run with child executions.
    Distributed,
}

/// `ItemProcessor`, or `Iterator` as it was spelt before.
#[derive(Clone, Debug)]
pub struct ItemProcessor {
    /// Where its key stands.
    pub key: Span,
    /// Its states.
    pub flow: Flow,
    /// `ProcessorConfig.Mode`
    pub mode: ProcessorMode,
    /// `ProcessorConfig.ExecutionType`
    pub execution_type: Option<Field<Arc<str>>>,
}

/// What only a Map state has.
#[derive(Clone, Debug)]
pub struct Map {
    /// `ItemProcessor` or `Iterator`
    pub processor: Option<ItemProcessor>,
    /// `ItemsPath`
    pub items_path: Option<Field<Arc<str>>>,
    /// `Items` (JSONata)
    pub items: Option<Field<Json>>,
    /// `ItemSelector`
    pub item_selector: Option<Field<InTree>>,
    /// `MaxConcurrency`: a number, or an expression in JSONata
    pub max_concurrency: Option<Field<Json>>,
    /// `MaxConcurrencyPath`
    pub max_concurrency_path: Option<Field<Arc<str>>>,
    /// `ItemReader`
    pub item_reader: Option<Field<Json>>,
    /// `ItemBatcher`
    pub item_batcher: Option<Field<Json>>,
    /// `ResultWriter`
    pub result_writer: Option<Field<Json>>,
    /// `Label`
    pub label: Option<Field<Arc<str>>>,
    /// `ToleratedFailureCount`: a number, or an expression in JSONata
    pub tolerated_failure_count: Option<Field<Json>>,
    /// `ToleratedFailureCountPath`
    pub tolerated_failure_count_path: Option<Field<Arc<str>>>,
    /// `ToleratedFailurePercentage`: a number, or an expression in JSONata
    pub tolerated_failure_percentage: Option<Field<Json>>,
    /// `ToleratedFailurePercentagePath`
    pub tolerated_failure_percentage_path: Option<Field<Arc<str>>>,
}

impl Map {
    /// Whether the items are processed by child executions.
    #[must_use]
    pub fn is_distributed(&self) -> bool {
        self.processor
            .as_ref()
            .is_some_and(|p| p.mode == ProcessorMode::Distributed)
    }

    pub(in crate::language) fn read(reader: &mut Reader<'_, '_>, language: QueryLanguage) -> Self {
        Self {
            processor: ItemProcessor::read(reader, language),
            items_path: reader.string("ItemsPath"),
            items: reader.json("Items"),
            item_selector: reader.in_tree("ItemSelector"),
            max_concurrency: reader.amount("MaxConcurrency"),
            max_concurrency_path: reader.string("MaxConcurrencyPath"),
            item_reader: reader.object_json("ItemReader"),
            item_batcher: reader.object_json("ItemBatcher"),
            result_writer: reader.object_json("ResultWriter"),
            label: reader.string("Label"),
            tolerated_failure_count: reader.amount("ToleratedFailureCount"),
            tolerated_failure_count_path: reader.string("ToleratedFailureCountPath"),
            tolerated_failure_percentage: reader.amount("ToleratedFailurePercentage"),
            tolerated_failure_percentage_path: reader.string("ToleratedFailurePercentagePath"),
        }
    }
}

impl ItemProcessor {
    fn read(reader: &mut Reader<'_, '_>, language: QueryLanguage) -> Option<Self> {
        let field = reader
            .object("ItemProcessor")
            .or_else(|| reader.object("Iterator"))?;
        let mut inner = reader.at(field.value);
        let mut mode = ProcessorMode::Inline;
        let mut execution_type = None;
        if let Some(config) = inner.object("ProcessorConfig") {
            let mut config = inner.at(config.value);
            if config
                .string("Mode")
                .is_some_and(|mode| &*mode.value == "DISTRIBUTED")
            {
                mode = ProcessorMode::Distributed;
            }
            execution_type = config.string("ExecutionType");
        }
        let flow = Flow::read(&mut inner, language);
        Some(Self {
            key: field.key,
            flow,
            mode,
            execution_type,
        })
    }
}
