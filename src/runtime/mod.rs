//! The runtime: where executions meet clocks, files, processes and networks. The only
//! asynchronous code besides a server.
//!
//! [`run`] drives one execution to its end; any number of such futures may run at once. A task's
//! work is a [`TaskHandler`]'s, which answers at once or later; what happens meanwhile goes
//! through [`Answers`], one sender for each task. [`Callbacks`] are answered by somebody outside.

mod buckets;
mod callbacks;
mod clock;
mod descriptors;
mod driver;
pub mod handlers;
mod host;
mod identity;
mod inbox;
pub mod items;
mod journal;
mod log_file;
mod map_run;
mod masking;
mod nested;
mod own_thread;
mod panics;
pub mod result_files;
pub mod told;

pub use buckets::{BucketError, Buckets};
pub use callbacks::{Accepted, ActivityTask, Callbacks, Kept, TokenError, Unasked, WorkerPlace};
pub use clock::{Busy, Clock, Pause, RealClock, ScaledClock, VirtualClock};
pub use descriptors::raise_descriptor_limit;
pub use driver::{Ended, Stop, go_on, run, serve};
pub use handlers::{Handlers, Invocation, TaskHandler, Work};
pub use host::{Host, MAX_LIVE};
pub use identity::{IdentityOptions, InvalidName};
pub use inbox::{Answers, Inbox, Listener, Remote};
pub use journal::{Ack, EarlyResult, Entry, Journal, JournalError, Rebuilt, Unkept, cannot_go_on};
pub use log_file::{LogFile, LogFileError};
pub use map_run::{BegunChild, Behind, Bounds, Keeper, KeptChild, KeptRun, Report};
pub use masking::{MIN_SECRET, Masked, Masking};
pub use nested::Machines;
pub use panics::{caught, caught_at_once};
