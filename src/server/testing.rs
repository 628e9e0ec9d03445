//! A service for tests: in memory, in time that jumps, and called without a network.

use std::sync::Arc;

use serde_json::Value;

use super::service::{Service, Settings};
use super::store::Place;
use super::{api, protocol};
use crate::data::Seed;
use crate::runtime::{Handlers, VirtualClock};

/// A service that nobody used before.
pub(super) async fn service() -> Arc<Service> {
    let settings = Settings {
        place: Place::Memory,
        account: "123456789012".to_owned(),
        region: "us-east-1".to_owned(),
        handlers: Handlers::default(),
        mocks: None,
        clock: Box::new(|reached| Box::new(VirtualClock::new(reached))),
        seed: Seed(1),
        days: 90,
    };
    let (service, _) = Service::open(settings).await.expect("a database in memory");
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
