//! Pass: input to output, with a fixed result if one is given.

use crate::language::field::Reader;
use crate::language::{Field, InTree};

/// What only a Pass state has.
#[derive(Clone, Debug)]
pub struct Pass {
    /// `Result`: taken as it is, never a template.
    pub result: Option<Field<InTree>>,
}

impl Pass {
    pub(in crate::language) fn read(reader: &mut Reader<'_, '_>) -> Self {
        Self {
            result: reader.in_tree("Result"),
        }
    }
}
