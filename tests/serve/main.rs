//! `asl serve` as programs see it: over HTTP, killed and started again.

mod crashes;
mod durable;
mod handler;
mod map_runs;
mod nested;
#[expect(dead_code, reason = "the bench uses the rest")]
mod server;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod support;
