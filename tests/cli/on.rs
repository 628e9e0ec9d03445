//! `--on`: executions elsewhere, here on `asl serve`. That others come to the same is tested in
//! `tests/services`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::asl::{Asl, Folder, Told};
use crate::server::{Server, nobody};
use crate::serving;

const MACHINE: &str = r#"{"StartAt": "Price", "States": {
  "Price": {"Type": "Pass", "Result": 12, "ResultPath": "$.price", "Next": "Done"},
  "Done": {"Type": "Succeed"}}}"#;

const FAILING: &str = r#"{"StartAt": "Stop", "States": {
  "Stop": {"Type": "Fail", "Error": "Order.Refused", "Cause": "no stock"}}}"#;

const WAITING: &str = r#"{"StartAt": "Begin", "States": {
  "Begin": {"Type": "Pass", "Next": "Wait"},
  "Wait": {"Type": "Wait", "Seconds": 3600, "End": true}}}"#;

/// A call that finds nothing of ours on AWS.
fn command(asl: &Asl) -> Command {
    let mut command = asl.command();
    let mine = std::env::vars_os().map(|(name, _)| name);
    for name in mine.filter(|name| name.to_string_lossy().starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
        .env_remove("ASL_ROLE_ARN")
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null());
    command
}

#[track_caller]
fn code(mut command: Command, expected: i32) -> Told {
    let output = command.output().expect("the program starts");
    let told = Told::of(&output);
    assert_eq!(output.status.code(), Some(expected), "{told}");
    told
}

/// A server and a folder with machines.
struct There {
    folder: Folder,
    server: serving::Server,
}

impl There {
    fn new() -> Self {
        let folder = Folder::new()
            .file("order.asl.json", MACHINE)
            .file("failing.asl.json", FAILING)
            .file("waiting.asl.json", WAITING);
        let server = serving::Server::start(&folder.path(""), &[]);
        Self { folder, server }
    }

    fn command(&self, line: &str) -> Command {
        let asl = self.folder.asl(line);
        command(&asl.args(["--on", &*self.server.url()]))
    }

    #[track_caller]
    fn code(&self, line: &str, expected: i32) -> Told {
        code(self.command(line), expected)
    }

    /// As if the server were AWS: it asks for a role, for credentials and a region.
    fn aws(&self, line: &str) -> Command {
        let mut command = command(&self.folder.asl(line));
        command
            .env("AWS_ENDPOINT_URL_SFN", self.server.url())
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "us-east-1");
        command
    }
}

fn execution(machine: &str, name: &str) -> String {
    format!("arn:aws:states:us-east-1:123456789012:execution:{machine}:{name}")
}

#[test]
fn a_run_there_is_told_as_a_run_here() {
    let there = There::new();
    let line = "run order.asl.json --input '{\"id\": 7}' --log run.jsonl --name first";
    there
        .code(line, 0)
        .stdout("{\"id\":7,\"price\":12}\n")
        .stderr_contains("created the state machine \"order\" on http://127.0.0.1:")
        .stderr_contains("✔ SUCCEEDED  order")
        .stderr_contains("✔ Price");
    let log = there.folder.read("run.jsonl");
    let header: Value = serde_json::from_str(log.lines().next().expect("a header")).expect("JSON");
    assert_eq!(header["executionArn"], execution("order", "first"));
    assert_eq!(log.lines().count(), 1 + 6, "{log}");
    there
        .code("run failing.asl.json", 1)
        .stdout("")
        .stderr_contains("✖ Stop ended the execution with Order.Refused");
    there
        .code("run failing.asl.json -q", 1)
        .stderr("error: Order.Refused: no stock\n");
}

#[test]
fn a_machine_that_has_changed_is_updated_and_else_left_alone() {
    let mut there = There::new();
    there.code("run order.asl.json", 0);
    // Other blanks make no other machine.
    there.folder = there
        .folder
        .file("order.asl.json", MACHINE.replace('\n', " "));
    there
        .code("run order.asl.json", 0)
        .stderr_lacks("the state machine \"order\" on");
    there.folder = there
        .folder
        .file("order.asl.json", MACHINE.replace("12", "13"));
    there
        .code("run order.asl.json", 0)
        .stdout("{\"price\":13}\n")
        .stderr_contains("updated the state machine \"order\"");
}

#[test]
fn yaml_and_a_name_are_sent_as_the_service_takes_them() {
    let there = There::new();
    let folder = there.folder.clone().file(
        "stop.asl.yaml",
        "StartAt: Stop\nStates:\n  Stop: {Type: Succeed}\n",
    );
    let line = "run stop.asl.yaml --machine-name other --name mine";
    let there = There { folder, ..there };
    there.code(line, 0).stdout("{}\n");
    let mut client = there.server.client();
    let asked = json!({"executionArn": execution("other", "mine")});
    let described = client.must("DescribeStateMachineForExecution", &asked);
    let definition = described["definition"].as_str().expect("a definition");
    let definition: Value = serde_json::from_str(definition).expect("JSON");
    assert_eq!(definition["StartAt"], "Stop");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_the_execution_there() {
    use rustix::process::{Pid, Signal, kill_process};

    let there = There::new();
    let line = "run waiting.asl.json --name mine --progress lines";
    let mut child = there
        .command(line)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut said = BufReader::new(child.stderr.take().expect("piped")).lines();
    let is_begun =
        |line: &std::io::Result<String>| line.as_ref().is_ok_and(|line| line.contains("✔ Begin"));
    assert!(said.any(|line| is_begun(&line)), "it ended too soon");
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    let told: Vec<String> = said.map_while(Result::ok).collect();
    let ended = child.wait().expect("it ends");
    assert_eq!(ended.code(), Some(130), "{told:?}");
    assert!(
        told.iter().any(|line| line.contains("⊘ ABORTED")),
        "{told:?}"
    );
    let asked = json!({"executionArn": execution("waiting", "mine")});
    let described = there.server.client().must("DescribeExecution", &asked);
    assert_eq!(described["status"], "ABORTED");
    assert_eq!(described["cause"], "interrupted");
}

#[test]
fn a_time_that_is_over_stops_the_execution_there() {
    let there = There::new();
    there
        .code("run waiting.asl.json --timeout 100ms", 3)
        .stderr_contains("OutOfTime");
}

#[test]
fn an_execution_there_is_read_with_its_definition() {
    let there = There::new();
    there.code("run failing.asl.json --name bad", 1);
    let arn = execution("failing", "bad");
    there
        .code(&format!("history {arn}"), 0)
        .stdout_contains("✖ Stop ended the execution with Order.Refused");
    there
        .code(&format!("history {arn} --follow"), 0)
        .stdout_contains("no stock");
    there
        .code(&format!("history {arn} -o page.html"), 0)
        .stdout("");
    assert!(there.folder.read("page.html").contains("<svg"));
}

#[test]
fn an_execution_that_cannot_be_read_is_told() {
    let there = There::new();
    there
        .code(&format!("history {}", execution("order", "none")), 2)
        .stderr_contains("ExecutionDoesNotExist: Execution Does Not Exist")
        .stderr_contains("kept for 90 days");
    there
        .code("history run.jsonl", 2)
        .stderr_contains("run.jsonl is no ARN of an execution");
    there
        .code(
            "history arn:aws:states:us-east-1:123456789012:express:order:a:b",
            2,
        )
        .stderr_contains("an EXPRESS execution, which has no history");
}

#[test]
fn a_service_that_cannot_be_called_is_told() {
    let folder = Folder::new().file("order.asl.json", MACHINE);
    let run = |target: &str| command(&folder.asl("run order.asl.json").args(["--on", target]));
    let nobody = nobody();
    code(run(&nobody), 2).stderr_contains("Connection refused");
    let other = Server::start().url("");
    code(run(&other), 2).stderr_contains("and nothing that the Step Functions API says");
    code(run("aws"), 2).stderr_contains("no region: name one by --region");
    let mut nameless = run("aws");
    nameless.env("AWS_REGION", "eu-central-1");
    code(nameless, 2)
        .stderr_contains("no credentials for AWS Step Functions in eu-central-1")
        .stderr_contains("--on aws:PROFILE");
    code(run("ftp://there"), 2).stderr_contains("use aws, aws:PROFILE, or a URL");
}

#[test]
fn a_machine_that_is_created_needs_a_role() {
    let there = There::new();
    let line = "run order.asl.json --on aws";
    code(there.aws(line), 2)
        .stderr_contains("there is no state machine \"order\" on AWS Step Functions in us-east-1")
        .stderr_contains("--role ARN or ASL_ROLE_ARN");
    let mut named = there.aws(line);
    named.env("ASL_ROLE_ARN", "arn:aws:iam::123456789012:role/order");
    code(named, 0).stdout("{\"price\":12}\n");
    // It is there now, with its role.
    code(there.aws(line), 0);
}

/// An execution that is started right after an update may begin with the definition from before.
#[test]
fn after_an_update_on_aws_its_version_is_started() {
    let there = There::new();
    let role = "arn:aws:iam::123456789012:role/order";
    let line = format!("run order.asl.json --on aws --role {role}");
    code(there.aws(&line), 0);
    let folder = there.folder.clone();
    let folder = folder.file("order.asl.json", MACHINE.replace("12", "13"));
    let there = There { folder, ..there };
    code(there.aws(&format!("{line} --name second")), 0)
        .stdout("{\"price\":13}\n")
        .stderr_contains("updated the state machine \"order\"")
        .stderr_lacks("no version could be published");
    let asked = json!({"executionArn": execution("order", "second")});
    let described = there.server.client().must("DescribeExecution", &asked);
    let version = described["stateMachineVersionArn"].as_str();
    assert_eq!(
        version,
        Some("arn:aws:states:us-east-1:123456789012:stateMachine:order:1")
    );
}

#[test]
fn a_definition_that_is_refused_is_told_in_the_services_words() {
    let there = There::new();
    let folder = there.folder.clone().file(
        "wrong.asl.json",
        r#"{"StartAt": "Gone", "States": {"A": {"Type": "Succeed"}}}"#,
    );
    let there = There { folder, ..there };
    there
        .code("run wrong.asl.json", 1)
        .stderr_contains("InvalidDefinition: Invalid State Machine Definition")
        .stderr_contains("asl validate tells where");
}

#[test]
fn express_machines_tell_their_end() {
    let there = There::new();
    let line = "run failing.asl.json --type express --machine-name fast";
    there
        .code(line, 1)
        .stderr_contains("note: EXPRESS executions have no history there")
        .stderr_contains("error: Order.Refused: no stock");
    there.code("run failing.asl.json", 1);
    there
        .code("run failing.asl.json --type express", 2)
        .stderr_contains("is STANDARD on http://127.0.0.1:");
}

#[test]
fn what_only_makes_sense_here_is_refused() {
    let check = |option: &str| {
        let line = format!("run order.asl.json --on aws {option}");
        Asl::new(&line)
            .code(2)
            .stderr_contains("cannot be used with");
    };
    check("--mock mocks.yaml");
    check("--handlers handlers.toml");
    check("--task '*=cmd:cat'");
    check("--time skip");
    check("--seed 1");
    check("--account 1");
    check("--inputs in.jsonl");
    check("--dry");
    check("--watch");
    Asl::new("run order.asl.json --role r")
        .code(2)
        .stderr_contains("--on <aws[:PROFILE]|URL>");
}

#[test]
fn cases_that_mock_nothing_are_tested_there() {
    let there = There::new();
    let folder = there.folder.clone().file(
        "order.asltest.yaml",
        r"
machine: order.asl.json
cases:
  priced:
    input: {id: 7}
    expect: {output: {id: 7, price: 12}, path: [Price, Done]}
  wrong:
    expect: {output-includes: {price: 13}}
  at midnight:
    start-time: 2026-01-01T00:00:00Z
",
    );
    let there = There { folder, ..there };
    there
        .code("test order.asltest.yaml", 1)
        .stdout_contains("PASS order.asltest.yaml::priced")
        .stdout_contains("FAIL order.asltest.yaml::wrong")
        .stdout_contains("price  13 → 12")
        .stdout_contains("--filter wrong --on http://127.0.0.1:")
        .stdout_contains("SKIP order.asltest.yaml::at midnight  --on: it says when it starts");
    there.code("test order.asltest.yaml --filter priced", 0);
    there
        .code("test order.asltest.yaml --filter midnight", 4)
        .stderr_contains("no case can run there");
}
