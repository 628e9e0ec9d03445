//! Finds where the values of a JSON text begin and end, without holding more than one of them.
//!
//! Only brackets and strings are looked at: whoever makes a document of a value finds out what
//! else is wrong with it.

use std::fmt;

use crate::data::StatesError;

use super::object::Object;
use super::{MAX_ITEM, Place, too_long};

/// A JSON text that is read from its start to its end.
pub(super) struct Splitter {
    pub(super) object: Object,
    /// The value or key that was taken last.
    pub(super) taken: Vec<u8>,
}

/// What a value's bytes mean so far.
#[derive(Default)]
struct Scan {
    depth: u64,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    /// How many of these bytes belong to the value; less than all when it ends among them.
    fn advance(&mut self, bytes: &[u8]) -> usize {
        for (at, byte) in bytes.iter().enumerate() {
            if self.in_string {
                if self.escaped {
                    self.escaped = false;
                } else {
                    self.escaped = *byte == b'\\';
                    self.in_string = *byte != b'"';
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'[' | b'{' => self.depth += 1,
                b',' | b']' | b'}' if self.depth == 0 => return at,
                b']' | b'}' => self.depth -= 1,
                _ => {}
            }
        }
        bytes.len()
    }
}

impl Splitter {
    pub(super) fn new(object: Object) -> Self {
        Self {
            object,
            taken: Vec::new(),
        }
    }

    /// The next byte that is no blank; none at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, StatesError> {
        loop {
            let bytes = self.object.input.fill_buf();
            let bytes = match bytes {
                Ok(bytes) => bytes,
                Err(why) => return Err(self.object.failed(why)),
            };
            let blank = bytes.iter().take_while(|b| b" \t\n\r".contains(b)).count();
            let (found, empty) = (bytes.get(blank).copied(), bytes.is_empty());
            self.object.input.consume(blank);
            if found.is_some() || empty {
                return Ok(found);
            }
        }
    }

    /// Steps over the byte that was peeked.
    pub(super) fn step(&mut self) {
        self.object.input.consume(1);
    }

    /// Steps over this sign, which must come next.
    pub(super) fn expect(&mut self, sign: u8) -> Result<(), StatesError> {
        if self.peek()? != Some(sign) {
            return Err(self.malformed(format_args!("`{}` is missing", char::from(sign))));
        }
        self.step();
        Ok(())
    }

    /// Takes the value that comes next, up to the comma or bracket after it.
    pub(super) fn take(&mut self, place: Place) -> Result<(), StatesError> {
        self.scan(Some(place))?;
        let end = self.taken.trim_ascii_end().len();
        self.taken.truncate(end);
        Ok(())
    }

    /// Steps over the value that comes next; it may be of any length.
    pub(super) fn skip(&mut self) -> Result<(), StatesError> {
        self.scan(None)
    }

    /// Takes the key that comes next, and its colon.
    pub(super) fn key(&mut self, place: Place) -> Result<String, StatesError> {
        if self.peek()? != Some(b'"') {
            return Err(self.malformed(format_args!("{place}: a key is missing")));
        }
        self.scan_key(place)?;
        let key = serde_json::from_slice(&self.taken);
        let key = key.map_err(|why| self.malformed(format_args!("{place}: {why}")))?;
        self.expect(b':')?;
        Ok(key)
    }

    pub(super) fn malformed(&self, why: impl fmt::Display) -> StatesError {
        self.object.failed(format_args!("not JSON: {why}"))
    }

    fn scan(&mut self, kept: Option<Place>) -> Result<(), StatesError> {
        let mut scan = Scan::default();
        self.collect(kept, |bytes| {
            let length = scan.advance(bytes);
            (length, length < bytes.len())
        })
    }

    fn scan_key(&mut self, place: Place) -> Result<(), StatesError> {
        let mut scan = Scan::default();
        let mut before = false;
        self.collect(Some(place), |bytes| {
            for (at, byte) in bytes.iter().enumerate() {
                scan.advance(&[*byte]);
                if before && !scan.in_string {
                    return (at + 1, true);
                }
                before = scan.in_string;
            }
            (bytes.len(), false)
        })
    }

    /// Consumes what belongs to something, of which `part` says how many bytes do and whether it
    /// ends there.
    fn collect(
        &mut self,
        kept: Option<Place>,
        mut part: impl FnMut(&[u8]) -> (usize, bool),
    ) -> Result<(), StatesError> {
        self.peek()?;
        self.taken.clear();
        loop {
            let bytes = match self.object.input.fill_buf() {
                Ok(bytes) => bytes,
                Err(why) => return Err(self.object.failed(why)),
            };
            if bytes.is_empty() {
                return Err(self.malformed("the file ends too early"));
            }
            let (length, ends) = part(bytes);
            if let Some(place) = kept {
                if self.taken.len() + length > MAX_ITEM {
                    return Err(self.object.failed(too_long(place)));
                }
                self.taken.extend_from_slice(&bytes[..length]);
            }
            self.object.input.consume(length);
            if ends {
                return Ok(());
            }
        }
    }
}
