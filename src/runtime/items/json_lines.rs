//! JSON Lines: an item on each line.

use std::io::{BufRead, Read};

use crate::data::StatesError;

use super::object::Object;
use super::{MAX_ITEM, Place, Raw, Rows, SourceItem, too_long};

/// The items of an object. Lines of blanks only are no items (no recording has one).
pub(super) fn rows(object: Object) -> Rows {
    let mut lines = Lines::new(object);
    Box::new(std::iter::from_fn(move || {
        loop {
            match lines.advance() {
                Ok(false) => return None,
                Ok(true) if is_blank(&lines.line) => {}
                Ok(true) => return Some(Ok(lines.item())),
                Err(error) => return Some(Err(error)),
            }
        }
    }))
}

/// The lines of an object, one at a time and none longer than an item may be.
pub(super) struct Lines {
    object: Object,
    /// The current line, with its end.
    pub(super) line: Vec<u8>,
    number: u64,
}

impl Lines {
    pub(super) fn new(object: Object) -> Self {
        Self {
            object,
            line: Vec::new(),
            number: 0,
        }
    }

    /// Reads the next line; whether there is one.
    pub(super) fn advance(&mut self) -> Result<bool, StatesError> {
        self.line.clear();
        self.number += 1;
        let most = MAX_ITEM as u64 + 1;
        let read = (&mut self.object.input)
            .take(most)
            .read_until(b'\n', &mut self.line);
        let read = read.map_err(|why| self.failed(why))?;
        if read > MAX_ITEM {
            return Err(self.object.failed(too_long(Place::Line(self.number))));
        }
        Ok(read > 0)
    }

    /// The error that the current line gives.
    pub(super) fn failed(&self, why: impl std::fmt::Display) -> StatesError {
        let place = Place::Line(self.number);
        self.object.failed(format_args!("{place}: {why}"))
    }

    fn item(&self) -> SourceItem {
        SourceItem {
            key: None,
            source: self.object.source.clone(),
            raw: Raw::Json(self.line.trim_ascii().into(), Place::Line(self.number)),
        }
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii_start().is_empty()
}
