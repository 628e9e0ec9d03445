//! A line for each state that ended, and with `-v` what went in and what came out.

use super::Voice;
use crate::history::outline::{Outline, Status};
use crate::history::{Details, HistoryEvent, HistoryEventType};
use crate::report::histories::ended::EndedState;
use crate::report::style::Style;

/// Says a line for each state that ended.
pub(in crate::cli::run) struct Lines {
    pub(in crate::cli::run) voice: Voice,
    pub(in crate::cli::run) style: Style,
    /// Whether what goes in and out is said too.
    pub(in crate::cli::run) documents: bool,
}

impl Lines {
    /// Before the outline takes an event: it still has the input of the state that ends.
    pub(in crate::cli::run) fn before(&self, event: &HistoryEvent<'_>, outline: &Outline) {
        if !matches!(event.details, Details::StateExited { .. }) {
            return;
        }
        if let Some(visit) = outline.leaving(event) {
            self.say(&EndedState::left(visit, event), event);
        }
    }

    /// After it: a state that fails with the execution has no event of its own.
    pub(in crate::cli::run) fn after(&self, event: &HistoryEvent<'_>, outline: &Outline) {
        use HistoryEventType as Type;
        let (Type::ExecutionFailed | Type::ExecutionTimedOut | Type::ExecutionAborted) = event.kind
        else {
            return;
        };
        let last = outline.thread().last();
        let is_over = |status| matches!(status, Status::Succeeded | Status::Caught);
        let Some(last) = last.filter(|visit| !is_over(visit.status())) else {
            return;
        };
        // The innermost failed first.
        for ended in EndedState::failed(last, event.timestamp).iter().rev() {
            self.say(ended, event);
        }
    }

    fn say(&self, ended: &EndedState<'_>, event: &HistoryEvent<'_>) {
        let mut text = String::new();
        ended
            .line(&self.style, &mut text)
            .expect("a string takes all");
        if self.documents {
            let documents = ended.documents(event, &self.style, &mut text);
            documents.expect("a string takes all");
        }
        self.voice.say(&text);
    }
}
