//! The tables, and how databases of earlier versions become like new ones.

use std::path::Path;

use rusqlite::{Connection, Transaction};

use super::StoreError;

/// Says that a database is one of ours: "asl1".
const APPLICATION: i64 = 0x6173_6c31;

/// What each version of the schema adds to the one before.
const MIGRATIONS: &[&str] = &["
    CREATE TABLE machines (
        id INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        created INTEGER NOT NULL,
        revision INTEGER NOT NULL REFERENCES revisions(id),
        versions INTEGER NOT NULL DEFAULT 0,
        deleting INTEGER
    );
    CREATE TABLE revisions (
        id INTEGER PRIMARY KEY,
        machine_arn TEXT NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        revision_id TEXT,
        definition TEXT NOT NULL,
        role_arn TEXT NOT NULL,
        logging TEXT NOT NULL,
        tracing TEXT NOT NULL,
        encryption TEXT NOT NULL,
        created INTEGER NOT NULL
    );
    CREATE INDEX revisions_by_machine ON revisions(machine_arn);
    CREATE TABLE versions (
        machine INTEGER NOT NULL REFERENCES machines(id),
        number INTEGER NOT NULL,
        revision INTEGER NOT NULL REFERENCES revisions(id),
        description TEXT,
        created INTEGER NOT NULL,
        PRIMARY KEY (machine, number)
    ) WITHOUT ROWID;
    CREATE TABLE aliases (
        machine INTEGER NOT NULL REFERENCES machines(id),
        name TEXT NOT NULL,
        routing TEXT NOT NULL,
        description TEXT,
        created INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        PRIMARY KEY (machine, name)
    ) WITHOUT ROWID;
    CREATE TABLE activities (
        arn TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        created INTEGER NOT NULL,
        encryption TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE tags (
        resource TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (resource, key)
    ) WITHOUT ROWID;
    CREATE TABLE executions (
        id INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        machine_arn TEXT NOT NULL,
        revision INTEGER NOT NULL REFERENCES revisions(id),
        name TEXT NOT NULL,
        status TEXT NOT NULL,
        started INTEGER NOT NULL,
        stopped INTEGER,
        input TEXT NOT NULL,
        output TEXT,
        error TEXT,
        cause TEXT,
        trace_header TEXT,
        version_arn TEXT,
        alias_arn TEXT,
        redrives INTEGER NOT NULL DEFAULT 0,
        redriven INTEGER,
        seed INTEGER NOT NULL,
        mock_case TEXT,
        map_run INTEGER REFERENCES map_runs(id),
        round INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX executions_by_machine ON executions(machine_arn, started DESC, id DESC);
    CREATE INDEX executions_by_status ON executions(machine_arn, status, started DESC, id DESC);
    CREATE INDEX executions_by_version ON executions(version_arn, started DESC, id DESC)
        WHERE version_arn IS NOT NULL;
    CREATE INDEX executions_by_alias ON executions(alias_arn, started DESC, id DESC)
        WHERE alias_arn IS NOT NULL;
    CREATE INDEX executions_by_map_run ON executions(map_run, started DESC, id DESC)
        WHERE map_run IS NOT NULL;
    CREATE INDEX executions_by_end ON executions(stopped) WHERE stopped IS NOT NULL;
    CREATE INDEX executions_running ON executions(id) WHERE status = 'RUNNING';
    CREATE TABLE redrives (
        execution INTEGER NOT NULL,
        token TEXT NOT NULL,
        at INTEGER NOT NULL,
        PRIMARY KEY (execution, token)
    ) WITHOUT ROWID;
    CREATE TABLE tokens (
        token TEXT PRIMARY KEY,
        execution INTEGER NOT NULL,
        answer TEXT
    ) WITHOUT ROWID;
    CREATE INDEX tokens_by_execution ON tokens(execution);
    CREATE TABLE map_runs (
        id INTEGER PRIMARY KEY,
        arn TEXT NOT NULL UNIQUE,
        execution INTEGER NOT NULL REFERENCES executions(id),
        machine_arn TEXT NOT NULL,
        status TEXT NOT NULL,
        started INTEGER NOT NULL,
        stopped INTEGER,
        max_concurrency INTEGER NOT NULL,
        tolerated_percentage REAL NOT NULL,
        tolerated_count INTEGER NOT NULL,
        item_counts TEXT NOT NULL,
        execution_counts TEXT NOT NULL,
        redrives INTEGER NOT NULL DEFAULT 0,
        redriven INTEGER
    );
    CREATE INDEX map_runs_by_execution ON map_runs(execution, id);
    CREATE TABLE events (
        execution INTEGER NOT NULL,
        first INTEGER NOT NULL,
        lines TEXT NOT NULL
    );
    CREATE INDEX events_by_execution ON events(execution, first);
    CREATE TABLE journal (
        execution INTEGER NOT NULL,
        first INTEGER NOT NULL,
        lines TEXT NOT NULL
    );
    CREATE INDEX journal_by_execution ON journal(execution, first);
"];

/// Makes a database what this version needs.
pub(super) fn prepare(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Failed {
        path: path.to_owned(),
        source,
    };
    let number = |connection: &Connection, name: &str| {
        connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0))
    };
    let application = number(connection, "application_id").map_err(failed)?;
    let version = number(connection, "user_version").map_err(failed)?;
    let is_new = version == 0 && is_empty(connection).map_err(failed)?;
    if application != APPLICATION && !is_new {
        return Err(StoreError::Foreign {
            path: path.to_owned(),
        });
    }
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if version > known {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found: version,
            known,
        });
    }
    set_up(connection).map_err(failed)?;
    let change = connection.transaction().map_err(failed)?;
    migrate(&change, version).map_err(failed)?;
    change.commit().map_err(failed)
}

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) = 0 FROM sqlite_schema", [], |row| {
        row.get(0)
    })
}

/// How many pages of the log make a checkpoint: whoever waits for the commit that makes one waits
/// for it too, and the shorter each is, the less the slowest answers take.
const CHECKPOINT: i64 = 250;

/// What is acknowledged is on the disk, not only with the system.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT)?;
    connection.pragma_update(None, "foreign_keys", "OFF")?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

fn migrate(change: &Transaction<'_>, version: i64) -> rusqlite::Result<()> {
    for (number, migration) in (1_i64..).zip(MIGRATIONS) {
        if number > version {
            change.execute_batch(migration)?;
            change.pragma_update(None, "user_version", number)?;
        }
    }
    change.pragma_update(None, "application_id", APPLICATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(set_up: &str) -> Result<(), StoreError> {
        let mut connection = Connection::open_in_memory().expect("a database");
        connection.execute_batch(set_up).expect("valid SQL");
        prepare(&mut connection, Path::new("x.db"))
    }

    #[test]
    fn new_and_known_databases_are_taken() {
        let mut connection = Connection::open_in_memory().expect("a database");
        prepare(&mut connection, Path::new("x.db")).expect("a new one");
        prepare(&mut connection, Path::new("x.db")).expect("the same again");
    }

    #[test]
    fn databases_of_others_and_of_later_versions_are_refused() {
        let foreign = open("CREATE TABLE t (a)").expect_err("not ours");
        assert_eq!(foreign.to_string(), "x.db is a database of another program");
        let newer = open("PRAGMA application_id = 1634954289; PRAGMA user_version = 999;");
        let newer = newer.expect_err("not known").to_string();
        assert!(
            newer.contains("later version of asl (schema 999,"),
            "{newer}"
        );
    }
}
