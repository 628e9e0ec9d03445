//! The `asl` program as users and scripts meet it: arguments and files in, stdout, stderr and an
//! exit code out. One module for each subcommand, and for what handlers and signals do.

mod asl;
mod baseline;
mod callbacks;
mod completions;
mod config;
mod distributed;
mod driver;
mod files;
mod formats;
mod graph;
mod handlers;
mod heartbeats;
mod history;
mod hostile;
mod http;
mod input;
mod interrupt;
mod log;
mod lsp;
mod mock_answers;
mod mocks;
mod nested;
mod record;
mod redrive;
mod replay;
mod run;
mod server;
mod silence;
mod templates;
mod validate;
mod watch;
