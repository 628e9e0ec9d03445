//! Commands: the payload on standard input, the result on standard output. Never a shell.

use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use super::heartbeat::{Heart, Said};
use super::{Invocation, TaskHandler, Work, answer};
use crate::data::{Json, StatesError};
use crate::language::Resource;
use crate::runtime::Answers;

/// Runs a program for each call.
#[derive(Clone, Debug)]
pub struct CommandHandler {
    /// The program and its arguments; not empty.
    pub argv: Vec<String>,
    /// How long one call may take.
    pub timeout: Option<Duration>,
}

/// How much of what a command says on standard error goes into a cause.
const MAX_CAUSE: usize = 4096;

/// How long what is left in the pipes of a command that ended may take to be read.
const GRACE: Duration = Duration::from_secs(1);

impl TaskHandler for CommandHandler {
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work {
        let heart = Heart::of(&invocation.request, answers);
        Work::Running(Box::pin(call(self.clone(), invocation, heart)))
    }

    fn only_asks(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        format!("cmd: {}", self.argv.join(" "))
    }
}

async fn call(
    handler: CommandHandler,
    invocation: Invocation,
    heart: Heart,
) -> Result<Json, StatesError> {
    let resource = invocation.request.resource.clone();
    let work = converse(&handler, &invocation, &heart);
    let Some(timeout) = handler.timeout else {
        return work.await;
    };
    tokio::time::timeout(timeout, work)
        .await
        .unwrap_or_else(|_| {
            let cause = format!("{} took longer than {timeout:?}", handler.argv[0]);
            Err(answer::unnamed(&resource, cause))
        })
}

/// How many commands of this process run at once: each takes some file descriptors.
static AT_ONCE: Semaphore = Semaphore::const_new(128);

async fn converse(
    handler: &CommandHandler,
    invocation: &Invocation,
    heart: &Heart,
) -> Result<Json, StatesError> {
    let resource = &invocation.request.resource;
    let program = &handler.argv[0];
    // Who comes when all places are taken waits. The semaphore is never closed.
    let _place = AT_ONCE.acquire().await;
    let mut process = Group::spawn(handler, invocation, heart.matters())
        .map_err(|error| answer::unnamed(resource, format!("cannot run {program}: {error}")))?;
    let pulse = process.pulse.take();
    tokio::select! {
        done = talk(&mut process, program, invocation, heart) => done,
        never = heart.listen(pulse) => match never {},
    }
}

async fn talk(
    process: &mut Group,
    program: &str,
    invocation: &Invocation,
    heart: &Heart,
) -> Result<Json, StatesError> {
    let resource = &invocation.request.resource;
    let child = &mut process.child;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let payload = invocation.payload().text().into_owned();
    let (mut output, mut errors) = (Vec::new(), Said::default());
    let status = {
        let mut talk = pin!(async {
            tokio::try_join!(
                write(stdin, payload.as_bytes()),
                read(stdout, &mut output),
                read_end(stderr, &mut errors, heart)
            )
        });
        tokio::select! {
            // An answer that is too large need not come to its end.
            said = &mut talk => match said {
                Ok(_) => process.wait().await,
                Err(TooLarge) => return Err(StatesError::data_limit(resource.called())),
            },
            status = process.wait() => match tokio::time::timeout(GRACE, talk).await {
                Ok(Err(TooLarge)) => return Err(StatesError::data_limit(resource.called())),
                // What was in the pipes counts. Whoever else holds them is not waited for.
                Ok(Ok(_)) | Err(_) => status,
            },
        }
    };
    let status = status
        .map_err(|error| answer::unnamed(resource, format!("lost track of {program}: {error}")))?;
    judge(resource, program, status, &output, &errors.finish())
}

fn judge(
    resource: &Resource,
    program: &str,
    status: ExitStatus,
    output: &[u8],
    errors: &[u8],
) -> Result<Json, StatesError> {
    let errors = String::from_utf8_lossy(errors);
    let errors = errors.trim();
    let text = String::from_utf8_lossy(output);
    if !status.success() {
        if let Some(error) = answer::named(resource, &text) {
            return Err(error);
        }
        let said = if errors.is_empty() {
            answer::tail(&text, MAX_CAUSE)
        } else {
            errors
        };
        let colon = if said.is_empty() { "" } else { ": " };
        let cause = format!("{program} ended with {}{colon}{said}", ending(status));
        return Err(answer::unnamed(resource, cause));
    }
    if text.trim().is_empty() {
        return Ok(answer::wrapped(resource, &Json::Null));
    }
    Json::parse(&text)
        .map(|result| answer::wrapped(resource, &result))
        .map_err(|error| {
            let start: String = text.trim().chars().take(60).collect();
            let cause = format!("{program} printed no JSON: {error}; it begins with {start:?}");
            answer::unnamed(resource, cause)
        })
}

#[cfg(unix)]
fn ending(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => "no exit code".to_owned(),
    }
}

#[cfg(not(unix))]
fn ending(status: ExitStatus) -> String {
    status.code().map_or("no exit code".to_owned(), |code| {
        format!("exit code {code}")
    })
}

/// An answer that is longer than any result may be.
struct TooLarge;

async fn write(stream: Option<impl AsyncWrite + Unpin>, bytes: &[u8]) -> Result<(), TooLarge> {
    if let Some(mut stream) = stream {
        // A command need not read its input: a pipe that it closed is its own affair.
        let _ = stream.write_all(bytes).await;
    }
    Ok(())
}

/// All of a stream, as far as it is read.
async fn read(stream: Option<impl AsyncRead + Unpin>, bytes: &mut Vec<u8>) -> Result<(), TooLarge> {
    if let Some(stream) = stream {
        // What cannot be read any more ends here; the exit code tells the rest.
        let most = answer::MAX_ANSWER as u64 + 1;
        let _ = stream.take(most).read_to_end(bytes).await;
    }
    if bytes.len() > answer::MAX_ANSWER {
        return Err(TooLarge);
    }
    Ok(())
}

/// The end of a stream, however long it is, and the heartbeats in it.
async fn read_end(
    stream: Option<impl AsyncRead + Unpin>,
    said: &mut Said,
    heart: &Heart,
) -> Result<(), TooLarge> {
    let Some(mut stream) = stream else {
        return Ok(());
    };
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
        if said.hear(&chunk[..count], MAX_CAUSE) > 0 {
            heart.beat();
        }
    }
    Ok(())
}

/// A process and all it started: they end together when the work is given up.
struct Group {
    child: Child,
    #[cfg(unix)]
    id: Option<rustix::process::Pid>,
    /// Where it can tell that it is alive.
    pulse: Option<Pulse>,
}

#[cfg(unix)]
type Pulse = tokio::net::unix::pipe::Receiver;
#[cfg(not(unix))]
type Pulse = tokio::io::Empty;

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
    fn spawn(
        handler: &CommandHandler,
        invocation: &Invocation,
        heart_matters: bool,
    ) -> std::io::Result<Self> {
        let request = &invocation.request;
        let mut command = Command::new(&handler.argv[0]);
        command
            .args(&handler.argv[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .env("ASL_STATE", &*request.name)
            .env("ASL_RESOURCE", &**request.resource.text())
            .env("ASL_ATTEMPT", request.attempt.to_string())
            .env("ASL_EXECUTION", &*invocation.identity.execution_arn);
        if let Some(token) = &request.token {
            command.env("ASL_TASK_TOKEN", &**token);
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
}

impl Group {
    /// Waits for the command, and ends what it left running: that would keep the pipes open.
    async fn wait(&mut self) -> std::io::Result<ExitStatus> {
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
