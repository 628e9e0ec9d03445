//! What a user waits for: `asl` as a whole process, user and system CPU, the median of several
//! runs. `cargo bench --bench whole_process`.
//!
//! `ASL_BENCH_VS` may name another runner, a command that takes a definition's path and reads the
//! input on stdin, to be measured in turn: for the npm package `aws-local-stepfunctions` it is
//! `local-sfn -f`.

mod measure;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use measure::{cpu, median};

/// A definition with its input, and how it is run.
struct Workload {
    name: String,
    definition: String,
    input: String,
    logged: bool,
}

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("whole_process");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let version = measure::asl().arg("--version").output();
    assert!(
        version.is_ok_and(|output| output.status.success()),
        "asl does not start"
    );
    println!(
        "{:34} {:>9} {:>12} {:>9} {:>7}",
        "workload", "asl", "per unit", "other", "ratio"
    );
    for (workload, units) in workloads() {
        measure(&folder, &workload, units);
    }
}

fn measure(folder: &Path, workload: &Workload, units: usize) {
    let definition = folder.join("definition.json");
    let input = folder.join("input.json");
    fs::write(&definition, &workload.definition).expect("writable");
    fs::write(&input, &workload.input).expect("writable");
    let log = workload.logged.then(|| folder.join("log"));
    let ours = median(|| cpu(|| succeeds(asl(&definition, &input, log.as_deref()))));
    let other = std::env::var("ASL_BENCH_VS").ok().map(|vs| {
        median(|| {
            let mut words = vs.split_whitespace();
            let mut command = Command::new(words.next().expect("a command"));
            command.args(words).arg(&definition);
            command.stdin(fs::File::open(&input).expect("just written"));
            cpu(|| succeeds(command))
        })
    });
    let per_unit = Duration::from_nanos(
        u64::try_from(ours.as_nanos() / units as u128).expect("less than centuries"),
    );
    let millis = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1000.0);
    let ratio = other.map(|other| format!("{:.0}×", other.as_secs_f64() / ours.as_secs_f64()));
    println!(
        "{:34} {:>9} {:>12} {:>9} {:>7}",
        workload.name,
        millis(ours),
        format!("{per_unit:?}"),
        other.map(millis).unwrap_or_default(),
        ratio.unwrap_or_default(),
    );
}

fn asl(definition: &Path, input: &Path, log: Option<&Path>) -> Command {
    let mut command = measure::asl();
    command
        .arg("run")
        .arg(definition)
        .arg("--input-file")
        .arg(input)
        .args(["--max-events", "0"]);
    if let Some(log) = log {
        command.arg("--log").arg(log);
    }
    command
}

fn succeeds(mut command: Command) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(
        status.expect("the command starts").success(),
        "{command:?} failed"
    );
}

/// Each workload with the number of units its cost must grow with.
fn workloads() -> Vec<(Workload, usize)> {
    let mut all = Vec::new();
    let mut add = |name: String, definition: String, input: String, logged: bool, units: usize| {
        all.push((
            Workload {
                name,
                definition,
                input,
                logged,
            },
            units,
        ));
    };
    add(
        "one Pass, cold".into(),
        chain(1, false),
        "{}".into(),
        false,
        1,
    );
    for rounds in [5_000, 10_000, 20_000] {
        let name = format!("{} transitions, log", 2 * rounds);
        add(name, counting(rounds), "{\"n\":0}".into(), true, 2 * rounds);
    }
    for items in [5_000, 10_000, 20_000] {
        let list: Vec<String> = (0..items).map(|item: usize| item.to_string()).collect();
        let input = format!("{{\"items\":[{}]}}", list.join(","));
        add(
            format!("Map of {items} × 3 states, log"),
            MAP.into(),
            input,
            true,
            items * 3,
        );
    }
    for states in [500, 1_000, 2_000] {
        let name = format!("{states} states × 200 KB");
        add(name, chain(states, false), payload(200), false, states);
    }
    for states in [500, 1_000, 2_000] {
        let name = format!("{states} ResultPath writes, 200 KB");
        add(name, chain(states, true), payload(200), false, states);
    }
    all
}

const MAP: &str = r#"{"StartAt":"M","States":{"M":{"Type":"Map","ItemsPath":"$.items","MaxConcurrency":40,
    "ItemProcessor":{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Pass","Next":"C"},
    "C":{"Type":"Pass","End":true}}},"End":true}}}"#;

fn counting(rounds: usize) -> String {
    format!(
        r#"{{"StartAt":"Inc","States":{{
        "Inc":{{"Type":"Pass","Parameters":{{"n.$":"States.MathAdd($.n, 1)"}},"Next":"Again"}},
        "Again":{{"Type":"Choice","Choices":[{{"Variable":"$.n","NumericLessThan":{rounds},"Next":"Inc"}}],"Default":"Done"}},
        "Done":{{"Type":"Succeed"}}}}}}"#
    )
}

/// A chain of Pass states, each writing a number into the document if `writing`.
fn chain(states: usize, writing: bool) -> String {
    let mut text = "{\"StartAt\":\"S0\",\"States\":{".to_owned();
    for state in 0..states {
        let comma = if state == 0 { "" } else { "," };
        let place = state % 7;
        let write = if writing {
            format!("\"Result\":{state},\"ResultPath\":\"$.step{place}.value\",")
        } else {
            String::new()
        };
        let next = if state + 1 == states {
            "\"End\":true".to_owned()
        } else {
            format!("\"Next\":\"S{}\"", state + 1)
        };
        write!(
            text,
            "{comma}\"S{state}\":{{\"Type\":\"Pass\",{write}{next}}}"
        )
        .expect("fits");
    }
    text + "}}"
}

/// Records of customers, this many kilobytes of them.
fn payload(kilobytes: usize) -> String {
    let mut records = String::new();
    let mut id = 0;
    while records.len() < kilobytes * 1000 {
        let comma = if id == 0 { "" } else { "," };
        write!(
            records,
            "{comma}{{\"id\":{id},\"name\":\"customer-{id:06}\",\"tags\":[\"alpha\",\"beta\"],\
             \"address\":{{\"street\":\"{id} Main St\",\"zip\":\"{id:05}\"}},\"active\":true}}"
        )
        .expect("fits");
        id += 1;
    }
    format!("{{\"records\":[{records}]}}")
}
