//! A log folded into an outline, with whoever looks at its events on the way.

use crate::cli::log::{Log, note_ending, the_only};
use crate::cli::output::{Failure, Terminal};
use crate::history::outline::{Kept, Outline};
use crate::history::{HistoryEvent, LogHeader, Record};

/// Looks at events while they are folded into an outline.
pub(super) trait Viewer {
    /// Before the outline takes an event.
    fn before(&mut self, _outline: &Outline, _event: &HistoryEvent<'_>) {}
    /// After it took the event.
    fn after(&mut self, _outline: &Outline, _event: &HistoryEvent<'_>) {}
    /// Whether writing failed, so that nothing more need be read.
    fn failed(&mut self) -> Option<Failure> {
        None
    }
}

/// Looks at nothing.
impl Viewer for () {}

/// A history that was read to its end.
pub(super) struct History {
    /// The file's name, as it may be printed.
    pub(super) name: String,
    pub(super) header: Option<LogHeader>,
    pub(super) outline: Outline,
    /// The execution's ARN, as the log tells it.
    pub(super) arn: Option<String>,
}

impl History {
    pub(super) fn read(
        source: Log,
        execution: Option<&str>,
        kept: Kept,
        viewer: &mut dyn Viewer,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let (mut header, mut outline) = (None, Outline::keeping(kept));
        let name = source.name.clone();
        let ending = source.read(execution, &mut |record| match record {
            Record::Header(found) => header = Some(*found),
            Record::Event(event) => {
                viewer.before(&outline, &event);
                outline.push(&event);
                viewer.after(&outline, &event);
            }
        })?;
        if let Some(failure) = viewer.failed() {
            return Err(failure);
        }
        let arn = the_only(&name, execution, &ending)?;
        note_ending(&name, &ending, terminal);
        Ok(Self {
            name,
            header,
            outline,
            arn,
        })
    }
}
