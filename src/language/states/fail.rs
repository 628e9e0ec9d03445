//! Fail: the end of an execution with an error.

use std::sync::Arc;

use crate::language::Field;
use crate::language::field::Reader;

/// What only a Fail state has.
#[derive(Clone, Debug)]
pub struct Fail {
    /// `Error`: a name, or an expression in JSONata
    pub error: Option<Field<Arc<str>>>,
    /// `ErrorPath`: a path or an intrinsic function
    pub error_path: Option<Field<Arc<str>>>,
    /// `Cause`: a text, or an expression in JSONata
    pub cause: Option<Field<Arc<str>>>,
    /// `CausePath`: a path or an intrinsic function
    pub cause_path: Option<Field<Arc<str>>>,
}

impl Fail {
    pub(in crate::language) fn read(reader: &mut Reader<'_, '_>) -> Self {
        Self {
            error: reader.string("Error"),
            error_path: reader.string("ErrorPath"),
            cause: reader.string("Cause"),
            cause_path: reader.string("CausePath"),
        }
    }
}
