//! Workers that use AWS's SDK for Python: they answer activities and callbacks through the port of
//! `--callback-port`.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::ministack::MiniStack;
use crate::{Machine, command, json as printed, programs};

/// Runs a machine with a callback port, and a worker who answers `count` of its Tasks: the
/// machine's output.
#[track_caller]
fn answered(machine: &Machine, arguments: &[&str], worker: impl Fn(&mut Command)) -> Value {
    let mut run = machine
        .command(&["--callback-port", "0"])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stderr = BufReader::new(run.stderr.take().expect("piped"));
    let port = port(&mut stderr);
    let mut worker = start_worker(&machine.programs, &port, worker);
    let mut said = String::new();
    stderr.read_to_string(&mut said).expect("it speaks UTF-8");
    let ended = run.wait_with_output().expect("it ends");
    if !ended.status.success() {
        let _ = worker.kill();
    }
    let worker = worker.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{said}");
    let refused = String::from_utf8_lossy(&worker.stdout);
    assert_eq!(
        refused, "InvalidToken\n",
        "the SDK knows what it is refused for"
    );
    printed(&ended)
}

fn port(stderr: &mut impl BufRead) -> String {
    let mut line = String::new();
    stderr.read_line(&mut line).expect("it speaks UTF-8");
    let url = line.trim().strip_prefix("callback port: ");
    url.unwrap_or_else(|| panic!("no port in {line}"))
        .to_owned()
}

fn start_worker(programs: &Path, port: &str, arguments: impl Fn(&mut Command)) -> Child {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/worker.py");
    let mut worker = command(programs.join("python3"), programs);
    worker.arg(script).arg(port);
    arguments(&mut worker);
    worker
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("python starts")
}

/// A Map over two inputs, the second of which fails; errors become output.
fn map(task: &Value) -> Value {
    let mut task = task.clone();
    task["Type"] = "Task".into();
    task["End"] = true.into();
    task["HeartbeatSeconds"] = 60.into();
    task["Catch"] = json!([{"ErrorEquals": ["Card.Declined"], "Next": "Caught"}]);
    json!({
        "StartAt": "Each",
        "States": {
            "Each": {
                "Type": "Map",
                "End": true,
                "ItemProcessor": {
                    "StartAt": "Ask",
                    "States": {"Ask": task, "Caught": {"Type": "Pass", "End": true}}
                }
            }
        }
    })
}

const INPUT: [&str; 2] = ["--input", r#"[{"id": 7}, {"fail": "Card.Declined"}]"#];

fn expected() -> Value {
    json!([{"done": {"id": 7}}, {"Error": "Card.Declined", "Cause": "told by boto3"}])
}

#[test]
fn a_worker_takes_the_tasks_of_an_activity() {
    let Some(programs) = programs() else {
        return;
    };
    let activity = "arn:aws:states:us-east-1:123456789012:activity:approve";
    let machine = Machine::new(&map(&json!({"Resource": activity})), &programs);
    let output = answered(&machine, &INPUT, |worker| {
        worker.args(["activity", activity, "2"]);
    });
    assert_eq!(output, expected());
}

#[test]
fn a_worker_answers_with_tokens_that_a_service_handed_on() {
    let Some(ministack) = MiniStack::shared() else {
        return;
    };
    let made = ministack
        .aws(&["sqs", "create-queue", "--queue-name", "approvals"])
        .output();
    let made = printed(&made.expect("aws starts"));
    let queue = made["QueueUrl"].as_str().expect("a URL").to_owned();
    let definition = map(&json!({
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {
            "QueueUrl": queue,
            "MessageBody": {"token.$": "$$.Task.Token", "input.$": "$"}
        }
    }));
    let machine = Machine::new(&definition, &ministack.programs);
    let task = format!("*=aws:{}", ministack.url);
    let arguments = [INPUT[0], INPUT[1], "--task", &task];
    let output = answered(&machine, &arguments, |worker| {
        worker.args(["queue", &ministack.url, &queue, "2"]);
    });
    assert_eq!(output, expected());
}
