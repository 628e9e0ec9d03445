//! Succeed: the end of a scope.

/// What only a Succeed state has: nothing.
#[derive(Clone, Copy, Debug)]
pub struct Succeed;
