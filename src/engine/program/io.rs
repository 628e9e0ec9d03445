//! Compiling the fields that move data.

use std::sync::Arc;

use super::compile::Compiler;
use super::{Io, JsonPathIo, JsonataIo, PathField, ResultPath};
use crate::language::{self, Field, StateKind, expressions};
use crate::query::jsonata::Members;
use crate::query::{QueryLanguage, ReferencePath};

impl Compiler<'_> {
    /// Fields that a state's type does not have are the linter's affair: they have no effect.
    pub(super) fn io(&mut self, state: &language::State) -> Io {
        let fields = &state.io;
        let kind = state.kind();
        if state.language == QueryLanguage::Jsonata {
            let language = state.language;
            return Io::Jsonata(Box::new(JsonataIo {
                arguments: self.jsonata(language, Members::INPUT, fields.arguments.as_ref()),
                output: self.jsonata(language, expressions::members(kind), fields.output.as_ref()),
            }));
        }
        let works = matches!(
            kind,
            Some(StateKind::Task | StateKind::Parallel | StateKind::Map)
        );
        let merges = works || kind == Some(StateKind::Pass);
        // A Map's Parameters are its ItemSelector under the old name.
        let parameters = fields.parameters.as_ref();
        let parameters = parameters.filter(|_| merges && kind != Some(StateKind::Map));
        let selector = fields.result_selector.as_ref().filter(|_| works);
        let result_path = fields.result_path.as_ref().filter(|_| merges);
        Io::JsonPath(Box::new(JsonPathIo {
            input_path: self.path_field(fields.input_path.as_ref()),
            parameters: parameters.and_then(|field| self.payload_template(field)),
            result_selector: selector.and_then(|field| self.payload_template(field)),
            result_path: self.result_path(result_path),
            output_path: self.path_field(fields.output_path.as_ref()),
        }))
    }

    fn path_field(&mut self, field: Option<&Field<Option<Arc<str>>>>) -> PathField {
        let Some(field) = field else {
            return PathField::Whole;
        };
        match field.value.as_deref() {
            None => PathField::Nothing,
            Some("$") => PathField::Whole,
            Some(path) => self
                .path(path, field.span)
                .map_or(PathField::Whole, PathField::Path),
        }
    }

    pub(super) fn result_path(&mut self, field: Option<&Field<Option<Arc<str>>>>) -> ResultPath {
        let Some(field) = field else {
            return ResultPath::Whole;
        };
        match field.value.as_deref() {
            None => ResultPath::Discard,
            Some("$") => ResultPath::Whole,
            Some(path) => match ReferencePath::parse(path) {
                Ok(path) => ResultPath::At(path),
                Err(error) => {
                    self.syntax_error("not-a-reference-path", "`ResultPath`", &error, field.span);
                    ResultPath::Whole
                }
            },
        }
    }
}
