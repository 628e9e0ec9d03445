//! Versions: revisions of a machine under a number that is never given again.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::machines::{Machine, does_not_exist};
use super::page::Page;
use super::{aliases, object, parsed, seconds, wrong_kind};
use crate::data::Json;
use crate::server::names::Arn;
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::service::Service;

/// How many versions a machine has at most (10 §10.7).
const MOST: i64 = 1000;

/// A version that was published.
pub(super) struct Version {
    pub(super) arn: String,
    created: i64,
}

/// Publishes the current revision; the same revision is the same version (10 §10.4).
pub(super) fn publish_current(
    connection: &Connection,
    machine: &Machine,
    description: Option<&str>,
    now: i64,
) -> Result<Version, ApiError> {
    let arn = |number: i64| format!("{}:{number}", machine.arn);
    let mut select = connection.prepare_cached(
        "SELECT number, created FROM versions WHERE machine = ?1 AND revision = ?2",
    )?;
    let there = select.query_row([machine.id, machine.revision], |row| {
        Ok((row.get::<_, i64>(0)?, row.get(1)?))
    });
    if let Some((number, created)) = there.optional()? {
        let arn = arn(number);
        return Ok(Version { arn, created });
    }
    let mut select = connection.prepare_cached(
        "SELECT m.versions, (SELECT count(*) FROM versions v WHERE v.machine = m.id) \
         FROM machines m WHERE m.id = ?1",
    )?;
    let (last, count): (i64, i64) =
        select.query_row([machine.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if count >= MOST {
        return Err(ApiError::quota(format!(
            "The state machine has {MOST} versions, which is the most it can have."
        )));
    }
    let number = last + 1;
    connection
        .prepare_cached(
            "INSERT INTO versions (machine, number, revision, description, created) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            machine.id,
            number,
            machine.revision,
            description,
            now
        ])?;
    connection
        .prepare_cached("UPDATE machines SET versions = ?2 WHERE id = ?1")?
        .execute([machine.id, number])?;
    Ok(Version {
        arn: arn(number),
        created: now,
    })
}

pub(super) async fn publish(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = machine_arn(members)?;
    let revision_id = members.owned("revisionId");
    let (description, now) = (members.owned("description"), service.now().0);
    let published = service.store.write(move |connection| {
        let machine = Machine::find(connection, &arn)?.ok_or_else(|| does_not_exist(&arn))?;
        let machine = machine.alive()?;
        if let Some(asked) = revision_id
            && machine.revision_id.as_ref() != Some(&asked)
        {
            // AWS's wording is not recorded.
            let current = machine.revision_id.as_deref().unwrap_or("the first");
            let message = format!(
                "Failed to publish the State Machine version for revision {asked}. The current \
                 State Machine revision is {current}."
            );
            return Err(ApiError::new("ConflictException", message));
        }
        publish_current(connection, &machine, description.as_deref(), now)
    });
    let Version { arn, created } = published.await?;
    Ok(object([
        Some(("creationDate", seconds(created))),
        Some(("stateMachineVersionArn", Json::from(arn))),
    ])
    .into())
}

/// The ARN of a machine; its versions and aliases do not exist here.
fn machine_arn(members: &Members) -> Result<String, ApiError> {
    let arn = members.needed("stateMachineArn");
    match parsed(arn)? {
        Arn::Machine { .. } => Ok(arn.to_owned()),
        Arn::Version { .. } | Arn::Alias { .. } | Arn::Labelled { .. } => Err(does_not_exist(arn)),
        _ => Err(wrong_kind(arn)),
    }
}

/// Deleting what is not there is no error (recorded), but what an alias leads to stays.
pub(super) async fn delete(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = members.needed("stateMachineVersionArn").to_owned();
    let Arn::Version { number, .. } = parsed(&arn)? else {
        return Err(wrong_kind(&arn));
    };
    let machine = arn.rsplit_once(':').map_or("", |(arn, _)| arn).to_owned();
    let deleted = service.store.write(move |connection| {
        let Some(machine) = Machine::find(connection, &machine)? else {
            return Ok(());
        };
        let names = aliases::leading_to(connection, machine.id, &arn)?;
        if !names.is_empty() {
            let message = format!(
                "Version to be deleted must not be referenced by an alias. Current list of \
                 aliases referencing this version: [{}]",
                names.join(", ")
            );
            return Err(ApiError::new("ConflictException", message));
        }
        let mut delete =
            connection.prepare_cached("DELETE FROM versions WHERE machine = ?1 AND number = ?2")?;
        delete.execute([machine.id, number])?;
        Ok(())
    });
    deleted.await?;
    Ok(Json::empty_object().into())
}

/// The latest first (recorded).
pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = machine_arn(members)?;
    let page = Page::of(members, "ListStateMachineVersions", &["stateMachineArn"])?;
    let listed = service.store.read(move |connection| {
        let machine = Machine::find(connection, &arn)?.ok_or_else(|| does_not_exist(&arn))?;
        let mut select = connection.prepare_cached(
            "SELECT number, created FROM versions WHERE machine = ?1 AND number < ?2 \
             ORDER BY number DESC LIMIT ?3",
        )?;
        let before = page.after.unwrap_or(i64::MAX);
        let rows = select.query_map(params![machine.id, before, page.limit()], |row| {
            let number: i64 = row.get(0)?;
            let arn = format!("{arn}:{number}");
            let entry = object([
                Some(("stateMachineVersionArn", Json::from(arn))),
                Some(("creationDate", seconds(row.get(1)?))),
            ]);
            Ok((number, entry))
        })?;
        Ok(page.reply("stateMachineVersions", rows.collect::<Result<_, _>>()?))
    });
    Ok(listed.await?.into())
}
