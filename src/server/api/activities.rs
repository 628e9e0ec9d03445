//! Activities: whose tasks workers ask for.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use super::page::Page;
use super::{ACTIVITY_ARN, given, invalid_arn, object, seconds, text};
use crate::data::Json;
use crate::server::names::{Arn, is_name};
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::service::Service;

/// The same name is the same activity (10 §10.4).
pub(super) async fn create(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let name = members.required(text("name", 1, 80))?.to_owned();
    if !is_name(&name) {
        let message = format!("Invalid Name: '{name}'");
        return Err(ApiError::new("InvalidName", message));
    }
    let (arn, now) = (service.names.activity(&name), service.now().0);
    let key = arn.clone();
    let created = service.store.write(move |connection| {
        connection
            .prepare_cached(
                "INSERT INTO activities (arn, name, created) VALUES (?1, ?2, ?3) \
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![key, name, now])?;
        let mut select =
            connection.prepare_cached("SELECT created FROM activities WHERE arn = ?1")?;
        Ok(select.query_row([&key], |row| row.get::<_, i64>(0))?)
    });
    let created = created.await?;
    service.callbacks.add_activity(arn.as_str().into());
    Ok(object([
        Some(("activityArn", Json::from(arn))),
        Some(("creationDate", seconds(created))),
    ])
    .into())
}

/// The ARN of an activity.
fn arn(members: &Members) -> Result<String, ApiError> {
    let arn = members.required(ACTIVITY_ARN)?;
    match Arn::parse(arn) {
        Some(Arn::Activity { .. }) => Ok(arn.to_owned()),
        _ => Err(invalid_arn(arn)),
    }
}

pub(super) async fn delete(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let key = arn.clone();
    let deleted = service.store.write(move |connection| {
        let mut delete = connection.prepare_cached("DELETE FROM activities WHERE arn = ?1")?;
        Ok(delete.execute([key])?)
    });
    deleted.await?;
    service.callbacks.remove_activity(&arn);
    Ok(Json::empty_object().into())
}

pub(super) async fn describe(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = arn(members)?;
    let found = service.store.read(move |connection| {
        let mut select = connection
            .prepare_cached("SELECT arn, name, created FROM activities WHERE arn = ?1")?;
        let found = select.query_row([&arn], |row| {
            Ok((
                row.get::<_, String>(0)?,
                row.get::<_, String>(1)?,
                row.get(2)?,
            ))
        });
        found.optional()?.ok_or_else(|| {
            let message = format!("Activity Does Not Exist: '{arn}'");
            ApiError::new("ActivityDoesNotExist", message)
        })
    });
    let (arn, name, created) = found.await?;
    let encryption: Json = [("type", Json::from("AWS_OWNED_KEY"))]
        .into_iter()
        .collect();
    Ok(object([
        Some(("activityArn", Json::from(arn))),
        Some(("name", Json::from(name))),
        Some(("creationDate", seconds(created))),
        Some(("encryptionConfiguration", encryption)),
    ])
    .into())
}

pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let page = Page::of(members, 1024)?;
    let listed = service.store.read(move |connection| {
        let begin = page
            .after
            .as_ref()
            .and_then(|at| at.first())
            .copied()
            .unwrap_or(0);
        let mut select = connection.prepare_cached(
            "SELECT arn, name, created FROM activities ORDER BY arn LIMIT ?1 OFFSET ?2",
        )?;
        let size = i64::try_from(page.size).unwrap_or(i64::MAX);
        let rows = select.query_map(params![size + 1, begin], |row| {
            Ok(object([
                Some(("activityArn", Json::from(row.get::<_, String>(0)?))),
                Some(("name", Json::from(row.get::<_, String>(1)?))),
                Some(("creationDate", seconds(row.get(2)?))),
            ]))
        })?;
        let mut entries: Vec<Json> = rows.collect::<Result<_, _>>()?;
        let more = entries.len() > page.size;
        entries.truncate(page.size);
        let next = more.then(|| Page::token(&[begin + size]));
        Ok(object([
            Some(("activities", Json::array(entries))),
            given("nextToken", next),
        ]))
    });
    Ok(listed.await?.into())
}
