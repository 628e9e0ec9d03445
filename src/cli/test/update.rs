//! `-U`: outputs that are not as a suite has them are written into it.

use super::Done;
use super::load::Loaded;
use crate::cli::document::reason;
use crate::cli::output::Failure;
use crate::cli::write;
use crate::engine::Outcome;
use crate::suite::{self, Document, Failed, Match, Mismatch, Verdict};
use crate::syntax::Edit;

/// Rewrites the suites, and judges their cases anew. Only what an execution put out is written:
/// one that failed has nothing that could be meant.
pub(super) fn write(done: &mut [Done], suites: &[Loaded]) -> Result<(), Failure> {
    for (at, loaded) in suites.iter().enumerate() {
        let mut edits = Vec::new();
        for done in done.iter_mut().filter(|done| done.at.0 == at) {
            edits.extend(edits_of(done, loaded).unwrap_or_default());
        }
        if edits.is_empty() {
            continue;
        }
        let text = suite::apply(&loaded.source.text, edits);
        write::replace(&loaded.path, &text).map_err(|error| {
            let (path, reason) = (loaded.path.display(), reason(&error));
            Failure::usage(format_args!("cannot write {path}: {reason}"))
        })?;
    }
    Ok(())
}

/// The edits that make a case expect what it put out.
fn edits_of(done: &mut Done, loaded: &Loaded) -> Option<Vec<Edit>> {
    let Verdict::Failed(failed) = &mut done.tested.verdict else {
        return None;
    };
    let (_, node) = loaded.suite.cases[done.at.1].expect.output.as_ref()?;
    let Outcome::Succeeded(output) = &failed.ran.outcome else {
        return None;
    };
    let node = loaded.tree.node(*node);
    let edits = suite::recorded(&loaded.source, loaded.format, node, output);
    let Failed { mismatches, .. } = &mut **failed;
    mismatches.retain(|mismatch| {
        !matches!(
            mismatch,
            Mismatch::Document {
                what: Document::Output(Match::Equal),
                ..
            }
        )
    });
    if mismatches.is_empty() {
        done.tested.verdict = Verdict::Updated;
    }
    Some(edits)
}
