//! `asl serve`: the Step Functions API on this machine.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use super::Exit;
use super::args::{ServeArgs, Time};
use super::document::{Document, need_source};
use super::output::{Failure, Terminal};
use super::run::{clock_of, executable, fresh_seed, handlers, machine_name, safe_name, services};
use crate::data::Seed;
use crate::report::style::printable;
use crate::runtime::Handlers;
use crate::server::{self, Place, Service, Serving, Settings};

pub(super) fn run(args: &ServeArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    crate::runtime::raise_descriptor_limit();
    let machines = machines(args, terminal)?;
    let settings = Settings {
        place: place(&args.db),
        account: args.account.clone(),
        region: args.region.clone(),
        handlers: bound(args, terminal)?,
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
        for machine in machines {
            let deployed = service.deploy(&machine.name, &machine.definition).await;
            deployed.map_err(|why| {
                let name = printable(&machine.name);
                Failure::usage(format_args!("{name} cannot be served: {}", printable(&why)))
            })?;
        }
        let serving = Serving::serve(listener, Arc::clone(&service))
            .map_err(|error| Failure::usage(format_args!("cannot serve {address}: {error}")))?;
        greet(args, address, terminal);
        interrupted.await;
        serving.end().await;
        service.close().await;
        Ok(Exit::Success)
    });
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    served
}

fn greet(args: &ServeArgs, address: SocketAddr, terminal: &Terminal) {
    if !args.bind.is_loopback() {
        terminal.say(&format!(
            "warning: everybody who reaches {address} can start executions here"
        ));
    }
    // Who asked for any port must be told which.
    if !terminal.quiet || args.port == 0 {
        terminal.say(&format!("serving the Step Functions API: http://{address}"));
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
    let mut machines = Vec::new();
    for path in &args.definitions {
        let document = Document::of(need_source(path, terminal)?);
        if executable(&document, terminal).is_none() {
            return Err(Failure::usage("no machine is served before this is mended"));
        }
        let name = match &document.name {
            Some(name) => safe_name(name),
            None => machine_name(path),
        };
        let definition = document.definition_text().to_string();
        machines.push(Machine { name, definition });
    }
    Ok(machines)
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
