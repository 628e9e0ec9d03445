//! Processes: each in a group of its own with all that it starts, and the group ends with whoever
//! waits for it.

use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};

use tokio::process::{Child, Command};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Invocation;

/// A program to be run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// The program and its arguments; not empty.
    pub argv: Vec<String>,
    /// Variables that it has beside ours.
    pub env: Vec<(String, String)>,
    /// Where it runs, when not where we do.
    pub folder: Option<PathBuf>,
}

/// How many processes work at once: each takes memory and file descriptors.
static AT_ONCE: Semaphore = Semaphore::const_new(64);

/// A place for one more process. Who comes when all are taken waits.
pub(super) async fn place() -> Option<SemaphorePermit<'static>> {
    // It is never closed.
    AT_ONCE.acquire().await.ok()
}

/// What a process knows of the Task that it works on.
pub(super) fn variables(invocation: &Invocation) -> Vec<(&'static str, String)> {
    let request = &invocation.request;
    let mut variables = vec![
        ("ASL_STATE", request.name.to_string()),
        ("ASL_RESOURCE", request.resource.text().to_string()),
        ("ASL_ATTEMPT", request.attempt.to_string()),
        (
            "ASL_EXECUTION",
            invocation.identity.execution_arn.to_string(),
        ),
    ];
    if let Some(token) = &request.token {
        variables.push(("ASL_TASK_TOKEN", token.to_string()));
    }
    variables
}

#[cfg(unix)]
pub(super) fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no exit code".to_owned(),
    }
}

#[cfg(not(unix))]
pub(super) fn ending(status: ExitStatus) -> String {
    status.code().map_or("no exit code".to_owned(), |code| {
        format!("exit code {code}")
    })
}

/// A process and all it started: they end together when the work is given up.
pub(super) struct Group {
    pub(super) child: Child,
    #[cfg(unix)]
    id: Option<rustix::process::Pid>,
    /// Where it can tell that it is alive.
    pub(super) pulse: Option<Pulse>,
}

#[cfg(unix)]
pub(super) type Pulse = tokio::net::unix::pipe::Receiver;
#[cfg(not(unix))]
pub(super) type Pulse = tokio::io::Empty;

/// Lets a command tell through a pipe that it is alive. Elsewhere it does so on standard error.
#[cfg(unix)]
fn feel_pulse(command: &mut Command) -> std::io::Result<Option<Pulse>> {
    use command_fds::{CommandFdExt, FdMapping};
    const CHILD_FD: i32 = 3;
    let (reader, writer) = std::io::pipe()?;
    let mapping = FdMapping {
        parent_fd: writer.into(),
        child_fd: CHILD_FD,
    };
    command
        .fd_mappings(vec![mapping])
        .expect("there is but one mapping")
        .env("ASL_HEARTBEAT_FD", CHILD_FD.to_string());
    Pulse::from_owned_fd(reader.into()).map(Some)
}

#[cfg(not(unix))]
fn feel_pulse(_: &mut Command) -> std::io::Result<Option<Pulse>> {
    Ok(None)
}

impl Group {
    /// Starts a program with these variables; with a pulse where somebody shall feel it.
    pub(super) fn spawn(
        program: &Program,
        variables: impl IntoIterator<Item = (&'static str, String)>,
        heart_matters: bool,
    ) -> std::io::Result<Self> {
        let mut command = Command::new(&program.argv[0]);
        command
            .args(&program.argv[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .envs(variables)
            .envs(program.env.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &program.folder {
            command.current_dir(folder);
        }
        #[cfg(unix)]
        command.process_group(0);
        let pulse = if heart_matters {
            feel_pulse(&mut command)?
        } else {
            None
        };
        let child = command.spawn()?;
        #[cfg(unix)]
        let id = child
            .id()
            .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
        Ok(Self {
            child,
            #[cfg(unix)]
            id,
            pulse,
        })
    }

    /// Waits for the command, and ends what it left running: that would keep the pipes open.
    pub(super) async fn wait(&mut self) -> std::io::Result<ExitStatus> {
        let status = self.child.wait().await;
        self.kill();
        status
    }

    #[cfg(unix)]
    fn kill(&mut self) {
        // Only once: afterwards the number may be somebody else's.
        if let Some(group) = self.id.take() {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }

    #[cfg(not(unix))]
    fn kill(&mut self) {
        let _ = self.child.start_kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Children that outlive their command would keep ports and files: none is left behind.
        self.kill();
    }
}
