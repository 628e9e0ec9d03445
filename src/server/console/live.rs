//! What is new of an execution, for the page that shows it: server-sent events.
//!
//! Everything is read from the database, when it is told that more was kept: so it is the same for
//! executions that run, that have ended, and that went on after a restart. A reader who is slow is
//! told less often, and nobody else waits for him.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::mpsc;

use super::pages::{Definition, Run};
use super::query;
use crate::data::{Json, Number};
use crate::graph::Graph;
use crate::history::read_history;
use crate::report::graphs::overlay::Items;
use crate::report::histories;
use crate::report::page::live::{Subject, Telling};
use crate::server::live::Watching;
use crate::server::protocol::ApiError;
use crate::server::service::Service;

/// Nobody sees more than ten pictures a second.
const PAUSE: Duration = Duration::from_millis(100);

/// An update that took long is followed by a pause so many times as long.
const PATIENCE: u32 = 4;

/// `GET /console/events?execution=ARN`
pub(super) async fn events(
    State(service): State<Arc<Service>>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let arn = query(&uri, "execution").unwrap_or_default();
    let found = service
        .store
        .read(move |connection| Run::find(connection, &arn));
    let run = match found.await {
        Ok(Some(run)) => run,
        Ok(None) => return StatusCode::NOT_FOUND.into_response(),
        Err(error) => return (error.status, error.message).into_response(),
    };
    // A browser that comes back by itself says it in the header.
    let told = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let told = told.map(str::to_owned).or_else(|| query(&uri, "after"));
    let told = told.and_then(|id| id.parse().ok()).unwrap_or(0);
    // Invariant: the task ends when the browser goes away, for then nobody takes its messages.
    let (sender, messages) = mpsc::channel(1);
    let watching = service.store.watchers().watch(run.id);
    tokio::spawn(tell(service, run, told, watching, sender));
    let kind = [(header::CONTENT_TYPE, "text/event-stream")];
    (kind, Body::from_stream(Messages(messages))).into_response()
}

/// What is sent.
struct Messages(mpsc::Receiver<String>);

impl Stream for Messages {
    type Item = Result<Bytes, std::convert::Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let message = self.0.poll_recv(context);
        message.map(|message| message.map(|text| Ok(text.into())))
    }
}

/// Tells until the execution has ended, or the reader has gone.
async fn tell(
    service: Arc<Service>,
    run: Run,
    told: u64,
    mut watching: Watching,
    reader: mpsc::Sender<String>,
) {
    let definition = Definition::read(&run.definition);
    let graph = Graph::new(&definition.machine);
    let lookup = histories::Definition::new(&definition.machine, &definition.source);
    let mut telling = Telling::new(&graph, &run.name, told);
    let mut known = None;
    loop {
        let began = Instant::now();
        let Ok((events, standing)) = read(&service, run.id, telling.last()).await else {
            return;
        };
        let now = (open_tasks(&service, &run), standing);
        if !events.is_empty() || known.as_ref() != Some(&now) {
            if !events.is_empty() {
                let Ok(recording) = read_history(&events) else {
                    return;
                };
                recording.events.iter().for_each(|it| telling.event(it));
            }
            let (open, standing) = &now;
            let (update, is_over) = update(&mut telling, &run, &lookup, &standing.children);
            let (id, took) = (telling.last(), standing.took.map_or(Json::Null, Json::from));
            let message = format!(
                "id: {id}\ndata: {{\"page\":{update},\"open\":{open},\"took\":{}}}\n\n",
                took.text()
            );
            if reader.send(message).await.is_err() {
                return;
            }
            if is_over {
                // Who is told so does not ask again. He may have gone already.
                let _ = reader.send("event: end\ndata: {}\n\n".to_owned()).await;
                return;
            }
            known = Some(now);
        }
        let pause = PAUSE.max(began.elapsed() * PATIENCE);
        tokio::select! {
            () = reader.closed() => return,
            () = tokio::time::sleep(pause) => {}
        }
        // A task can be answered only after it is kept that it was scheduled.
        let open = known.as_ref().map(|(open, _)| open);
        if open == Some(&open_tasks(&service, &run)) {
            tokio::select! {
                () = reader.closed() => return,
                () = watching.more() => {}
            }
        }
    }
}

fn update(
    telling: &mut Telling<'_, '_>,
    run: &Run,
    lookup: &histories::Definition<'_>,
    children: &HashMap<String, Items>,
) -> (String, bool) {
    let catcher = |state: &str, next: &str| lookup.catcher(state, next);
    telling.update(&Subject {
        name: &run.name,
        arn: &run.arn,
        machine: &run.machine,
        catcher: Some(&catcher),
        children: Some(children),
    })
}

/// What is told of an execution beside its events.
#[derive(PartialEq)]
struct Standing {
    /// Milliseconds from its start to its end, as everywhere in the API.
    took: Option<i64>,
    /// The items of its Map Runs.
    children: HashMap<String, Items>,
}

impl Standing {
    fn read(connection: &Connection, execution: i64) -> Result<Self, ApiError> {
        let mut select =
            connection.prepare_cached("SELECT stopped - started FROM executions WHERE id = ?1")?;
        let took = select.query_row([execution], |row| row.get(0)).optional()?;
        let mut select = connection
            .prepare_cached("SELECT arn, item_counts FROM map_runs WHERE execution = ?1")?;
        let rows = select.query_map([execution], |row| {
            let counts: String = row.get(1)?;
            Ok((row.get(0)?, items(&counts)))
        })?;
        Ok(Self {
            took: took.flatten(),
            children: rows.collect::<Result<_, _>>()?,
        })
    }
}

/// The counts of a Map Run, as they are kept.
fn items(counts: &str) -> Items {
    let counts = Json::parse(counts).unwrap_or_else(|_| Json::empty_object());
    let count = |name: &str| {
        let count = counts.get(name).and_then(Json::as_number);
        let count = count.and_then(Number::as_i64).unwrap_or_default();
        u64::try_from(count).unwrap_or_default()
    };
    Items {
        succeeded: count("succeeded"),
        caught: 0,
        failed: count("failed") + count("timedOut"),
        aborted: count("aborted"),
        running: count("running"),
    }
}

/// The events after this one, one a line, and how it stands.
async fn read(
    service: &Service,
    execution: i64,
    after: u64,
) -> Result<(String, Standing), ApiError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let read = service.store.read(move |connection| {
        let mut select = connection.prepare_cached(
            "SELECT first, lines FROM events WHERE execution = ?1 AND first >= \
             coalesce((SELECT max(first) FROM events WHERE execution = ?1 AND first <= ?2), 0) \
             ORDER BY first",
        )?;
        let mut rows = select.query(params![execution, after.saturating_add(1)])?;
        let mut text = String::new();
        while let Some(row) = rows.next()? {
            let first: i64 = row.get(0)?;
            let lines = row.get_ref(1)?.as_str().unwrap_or_default();
            for (id, line) in (first..).zip(lines.lines()) {
                if id > after {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
        Ok((text, Standing::read(connection, execution)?))
    });
    read.await
}

/// The tasks that can be answered: pairs of an event and a token, as JSON.
fn open_tasks(service: &Service, run: &Run) -> String {
    let remote = service.remote(run.id, &run.arn);
    let open = remote.map(|remote| service.callbacks.open_of(&remote));
    let open = open.unwrap_or_default().into_iter();
    let pairs = open.map(|(event, token)| {
        let event = i64::try_from(event.0).unwrap_or(i64::MAX);
        Json::array(vec![Json::from(event), Json::String(token)])
    });
    Json::array(pairs.collect()).text().into_owned()
}
