//! A service for tests: in memory, in time that jumps, and called without a network.

use std::sync::Arc;

use serde_json::Value;

use super::protocol::ApiError;
use super::service::{Limits, MakeClock, Service, Settings};
use super::store::Place;
use super::{api, protocol};
use crate::data::{Seed, Timestamp};
use crate::runtime::{Clock, Handlers, VirtualClock};

/// A service that nobody used before.
pub(super) async fn service() -> Arc<Service> {
    service_with(Handlers::default(), Limits::default()).await
}

/// The same at a time that a test sets.
pub(super) async fn service_at(now: impl Fn() -> i64 + Send + Sync + 'static) -> Arc<Service> {
    let clock = move |reached: Option<Timestamp>| -> Box<dyn Clock> {
        Box::new(VirtualClock::new(reached.max(Some(Timestamp(now())))))
    };
    open(Handlers::default(), Limits::default(), Box::new(clock)).await
}

/// The same with somebody who does the work of Tasks, and other limits.
pub(super) async fn service_with(handlers: Handlers, limits: Limits) -> Arc<Service> {
    let clock = |reached| -> Box<dyn Clock> { Box::new(VirtualClock::new(reached)) };
    open(handlers, limits, Box::new(clock)).await
}

async fn open(handlers: Handlers, limits: Limits, clock: Box<MakeClock>) -> Arc<Service> {
    let settings = Settings {
        place: Place::Memory,
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        handlers,
        mocks: None,
        clock,
        seed: Seed(1),
        days: 90,
    };
    let opened = Service::open_with(settings, limits).await;
    let (service, _) = opened.expect("a database in memory");
    service
}

/// What an operation answers that must succeed.
pub(super) async fn call(service: &Arc<Service>, operation: &str, input: &Value) -> Value {
    let body = input.to_string();
    let answer = api::call(service, operation, body.as_bytes()).await;
    let text = answer.map(protocol::Reply::text);
    let text = text.unwrap_or_else(|error| panic!("{operation} {input}: {error:?}"));
    serde_json::from_str(&text).expect("answers are JSON")
}

/// Operations that break the server from within: only tests have them.
pub(super) async fn trip(service: &Arc<Service>, operation: &str) -> Result<(), ApiError> {
    match operation {
        "TripCall" => panic!("tripped"),
        "TripRead" => service.store.read(|_| panic!("tripped")).await,
        "TripWrite" => {
            let written = service.store.write(|connection| {
                connection.execute_batch("DELETE FROM machines")?;
                panic!("tripped")
            });
            written.await
        }
        "TripLock" => {
            service.log_troubles(|_| panic!("tripped"));
            service.tell_trouble("arn", "nothing");
            Ok(())
        }
        _ => Ok(()),
    }
}
