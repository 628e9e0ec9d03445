//! `asl history --on`: an execution elsewhere, read as a log of ours that has its definition.
//!
//! Pages are asked for on a thread of their own while the views read what came before, so that
//! they take no more memory than a file does.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::cli::args::HistoryArgs;
use crate::cli::log::Log;
use crate::cli::on::{failure, runtime};
use crate::cli::output::Failure;
use crate::history::{ExecutionType, HistoryEvent, LogHeader};
use crate::remote::{Described, Refusal, Service, Target};

/// How many pages wait for whoever reads them.
const AHEAD: usize = 2;

/// The history of the execution that the arguments name.
pub(super) fn open(args: &HistoryArgs, target: &Target) -> Result<Log, Failure> {
    let execution = args.log.to_string_lossy().into_owned();
    let region = args.elsewhere.region.as_deref();
    let region = region.or_else(|| execution.split(':').nth(3));
    let region = region
        .filter(|region| !region.is_empty())
        .map(str::to_owned);
    let runtime = runtime()?;
    let begun = runtime.block_on(begin(target, region.as_deref(), &execution));
    let (service, head) = begun.map_err(|refusal| failure(&refusal))?;
    let (sender, pages) = sync_channel(AHEAD);
    let follows = args.views.follow;
    let name = execution.clone();
    let read = move || {
        let read = runtime.block_on(read(&service, &execution, follows, &sender));
        if let Err(refusal) = read {
            // Whoever reads may have seen enough.
            let _ = sender.send(Err(io::Error::other(refusal)));
        }
    };
    thread::Builder::new().spawn(read)?;
    let pages = Pages {
        pages,
        current: Cursor::new(head.into_bytes()),
    };
    Ok(Log::of(&name, pages))
}

/// What stands before the events.
async fn begin(
    target: &Target,
    region: Option<&str>,
    execution: &str,
) -> Result<(Service, String), Refusal> {
    let service = Service::connect(target, region).await?;
    let described = service.describe(execution).await?;
    // Without it there are still the events.
    let head = match service.definition(execution).await? {
        Some(definition) => format!("{}\n", header(execution, definition, described).to_line()),
        None => String::new(),
    };
    Ok((service, head))
}

fn header(execution: &str, definition: String, described: Described) -> LogHeader {
    LogHeader {
        asl: LogHeader::VERSION,
        definition: definition.into(),
        definition_path: None,
        input: described.input.into(),
        variables: BTreeMap::new(),
        execution_type: ExecutionType::Standard,
        name: described.name,
        execution_arn: execution.to_owned(),
        state_machine_arn: described.machine_arn,
        start_time: described.at,
        seed: 0,
        tool: concat!("asl ", env!("CARGO_PKG_VERSION")).to_owned(),
    }
}

/// Sends the events that are there, or all of them until the execution has ended.
async fn read(
    service: &Service,
    execution: &str,
    follows: bool,
    sender: &SyncSender<io::Result<Vec<u8>>>,
) -> Result<(), Refusal> {
    let mut follower = service.follow(execution);
    loop {
        let (events, has_more) = if follows {
            (follower.next().await?, true)
        } else {
            let page = follower.page().await?;
            (page.events, page.has_more)
        };
        let ended = events.last().is_some_and(|last| last.kind.ends_execution());
        let sent = sender.send(Ok(lines(&events)));
        if sent.is_err() || !has_more || (follows && ended) {
            return Ok(());
        }
    }
}

fn lines(events: &[HistoryEvent<'_>]) -> Vec<u8> {
    let mut lines = String::new();
    for event in events {
        lines.push_str(&event.to_line());
        lines.push('\n');
    }
    lines.into_bytes()
}

/// Bytes as they come.
struct Pages {
    pages: Receiver<io::Result<Vec<u8>>>,
    current: Cursor<Vec<u8>>,
}

impl Read for Pages {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.current.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            match self.pages.recv() {
                Ok(page) => self.current = Cursor::new(page?),
                // The thread has told all.
                Err(_) => return Ok(0),
            }
        }
    }
}
