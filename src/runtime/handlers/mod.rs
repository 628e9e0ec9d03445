//! Who does the work of a Task: handlers, and which Task is whose.

mod answer;
mod aws;
mod command;
pub mod file;
mod function;
mod heartbeat;
mod http;
mod lambda;
mod mock;
pub mod mocks;
mod node;
mod process;
mod python;
mod route;
mod said;
mod worker;

pub use aws::{AwsHandler, AwsOptions};
pub use command::CommandHandler;
pub use function::{Function, FunctionHandler};
pub use http::HttpHandler;
pub use lambda::LambdaHandler;
pub use mock::{Afterwards, Answer, MockHandler, Outcome, Step, Unmocked, When};
pub use node::node_handler;
pub use process::Program;
pub use python::python_handler;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use wildmatch::WildMatch;

use super::callbacks::Callbacks;
use super::inbox::{Answers, Listener};
use super::masking::Masking;
use crate::data::{Json, StatesError};
use crate::engine::{Identity, TaskRequest};
use crate::language::Resource;

/// One call of a handler.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// Whose execution asks.
    pub identity: Arc<Identity>,
    /// What it asks for.
    pub request: TaskRequest,
}

impl Invocation {
    /// What a function gets: the payload of `lambda:invoke`, else the whole input.
    #[must_use]
    pub fn payload(&self) -> Json {
        if self.request.resource.is_lambda_invoke() {
            let payload = self.request.input.get("Payload").cloned();
            return payload.unwrap_or_else(Json::empty_object);
        }
        self.request.input.clone()
    }
}

/// A handler's work.
pub enum Work {
    /// Done already.
    Done(Result<Json, StatesError>),
    /// Done already, and told after so long by the clock of the run, which may be virtual.
    After(Duration, Result<Json, StatesError>),
    /// Under way; dropping it must end whatever it started.
    Running(Pin<Box<dyn Future<Output = Result<Json, StatesError>> + Send>>),
}

/// Does the work of Tasks.
pub trait TaskHandler: Send + Sync {
    /// Begins a task. What happens before its end goes through `answers`.
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work;

    /// Whether the handler itself says, through `answers`, that a job or callback was asked for.
    fn tells_submission(&self) -> bool {
        false
    }

    /// Whether the handler itself says, through `answers`, that somebody began to work.
    fn tells_start(&self, resource: &Resource) -> bool {
        let _ = resource;
        false
    }

    /// Whether it stands for the service that a `.waitForTaskToken` Task calls, and not for
    /// whoever answers with the token afterwards. Without a callback port it is both.
    fn only_asks(&self) -> bool {
        false
    }

    /// Why it cannot do the work of this resource, if so: told before anything runs.
    fn lacks(&self, resource: &Resource) -> Option<String> {
        let _ = resource;
        None
    }

    /// What a person reads in `--dry`: `mock`, `cmd: python3 charge.py`.
    fn describe(&self) -> String;
}

/// Which Tasks a handler is for: by the state's name, or by a glob over `Resource`.
#[derive(Clone, Debug)]
pub enum TaskPattern {
    /// The state of this name.
    State(String),
    /// Resources that match; for `lambda:invoke` the function's name may match instead.
    Resource(String),
    /// A state of this name, or resources that match.
    Either(String),
}

impl TaskPattern {
    fn matches(&self, state: &str, resource: &Resource, function: Option<&str>) -> bool {
        let by_resource = |glob: &str| {
            let glob = WildMatch::new(glob);
            glob.matches(resource.text())
                || function.is_some_and(|name| glob.matches(name))
                || matches!(resource, Resource::Lambda { function, .. } if glob.matches(function))
        };
        match self {
            Self::State(name) => name == state,
            Self::Resource(glob) => by_resource(glob),
            Self::Either(text) => text == state || by_resource(text),
        }
    }
}

/// Handlers in order: the first that is for a Task does it.
#[derive(Default)]
pub struct Handlers {
    bindings: Vec<(TaskPattern, Arc<dyn TaskHandler>)>,
    /// Where answers from outside come in.
    callbacks: Option<Arc<Callbacks>>,
    /// Who hears what handlers say while they work.
    listener: OnceLock<Listener>,
    /// What nobody shall read.
    masking: Masking,
}

impl Handlers {
    /// Adds a handler behind those that are there.
    pub fn bind(&mut self, pattern: TaskPattern, handler: Arc<dyn TaskHandler>) {
        self.bindings.push((pattern, handler));
    }

    /// Adds the handlers of others behind those that are there, with their way in from outside and
    /// their secrets.
    pub fn bind_all(&mut self, others: &Self) {
        self.bindings.extend(others.bindings.iter().cloned());
        self.callbacks.clone_from(&others.callbacks);
        self.masking.clone_from(&others.masking);
    }

    /// Lets somebody hear what handlers say while they work: their standard error, line by line.
    /// Whoever asks first is heard.
    pub fn listen(&self, listener: Listener) {
        let _ = self.listener.set(listener);
    }

    /// Keeps a result that was accepted before the process was started for its task, which is about
    /// to be taken up.
    pub(super) fn remember(&self, token: Arc<str>, result: Result<Json, StatesError>) {
        if let Some(callbacks) = &self.callbacks {
            callbacks.remember(token, result);
        }
    }

    pub(super) fn listener(&self) -> Option<&Listener> {
        self.listener.get()
    }

    /// The secrets of handlers: what leaves the program goes through it.
    #[must_use]
    pub fn masking(&self) -> &Masking {
        &self.masking
    }

    /// The handler of a Task. `function` is the name in `FunctionName` of `lambda:invoke`.
    #[must_use]
    pub fn of(
        &self,
        state: &str,
        resource: &Resource,
        function: Option<&str>,
    ) -> Option<&Arc<dyn TaskHandler>> {
        let mut bindings = self.bindings.iter();
        let found = bindings.find(|(pattern, _)| pattern.matches(state, resource, function));
        found.map(|(_, handler)| handler)
    }
}
