//! Pass: input to output, with a fixed result if one is given.

use crate::data::Json;
use crate::language::Field;
use crate::language::field::Reader;

/// What only a Pass state has.
#[derive(Clone, Debug)]
pub struct Pass {
    /// `Result`: taken as it is, never a template.
    pub result: Option<Field<Json>>,
}

impl Pass {
    pub(in crate::language) fn read(reader: &mut Reader<'_, '_>) -> Self {
        Self {
            result: reader.json("Result"),
        }
    }
}
