//! State machines: created, updated, described, listed, deleted.

mod row;

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::configuration::Configuration;
use super::page::Page;
use super::{
    definitions, given, invalid_arn, invalid_name, is_without_data, labelled, object, parsed,
    seconds, tags, variables, versions, wrong_kind,
};
use crate::data::{EventId, Json};
use crate::server::deleting;
use crate::server::names::{Arn, is_name};
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::service::Service;
use row::Revision;
pub(super) use row::{Machine, does_not_exist};

/// Standard is what nobody asked otherwise for.
const STANDARD: &str = "STANDARD";

/// How many machines there are at most (10 §10.7).
const MOST: i64 = 10_000;

pub(super) async fn create(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let name = members.needed("name").to_owned();
    if !is_name(&name) {
        return Err(invalid_name(&name));
    }
    let publishing = publishing(members)?;
    let kind = members.text("type").unwrap_or(STANDARD).to_owned();
    let definition = members.needed("definition").to_owned();
    let role_arn = role_arn(members)?.unwrap_or_default();
    let configuration = Configuration::of(members)?;
    definitions::refuse(&definition, &kind)?;
    let tags = tags::of(members);
    let (arn, now) = (service.names.machine(&name), service.now().0);
    let created = service.store.write(move |connection| {
        let [logging, tracing, encryption] = configuration.or_default();
        let revision = Revision {
            arn: &arn,
            name: &name,
            kind: &kind,
            definition: &definition,
            role_arn: &role_arn,
            logging: &logging,
            tracing: &tracing,
            encryption: &encryption,
        };
        let there = Machine::find(connection, &arn)?.map(Machine::alive);
        let there = there.transpose()?;
        if there.as_ref().is_some_and(|there| !revision.is_as(there)) {
            let message = format!("State Machine Already Exists: '{arn}'");
            return Err(ApiError::new("StateMachineAlreadyExists", message));
        }
        let machine = if let Some(there) = there {
            there
        } else {
            check_room(connection)?;
            revision.create(connection, now)?;
            tags::write(connection, &arn, &tags)?;
            Machine::find(connection, &arn)?.ok_or_else(|| does_not_exist(&arn))?
        };
        let version = publishing.map(|it| {
            versions::publish_current(connection, &machine, it.description.as_deref(), now)
        });
        Ok((machine, version.transpose()?))
    });
    let (machine, version) = created.await?;
    Ok(object([
        Some(("stateMachineArn", Json::from(machine.arn))),
        Some(("creationDate", seconds(machine.created))),
        given("stateMachineVersionArn", version.map(|version| version.arn)),
    ])
    .into())
}

/// A version that is to be published.
struct Publishing {
    description: Option<String>,
}

fn publishing(members: &Members) -> Result<Option<Publishing>, ApiError> {
    let description = members.owned("versionDescription");
    if members.flag("publish") {
        return Ok(Some(Publishing { description }));
    }
    match description {
        None => Ok(None),
        Some(_) => Err(ApiError::validation(
            "Version description can only be set when publish is true",
        )),
    }
}

fn role_arn(members: &Members) -> Result<Option<String>, ApiError> {
    match members.owned("roleArn") {
        Some(arn) if !arn.starts_with("arn:") => Err(invalid_arn(&arn)),
        arn => Ok(arn),
    }
}

/// AWS's wording is not recorded.
fn check_room(connection: &Connection) -> Result<(), ApiError> {
    let mut select = connection.prepare_cached("SELECT count(*) FROM machines")?;
    let count: i64 = select.query_row([], |row| row.get(0))?;
    if count < MOST {
        return Ok(());
    }
    let message = format!("State Machine Limit Exceeded: there are {MOST} state machines");
    Err(ApiError::new("StateMachineLimitExceeded", message))
}

/// What is not given stays as it is; a new revision is made only of what differs (recorded).
pub(super) async fn update(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = members.needed("stateMachineArn").to_owned();
    match parsed(&arn)? {
        Arn::Machine { .. } => {}
        // Recorded for a version (10 §10.5).
        Arn::Version { .. } | Arn::Alias { .. } => return Err(does_not_exist(&arn)),
        Arn::Labelled { .. } => return Err(labelled(&arn)),
        _ => return Err(wrong_kind(&arn)),
    }
    let publishing = publishing(members)?;
    let definition = members.owned("definition");
    let role_arn = role_arn(members)?;
    let configuration = Configuration::of(members)?;
    let logs = configuration.logging.is_some() || configuration.tracing.is_some();
    let is_set = definition.is_some() || role_arn.is_some() || logs;
    if !is_set && configuration.encryption.is_none() {
        return Err(ApiError::new(
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the \
             TracingConfiguration must be specified",
        ));
    }
    let key = arn.clone();
    let kind = service.store.read(move |connection| {
        let there = Machine::find(connection, &key)?;
        Ok(there.ok_or_else(|| does_not_exist(&key))?.alive()?.kind)
    });
    let kind = kind.await?;
    // Not where everybody who writes waits for it.
    if let Some(definition) = &definition {
        definitions::refuse(definition, &kind)?;
    }
    let (now, id) = (service.now().0, service.draw().at(EventId::NONE).uuid());
    let updated = service.store.write(move |connection| {
        let there = Machine::find(connection, &arn)?.filter(|there| there.kind == kind);
        let there = there.ok_or_else(|| does_not_exist(&arn))?.alive()?;
        let revision = Revision {
            definition: definition.as_deref().unwrap_or(&there.definition),
            role_arn: role_arn.as_deref().unwrap_or(&there.role_arn),
            logging: configuration.logging.as_deref().unwrap_or(&there.logging),
            tracing: configuration.tracing.as_deref().unwrap_or(&there.tracing),
            encryption: configuration
                .encryption
                .as_deref()
                .unwrap_or(&there.encryption),
            ..Revision::of(&there)
        };
        if !revision.is_as(&there) || revision.role_arn != there.role_arn {
            revision.replace(connection, &id, now)?;
        }
        let machine = Machine::find(connection, &arn)?.ok_or_else(|| does_not_exist(&arn))?;
        let version = publishing.map(|it| {
            versions::publish_current(connection, &machine, it.description.as_deref(), now)
        });
        Ok((machine, version.transpose()?))
    });
    let (machine, version) = updated.await?;
    Ok(object([
        Some(("updateDate", seconds(now))),
        given("revisionId", machine.revision_id),
        given("stateMachineVersionArn", version.map(|version| version.arn)),
    ])
    .into())
}

/// Makes a definition the current one of a machine, which is made if need be, and stays if it was
/// being deleted. Nothing is written when it is that already.
pub(in crate::server) async fn deploy(
    service: &Service,
    name: &str,
    definition: &str,
) -> Result<(), ApiError> {
    let (arn, now) = (service.names.machine(name), service.now().0);
    let role_arn = service.names.role(name);
    let id = service.draw().at(EventId::NONE).uuid();
    let key = arn.clone();
    let kind = service.store.read(move |connection| {
        let there = Machine::find(connection, &key)?;
        Ok(there.map_or_else(|| STANDARD.to_owned(), |there| there.kind))
    });
    let kind = kind.await?;
    definitions::refuse(definition, &kind)?;
    let (name, definition) = (name.to_owned(), definition.to_owned());
    let deployed = service.store.write(move |connection| {
        let there = Machine::find(connection, &arn)?;
        let [logging, tracing, encryption] = Configuration::default().or_default();
        let Some(there) = &there else {
            let revision = Revision {
                arn: &arn,
                name: &name,
                kind: &kind,
                definition: &definition,
                role_arn: &role_arn,
                logging: &logging,
                tracing: &tracing,
                encryption: &encryption,
            };
            return revision.create(connection, now);
        };
        if there.is_deleting {
            let stay = "UPDATE machines SET deleting = NULL WHERE arn = ?1";
            connection.prepare_cached(stay)?.execute([&arn])?;
        }
        if there.definition == definition {
            return Ok(());
        }
        let revision = Revision {
            definition: &definition,
            ..Revision::of(there)
        };
        revision.replace(connection, &id, now)
    });
    deployed.await
}

pub(super) async fn describe(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = members.needed("stateMachineArn").to_owned();
    let asked = arn.clone();
    let found = service
        .store
        .read(move |connection| Machine::resolve(connection, &asked, 0.0));
    let machine = found.await?;
    let is_whole = !is_without_data(members);
    let references = variables::references(&machine.definition).filter(|_| is_whole);
    let status = if machine.is_deleting {
        "DELETING"
    } else {
        "ACTIVE"
    };
    Ok(object([
        Some(("stateMachineArn", Json::from(arn))),
        Some(("name", Json::from(machine.name))),
        Some(("status", Json::from(status))),
        is_whole.then(|| ("definition", Json::from(machine.definition))),
        Some(("roleArn", Json::from(machine.role_arn))),
        Some(("type", Json::from(machine.kind))),
        Some(("creationDate", seconds(machine.created))),
        Some(("loggingConfiguration", document(&machine.logging))),
        Some(("tracingConfiguration", document(&machine.tracing))),
        Some(("encryptionConfiguration", document(&machine.encryption))),
        given("revisionId", machine.revision_id),
        given("description", machine.description),
        references.map(|references| ("variableReferences", references)),
    ])
    .into())
}

/// The machine as it was when an execution of it started.
pub(super) async fn describe_for(
    service: &Arc<Service>,
    members: &Members,
) -> Result<Reply, ApiError> {
    let arn = super::executions::arn(members)?;
    let found = service
        .store
        .read(move |connection| Machine::of_execution(connection, &arn));
    let (machine, map_run) = found.await?;
    let is_whole = !is_without_data(members);
    let references = variables::references(&machine.definition).filter(|_| is_whole);
    let label = map_run.as_deref().and_then(label).map(str::to_owned);
    Ok(object([
        Some(("stateMachineArn", Json::from(machine.arn))),
        Some(("name", Json::from(machine.name))),
        is_whole.then(|| ("definition", Json::from(machine.definition))),
        Some(("roleArn", Json::from(machine.role_arn))),
        Some(("updateDate", seconds(machine.created))),
        Some(("loggingConfiguration", document(&machine.logging))),
        Some(("tracingConfiguration", document(&machine.tracing))),
        Some(("encryptionConfiguration", document(&machine.encryption))),
        given("mapRunArn", map_run),
        given("label", label),
        given("revisionId", machine.revision_id),
        references.map(|references| ("variableReferences", references)),
    ])
    .into())
}

/// The label of the Map state in a Map Run's ARN (10 §10.3).
fn label(map_run: &str) -> Option<&str> {
    let machine = map_run.split(':').nth(6)?;
    Some(machine.split_once('/')?.1)
}

fn document(text: &str) -> Json {
    Json::parse(text).unwrap_or(Json::Null)
}

/// Deleting what is not there is no error (10 §10.4). Versions and aliases go with their machine,
/// and the machine with the last of its executions.
pub(super) async fn delete(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = members.needed("stateMachineArn").to_owned();
    match parsed(&arn)? {
        Arn::Machine { .. } => {}
        Arn::Version { .. } | Arn::Alias { .. } => return Ok(Json::empty_object().into()),
        Arn::Labelled { .. } => return Err(labelled(&arn)),
        _ => return Err(wrong_kind(&arn)),
    }
    let now = service.now().0;
    let deleted = service
        .store
        .write(move |connection| deleting::delete(connection, &arn, now));
    service.wind_up(deleted.await?);
    Ok(Json::empty_object().into())
}

pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let page = Page::of(members, "ListStateMachines", &[])?;
    let listed = service.store.read(move |connection| {
        let mut select = connection.prepare_cached(
            "SELECT id, arn, name, type, created FROM machines WHERE id > ?1 ORDER BY id LIMIT ?2",
        )?;
        let after = page.after.unwrap_or(0);
        let rows = select.query_map(params![after, page.limit()], |row| {
            let entry = object([
                Some(("stateMachineArn", Json::from(row.get::<_, String>(1)?))),
                Some(("name", Json::from(row.get::<_, String>(2)?))),
                Some(("type", Json::from(row.get::<_, String>(3)?))),
                Some(("creationDate", seconds(row.get(4)?))),
            ]);
            Ok((row.get(0)?, entry))
        })?;
        Ok(page.reply("stateMachines", rows.collect::<Result<_, _>>()?))
    });
    Ok(listed.await?.into())
}
