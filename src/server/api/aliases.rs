//! Aliases: names that lead to one version or, by weight, to two.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};

use super::machines::{Machine, does_not_exist};
use super::page::Page;
use super::{given, no_such_resource, object, parsed, seconds, wrong_kind};
use crate::data::Json;
use crate::server::names::Arn;
use crate::server::protocol::{ApiError, Members, Reason, Reply};
use crate::server::service::Service;

/// How many aliases a machine has at most.
const MOST: i64 = 100;

/// Which versions an alias leads to, and how often, in percent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Routing(Vec<(String, i64)>);

impl Routing {
    /// What a request says; the wordings are recorded (10 §10.5).
    fn read(members: &Members) -> Result<Option<Self>, ApiError> {
        if members.get("routingConfiguration").is_none() {
            return Ok(None);
        }
        let routes = members.list("routingConfiguration").iter();
        let routes = routes.map(|route| {
            let arn = route.get("stateMachineVersionArn").and_then(Json::as_str);
            let weight = route.get("weight").and_then(Json::as_number);
            let weight = weight.and_then(crate::data::Number::as_i64);
            (arn.unwrap_or_default().to_owned(), weight.unwrap_or(0))
        });
        let routing = Self(routes.collect());
        routing.check()?;
        Ok(Some(routing))
    }

    fn check(&self) -> Result<(), ApiError> {
        let arns: Vec<&str> = self.0.iter().map(|(arn, _)| &**arn).collect();
        let received = format!("Received: [{}]", arns.join(", "));
        let is_version = |arn: &&str| matches!(Arn::parse(arn), Some(Arn::Version { .. }));
        if !arns.iter().all(is_version) {
            return Err(misrouted(format!(
                "Routing configuration must contain state machine version ARNs. {received}"
            )));
        }
        let weights: Vec<String> = self
            .0
            .iter()
            .map(|(_, weight)| weight.to_string())
            .collect();
        if self.0.iter().map(|(_, weight)| weight).sum::<i64>() != 100 {
            return Err(misrouted(format!(
                "Sum of routing configuration weights must equal 100. Received: [{}]",
                weights.join(", ")
            )));
        }
        if arns.first() == arns.get(1) {
            return Err(misrouted(format!(
                "Routing configuration must contain distinct state machine version ARNs. {received}"
            )));
        }
        Ok(())
    }

    /// The machine whose versions these are, and which are all there.
    fn machine(&self, connection: &Connection) -> Result<Machine, ApiError> {
        let mut machines = self.0.iter().map(|(arn, _)| {
            check_alive(connection, arn)?;
            let found = Machine::resolve(connection, arn, 0.0);
            found.map_err(|_| no_such_resource())
        });
        let first = machines.next().ok_or_else(no_such_resource)??;
        for other in machines {
            if other?.id != first.id {
                // AWS's wording is not recorded.
                return Err(misrouted(
                    "Routing configuration must contain versions of one state machine.",
                ));
            }
        }
        Ok(first)
    }

    /// Where an alias leads, if it is there.
    pub(super) fn of(connection: &Connection, arn: &str) -> Result<Option<Self>, ApiError> {
        Ok(Alias::find(connection, arn)?.map(|alias| alias.routing))
    }

    /// The version that a number from 0 to 1 chooses.
    #[expect(clippy::cast_precision_loss, reason = "weights are percents")]
    pub(super) fn pick(&self, chance: f64) -> &str {
        let mut left = chance * 100.0;
        for (arn, weight) in &self.0 {
            left -= *weight as f64;
            if left < 0.0 {
                return arn;
            }
        }
        self.0.last().map_or("", |(arn, _)| arn)
    }

    fn document(&self) -> Json {
        let entries = self.0.iter().map(|(arn, weight)| {
            object([
                Some(("stateMachineVersionArn", Json::from(arn.as_str()))),
                Some(("weight", Json::from(*weight))),
            ])
        });
        Json::array(entries.collect())
    }

    /// What is kept of it.
    fn text(&self) -> String {
        let lines = self
            .0
            .iter()
            .map(|(arn, weight)| format!("{weight} {arn}\n"));
        lines.collect()
    }

    fn from_text(text: &str) -> Self {
        let routes = text.lines().filter_map(|line| line.split_once(' '));
        let routes = routes.map(|(weight, arn)| (arn.to_owned(), weight.parse().unwrap_or(0)));
        Self(routes.collect())
    }
}

/// Refuses a version or an alias of a machine that is being deleted: they are gone already.
fn check_alive(connection: &Connection, arn: &str) -> Result<(), ApiError> {
    let machine = arn.rsplit_once(':').map_or("", |(machine, _)| machine);
    let machine = Machine::find(connection, machine)?.map(Machine::alive);
    machine.transpose().map(drop)
}

fn misrouted(message: impl Into<String>) -> ApiError {
    ApiError::invalid(Reason::Routing, message)
}

/// An alias as the database has it.
struct Alias {
    machine: i64,
    name: String,
    routing: Routing,
    description: Option<String>,
    created: i64,
    updated: i64,
}

impl Alias {
    fn find(connection: &Connection, arn: &str) -> Result<Option<Self>, ApiError> {
        let Some((machine, name)) = arn.rsplit_once(':') else {
            return Ok(None);
        };
        let mut select = connection.prepare_cached(
            "SELECT a.machine, a.name, a.routing, a.description, a.created, a.updated \
             FROM aliases a JOIN machines m ON m.id = a.machine WHERE m.arn = ?1 AND a.name = ?2",
        )?;
        let found = select.query_row([machine, name], |row| {
            Ok(Self {
                machine: row.get(0)?,
                name: row.get(1)?,
                routing: Routing::from_text(row.get_ref(2)?.as_str()?),
                description: row.get(3)?,
                created: row.get(4)?,
                updated: row.get(5)?,
            })
        });
        Ok(found.optional()?)
    }
}

/// The aliases of a machine that lead to a version.
pub(super) fn leading_to(
    connection: &Connection,
    machine: i64,
    version: &str,
) -> Result<Vec<String>, ApiError> {
    let mut select = connection
        .prepare_cached("SELECT name, routing FROM aliases WHERE machine = ?1 ORDER BY name")?;
    let mut rows = select.query([machine])?;
    let mut names = Vec::new();
    while let Some(row) = rows.next()? {
        let routing = Routing::from_text(row.get_ref(1)?.as_str().unwrap_or_default());
        if routing.0.iter().any(|(arn, _)| arn == version) {
            names.push(row.get(0)?);
        }
    }
    Ok(names)
}

/// The ARN of an alias.
fn alias_arn(members: &Members) -> Result<String, ApiError> {
    let arn = members.needed("stateMachineAliasArn");
    match parsed(arn)? {
        Arn::Alias { .. } => Ok(arn.to_owned()),
        _ => Err(wrong_kind(arn)),
    }
}

/// The same alias again is the same; another one of its name is a conflict (10 §10.4).
pub(super) async fn create(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let name = members.needed("name").to_owned();
    let description = members.owned("description");
    let routing = Routing::read(members)?.ok_or_else(no_such_resource)?;
    let now = service.now().0;
    let created = service.store.write(move |connection| {
        let machine = routing.machine(connection)?;
        let arn = format!("{}:{name}", machine.arn);
        if let Some(there) = Alias::find(connection, &arn)? {
            if there.routing == routing && there.description == description {
                return Ok((arn, there.created));
            }
            return Err(ApiError::new(
                "ConflictException",
                "Failed to create alias because an alias with the same name and a different \
                 routing configuration already exists.",
            ));
        }
        let mut select =
            connection.prepare_cached("SELECT count(*) FROM aliases WHERE machine = ?1")?;
        let count: i64 = select.query_row([machine.id], |row| row.get(0))?;
        if count >= MOST {
            return Err(ApiError::quota(format!(
                "The state machine has {MOST} aliases, which is the most it can have."
            )));
        }
        connection
            .prepare_cached(
                "INSERT INTO aliases (machine, name, routing, description, created, updated) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)",
            )?
            .execute(params![machine.id, name, routing.text(), description, now])?;
        Ok((arn, now))
    });
    let (arn, created) = created.await?;
    Ok(object([
        Some(("stateMachineAliasArn", Json::from(arn))),
        Some(("creationDate", seconds(created))),
    ])
    .into())
}

pub(super) async fn update(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = alias_arn(members)?;
    let routing = Routing::read(members)?;
    let description = members.owned("description");
    if routing.is_none() && description.is_none() {
        // AWS's wording is not recorded.
        return Err(ApiError::invalid(
            Reason::MissingParameter,
            "Either the description or the routing configuration must be specified",
        ));
    }
    let now = service.now().0;
    let updated = service.store.write(move |connection| {
        check_alive(connection, &arn)?;
        let there = Alias::find(connection, &arn)?.ok_or_else(no_such_resource)?;
        if let Some(routing) = &routing
            && routing.machine(connection)?.id != there.machine
        {
            return Err(no_such_resource());
        }
        let mut update = connection.prepare_cached(
            "UPDATE aliases SET routing = ?3, description = ?4, updated = ?5 \
             WHERE machine = ?1 AND name = ?2",
        )?;
        update.execute(params![
            there.machine,
            there.name,
            routing.unwrap_or(there.routing).text(),
            description.or(there.description),
            now
        ])?;
        Ok(())
    });
    updated.await?;
    Ok(object([Some(("updateDate", seconds(now)))]).into())
}

pub(super) async fn describe(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = alias_arn(members)?;
    let asked = arn.clone();
    let found = service
        .store
        .read(move |connection| Alias::find(connection, &asked)?.ok_or_else(no_such_resource));
    let alias = found.await?;
    Ok(object([
        Some(("stateMachineAliasArn", Json::from(arn))),
        Some(("name", Json::from(alias.name))),
        given("description", alias.description),
        Some(("routingConfiguration", alias.routing.document())),
        Some(("creationDate", seconds(alias.created))),
        Some(("updateDate", seconds(alias.updated))),
    ])
    .into())
}

/// Deleting what is not there is no error (10 §10.4).
pub(super) async fn delete(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = alias_arn(members)?;
    let deleted = service.store.write(move |connection| {
        if let Some(alias) = Alias::find(connection, &arn)? {
            let mut delete = connection
                .prepare_cached("DELETE FROM aliases WHERE machine = ?1 AND name = ?2")?;
            delete.execute(params![alias.machine, alias.name])?;
        }
        Ok(())
    });
    deleted.await?;
    Ok(Json::empty_object().into())
}

/// Those of a machine, or those that lead to a version.
pub(super) async fn list(service: &Arc<Service>, members: &Members) -> Result<Reply, ApiError> {
    let arn = members.needed("stateMachineArn").to_owned();
    let (machine_arn, version) = match parsed(&arn)? {
        Arn::Machine { .. } => (arn.clone(), None),
        Arn::Version { .. } => {
            let machine = arn.rsplit_once(':').map_or("", |(machine, _)| machine);
            (machine.to_owned(), Some(arn.clone()))
        }
        Arn::Alias { .. } | Arn::Labelled { .. } => return Err(does_not_exist(&arn)),
        _ => return Err(wrong_kind(&arn)),
    };
    let page = Page::<String>::of(members, "ListStateMachineAliases", &["stateMachineArn"])?;
    let listed = service.store.read(move |connection| {
        let machine = Machine::find(connection, &machine_arn)?;
        let machine = machine
            .ok_or_else(|| does_not_exist(&machine_arn))?
            .alive()?;
        let mut select = connection.prepare_cached(
            "SELECT name, created, routing FROM aliases WHERE machine = ?1 AND name > ?2 \
             ORDER BY name",
        )?;
        let after = page.after.as_deref().unwrap_or_default();
        let mut rows = select.query(params![machine.id, after])?;
        let mut entries = Vec::new();
        while let Some(row) = rows.next()? {
            let routing = Routing::from_text(row.get_ref(2)?.as_str().unwrap_or_default());
            let leads = |version: &String| routing.0.iter().any(|(arn, _)| arn == version);
            if !version.as_ref().is_none_or(leads) {
                continue;
            }
            let name: String = row.get(0)?;
            let entry = object([
                Some((
                    "stateMachineAliasArn",
                    Json::from(format!("{machine_arn}:{name}")),
                )),
                Some(("creationDate", seconds(row.get(1)?))),
            ]);
            entries.push((name, entry));
        }
        Ok(page.reply("stateMachineAliases", entries))
    });
    Ok(listed.await?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_choose_the_version() {
        let routing = Routing(vec![("a".to_owned(), 70), ("b".to_owned(), 30)]);
        let picked = [0.0, 0.699, 0.7, 0.999].map(|chance| routing.pick(chance));
        assert_eq!(picked, ["a", "a", "b", "b"]);
        let routing = Routing(vec![("a".to_owned(), 0), ("b".to_owned(), 100)]);
        assert_eq!(routing.pick(0.0), "b");
        assert_eq!(Routing::from_text(&routing.text()), routing);
    }
}
