//! The context object: `$$.` in JSONPath, `$states.context.` in JSONata (01-fields §1.8).

use super::Word;

/// Its members, by their path.
pub(in crate::lsp) const CONTEXT: &[Word] = &[
    ("Execution", "What is known of the execution."),
    ("Execution.Id", "The execution's ARN."),
    (
        "Execution.Input",
        "The input that the execution was started with.",
    ),
    ("Execution.Name", "The execution's name."),
    (
        "Execution.RedriveCount",
        "How often the execution was redriven.",
    ),
    (
        "Execution.RedriveTime",
        "When the execution was last redriven; absent before.",
    ),
    (
        "Execution.RoleArn",
        "The role that the execution runs with.",
    ),
    (
        "Execution.StartTime",
        "When the execution started, in ISO 8601.",
    ),
    ("Map", "What is known of the iteration, within a Map."),
    ("Map.Item", "The item of the iteration."),
    ("Map.Item.Index", "The item's number, from 0."),
    (
        "Map.Item.Key",
        "The item's key, when the Map goes over an object.",
    ),
    (
        "Map.Item.Source",
        "Where the item was read from: `STATE_DATA` or an S3 URI.",
    ),
    ("Map.Item.Value", "The item."),
    ("State", "What is known of the state that runs."),
    (
        "State.EnteredTime",
        "When the state was entered, in ISO 8601.",
    ),
    ("State.Name", "The state's name."),
    (
        "State.RetryCount",
        "How often the Task was tried again; absent for a Pass.",
    ),
    ("StateMachine", "What is known of the state machine."),
    ("StateMachine.Id", "The state machine's ARN."),
    ("StateMachine.Name", "The state machine's name."),
    ("Task", "What is known of the Task."),
    (
        "Task.Token",
        "The token that a callback answers with, in `.waitForTaskToken` and activities.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_alphabetical_order() {
        assert!(CONTEXT.is_sorted_by_key(|(path, _)| path));
    }
}
