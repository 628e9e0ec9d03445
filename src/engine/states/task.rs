//! Task at work: what is asked for, and what comes back.

use std::sync::Arc;

use crate::data::{EventId, Json, Keyed, Nature, StatesError, limits};
use crate::engine::execution::{Execution, Turn};
use crate::engine::failure::Failure;
use crate::engine::io;
use crate::engine::program::{Body, Program, Scalar, State, Task};
use crate::engine::scope::View;
use crate::engine::thread::{Phase, Thread, ThreadId, ThreadPath};
use crate::engine::{Effect, Out, TaskRequest};
use crate::history::{Details, EventJson, HistoryEventType};
use crate::language::{IntegrationPattern, Resource};
use crate::query::jsonata::Expected;

pub(super) fn attempt(
    execution: &mut Execution,
    state: &State,
    task: &Task,
    id: ThreadId,
    thread: &mut Thread,
    out: &mut Out<'_>,
) -> Result<Turn, Failure> {
    let mut random = execution.random(thread);
    thread.token = token(task, &mut random);
    let view = execution.view(state, thread);
    let input = io::input(state, &view)?;
    let view = view.of(&input);
    let effective = io::effective(state, &view, &mut random)?;
    io::check_size(state, &effective)?;
    let bounds = Bounds {
        timeout: seconds("TimeoutSeconds", task.timeout.as_ref(), &view, &mut random)?,
        heartbeat: seconds(
            "HeartbeatSeconds",
            task.heartbeat.as_ref(),
            &view,
            &mut random,
        )?,
        role_arn: role_arn(task, &view, &mut random)?,
    };
    if let Some(mocked) = execution.mock() {
        thread.phase = Phase::Answered(mocked);
        return Ok(Turn::Again);
    }
    let context = view.task_context();
    let region = Arc::clone(&execution.core.identity);
    let details = scheduled(task, &effective, &bounds, &region.region);
    let kind = kinds(&task.resource).scheduled;
    let event = execution
        .recorder
        .event(out.sink, thread.previous, kind, details);
    thread.previous = event;
    thread.phase = Phase::Task(event);
    execution.tasks.insert(event, id);
    thread.timeout_seconds = bounds.timeout;
    thread.heartbeat_seconds = bounds.heartbeat.filter(|_| can_beat(&task.resource));
    thread.heartbeat_due = None;
    if !starts_later(&task.resource) {
        execution.start_clock(event, thread);
    }
    let request = TaskRequest {
        task: event,
        state: thread.state,
        name: state.name.clone(),
        resource: task.resource.clone(),
        at: execution.path(thread),
        attempt: thread.attempt,
        call: execution.count_call(&state.name),
        token: thread.token.clone(),
        timeout: bounds.timeout,
        heartbeat: thread.heartbeat_seconds,
        input: effective,
        context,
    };
    out.effects.push(Effect::Invoke(Box::new(request)));
    Ok(Turn::Parked)
}

/// What bounds a task, as far as it is set.
struct Bounds {
    timeout: Option<i64>,
    heartbeat: Option<i64>,
    role_arn: Option<Arc<str>>,
}

/// Callbacks and activity workers answer with a token: a fresh one for each attempt.
fn token(task: &Task, random: &mut Keyed) -> Option<Arc<str>> {
    let answers_later = matches!(task.resource, Resource::Activity { .. })
        || task.resource.pattern() == IntegrationPattern::WaitForTaskToken;
    answers_later.then(|| random.uuid().into())
}

/// Whether somebody could send heartbeats. A service that is called and waited for cannot, and is
/// not expected to: `HeartbeatSeconds` of 1 on `lambda:invoke` was recorded with success (06 §6.3).
fn can_beat(resource: &Resource) -> bool {
    starts_later(resource) || resource.pattern() != IntegrationPattern::RequestResponse
}

/// An activity waits for a worker first; its time-outs count from `ActivityStarted` (06 §6.3).
fn starts_later(resource: &Resource) -> bool {
    matches!(resource, Resource::Activity { .. })
}

fn seconds(
    name: &'static str,
    source: Option<&Scalar>,
    view: &View<'_>,
    random: &mut Keyed,
) -> Result<Option<i64>, Failure> {
    let Some(source) = source else {
        return Ok(None);
    };
    let seconds = source.integer(name, view, random)?;
    if seconds > 0 {
        return Ok(Some(seconds));
    }
    let field = source.field(name);
    let cause = format!("The {field} field must be a positive number of seconds: {seconds}");
    Err(StatesError::runtime(cause).into())
}

fn role_arn(task: &Task, view: &View<'_>, random: &mut Keyed) -> Result<Option<Arc<str>>, Failure> {
    let Some(source) = &task.role_arn else {
        return Ok(None);
    };
    match source.evaluate("Credentials/RoleArn", Expected::String, view, random)? {
        Json::String(arn) => Ok(Some(arn)),
        other => Ok(Some(other.text().into())),
    }
}

/// The events of a task's life, which depend on what is called.
struct Kinds {
    scheduled: HistoryEventType,
    started: HistoryEventType,
    succeeded: HistoryEventType,
    failed: HistoryEventType,
    timed_out: HistoryEventType,
}

/// A resource we cannot name, such as a placeholder for an ARN, most often is a function.
fn kinds(resource: &Resource) -> Kinds {
    match resource {
        Resource::Lambda { .. } | Resource::Other(_) => Kinds {
            scheduled: HistoryEventType::LambdaFunctionScheduled,
            started: HistoryEventType::LambdaFunctionStarted,
            succeeded: HistoryEventType::LambdaFunctionSucceeded,
            failed: HistoryEventType::LambdaFunctionFailed,
            timed_out: HistoryEventType::LambdaFunctionTimedOut,
        },
        Resource::Activity { .. } => Kinds {
            scheduled: HistoryEventType::ActivityScheduled,
            started: HistoryEventType::ActivityStarted,
            succeeded: HistoryEventType::ActivitySucceeded,
            failed: HistoryEventType::ActivityFailed,
            timed_out: HistoryEventType::ActivityTimedOut,
        },
        Resource::Service { .. } => Kinds {
            scheduled: HistoryEventType::TaskScheduled,
            started: HistoryEventType::TaskStarted,
            succeeded: HistoryEventType::TaskSucceeded,
            failed: HistoryEventType::TaskFailed,
            timed_out: HistoryEventType::TaskTimedOut,
        },
    }
}

fn scheduled<'d>(
    task: &'d Task,
    input: &'d Json,
    bounds: &'d Bounds,
    region: &'d str,
) -> Details<'d> {
    let role_arn = bounds.role_arn.as_deref().map(Into::into);
    let (timeout, heartbeat) = (bounds.timeout, bounds.heartbeat);
    match &task.resource {
        Resource::Service {
            service, action, ..
        } => Details::TaskScheduled {
            resource_type: (&**service).into(),
            resource: (&**action).into(),
            region: region.into(),
            parameters: EventJson::Value(input),
            timeout,
            heartbeat,
            role_arn,
        },
        Resource::Lambda { .. } | Resource::Activity { .. } | Resource::Other(_) => {
            // A function's event has no member for a heartbeat.
            let activity = matches!(task.resource, Resource::Activity { .. });
            Details::FunctionScheduled {
                resource: (&**task.resource.text()).into(),
                input: Some(EventJson::Value(input)),
                timeout,
                heartbeat: heartbeat.filter(|_| activity),
                role_arn,
            }
        }
    }
}

fn succeeded<'d>(resource: &'d Resource, output: &'d Json) -> Details<'d> {
    let output = Some(EventJson::Value(output));
    match resource {
        Resource::Service {
            service, action, ..
        } => Details::TaskOutput {
            resource_type: (&**service).into(),
            resource: (&**action).into(),
            output,
        },
        Resource::Lambda { .. } | Resource::Activity { .. } | Resource::Other(_) => {
            Details::Output { output }
        }
    }
}

fn failed<'d>(resource: &'d Resource, error: &'d StatesError) -> Details<'d> {
    match resource {
        Resource::Service {
            service, action, ..
        } => Details::TaskFailure {
            resource_type: (&**service).into(),
            resource: (&**action).into(),
            error: error.error.as_deref().map(Into::into),
            cause: error.cause.as_deref().map(Into::into),
        },
        Resource::Lambda { .. } | Resource::Activity { .. } | Resource::Other(_) => {
            Details::failure(error)
        }
    }
}

impl Execution {
    /// From here on the task's time-out and the gap between heartbeats are counted.
    fn start_clock(&mut self, task: EventId, thread: &mut Thread) {
        let now = self.recorder.now();
        if let Some(seconds) = thread.timeout_seconds {
            self.time_task_out_at(now.plus_seconds(seconds), task);
        }
        thread.heartbeat_due = thread.heartbeat_seconds.map(|s| now.plus_seconds(s));
        if let Some(due) = thread.heartbeat_due {
            self.expect_heartbeat_by(due, task);
        }
    }

    /// The task's state, when somebody still waits for the task.
    fn task_of(&self, task: EventId) -> Option<(ThreadId, Arc<Program>)> {
        let id = *self.tasks.get(&task)?;
        Some((id, Arc::clone(&self.program)))
    }

    fn with_task<R>(
        &mut self,
        task: EventId,
        act: impl FnOnce(&mut Self, ThreadId, &mut Thread, &Task) -> R,
    ) -> Option<R> {
        let (id, program) = self.task_of(task)?;
        let mut thread = self.threads.take(id)?;
        let result = match &program.state(thread.state).body {
            Body::Task(body) => Some(act(self, id, &mut thread, body)),
            _ => None,
        };
        self.threads.put_back(id, thread);
        result
    }

    pub(in crate::engine) fn task_started(
        &mut self,
        task: EventId,
        worker: Option<&str>,
        out: &mut Out<'_>,
    ) {
        self.with_task(task, |this, _, thread, body| {
            if starts_later(&body.resource) {
                this.start_clock(task, thread);
            }
            let details = match &body.resource {
                Resource::Service {
                    service, action, ..
                } => Details::TaskStarted {
                    resource_type: (&**service).into(),
                    resource: (&**action).into(),
                },
                Resource::Activity { .. } => Details::ActivityStarted {
                    worker_name: worker.map(Into::into),
                },
                Resource::Lambda { .. } | Resource::Other(_) => Details::None,
            };
            let kind = kinds(&body.resource).started;
            thread.previous = this
                .recorder
                .event(out.sink, thread.previous, kind, details);
        });
    }

    pub(in crate::engine) fn task_submitted(
        &mut self,
        task: EventId,
        output: &Json,
        out: &mut Out<'_>,
    ) {
        self.with_task(task, |this, _, thread, body| {
            if let Resource::Service { .. } = &body.resource {
                let kind = HistoryEventType::TaskSubmitted;
                let details = succeeded(&body.resource, output);
                thread.previous = this
                    .recorder
                    .event(out.sink, thread.previous, kind, details);
            }
        });
    }

    pub(in crate::engine) fn heartbeat(&mut self, task: EventId) {
        let due = self.with_task(task, |this, _, thread, _| {
            let due = this.recorder.now().plus_seconds(thread.heartbeat_seconds?);
            thread.heartbeat_due = Some(due);
            Some(due)
        });
        if let Some(due) = due.flatten() {
            self.expect_heartbeat_by(due, task);
        }
    }

    pub(in crate::engine) fn task_ended(
        &mut self,
        task: EventId,
        result: Result<Json, StatesError>,
        out: &mut Out<'_>,
    ) {
        self.with_task(task, |this, id, thread, body| {
            let kinds = kinds(&body.resource);
            let result = result.and_then(|output| check_result(&body.resource, output));
            let result = result.map_err(StatesError::shortened);
            let (kind, details) = match &result {
                Ok(output) => (kinds.succeeded, succeeded(&body.resource, output)),
                Err(error) => (kinds.failed, failed(&body.resource, error)),
            };
            // A task that could not even be attempted fails its execution without an event.
            let runtime = result
                .as_ref()
                .is_err_and(|error| error.nature == Nature::Runtime);
            if !runtime {
                thread.previous = this
                    .recorder
                    .event(out.sink, thread.previous, kind, details);
            }
            this.answer(task, id, thread, result);
        });
    }

    pub(in crate::engine) fn task_timed_out(
        &mut self,
        task: EventId,
        error: StatesError,
        out: &mut Out<'_>,
    ) {
        self.with_task(task, |this, id, thread, body| {
            let kind = kinds(&body.resource).timed_out;
            let details = failed(&body.resource, &error);
            thread.previous = this
                .recorder
                .event(out.sink, thread.previous, kind, details);
            out.effects.push(Effect::Cancel(task));
            this.answer(task, id, thread, Err(error));
        });
    }

    fn answer(
        &mut self,
        task: EventId,
        id: ThreadId,
        thread: &mut Thread,
        result: Result<Json, StatesError>,
    ) {
        self.tasks.remove(&task);
        thread.phase = Phase::Answered(result);
        thread.token = None;
        self.ready.push_back(id);
    }

    /// How often states of this name asked before: mocks count by the name (11 §11.1).
    fn count_call(&mut self, state: &Arc<str>) -> u32 {
        let calls = self.calls.entry(Arc::clone(state)).or_default();
        *calls = calls.saturating_add(1);
        *calls - 1
    }

    fn path(&self, thread: &Thread) -> ThreadPath {
        let mut path = Vec::new();
        let mut parent = thread.parent;
        while let Some((fork, index)) = parent {
            let Some(above) = self.forks.thread(fork).and_then(|id| self.threads.get(id)) else {
                break;
            };
            path.push((above.state, index));
            parent = above.parent;
        }
        path.reverse();
        ThreadPath(path.into())
    }
}

/// An oversized result is the task's failure, and Catch applies (05 §5.4, recorded).
fn check_result(resource: &Resource, output: Json) -> Result<Json, StatesError> {
    if output.size() > limits::MAX_PAYLOAD {
        return Err(StatesError::data_limit(resource.called()));
    }
    Ok(output)
}
