//! The runtime: where executions meet clocks, files, processes and networks. The only
//! asynchronous code besides a server.
//!
//! [`run`] drives one execution to its end; any number of such futures may run at once. A task's
//! work is a [`TaskHandler`]'s, which answers at once or later; what happens meanwhile goes
//! through [`Answers`], one sender for each task.

mod clock;
mod driver;
pub mod handlers;
mod identity;
mod log_file;

pub use clock::{Clock, Pause, RealClock, ScaledClock, VirtualClock};
pub use driver::{Answers, Ended, Stop, go_on, run};
pub use handlers::{Handlers, Invocation, TaskHandler, Work};
pub use identity::{IdentityOptions, InvalidName};
pub use log_file::{LogFile, LogFileError};
