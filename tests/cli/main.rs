//! The `asl` program as users and scripts meet it: arguments and files in, stdout, stderr and an
//! exit code out. One module for each subcommand, and for what handlers and signals do.

mod asl;
mod callbacks;
mod completions;
mod distributed;
mod driver;
mod graph;
mod handlers;
mod heartbeats;
mod history;
mod hostile;
mod http;
mod input;
mod interrupt;
mod log;
mod mocks;
mod nested;
mod redrive;
mod replay;
mod run;
mod server;
mod templates;
mod validate;
