//! How pictures look on this terminal, and in files.

use std::env;

use crate::cli::args::{GraphArgs, GraphFormat};
use crate::cli::output::Terminal;
use crate::report::graphs::text::Looks;
use crate::report::style::Style;

/// The columns of a picture in a Markdown file, which must not depend on who draws it.
const WIDTH_OF_BLOCKS: usize = 100;

/// A person sees a picture; a pipe gets what Graphviz takes.
pub(super) fn default_format(terminal: &Terminal) -> GraphFormat {
    if terminal.stdout_seen {
        GraphFormat::Text
    } else {
        GraphFormat::Dot
    }
}

/// How a picture looks where it is printed, or in its file.
pub(super) fn looks(args: &GraphArgs, terminal: &Terminal) -> Looks {
    let style = terminal.stdout_style();
    let is_shown = terminal.stdout_seen && args.output.is_none();
    Looks {
        style: Style {
            color: style.color && args.output.is_none(),
            width: args.text.width.map_or(style.width, usize::from),
        },
        is_ascii: args.text.ascii || is_shown && !has_utf8(),
    }
}

/// How a picture looks in a Markdown file, for everybody.
pub(super) fn looks_in_block(args: &GraphArgs) -> Looks {
    let width = args.text.width.map_or(WIDTH_OF_BLOCKS, usize::from);
    Looks {
        style: Style::new(false, width),
        is_ascii: args.text.ascii,
    }
}

/// Whether the terminal shows more than ASCII, by the variables that programs ask for it.
fn has_utf8() -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let set = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let locale = names.into_iter().find_map(set).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}
