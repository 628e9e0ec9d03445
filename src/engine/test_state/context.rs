//! Whether a context object that is given is one. The wordings are recorded (11 §11.5).

use super::Refusal;
use crate::data::Json;
use crate::engine::program::{Body, State};
use crate::language::IntegrationPattern;

/// The type that a member must have.
#[derive(Clone, Copy)]
enum Type {
    Any,
    Number,
    String,
}

type Members = &'static [(&'static str, Type)];

const SECTIONS: &[(&str, Members)] = &[
    (
        "Execution",
        &[
            ("Id", Type::String),
            ("Input", Type::Any),
            ("Name", Type::String),
            ("RoleArn", Type::String),
            ("StartTime", Type::String),
            ("RedriveCount", Type::Number),
            ("RedriveTime", Type::String),
        ],
    ),
    (
        "State",
        &[
            ("EnteredTime", Type::String),
            ("Name", Type::String),
            ("RetryCount", Type::Number),
        ],
    ),
    (
        "StateMachine",
        &[("Id", Type::String), ("Name", Type::String)],
    ),
    ("Task", &[("Token", Type::String)]),
];

/// Checks a context object for a state.
pub(super) fn check(context: &Json, state: &State) -> Result<(), Refusal> {
    let Some(sections) = context.as_object() else {
        return refuse("it must be a JSON object");
    };
    for (section, members) in sections.iter() {
        if &**section == "Map" {
            return refuse("'Map' field is not supported when mocking a Context object");
        }
        let Some((_, known)) = SECTIONS.iter().find(|(name, _)| *name == &**section) else {
            return refuse(&format!("Field '{section}' is not allowed"));
        };
        if &**section == "Task" && !waits(state) {
            return refuse(
                "Context object contains 'Task' when state is not a Task state with a '.sync' or \
                 '.waitForTaskToken' service integration pattern",
            );
        }
        check_section(section, members, known)?;
    }
    Ok(())
}

fn check_section(section: &str, members: &Json, known: Members) -> Result<(), Refusal> {
    let Some(members) = members.as_object() else {
        return refuse(&format!("{section} must be an object"));
    };
    for (member, value) in members.iter() {
        let Some((_, expected)) = known.iter().find(|(name, _)| *name == &**member) else {
            return refuse(&format!("Field '{member}' is not allowed"));
        };
        let (fits, name) = match expected {
            Type::Any => (true, ""),
            Type::Number => (value.as_number().is_some(), "a number"),
            Type::String => (value.as_str().is_some(), "a string"),
        };
        if !fits {
            return refuse(&format!("{section}.{member} must be {name}"));
        }
    }
    Ok(())
}

/// Whether somebody answers the Task later.
fn waits(state: &State) -> bool {
    match &state.body {
        Body::Task(task) => task.resource.pattern() != IntegrationPattern::RequestResponse,
        _ => false,
    }
}

fn refuse<T>(why: &str) -> Result<T, Refusal> {
    let message = format!("Invalid Context object provided: {why}");
    Err(Refusal::validation(message))
}
