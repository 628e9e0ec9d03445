//! A toolkit for the Amazon States Language: validate, run, draw and read state machines without
//! deploying them. The `asl` program is a thin shell around this library.
//!
//! # The house
//! Data flows one way. A room may use what stands left of it (◄ is "is used by"):
//! ```text
//! data ◄─ syntax ◄─ query ◄─ language ◄─ graph ◄─ lint      what it is, what is wrong with it
//! data ◄─ history                                           the currency between engine and views
//! language, history ◄─ engine ◄─ runtime ◄─ server          what it does
//! lint ◄─ server                                            what of it is refused
//! history ◄─ remote                                         others that do it
//! engine, lint ◄─ suite                                     what it should do
//! graph, lint, history, suite ◄─ report ◄─ server           telling it; its console tells in pages
//! graph, lint ◄─ lsp                                        telling it to an editor
//! cli on top of all
//! ```
//! | room | duty |
//! |---|---|
//! | [`data`] | the runtime document, time, event ids, the error of a running machine, limits |
//! | [`syntax`] | JSON, YAML and TOML into one tree with places; templates; the plain-data `Diagnostic` |
//! | [`query`] | JSONPath, intrinsic functions, payload templates, JSONata: parse once, evaluate many |
//! | [`language`] | a tree into a typed, tolerant `StateMachine`; where its expressions stand |
//! | [`graph`] | states and transitions; what is reachable, what ends, what is missing |
//! | [`lint`] | the schema check and the rules; one rule a file, the registry in plain sight |
//! | [`history`] | the 62 types of event, logs, the outline that views are made of |
//! | [`engine`] | `StateMachine` → `Program`; the pure interpreter of it; replay, redrive |
//! | [`runtime`] | the driver, clocks, handlers, callbacks, Map Runs, the log on disk |
//! | [`remote`] | AWS Step Functions, or what speaks its API: machines, executions, histories there |
//! | [`server`] | the Step Functions API over HTTP, and a console; with `runtime` and `remote` the only asynchronous code |
//! | [`lsp`] | the Language Server Protocol: an editor's view of definitions |
//! | [`suite`] | tests of machines: cases, what they expect, what their runs came to, coverage |
//! | [`report`] | findings, pictures, histories, pages and tests, rendered into any `fmt::Write` |
//! | [`cli`] | arguments, exit codes, one file for each subcommand |
//!
//! From `data` to `engine`, and in `suite`, nothing does I/O, has a clock, waits or prints:
//! `tests/architecture/` holds the layers. Phases are outside, types inside: the life of Map is
//! `language/states/map.rs` (its fields) and `engine/states/map.rs` (its execution), under the same
//! name.
//!
//! # Three kinds of error, never mixed
//! What is wrong with a definition is a [`syntax::Diagnostic`], data beside the result. What goes
//! wrong in a running machine is a [`data::StatesError`], which Retry and Catch match. What goes
//! wrong with our host, a file, a port, a process, is a `Result` of an outer room.
//!
//! # Where to add
//! | to add | write | register |
//! |---|---|---|
//! | a lint rule | `lint/rules/NAME.rs`, its page as the opening comment | a line in `RULES` |
//! | a task handler | `runtime/handlers/NAME.rs` | a row in `runtime/handlers/file/members.rs`, and in `cli/run/handlers.rs` for `--task` |
//! | a picture format | a file in `report/graphs/` | a variant in `cli/args.rs`, an arm in `cli/graph.rs` |
//! | something to paint on pictures | a file in `report/graphs/overlay/` | `cli/graph/overlay/` |
//! | a view of a history | a file in `report/histories/` | an option in `cli/args/views.rs` |
//! | a format of findings | a file in `report/diagnostics/` | a variant in `cli/args/format.rs` |
//! | a kind of template | a file in `syntax/embedded/` | a variant of its `TemplateKind` |
//! | a field with expressions | a row in `language/expressions.rs` | |
//! | an intrinsic function | a function in its topic file | a row in `FUNCTIONS` |
//! | an expectation of a test | a member in `suite/read.rs` and its schema | `suite::judge` |
//! | an operation of the API | a function in its topic's file in `server/api/` | its members in `server/api/model/operations.rs`, an arm in `server/api/mod.rs` |
//! | AWS's words for a finding | an arm of `words` in `server/api/definitions.rs` | |
//! | a subcommand | `cli/NAME.rs`, `tests/cli/NAME.rs` | a variant in `cli/args.rs` |
//!
//! # Where building showed a better plan
//! - There is one document type, [`data::Json`], and no `Payload` around it: every array and
//!   object knows the size of its text by difference and keeps the text once it was made, so that
//!   a Parallel's result reuses what its branches wrote, and an untouched input keeps its blanks
//!   inside it, as AWS shows them.
//! - The driver is a future for each execution ([`runtime::run`]); any number of them run at once
//!   on one runtime. Every input of a task goes through one ordered queue.
//! - A Map Run is no second machine beside [`engine::Execution`]: the engine evaluates its fields
//!   ([`engine::map_run::MapRun`]), and reading, running and writing, all of it waiting, are the
//!   runtime's. What it came to is one more input, with a time of its own, so that virtual time is
//!   the same in every run.
//! - The linter reads every expression once, for all rules, and follows what is known of each
//!   state's data; a rule asks its `Context` and searches nothing itself.
//! - An execution works with secrets as they are. They are masked where text leaves: each event once,
//!   before log, tree and progress get it, the output before it is printed, each line of a handler
//!   ([`runtime::Masking`]).
//! - A server keeps of an execution what it was told and when it ran ([`runtime::Journal`]): having
//!   it back is telling it the same again ([`runtime::Rebuilt`]). `SQLite` is the truth; checks and
//!   writes happen in one closure on the one thread that writes, and what is acknowledged was
//!   committed. Only a token that leaves must be on the disk first.
//! - A replay follows the recorded order instead of ours: each recorded event is reached by telling
//!   the engine what the outside did, or by one turn of its thread.
//!
//! # Example
//! ```
//! use aslkit::{language, lint, syntax};
//!
//! let source = syntax::Source::new("order.asl.json", r#"{"StartAt": "A", "States": {}}"#);
//! let (tree, findings) = syntax::read(&source, syntax::Format::Json);
//! assert!(findings.is_empty());
//! let (machine, findings) = language::read(&tree);
//! let definition = lint::Definition { source: &source, tree: &tree, machine: &machine };
//! let findings = lint::check(definition, findings, &lint::Options::default());
//! assert!(findings.iter().any(|finding| finding.rule == "empty-states"));
//! ```

pub mod cli;
pub mod data;
pub mod engine;
pub mod graph;
pub mod history;
pub mod language;
pub mod lint;
pub mod lsp;
pub mod query;
#[cfg(feature = "aws")]
pub mod remote;
pub mod report;
pub mod runtime;
pub mod server;
pub mod suite;
pub mod syntax;
