//! An execution's events, page by page.

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
        let (lines, more) = if reverse {
            backwards(connection, execution, &page)?
        } else {
            forwards(connection, execution, &page)?
        };
        let more = more.map(|place| page.token(&place));
        Ok(if has_data {
            reply(&lines, more)
        } else {
            let lines: Vec<String> = lines.iter().map(|line| without_data(line)).collect();
            reply(&lines, more)
        })
    });
    read.await
}

/// The events of a page, one a text, and where the next one begins.
type Lines = (Vec<String>, Option<i64>);

fn forwards(connection: &Connection, execution: i64, page: &Page<i64>) -> Result<Lines, ApiError> {
    let begin = page.after.unwrap_or(1);
    let mut select = connection.prepare_cached(
        "SELECT first, lines FROM events WHERE execution = ?1 AND first >= \
         coalesce((SELECT max(first) FROM events WHERE execution = ?1 AND first <= ?2), 0) \
         ORDER BY first",
    )?;
    let mut rows = select.query(params![execution, begin])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let first: i64 = row.get(0)?;
        let text = row.get_ref(1)?.as_str().unwrap_or_default();
        for (id, line) in (first..).zip(text.lines()) {
            if id < begin {
                continue;
            }
            if lines.len() == page.size {
                return Ok((lines, Some(id)));
            }
            lines.push(line.to_owned());
        }
    }
    Ok((lines, None))
}

fn backwards(connection: &Connection, execution: i64, page: &Page<i64>) -> Result<Lines, ApiError> {
    let begin = page.after.unwrap_or(i64::MAX);
    let mut select = connection.prepare_cached(
        "SELECT first, lines FROM events WHERE execution = ?1 AND first <= ?2 ORDER BY first DESC",
    )?;
    let mut rows = select.query(params![execution, begin])?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next()? {
        let first: i64 = row.get(0)?;
        let text = row.get_ref(1)?.as_str().unwrap_or_default();
        let chunk: Vec<(i64, &str)> = (first..).zip(text.lines()).collect();
        for (id, line) in chunk.into_iter().rev() {
            if id > begin {
                continue;
            }
            if lines.len() == page.size {
                return Ok((lines, Some(id)));
            }
            lines.push(line.to_owned());
        }
    }
    Ok((lines, None))
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

/// Events are kept as they are told: nothing is read and written again.
fn reply(lines: &[String], next: Option<String>) -> Reply {
    let mut text = String::from("{\"events\":[");
    text.push_str(&lines.join(","));
    text.push(']');
    if let Some(next) = next {
        text.push_str(",\"nextToken\":");
        text.push('"');
        text.push_str(&next);
        text.push('"');
    }
    text.push('}');
    Reply::Text(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_can_be_told_without_their_data() {
        let line = r#"{"id":2,"type":"PassStateEntered","stateEnteredEventDetails":{"name":"A","input":"{}","inputDetails":{"truncated":false}}}"#;
        let expected =
            r#"{"id":2,"type":"PassStateEntered","stateEnteredEventDetails":{"name":"A"}}"#;
        assert_eq!(without_data(line), expected);
    }
}
