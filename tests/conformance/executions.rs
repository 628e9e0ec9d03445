//! Recorded executions, compared strictly by the judge that lies beside them.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::cases::{self, Case};
use super::causes;
use super::recordings::{folder, say};
use super::replayer;

/// A group of cases with the number of equal ones that must be reached.
struct Group {
    name: &'static str,
    belongs: fn(&Case) -> bool,
    floor: usize,
}

const GROUPS: [Group; 4] = [
    Group {
        name: "JSONPath, none or lambda, outcome only",
        belongs: |case| simple(case) && json_path(case) && case.history.is_empty(),
        floor: 286,
    },
    Group {
        name: "JSONPath, none or lambda, with history",
        belongs: |case| simple(case) && json_path(case) && !case.history.is_empty(),
        floor: 225,
    },
    Group {
        name: "JSONata or mixed, none or lambda",
        belongs: |case| simple(case) && !json_path(case),
        floor: 98,
    },
    Group {
        name: "all other needs",
        belongs: |case| !simple(case),
        floor: 93,
    },
];

fn simple(case: &Case) -> bool {
    case.needs
        .iter()
        .all(|need| need == "none" || need == "lambda")
}

fn json_path(case: &Case) -> bool {
    case.query_language == "JSONPath"
}

#[test]
fn recorded_executions_come_out_as_on_aws() {
    let Some(folder) = folder() else { return };
    let cases = cases::executions(&folder);
    let mut results = String::new();
    let mut refused = BTreeMap::new();
    for case in &cases {
        match replayer::history(case) {
            Ok(events) => {
                let line = serde_json::json!({"id": case.id, "actual": events});
                writeln!(results, "{line}").expect("a string takes all");
            }
            Err(why) => {
                refused.insert(case.id.clone(), why);
            }
        }
    }
    let verdicts = judge(&folder, "results.jsonl", &results);
    let mut report = String::new();
    let mut missed = Vec::new();
    for group in &GROUPS {
        let members: Vec<&Case> = cases.iter().filter(|case| (group.belongs)(case)).collect();
        let is_equal = |case: &&&Case| verdicts.get(&case.id).is_some_and(|v| v["equal"] == true);
        let equal = members.iter().filter(is_equal).count();
        say(&format!(
            "{}: {equal} of {} equal (floor {})",
            group.name,
            members.len(),
            group.floor
        ));
        if equal < group.floor {
            missed.push(group.name);
        }
        for case in members.iter().filter(|case| !is_equal(case)) {
            let why = refused.get(&case.id).map(|why| format!("refused: {why}"));
            let why = why.unwrap_or_else(|| verdicts[&case.id]["difference"].to_string());
            let cause = causes::of(&case.id).unwrap_or("not explained");
            writeln!(report, "{}\t{}\t{cause}\t{why}", group.name, case.id)
                .expect("a string takes all");
        }
    }
    let differs = |case: &str| verdicts.get(case).is_none_or(|v| v["equal"] != true);
    let mut known = 0;
    for cause in causes::CAUSES {
        let cases: Vec<_> = cause.cases.iter().filter(|case| differs(case)).collect();
        known += cases.len();
        say(&format!("{} differ: {}", cases.len(), cause.why));
    }
    let all = cases.iter().filter(|case| differs(&case.id)).count();
    say(&format!("{} differ without an explanation", all - known));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("differences.tsv");
    fs::write(&path, report).expect("the target folder can be written");
    say(&format!("each difference: {}", path.display()));
    assert!(missed.is_empty(), "under the floor: {missed:?}");
}

/// The verdict on each result: `compare.py --batch` compares strictly.
pub fn judge(folder: &Path, file: &str, results: &str) -> HashMap<String, Value> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    fs::write(&path, results).expect("the target folder can be written");
    let output = Command::new("python3")
        .arg(folder.join("conformance/compare.py"))
        .arg("--batch")
        .arg(&path)
        .output()
        .expect("python3 is needed to judge recorded executions");
    let text = String::from_utf8(output.stdout).expect("verdicts are text");
    let verdict = |line: &str| {
        let verdict: Value = serde_json::from_str(line).expect("a verdict is JSON");
        (verdict["id"].as_str().expect("an id").to_owned(), verdict)
    };
    text.lines().map(verdict).collect()
}
