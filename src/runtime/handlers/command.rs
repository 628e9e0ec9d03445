//! Commands: the payload on standard input, the result on standard output. Never a shell, unless
//! somebody asks for it.

use std::pin::pin;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::file::Item;
use super::heartbeat::Heart;
use super::process::{self, Group, Program, ending};
use super::said::Said;
use super::{Invocation, TaskHandler, Work, answer};
use crate::data::{Json, StatesError};
use crate::language::Resource;
use crate::runtime::Answers;
use crate::syntax::{Diagnostic, Node};

/// Runs a program for each call.
#[derive(Clone, Debug)]
pub struct CommandHandler {
    /// What is run.
    program: Program,
    /// How long one call may take.
    timeout: Option<Duration>,
    /// The command as it was written for a shell.
    script: Option<String>,
}

/// How much of what a command says on standard error goes into a cause.
pub(super) const MAX_CAUSE: usize = 4096;

/// How long what is left in the pipes of a command that ended may take to be read.
const GRACE: Duration = Duration::from_secs(1);

impl CommandHandler {
    /// A handler that runs this program.
    #[must_use]
    pub fn new(program: Program, timeout: Option<Duration>) -> Self {
        Self {
            program,
            timeout,
            script: None,
        }
    }

    /// The handler that an entry of a handlers file asks for.
    pub(super) fn read(value: Node<'_>, item: &mut Item<'_, '_>) -> Result<Self, Diagnostic> {
        let script = match (item.flag("shell")?, value.as_str()) {
            (true, Some(script)) => Some(script.to_string()),
            (true, None) => {
                let message = "with `shell = true`, `command` is a text for the shell";
                let help = "for example: command = \"cat | jq .order\"";
                return Err(item.wrong(value, message).help(help));
            }
            (false, Some(_)) => {
                let message = "`command` must be a list of the program and its arguments";
                let help = "for example: command = [\"python3\", \"charge.py\"]; a text needs a \
                            shell: say `shell = true`";
                return Err(item.wrong(value, message).help(help));
            }
            (false, None) => None,
        };
        let argv = match &script {
            Some(script) => shell(script),
            None => item.arguments(value, "command")?,
        };
        Ok(Self {
            program: item.program(argv)?,
            timeout: item.timeout()?,
            script,
        })
    }
}

/// The shell that runs a script.
fn shell(script: &str) -> Vec<String> {
    let shell = if cfg!(windows) {
        ["cmd", "/C"]
    } else {
        ["sh", "-c"]
    };
    shell
        .into_iter()
        .chain([script])
        .map(str::to_owned)
        .collect()
}

impl TaskHandler for CommandHandler {
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work {
        let heart = Heart::of(&invocation.request, answers);
        Work::Running(Box::pin(call(self.clone(), invocation, heart)))
    }

    fn only_asks(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        match &self.script {
            Some(script) => format!("shell: {script}"),
            None => format!("cmd: {}", self.program.argv.join(" ")),
        }
    }
}

async fn call(
    handler: CommandHandler,
    invocation: Invocation,
    heart: Heart,
) -> Result<Json, StatesError> {
    // Waiting for a place is not the command's fault.
    let _place = process::place().await;
    let work = converse(&handler, &invocation, &heart);
    let Some(timeout) = handler.timeout else {
        return work.await;
    };
    tokio::time::timeout(timeout, work)
        .await
        .unwrap_or_else(|_| {
            let cause = format!("{} took longer than {timeout:?}", handler.program.argv[0]);
            Err(answer::unnamed(&invocation.request.resource, cause))
        })
}

async fn converse(
    handler: &CommandHandler,
    invocation: &Invocation,
    heart: &Heart,
) -> Result<Json, StatesError> {
    let payload = invocation.payload().text().into_owned();
    let ended = run(&handler.program, payload.as_bytes(), invocation, heart).await?;
    let program = &handler.program.argv[0];
    judge(&invocation.request.resource, program, &ended)
}

/// How a program ended, and what it printed.
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    pub(super) output: Vec<u8>,
    /// The end of what it said on standard error.
    pub(super) errors: String,
}

/// Runs a program to its end with this on its standard input.
pub(super) async fn run(
    program: &Program,
    input: &[u8],
    invocation: &Invocation,
    heart: &Heart,
) -> Result<Ended, StatesError> {
    let resource = &invocation.request.resource;
    let name = &program.argv[0];
    let variables = process::variables(invocation);
    let mut process = Group::spawn(program, variables, heart.matters())
        .map_err(|error| answer::unnamed(resource, format!("cannot run {name}: {error}")))?;
    let pulse = process.pulse.take();
    tokio::select! {
        done = talk(&mut process, name, input, resource, heart) => done,
        never = heart.listen(pulse) => match never {},
    }
}

async fn talk(
    process: &mut Group,
    program: &str,
    input: &[u8],
    resource: &Resource,
    heart: &Heart,
) -> Result<Ended, StatesError> {
    let child = &mut process.child;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (mut output, mut errors) = (Vec::new(), Said::nothing(heart, MAX_CAUSE));
    let status = {
        let mut talk = pin!(async {
            tokio::try_join!(
                write(stdin, input),
                read(stdout, &mut output),
                read_end(stderr, &mut errors)
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
    let errors = errors.finish();
    Ok(Ended {
        status,
        output,
        errors,
    })
}

fn judge(resource: &Resource, program: &str, ended: &Ended) -> Result<Json, StatesError> {
    let (status, errors) = (ended.status, &*ended.errors);
    let text = String::from_utf8_lossy(&ended.output);
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

/// A stream that tells why a command fails, however long it is.
async fn read_end(
    stream: Option<impl AsyncRead + Unpin>,
    said: &mut Said<'_>,
) -> Result<(), TooLarge> {
    let Some(mut stream) = stream else {
        return Ok(());
    };
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut chunk).await {
        said.hear(&chunk[..count]);
    }
    Ok(())
}
