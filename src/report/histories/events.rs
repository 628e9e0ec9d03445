//! The events of a history as a table, one line each, written as they come.

use std::fmt::{self, Write as _};

use super::{delay, duration, size};
use crate::data::Timestamp;
use crate::history::outline::Visit;
use crate::history::{Details, EventJson, HistoryEvent};
use crate::report::style::{Role, Style, columns, fit, pad, printable};

/// The widths of the columns follow from so many events; later ones must fit.
const MEASURED: usize = 500;

/// From this width on there is room for all columns.
const WIDE: usize = 100;

/// Beyond this lines are hard to follow.
const MAX_WIDTH: usize = 160;

/// How many bytes of a cause are of interest.
const MAX_CAUSE: usize = 400;

/// Writes a line for each event.
pub struct Events<'a> {
    style: &'a Style,
    /// The only state that is asked about.
    state: Option<&'a str>,
    started: Option<Timestamp>,
    last: Option<Timestamp>,
    waiting: Vec<Line>,
    widths: Option<Widths>,
    /// How many events were told.
    pub count: u64,
}

struct Line {
    id: String,
    at: String,
    delta: String,
    event: &'static str,
    state: String,
    detail: String,
    role: Role,
}

#[derive(Clone, Copy)]
struct Widths {
    id: usize,
    at: usize,
    delta: usize,
    event: usize,
    state: usize,
    detail: usize,
}

impl<'a> Events<'a> {
    /// A table of the events of all states, or of one.
    #[must_use]
    pub fn new(state: Option<&'a str>, style: &'a Style) -> Self {
        Self {
            style,
            state,
            started: None,
            last: None,
            waiting: Vec::new(),
            widths: None,
            count: 0,
        }
    }

    /// Takes the next event and the state it is about, after the outline took it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn event(
        &mut self,
        event: &HistoryEvent<'_>,
        visit: Option<Visit<'_>>,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        let at = event.timestamp;
        let started = *self.started.get_or_insert(at);
        let name = match event.details.state_name() {
            Some(name) => Some(name),
            None if event.kind.as_str().starts_with("Execution") => None,
            None => visit.as_ref().map(Visit::name),
        };
        if self.state.is_some() && self.state != name {
            return Ok(());
        }
        let passed = self.last.map_or(0, |last| at.since(last));
        self.last = Some(at);
        self.count += 1;
        let line = Line {
            id: event.id.to_string(),
            at: seconds(at.since(started)),
            delta: match passed {
                1.. => format!("+{}", duration(passed)),
                _ => String::new(),
            },
            event: event.kind.as_str(),
            state: printable(name.unwrap_or_default()).into_owned(),
            detail: detail(event, visit.as_ref()),
            role: match event.details.as_failure() {
                Some(_) => Role::Bad,
                None => Role::Plain,
            },
        };
        if self.widths.is_some() {
            return self.line(&line, out);
        }
        self.waiting.push(line);
        if self.waiting.len() == MEASURED {
            self.end(out)?;
        }
        Ok(())
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(&mut self, out: &mut dyn fmt::Write) -> fmt::Result {
        let waiting = std::mem::take(&mut self.waiting);
        if self.widths.is_none() && !waiting.is_empty() {
            self.widths = Some(self.measure(&waiting));
            let head = Line {
                id: "ID".into(),
                at: "+TIME".into(),
                delta: "DELTA".into(),
                event: "EVENT",
                state: "STATE".into(),
                detail: "DETAIL".into(),
                role: Role::Dim,
            };
            self.line(&head, out)?;
        }
        for line in &waiting {
            self.line(line, out)?;
        }
        Ok(())
    }

    /// A narrow table has no room for both the state and the time between events.
    fn measure(&self, lines: &[Line]) -> Widths {
        let width = self.style.width.min(MAX_WIDTH);
        let widest = |cell: &dyn Fn(&Line) -> usize| lines.iter().map(cell).max().unwrap_or(0);
        let is_wide = width >= WIDE;
        let mut widths = Widths {
            id: widest(&|line| line.id.len()).max(5),
            at: widest(&|line| line.at.len()).max(8) + 2,
            delta: widest(&|line| columns(&line.delta)).max(6) + 3,
            event: widest(&|line| line.event.len()).max(20) + 2,
            state: widest(&|line| columns(&line.state)).clamp(5, width / 4) + 2,
            detail: 0,
        };
        if !is_wide {
            match self.state {
                Some(_) => widths.state = 0,
                None => widths.delta = 0,
            }
            widths.event = widths.event.min(width * 3 / 8);
        }
        let rest = width.saturating_sub(widths.id + widths.at + widths.delta + 2);
        widths.event = widths.event.min(rest / 2);
        widths.state = widths.state.min(rest - widths.event);
        widths.detail = rest - widths.event - widths.state;
        widths
    }

    fn line(&self, line: &Line, out: &mut dyn fmt::Write) -> fmt::Result {
        let Some(widths) = self.widths else {
            return Ok(());
        };
        let mut text = format!("{:>1$}", line.id, widths.id);
        write!(text, "{:>1$}", line.at, widths.at)?;
        if widths.delta > 0 {
            let blank = widths.delta.saturating_sub(columns(&line.delta));
            write!(text, "{:blank$}{}", "", line.delta)?;
        }
        let head = line.event == "EVENT";
        let paint = |role| if head { Role::Dim } else { role };
        write!(out, "{}", self.style.paint(Role::Dim, &text))?;
        let mut gap = 2;
        let cells = [
            (widths.event, line.event, line.role),
            (widths.state, &*line.state, Role::Path),
            (widths.detail, &*line.detail, Role::Plain),
        ];
        for (width, text, role) in cells.into_iter().filter(|cell| cell.0 > 0) {
            let room = if width == widths.detail {
                width
            } else {
                width - 1
            };
            let text = fit(text, room);
            if !text.is_empty() {
                pad(out, gap)?;
                gap = 0;
                write!(out, "{}", self.style.paint(paint(role), &text))?;
            }
            gap += width - columns(&text);
        }
        out.write_char('\n')
    }
}

/// `+4.412`
fn seconds(millis: i64) -> String {
    let sign = if millis < 0 { '-' } else { '+' };
    let millis = millis.unsigned_abs();
    format!("{sign}{}.{:03}", millis / 1000, millis % 1000)
}

/// What an event says beyond its type, in a few words.
fn detail(event: &HistoryEvent<'_>, visit: Option<&Visit<'_>>) -> String {
    match &event.details {
        Details::None | Details::TaskStarted { .. } => String::new(),
        Details::StateEntered { input, .. } | Details::ExecutionStarted { input, .. } => {
            sized("input", input.as_ref())
        }
        Details::StateExited {
            output, assigned, ..
        } => {
            let mut text = sized("output", output.as_ref());
            let names: Vec<&str> = assigned.pairs().into_iter().map(|pair| pair.0).collect();
            if !names.is_empty() {
                let names = names.join(", ");
                write!(text, "  assigned {}", printable(&names)).expect("a string takes all");
            }
            text
        }
        Details::Output { output } | Details::TaskOutput { output, .. } => {
            sized("output", output.as_ref())
        }
        Details::Failure { error, cause } | Details::TaskFailure { error, cause, .. } => {
            failed(error.as_deref(), cause.as_deref())
        }
        Details::Evaluation {
            error,
            cause,
            location,
            ..
        } => {
            let field = location.as_deref().map(|location| format!("{location}: "));
            let why = failed(error.as_deref(), cause.as_deref());
            format!("{}{why}", printable(&field.unwrap_or_default()))
        }
        Details::FunctionScheduled { timeout, .. } | Details::TaskScheduled { timeout, .. } => {
            scheduled(*timeout, visit)
        }
        Details::ActivityStarted { worker_name } => {
            let worker = worker_name.as_deref();
            worker.map_or(String::new(), |name| format!("by {}", printable(name)))
        }
        Details::MapIteration { index, .. } => format!("[{index}]"),
        Details::MapStarted { length: 1 } => String::from("1 item"),
        Details::MapStarted { length } => format!("{length} items"),
        Details::MapRunStarted { map_run_arn } => {
            printable(map_run_arn.as_deref().unwrap_or_default()).into_owned()
        }
        Details::Redriven { redrive_count, .. } => format!("redrive {redrive_count}"),
    }
}

fn sized(label: &str, json: Option<&EventJson<'_>>) -> String {
    json.map_or(String::new(), |json| {
        format!("{label} {}", size(json.text().len()))
    })
}

fn failed(error: Option<&str>, cause: Option<&str>) -> String {
    let cause = cause.map(|cause| {
        let end = cause
            .char_indices()
            .nth(MAX_CAUSE)
            .map_or(cause.len(), |it| it.0);
        &cause[..end]
    });
    let text = match (error, cause.filter(|cause| !cause.is_empty())) {
        (Some(error), Some(cause)) => format!("{error}: {cause}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => String::new(),
    };
    printable(&text).into_owned()
}

/// `http:invoke  timeout 3 s`; of a later try when and why it began.
fn scheduled(timeout: Option<i64>, visit: Option<&Visit<'_>>) -> String {
    let tries = visit.map_or(&[][..], |visit| visit.tries());
    if let [.., before, last] = tries {
        let waited = before.ended.map_or(0, |ended| last.began.since(ended));
        return format!("try {} after {}", tries.len(), delay(waited));
    }
    let resource = visit.and_then(Visit::resource).unwrap_or_default();
    let mut text = printable(resource).into_owned();
    if let Some(seconds) = timeout.filter(|seconds| *seconds < 99_999_999) {
        let timeout = delay(seconds.saturating_mul(1000));
        write!(text, "  timeout {timeout}").expect("a string takes all");
    }
    text
}
