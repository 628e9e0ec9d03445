//! Lambda functions behind an Invoke API: `--lambda-endpoint`, and `lambda` in a handlers file.

use serde_json::{Value, json};

use crate::asl::{Asl, Told};
use crate::handlers::caught;
use crate::server::{Server, nobody};

const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function";
const INVOKE: &str = "arn:aws:states:::lambda:invoke";

/// A machine with one Task, whose error becomes the output.
fn definition(resource: &str, parameters: &Value) -> String {
    json!({
        "StartAt": "Charge card",
        "States": {
            "Charge card": {
                "Type": "Task",
                "Resource": resource,
                "Parameters": parameters,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}],
                "End": true
            },
            "Refund": {"Type": "Pass", "End": true}
        }
    })
    .to_string()
}

fn run(endpoint: &str, resource: &str, parameters: &Value) -> Asl {
    Asl::new("run charge.asl.json --input '{\"id\": 7}' --lambda-endpoint")
        .args([endpoint])
        .file("charge.asl.json", definition(resource, parameters))
}

fn invoke(server: &Server, parameters: &Value) -> Told {
    run(&server.url(""), INVOKE, parameters).code(0)
}

#[test]
fn a_function_is_called_by_its_arn_and_its_qualifier() {
    let server = Server::start();
    let told = run(
        &server.url("/"),
        &format!("{ARN}:echo:PROD"),
        &json!({"id.$": "$.id"}),
    )
    .code(0);
    told.stdout("{\"id\":7}\n");
    let call = &server.calls()[0];
    assert_eq!(
        call.path,
        "/2015-03-31/functions/echo/invocations?Qualifier=PROD"
    );
    assert_eq!(call.body, "{\"id\":7}");
    let head = call.head.to_ascii_lowercase();
    assert!(head.starts_with("post "), "{head}");
    assert!(
        head.contains("x-amz-invocation-type: requestresponse"),
        "{head}"
    );
    assert!(!head.contains("x-amz-log-type"), "{head}");
}

#[test]
fn the_arguments_of_lambda_invoke_are_the_requests() {
    let server = Server::start();
    let told = invoke(
        &server,
        &json!({
            "FunctionName": "echo", "Qualifier": "7", "Payload": [1, 2], "LogType": "Tail",
            "ClientContext": "e30=", "InvocationType": "RequestResponse"
        }),
    );
    let call = &server.calls()[0];
    assert_eq!(
        call.path,
        "/2015-03-31/functions/echo/invocations?Qualifier=7"
    );
    let head = call.head.to_ascii_lowercase();
    assert!(head.contains("x-amz-client-context: e30="), "{head}");
    assert!(head.contains("x-amz-log-type: tail"), "{head}");
    let result = told.json();
    assert_eq!(result["Payload"], json!([1, 2]));
    assert_eq!(result["LogResult"], "b25lCnR3bwo=");
    assert_eq!(result["ExecutedVersion"], "3");
    assert_eq!(result["StatusCode"], 200);
    assert_eq!(result["SdkHttpMetadata"]["HttpStatusCode"], 200);
    assert_eq!(result["SdkResponseMetadata"]["RequestId"], "r-1");
}

#[test]
fn an_event_is_taken_without_a_result() {
    let server = Server::start();
    let parameters = json!({"FunctionName": "event", "InvocationType": "Event"});
    let result = invoke(&server, &parameters).json();
    assert_eq!(result["StatusCode"], 202);
    assert_eq!(result["Payload"], "");
}

#[test]
fn the_end_of_the_log_is_shown_with_v() {
    let server = Server::start();
    let told = run(&server.url(""), &format!("{ARN}:echo"), &json!({}))
        .args(["-v"])
        .code(0);
    told.stderr_contains("Charge card │ one\nCharge card │ two\n");
}

#[test]
fn a_functions_error_is_what_catch_sees() {
    let server = Server::start();
    let check = |function: &str, error: &str, cause: &str| {
        let told = invoke(&server, &json!({"FunctionName": function}));
        assert_eq!(
            caught(&told),
            (error.to_owned(), cause.to_owned()),
            "{told}"
        );
    };
    let document = r#"{"errorMessage":"no funds","errorType":"Declined"}"#;
    check("declined", "Declined", document);
    check(
        "missing",
        "Lambda.ResourceNotFoundException",
        "Function not found: missing (Service: AWSLambda; Status Code: 404; Error Code: \
         ResourceNotFoundException; Request ID: null; Proxy: null)",
    );
    let told = invoke(&server, &json!({"FunctionName": "busy"}));
    assert_eq!(caught(&told).0, "Lambda.TooManyRequestsException", "{told}");
}

#[test]
fn an_endpoint_that_refuses_is_named() {
    let told = run(&nobody(), &format!("{ARN}:echo"), &json!({})).code(0);
    let (error, cause) = caught(&told);
    assert_eq!(error, "Lambda.SdkClientException");
    assert!(
        cause.starts_with("Unable to execute HTTP request: http://127.0.0.1:"),
        "{cause}"
    );
    assert!(cause.contains("Connection refused"), "{cause}");
}

#[test]
fn a_handlers_file_says_which_function_does_the_work() {
    let server = Server::start();
    let handlers = format!(
        "[[handler]]\nstate = \"Charge card\"\nlambda = \"{}\"\nfunction = \"echo:2\"\n",
        server.url("")
    );
    let asl = || {
        Asl::new("run charge.asl.json --handlers handlers.toml")
            .file("handlers.toml", &handlers)
            .file("charge.asl.json", definition("${Charge}", &json!({"a": 1})))
    };
    asl().code(0).stdout("{\"a\":1}\n");
    let path = &server.calls()[0].path;
    assert_eq!(path, "/2015-03-31/functions/echo/invocations?Qualifier=2");
    asl()
        .args(["--dry"])
        .code(0)
        .stdout_contains("lambda: echo:2 at http://127.0.0.1:");
}

#[test]
fn the_path_of_the_runtime_interface_emulator_is_left_as_it_is() {
    let server = Server::start();
    let url = server.url("/2015-03-31/functions/function/invocations");
    let told = Asl::new("run charge.asl.json --task")
        .args([format!("Charge card=lambda:{url}")])
        .file("charge.asl.json", definition("${Charge}", &json!({"a": 1})))
        .code(0);
    // It tells a failure by nothing but the document.
    assert_eq!(caught(&told).0, "Declined", "{told}");
    assert_eq!(
        server.calls()[0].path,
        "/2015-03-31/functions/function/invocations"
    );
}

#[test]
fn what_else_is_bound_comes_before_the_endpoint() {
    let server = Server::start();
    run(&server.url(""), &format!("{ARN}:echo"), &json!({}))
        .args(["--task", "echo=cmd:echo 1"])
        .code(0)
        .stdout("1\n");
    assert_eq!(server.calls(), []);
}

#[test]
fn what_is_no_function_is_refused() {
    let server = Server::start();
    run(&server.url(""), "${Charge}", &json!({}))
        .code(2)
        .stderr_contains("has no handler");
    run("127.0.0.1:3001", &format!("{ARN}:echo"), &json!({}))
        .code(2)
        .stderr_contains("invalid --lambda-endpoint: \"127.0.0.1:3001\" is no URL");
    let told = Asl::new("run charge.asl.json --task")
        .args([format!("*=lambda:{}", server.url(""))])
        .file("charge.asl.json", definition("${Charge}", &json!({})))
        .code(2);
    told.stderr_contains("'${Charge}' names no Lambda function");
}
