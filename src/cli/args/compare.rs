//! What `asl graph` compares with, and where its pictures lead.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct CompareArgs {
    /// A newer definition: the picture is of this one, with what the change added, removed, changed
    /// and rerouted
    #[arg(value_name = "NEWER", conflicts_with_all = ["run", "runs", "coverage"])]
    pub(in crate::cli) newer: Option<PathBuf>,
    /// Each state leads to its line, in dot, html, mermaid and svg: an address with {file} and
    /// {line} in it
    #[arg(long, value_name = "URL")]
    pub(in crate::cli) links: Option<String>,
}
