//! Texts that nobody would write: every reader of expressions, definitions, logs and files of items
//! gets valid ones that were cut, spliced, doubled and nested at random.
//!
//! A quick run tries a fixed number of texts, the same each time. To search on, from a seed that
//! the run tells, give each reader so many seconds:
//! ```text
//! ASL_FUZZ_SECONDS=600 cargo test --test fuzz
//! ASL_FUZZ_SECONDS=600 cargo test --test fuzz jsonata    # one reader
//! ```
//! What fails is cut down to few mutations and told. While a text is tried it stands in
//! `target/tmp/fuzz-READER.txt`, so that one that kills the process is not lost.
//!
//! proptest makes the cases: it is here already, its seeds are fixed where that is asked for, and
//! it cuts down what fails. arbtest counts by time alone, which no two runs have alike; bolero
//! brings two dozen crates for engines that stable Rust does not have. None of them knows seeds
//! and dictionaries, which `mutate` is.
//!
//! # To add a reader
//! A file with a [`Reader`](runner::Reader) and its test, and a `mod` line here.

mod definition;
mod embedded;
mod intrinsic;
mod items;
mod jsonata;
mod jsonpath;
mod log;
mod mutate;
mod runner;
mod scope;
mod template;
