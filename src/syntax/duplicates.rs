//! Keys that stand twice in one object. RFC 8259 leaves their meaning open, and readers differ.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use super::Entry;
use super::findings::Findings;

/// Objects up to this size are compared pair by pair, which is faster than hashing them.
const SMALL: usize = 16;

/// Reports every key that repeats an earlier one.
pub(super) fn report(entries: &[Entry], findings: &mut Findings<'_>) {
    if entries.len() <= SMALL {
        for (at, entry) in entries.iter().enumerate() {
            if let Some(first) = entries[..at].iter().find(|first| first.key == entry.key) {
                findings.duplicate(&entry.key, first.key_span, entry.key_span);
            }
        }
        return;
    }
    let mut seen = HashMap::with_capacity_and_hasher(entries.len(), FixedState::default());
    for entry in entries {
        let first = *seen.entry(&*entry.key).or_insert(entry.key_span);
        if first != entry.key_span {
            findings.duplicate(&entry.key, first, entry.key_span);
        }
    }
}
