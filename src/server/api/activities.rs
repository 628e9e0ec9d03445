//! Activities: whose tasks workers ask for.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::page::Page;
use super::{configuration, invalid_name, object, parsed, seconds, tags, wrong_kind};
use crate::data::Json;
use crate::server::names::{Arn, is_name};
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::service::Service;

/// How many activities there are at most (10 §10.7).
const MOST: i64 = 10_000;

/// The same name is the same activity (10 §10.4), but not with another encryption.
pub(super) async fn create(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let name = members.needed("name").to_owned();
    if !is_name(&name) {
        return Err(invalid_name(&name));
    }
    let encryption = configuration::encryption_of(members)?.unwrap_or_else(unencrypted);
    let (tags, now) = (tags::of(members), service.now().0);
    let arn = service.names.activity(&name);
    let key = arn.clone();
    let created = service.store.write(move |connection| {
        if let Some(there) = Activity::find(connection, &key)? {
            if there.encryption == encryption {
                return Ok(there.created);
            }
            let message = format!("Activity Already Exists: '{key}'");
            return Err(ApiError::new("ActivityAlreadyExists", message));
        }
        check_room(connection)?;
        connection
            .prepare_cached(
                "INSERT INTO activities (arn, name, created, encryption) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![key, name, now, encryption])?;
        tags::write(connection, &key, &tags)?;
        Ok(now)
    });
    let created = created.await?;
    service.callbacks.add_activity(arn.as_str().into());
    Ok(object([
        Some(("activityArn", Json::from(arn))),
        Some(("creationDate", seconds(created))),
    ])
    .into())
}

fn unencrypted() -> String {
    let [.., encryption] = configuration::Configuration::default().or_default();
    encryption
}

/// AWS's wording is not recorded.
fn check_room(connection: &Connection) -> Result<(), ApiError> {
    let mut select = connection.prepare_cached("SELECT count(*) FROM activities")?;
    let count: i64 = select.query_row([], |row| row.get(0))?;
    if count < MOST {
        return Ok(());
    }
    let message = format!("Activity Limit Exceeded: there are {MOST} activities");
    Err(ApiError::new("ActivityLimitExceeded", message))
}

/// An activity as the database has it.
struct Activity {
    name: String,
    created: i64,
    encryption: String,
}

impl Activity {
    fn find(connection: &Connection, arn: &str) -> Result<Option<Self>, ApiError> {
        let mut select = connection
            .prepare_cached("SELECT name, created, encryption FROM activities WHERE arn = ?1")?;
        let found = select.query_row([arn], |row| {
            Ok(Self {
                name: row.get(0)?,
                created: row.get(1)?,
                encryption: row.get(2)?,
            })
        });
        Ok(found.optional()?)
    }
}

/// The ARN of an activity.
fn arn(members: &Members) -> Result<String, ApiError> {
    let arn = members.needed("activityArn");
    match parsed(arn)? {
        Arn::Activity { .. } => Ok(arn.to_owned()),
        _ => Err(wrong_kind(arn)),
    }
}

pub(super) async fn delete(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let key = arn.clone();
    let deleted = service.store.write(move |connection| {
        for delete in [
            "DELETE FROM activities WHERE arn = ?1",
            "DELETE FROM tags WHERE resource = ?1",
        ] {
            connection.prepare_cached(delete)?.execute([&key])?;
        }
        Ok(())
    });
    deleted.await?;
    service.callbacks.remove_activity(&arn);
    Ok(Json::empty_object().into())
}

pub(super) async fn describe(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let key = arn.clone();
    let found = service.store.read(move |connection| {
        Activity::find(connection, &key)?.ok_or_else(|| {
            let message = format!("Activity Does Not Exist: '{key}'");
            ApiError::new("ActivityDoesNotExist", message)
        })
    });
    let activity = found.await?;
    let encryption = Json::parse(&activity.encryption).unwrap_or(Json::Null);
    Ok(object([
        Some(("activityArn", Json::from(arn))),
        Some(("name", Json::from(activity.name))),
        Some(("creationDate", seconds(activity.created))),
        Some(("encryptionConfiguration", encryption)),
    ])
    .into())
}

pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let page = Page::<String>::of(members, "ListActivities", &[])?;
    let listed = service.store.read(move |connection| {
        let after = page.after.as_deref().unwrap_or_default();
        let mut select = connection.prepare_cached(
            "SELECT arn, name, created FROM activities WHERE arn > ?1 ORDER BY arn LIMIT ?2",
        )?;
        let rows = select.query_map(params![after, page.limit()], |row| {
            let arn: String = row.get(0)?;
            let entry = object([
                Some(("activityArn", Json::from(arn.as_str()))),
                Some(("name", Json::from(row.get::<_, String>(1)?))),
                Some(("creationDate", seconds(row.get(2)?))),
            ]);
            Ok((arn, entry))
        })?;
        Ok(page.reply("activities", rows.collect::<Result<_, _>>()?))
    });
    Ok(listed.await?.into())
}
