//! Everything about one state: each visit of it, with its tries, its input and output, its errors.

use std::fmt::{self, Write as _};

use super::ended::EndedState;
use super::failure::Block;
use super::{delay, duration};
use crate::data::{Json, Timestamp};
use crate::history::outline::{Outcome, Outline, Try, Visit};
use crate::history::{Details, EventJson, HistoryEvent};
use crate::report::style::Style;

/// How many tries are listed.
const MAX_TRIES: usize = 20;

/// Tells the visits of a state, as they end.
pub struct StateVisits<'a> {
    name: &'a str,
    style: &'a Style,
    started: Option<Timestamp>,
    /// How many were told.
    pub count: u64,
}

impl<'a> StateVisits<'a> {
    /// Of the state with this name.
    #[must_use]
    pub fn new(name: &'a str, style: &'a Style) -> Self {
        Self {
            name,
            style,
            started: None,
            count: 0,
        }
    }

    /// Takes the next event, before the outline does.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn before(
        &mut self,
        outline: &Outline,
        event: &HistoryEvent<'_>,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        self.started.get_or_insert(event.timestamp);
        let Details::StateExited { name, output, .. } = &event.details else {
            return Ok(());
        };
        match outline.leaving(event) {
            Some(visit) if name == self.name => {
                let ended = EndedState::left(visit, event);
                self.visit(&ended, output.as_ref(), out)
            }
            _ => Ok(()),
        }
    }

    /// Tells the visits that were not left when the history ended.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(&mut self, outline: &Outline, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut open = Vec::new();
        outline.thread().each_visit(&mut |visit| {
            if visit.name() == self.name && visit.is_open() {
                open.push(*visit);
            }
        });
        let now = outline.summary().last.unwrap_or_default();
        for visit in open {
            let ended = EndedState {
                visit,
                status: visit.status(),
                at: visit.exited().unwrap_or(now),
            };
            self.visit(&ended, None, out)?;
        }
        Ok(())
    }

    fn visit(
        &mut self,
        ended: &EndedState<'_>,
        output: Option<&EventJson<'_>>,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        if self.count > 0 {
            out.write_char('\n')?;
        }
        self.count += 1;
        ended.line(self.style, out)?;
        out.write_char('\n')?;
        let visit = ended.visit;
        let since = visit.entered().since(self.started.unwrap_or_default());
        let mut block = Block {
            style: self.style,
            out,
        };
        let entered = format!("+{}, event {}", duration(since), visit.event());
        block.field("entered", &entered)?;
        tries(&visit, &mut block)?;
        if let Some(failure) = visit.failure() {
            block.error(failure.error.as_deref(), failure.cause.as_deref())?;
        }
        if let Some(input) = visit.input() {
            block.document("input", input.size(), input.json())?;
        }
        if let Some(output) = output {
            let text = output.text();
            block.document("output", text.len(), Json::parse(&text).ok())?;
        }
        Ok(())
    }
}

fn tries(visit: &Visit<'_>, block: &mut Block<'_>) -> fmt::Result {
    let all = visit.tries();
    if all.len() < 2 {
        return Ok(());
    }
    let shown = all.iter().enumerate().take(MAX_TRIES);
    let mut lines: Vec<String> = shown
        .map(|(at, each)| told(at, each, all.get(at + 1)))
        .collect();
    if all.len() > MAX_TRIES {
        lines.push(format!("… {} more tries", all.len() - MAX_TRIES));
    }
    block.list("tries", &lines)
}

/// `1  States.Timeout after 3.00 s, retry in 4 s`
fn told(at: usize, each: &Try, next: Option<&Try>) -> String {
    let number = at + 1;
    let took = each.ended.map(|ended| duration(ended.since(each.began)));
    let took = took.unwrap_or_default();
    let mut text = match &each.outcome {
        Outcome::Succeeded => format!("{number}  succeeded after {took}"),
        Outcome::Running => format!("{number}  running"),
        Outcome::Aborted => format!("{number}  aborted after {took}"),
        Outcome::Failed(error) => {
            let error = error.as_deref().unwrap_or("error without a name");
            format!("{number}  {error} after {took}")
        }
    };
    if let (Some(next), Some(ended)) = (next, each.ended) {
        let how = if next.redriven { "redriven" } else { "retry" };
        let wait = delay(next.began.since(ended));
        write!(text, ", {how} in {wait}").expect("a string takes all");
    }
    text
}
