//! The members of `$states`: which there are, who sees them, what they are.

use super::StatesView;
use crate::data::Json;

/// The members of `$states` that an expression reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent members")]
pub struct Members {
    /// `$states.input`
    pub input: bool,
    /// `$states.context`
    pub context: bool,
    /// `$states.result`
    pub result: bool,
    /// `$states.errorOutput`
    pub error_output: bool,
}

const INPUT: &str = "input";
const CONTEXT: &str = "context";
const RESULT: &str = "result";
const ERROR_OUTPUT: &str = "errorOutput";

impl Members {
    /// What every field sees (01-fields §1.7).
    pub const INPUT: Self = Self {
        input: true,
        context: true,
        result: false,
        error_output: false,
    };

    /// What `Output` and `Assign` of a Task, Parallel or Map see.
    pub const RESULT: Self = Self {
        result: true,
        ..Self::INPUT
    };

    /// What the fields of a Catcher see.
    pub const ERROR_OUTPUT: Self = Self {
        error_output: true,
        ..Self::INPUT
    };

    pub(super) const ALL: Self = Self {
        result: true,
        ..Self::ERROR_OUTPUT
    };

    /// Those whose names are asked for.
    pub(super) fn of(is_one: impl Fn(&str) -> bool) -> Self {
        Self {
            input: is_one(INPUT),
            context: is_one(CONTEXT),
            result: is_one(RESULT),
            error_output: is_one(ERROR_OUTPUT),
        }
    }

    /// Whether the member of this name is one of them.
    #[must_use]
    pub fn has(self, name: &str) -> bool {
        self.names().any(|member| member == name)
    }

    /// Their names, in the order AWS prints them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let members = [
            (INPUT, self.input),
            (CONTEXT, self.context),
            (RESULT, self.result),
            (ERROR_OUTPUT, self.error_output),
        ];
        let seen = members.into_iter().filter(|(_, seen)| *seen);
        seen.map(|(name, _)| name)
    }
}

/// The member of this name, when the field has it.
pub(super) fn states_member(view: &StatesView<'_>, name: &str) -> Option<Json> {
    match name {
        INPUT => Some(view.input.clone()),
        CONTEXT => Some((view.context)()),
        RESULT => view.result.cloned(),
        ERROR_OUTPUT => view.error_output.cloned(),
        _ => None,
    }
}

/// `$states` with some of its members.
pub(super) fn states(view: &StatesView<'_>, members: Members) -> Json {
    let names = members.names();
    names
        .filter_map(|name| Some((name, states_member(view, name)?)))
        .collect()
}
