//! Data flows one way: which room may use which, and what the core must not touch.

use super::rust::{File, Path, program};

/// The rooms, and whom each may use beside itself.
const ROOMS: &[(&str, &[&str])] = &[
    ("data", &[]),
    ("syntax", &["data"]),
    ("query", &["data", "syntax"]),
    ("language", &["data", "query", "syntax"]),
    ("graph", &["data", "language", "query", "syntax"]),
    ("lint", &["data", "graph", "language", "query", "syntax"]),
    ("history", &["data"]),
    (
        "engine",
        &["data", "history", "language", "query", "syntax"],
    ),
    (
        "runtime",
        &["data", "engine", "history", "language", "query", "syntax"],
    ),
    ("remote", &["data", "history"]),
    (
        "server",
        &[
            "data", "engine", "graph", "history", "language", "lint", "query", "report", "runtime",
            "syntax",
        ],
    ),
    (
        "lsp",
        &["data", "graph", "language", "lint", "query", "syntax"],
    ),
    (
        "suite",
        &[
            "data", "engine", "history", "language", "lint", "query", "syntax",
        ],
    ),
    (
        "report",
        &[
            "data", "engine", "graph", "history", "language", "lint", "query", "suite", "syntax",
        ],
    ),
    (
        "cli",
        &[
            "data", "engine", "graph", "history", "language", "lint", "lsp", "query", "remote",
            "report", "runtime", "server", "suite", "syntax",
        ],
    ),
];

/// The core is still: no I/O, no clock, no threads, no async, no printing.
const CORE: &[&str] = &[
    "data", "engine", "graph", "history", "language", "lint", "query", "suite", "syntax",
];

const NOT_IN_THE_CORE: &[&[&str]] = &[
    &["reqwest"],
    &["std", "env"],
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "thread"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["tokio"],
];

const PRINTING: &[&str] = &["dbg", "eprint", "eprintln", "print", "println"];

/// Crates that are wrapped in one place.
const HOMES: &[(&str, &str)] = &[
    ("aws_config", "src/remote/"),
    ("aws_credential_types", "src/remote/"),
    ("aws_sdk_sfn", "src/remote/"),
    ("aws_smithy_http_client", "src/remote/"),
    ("axum", "src/server/"),
    ("clap", "src/cli/"),
    ("clap_complete", "src/cli/"),
    ("command_fds", "src/runtime/handlers/process.rs"),
    ("csv", "src/runtime/items/"),
    ("flate2", "src/runtime/items/object.rs"),
    ("futures_core", "src/server/console/"),
    ("futures_core", "src/server/tests.rs"),
    ("gethostname", "src/server/guard.rs"),
    ("globset", "src/cli/config"),
    ("hyper", "src/server/connections.rs"),
    ("hyper_util", "src/server/connections.rs"),
    ("ignore", "src/cli/"),
    ("indicatif", "src/cli/"),
    ("jlens_core", "src/query/jsonata/engine"),
    ("regress", "src/query/jsonata/engine"),
    ("jsonschema", "src/lint/schema/"),
    ("lsp_server", "src/lsp/"),
    ("lsp_types", "src/lsp/"),
    ("memchr", "src/history/"),
    ("miette", "src/report/diagnostics/human.rs"),
    ("notify", "src/cli/watch.rs"),
    ("owo_colors", "src/report/style.rs"),
    ("percent_encoding", "src/report/diagnostics/file_name.rs"),
    ("percent_encoding", "src/server/console/"),
    ("petgraph", "src/graph/"),
    ("quick_xml", "src/report/junit.rs"),
    ("regex", "src/query/jsonpath/"),
    ("reqwest", "src/runtime/handlers/http/"),
    ("rustls", "src/runtime/handlers/http/"),
    ("rusqlite", "src/server/"),
    ("rustix", "src/runtime/"),
    ("saphyr_parser", "src/syntax/yaml/"),
    ("shlex", "src/cli/"),
    ("similar", "src/report/diff.rs"),
    ("stacker", "src/query/jsonata/engine.rs"),
    ("tempfile", "src/cli/write.rs"),
    ("tempfile", "src/runtime/handlers/aws/files.rs"),
    ("terminal_size", "src/cli/"),
    ("tokio_io_timeout", "src/server/connections.rs"),
    ("toml", "src/syntax/toml.rs"),
    ("unicode_width", "src/report/style.rs"),
    ("wildmatch", "src/runtime/handlers/"),
];

/// Asserts that no path is one that `is_wrong` complains about.
fn check(is_wrong: impl Fn(&File, &Path) -> Option<String>) {
    let files = program();
    let mut wrong = Vec::new();
    for file in &files {
        for path in &file.paths {
            if let Some(why) = is_wrong(file, path) {
                let path_text = path.segments.join("::");
                wrong.push(format!("{}:{}: {path_text}: {why}", file.name, path.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_use_only_rooms_below_them() {
    check(|file, path| {
        let room = file.room();
        let (first, second) = (path.segments.first()?, path.segments.get(1)?);
        if first != "crate" || room == "lib" || second == room {
            return None;
        }
        let Some((_, may_use)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            return Some(format!("the room {room} is not in the table"));
        };
        let allowed = may_use.contains(&&**second);
        (!allowed).then(|| format!("{room} may use {may_use:?}"))
    });
}

/// Else a room could be entered by the back door.
#[test]
fn no_path_climbs_out_of_its_room() {
    check(|file, path| {
        let climbs = path.segments.iter().take_while(|s| *s == "super").count();
        let depth = file.name.matches('/').count() - usize::from(file.name.ends_with("/mod.rs"));
        (climbs > 0 && climbs >= depth).then(|| "name it by `crate::`".to_owned())
    });
}

#[test]
fn the_core_does_no_waiting_and_no_talking() {
    check(|file, path| {
        let touched = NOT_IN_THE_CORE.iter().find(|wrong| {
            let module_itself = path.segments.len() == 2 && wrong.starts_with(&["std"]);
            path.is_in(wrong) || (module_itself && path.segments[..] == wrong[..2])
        });
        let in_core = CORE.contains(&file.room());
        (in_core && touched.is_some()).then(|| "not in the core".to_owned())
    });
    let printing = program()
        .iter()
        .filter(|file| CORE.contains(&file.room()))
        .flat_map(|file| file.macros.iter().map(|called| (&*file.name, called)))
        .filter(|(_, (name, _))| PRINTING.contains(&&**name))
        .map(|(file, (name, line))| format!("{file}:{line}: {name}!"))
        .collect::<Vec<_>>();
    assert!(printing.is_empty(), "{}", printing.join("\n"));
}

#[test]
fn a_crate_is_wrapped_in_one_place() {
    check(|file, path| {
        let first = &*path.segments[0];
        let homes = HOMES.iter().filter(|(name, _)| *name == first);
        let homes: Vec<&str> = homes.map(|(_, home)| *home).collect();
        let is_crate = path.segments.len() > 1 && !file.imported().contains(first);
        let at_home = homes.iter().any(|home| file.name.starts_with(home));
        let is_wrong = is_crate && !homes.is_empty() && !at_home;
        is_wrong.then(|| format!("only {} knows this crate", homes.join(" and ")))
    });
}
