//! Handlers against what they are for: the AWS CLI, services of AWS and Lambda functions in
//! `MiniStack`, and workers that use AWS's SDK for Python.
//!
//! They are in the virtual environment that `ASL_PYTHON_ENV` names: awscli, boto3 and ministack. And
//! machines that run there, in `asl serve` and in moto as they run here.

mod aws;
mod clients;
mod lambda;
mod ministack;
#[cfg(feature = "aws")]
mod moto;
#[cfg(feature = "aws")]
mod on;
#[path = "../support/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;
mod workers;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// The folder of programs of the virtual environment; `None`, and a word about it, without one.
fn programs() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("ASL_PYTHON_ENV").map(PathBuf::from) else {
        say("services: ASL_PYTHON_ENV names no folder: no service is called");
        return None;
    };
    let folder = folder.join("bin");
    assert!(
        folder.join("aws").exists(),
        "there is no {}/aws",
        folder.display()
    );
    Some(folder)
}

/// Tells whoever runs the tests: past the capture of their output.
fn say(line: &str) {
    writeln!(std::io::stderr().lock(), "{line}").expect("stderr can be written");
}

/// A program that finds those of the virtual environment, and nothing of ours on AWS.
fn command(program: impl AsRef<Path>, programs: &Path) -> Command {
    let mut command = Command::new(program.as_ref());
    let path = std::env::var("PATH").expect("there is a PATH");
    let mine = std::env::vars_os().map(|(name, _)| name);
    for name in mine.filter(|name| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("NO_PROXY", "127.0.0.1");
    command
}

/// A machine in a folder of its own.
struct Machine {
    folder: TempDir,
    programs: PathBuf,
}

impl Machine {
    fn new(definition: &Value, programs: &Path) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let path = folder.path().join("machine.asl.json");
        std::fs::write(path, definition.to_string()).expect("the folder can be written");
        Self {
            folder,
            programs: programs.to_owned(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(env!("CARGO_BIN_EXE_asl"), &self.programs);
        command
            .current_dir(self.folder.path())
            .args([
                "run",
                "machine.asl.json",
                "--timeout",
                "120s",
                "--progress",
                "none",
            ])
            .args(arguments);
        command
    }

    /// The output of a run that succeeds.
    #[track_caller]
    fn output(&self, arguments: &[&str]) -> Value {
        let ended = self.command(arguments).output();
        json(&ended.expect("the program starts"))
    }
}

/// What a program that succeeded printed.
#[track_caller]
fn json(ended: &Output) -> Value {
    let text = String::from_utf8_lossy(&ended.stdout);
    let errors = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{text}\n{errors}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}\n{errors}"))
}
