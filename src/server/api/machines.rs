//! State machines.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::page::Page;
use super::{MACHINE_ARN, given, invalid_arn, object, seconds, text};
use crate::data::{EventId, Json};
use crate::server::names::{Arn, is_name};
use crate::server::programs;
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::service::Service;

/// Standard is what nobody asked otherwise for.
const TYPES: [&str; 2] = ["STANDARD", "EXPRESS"];

pub(super) async fn create(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let name = members.required(text("name", 1, 80))?.to_owned();
    let definition = members
        .required(text("definition", 1, 1_048_576))?
        .to_owned();
    let role_arn = members.required(text("roleArn", 1, 256))?.to_owned();
    let kind = members.word("type", &TYPES)?.unwrap_or(TYPES[0]);
    if !is_name(&name) {
        return Err(ApiError::new(
            "InvalidName",
            format!("Invalid Name: '{name}'"),
        ));
    }
    check(&definition)?;
    let (arn, now) = (service.names.machine(&name), service.now().0);
    let created = service.store.write(move |connection| {
        if let Some(there) = Machine::find(connection, &arn)? {
            if there.definition == definition && there.kind == kind {
                return Ok((arn, there.created));
            }
            let message = format!("State Machine Already Exists: '{arn}'");
            return Err(ApiError::new("StateMachineAlreadyExists", message));
        }
        let revision = Revision {
            arn: &arn,
            name: &name,
            kind,
            definition: &definition,
            role_arn: &role_arn,
        };
        let revision = revision.insert(connection, None, now)?;
        connection
            .prepare_cached(INSERT)?
            .execute(params![arn, name, kind, now, revision])?;
        Ok((arn, now))
    });
    let (arn, created) = created.await?;
    Ok(object([
        Some(("stateMachineArn", Json::from(arn))),
        Some(("creationDate", seconds(created))),
    ])
    .into())
}

/// Makes a definition the current one of a machine, which is made if need be. Nothing is written
/// when it is that already.
pub(in crate::server) async fn deploy(
    service: &Service,
    name: &str,
    definition: &str,
) -> Result<(), ApiError> {
    check(definition)?;
    let (arn, now) = (service.names.machine(name), service.now().0);
    let role_arn = service.names.role(name);
    let id = service.draw().at(EventId::NONE).uuid();
    let (name, definition) = (name.to_owned(), definition.to_owned());
    let deployed = service.store.write(move |connection| {
        let there = Machine::find(connection, &arn)?;
        if there
            .as_ref()
            .is_some_and(|there| there.definition == definition)
        {
            return Ok(());
        }
        let revision = Revision {
            arn: &arn,
            name: &name,
            kind: there.as_ref().map_or(TYPES[0], |there| &there.kind),
            definition: &definition,
            role_arn: there.as_ref().map_or(&role_arn, |there| &there.role_arn),
        };
        let id = there.is_some().then_some(id.as_str());
        let row = revision.insert(connection, id, now)?;
        let changed = if there.is_some() {
            let mut update =
                connection.prepare_cached("UPDATE machines SET revision = ?2 WHERE arn = ?1")?;
            update.execute(params![arn, row])
        } else {
            let mut insert = connection.prepare_cached(INSERT)?;
            insert.execute(params![arn, name, revision.kind, now, row])
        };
        Ok(changed.map(drop)?)
    });
    deployed.await
}

const INSERT: &str =
    "INSERT INTO machines (arn, name, type, created, revision) VALUES (?1, ?2, ?3, ?4, ?5)";

/// What a revision holds.
struct Revision<'r> {
    arn: &'r str,
    name: &'r str,
    kind: &'r str,
    definition: &'r str,
    role_arn: &'r str,
}

impl Revision<'_> {
    fn insert(&self, connection: &Connection, id: Option<&str>, now: i64) -> Result<i64, ApiError> {
        connection
            .prepare_cached(
                "INSERT INTO revisions (machine_arn, name, type, revision_id, definition, role_arn, \
                 logging, tracing, encryption, created) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute(params![
                self.arn,
                self.name,
                self.kind,
                id,
                self.definition,
                self.role_arn,
                r#"{"level":"OFF","includeExecutionData":false}"#,
                r#"{"enabled":false}"#,
                r#"{"type":"AWS_OWNED_KEY"}"#,
                now
            ])?;
        Ok(connection.last_insert_rowid())
    }
}

/// Refuses a definition that cannot be executed.
fn check(definition: &str) -> Result<(), ApiError> {
    let Err(found) = programs::compile(definition) else {
        return Ok(());
    };
    let told: Vec<String> = found
        .iter()
        .map(|finding| {
            let code = finding.aws_code.unwrap_or("SCHEMA_VALIDATION_FAILED");
            format!("{code}: {}", finding.message)
        })
        .collect();
    let message = format!("Invalid State Machine Definition: '{}'", told.join(", "));
    Err(ApiError::new("InvalidDefinition", message))
}

/// A machine with its current revision.
pub(super) struct Machine {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) created: i64,
    pub(super) revision: i64,
    pub(super) revision_id: Option<String>,
    pub(super) definition: String,
    pub(super) role_arn: String,
    logging: String,
    tracing: String,
    encryption: String,
}

impl Machine {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            arn: row.get(0)?,
            name: row.get(1)?,
            kind: row.get(2)?,
            created: row.get(3)?,
            revision: row.get(4)?,
            revision_id: row.get(5)?,
            definition: row.get(6)?,
            role_arn: row.get(7)?,
            logging: row.get(8)?,
            tracing: row.get(9)?,
            encryption: row.get(10)?,
        })
    }

    pub(super) fn find(connection: &Connection, arn: &str) -> Result<Option<Self>, ApiError> {
        let mut select = connection.prepare_cached(
            "SELECT m.arn, m.name, m.type, m.created, r.id, r.revision_id, r.definition, \
             r.role_arn, r.logging, r.tracing, r.encryption \
             FROM machines m JOIN revisions r ON r.id = m.revision WHERE m.arn = ?1",
        )?;
        Ok(select.query_row([arn], Self::of).optional()?)
    }
}

pub(super) fn does_not_exist(arn: &str) -> ApiError {
    let message = format!("State Machine Does Not Exist: '{arn}'");
    ApiError::new("StateMachineDoesNotExist", message)
}

/// The ARN of a machine.
pub(super) fn arn(members: &Members) -> Result<String, ApiError> {
    let arn = members.required(MACHINE_ARN)?;
    match Arn::parse(arn) {
        Some(Arn::Machine { .. }) => Ok(arn.to_owned()),
        _ => Err(invalid_arn(arn)),
    }
}

pub(super) async fn describe(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let found = service.store.read(move |connection| {
        Machine::find(connection, &arn)?.ok_or_else(|| does_not_exist(&arn))
    });
    let machine = found.await?;
    let parsed = |text: &str| Json::parse(text).unwrap_or(Json::Null);
    Ok(object([
        Some(("stateMachineArn", Json::from(machine.arn))),
        Some(("name", Json::from(machine.name))),
        Some(("status", Json::from("ACTIVE"))),
        Some(("definition", Json::from(machine.definition))),
        Some(("roleArn", Json::from(machine.role_arn))),
        Some(("type", Json::from(machine.kind))),
        Some(("creationDate", seconds(machine.created))),
        Some(("loggingConfiguration", parsed(&machine.logging))),
        Some(("tracingConfiguration", parsed(&machine.tracing))),
        Some(("encryptionConfiguration", parsed(&machine.encryption))),
        given("revisionId", machine.revision_id),
    ])
    .into())
}

/// Deleting what is not there is no error (10 §10.4).
pub(super) async fn delete(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let deleted = service.store.write(move |connection| {
        let mut delete = connection.prepare_cached("DELETE FROM machines WHERE arn = ?1")?;
        delete.execute([&arn])?;
        let mut delete = connection.prepare_cached("DELETE FROM tags WHERE resource = ?1")?;
        Ok(delete.execute([&arn])?)
    });
    deleted.await?;
    Ok(Json::empty_object().into())
}

pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let page = Page::of(members, 1024)?;
    let listed = service.store.read(move |connection| {
        let after = page.after.as_ref().and_then(|at| at.first()).copied();
        let mut select = connection.prepare_cached(
            "SELECT id, arn, name, type, created FROM machines WHERE id < ?1 \
             ORDER BY id DESC LIMIT ?2",
        )?;
        let size = i64::try_from(page.size).unwrap_or(i64::MAX);
        let rows = select.query_map(params![after.unwrap_or(i64::MAX), size + 1], |row| {
            let entry = object([
                Some(("stateMachineArn", Json::from(row.get::<_, String>(1)?))),
                Some(("name", Json::from(row.get::<_, String>(2)?))),
                Some(("type", Json::from(row.get::<_, String>(3)?))),
                Some(("creationDate", seconds(row.get(4)?))),
            ]);
            Ok((row.get::<_, i64>(0)?, entry))
        })?;
        let mut entries: Vec<(i64, Json)> = rows.collect::<Result<_, _>>()?;
        let more = entries.len() > page.size;
        entries.truncate(page.size);
        let last = entries.last().map(|(id, _)| *id).filter(|_| more);
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        Ok(object([
            Some(("stateMachines", Json::array(entries))),
            given("nextToken", last.map(|id| Page::token(&[id]))),
        ]))
    });
    Ok(listed.await?.into())
}
