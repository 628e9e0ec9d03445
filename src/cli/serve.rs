//! `asl serve`: the Step Functions API on this machine. Definitions that it was started with are
//! machines in it, and follow their files.

use std::convert::Infallible;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Exit;
use super::args::{ServeArgs, Time};
use super::document::{Document, need_source, need_tree, show};
use super::output::{Failure, Terminal};
use super::run::{clock_of, executable, fresh_seed, handlers, machine_name, safe_name, services};
use super::watch::Changes;
use crate::data::Seed;
use crate::report::style::printable;
use crate::runtime::Handlers;
use crate::server::{self, Mocks, Place, Service, Serving, Settings};

pub(super) fn run(args: &ServeArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    crate::runtime::raise_descriptor_limit();
    let machines = machines(args, terminal)?;
    let settings = Settings {
        place: place(&args.db),
        account: args.account.clone(),
        region: args.region.clone(),
        handlers: bound(args, terminal)?,
        mocks: mocks(args, terminal)?,
        clock: clocks(args.time),
        seed: Seed(fresh_seed()),
        days: args.keep,
    };
    let (listener, address) = server::listen_on(args.bind, args.port).map_err(|error| {
        let (bind, port) = (args.bind, args.port);
        Failure::usage(format_args!("cannot listen on {bind}:{port}: {error}"))
    })?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime
        .map_err(|error| Failure::usage(format_args!("cannot start the runtime: {error}")))?;
    let served = runtime.block_on(async {
        let interrupted = super::run::stop::interrupted();
        let (service, _unasked) = Service::open(settings).await.map_err(Failure::usage)?;
        // Before they are read: what changes from here on is heard.
        let mut changes = Changes::of(args.definitions.iter().map(PathBuf::as_path))?;
        service.log_troubles(|line| {
            let line = format!("warning: {}\n", printable(line));
            let _ = std::io::stderr().write_all(line.as_bytes());
        });
        if args.verbose {
            service.log_requests(|line| {
                // Nobody may read it.
                let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
            });
        }
        let mut there = Vec::new();
        for machine in &machines {
            let deployed = service.deploy(&machine.name, &machine.definition).await;
            there.push(deployed.map_err(|why| cannot_serve(&machine.name, &why))?);
        }
        let serving = Serving::serve(listener, Arc::clone(&service), &args.allow_host)
            .map_err(|error| Failure::usage(format_args!("cannot serve {address}: {error}")))?;
        greet(args, address, &there, terminal);
        tokio::select! {
            () = interrupted => {}
            never = follow(&mut changes, &service, terminal) => match never {},
        }
        serving.end().await;
        service.close().await;
        Ok(Exit::Success)
    });
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    served
}

fn greet(args: &ServeArgs, address: SocketAddr, there: &[String], terminal: &Terminal) {
    if !args.bind.is_loopback() {
        terminal.say(&format!(
            "warning: everybody who reaches {address} can start executions here"
        ));
    }
    // Who asked for any port must be told which.
    if !terminal.quiet || args.port == 0 {
        terminal.say(&format!(
            "serving the Step Functions API, and a console to look at: http://{address}"
        ));
    }
    if terminal.quiet {
        return;
    }
    for arn in there {
        terminal.say(&format!("  {}", printable(arn)));
    }
    if place(&args.db) == Place::Memory {
        terminal.say("nothing is kept when it ends: --db FILE keeps machines and executions");
    }
}

fn place(db: &Path) -> Place {
    if db.as_os_str() == ":memory:" {
        Place::Memory
    } else {
        Place::File(db.to_owned())
    }
}

fn clocks(time: Time) -> Box<server::MakeClock> {
    Box::new(move |reached| match time {
        // It goes on when it is: what became due while nobody served happens now.
        Time::Real => clock_of(time, None),
        Time::Skip | Time::Scaled(_) => clock_of(time, reached),
    })
}

/// A machine that is there from the start.
struct Machine {
    name: String,
    definition: String,
}

fn machines(args: &ServeArgs, terminal: &Terminal) -> Result<Vec<Machine>, Failure> {
    let machines = args.definitions.iter().map(|path| machine(path, terminal));
    machines.collect()
}

/// The machine in a file.
fn machine(path: &Path, terminal: &Terminal) -> Result<Machine, Failure> {
    let document = Document::of(need_source(path, terminal)?);
    if executable(&document, terminal).is_none() {
        return Err(Failure::usage("no machine is served before this is mended"));
    }
    let name = match &document.name {
        Some(name) => safe_name(name),
        None => machine_name(path),
    };
    let definition = document.definition_text().to_string();
    Ok(Machine { name, definition })
}

fn cannot_serve(name: &str, why: &str) -> Failure {
    let (name, why) = (printable(name), printable(why));
    Failure::usage(format_args!("{name} cannot be served: {why}"))
}

/// Takes definitions over when their files change. One that is broken meanwhile is told, and the
/// machine stays as it was.
async fn follow(changes: &mut Changes, service: &Service, terminal: &Terminal) -> Infallible {
    loop {
        let others = changes.next().await.into_iter();
        let others: Vec<PathBuf> = others.map(Path::to_owned).collect();
        for path in others {
            let taken = match machine(&path, terminal) {
                Ok(machine) => match service.deploy(&machine.name, &machine.definition).await {
                    Ok(_) => Ok(machine.name),
                    Err(why) => Err(cannot_serve(&machine.name, &why)),
                },
                Err(failure) => Err(failure),
            };
            match taken {
                Ok(name) if terminal.quiet => drop(name),
                Ok(name) => {
                    terminal.say(&format!("{} is what its file says now", printable(&name)));
                }
                Err(Failure::Message { message, .. }) => terminal.error(&message),
                Err(Failure::ClosedPipe) => {}
            }
        }
    }
}

fn bound(args: &ServeArgs, terminal: &Terminal) -> Result<Handlers, Failure> {
    let mut bound = Handlers::default();
    for task in &args.task {
        handlers::bind_task(&mut bound, task, terminal)?;
    }
    if let Some(path) = &args.handlers {
        handlers::bind_file(&mut bound, path, terminal)?;
    }
    services::bind(&mut bound, args.lambda_endpoint.as_deref())?;
    Ok(bound)
}

fn mocks(args: &ServeArgs, terminal: &Terminal) -> Result<Option<Mocks>, Failure> {
    let Some(path) = &args.mock else {
        return Ok(None);
    };
    let (source, tree) = need_tree(path, terminal)?;
    match Mocks::read(tree) {
        Ok(mocks) => Ok(Some(mocks)),
        Err(diagnostic) => {
            show(terminal, &source, None, vec![diagnostic]);
            let name = printable(&source.name);
            Err(Failure::usage(format_args!("{name} cannot be used")))
        }
    }
}
