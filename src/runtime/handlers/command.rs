//! Commands: the payload on standard input, the result on standard output. Never a shell.

use std::io;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use super::{Invocation, TaskHandler, Work, answer, beating};
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

/// How long a command's background children may still write after its end.
const GRACE: Duration = Duration::from_millis(200);

/// How much of what a command says on standard error goes into a cause.
const MAX_CAUSE: usize = 4096;

impl TaskHandler for CommandHandler {
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work {
        let beat = invocation.request.heartbeat;
        let work = call(self.clone(), invocation);
        Work::Running(Box::pin(beating(answers, beat, work)))
    }

    fn describe(&self) -> String {
        format!("cmd: {}", self.argv.join(" "))
    }
}

async fn call(handler: CommandHandler, invocation: Invocation) -> Result<Json, StatesError> {
    let resource = invocation.request.resource.clone();
    let work = converse(&handler, &invocation);
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

async fn converse(handler: &CommandHandler, invocation: &Invocation) -> Result<Json, StatesError> {
    let resource = &invocation.request.resource;
    let program = &handler.argv[0];
    let fail = |what: String| answer::unnamed(resource, what);
    let mut process = Group::spawn(handler, invocation)
        .map_err(|error| fail(format!("cannot run {program}: {error}")))?;
    let child = &mut process.child;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let payload = invocation.payload().text().into_owned();
    let write = async {
        if let Some(mut stdin) = stdin {
            // A command need not read its input: a pipe that it closed is its own affair.
            let _ = stdin.write_all(payload.as_bytes()).await;
        }
    };
    let (output, errors, status) = {
        let pipes = async {
            tokio::join!(
                write,
                read(stdout, answer::MAX_ANSWER),
                read_end(stderr, MAX_CAUSE)
            )
        };
        process.until_over(pipes).await
    };
    let Some(output) = output else {
        return Err(StatesError::data_limit(resource.called()));
    };
    let status = status.map_err(|error| fail(format!("lost track of {program}: {error}")))?;
    judge(resource, program, status, &output, &errors)
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
        if let Some(error) = answer::named(&text) {
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
        return Ok(answer::wrapped(resource, Json::Null));
    }
    Json::parse(&text)
        .map(|result| answer::wrapped(resource, result))
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

/// All of a stream, or `None` when it is longer than `most`.
async fn read(stream: Option<impl AsyncRead + Unpin>, most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        // What cannot be read any more ends here; the exit code tells the rest.
        let _ = stream.take(most as u64 + 1).read_to_end(&mut bytes).await;
    }
    (bytes.len() <= most).then_some(bytes)
}

/// The end of a stream, however long it is.
async fn read_end(stream: Option<impl AsyncRead + Unpin>, most: usize) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut stream) = stream else {
        return kept;
    };
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
        kept.extend_from_slice(&chunk[..count]);
        let surplus = kept.len().saturating_sub(most);
        kept.drain(..surplus);
    }
    kept
}

/// A process and all it started: they end together when the work is given up.
struct Group {
    child: Child,
    #[cfg(unix)]
    group: Option<rustix::process::Pid>,
}

impl Group {
    fn spawn(handler: &CommandHandler, invocation: &Invocation) -> io::Result<Self> {
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
        let child = command.spawn()?;
        #[cfg(unix)]
        let group = child
            .id()
            .and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
        Ok(Self {
            child,
            #[cfg(unix)]
            group,
        })
    }

    /// Waits for the command's end and for what it says. What it left running in the background
    /// may hold its pipes open: after a short grace it is ended too.
    async fn until_over(
        &mut self,
        pipes: impl Future<Output = ((), Option<Vec<u8>>, Vec<u8>)>,
    ) -> (Option<Vec<u8>>, Vec<u8>, io::Result<ExitStatus>) {
        let mut pipes = pin!(pipes);
        tokio::select! {
            ((), output, errors) = &mut pipes => {
                // Too long an answer is not read to its end: nobody waits for that command.
                if output.is_none() {
                    self.end();
                }
                (output, errors, self.child.wait().await)
            }
            status = self.child.wait() => {
                if let Ok(((), output, errors)) = tokio::time::timeout(GRACE, &mut pipes).await {
                    return (output, errors, status);
                }
                self.end();
                let ((), output, errors) = pipes.await;
                (output, errors, status)
            }
        }
    }

    /// Ends the process and everything it started.
    fn end(&mut self) {
        #[cfg(unix)]
        if let Some(group) = self.group {
            // It may be over already.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ = self.child.start_kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Children that outlive their command would keep ports and files: none is left behind.
        self.end();
    }
}
