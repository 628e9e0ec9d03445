//! Executions are started: Standard ones by their name, Express ones as often as is asked.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::executions::not_for_this_type;
use super::machines::Machine;
use super::{
    given, included, invalid_name, is_without_data, jackson, labelled, object, parsed, seconds,
    wrong_kind,
};
use crate::data::{EventId, Json, Seed};
use crate::engine::{Outcome, Program};
use crate::runtime::{Ended, Host, Rebuilt};
use crate::server::names::{Arn, is_name};
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::rebuilding::{Going, RunRow};
use crate::server::service::Service;

/// What an execution is started with.
struct Request {
    /// Of a machine, a version or an alias.
    arn: String,
    /// The case of the mocks file, as Step Functions Local takes it (11 §11.1).
    case: Option<String>,
    name: String,
    input: String,
    document: Json,
    trace_header: Option<String>,
    seed: Seed,
}

impl Request {
    fn of(service: &Service, members: &Members) -> Result<Self, ApiError> {
        let arn = members.needed("stateMachineArn");
        let (arn, case) = match arn.split_once('#') {
            Some((arn, case)) => (arn, Some(case.to_owned())),
            None => (arn, None),
        };
        match parsed(arn)? {
            Arn::Machine { .. } | Arn::Version { .. } | Arn::Alias { .. } => {}
            Arn::Labelled { .. } => return Err(labelled(arn)),
            _ => return Err(wrong_kind(arn)),
        }
        let seed = service.draw();
        let name = match members.text("name") {
            Some(name) if is_name(name) => name.to_owned(),
            Some(name) => return Err(invalid_name(name)),
            None => seed.named("execution").uuid(),
        };
        let input = members.text("input").unwrap_or("{}").to_owned();
        let document = jackson::input(&input)?;
        Ok(Self {
            arn: arn.to_owned(),
            case,
            name,
            input,
            document,
            trace_header: members.owned("traceHeader"),
            seed,
        })
    }

    /// What it is that is started; an alias chooses by chance.
    fn machine(&self, connection: &Connection) -> Result<Machine, ApiError> {
        let chance = self.seed.named("alias").unit();
        Machine::resolve(connection, &self.arn, chance)?.alive()
    }

    /// Who does the work.
    fn host(&self, service: &Service, machine: &Machine) -> Result<Option<Arc<Host>>, ApiError> {
        let case = self.case.as_deref();
        let mocked = case.map(|case| service.mocked(&machine.name, case));
        mocked
            .transpose()
            .map_err(|why| ApiError::validation(format!("The mocks cannot be used: {why}")))
    }

    fn row(&self, arn: String, machine: &Machine, now: i64) -> RunRow {
        RunRow {
            id: 0,
            arn,
            name: self.name.clone(),
            started: now,
            input: String::new(),
            seed: self.seed.0.cast_signed(),
            revision: machine.revision,
            machine_arn: machine.arn.clone(),
            machine_name: machine.name.clone(),
            role_arn: machine.role_arn.clone(),
            mock_case: None,
            is_child: false,
        }
    }
}

/// What became of a request.
enum Begun {
    /// The same execution runs already.
    Same(i64),
    /// A Standard execution is written down.
    Standard(Box<Going>),
    Express(Box<Express>),
}

/// An Express execution that is about to run.
struct Express {
    row: RunRow,
    program: Arc<Program>,
    mocked: Option<Arc<Host>>,
}

pub(super) async fn start(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let request = Request::of(service, members)?;
    let now = service.now().0;
    let shared = Arc::clone(service);
    let begun = service.store.write(move |connection| {
        let machine = request.machine(connection)?;
        let mocked = request.host(&shared, &machine)?;
        let program = shared.programs.of(machine.revision, connection)?;
        if machine.kind == "EXPRESS" {
            let express = express(&shared, &request, &machine, program, now);
            let express = Express { mocked, ..express };
            let arn = express.row.arn.clone();
            return Ok((arn, Begun::Express(Box::new(express)), request.document));
        }
        let arn = shared.names.execution(&machine.name, &request.name);
        if let Some(started) = same(connection, &arn, &request.input)? {
            return Ok((arn, Begun::Same(started), request.document));
        }
        shared.check_room(connection)?;
        let mut row = request.row(arn.clone(), &machine, now);
        row.id = insert(connection, &request, &row, &machine)?;
        let start = row.start(request.document.clone());
        let mut going = Going::fresh(row.id, program, start);
        going.mocked = mocked;
        Ok((arn, Begun::Standard(Box::new(going)), request.document))
    });
    let (arn, begun, input) = begun.await?;
    let started = match begun {
        Begun::Same(started) => started,
        Begun::Standard(going) => {
            service.go(*going);
            now
        }
        Begun::Express(express) => {
            let service = Arc::clone(service);
            let shared = Arc::clone(&service);
            service.spawn(async move { express.run(&shared, input).await });
            now
        }
    };
    Ok(object([
        Some(("executionArn", Json::from(arn))),
        Some(("startDate", seconds(started))),
    ])
    .into())
}

fn insert(
    connection: &Connection,
    request: &Request,
    row: &RunRow,
    machine: &Machine,
) -> Result<i64, ApiError> {
    connection
        .prepare_cached(
            "INSERT INTO executions (arn, machine_arn, revision, name, status, started, input, \
             trace_header, seed, version_arn, alias_arn, mock_case) \
             VALUES (?1, ?2, ?3, ?4, 'RUNNING', ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            row.arn,
            row.machine_arn,
            row.revision,
            row.name,
            row.started,
            request.input,
            request.trace_header,
            row.seed,
            machine.version_arn,
            machine.alias_arn,
            request.case
        ])?;
    Ok(connection.last_insert_rowid())
}

/// When an execution of this name was started, if it still runs and has the same input: another
/// start is the same then, and an error otherwise (10 §10.4).
fn same(connection: &Connection, arn: &str, input: &str) -> Result<Option<i64>, ApiError> {
    let mut select = connection
        .prepare_cached("SELECT status, input, started FROM executions WHERE arn = ?1")?;
    let found = select.query_row([arn], |row| {
        let running = row.get_ref(0)?.as_str()? == "RUNNING";
        let same = row.get_ref(1)?.as_str()? == input;
        Ok((running && same, row.get(2)?))
    });
    match found.optional()? {
        None => Ok(None),
        Some((true, started)) => Ok(Some(started)),
        Some((false, _)) => {
            let message = format!("Execution Already Exists: '{arn}'");
            Err(ApiError::new("ExecutionAlreadyExists", message))
        }
    }
}

fn express(
    service: &Service,
    request: &Request,
    machine: &Machine,
    program: Arc<Program>,
    now: i64,
) -> Express {
    let id = request.seed.at(EventId::NONE).uuid();
    let arn = service.names.express(&machine.name, &request.name, &id);
    Express {
        row: request.row(arn, machine, now),
        program,
        mocked: None,
    }
}

impl Express {
    async fn run(&self, service: &Service, input: Json) -> Ended {
        let rebuilt = Rebuilt::new(Arc::clone(&self.program), self.row.start(input));
        service.run_unkept(rebuilt, self.mocked.as_ref()).await
    }
}

pub(super) async fn start_sync(
    service: &Arc<Service>,
    members: &Members,
) -> Result<Reply, ApiError> {
    let request = Request::of(service, members)?;
    let (document, input) = (request.document.clone(), request.input.clone());
    let (trace_header, now) = (request.trace_header.clone(), service.now().0);
    let shared = Arc::clone(service);
    let found = service.store.look_up(move |connection| {
        let machine = request.machine(connection)?;
        if machine.kind != "EXPRESS" {
            return Err(not_for_this_type());
        }
        let program = shared.programs.of(machine.revision, connection)?;
        let mocked = request.host(&shared, &machine)?;
        let express = express(&shared, &request, &machine, program, now);
        Ok(Express { mocked, ..express })
    });
    let express = found.await?;
    let ended = express.run(service, document).await;
    let input = (!is_without_data(members)).then_some(input);
    Ok(sync_reply(express.row, input, trace_header, &ended).into())
}

/// Billed by 100 ms and 64 MB, as recorded (10 §10.6). Without the input the output is left out
/// too.
fn sync_reply(
    row: RunRow,
    input: Option<String>,
    trace_header: Option<String>,
    ended: &Ended,
) -> Json {
    let (status, output, error) = match &ended.outcome {
        Outcome::Succeeded(output) => ("SUCCEEDED", Some(output), None),
        Outcome::Failed(error) | Outcome::Aborted(error) => ("FAILED", None, Some(error)),
        Outcome::TimedOut => ("TIMED_OUT", None, None),
    };
    let output = output.filter(|_| input.is_some());
    let cause = error.and_then(|error| error.cause.clone());
    let error = error.and_then(|error| error.error.clone());
    let took = (ended.at.0 - row.started).max(1);
    let billing: Json = [
        ("billedMemoryUsedInMB", Json::from(64)),
        (
            "billedDurationInMilliseconds",
            Json::from((took + 99) / 100 * 100),
        ),
    ]
    .into_iter()
    .collect();
    object([
        Some(("executionArn", Json::from(row.arn))),
        Some(("stateMachineArn", Json::from(row.machine_arn))),
        Some(("name", Json::from(row.name))),
        Some(("startDate", seconds(row.started))),
        Some(("stopDate", seconds(ended.at.0))),
        Some(("status", Json::from(status))),
        error.map(|error| ("error", Json::String(error))),
        cause.map(|cause| ("cause", Json::String(cause))),
        input.is_some().then(|| ("inputDetails", included())),
        input.is_some().then(|| ("outputDetails", included())),
        given("input", input),
        output.map(|output| ("output", Json::from(output.text().into_owned()))),
        given("traceHeader", trace_header),
        Some(("billingDetails", billing)),
    ])
}
