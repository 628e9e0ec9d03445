//! `asl serve`: the Step Functions API on this machine. Definitions that it was started with are
//! machines in it, and follow their files.

mod machines;

use std::convert::Infallible;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Exit;
use super::args::{ServeArgs, Time};
use super::document::{listed, need_tree, reason, show};
use super::output::{Failure, Terminal};
use super::run::{clock_of, fresh_seed, handlers, services};
use super::watch::Changes;
use crate::data::Seed;
use crate::report::style::printable;
use crate::runtime::Handlers;
use crate::server::{self, Mocks, Place, Service, Serving, Settings};
use machines::{Definitions, Machine, distinct};

pub(super) fn run(args: &ServeArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    crate::runtime::raise_descriptor_limit();
    let paths = args.definitions.iter();
    let definitions: Vec<Definitions> = paths
        .map(|path| Definitions::read(path, terminal))
        .collect::<Result<_, _>>()?;
    for broken in definitions.iter().filter(|it| it.machines.is_none()) {
        let name = broken.path.to_string_lossy();
        let name = printable(&name);
        terminal.error(&format!("{name} cannot be served before this is mended"));
    }
    if definitions.iter().any(|it| it.machines.is_none()) {
        return Ok(Exit::Findings);
    }
    distinct(&definitions)?;
    let handlers = bound(args, terminal)?;
    let unhandled = match &args.mock {
        // Executions that are started with a test case are answered from there.
        Some(_) => Vec::new(),
        None => machines::unhandled(&definitions, &handlers),
    };
    let settings = Settings {
        place: place(&args.db),
        account: args.account.clone(),
        region: args.region.clone(),
        handlers,
        mocks: mocks(args, terminal)?,
        clock: clocks(args.time),
        seed: Seed(fresh_seed()),
        days: args.keep,
    };
    let (listener, address) = server::listen_on(args.bind, args.port).map_err(|error| {
        let (bind, port) = (args.bind, args.port);
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "; --port N is another one, --port 0 any that is free",
            _ => "",
        };
        let error = reason(&error);
        Failure::usage(format_args!(
            "cannot listen on {bind}:{port}: {error}{hint}"
        ))
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
        let files = definitions.iter().flat_map(Definitions::files);
        let mut changes = Changes::of(files)?;
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
        for machine in definitions
            .iter()
            .flat_map(|it| it.machines.iter().flatten())
        {
            let deployed = service.deploy(&machine.name, &machine.definition).await;
            there.push(deployed.map_err(|why| cannot_serve(&machine.name, &why))?);
        }
        let serving = Serving::serve(listener, Arc::clone(&service), &args.allow_host)
            .map_err(|error| Failure::usage(format_args!("cannot serve {address}: {error}")))?;
        greet(args, address, &there, terminal);
        warn(&unhandled, terminal);
        tokio::select! {
            () = interrupted => {}
            never = follow(&mut changes, definitions, &service, terminal) => match never {},
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

fn warn(unhandled: &[String], terminal: &Terminal) {
    if unhandled.is_empty() || terminal.quiet {
        return;
    }
    terminal.say(&format!(
        "warning: nobody works for {}: these Tasks fail until --handlers FILE or --task \
         'PATTERN=cmd:COMMAND' says who does",
        listed(unhandled)
    ));
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

fn cannot_serve(name: &str, why: &str) -> Failure {
    let (name, why) = (printable(name), printable(why));
    Failure::usage(format_args!("{name} cannot be served: {why}"))
}

/// Takes definitions over when their files change. One that is broken meanwhile is told, and its
/// machines stay as they were.
async fn follow(
    changes: &mut Changes,
    mut definitions: Vec<Definitions>,
    service: &Service,
    terminal: &Terminal,
) -> Infallible {
    loop {
        let edited: Vec<PathBuf> = changes
            .next()
            .await
            .into_iter()
            .map(Path::to_owned)
            .collect();
        for definitions in &mut definitions {
            let is_changed = edited
                .iter()
                .any(|file| definitions.files().any(|it| it == file));
            if !is_changed {
                continue;
            }
            match Definitions::read(&definitions.path, terminal) {
                Ok(now) if now.machines.is_some() => {
                    take_over(definitions, &now, service, terminal).await;
                    *definitions = now;
                }
                Ok(_) => {
                    let name = definitions.path.to_string_lossy();
                    let name = printable(&name);
                    terminal.error(&format!(
                        "what {name} held is served as it was until this is mended"
                    ));
                }
                Err(Failure::Message { message, .. }) => terminal.error(&message),
                Err(Failure::ClosedPipe) => {}
            }
        }
    }
}

async fn take_over(
    before: &Definitions,
    now: &Definitions,
    service: &Service,
    terminal: &Terminal,
) {
    let is_new = |machine: &&Machine| {
        let mut before = before.machines.iter().flatten();
        !before.any(|it| it.name == machine.name && it.definition == machine.definition)
    };
    for machine in now.machines.iter().flatten().filter(is_new) {
        let name = printable(&machine.name);
        match service.deploy(&machine.name, &machine.definition).await {
            Ok(_) if terminal.quiet => {}
            Ok(_) => terminal.say(&format!("{name} is what its file says now")),
            Err(why) => {
                let why = printable(&why);
                terminal.error(&format!("{name} stays as it was: {why}"));
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
