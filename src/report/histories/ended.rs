//! States as they end, one by one: a line for each, and with it what went in and what came out.

use std::fmt::{self, Write as _};

use super::layout::{Piece, Row, write_rows};
use super::{duration, error_name, kind, mark, size};
use crate::data::Timestamp;
use crate::history::outline::{StateType, Status, Visit};
use crate::history::{Details, EventJson, HistoryEvent};
use crate::report::style::{Role, Style, printable, printable_json, split_at_width};

/// How many bytes of an input or an output are shown.
const MOST: usize = 512;

/// Where a document begins under its state: `  output  `.
const INDENT: usize = 10;

/// A state that has ended.
#[derive(Clone, Copy, Debug)]
pub struct EndedState<'e> {
    /// The visit, as it was before the event that ended it.
    pub visit: Visit<'e>,
    /// How it ended.
    pub status: Status,
    /// When.
    pub at: Timestamp,
}

impl<'e> EndedState<'e> {
    /// The state that an event leaves.
    #[must_use]
    pub fn left(visit: Visit<'e>, event: &HistoryEvent<'_>) -> Self {
        let status = match visit.failure() {
            Some(_) => Status::Caught,
            None => Status::Succeeded,
        };
        Self {
            visit,
            status,
            at: event.timestamp,
        }
    }

    /// The states that an execution ended in, outermost first.
    #[must_use]
    pub fn failed(outermost: Visit<'e>, at: Timestamp) -> Vec<Self> {
        let mut ended = Vec::new();
        let mut next = Some(outermost);
        while let Some(visit) = next {
            let status = visit.status();
            ended.push(Self { visit, status, at });
            next = visit.failed_thread().and_then(|thread| thread.last());
        }
        ended
    }

    /// Writes its line.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn line(&self, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
        let visit = &self.visit;
        let time = match visit.state_type() {
            StateType::Fail => String::from("—"),
            _ => duration(self.at.since(visit.entered())),
        };
        let row = Row {
            mark: mark(self.status),
            name: (Role::Plain, printable(visit.name()).into_owned()),
            kind: kind(visit, style.width < super::layout::WIDE),
            detail: self.detail(),
            time,
            ..Row::default()
        };
        write_rows(&[row], style, out)
    }

    fn detail(&self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut add = |role, text: String| {
            if !pieces.is_empty() {
                pieces.push((Role::Plain, String::from("   ")));
            }
            pieces.push((role, text));
        };
        let error = error_name(&self.visit);
        match (self.status, error) {
            (Status::Caught, Some(error)) => add(Role::Warn, format!("{error} caught")),
            (Status::Failed | Status::TimedOut, Some(error)) => add(Role::Bad, error),
            (Status::Aborted, _) => add(Role::Dim, String::from("aborted")),
            (_, _) => {}
        }
        let tries = self.visit.tries().len();
        if tries > 1 {
            add(Role::Plain, format!("{tries} tries"));
        }
        if let Some(place) = place(&self.visit) {
            add(Role::Dim, format!("in {place}"));
        }
        pieces
    }

    /// Writes what went into it, and what came out.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn documents(
        &self,
        event: &HistoryEvent<'_>,
        style: &Style,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        if let Some(input) = self.visit.input() {
            match input.json() {
                Some(json) => document("input", &EventJson::Value(&json), style, out)?,
                None => lines("input", "", input.size(), style, out)?,
            }
        }
        let cause = self.visit.failure().and_then(|it| it.cause.as_deref());
        if let Some(cause) = cause {
            lines("cause", &printable(cut(cause)), cause.len(), style, out)?;
        }
        match &event.details {
            Details::StateExited {
                output: Some(output),
                ..
            } => document("output", output, style, out),
            _ => Ok(()),
        }
    }
}

/// `Orders[3] › Prices[0]`
fn place(visit: &Visit<'_>) -> Option<String> {
    let around = visit.around();
    let parts = around.iter().rev().take(3).rev();
    let parts = parts.map(|(name, number)| format!("{}[{number}]", printable(name)));
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| parts.join(" › "))
}

fn document(
    label: &str,
    json: &EventJson<'_>,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let mut text = json.text();
    // As a person wrote it, it would take more room than it needs.
    if text.contains('\n')
        && let Ok(parsed) = serde_json::from_str::<serde_json::Value>(&text)
    {
        text = parsed.to_string().into();
    }
    lines(label, &printable_json(cut(&text)), text.len(), style, out)
}

/// Writes the beginning of a text of `whole` bytes under its state.
fn lines(
    label: &str,
    shown: &str,
    whole: usize,
    style: &Style,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let left_out = whole.saturating_sub(MOST.min(whole));
    let mut text = shown.replace('\n', " ");
    if shown.is_empty() && whole > 0 {
        write!(text, "{}", size(whole))?;
    } else if left_out > 0 {
        write!(text, "… {} more", size(left_out))?;
    }
    let mut rest = text.as_str();
    let mut lead = label;
    loop {
        let (head, tail) = split_at_comma(rest, style.width - INDENT);
        let lead_column = format!("  {lead:width$}", width = INDENT - 2);
        writeln!(out, "{}{head}", style.dim(&lead_column))?;
        if tail.is_empty() {
            return Ok(());
        }
        (rest, lead) = (tail, "");
    }
}

/// A line of JSON, and the rest: it is broken behind a member or an item where there is one.
fn split_at_comma(text: &str, width: usize) -> (&str, &str) {
    let (head, tail) = split_at_width(text, width);
    match head.rfind(',') {
        Some(comma) if !tail.is_empty() && comma > head.len() / 2 => text.split_at(comma + 1),
        _ => (head, tail),
    }
}

/// At most [`MOST`] bytes of a text.
fn cut(text: &str) -> &str {
    let mut end = MOST.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::history::outline::Outline;
    use crate::history::outline::sample::{self, Script, chained};
    use crate::history::read_history;

    /// What is said of the states of a history as they end.
    fn said(script: Script, width: usize, is_verbose: bool) -> String {
        let text = script.into_text();
        let (mut outline, mut out) = (Outline::new(), String::new());
        let style = Style::new(false, width);
        for event in &read_history(&text).expect("a history").events {
            if let Some(visit) = outline.leaving(event) {
                let ended = EndedState::left(visit, event);
                ended.line(&style, &mut out).expect("a string takes all");
                if is_verbose {
                    let said = ended.documents(event, &style, &mut out);
                    said.expect("a string takes all");
                }
            }
            outline.push(event);
        }
        let ended = outline.summary().ended.expect("it has ended");
        let last = outline.thread().last().expect("it has a state");
        if last.exited() == Some(ended) && last.status() == Status::Failed {
            for ended in EndedState::failed(last, ended) {
                ended.line(&style, &mut out).expect("a string takes all");
            }
        }
        out
    }

    fn check(script: Script, width: usize, is_verbose: bool, expected: &Expect) {
        expected.assert_eq(&said(script, width, is_verbose));
    }

    #[test]
    fn each_state_has_a_line_as_it_ends() {
        let text = said(sample::order(), 80, false);
        let telling = |line: &&str| !line.contains(" in PriceItems[") || line.contains("[17]");
        let told: Vec<&str> = text.lines().filter(telling).collect();
        expect![[r#"
            ✔ ValidateOrder        Task                                               214 ms
            ✔ CheckStatus          Choice                                               1 ms
            ⚠ LookUpPrice          Task       PriceNotFound caught   in PriceItems…   2.30 s
            ✔ UseListPrice         Pass       in PriceItems[17]                       110 ms
            ✔ PriceItems           Map 40                                             3.45 s
            ✔ ReserveStock         Task       in Fulfil[0]                             96 ms
            ✔ BookCarrier          Task       3 tries   in Fulfil[1]                  9.60 s
            ✔ Fulfil               Parallel 2                                         9.60 s
            ⚠ ChargeCard           Task       PaymentDeclined caught   2 tries        1.63 s
            ✔ RefundStock          Task                                                88 ms
            ✖ OrderFailed          Fail       OrderRejected                                —"#]]
        .assert_eq(&told.join("\n"));
    }

    #[test]
    fn documents_stand_under_their_state_and_are_bounded() {
        let long = "x".repeat(2000);
        let script = chained(&format!(
            r#"
            +5 PassStateEntered "name":"A","input":"{{\"a\":1}}"
            +7 PassStateExited "name":"A","output":"{{\"b\":\"{long}\"}}"
            +0 ExecutionSucceeded "output":"{{}}""#,
        ));
        check(
            script,
            60,
            true,
            &expect![[r#"
            ✔ A              Pass                                   7 ms
              input   {"a":1}
              output  {"b":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                      xxxxxxxxxxxx… 1.4 KiB more
        "#]],
        );
    }
}
