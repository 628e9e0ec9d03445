//! Arguments of pictures in a terminal and in Markdown.

use std::path::{Path, PathBuf};

use clap::{Args, Parser};

use super::GraphArgs;

#[derive(Debug, Args)]
pub(in crate::cli) struct TextArgs {
    /// How many columns --format text may take  [default: as many as the terminal has]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(40..=1000))]
    pub(in crate::cli) width: Option<u16>,
    /// Draw --format text in ASCII alone; without it where the locale is no UTF-8 one
    #[arg(long)]
    pub(in crate::cli) ascii: bool,
    /// Draw the blocks of a Markdown file anew: each between the lines <!-- asl graph DEFINITION
    /// [OPTIONS] --> and <!-- /asl graph -->; with DEFINITION only its blocks
    #[arg(long, value_name = "FILE", conflicts_with = "output")]
    pub(in crate::cli) inject: Option<PathBuf>,
    /// Change nothing, but show what --inject would; exit 1 when it would something
    #[arg(long, value_name = "FILE", conflicts_with_all = ["output", "inject"])]
    pub(in crate::cli) check: Option<PathBuf>,
}

/// What stands in a marker of a Markdown file after `asl graph`.
#[derive(Debug, Parser)]
#[command(
    name = "asl graph",
    no_binary_name = true,
    disable_help_flag = true,
    color = clap::ColorChoice::Never
)]
pub(in crate::cli) struct MarkerArgs {
    #[command(flatten)]
    pub(in crate::cli) graph: GraphArgs,
}

impl GraphArgs {
    /// The same with paths as they are from a folder.
    pub(in crate::cli) fn beside(mut self, folder: &Path) -> Self {
        let overlay = &mut self.overlay;
        let paths = [
            &mut self.definition,
            &mut self.compare.newer,
            &mut self.output,
            &mut overlay.runs,
            &mut overlay.coverage,
        ];
        for path in paths.into_iter().flatten().chain(&mut overlay.run) {
            *path = folder.join(&*path);
        }
        self
    }
}
