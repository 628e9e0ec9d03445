//! Text into a tree that knows where everything stands.
//!
//! JSON and YAML are read into one [`Tree`]: order, spans and duplicate keys are kept, and a
//! broken text still gives the tree of what could be read. Nothing here knows states.

mod diagnostic;
mod source;
mod tree;

pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
pub use source::{Source, Span};
pub use tree::{Entry, Kind, Node, NodeId, Tree, TreeBuilder};
