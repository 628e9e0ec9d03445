//! The Map Run: a Map in distributed mode, whose iterations are executions of their own.
//!
//! The engine says what is to be read, what a child is given, and what the children's ends mean;
//! reading, running and writing are the runtime's.

mod child;
mod item_reader;

pub use child::ChildResult;
pub use item_reader::{
    CsvDelimiter, CsvHeaders, Destination, InputType, ItemReader, ItemSource, ManifestType,
    OutputType, ReaderConfig, ResultWriter, Transformation,
};
