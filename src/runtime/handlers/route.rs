//! Who brings a Task's result: its handler, or somebody outside who answers on the callback port.

use std::future::pending;
use std::sync::Arc;

use super::{Handlers, Invocation, TaskHandler, Work, answer};
use crate::data::{Json, StatesError};
use crate::engine::TaskRequest;
use crate::language::{IntegrationPattern, Resource};
use crate::runtime::callbacks::{Callbacks, Ticket};
use crate::runtime::inbox::Answers;
use crate::runtime::journal::OpenStage;

/// Who brings a Task's result.
#[derive(Clone, Copy)]
enum Route<'h> {
    /// The handler; meanwhile a token can be beaten for, where there is a port.
    Handler(&'h Arc<dyn TaskHandler>),
    /// Whoever has the token. The handler, if any, is the service that is given it.
    Callback(&'h Arc<Callbacks>, Option<&'h Arc<dyn TaskHandler>>),
    /// The worker who takes it from its activity's queue.
    Worker(&'h Arc<Callbacks>),
}

impl Handlers {
    /// Lets Tasks be answered from outside: through the callback port.
    pub fn answer_through(&mut self, callbacks: Arc<Callbacks>) {
        self.callbacks = Some(callbacks);
    }

    /// Who would do the work of a Task, in words; nothing when nobody would.
    #[must_use]
    pub fn describe(
        &self,
        state: &str,
        resource: &Resource,
        function: Option<&str>,
    ) -> Option<String> {
        Some(match self.route(state, resource, function)? {
            Route::Handler(handler) => handler.describe(),
            Route::Callback(_, Some(handler)) => {
                format!("{}, answered through the callback port", handler.describe())
            }
            Route::Callback(_, None) => "answered through the callback port".to_owned(),
            Route::Worker(_) => "activity worker on the callback port".to_owned(),
        })
    }

    /// What the handler of a Task lacks to do its work, in words.
    #[must_use]
    pub fn lacks(
        &self,
        state: &str,
        resource: &Resource,
        function: Option<&str>,
    ) -> Option<String> {
        match self.route(state, resource, function)? {
            Route::Handler(handler) | Route::Callback(_, Some(handler)) => handler.lacks(resource),
            Route::Callback(_, None) | Route::Worker(_) => None,
        }
    }

    fn route(&self, state: &str, resource: &Resource, function: Option<&str>) -> Option<Route<'_>> {
        let handler = self.of(state, resource, function);
        let by_token = resource.pattern() == IntegrationPattern::WaitForTaskToken;
        match (handler, &self.callbacks) {
            (Some(handler), Some(port)) if by_token && handler.only_asks() => {
                Some(Route::Callback(port, Some(handler)))
            }
            (Some(handler), _) => Some(Route::Handler(handler)),
            (None, Some(port)) if by_token => Some(Route::Callback(port, None)),
            (None, Some(port)) if port.has_activity(resource.text()) => Some(Route::Worker(port)),
            (None, _) => None,
        }
    }

    fn route_of(&self, request: &TaskRequest) -> Option<Route<'_>> {
        let lambda = request.resource.is_lambda_invoke();
        let function = request.input.get("FunctionName").filter(|_| lambda);
        self.route(
            &request.name,
            &request.resource,
            function.and_then(Json::as_str),
        )
    }

    /// Whether it is told later, through [`Answers`], that the work began.
    pub(in crate::runtime) fn tells_start(&self, request: &TaskRequest) -> bool {
        match self.route_of(request) {
            Some(Route::Handler(handler)) => handler.tells_start(&request.resource),
            Some(Route::Worker(_)) => true,
            Some(Route::Callback(..)) | None => false,
        }
    }

    /// Begins a task, or goes on with it, with the ticket of whoever may answer from outside.
    pub(in crate::runtime) fn invoke(
        &self,
        invocation: Invocation,
        answers: Answers,
        stage: OpenStage,
    ) -> (Work, Option<Ticket>) {
        let request = &invocation.request;
        match (self.route_of(request), request.token.clone()) {
            // Whoever has the token goes on as if nothing had happened.
            (Some(Route::Callback(port, handler)), Some(token))
                if stage == OpenStage::Submitted =>
            {
                if handler.is_none() {
                    port.tell(Arc::clone(&request.name), Arc::clone(&token));
                }
                (elsewhere(), Some(port.open(token, answers)))
            }
            (Some(Route::Worker(port)), Some(token)) if stage >= OpenStage::Started => {
                (elsewhere(), Some(port.open(token, answers)))
            }
            (Some(Route::Callback(port, Some(handler))), Some(token)) => {
                let ticket = port.ask(Arc::clone(&token), answers.clone());
                let port = Arc::clone(port);
                (
                    ask(port, &**handler, token, invocation, answers),
                    Some(ticket),
                )
            }
            (Some(Route::Callback(port, None)), Some(token)) => {
                answers.submitted(Json::empty_object());
                port.tell(Arc::clone(&request.name), Arc::clone(&token));
                (elsewhere(), Some(port.open(token, answers)))
            }
            (Some(Route::Worker(port)), Some(token)) => {
                let (activity, input) = (request.resource.text(), request.input.clone());
                (
                    elsewhere(),
                    Some(port.queue(activity, token, input, answers)),
                )
            }
            (Some(Route::Handler(handler)), token) => {
                let port = self.callbacks.as_ref().zip(token);
                let ticket = port.map(|(port, token)| port.open(token, answers.clone()));
                (handle(&**handler, invocation, answers, stage), ticket)
            }
            (Some(Route::Callback(..) | Route::Worker(_)) | None, _) => (nobody(request), None),
        }
    }
}

/// Lets a handler do all of the work.
fn handle(
    handler: &dyn TaskHandler,
    invocation: Invocation,
    answers: Answers,
    stage: OpenStage,
) -> Work {
    let later = invocation.request.resource.pattern() != IntegrationPattern::RequestResponse;
    if later && !handler.tells_submission() && stage < OpenStage::Submitted {
        answers.submitted(Json::empty_object());
    }
    handler.invoke(invocation, answers)
}

/// Lets a handler give the token away. A service that fails fails the task; what it answers is in
/// `TaskSubmitted` (08 §8.2).
fn ask(
    port: Arc<Callbacks>,
    handler: &dyn TaskHandler,
    token: Arc<str>,
    invocation: Invocation,
    answers: Answers,
) -> Work {
    let resource = invocation.request.resource.clone();
    let submit = move |output: Json| port.submitted(&token, answer::submitted(&resource, output));
    match handler.invoke(invocation, answers) {
        // A mock, the only one to answer later, is not only asked.
        Work::Done(Ok(output)) | Work::After(_, Ok(output)) => {
            submit(output);
            elsewhere()
        }
        failing @ (Work::Done(Err(_)) | Work::After(_, Err(_))) => failing,
        Work::Running(work) => Work::Running(Box::pin(async move {
            submit(work.await?);
            pending().await
        })),
    }
}

/// The work of somebody outside, who answers by token.
fn elsewhere() -> Work {
    Work::Running(Box::pin(pending()))
}

fn nobody(request: &TaskRequest) -> Work {
    Work::Done(Err(StatesError::runtime(format!(
        "No handler is bound to the Task '{}' with the resource {}.",
        request.name,
        request.resource.text()
    ))))
}
