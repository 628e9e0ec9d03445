//! The mocks file of a run: its answers are bound, and names in it that no Task has are told.

use std::sync::Arc;

use crate::cli::args::RunArgs;
use crate::cli::document::{Document, need_tree, show};
use crate::cli::output::{Failure, Terminal};
use crate::report::style::printable;
use crate::runtime::Handlers;
use crate::runtime::handlers::mocks::{self, Choice, MockFormat};
use crate::runtime::handlers::{TaskPattern, Unmocked};
use crate::syntax::{Source, Tree};

/// A mocks file that was bound.
pub(super) struct Mocked {
    source: Source,
    tree: Tree,
    format: MockFormat,
}

impl Mocked {
    /// Binds the file that `--mock` names.
    pub(super) fn bind(
        handlers: &mut Handlers,
        args: &RunArgs,
        machine: &str,
        terminal: &Terminal,
    ) -> Result<Option<Self>, Failure> {
        let Some(path) = &args.mock else {
            return Ok(None);
        };
        let (source, tree) = need_tree(path, terminal)?;
        match mocks::bind(handlers, &tree, choice(args, machine)) {
            Ok(format) => Ok(Some(Self {
                source,
                tree,
                format,
            })),
            Err(diagnostic) => {
                show(terminal, &source, Some(&tree), vec![diagnostic]);
                let name = printable(&source.name);
                Err(Failure::usage(format_args!("{name} cannot be used")))
            }
        }
    }

    /// A case of AWS's file names only the states that it comes to: what no handler behind it
    /// does either fails when it is called.
    pub(super) fn close(&self, handlers: &mut Handlers) {
        if self.format == MockFormat::Aws {
            let rest = TaskPattern::Resource("*".to_owned());
            handlers.bind(rest, Arc::new(Unmocked));
        }
    }

    /// Tells of names that no Task has. The file may serve other machines too, so this is no error.
    pub(super) fn tell_unknown_names(
        &self,
        args: &RunArgs,
        machine: &str,
        documents: &[(Option<&str>, Document)],
        terminal: &Terminal,
    ) {
        let machines = documents.iter();
        let machines: Vec<_> = machines
            .map(|(_, document)| (&document.machine, &document.tree))
            .collect();
        let unknown = mocks::unknown_names(&self.tree, choice(args, machine), &machines);
        if !unknown.is_empty() && !terminal.quiet {
            show(terminal, &self.source, Some(&self.tree), unknown);
        }
    }
}

fn choice<'c>(args: &'c RunArgs, machine: &'c str) -> Choice<'c> {
    Choice {
        machine,
        case: args.case.as_deref(),
    }
}
