//! Functions: a module's function is called with an event and a context, as by AWS Lambda.
//!
//! A process that answered a call is kept for the next one, as Lambda keeps its environments: what
//! a module does when it is loaded, it does once. One process does one call at a time. A process
//! whose call is given up ends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::command::MAX_CAUSE;
use super::heartbeat::Heart;
use super::process::{self, Program};
use super::said::Said;
use super::worker::{Pipes, Worker};
use super::{Invocation, TaskHandler, Work, answer};
use crate::data::{Json, Seed, StatesError};
use crate::language::Resource;
use crate::runtime::Answers;

/// A function in a module.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// The module and the function, as Lambda's handler setting: `app.handler`.
    pub handler: String,
    /// Where and with what it runs; its `argv` is the interpreter's affair.
    pub program: Program,
    /// How long one call may take.
    pub timeout: Option<Duration>,
}

impl Function {
    /// Whether this is a handler setting: a module, a dot and a function.
    #[must_use]
    pub fn is_handler(text: &str) -> bool {
        let parts = text.rsplit_once('.');
        parts.is_some_and(|(module, function)| {
            !module.is_empty() && !module.ends_with(['/', '.']) && !function.is_empty()
        })
    }
}

/// Calls a function of a module.
#[derive(Clone)]
pub struct FunctionHandler(Arc<Environment>);

struct Environment {
    /// What the language is called: `python`.
    language: &'static str,
    function: Function,
    /// Processes that wait for a call; no more than were at work at once.
    idle: Mutex<Vec<Worker>>,
}

/// How long a call may take unless its handler says otherwise: as long as Lambda permits.
const TIMEOUT: Duration = Duration::from_secs(900);

/// How long what a process said before it ended may take to be read.
const GRACE: Duration = Duration::from_secs(1);

/// How much a pipe holds, so that a full one is read to its end after a call.
const PIPE: usize = 64 * 1024;

impl FunctionHandler {
    /// A handler that calls a function by this program, which speaks the protocol of workers.
    pub(super) fn new(language: &'static str, argv: &[&str], mut function: Function) -> Self {
        function.program.argv = argv.iter().copied().map(str::to_owned).collect();
        let idle = Mutex::default();
        Self(Arc::new(Environment {
            language,
            function,
            idle,
        }))
    }
}

impl TaskHandler for FunctionHandler {
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work {
        let environment = Arc::clone(&self.0);
        let heart = Heart::of(&invocation.request, answers);
        Work::Running(Box::pin(async move {
            environment.call(&invocation, &heart).await
        }))
    }

    fn only_asks(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        self.0.name()
    }
}

/// How a call ended.
enum Told {
    /// With a line: a result or an error.
    Line(Vec<u8>),
    /// With more than any result may be.
    TooMuch,
    /// With the end of the process.
    Nothing,
}

impl Environment {
    fn name(&self) -> String {
        format!("{}: {}", self.language, self.function.handler)
    }

    async fn call(&self, invocation: &Invocation, heart: &Heart) -> Result<Json, StatesError> {
        // Waiting for a place is not the function's fault.
        let _place = process::place().await;
        let timeout = self.function.timeout.unwrap_or(TIMEOUT);
        let call = self.converse(invocation, heart, timeout);
        tokio::time::timeout(timeout, call)
            .await
            .unwrap_or_else(|_| {
                let cause = format!("{} took longer than {timeout:?}", self.name());
                Err(answer::unnamed(&invocation.request.resource, cause))
            })
    }

    async fn converse(
        &self,
        invocation: &Invocation,
        heart: &Heart,
        timeout: Duration,
    ) -> Result<Json, StatesError> {
        let resource = &invocation.request.resource;
        let broken = |error: std::io::Error| {
            let program = &self.function.program.argv[0];
            answer::unnamed(resource, format!("cannot run {program}: {error}"))
        };
        let mut worker = match self.rested() {
            Some(worker) => worker,
            None => self.spawn().map_err(broken)?,
        };
        let mut pipes = worker.open().map_err(broken)?;
        let mut said = Said::nothing(heart, MAX_CAUSE);
        let call = self.line(invocation, timeout);
        match talk(&mut pipes, call.as_bytes(), &mut said).await {
            Told::Line(line) => {
                said.finish();
                if !line.starts_with(b"E") && worker.close(pipes) {
                    self.idle().push(worker);
                }
                self.judge(resource, &line)
            }
            Told::TooMuch => Err(StatesError::data_limit(resource.called())),
            Told::Nothing => {
                let ending = worker.ending().await;
                let said = said.finish();
                let colon = if said.is_empty() { "" } else { ": " };
                let cause = format!("{} ended with {ending}{colon}{said}", self.name());
                Err(answer::unnamed(resource, cause))
            }
        }
    }

    fn judge(&self, resource: &Resource, line: &[u8]) -> Result<Json, StatesError> {
        let text = String::from_utf8_lossy(line);
        if let Some(error) = text.strip_prefix(['e', 'E']) {
            let named = answer::named(resource, error);
            return Err(named.unwrap_or_else(|| answer::unnamed(resource, error)));
        }
        let result = text.strip_prefix('r').unwrap_or(&text);
        Json::parse(result)
            .map(|result| answer::wrapped(resource, &result))
            .map_err(|error| {
                let cause = format!("{} returned no JSON: {error}", self.name());
                answer::unnamed(resource, cause)
            })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A process that waits for a call; one that ended meanwhile is none.
    fn rested(&self) -> Option<Worker> {
        loop {
            let mut worker = self.idle().pop()?;
            if worker.is_alive() {
                return Some(worker);
            }
        }
    }

    fn spawn(&self) -> std::io::Result<Worker> {
        let variables = [
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("PYTHONUNBUFFERED", "1"),
            ("_HANDLER", &self.function.handler),
        ];
        Worker::spawn(&self.function.program, &variables)
    }

    /// What a process is told of a call.
    fn line(&self, invocation: &Invocation, timeout: Duration) -> String {
        let (request, identity) = (&invocation.request, &invocation.identity);
        let (function, arn) = self.called(invocation);
        let mut variables: HashMap<&str, String> =
            process::variables(invocation).into_iter().collect();
        variables.insert("AWS_LAMBDA_FUNCTION_NAME", function.clone());
        let own = &self.function.program.env;
        variables.retain(|name, _| own.iter().all(|(own, _)| own != name));
        let mut random = Seed(request.task.0).named(&identity.execution_arn);
        let context = json!({
            "aws_request_id": random.uuid(),
            "function_name": function,
            "invoked_function_arn": arn,
            "remaining": u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX),
        });
        let (context, variables) = (context.to_string(), json!(variables).to_string());
        let event = invocation.payload().compacted();
        let event = event.text();
        format!("{{\"context\":{context},\"env\":{variables},\"event\":{event}}}\n")
    }

    /// The name and the ARN by which the function is called.
    fn called(&self, invocation: &Invocation) -> (String, String) {
        let request = &invocation.request;
        if let Resource::Lambda { arn, function } = &request.resource {
            return (function.to_string(), arn.to_string());
        }
        let named = request.input.get("FunctionName").and_then(Json::as_str);
        let named = named.filter(|_| request.resource.is_lambda_invoke());
        if let Some(Resource::Lambda { arn, function }) = named.map(Resource::parse) {
            return (function.to_string(), arn.to_string());
        }
        let name = named.unwrap_or(&self.function.handler);
        let identity = &invocation.identity;
        let account = identity.state_machine_arn.split(':').nth(4);
        let (region, account) = (&identity.region, account.unwrap_or_default());
        let arn = format!("arn:aws:lambda:{region}:{account}:function:{name}");
        let name = name.split(':').next().unwrap_or(name);
        (name.to_owned(), arn)
    }
}

/// Gives a process its call and hears what it says until it answers or ends.
async fn talk(
    pipes: &mut Pipes<impl AsyncWrite + Unpin, impl AsyncRead + Unpin, impl AsyncRead + Unpin>,
    call: &[u8],
    said: &mut Said<'_>,
) -> Told {
    let Pipes {
        calls,
        answers,
        said: errors,
    } = pipes;
    let (mut line, mut chunk, mut murmur) = (Vec::new(), [0; 8192], [0; 4096]);
    let mut is_speaking = true;
    let write = async {
        // A process that is gone is noticed by what it does not answer.
        let _ = calls.write_all(call).await;
        std::future::pending::<std::convert::Infallible>().await
    };
    let mut write = std::pin::pin!(write);
    let told = loop {
        tokio::select! {
            never = &mut write => match never {},
            heard = errors.read(&mut murmur), if is_speaking => match heard {
                Ok(count @ 1..) => said.hear(&murmur[..count]),
                Ok(0) | Err(_) => is_speaking = false,
            },
            heard = answers.read(&mut chunk) => match heard {
                Ok(count @ 1..) => line.extend_from_slice(&chunk[..count]),
                Ok(0) | Err(_) => break Told::Nothing,
            },
        }
        if line.ends_with(b"\n") {
            line.pop();
            break Told::Line(line);
        }
        if line.len() > answer::MAX_ANSWER {
            return Told::TooMuch;
        }
    };
    // What was said before the answer is in the pipe by now.
    let patience = match told {
        Told::Nothing => GRACE,
        Told::Line(_) | Told::TooMuch => Duration::ZERO,
    };
    let rest = async {
        let mut left = PIPE;
        while let (1.., Ok(count @ 1..)) = (left, errors.read(&mut murmur).await) {
            said.hear(&murmur[..count]);
            left = left.saturating_sub(count);
        }
    };
    if is_speaking {
        // Who else holds the pipe is not waited for.
        let _ = tokio::time::timeout(patience, rest).await;
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handler_setting_is_a_module_and_a_function() {
        let check = |text: &str, expected: bool| {
            assert_eq!(Function::is_handler(text), expected, "{text}");
        };
        check("app.handler", true);
        check("src/app.handler", true);
        check("a.b.handler", true);
        check("app", false);
        check(".handler", false);
        check("src/.handler", false);
        check("app.", false);
        check("", false);
    }
}
