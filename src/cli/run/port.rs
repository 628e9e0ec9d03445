//! The callback port: where people, workers and scripts answer the Tasks of a run.

use std::convert::Infallible;
use std::future::{Future, pending};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;

use super::progress::Voice;
use crate::cli::args::RunArgs;
use crate::cli::document::Document;
use crate::cli::output::{Failure, Terminal};
use crate::language::{Body, Resource};
use crate::report::style::printable;
use crate::runtime::{Callbacks, Unasked};
use crate::server::{self, Serving};

/// A callback port that was asked for.
pub(super) struct Port {
    number: u16,
    pub(super) callbacks: Arc<Callbacks>,
    unasked: UnboundedReceiver<Unasked>,
}

/// A callback port that listens.
pub(super) struct OpenPort {
    port: Port,
    listener: TcpListener,
    address: SocketAddr,
    region: String,
}

impl Port {
    pub(super) fn of(args: &RunArgs, machines: &[(Option<&str>, Document)]) -> Option<Self> {
        let number = args.callback_port?;
        let (callbacks, unasked) = Callbacks::new(activities(machines));
        Some(Self {
            number,
            callbacks: Arc::new(callbacks),
            unasked,
        })
    }

    pub(super) fn open(self, args: &RunArgs, terminal: &Terminal) -> Result<OpenPort, Failure> {
        let number = self.number;
        let (listener, address) = server::listen(number).map_err(|error| {
            Failure::usage(format_args!("cannot listen on 127.0.0.1:{number}: {error}"))
        })?;
        // Who asked for any port must be told which.
        if !terminal.quiet || number == 0 {
            terminal.say(&format!("callback port: http://{address}"));
        }
        Ok(OpenPort {
            port: self,
            listener,
            address,
            region: args.region(),
        })
    }
}

fn activities(machines: &[(Option<&str>, Document)]) -> Vec<Arc<str>> {
    let states = machines
        .iter()
        .flat_map(|(_, document)| document.machine.states());
    let tasks = states.filter_map(|state| match &state.body {
        Body::Task(task) => Some(&task.resource.as_ref()?.value),
        _ => None,
    });
    tasks
        .filter_map(|resource| match resource {
            Resource::Activity { arn, .. } => Some(Arc::clone(arn)),
            _ => None,
        })
        .collect()
}

impl OpenPort {
    /// Begins to serve, within a runtime; and what tells meanwhile which Tasks wait for somebody
    /// who has not been given their token, and how to answer.
    pub(super) fn serve(
        self,
        voice: Voice,
    ) -> Result<(Serving, impl Future<Output = Infallible>), Failure> {
        let (address, region) = (self.address, self.region);
        let serving = Serving::begin(self.listener, self.port.callbacks)
            .map_err(|error| Failure::usage(format_args!("cannot serve {address}: {error}")))?;
        let mut unasked = self.port.unasked;
        let tell = async move {
            while let Some(Unasked { state, token }) = unasked.recv().await {
                voice.say(&format!(
                    "{} waits for a callback: aws stepfunctions send-task-success --task-token \
                     {token} --task-output '{{}}' --endpoint-url http://{address} --region {} \
                     --no-sign-request",
                    printable(&state),
                    printable(&region)
                ));
            }
            pending().await
        };
        Ok((serving, tell))
    }
}
