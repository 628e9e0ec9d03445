//! What the context object has (01-fields §1.8).

use std::sync::{Arc, LazyLock};

use super::Shape;

const EXECUTION: [&str; 7] = [
    "Id",
    "Input",
    "Name",
    "RoleArn",
    "StartTime",
    "RedriveCount",
    "RedriveTime",
];

/// The context object wherever it is read: which of its parts a state sees is not told apart.
pub(in crate::lint) static CONTEXT_OBJECT: LazyLock<Shape> = LazyLock::new(|| {
    let item = object(["Index", "Value", "Key", "Source"].map(unknown));
    object([
        ("Execution", object(EXECUTION.map(unknown))),
        ("StateMachine", object(["Id", "Name"].map(unknown))),
        (
            "State",
            object(["Name", "EnteredTime", "RetryCount"].map(unknown)),
        ),
        ("Task", object([unknown("Token")])),
        ("Map", object([("Item", item)])),
    ])
});

fn unknown(name: &'static str) -> (&'static str, Shape) {
    (name, Shape::Unknown)
}

fn object<const N: usize>(fields: [(&'static str, Shape); N]) -> Shape {
    Shape::closed(fields.map(|(name, shape)| (Arc::from(name), shape)))
}
