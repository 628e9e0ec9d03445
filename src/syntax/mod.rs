//! Text into a tree that knows where everything stands.
//!
//! JSON, YAML and TOML are read into one [`Tree`]: order, spans and duplicate keys are kept, and a
//! broken text still gives the tree of what could be read. Nothing here knows states.

mod diagnostic;
mod duplicates;
pub mod embedded;
mod findings;
pub mod json;
mod line_index;
mod locate;
mod number;
mod pointer;
mod read;
pub mod similar;
mod source;
pub mod toml;
mod tree;
mod within;
pub mod yaml;

pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
pub use line_index::{LineIndex, Position};
pub use read::{Format, decode, read};
pub use source::{Source, Span};
pub use tree::{Entry, Fields, Kind, Node, NodeId, Tree, TreeBuilder};
