//! Where a replay parts from its recording: both events, and in what they differ.

use std::fmt;
use std::sync::Arc;

use super::json::{bounded, spread};
use super::short_name;
use crate::data::Json;
use crate::history::HistoryEvent;
use crate::report::style::{MIN_WIDTH, Role, Style, fit, printable};

/// How many differing members are shown.
const MAX_MEMBERS: usize = 8;

/// How many lines a value may take.
const MAX_LINES: usize = 12;

/// Longer lines are hard to read.
const MAX_WIDTH: usize = 120;

/// The first difference between a recording and its replay.
#[derive(Clone, Copy, Debug)]
pub struct Diverged<'a> {
    /// The recorded event, unless its chain ends before.
    pub recorded: Option<&'a HistoryEvent<'a>>,
    /// The event in its place now, unless nothing happens.
    pub made: Option<&'a HistoryEvent<'a>>,
    /// The Parallel and Map states around it, each with the branch or item.
    pub path: &'a [(Arc<str>, u32)],
    /// The state that the execution is in there.
    pub state: Option<&'a str>,
    /// How many events were equal before.
    pub equal: usize,
}

/// Writes the first difference.
///
/// # Errors
/// Those of `out`.
pub fn render(diverged: &Diverged<'_>, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
    let block = Block {
        style,
        width: style.width.clamp(MIN_WIDTH, MAX_WIDTH),
    };
    block.title(diverged, out)?;
    match (diverged.recorded, diverged.made) {
        (Some(recorded), Some(made)) if recorded.kind == made.kind => {
            block.members(recorded, made, out)
        }
        (recorded, made) => {
            block.side(&RECORDED, recorded, "nothing more here", out)?;
            let state = diverged.state.map(|state| short_name(state, 40));
            let instead = state.map_or_else(
                || String::from("nothing"),
                |state| format!("nothing: the execution stays in {state}"),
            );
            block.side(&NOW, made, &instead, out)
        }
    }
}

/// How one side is marked.
struct Side {
    sign: &'static str,
    label: &'static str,
    role: Role,
}

const RECORDED: Side = Side {
    sign: "-",
    label: "recorded",
    role: Role::Bad,
};
const NOW: Side = Side {
    sign: "+",
    label: "now     ",
    role: Role::Ok,
};

struct Block<'s> {
    style: &'s Style,
    width: usize,
}

impl Block<'_> {
    /// `✖ Fulfil[1] › ChargeCard differs, after 6 equal events`
    fn title(&self, diverged: &Diverged<'_>, out: &mut dyn fmt::Write) -> fmt::Result {
        let events = match diverged.equal {
            1 => String::from("1 equal event"),
            count => format!("{count} equal events"),
        };
        let tail = format!(" differs, after {events}");
        let room = self.width.saturating_sub(tail.len() + 2).max(8);
        let place = fit(&place(diverged), room).into_owned();
        let line = format!("✖ {place}{tail}");
        writeln!(out, "{}\n", self.style.bad(&fit(&line, self.width)))
    }

    /// Two events of one type: what is not the same in them.
    fn members(
        &self,
        recorded: &HistoryEvent<'_>,
        made: &HistoryEvent<'_>,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        self.event(&RECORDED, recorded, out)?;
        self.event(&NOW, made, out)?;
        let (recorded, made) = (details(recorded), details(made));
        let mut found = Vec::new();
        compare(String::new(), Some(&recorded), Some(&made), &mut found);
        let left_out = found.len().saturating_sub(MAX_MEMBERS);
        for member in found.into_iter().take(MAX_MEMBERS) {
            let name = fit(&printable(&member.name), self.width - 2).into_owned();
            writeln!(out, "\n  {}", self.style.bold(&name))?;
            self.value(&RECORDED, member.recorded.as_ref(), out)?;
            self.value(&NOW, member.made.as_ref(), out)?;
        }
        if left_out > 0 {
            let line = format!("… {left_out} more members");
            writeln!(out, "\n  {}", self.style.dim(&line))?;
        }
        Ok(())
    }

    /// `- recorded  event 7  TaskSucceeded`
    fn event(
        &self,
        side: &Side,
        event: &HistoryEvent<'_>,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        let line = format!(
            "{} {}  event {}  {}",
            side.sign, side.label, event.id, event.kind
        );
        writeln!(out, "{}", self.style.paint(side.role, &line))
    }

    /// A whole event, or what there is instead of one.
    fn side(
        &self,
        side: &Side,
        event: Option<&HistoryEvent<'_>>,
        instead: &str,
        out: &mut dyn fmt::Write,
    ) -> fmt::Result {
        let Some(event) = event else {
            let line = format!("{} {}  {instead}", side.sign, side.label);
            let line = fit(&line, self.width).into_owned();
            return writeln!(out, "{}", self.style.paint(side.role, &line));
        };
        self.event(side, event, out)?;
        let details = details(event);
        for line in bounded(
            spread(&details, self.width - 4, MAX_LINES * 2),
            MAX_LINES * 2,
        ) {
            if line != "{}" {
                writeln!(out, "    {line}")?;
            }
        }
        Ok(())
    }

    fn value(&self, side: &Side, value: Option<&Json>, out: &mut dyn fmt::Write) -> fmt::Result {
        let lines = match value {
            None => vec![String::from("(absent)")],
            Some(value) => spread(value, self.width - 6, MAX_LINES),
        };
        for line in lines {
            let line = format!("  {} {line}", side.sign);
            writeln!(out, "{}", self.style.paint(side.role, &line))?;
        }
        Ok(())
    }
}

/// `Fulfil[1] › ChargeCard`
fn place(diverged: &Diverged<'_>) -> String {
    let mut place: Vec<String> = diverged
        .path
        .iter()
        .map(|(state, index)| format!("{}[{index}]", short_name(state, 40)))
        .collect();
    let event = diverged.recorded.or(diverged.made);
    let named = event
        .and_then(|event| event.details.state_name())
        .or(diverged.state);
    match named {
        Some(state) => place.push(short_name(state, 40)),
        None if place.is_empty() => place.push(String::from("the execution")),
        None => {}
    }
    place.join(" › ")
}

/// An event's details as a document; texts that hold documents are opened.
fn details(event: &HistoryEvent<'_>) -> Json {
    let event_json = Json::parse(&event.to_line()).unwrap_or_default();
    let details = event_json.get(event.kind.details_member());
    let Some(details) = details.and_then(Json::as_object) else {
        return Json::empty_object();
    };
    let told = details
        .iter()
        .filter(|(name, _)| !name.ends_with("Details"));
    told.map(|(name, value)| (Arc::clone(name), opened(value)))
        .collect()
}

fn opened(value: &Json) -> Json {
    if let Some(object) = value.as_object() {
        let members = object.iter();
        return members
            .map(|(name, value)| (Arc::clone(name), opened(value)))
            .collect();
    }
    let document = value.as_str().and_then(|text| Json::parse(text).ok());
    document.unwrap_or_else(|| value.clone())
}

/// A member that differs.
pub(super) struct Member {
    pub(super) name: String,
    pub(super) recorded: Option<Json>,
    pub(super) made: Option<Json>,
}

/// Recursion is bounded by how deep a document may nest.
pub(super) fn compare(
    name: String,
    recorded: Option<&Json>,
    made: Option<&Json>,
    found: &mut Vec<Member>,
) {
    let (Some(one), Some(other)) = (recorded, made) else {
        found.push(Member {
            name,
            recorded: recorded.cloned(),
            made: made.cloned(),
        });
        return;
    };
    if one == other {
        return;
    }
    if let (Some(one), Some(other)) = (one.as_object(), other.as_object()) {
        let added = other.iter().filter(|(key, _)| !one.contains_key(key));
        for (key, _) in one.iter().chain(added) {
            compare(inside(&name, key), one.get(key), other.get(key), found);
        }
    } else if let (Some(one), Some(other)) = (one.as_array(), other.as_array()) {
        for at in 0..one.len().max(other.len()) {
            compare(format!("{name}[{at}]"), one.get(at), other.get(at), found);
        }
    } else {
        found.push(Member {
            name,
            recorded: Some(one.clone()),
            made: Some(other.clone()),
        });
    }
}

fn inside(name: &str, key: &str) -> String {
    match name {
        "" => key.to_owned(),
        _ => format!("{name}.{key}"),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::history::read_event;

    fn check(recorded: Option<&str>, made: Option<&str>, expected: &Expect) {
        let read = |line: &str| read_event(line).expect("an event");
        let (recorded, made) = (recorded.map(read), made.map(read));
        let diverged = Diverged {
            recorded: recorded.as_ref(),
            made: made.as_ref(),
            path: &[("Fulfil".into(), 1)],
            state: Some("Charge"),
            equal: 6,
        };
        let mut text = String::new();
        render(&diverged, &Style::new(false, 80), &mut text).expect("a string takes all");
        expected.assert_eq(&text);
        assert!(!text.contains('\u{1b}'), "{text}");
    }

    const EXITED: &str = r#"{"timestamp":1,"type":"PassStateExited","id":7,"previousEventId":6,"stateExitedEventDetails":{"name":"Total","output":"{\"total\":7.5,\"items\":[1,2]}"}}"#;

    #[test]
    fn events_of_one_type_differ_in_members() {
        let made = EXITED.replace("7.5", "8").replace("[1,2]", "[1,3,4]");
        check(
            Some(EXITED),
            Some(&made),
            &expect![[r#"
            ✖ Fulfil[1] › Total differs, after 6 equal events

            - recorded  event 7  PassStateExited
            + now       event 7  PassStateExited

              output.total
              - 7.5
              + 8

              output.items[1]
              - 2
              + 3

              output.items[2]
              - (absent)
              + 4
        "#]],
        );
    }

    #[test]
    fn events_of_two_types_are_shown_whole() {
        let made = r#"{"timestamp":1,"type":"TaskScheduled","id":9,"previousEventId":6,"taskScheduledEventDetails":{"resourceType":"lambda","resource":"invoke","region":"us-east-1","parameters":"{\"a\":\"\\u001b[31mred\"}"}}"#;
        check(
            Some(EXITED),
            Some(made),
            &expect![[r#"
            ✖ Fulfil[1] › Total differs, after 6 equal events

            - recorded  event 7  PassStateExited
                {
                  "name": "Total",
                  "output": { "total": 7.5, "items": [ 1, 2 ] }
                }
            + now       event 9  TaskScheduled
                {
                  "resourceType": "lambda",
                  "resource": "invoke",
                  "region": "us-east-1",
                  "parameters": { "a": "\u001b[31mred" }
                }
        "#]],
        );
    }

    #[test]
    fn one_side_may_have_nothing() {
        check(
            Some(EXITED),
            None,
            &expect![[r#"
            ✖ Fulfil[1] › Total differs, after 6 equal events

            - recorded  event 7  PassStateExited
                {
                  "name": "Total",
                  "output": { "total": 7.5, "items": [ 1, 2 ] }
                }
            + now       nothing: the execution stays in Charge
        "#]],
        );
        check(
            None,
            Some(EXITED),
            &expect![[r#"
            ✖ Fulfil[1] › Total differs, after 6 equal events

            - recorded  nothing more here
            + now       event 7  PassStateExited
                {
                  "name": "Total",
                  "output": { "total": 7.5, "items": [ 1, 2 ] }
                }
        "#]],
        );
    }
}
