//! Histories elsewhere, page by page, while they grow.
//!
//! The SDK's events and ours have the same 62 types. They meet in the JSON that
//! `GetExecutionHistory` answers, which `history` reads from files anyway: the answer's body is
//! taken beside the SDK, and no member is lost on the way.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_sfn::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_sfn::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_sfn::error::BoxError;

use super::client::Service;
use super::refusal::{Kind, Refusal};
use crate::history::{HistoryEvent, read_history};

/// How often a history is asked for at first, and after it was followed for long.
const SOONEST: Duration = Duration::from_millis(200);
const LATEST: Duration = Duration::from_secs(2);

/// What was just started may not be known everywhere.
const UNKNOWN_FOR: Duration = Duration::from_secs(10);

/// Reads an execution's history as it grows.
#[derive(Debug)]
pub struct Follower {
    service: Service,
    execution: String,
    /// What leads to the page that was not full.
    token: Option<String>,
    /// The last event that was told.
    last: u64,
    began: Instant,
    is_first: bool,
    /// What came while nobody waited for it to the end.
    ready: Vec<HistoryEvent<'static>>,
}

/// A page.
#[derive(Debug)]
pub struct Page {
    /// Events that were not told yet.
    pub events: Vec<HistoryEvent<'static>>,
    /// Whether there are more already.
    pub has_more: bool,
}

impl Service {
    /// A reader of an execution's history.
    #[must_use]
    pub fn follow(&self, execution: &str) -> Follower {
        Follower {
            service: self.clone(),
            execution: execution.to_owned(),
            token: None,
            last: 0,
            began: Instant::now(),
            is_first: true,
            ready: Vec::new(),
        }
    }
}

impl Follower {
    /// The events that came since, when it is time to ask for them; who stops waiting misses
    /// nothing.
    ///
    /// # Errors
    /// When the service refuses it.
    pub async fn next(&mut self) -> Result<Vec<HistoryEvent<'static>>, Refusal> {
        if !self.is_first {
            // A tenth of the time that it runs is not noticed.
            let pause = (self.began.elapsed() / 10).clamp(SOONEST, LATEST);
            tokio::time::sleep(pause).await;
        }
        loop {
            let page = match self.page().await {
                Err(refused) if self.is_too_early(&refused) => break,
                page => page?,
            };
            let is_empty = page.events.is_empty();
            self.ready.extend(page.events);
            if !page.has_more || is_empty {
                break;
            }
        }
        self.is_first = false;
        Ok(std::mem::take(&mut self.ready))
    }

    fn is_too_early(&self, refused: &Refusal) -> bool {
        refused.kind == Kind::Missing && self.last == 0 && self.began.elapsed() < UNKNOWN_FOR
    }

    /// The next page, or what came onto the last one since.
    ///
    /// # Errors
    /// When the service refuses it.
    pub async fn page(&mut self) -> Result<Page, Refusal> {
        let body = Body::default();
        let answer = self
            .service
            .client
            .get_execution_history()
            .execution_arn(&self.execution)
            .include_execution_data(true)
            .max_results(1000)
            .set_next_token(self.token.clone())
            .customize()
            .interceptor(body.clone())
            .send()
            .await
            .map_err(|error| self.service.refusal("GetExecutionHistory", &error))?;
        let mut events = self.read(&body.text())?;
        events.retain(|event| event.id.0 > self.last);
        if let Some(last) = events.last() {
            self.last = last.id.0;
        }
        // A service that leads round in circles has told all.
        let has_more = answer.next_token.is_some() && answer.next_token != self.token;
        if has_more {
            self.token = answer.next_token;
        }
        Ok(Page { events, has_more })
    }

    fn read(&self, body: &str) -> Result<Vec<HistoryEvent<'static>>, Refusal> {
        let read = read_history(body);
        let recording = read.map_err(|error| {
            let place = &self.service.place;
            Refusal::other(format!("{place} tells what is no history: {error}"))
        })?;
        Ok(recording.events)
    }
}

/// Keeps the body of an answer.
#[derive(Clone, Debug, Default)]
struct Body(Arc<Mutex<Vec<u8>>>);

impl Body {
    fn text(&self) -> String {
        let mut bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&std::mem::take(&mut *bytes)).into_owned()
    }
}

impl Intercept for Body {
    fn name(&self) -> &'static str {
        "Body"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let bytes = context.response().body().bytes().unwrap_or_default();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bytes.clone_into(&mut kept);
        Ok(())
    }
}
