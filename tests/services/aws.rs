//! The kind `aws`: SDK calls and optimized integrations by the AWS CLI.

use serde_json::{Value, json};

use crate::Machine;
use crate::ministack::MiniStack;

/// A machine of these Tasks, one after the other; each result is kept under the Task's name.
fn sequence(tasks: &[(&str, &str, Value)]) -> Value {
    let mut states = serde_json::Map::new();
    for (at, (name, resource, parameters)) in tasks.iter().enumerate() {
        let mut state = json!({
            "Type": "Task",
            "Resource": format!("arn:aws:states:::{resource}"),
            "Parameters": parameters,
            "ResultPath": format!("$.{name}"),
            "Retry": [{"ErrorEquals": ["DynamoDb.ResourceNotFoundException"], "MaxAttempts": 1}],
            "Catch": [{
                "ErrorEquals": ["States.ALL"], "ResultPath": format!("$.{name}"), "Next": "Done"
            }]
        });
        let next = tasks.get(at + 1).map_or("Done", |(name, ..)| name);
        state["Next"] = next.into();
        if let Some((next, ..)) = tasks.get(at + 1) {
            // What fails is told, and the others go on.
            state["Catch"][0]["Next"] = (*next).into();
        }
        states.insert((*name).to_owned(), state);
    }
    states.insert("Done".to_owned(), json!({"Type": "Succeed"}));
    json!({"StartAt": tasks[0].0, "States": states})
}

/// The output of such a machine.
#[track_caller]
fn run(ministack: &MiniStack, tasks: &[(&str, &str, Value)]) -> Value {
    let machine = Machine::new(&sequence(tasks), &ministack.programs);
    let task = format!("*=aws:{}", ministack.url);
    machine.output(&["--time", "skip", "--task", &task])
}

#[test]
fn messages_and_items_are_kept_by_the_services() {
    let Some(ministack) = MiniStack::shared() else {
        return;
    };
    let item = json!({"id": {"S": "7"}, "Total": {"N": "12.5"}});
    let table = json!({
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]
    });
    let output = run(
        &ministack,
        &[
            (
                "queue",
                "aws-sdk:sqs:createQueue",
                json!({"QueueName": "orders"}),
            ),
            (
                "sent",
                "sqs:sendMessage",
                json!({"QueueUrl.$": "$.queue.QueueUrl", "MessageBody": {"id": 7}}),
            ),
            (
                "received",
                "aws-sdk:sqs:receiveMessage",
                json!({"QueueUrl.$": "$.queue.QueueUrl"}),
            ),
            ("table", "aws-sdk:dynamodb:createTable", table),
            (
                "put",
                "dynamodb:putItem",
                json!({"TableName": "orders", "Item": item}),
            ),
            (
                "got",
                "aws-sdk:dynamodb:getItem",
                json!({"TableName": "orders", "Key": {"id": {"S": "7"}}}),
            ),
        ],
    );
    let sent = &output["sent"];
    assert!(sent["MD5OfMessageBody"].is_string(), "{output:#}");
    assert_eq!(sent["SdkHttpMetadata"]["HttpStatusCode"], 200, "{output:#}");
    let received = &output["received"]["Messages"][0]["Body"];
    assert_eq!(received, "{\"id\":7}", "{output:#}");
    assert_eq!(output["got"], json!({"Item": item}), "{output:#}");
}

#[test]
fn objects_go_to_buckets_and_come_back() {
    let Some(ministack) = MiniStack::shared() else {
        return;
    };
    let place = json!({"Bucket": "reports", "Key": "march.json"});
    let mut object = place.clone();
    object["Body"] = json!({"total": 7});
    let output = run(
        &ministack,
        &[
            (
                "made",
                "aws-sdk:s3:createBucket",
                json!({"Bucket": "reports"}),
            ),
            ("listed", "aws-sdk:s3:listBuckets", json!({})),
            ("put", "aws-sdk:s3:putObject", object),
            ("got", "aws-sdk:s3:getObject", place),
        ],
    );
    let buckets = output["listed"]["Buckets"].as_array().expect("a list");
    assert!(
        buckets.iter().any(|it| it["Name"] == "reports"),
        "{output:#}"
    );
    assert_eq!(output["got"]["Body"], "{\"total\":7}", "{output:#}");
    assert_eq!(output["got"]["ContentLength"], 11, "{output:#}");
}

#[test]
fn what_services_refuse_is_retried_and_caught_by_aws_names() {
    let Some(ministack) = MiniStack::shared() else {
        return;
    };
    let output = run(
        &ministack,
        &[
            (
                "table",
                "aws-sdk:dynamodb:getItem",
                json!({"TableName": "none", "Key": {"id": {"S": "7"}}}),
            ),
            (
                "queue",
                "sqs:sendMessage",
                json!({"QueueUrl": format!("{}/000000000000/none", ministack.url), "MessageBody": "a"}),
            ),
            (
                "bucket",
                "aws-sdk:s3:getObject",
                json!({"Bucket": "none", "Key": "a"}),
            ),
        ],
    );
    let error = |name: &str| &output[name]["Error"];
    assert_eq!(
        error("table"),
        "DynamoDb.ResourceNotFoundException",
        "{output:#}"
    );
    assert_eq!(
        error("queue"),
        "SQS.QueueDoesNotExistException",
        "{output:#}"
    );
    assert_eq!(error("bucket"), "S3.NoSuchBucketException", "{output:#}");
}

#[test]
fn apis_that_write_their_names_small_are_called_and_understood() {
    let Some(ministack) = MiniStack::shared() else {
        return;
    };
    let output = run(
        &ministack,
        &[
            (
                "made",
                "aws-sdk:sfn:createActivity",
                json!({"Name": "approve"}),
            ),
            (
                "described",
                "aws-sdk:sfn:describeActivity",
                json!({"ActivityArn.$": "$.made.ActivityArn"}),
            ),
        ],
    );
    let arn = "arn:aws:states:us-east-1:000000000000:activity:approve";
    assert_eq!(output["made"]["ActivityArn"], arn, "{output:#}");
    assert_eq!(output["described"]["Name"], "approve", "{output:#}");
}

#[test]
fn an_endpoint_that_refuses_is_the_sdks_own_error() {
    let Some(programs) = crate::programs() else {
        return;
    };
    let tasks = [(
        "sent",
        "sns:publish",
        json!({"TopicArn": "a", "Message": "b"}),
    )];
    let machine = Machine::new(&sequence(&tasks), &programs);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    drop(listener);
    let output = machine.output(&["--task", &format!("*=aws:http://{address}")]);
    assert_eq!(
        output["sent"]["Error"], "SNS.SdkClientException",
        "{output:#}"
    );
    let cause = output["sent"]["Cause"].as_str().expect("a text");
    assert!(cause.contains(&address.to_string()), "{cause}");
}
