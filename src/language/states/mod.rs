//! The eight types of state: one file each, named as in every other phase.

mod choice;
mod comparison;
mod fail;
mod map;
mod parallel;
mod pass;
mod succeed;
mod task;
mod wait;

pub use choice::{Choice, ChoiceRule, Condition};
pub use comparison::{Comparison, Operator, Relation, TypeTest, ValueFamily};
pub use fail::Fail;
pub use map::{ItemProcessor, Map, ProcessorMode};
pub use parallel::Parallel;
pub use pass::Pass;
pub use succeed::Succeed;
pub use task::Task;
pub use wait::Wait;
