//! A machine as the database has it: its revisions, of which one is current, and what versions and
//! aliases make of its ARN.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::server::api::aliases::Routing;
use crate::server::api::{labelled, parsed, wrong_kind};
use crate::server::names::Arn;
use crate::server::protocol::ApiError;

/// A machine with one of its revisions.
pub(in crate::server::api) struct Machine {
    pub(in crate::server::api) id: i64,
    pub(in crate::server::api) arn: String,
    pub(in crate::server::api) name: String,
    pub(in crate::server::api) kind: String,
    /// When the machine, or the version that was asked for, was made.
    pub(in crate::server::api) created: i64,
    pub(in crate::server::api) revision: i64,
    pub(in crate::server::api) revision_id: Option<String>,
    pub(in crate::server::api) definition: String,
    pub(in crate::server::api) role_arn: String,
    pub(super) logging: String,
    pub(super) tracing: String,
    pub(super) encryption: String,
    /// Whether it goes when its executions have ended.
    pub(super) is_deleting: bool,
    /// Of a version.
    pub(super) description: Option<String>,
    /// Of a version.
    pub(in crate::server::api) version_arn: Option<String>,
    /// Of an alias.
    pub(in crate::server::api) alias_arn: Option<String>,
}

/// What a revision has, in the order of [`Machine::of`].
const REVISION: &str = "r.id, r.revision_id, r.definition, r.role_arn, r.logging, r.tracing, \
     r.encryption";

impl Machine {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            arn: row.get(1)?,
            name: row.get(2)?,
            kind: row.get(3)?,
            created: row.get(4)?,
            revision: row.get(5)?,
            revision_id: row.get(6)?,
            definition: row.get(7)?,
            role_arn: row.get(8)?,
            logging: row.get(9)?,
            tracing: row.get(10)?,
            encryption: row.get(11)?,
            description: row.get(12)?,
            is_deleting: row.get(13)?,
            version_arn: None,
            alias_arn: None,
        })
    }

    /// A machine with its current revision.
    pub(in crate::server::api) fn find(
        connection: &Connection,
        arn: &str,
    ) -> Result<Option<Self>, ApiError> {
        let mut select = connection.prepare_cached(&format!(
            "SELECT m.id, m.arn, m.name, m.type, m.created, {REVISION}, NULL, \
             m.deleting IS NOT NULL FROM machines m JOIN revisions r ON r.id = m.revision WHERE m.arn = ?1"
        ))?;
        Ok(select.query_row([arn], Self::of).optional()?)
    }

    /// What an ARN of a machine, of a version or of an alias means. Among the versions of an alias
    /// a number from 0 to 1 chooses, by their weights.
    pub(in crate::server::api) fn resolve(
        connection: &Connection,
        arn: &str,
        chance: f64,
    ) -> Result<Self, ApiError> {
        let found = match parsed(arn)? {
            Arn::Machine { .. } => Self::find(connection, arn)?,
            Arn::Version { .. } => Self::version(connection, arn)?,
            Arn::Alias { .. } => match Routing::of(connection, arn)? {
                Some(routing) => {
                    let version = Self::version(connection, routing.pick(chance))?;
                    version.map(|version| Self {
                        alias_arn: Some(arn.to_owned()),
                        ..version
                    })
                }
                None => None,
            },
            Arn::Labelled { .. } => return Err(labelled(arn)),
            _ => return Err(wrong_kind(arn)),
        };
        found.ok_or_else(|| does_not_exist(arn))
    }

    /// The machine, unless it is being deleted. AWS's wording is not recorded.
    pub(in crate::server::api) fn alive(self) -> Result<Self, ApiError> {
        if !self.is_deleting {
            return Ok(self);
        }
        let message = format!("State Machine Deleting: '{}'", self.arn);
        Err(ApiError::new("StateMachineDeleting", message))
    }

    fn version(connection: &Connection, arn: &str) -> Result<Option<Self>, ApiError> {
        let Some((machine, number)) = arn.rsplit_once(':') else {
            return Ok(None);
        };
        let mut select = connection.prepare_cached(&format!(
            "SELECT m.id, m.arn, m.name, m.type, v.created, {REVISION}, v.description, \
             m.deleting IS NOT NULL FROM machines m JOIN versions v ON v.machine = m.id \
             JOIN revisions r ON r.id = v.revision WHERE m.arn = ?1 AND v.number = ?2"
        ))?;
        let number: Option<i64> = number.parse().ok();
        let found = select.query_row(params![machine, number], Self::of);
        Ok(found.optional()?.map(|found| Self {
            version_arn: Some(arn.to_owned()),
            ..found
        }))
    }

    /// The revision that an execution was started with, whether the machine is there or not, and the
    /// Map Run whose child the execution is.
    pub(super) fn of_execution(
        connection: &Connection,
        arn: &str,
    ) -> Result<(Self, Option<String>), ApiError> {
        let id = crate::server::api::executions::find(connection, arn)?;
        let mut select = connection.prepare_cached(&format!(
            "SELECT 0, r.machine_arn, r.name, r.type, r.created, {REVISION}, NULL, \
             FALSE, (SELECT arn FROM map_runs WHERE map_runs.id = e.map_run) \
             FROM executions e JOIN revisions r ON r.id = e.revision WHERE e.id = ?1"
        ))?;
        Ok(select.query_row([id], |row| Ok((Self::of(row)?, row.get(14)?)))?)
    }
}

pub(in crate::server::api) fn does_not_exist(arn: &str) -> ApiError {
    let message = format!("State Machine Does Not Exist: '{arn}'");
    ApiError::new("StateMachineDoesNotExist", message)
}

/// What a revision holds.
#[derive(Clone, Copy)]
pub(super) struct Revision<'r> {
    pub(super) arn: &'r str,
    pub(super) name: &'r str,
    pub(super) kind: &'r str,
    pub(super) definition: &'r str,
    pub(super) role_arn: &'r str,
    pub(super) logging: &'r str,
    pub(super) tracing: &'r str,
    pub(super) encryption: &'r str,
}

impl<'r> Revision<'r> {
    /// The revision of a machine that was found.
    pub(super) fn of(machine: &'r Machine) -> Self {
        Self {
            arn: &machine.arn,
            name: &machine.name,
            kind: &machine.kind,
            definition: &machine.definition,
            role_arn: &machine.role_arn,
            logging: &machine.logging,
            tracing: &machine.tracing,
            encryption: &machine.encryption,
        }
    }

    /// Whether a machine is like this: definitions are compared as texts, and another role is no
    /// difference (10 §10.4).
    pub(super) fn is_as(&self, machine: &Machine) -> bool {
        self.kind == machine.kind
            && self.definition == machine.definition
            && self.logging == machine.logging
            && self.tracing == machine.tracing
            && self.encryption == machine.encryption
    }

    /// Makes a machine with this as its first revision, which has no id (recorded).
    pub(super) fn create(&self, connection: &Connection, now: i64) -> Result<(), ApiError> {
        let revision = self.insert(connection, None, now)?;
        let mut insert = connection.prepare_cached(
            "INSERT INTO machines (arn, name, type, created, revision) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        insert.execute(params![self.arn, self.name, self.kind, now, revision])?;
        Ok(())
    }

    /// Makes this the current revision of its machine.
    pub(super) fn replace(
        &self,
        connection: &Connection,
        id: &str,
        now: i64,
    ) -> Result<(), ApiError> {
        let revision = self.insert(connection, Some(id), now)?;
        let mut update =
            connection.prepare_cached("UPDATE machines SET revision = ?2 WHERE arn = ?1")?;
        update.execute(params![self.arn, revision])?;
        Ok(())
    }

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
                self.logging,
                self.tracing,
                self.encryption,
                now
            ])?;
        Ok(connection.last_insert_rowid())
    }
}
