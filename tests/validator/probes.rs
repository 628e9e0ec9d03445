//! One definition for each check that any validator makes, and valid ones with the same features.

use std::fs;

use super::recordings::{folder, say};
use super::{errors, judged};
use aslkit::syntax::Severity;

/// Invalid definitions that are rejected, and valid ones that are accepted, when this was last
/// written.
const REJECTED: usize = 112;
const ACCEPTED: usize = 30;

#[test]
fn mistakes_are_found_and_controls_are_not() {
    let Some(root) = folder() else { return };
    let root = root.join("definitions");
    let table = fs::read_to_string(root.join("probes.tsv")).expect("it lists the probes");
    let (mut invalid, mut valid, mut lint) = ([0, 0], [0, 0], [0, 0]);
    for line in table.lines().skip(1) {
        let [file, category, check, kind] = line.split('\t').collect::<Vec<_>>()[..] else {
            continue;
        };
        let text = fs::read_to_string(root.join("probes").join(file)).expect("a probe");
        let found = judged(file, &text, None);
        let errors = errors(&found);
        let told = found
            .iter()
            .any(|finding| finding.severity != Severity::Note);
        let (tally, as_wanted) = match kind {
            "invalid" => (&mut invalid, !errors.is_empty()),
            "valid" => (&mut valid, errors.is_empty()),
            _ => (&mut lint, told),
        };
        tally[0] += usize::from(as_wanted);
        tally[1] += 1;
        if !as_wanted {
            say(&format!(
                "not as wanted: {file} ({category}: {check}, {kind}) {errors:?}"
            ));
        }
    }
    say(&format!(
        "asl: rejects {} of {} invalid definitions, reports {} of {} questionable ones, accepts {} of {} valid ones",
        invalid[0], invalid[1], lint[0], lint[1], valid[0], valid[1]
    ));
    assert!(invalid[0] >= REJECTED && valid[0] >= ACCEPTED);
}
