//! Services of AWS through the AWS CLI, here a script that stands for it: what it is given, and
//! what becomes of what it says. The real one is held against in `tests/services`.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::asl::{Asl, Folder, Told};
use crate::handlers::caught;

/// Tells what it was given, and does what `stand-in` says.
const AWS: &str = r#"#!/bin/sh
echo "$*" >> calls
for argument; do
  case "$argument" in
    file://*) cp "${argument#file://}" parameters.json ;;
    fileb://*) cp "${argument#fileb://}" sent ;;
    */received) received="$argument" ;;
  esac
done
. ./stand-in
"#;

/// A machine with one Task, whose error becomes the output.
fn definition(resource: &str, parameters: &Value) -> String {
    json!({
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": format!("arn:aws:states:::{resource}"),
                "Parameters": parameters,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
                "End": true
            },
            "Caught": {"Type": "Pass", "End": true}
        }
    })
    .to_string()
}

/// A folder with a machine and an `aws` that does what the script says.
fn folder(resource: &str, parameters: &Value, script: &str) -> Folder {
    let folder = Folder::new()
        .file("bin/aws", AWS)
        .file("stand-in", script)
        .file("call.asl.json", definition(resource, parameters));
    let aws = folder.path("bin/aws");
    std::fs::set_permissions(aws, PermissionsExt::from_mode(0o755)).expect("it is our file");
    folder
}

fn asl(folder: &Folder, how: &str) -> Asl {
    let path = std::env::var("PATH").expect("there is a PATH");
    let path = format!("{}:{path}", folder.path("bin").display());
    folder
        .asl("run call.asl.json --task")
        .args([format!("*=aws:{how}")])
        .env("PATH", String::leak(path))
        .env("AWS_ACCESS_KEY_ID", "key")
}

fn called(resource: &str, parameters: &Value, script: &str) -> (Folder, Told) {
    let folder = folder(resource, parameters, script);
    let told = asl(&folder, "").code(0);
    (folder, told)
}

#[test]
fn a_call_is_a_command_with_its_parameters_in_a_file() {
    let parameters = json!({"TableName": "t", "Item": {"id": {"S": "7"}}});
    let (folder, told) = called("aws-sdk:dynamodb:putItem", &parameters, "");
    told.stdout("{}\n");
    let call = folder.read("calls");
    assert!(
        call.starts_with("dynamodb put-item --cli-input-json file:///"),
        "{call}"
    );
    assert!(call.ends_with(" --output json\n"), "{call}");
    assert_eq!(folder.read("parameters.json"), parameters.to_string());
}

#[test]
fn how_aws_is_reached_is_said_first() {
    let folder = folder("sqs:sendMessage", &json!({"MessageBody": {"a": 1}}), "");
    asl(&folder, "http://127.0.0.1:4566").code(0);
    asl(&folder, "dev").code(0);
    let calls = folder.read("calls");
    let calls: Vec<&str> = calls.lines().collect();
    let start = "--endpoint-url http://127.0.0.1:4566 --region us-east-1 sqs send-message ";
    assert!(calls[0].starts_with(start), "{calls:?}");
    assert!(
        calls[1].starts_with("--profile dev sqs send-message "),
        "{calls:?}"
    );
    let written = r#"{"MessageBody":"{\"a\":1}"}"#;
    assert_eq!(folder.read("parameters.json"), written);
}

#[test]
fn what_the_cli_prints_is_the_result() {
    let script = "echo '{ \"MessageId\": \"m-1\" }'";
    let (_, told) = called("aws-sdk:sqs:sendMessage", &json!({}), script);
    told.stdout("{\"MessageId\":\"m-1\"}\n");
    let (_, told) = called("sqs:sendMessage", &json!({}), script);
    told.stdout("{\"MessageId\":\"m-1\",\"SdkHttpMetadata\":{\"HttpStatusCode\":200}}\n");
    let script = "echo '{\"activityArn\": \"a\"}'";
    let (_, told) = called("aws-sdk:sfn:createActivity", &json!({}), script);
    told.stdout("{\"ActivityArn\":\"a\"}\n");
}

#[test]
fn bytes_come_and_go_by_files() {
    let script = "echo '{\"ETag\": \"e\"}'; printf hello > \"$received\"";
    let (_, told) = called("aws-sdk:s3:getObject", &json!({"Bucket": "b"}), script);
    told.stdout("{\"ETag\":\"e\",\"Body\":\"hello\"}\n");
    let script =
        "echo '{\"StatusCode\": 200, \"ExecutedVersion\": \"1\"}'; cat sent > \"$received\"";
    let parameters = json!({"FunctionName": "charge", "Payload": {"id": 7}});
    let (folder, told) = called("lambda:invoke", &parameters, script);
    let result = told.json();
    assert_eq!(result["Payload"], json!({"id": 7}));
    assert_eq!(result["ExecutedVersion"], "1");
    assert_eq!(folder.read("parameters.json"), "charge");
    let call = folder.read("calls");
    assert!(
        call.starts_with("lambda invoke --payload fileb:///"),
        "{call}"
    );
    assert!(call.contains(" --function-name file:///"), "{call}");
    let script = "echo '{\"FunctionError\": \"Unhandled\"}'; echo '{\"errorType\": \"Declined\"}' > \"$received\"";
    let (_, told) = called("lambda:invoke", &parameters, script);
    assert_eq!(caught(&told).0, "Declined", "{told}");
}

#[test]
fn names_that_the_api_writes_otherwise_are_asked_for_once() {
    let script = r#"case "$*" in
        *skeleton*) echo '{"stateMachineArn": "", "input": ""}' ;;
        *) grep -q stateMachineArn parameters.json || {
             echo 'Parameter validation failed:' >&2
             echo 'Unknown parameter in input: "StateMachineArn", must be one of: stateMachineArn' >&2
             exit 252
           } ;;
    esac"#;
    let parameters = json!({"StateMachineArn": "a", "Input": {"b": 1}, "Unknown": 1});
    let folder = folder("states:startExecution", &parameters, script);
    let twice = definition("states:startExecution", &parameters)
        .replace("\"End\":true},\"Caught\"", "\"Next\":\"Caught\"},\"Caught\"")
        .replace("\"Pass\"", "\"Task\",\"Resource\":\"arn:aws:states:::states:startExecution\",\"Parameters\":{\"StateMachineArn\":\"a\"}");
    let folder = folder.file("call.asl.json", twice);
    let told = asl(&folder, "").code(0);
    assert_eq!(caught(&told).0, "", "{told}");
    let calls = folder.read("calls");
    let skeletons = calls.lines().filter(|call| call.contains("skeleton"));
    assert_eq!(
        (skeletons.count(), calls.lines().count()),
        (1, 4),
        "{calls}"
    );
    assert_eq!(
        folder.read("parameters.json"),
        "{\"stateMachineArn\":\"a\"}"
    );
}

#[test]
fn each_way_to_fail_is_an_error_that_catch_can_name() {
    let check = |resource: &str, said: &str, error: &str, cause: &str| {
        let script = format!("echo '{said}' >&2; exit 254");
        let (_, told) = called(resource, &json!({}), &script);
        assert_eq!(
            caught(&told),
            (error.to_owned(), cause.to_owned()),
            "{told}"
        );
    };
    check(
        "aws-sdk:dynamodb:getItem",
        "An error occurred (ResourceNotFoundException) when calling the GetItem operation: gone",
        "DynamoDb.ResourceNotFoundException",
        "gone (Service: DynamoDb)",
    );
    check(
        "sqs:sendMessage",
        "Could not connect to the endpoint URL: \"http://127.0.0.1:1/\"",
        "SQS.SdkClientException",
        "Unable to execute HTTP request: Could not connect to the endpoint URL: \
         \"http://127.0.0.1:1/\"",
    );
    check(
        "aws-sdk:s3:listBuckets",
        "Unable to locate credentials.",
        "States.TaskFailed",
        "aws s3api list-buckets ended with exit code 254: Unable to locate credentials.",
    );
}

#[test]
fn entries_that_were_not_taken_fail_the_task() {
    let answer = r#"{"FailedEntryCount":1,"Entries":[{"ErrorCode":"MalformedDetail"}]}"#;
    let parameters = json!({"Entries": [{"Detail": {"a": 1}}]});
    let (folder, told) = called("events:putEvents", &parameters, &format!("echo '{answer}'"));
    let expected = ("EventBridge.FailedEntry".to_owned(), answer.to_owned());
    assert_eq!(caught(&told), expected, "{told}");
    let written = r#"{"Entries":[{"Detail":"{\"a\":1}"}]}"#;
    assert_eq!(folder.read("parameters.json"), written);
}

#[test]
fn what_the_cli_cannot_do_is_told_before_anything_runs() {
    let check = |resource: &str, why: &str| {
        let folder = folder(resource, &json!({}), "");
        let told = asl(&folder, "").code(2);
        told.stderr_contains("has a handler that cannot work")
            .stderr_contains(why);
        assert!(!folder.path("calls").exists());
    };
    check("batch:submitJob.sync", "waits for the end of a job");
    check("http:invoke", "has no counterpart in the AWS CLI");
}

#[test]
fn a_command_that_the_cli_does_not_have_fails_the_execution() {
    let folder = folder(
        "aws-sdk:sqs:sendMassage",
        &json!({}),
        "echo 'aws: error: argument operation: Invalid choice, valid choices are:' >&2; exit 252",
    );
    asl(&folder, "")
        .code(1)
        .stderr_contains("`aws sqs send-massage`");
}

#[test]
fn a_missing_cli_is_told_before_anything_runs() {
    let folder = folder("sqs:sendMessage", &json!({}), "");
    let without = || asl(&folder, "").env("PATH", "/nonexistent");
    let told = without().code(2);
    told.stderr_contains(
        "1 Task has a handler that cannot work:\n  call.asl.json:1  Call  \
         arn:aws:states:::sqs:sendMessage\nthe AWS CLI is not installed",
    );
    let told = without().args(["--dry"]).code(2);
    told.stdout_contains("✖").stdout_contains("AWS CLI");
    asl(&folder, "http://127.0.0.1:4566")
        .args(["--dry"])
        .code(0)
        .stdout_contains("AWS CLI at http://127.0.0.1:4566");
}
