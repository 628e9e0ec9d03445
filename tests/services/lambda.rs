//! The kind `lambda`: functions that `MiniStack` runs, called through its Invoke API.

use std::process::Stdio;

use serde_json::{Value, json};

use crate::ministack::MiniStack;
use crate::{Machine, command, json as printed};

const FUNCTION: &str = r#"
class Declined(Exception):
    pass

def handler(event, context):
    print("charging", event["id"])
    if event["id"] == 13:
        raise Declined("no funds")
    return {"charged": event["id"], "by": context.function_name}
"#;

/// Makes a function of this name.
fn make(ministack: &MiniStack, name: &str) {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("app.py"), FUNCTION).expect("the folder can be written");
    let zipped = command(ministack.programs.join("python3"), &ministack.programs)
        .current_dir(folder.path())
        .args(["-m", "zipfile", "-c", "app.zip", "app.py"])
        .status();
    assert!(zipped.expect("python starts").success());
    let made = ministack
        .aws(&["lambda", "create-function", "--function-name", name])
        .current_dir(folder.path())
        .args(["--runtime", "python3.11", "--handler", "app.handler"])
        .args(["--zip-file", "fileb://app.zip"])
        .args(["--role", "arn:aws:iam::000000000000:role/functions"])
        .stdin(Stdio::null())
        .output();
    let made = printed(&made.expect("aws starts"));
    assert_eq!(made["FunctionName"], name);
}

fn machine(resource: &str, parameters: &Value) -> Value {
    json!({
        "StartAt": "Charge",
        "States": {
            "Charge": {
                "Type": "Task",
                "Resource": resource,
                "Parameters": parameters,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}],
                "End": true
            },
            "Refund": {"Type": "Pass", "End": true}
        }
    })
}

#[test]
fn functions_are_called_through_the_invoke_api() {
    let Some(ministack) = MiniStack::shared() else {
        return;
    };
    make(&ministack, "charge-card");
    let run = |resource: &str, parameters: Value| {
        let machine = Machine::new(&machine(resource, &parameters), &ministack.programs);
        machine.output(&["--lambda-endpoint", &ministack.url])
    };
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:charge-card";
    let charged = json!({"charged": 7, "by": "charge-card"});
    assert_eq!(run(arn, json!({"id": 7})), charged);
    let invoke = |name: &str, id: i64| {
        let parameters = json!({"FunctionName": name, "Payload": {"id": id}});
        run("arn:aws:states:::lambda:invoke", parameters)
    };
    let result = invoke(arn, 7);
    assert_eq!(result["Payload"], charged, "{result:#}");
    assert_eq!(
        result["SdkHttpMetadata"]["HttpStatusCode"], 200,
        "{result:#}"
    );
    let failed = invoke("charge-card", 13);
    let cause = failed["Cause"].as_str().expect("a text");
    assert!(
        cause.contains("\"errorMessage\":\"no funds\""),
        "{failed:#}"
    );
    let missing = invoke("charge-nobody", 7);
    assert_eq!(
        missing["Error"], "Lambda.ResourceNotFoundException",
        "{missing:#}"
    );
}

#[test]
fn functions_are_called_through_the_cli_and_their_log_is_shown() {
    let Some(ministack) = MiniStack::shared() else {
        return;
    };
    make(&ministack, "charge-order");
    let parameters = json!({"FunctionName": "charge-order", "Payload": {"id": 7}});
    let machine = Machine::new(
        &machine("arn:aws:states:::lambda:invoke", &parameters),
        &ministack.programs,
    );
    let through_the_cli = machine.output(&["--task", &format!("*=aws:{}", ministack.url)]);
    let charged = json!({"charged": 7, "by": "charge-order"});
    assert_eq!(through_the_cli["Payload"], charged, "{through_the_cli:#}");
    let ended = machine
        .command(&["--lambda-endpoint", &ministack.url, "-v"])
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("Charge │ charging 7"), "{said}");
}
