//! What others find: counted in the table of checks, which was measured with the same definitions.

use std::fs;

use super::recordings::{folder, say};

const PEERS: [&str; 5] = [
    "asl-validator",
    "statelint",
    "amazon-states-language-service",
    "cfn-lint",
    "@wmfs/statelint",
];

#[test]
fn peers_find_less() {
    let Some(root) = folder() else { return };
    let path = root.join("definitions/checks.md");
    let text = fs::read_to_string(path).expect("the table of checks");
    let rows: Vec<Vec<&str>> = text.lines().filter_map(row).collect();
    for (at, peer) in PEERS.iter().enumerate() {
        let found = rows.iter().filter(|row| row[4 + at] == "yes").count();
        say(&format!(
            "{peer}: rejects {found} of {} invalid definitions",
            rows.len()
        ));
    }
}

/// The cells of a row about an invalid definition.
fn row(line: &str) -> Option<Vec<&str>> {
    let cells: Vec<&str> = line
        .trim()
        .trim_matches('|')
        .split(" | ")
        .map(str::trim)
        .collect();
    (cells.len() >= 9 && cells[0].parse::<u32>().is_ok() && cells[3] == "invalid").then_some(cells)
}
