//! What the context object says of a task: kept as handles, and made an object only when somebody
//! asks for it, which few of those do who work on tasks.

use super::scope::Item;
use super::{Identity, TaskRequest};
use crate::data::{Json, Timestamp};

/// What the context object says of a task beyond its request.
#[derive(Clone, Debug)]
pub struct TaskContext {
    /// `$$.Execution.Input`
    pub(super) input: Json,
    /// `$$.Execution.StartTime`
    pub(super) started: Timestamp,
    /// `$$.Execution.RedriveCount`
    pub(super) redrives: u32,
    /// `$$.State.EnteredTime`
    pub(super) entered: Timestamp,
    /// `$$.Map.Item`, inside a Map.
    pub(super) item: Option<Item>,
    /// When the task was asked for.
    pub(super) now: Timestamp,
}

impl TaskContext {
    /// When the task was asked for.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
}

impl TaskRequest {
    /// The context object as the Task's own expressions saw it (01-fields §1.8).
    #[must_use]
    pub fn context_object(&self, identity: &Identity) -> Json {
        let context = &self.context;
        let text = |text: &std::sync::Arc<str>| Json::String(text.clone());
        let execution: Json = [
            ("Id", text(&identity.execution_arn)),
            ("Input", context.input.clone()),
            ("StartTime", Json::from(context.started.to_string())),
            ("Name", text(&identity.name)),
            ("RoleArn", text(&identity.role_arn)),
            ("RedriveCount", Json::from(i64::from(context.redrives))),
        ]
        .into_iter()
        .collect();
        let machine = [
            ("Id", text(&identity.state_machine_arn)),
            ("Name", text(&identity.state_machine_name)),
        ];
        let state = [
            ("Name", text(&self.name)),
            ("EnteredTime", Json::from(context.entered.to_string())),
            ("RetryCount", Json::from(i64::from(self.attempt))),
        ];
        let token = self.token.as_ref();
        let token = token.map(|token| [("Token", text(token))].into_iter().collect());
        let item = context.item.as_ref();
        let item = item.map(|item| [("Item", item.object())].into_iter().collect());
        let sections = [
            Some(("Execution", execution)),
            Some(("StateMachine", machine.into_iter().collect())),
            Some(("State", state.into_iter().collect())),
            token.map(|task: Json| ("Task", task)),
            item.map(|map: Json| ("Map", map)),
        ];
        sections.into_iter().flatten().collect()
    }
}
