//! `asl serve` as programs see it: over HTTP, killed and started again.

mod broken;
mod crashes;
mod durable;
mod handler;
mod map_runs;
mod nested;
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "the console and the bench use the rest")]
mod server;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod support;
