//! `asl run --on`: the machine is given to a service, and what happens there is told as if it
//! happened here.

use std::collections::BTreeMap;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;

use super::sinks::Sinks;
use super::stop::{interrupted, stop};
use super::{
    conclude, faults, fresh_seed, input, machine_name, rendered, safe_name, tell_in_short,
};
use crate::cli::Exit;
use crate::cli::args::{RunArgs, TypeChoice};
use crate::cli::document::{Document, STDIN, need_document};
use crate::cli::on::{failure, follow, outcome_of, role, runtime};
use crate::cli::output::{Failure, Terminal, print};
use crate::data::Seed;
use crate::engine::{Identity, Outcome};
use crate::history::{ExecutionType, LogHeader};
use crate::remote::{Change, Kind, Refusal, Registered, Service, Started, Target, Wanted};
use crate::report::style::printable;
use crate::runtime::{IdentityOptions, Masking, Stop};
use crate::syntax::{Diagnostic, Severity};

pub(super) fn run(args: &RunArgs, target: &Target, terminal: &Terminal) -> Result<Exit, Failure> {
    let path = args.definition.as_deref().unwrap_or(Path::new(STDIN));
    let document = need_document(path, args.machine.as_deref(), terminal)?;
    if !is_readable(&document, terminal) {
        return Ok(Exit::Findings);
    }
    let machine = match (&args.elsewhere.machine_name, &document.name) {
        (Some(name), _) => name.clone(),
        (None, Some(name)) => safe_name(name),
        (None, None) => machine_name(path),
    };
    let run = Run {
        args,
        terminal,
        definition: document.definition_json().to_string(),
        input: input(args, terminal)?.text().into_owned(),
        name: execution_name(args, &machine)?,
        machine,
    };
    runtime()?.block_on(run.on(target, &document))
}

/// What cannot be read as JSON or YAML need not be sent; all else is the service's to judge.
fn is_readable(document: &Document, terminal: &Terminal) -> bool {
    let is_wrong = |finding: &&Diagnostic| {
        finding.severity == Severity::Error && finding.rule != "duplicate-key"
    };
    let wrong: Vec<Diagnostic> = document.syntax.iter().filter(is_wrong).cloned().collect();
    let is_readable = wrong.is_empty();
    if !is_readable {
        document.show(terminal, wrong);
    }
    is_readable
}

/// The execution has a name before it is started: an answer that is lost can be asked for again.
fn execution_name(args: &RunArgs, machine: &str) -> Result<String, Failure> {
    let options = IdentityOptions {
        machine: machine.to_owned(),
        name: args.name.clone(),
        account: args.account.clone(),
        region: args.region(),
        express: false,
        seed: Seed(fresh_seed()),
    };
    let identity = options.identity().map_err(Failure::usage)?;
    Ok(identity.name.to_string())
}

/// A machine with what it is given.
struct Run<'a> {
    args: &'a RunArgs,
    terminal: &'a Terminal,
    definition: String,
    input: String,
    name: String,
    machine: String,
}

impl Run<'_> {
    async fn on(&self, target: &Target, document: &Document) -> Result<Exit, Failure> {
        let mut interrupted = pin!(interrupted());
        let prepared = tokio::select! {
            biased;
            () = &mut interrupted => return Ok(Exit::Interrupted),
            prepared = self.prepare(target) => prepared,
        };
        let (service, registered) = prepared.map_err(|refusal| {
            if refusal.kind == Kind::Definition {
                document.show(self.terminal, faults(document));
            }
            failure(&refusal)
        })?;
        self.tell_change(&service, &registered);
        if registered.express {
            let ended = service.run_sync(&registered.arn, &self.name, &self.input);
            let ended = tokio::select! {
                biased;
                () = &mut interrupted => return Err(unstoppable()),
                ended = ended => ended,
            };
            let ended = ended.map_err(|refusal| failure(&refusal))?;
            return self.tell_end(&outcome_of(ended));
        }
        // Not interrupted: nobody would know whether it was started.
        let started = service
            .start(&registered.arn, &self.name, &self.input)
            .await;
        let started = started.map_err(|refusal| failure(&refusal))?;
        let header = self.header(document, &started);
        let mut sinks = Sinks::open(self.args, self.terminal, &header)?;
        let others = stop(self.args, sinks.unread());
        let mut stop = pin!(async {
            tokio::select! {
                biased;
                () = interrupted => Stop::Interrupted,
                why = others => why,
            }
        });
        let drawn = sinks.ticker();
        let ended = drawn
            .beside(follow(&service, &started.arn, stop.as_mut(), &mut sinks))
            .await
            .map_err(|refusal| failure(&left_behind(refusal, target, &started.arn)))?;
        let identity = self.identity(&header);
        let exit = conclude(self.args, self.terminal, document, &identity, sinks, &ended)?;
        if !self.terminal.quiet {
            let arn = printable(&started.arn);
            self.terminal
                .say(&format!("asl history --on {target} {arn} tells it again"));
        }
        Ok(exit)
    }

    async fn prepare(&self, target: &Target) -> Result<(Service, Registered), Refusal> {
        let service = Service::connect(target, self.args.region.as_deref()).await?;
        let role = role(self.args.elsewhere.role.as_deref());
        let wanted = Wanted {
            name: &self.machine,
            definition: &self.definition,
            role: role.as_deref(),
            express: self.args.execution_type == TypeChoice::Express,
        };
        let registered = service.register(&wanted).await?;
        Ok((service, registered))
    }

    fn tell_change(&self, service: &Service, registered: &Registered) {
        if self.terminal.quiet {
            return;
        }
        let (name, place) = (printable(&self.machine), printable(service.place()));
        let told = match registered.change {
            Change::Created => Some("created"),
            Change::Updated => Some("updated"),
            Change::None => None,
        };
        if let Some(told) = told {
            self.terminal
                .say(&format!("{told} the state machine \"{name}\" on {place}"));
        }
        if registered.is_late {
            self.terminal.say(
                "note: no version could be published, and an update takes seconds to arrive: the \
                 execution may begin with the definition from before",
            );
        }
        if registered.express {
            self.terminal
                .say("note: EXPRESS executions have no history there: only the end can be told");
        }
    }

    /// Of an EXPRESS execution nothing is known but its end.
    fn tell_end(&self, outcome: &Outcome) -> Result<Exit, Failure> {
        if self.args.log.is_some() && !self.terminal.quiet {
            self.terminal.say("note: no log is written");
        }
        tell_in_short(outcome, &Masking::default(), self.terminal);
        if let Outcome::Succeeded(output) = outcome {
            print(&format!("{}\n", rendered(output, self.terminal)))?;
        }
        Ok(match outcome {
            Outcome::Succeeded(_) => Exit::Success,
            Outcome::TimedOut => Exit::TimedOut,
            Outcome::Failed(_) | Outcome::Aborted(_) => Exit::Findings,
        })
    }

    fn header(&self, document: &Document, started: &Started) -> LogHeader {
        let path = self.args.definition.as_ref();
        let path = path.filter(|path| path.as_os_str() != STDIN);
        LogHeader {
            asl: LogHeader::VERSION,
            definition: document.definition_text(),
            definition_path: path.map(|path| path.to_string_lossy().into_owned()),
            input: self.input.as_str().into(),
            variables: BTreeMap::new(),
            execution_type: ExecutionType::Standard,
            name: self.name.clone(),
            execution_arn: started.arn.clone(),
            state_machine_arn: machine_arn(&started.arn, &self.machine),
            start_time: started.at,
            seed: 0,
            tool: concat!("asl ", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }

    fn identity(&self, header: &LogHeader) -> Identity {
        Identity {
            execution_arn: header.execution_arn.as_str().into(),
            name: self.name.as_str().into(),
            state_machine_arn: header.state_machine_arn.as_str().into(),
            state_machine_name: self.machine.as_str().into(),
            role_arn: Arc::default(),
            region: Arc::default(),
            express: false,
        }
    }
}

/// `…:execution:MACHINE:NAME` → `…:stateMachine:MACHINE`.
fn machine_arn(execution: &str, machine: &str) -> String {
    let start: Vec<&str> = execution.split(':').take(5).collect();
    format!("{}:stateMachine:{machine}", start.join(":"))
}

/// No call ends an EXPRESS execution.
fn unstoppable() -> Failure {
    Failure::Message {
        message: "interrupted: an EXPRESS execution cannot be stopped, and goes on there for up \
                  to five minutes"
            .to_owned(),
        exit: Exit::Interrupted,
    }
}

/// Whoever cannot follow an execution any more has not stopped it.
fn left_behind(refusal: Refusal, target: &Target, execution: &str) -> Refusal {
    refusal.with(&format!(
        "\n  the execution may go on there: asl history --on {target} {execution}"
    ))
}
