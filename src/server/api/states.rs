//! `TestState`: one state alone. Handlers do its work where no mock is given.

use std::sync::Arc;
use std::time::Duration;

use super::definitions;
use crate::data::{EventId, Json};
use crate::engine::Outcome;
use crate::engine::test_state::{Refusal, Request, TestState, lone_state};
use crate::runtime::Rebuilt;
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::rebuilding::RunRow;
use crate::server::service::Service;
use crate::syntax::{self, Format, Source};

/// How long a state may take (10 §10.7).
const LONGEST: Duration = Duration::from_secs(300);

pub(super) async fn test(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let (at, seed) = (service.now(), service.draw());
    let row = row(service, members.text("roleArn"), at.0, seed);
    let start = row.start(Json::empty_object());
    let call = given(members);
    check(members)?;
    let read = Request::read(&call, Arc::clone(&start.identity), at, seed);
    let (request, level) = read.map_err(refused)?;
    let mut rebuilt = Rebuilt::new(Arc::clone(&request.program), start);
    let test = TestState::new(request).map_err(refused)?;
    rebuilt.execution = test.execution;
    let ended = tokio::time::timeout(LONGEST, service.run_unkept(rebuilt, None)).await;
    let outcome = ended.map_or(Outcome::TimedOut, |ended| ended.outcome);
    Ok(test.verdict.response(&outcome).to_json(level).into())
}

/// Refuses a definition as `CreateStateMachine` does; a state without a machine is checked in one
/// with nothing else, where AWS calls it so (11 §11.3).
fn check(members: &Members) -> Result<(), ApiError> {
    let definition = members.needed("definition");
    let (tree, _) = syntax::read(&Source::new("definition", definition), Format::Json);
    let machine = match members.text("stateName") {
        None => lone_state(&tree, definition, "StateName"),
        Some(_) => None,
    };
    definitions::refuse(machine.as_deref().unwrap_or(definition), "STANDARD")
}

/// The members but for those that are `null`.
fn given(members: &Members) -> Json {
    let members = members.document().as_object().into_iter();
    let members = members.flat_map(crate::data::Object::iter);
    let given = members.filter(|(_, value)| **value != Json::Null);
    given
        .map(|(name, value)| (&**name, value.clone()))
        .collect()
}

/// An Express execution with names of its own (11 §11.3).
fn row(service: &Service, role: Option<&str>, at: i64, seed: crate::data::Seed) -> RunRow {
    let mut random = seed.at(EventId::NONE);
    let (machine, name, id) = (random.uuid(), random.uuid(), random.uuid());
    RunRow {
        id: 0,
        arn: service.names.express(&machine, &name, &id),
        name,
        started: at,
        input: String::new(),
        seed: seed.0.cast_signed(),
        revision: 0,
        machine_arn: service.names.machine(&machine),
        role_arn: role.map_or_else(|| service.names.role(&machine), str::to_owned),
        machine_name: machine,
        mock_case: None,
        is_child: false,
    }
}

fn refused(refusal: Refusal) -> ApiError {
    ApiError::new(refusal.code, refusal.message)
}
