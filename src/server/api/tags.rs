//! Tags of machines and activities.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rusqlite::{Connection, params};

use super::{object, parsed};
use crate::data::Json;
use crate::server::names::Arn;
use crate::server::protocol::{ApiError, Members, Reply};
use crate::server::service::Service;

/// How many tags a resource has at most (10 §10.7).
const MOST: usize = 50;

/// The tags of a request by their keys: the last of a key counts.
pub(super) fn of(members: &Members) -> BTreeMap<String, String> {
    let text = |tag: &Json, name| tag.get(name).and_then(Json::as_str).map(str::to_owned);
    let tags = members.list("tags").iter();
    tags.filter_map(|tag| Some((text(tag, "key")?, text(tag, "value").unwrap_or_default())))
        .collect()
}

/// Adds tags to what a resource has.
pub(super) fn write(
    connection: &Connection,
    resource: &str,
    tags: &BTreeMap<String, String>,
) -> Result<(), ApiError> {
    let mut there: BTreeSet<String> = BTreeSet::new();
    let mut select = connection.prepare_cached("SELECT key FROM tags WHERE resource = ?1")?;
    for key in select.query_map([resource], |row| row.get(0))? {
        there.insert(key?);
    }
    there.extend(tags.keys().cloned());
    if there.len() > MOST {
        // AWS's wording is not recorded.
        let message = format!("Too Many Tags: '{resource}' can have {MOST} tags");
        return Err(ApiError::new("TooManyTags", message));
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO tags (resource, key, value) VALUES (?1, ?2, ?3) \
         ON CONFLICT DO UPDATE SET value = excluded.value",
    )?;
    for (key, value) in tags {
        insert.execute(params![resource, key, value])?;
    }
    Ok(())
}

/// A machine or an activity that is there; versions cannot be tagged (recorded).
fn check(connection: &Connection, arn: &str) -> Result<(), ApiError> {
    let table = match parsed(arn)? {
        Arn::Machine { .. } => "machines",
        Arn::Activity { .. } => "activities",
        _ => return Err(not_found(arn)),
    };
    let mut select = connection.prepare_cached(&format!("SELECT 1 FROM {table} WHERE arn = ?1"))?;
    if select.exists([arn])? {
        return Ok(());
    }
    Err(not_found(arn))
}

fn not_found(arn: &str) -> ApiError {
    ApiError::new("ResourceNotFound", format!("Resource not found: '{arn}'"))
}

pub(super) async fn add(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = members.needed("resourceArn").to_owned();
    let tags = of(members);
    let tagged = service.store.write(move |connection| {
        check(connection, &arn)?;
        write(connection, &arn, &tags)
    });
    tagged.await?;
    Ok(Json::empty_object().into())
}

pub(super) async fn remove(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = members.needed("resourceArn").to_owned();
    let keys = members.list("tagKeys").iter().filter_map(Json::as_str);
    let keys: Vec<String> = keys.map(str::to_owned).collect();
    let untagged = service.store.write(move |connection| {
        check(connection, &arn)?;
        let mut delete =
            connection.prepare_cached("DELETE FROM tags WHERE resource = ?1 AND key = ?2")?;
        for key in keys {
            delete.execute([&arn, &key])?;
        }
        Ok(())
    });
    untagged.await?;
    Ok(Json::empty_object().into())
}

pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = members.needed("resourceArn").to_owned();
    let listed = service.store.read(move |connection| {
        check(connection, &arn)?;
        let mut select = connection
            .prepare_cached("SELECT key, value FROM tags WHERE resource = ?1 ORDER BY key")?;
        let tags = select.query_map([&arn], |row| {
            Ok(object([
                Some(("key", Json::from(row.get::<_, String>(0)?))),
                Some(("value", Json::from(row.get::<_, String>(1)?))),
            ]))
        })?;
        Ok(tags.collect::<Result<Vec<Json>, _>>()?)
    });
    let tags = Json::array(listed.await?);
    Ok(object([Some(("tags", tags))]).into())
}
