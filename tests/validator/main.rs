//! How good the linter is, in numbers: definitions with one mistake each and controls without,
//! definitions whose authors say whether they are valid, what AWS was recorded to say, and what
//! other validators find of the same mistakes. The definitions are read from the folder that
//! `ASL_CONFORMANCE` names; a floor may rise, never fall.

#[path = "../support/recordings.rs"]
mod recordings;

mod labels;
mod peers;
mod probes;
mod published;
mod recorded;

use aslkit::language::{self, StateMachineType};
use aslkit::lint;
use aslkit::syntax::{Diagnostic, Format, Severity, Source, read};

/// What the linter says of a text, as a file of this name.
fn judged(name: &str, text: &str, machine_type: Option<StateMachineType>) -> Vec<Diagnostic> {
    let source = Source::new(name, text);
    let (tree, mut found) = read(&source, Format::of(name, text));
    if found
        .iter()
        .any(|f| f.rule == "syntax" && f.severity == Severity::Error)
    {
        return found;
    }
    let (machine, of_model) = language::read(&tree);
    let definition = lint::Definition {
        source: &source,
        tree: &tree,
        machine: &machine,
    };
    let options = lint::Options {
        machine_type,
        ..lint::Options::default()
    };
    found.extend(lint::check(definition, of_model, &options));
    found
}

fn errors(found: &[Diagnostic]) -> Vec<String> {
    let errors = found
        .iter()
        .filter(|finding| finding.severity == Severity::Error);
    errors
        .map(|finding| format!("[{}] {}", finding.rule, finding.message))
        .collect()
}
