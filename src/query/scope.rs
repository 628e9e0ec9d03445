//! What an expression can see: a view that is never materialised.

use crate::data::Json;

/// The input, variables and context object that an expression reads.
///
/// Documents are handles, so answers are cheap clones.
pub trait Scope {
    /// `$`: the document that paths start from.
    fn input(&self) -> &Json;

    /// `$name`: a variable's value, when it was assigned.
    fn variable(&self, name: &str) -> Option<&Json>;

    /// `$$`: the context object as a whole. Paths ask for it only when
    /// [`context_member`](Self::context_member) cannot answer.
    fn context(&self) -> Json;

    /// `$$.Execution.Input` and its like, without building the rest of the context object.
    fn context_member(&self, section: &str, member: &str) -> Option<Json>;
}

/// A scope of one document: no variables, an empty context object.
#[derive(Clone, Debug, Default)]
pub struct DocumentScope(pub Json);

impl Scope for DocumentScope {
    fn input(&self) -> &Json {
        &self.0
    }

    fn variable(&self, _: &str) -> Option<&Json> {
        None
    }

    fn context(&self) -> Json {
        Json::empty_object()
    }

    fn context_member(&self, _: &str, _: &str) -> Option<Json> {
        None
    }
}
