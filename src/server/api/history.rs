//! An execution's events, page by page.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::executions::find;
use super::page::Page;
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::service::Service;

pub(super) async fn get(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = super::executions::arn(members)?;
    let page = Page::of(members, 1024)?;
    let reverse = members.flag("reverseOrder")?.unwrap_or(false);
    let read = service.store.read(move |connection| {
        let execution = find(connection, &arn)?;
        let (lines, more) = if reverse {
            backwards(connection, execution, &page)?
        } else {
            forwards(connection, execution, &page)?
        };
        Ok(reply(&lines, more))
    });
    read.await
}

/// The events of a page, one a text, and where the next one begins.
type Lines = (Vec<String>, Option<i64>);

fn forwards(connection: &Connection, execution: i64, page: &Page) -> Result<Lines, ApiError> {
    let begin = page
        .after
        .as_ref()
        .and_then(|at| at.first())
        .copied()
        .unwrap_or(1);
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

fn backwards(connection: &Connection, execution: i64, page: &Page) -> Result<Lines, ApiError> {
    let begin = page
        .after
        .as_ref()
        .and_then(|at| at.first())
        .copied()
        .unwrap_or(i64::MAX);
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

/// Events are kept as they are told: nothing is read and written again.
fn reply(lines: &[String], next: Option<i64>) -> Reply {
    let mut text = String::from("{\"events\":[");
    text.push_str(&lines.join(","));
    text.push(']');
    if let Some(next) = next {
        text.push_str(",\"nextToken\":");
        text.push('"');
        text.push_str(&Page::token(&[next]));
        text.push('"');
    }
    text.push('}');
    Reply::Text(text)
}
