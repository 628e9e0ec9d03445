//! What people and programs that watch over a server ask: is it well (`/health`), how much does it
//! do (`/metrics`, in the text format of Prometheus), and what was asked of it (a line a request).

use std::collections::BTreeMap;
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::protocol::{ApiError, Reply};
use super::service::Service;
use super::store::{CommitTimes, Times};
use crate::data::{Json, Timestamp};

/// Where lines about requests go.
type Tell = dyn Fn(&str) + Send + Sync;

/// What was asked, and how it went.
#[derive(Default)]
pub(super) struct Requests {
    /// How many, and how long they took together, by operation and status.
    counts: Mutex<BTreeMap<(String, u16), (u64, Duration)>>,
    log: OnceLock<Box<Tell>>,
}

impl Requests {
    pub(super) fn log(&self, tell: Box<Tell>) {
        // The first one who listens stays.
        let _ = self.log.set(tell);
    }

    /// Takes note of a request of the API.
    pub(super) fn answered(
        &self,
        operation: &str,
        body: &[u8],
        answer: &Result<Reply, ApiError>,
        (began, at): (Instant, Timestamp),
    ) {
        let took = began.elapsed();
        let (status, code) = match answer {
            Ok(_) => (200, None),
            Err(error) => (error.status.as_u16(), Some(error.code)),
        };
        // What somebody thought of is not counted by its name: nobody shall fill the memory so.
        let counted = match code {
            Some("UnknownOperationException") => "unknown",
            _ => operation,
        };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry((counted.to_owned(), status)).or_default();
        *count = (count.0 + 1, count.1 + took);
        drop(counts);
        if let Some(tell) = self.log.get() {
            let millis = took.as_secs_f64() * 1000.0;
            let mut line = format!(
                "time={at} operation={} status={status} ms={millis:.1}",
                Value(operation)
            );
            let arn = execution(body, answer);
            for (name, value) in [("error", code), ("execution", arn.as_deref())] {
                if let Some(value) = value {
                    write!(line, " {name}={}", Value(value)).expect("a string takes all");
                }
            }
            tell(&line);
        }
    }
}

/// The execution that a request is about, or that it began.
fn execution(body: &[u8], answer: &Result<Reply, ApiError>) -> Option<String> {
    let named = |document: &Json| match document.get("executionArn") {
        Some(Json::String(arn)) => Some(arn.to_string()),
        _ => None,
    };
    let begun = match answer {
        Ok(Reply::Document(document)) => named(document),
        _ => None,
    };
    begun.or_else(|| named(&Json::parse(std::str::from_utf8(body).ok()?).ok()?))
}

/// A value of a line: what could be taken for something else stands in quotes and escapes.
struct Value<'v>(&'v str);

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
        if !self.0.is_empty() && self.0.chars().all(is_plain) {
            return f.write_str(self.0);
        }
        write!(f, "\"{}\"", self.0.escape_default())
    }
}

/// `GET /health`: whether the database can be written and read.
pub(super) async fn health(State(service): State<Arc<Service>>) -> Response {
    let written = service.store.write(|_| Ok(())).await;
    let (status, database) = match written {
        Ok(()) => (StatusCode::OK, "ok".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, error.message),
    };
    let word = if status.is_success() { "ok" } else { "failing" };
    let told: Json = [
        ("status", Json::from(word)),
        ("version", Json::from(env!("CARGO_PKG_VERSION"))),
        ("database", Json::from(database)),
    ]
    .into_iter()
    .collect();
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (status, kind, told.text().into_owned()).into_response()
}

/// `GET /metrics`.
pub(super) async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let counted = service.store.read(|connection| {
        let mut select =
            connection.prepare_cached("SELECT status, count(*) FROM executions GROUP BY status")?;
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<Vec<(String, i64)>, _>>()?)
    });
    let executions = match counted.await {
        Ok(executions) => executions,
        Err(error) => return (error.status, error.message).into_response(),
    };
    let mut page = Exposition(String::new());
    page.executions(&executions);
    let running = service.running();
    page.one(
        "asl_running_executions",
        "gauge",
        "Executions at work in this process.",
        running,
    );
    let open = service.callbacks.open_tasks();
    page.one(
        "asl_open_tasks",
        "gauge",
        "Tasks that can be answered by their token.",
        open,
    );
    page.one(
        "asl_broken_executions_total",
        "counter",
        "Executions that could not go on and were ended.",
        service.troubles.count(),
    );
    page.times(&service.store.times());
    page.requests(&service.requests);
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (kind, page.0).into_response()
}

/// Prometheus' text format.
struct Exposition(String);

impl Exposition {
    fn line(&mut self, line: fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("a string takes all");
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    fn one(&mut self, name: &str, kind: &str, help: &str, value: impl fmt::Display) {
        self.head(name, kind, help);
        self.line(format_args!("{name} {value}"));
    }

    fn executions(&mut self, executions: &[(String, i64)]) {
        self.head("asl_executions", "gauge", "Executions in the database.");
        for (status, count) in executions {
            self.line(format_args!(
                "asl_executions{{status=\"{status}\"}} {count}"
            ));
        }
    }

    fn times(&mut self, times: &Times) {
        let help = "States entered, as far as that is kept.";
        self.one("asl_transitions_total", "counter", help, times.transitions);
        let help = "Transactions of the database, from the first that waits to the disk.";
        self.histogram("asl_commit_seconds", help, &times.commits);
        let help = "From an event of an execution to the disk.";
        self.histogram("asl_event_append_seconds", help, &times.appends);
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "bounds are a few million microseconds"
    )]
    fn histogram(&mut self, name: &str, help: &str, times: &CommitTimes) {
        self.head(name, "histogram", help);
        let mut sum = 0;
        for (bound, count) in CommitTimes::BOUNDS.iter().zip(times.buckets) {
            sum += count;
            let bound = *bound as f64 / 1e6;
            self.line(format_args!("{name}_bucket{{le=\"{bound}\"}} {sum}"));
        }
        self.line(format_args!("{name}_bucket{{le=\"+Inf\"}} {}", times.count));
        self.line(format_args!("{name}_sum {}", times.total.as_secs_f64()));
        self.line(format_args!("{name}_count {}", times.count));
    }

    fn requests(&mut self, requests: &Requests) {
        let counts = requests
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        self.head("asl_requests_total", "counter", "Requests of the API.");
        for ((operation, status), (count, _)) in &counts {
            self.line(format_args!(
                "asl_requests_total{{operation=\"{operation}\",status=\"{status}\"}} {count}"
            ));
        }
        let help = "How long requests of the API took together.";
        self.head("asl_request_seconds_total", "counter", help);
        for ((operation, status), (_, took)) in &counts {
            let took = took.as_secs_f64();
            self.line(format_args!(
                "asl_request_seconds_total{{operation=\"{operation}\",status=\"{status}\"}} {took}"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_wrote_stays_one_value_of_a_line() {
        let told = Arc::new(Mutex::new(Vec::new()));
        let requests = Requests::default();
        let lines = Arc::clone(&told);
        requests.log(Box::new(move |line| {
            lines.lock().expect("no panic").push(line.to_owned());
        }));
        let began = (Instant::now(), Timestamp(0));
        let body = "{\"executionArn\":\"a b\\n\\u001b[31m\\\" status=200 é\"}".as_bytes();
        let answer = Err(ApiError::new("InvalidArn", "no"));
        requests.answered("StopExecution", body, &answer, began);
        let line = told.lock().expect("no panic").join("|");
        let (head, tail) = line.split_once(" ms=").expect("a duration");
        assert_eq!(
            head,
            "time=1970-01-01T00:00:00.000Z operation=StopExecution status=400"
        );
        let (_, rest) = tail.split_once(' ').expect("more");
        assert_eq!(
            rest,
            r#"error=InvalidArn execution="a b\n\u{1b}[31m\" status=200 \u{e9}""#
        );
    }

    #[test]
    fn buckets_of_a_histogram_add_up() {
        let mut page = Exposition(String::new());
        let mut times = CommitTimes {
            count: 4,
            total: Duration::from_millis(6),
            ..CommitTimes::default()
        };
        times.buckets[0] = 1;
        times.buckets[2] = 2;
        page.histogram("h", "x", &times);
        assert!(
            page.0.contains("h_bucket{le=\"0.00025\"} 1\n"),
            "{}",
            page.0
        );
        assert!(page.0.contains("h_bucket{le=\"0.001\"} 3\n"), "{}", page.0);
        assert!(page.0.contains("h_bucket{le=\"+Inf\"} 4\n"), "{}", page.0);
        assert!(page.0.ends_with("h_sum 0.006\nh_count 4\n"), "{}", page.0);
    }
}
