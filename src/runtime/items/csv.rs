//! CSV: an item for each row, every value a string. What rows of odd lengths, blanks and odd
//! headers become is recorded (07 §7.4).

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use csv::{ByteRecord, Reader, ReaderBuilder};

use crate::data::{Json, Object, StatesError};
use crate::engine::map_run::{CsvDelimiter, CsvHeaders};
use crate::query::hash_order;

use super::object;
use super::{MAX_ITEM, Place, Raw, Rows, SourceItem, not_utf8, too_long};

/// The longest that all headers may be together, in bytes (07 §7.4).
const MAX_HEADERS: usize = 10 << 10;

/// A row whose cells are not strings yet.
#[derive(Debug)]
pub(super) struct Row {
    columns: Arc<Columns>,
    line: u64,
    cells: Box<[u8]>,
    /// Where each cell ends; cells that are missing have none.
    ends: Box<[u32]>,
}

impl Row {
    pub(super) fn size(&self) -> usize {
        self.cells.len() + 4 * self.ends.len()
    }
}

/// The columns in the order of an item's keys, each with its place in a row.
type Columns = [(Arc<str>, usize)];

/// The items of an object.
pub(super) fn rows(
    object: object::Object,
    headers: &CsvHeaders,
    delimiter: CsvDelimiter,
) -> Result<Rows, StatesError> {
    let mut table = Table::new(object, delimiter);
    let names = match headers {
        CsvHeaders::Given(names) => names.to_vec(),
        CsvHeaders::FirstRow => table.first_row()?,
    };
    table.columns = columns(names)?;
    Ok(Box::new(std::iter::from_fn(move || {
        match table.advance() {
            Ok(true) => Some(Ok(table.item())),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    })))
}

/// Checks the headers, and brings them into the order that an item shows: a Java `HashMap`'s
/// (recorded, 02 §2.3).
fn columns(names: Vec<Arc<str>>) -> Result<Arc<Columns>, StatesError> {
    if names.iter().map(|name| name.len()).sum::<usize>() > MAX_HEADERS {
        let kib = MAX_HEADERS >> 10;
        let cause = format!("the CSV headers are longer than {kib} KiB together");
        return Err(super::failed(cause));
    }
    let mut seen = std::collections::HashSet::new();
    if !names.iter().all(|name| seen.insert(name)) {
        // Recorded.
        return Err(super::failed("CSV headers cannot contain duplicates."));
    }
    let mut columns: Vec<_> = names.into_iter().zip(0..).collect();
    hash_order(&mut columns, |(name, _)| name);
    Ok(columns.into())
}

/// A CSV file being read.
struct Table {
    source: Arc<str>,
    reader: Reader<Bounded>,
    record: ByteRecord,
    columns: Arc<Columns>,
}

impl Table {
    fn new(object: object::Object, delimiter: CsvDelimiter) -> Self {
        let input = Bounded {
            input: object.input,
            left: 0,
        };
        let reader = ReaderBuilder::new()
            .delimiter(sign(delimiter))
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER)
            .from_reader(input);
        Self {
            source: object.source,
            reader,
            record: ByteRecord::new(),
            columns: Arc::new([]),
        }
    }

    /// Reads the next row; whether there is one. Lines without any character are no rows.
    fn advance(&mut self) -> Result<bool, StatesError> {
        self.reader.get_mut().left = MAX_ITEM;
        let read = self.reader.read_byte_record(&mut self.record);
        read.map_err(|why| {
            if why.is_io_error() && self.reader.get_ref().left == 0 {
                let line = Place::Line(self.reader.position().line());
                return self.failed(too_long(line));
            }
            self.failed(why)
        })
    }

    fn line(&self) -> u64 {
        self.record.position().map_or(1, csv::Position::line)
    }

    fn first_row(&mut self) -> Result<Vec<Arc<str>>, StatesError> {
        if !self.advance()? {
            return Ok(Vec::new());
        }
        let name = |cell| std::str::from_utf8(cell).map(Arc::from);
        let names = self.record.iter().map(name).collect::<Result<_, _>>();
        names.map_err(|why| {
            let place = Place::Line(self.line());
            self.failed(format_args!("{place}: {}", not_utf8(&why)))
        })
    }

    /// The current row, without the cells that no column takes.
    fn item(&self) -> SourceItem {
        let mut ends = Vec::with_capacity(self.columns.len());
        for at in 0..self.columns.len().min(self.record.len()) {
            let cell = self.record.range(at).expect("within the record");
            ends.push(u32::try_from(cell.end).expect("a row is shorter than MAX_ITEM"));
        }
        let length = ends.last().map_or(0, |end| *end as usize);
        SourceItem {
            key: None,
            source: Arc::clone(&self.source),
            raw: Raw::Row(Row {
                columns: Arc::clone(&self.columns),
                line: self.line(),
                cells: self.record.as_slice()[..length].into(),
                ends: ends.into(),
            }),
        }
    }

    fn failed(&self, why: impl std::fmt::Display) -> StatesError {
        object::unreadable(&self.source, &why)
    }
}

impl Row {
    /// The item: columns beyond the headers are dropped, missing cells are empty (recorded).
    pub(super) fn read(&self) -> Result<Json, (Place, String)> {
        let mut item = Object::with_capacity(self.columns.len());
        for (name, at) in &*self.columns {
            let cell = std::str::from_utf8(self.cell(*at)).map_err(|why| {
                let why = format!("column {}: {}", at + 1, not_utf8(&why));
                (Place::Line(self.line), why)
            })?;
            item.insert(Arc::clone(name), Json::from(cell));
        }
        Ok(Json::from(item))
    }

    fn cell(&self, at: usize) -> &[u8] {
        let Some(end) = self.ends.get(at) else {
            return &[];
        };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.cells[start as usize..*end as usize]
    }
}

fn sign(delimiter: CsvDelimiter) -> u8 {
    match delimiter {
        CsvDelimiter::Comma => b',',
        CsvDelimiter::Pipe => b'|',
        CsvDelimiter::Semicolon => b';',
        CsvDelimiter::Space => b' ',
        CsvDelimiter::Tab => b'\t',
    }
}

/// What the reader takes from the file at once. A row may be shorter than `MAX_ITEM` by that.
const BUFFER: usize = 64 << 10;

/// Ends with an error when one row takes more than it may: a quote that is never closed would
/// take the rest of the file.
struct Bounded {
    input: Box<dyn BufRead + Send>,
    left: usize,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left);
        if most == 0 {
            return Err(io::Error::other("the row is too long"));
        }
        let read = self.input.read(&mut buffer[..most])?;
        self.left -= read;
        Ok(read)
    }
}
