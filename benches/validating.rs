//! What `asl validate` takes, as a whole process: user and system CPU, the median of several runs.
//! `cargo bench --bench validating`; with `ASL_CONFORMANCE` the five hundred files are published
//! definitions, else as many made from the fixtures.

mod measure;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use measure::{asl, cpu, median};

const FILES: usize = 500;

fn main() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("validating");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    println!("{:52} {:>9}", "asl validate", "CPU");
    let one = folder.join("one.asl.json");
    fs::write(&one, tasks(8)).expect("writable");
    row("one definition", 0, &[one]);
    let (what, files, code) = published().unwrap_or_else(|| ("made", made(&folder), 0));
    row(
        &format!("{} definitions, {what}", files.len()),
        code,
        &files,
    );
    let large = folder.join("large.asl.json");
    let text = tasks(9_700);
    fs::write(&large, &text).expect("writable");
    let name = format!("a definition of {}", size(&text));
    row(&name, 0, &[large]);
    let wrong = folder.join("wrong.asl.json");
    let text = mistakes(1_000);
    fs::write(&wrong, &text).expect("writable");
    let name = format!("1000 findings in {}, told in full", size(&text));
    row(&name, 1, &[wrong]);
}

fn size(text: &str) -> String {
    let tenths = text.len() / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

fn row(name: &str, code: i32, files: &[PathBuf]) {
    let time: Duration = median(|| {
        let mut command = asl();
        command.args(["validate", "--isolated", "--max-diagnostics", "0"]);
        command.args(["-A", "definition-too-large"]).args(files);
        cpu(|| ends(command, code))
    });
    println!("{name:52} {:>6.1} ms", time.as_secs_f64() * 1000.0);
}

/// Runs a command, which must end with this exit code.
fn ends(mut command: Command, code: i32) {
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let ended = status.expect("the command starts").code();
    assert_eq!(ended, Some(code), "{command:?}");
}

/// The first definitions outside of what is kept as it was found, and of the probes.
fn published() -> Option<(&'static str, Vec<PathBuf>, i32)> {
    let root = PathBuf::from(std::env::var_os("ASL_CONFORMANCE")?).join("definitions");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).ok()?.flatten() {
            let path = entry.path();
            let aside = ["raw", "probes"].map(|name| root.join(name));
            if path.is_dir() && !aside.contains(&path) {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "json") {
                files.push(path);
            }
        }
    }
    files.sort();
    files.truncate(FILES);
    Some(("published", files, 1))
}

/// Files of one to twelve Tasks.
fn made(folder: &Path) -> Vec<PathBuf> {
    let made = (0..FILES).map(|number| {
        let path = folder.join(format!("made-{number}.asl.json"));
        fs::write(&path, tasks(1 + number % 12)).expect("writable");
        path
    });
    made.collect()
}

/// So many Tasks in a row, of half a kilobyte each.
fn tasks(count: usize) -> String {
    let mut text = "{\n \"StartAt\": \"State0\",\n \"States\": {\n".to_owned();
    for number in 0..count {
        let next = if number + 1 == count {
            "\"End\": true\n  }".to_owned()
        } else {
            format!("\"Next\": \"State{}\"\n  }},", number + 1)
        };
        writeln!(
            text,
            r#"  "State{number}": {{
   "Type": "Task",
   "Resource": "arn:aws:states:::lambda:invoke",
   "Parameters": {{
    "FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:f",
    "Payload": {{
     "id.$": "$.order.id",
     "n": {number},
     "items.$": "$.order.items[0].name"
    }}
   }},
   "ResultPath": "$.r{number}",
   "Retry": [
    {{
     "ErrorEquals": [
      "Lambda.ServiceException"
     ],
     "IntervalSeconds": 2,
     "MaxAttempts": 6,
     "BackoffRate": 2
    }}
   ],
   {next}"#
        )
        .expect("fits");
    }
    text.push_str(" }\n}\n");
    text
}

/// A megabyte in which so many transitions lead nowhere.
fn mistakes(count: usize) -> String {
    let comment = "nobody knows where this leads ".repeat(28);
    let mut text = "{\n \"StartAt\": \"State0\",\n \"States\": {\n".to_owned();
    for number in 0..count {
        writeln!(
            text,
            "  \"State{number}\": {{\n   \"Type\": \"Choice\",\n   \"Comment\": \"{comment}\",\n   \
             \"Choices\": [{{\"Variable\": \"$.a\", \"IsPresent\": true, \"Next\": \"Nowhere{number}\"}}],\n   \
             \"Default\": \"State{}\"\n  }},",
            number + 1
        )
        .expect("fits");
    }
    writeln!(
        text,
        "  \"State{count}\": {{\n   \"Type\": \"Succeed\"\n  }}\n }}\n}}"
    )
    .expect("fits");
    text
}
