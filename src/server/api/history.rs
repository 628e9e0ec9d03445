//! An execution's events, page by page.

use std::borrow::Cow;
use std::sync::Arc;

use rusqlite::{Connection, params};

use super::executions::find;
use super::page::Page;
use crate::data::{Json, Object};
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::service::Service;

pub(super) async fn get(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = super::executions::arn(members)?;
    let reverse = members.flag("reverseOrder");
    let list = if reverse {
        "GetExecutionHistory, the latest first"
    } else {
        "GetExecutionHistory"
    };
    let page = Page::of(members, list, &["executionArn"])?;
    // Data is what nobody asked to leave out.
    let has_data = members.get("includeExecutionData") != Some(&Json::from(false));
    let read = service.store.read(move |connection| {
        let execution = find(connection, &arn)?;
        let events = Events::new(page.size, has_data);
        let events = if reverse {
            backwards(connection, execution, page.after, events)?
        } else {
            forwards(connection, execution, page.after, events)?
        };
        Ok(events.reply(&page))
    });
    read.await
}

/// How many bytes the events of a page have at most. A page of the largest events would be 256 MB
/// otherwise, which nobody can read at once; AWS's bound is not known.
const MOST: usize = 4 * 1_048_576;

/// The events of a page, as they are told: nothing is read and written again.
struct Events {
    text: String,
    count: usize,
    /// Which one begins the next page.
    next: Option<i64>,
    /// How many there are at most.
    size: usize,
    has_data: bool,
}

impl Events {
    fn new(size: usize, has_data: bool) -> Self {
        Self {
            text: String::from("{\"events\":["),
            count: 0,
            next: None,
            size,
            has_data,
        }
    }

    /// Takes one more event, unless the page is full: a page has one at least.
    fn take(&mut self, id: i64, line: &str) -> bool {
        let line = if self.has_data {
            Cow::Borrowed(line)
        } else {
            Cow::Owned(without_data(line))
        };
        let is_too_long = self.count > 0 && self.text.len() + line.len() > MOST;
        if self.count == self.size || is_too_long {
            self.next = Some(id);
            return false;
        }
        if self.count > 0 {
            self.text.push(',');
        }
        self.text.push_str(&line);
        self.count += 1;
        true
    }

    fn reply(mut self, page: &Page<i64>) -> Reply {
        self.text.push(']');
        if let Some(next) = self.next {
            self.text.push_str(",\"nextToken\":\"");
            self.text.push_str(&page.token(&next));
            self.text.push('"');
        }
        self.text.push('}');
        Reply::Text(self.text)
    }
}

fn forwards(
    connection: &Connection,
    execution: i64,
    begin: Option<i64>,
    mut events: Events,
) -> Result<Events, ApiError> {
    let begin = begin.unwrap_or(1);
    let mut select = connection.prepare_cached(
        "SELECT first, lines FROM events WHERE execution = ?1 AND first >= \
         coalesce((SELECT max(first) FROM events WHERE execution = ?1 AND first <= ?2), 0) \
         ORDER BY first",
    )?;
    let mut rows = select.query(params![execution, begin])?;
    while let Some(row) = rows.next()? {
        let first: i64 = row.get(0)?;
        let text = row.get_ref(1)?.as_str().unwrap_or_default();
        let lines = (first..).zip(text.lines());
        for (id, line) in lines.skip_while(|(id, _)| *id < begin) {
            if !events.take(id, line) {
                return Ok(events);
            }
        }
    }
    Ok(events)
}

fn backwards(
    connection: &Connection,
    execution: i64,
    begin: Option<i64>,
    mut events: Events,
) -> Result<Events, ApiError> {
    let begin = begin.unwrap_or(i64::MAX);
    let mut select = connection.prepare_cached(
        "SELECT first, lines FROM events WHERE execution = ?1 AND first <= ?2 ORDER BY first DESC",
    )?;
    let mut rows = select.query(params![execution, begin])?;
    while let Some(row) = rows.next()? {
        let first: i64 = row.get(0)?;
        let text = row.get_ref(1)?.as_str().unwrap_or_default();
        let lines: Vec<(i64, &str)> = (first..).zip(text.lines()).collect();
        let lines = lines.into_iter().rev();
        for (id, line) in lines.skip_while(|(id, _)| *id > begin) {
            if !events.take(id, line) {
                return Ok(events);
            }
        }
    }
    Ok(events)
}

/// The members of events that hold what went through the execution.
const DATA: [&str; 8] = [
    "assignedVariables",
    "assignedVariablesDetails",
    "input",
    "inputDetails",
    "output",
    "outputDetails",
    "parameters",
    "taskCredentials",
];

/// An event without inputs and outputs.
fn without_data(line: &str) -> String {
    let Ok(event) = Json::parse(line) else {
        return line.to_owned();
    };
    let fields = event.as_object().into_iter().flat_map(Object::iter);
    let event: Json = fields
        .map(|(name, value)| match value.as_object() {
            Some(details) => {
                let kept = details.iter().filter(|(name, _)| !DATA.contains(&&***name));
                let kept: Json = kept.map(|(name, value)| (&**name, value.clone())).collect();
                (&**name, kept)
            }
            None => (&**name, value.clone()),
        })
        .collect();
    event.text().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_one_event_at_least() {
        let mut events = Events::new(100, true);
        assert!(events.take(1, &"x".repeat(MOST)));
        assert!(!events.take(2, "x"));
        assert_eq!(events.next, Some(2));
    }

    #[test]
    fn events_can_be_told_without_their_data() {
        let line = r#"{"id":2,"type":"PassStateEntered","stateEnteredEventDetails":{"name":"A","input":"{}","inputDetails":{"truncated":false}}}"#;
        let expected =
            r#"{"id":2,"type":"PassStateEntered","stateEnteredEventDetails":{"name":"A"}}"#;
        assert_eq!(without_data(line), expected);
    }
}
