//! What a run needs of the world outside: who does the work of its Tasks, which machines they may
//! start, which folders stand for buckets, and where callbacks come in.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::dry::Plan;
use super::port::{OpenPort, Port};
use super::{executable, handlers};
use crate::cli::Exit;
use crate::cli::args::RunArgs;
use crate::cli::document::{Document, need_source};
use crate::cli::output::{Failure, Terminal, print};
use crate::runtime::{Buckets, Host};

pub(super) struct Outside {
    pub(super) host: Arc<Host>,
    pub(super) port: Option<OpenPort>,
}

impl Outside {
    /// The world outside as the arguments tell it, or the end, when only that was asked. The
    /// document is handed back.
    pub(super) fn of(
        args: &RunArgs,
        machine_name: &str,
        document: Document,
        terminal: &Terminal,
    ) -> Result<ControlFlow<Exit, (Self, Document)>, Failure> {
        let mut host = Host::default();
        let (handlers, mocked) = handlers::bind(args, machine_name, terminal)?;
        host.handlers = handlers;
        host.buckets = buckets(args);
        let mut documents = vec![(None, document)];
        for (name, path) in &args.machine_map {
            let document = Document::of(need_source(path, terminal)?);
            let Some(program) = executable(&document, terminal) else {
                return Ok(ControlFlow::Break(Exit::Findings));
            };
            host.machines.insert(name, Arc::new(program));
            documents.push((Some(name.as_str()), document));
        }
        if let Some(mocked) = &mocked {
            mocked.tell_unknown_names(args, machine_name, &documents, terminal);
        }
        let port = Port::of(args, &documents);
        if let Some(port) = &port {
            host.handlers.answer_through(Arc::clone(&port.callbacks));
        }
        let plan = Plan::of(&documents, &host, args.alone.state.as_deref());
        let (_, document) = documents.swap_remove(0);
        if args.dry {
            let style = terminal.stdout_style();
            // Who reads it from a pipe looks for something in it.
            let width = terminal.stdout_seen.then_some(style.width);
            let table = plan.table(&style, width);
            print(&host.handlers.masking().text(&table))?;
        }
        if !plan.is_complete() {
            return Err(Failure::usage(plan.missing()));
        }
        if args.dry {
            return Ok(ControlFlow::Break(Exit::Success));
        }
        let port = port.map(|port| port.open(args, terminal)).transpose()?;
        let host = Arc::new(host);
        Ok(ControlFlow::Continue((Self { host, port }, document)))
    }
}

fn buckets(args: &RunArgs) -> Buckets {
    let mut buckets = Buckets::default();
    for (name, folder) in &args.bucket {
        buckets.insert(name, folder.clone());
    }
    buckets
}
