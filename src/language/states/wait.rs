//! Wait: for a number of seconds, or until a time.

use std::sync::Arc;

use crate::data::Json;
use crate::language::Field;
use crate::language::field::Reader;

/// What only a Wait state has; exactly one field is given.
#[derive(Clone, Debug)]
pub struct Wait {
    /// `Seconds`: a number, or an expression in JSONata
    pub seconds: Option<Field<Json>>,
    /// `SecondsPath`
    pub seconds_path: Option<Field<Arc<str>>>,
    /// `Timestamp`: RFC 3339, or an expression in JSONata
    pub timestamp: Option<Field<Arc<str>>>,
    /// `TimestampPath`
    pub timestamp_path: Option<Field<Arc<str>>>,
}

impl Wait {
    pub(in crate::language) fn read(reader: &mut Reader<'_, '_>) -> Self {
        Self {
            seconds: reader.amount("Seconds"),
            seconds_path: reader.string("SecondsPath"),
            timestamp: reader.string("Timestamp"),
            timestamp_path: reader.string("TimestampPath"),
        }
    }
}
