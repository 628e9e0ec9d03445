//! The `asl` program as users and scripts meet it: arguments and files in, stdout, stderr and an
//! exit code out. One module for each subcommand, and for what handlers and signals do.

mod asl;
mod aws;
mod baseline;
mod callbacks;
mod compare;
mod completions;
mod config;
mod distributed;
mod driver;
mod dry;
mod faults;
mod files;
mod formats;
mod from;
mod functions;
mod graph;
mod graph_text;
mod handlers;
mod handlers_file;
mod heartbeats;
mod history;
mod hostile;
mod http;
mod input;
mod inputs;
mod interrupt;
mod lambda;
mod log;
mod lsp;
mod mock_answers;
mod mocks;
mod nested;
#[cfg(feature = "aws")]
mod on;
mod overlay;
mod pages;
mod record;
mod redrive;
mod replay;
mod rerun;
mod run;
mod secrets;
mod seeing;
mod serve;
mod server;
#[cfg(feature = "aws")]
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod serving;
mod silence;
mod state;
mod suites;
mod templates;
mod test;
mod validate;
mod views;
mod watch;
