//! History events: the currency between the engine and every view.
//!
//! One type serves for emitting (borrowed) and for reading (`'static`). A log is JSON lines with
//! AWS's member names, so that a real engine's history is just another source.

mod event;
mod event_type;
mod log;
pub mod outline;
mod owned;
mod read;
mod write;

pub use event::{Assigned, Details, EventJson, HistoryEvent, Quoted};
pub use event_type::{HistoryEventType, Shape};
pub use log::{ExecutionType, LogHeader};
pub use read::{
    Ending, ExecutionSeen, HistoryReadError, HistoryReader, Record, Recording, read_event,
    read_history,
};
