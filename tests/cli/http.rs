//! Endpoints that do the work of Tasks: each way to fail is the error that Retry and Catch see.

use serde_json::json;

use crate::asl::{Asl, Told};
use crate::handlers::{CHARGE, caught, handled};
use crate::server::{Server, nobody};

fn posted(server: &Server, path: &str) -> Told {
    handled(&format!(
        "http = \"{}\"\ntimeout = \"10s\"",
        server.url(path)
    ))
    .code(0)
}

#[track_caller]
fn fails(path: &str, error: &str, cause: &str) {
    let server = Server::start();
    let told = posted(&server, path);
    let (seen, why) = caught(&told);
    assert_eq!(seen, error, "{told}");
    assert!(why.contains(cause), "no {cause:?} in {why:?}");
}

#[test]
fn a_service_is_told_what_is_asked_for() {
    let server = Server::start();
    let url = server.url("/echo");
    let told = Asl::new("run charge.asl.json --name monday --input '{\"id\":7}' --task")
        .args([format!("arn:aws:states:::sqs:*={url}")])
        .file("charge.asl.json", CHARGE)
        .code(0);
    let call = told.json();
    assert_eq!(call["service"], "sqs");
    assert_eq!(call["action"], "sendMessage");
    assert_eq!(call["parameters"], json!({"id": 7}));
    assert_eq!(call["context"]["State"], "Charge card");
}

#[test]
fn a_function_gets_its_bare_payload() {
    let server = Server::start();
    let definition = CHARGE.replace(
        r#""arn:aws:states:::sqs:sendMessage","#,
        r#""arn:aws:states:::lambda:invoke",
           "Parameters": {"FunctionName": "charge", "Payload.$": "$"},"#,
    );
    let told = Asl::new("run charge.asl.json --input '{\"id\":7}' --task")
        .args([format!("charge={}", server.url("/echo"))])
        .file("charge.asl.json", definition)
        .code(0);
    assert_eq!(server.calls()[0].body, "{\"id\":7}");
    assert_eq!(told.json()["Payload"], json!({"id": 7}));
}

#[test]
fn an_empty_answer_is_null() {
    posted(&Server::start(), "/empty").stdout("null\n");
}

#[test]
fn an_error_in_lambdas_shape_is_what_catch_sees() {
    let document = r#"{"errorType":"Declined","errorMessage":"no funds"}"#;
    fails("/declined", "Declined", document);
    fails("/function-error", "Declined", document);
}

#[test]
fn html_is_a_failure_that_shows_its_beginning() {
    fails(
        "/html",
        "States.TaskFailed",
        "answered 502 Bad Gateway: <html><h1>Bad Gateway",
    );
    fails("/html-200", "States.TaskFailed", "answered no JSON");
    fails(
        "/html-200",
        "States.TaskFailed",
        "it begins with \"<html>Welcome",
    );
    fails(
        "/missing",
        "States.TaskFailed",
        "answered 404 Not Found: no such path",
    );
}

#[test]
fn an_answer_that_breaks_off_is_a_failure() {
    fails("/nothing", "States.TaskFailed", "/nothing failed: ");
    fails("/half", "States.TaskFailed", "/half broke off its answer: ");
    fails("/no-http", "States.TaskFailed", "/no-http failed: ");
}

#[test]
fn an_endpoint_that_refuses_is_a_failure() {
    let told = handled(&format!("http = \"{}\"", nobody())).code(0);
    let (error, cause) = caught(&told);
    assert_eq!(error, "States.TaskFailed");
    assert!(cause.contains("Connection refused"), "{cause}");
}

#[test]
fn an_endpoint_that_stalls_is_given_up() {
    let server = Server::start();
    let handler = format!("http = \"{}\"\ntimeout = \"200ms\"", server.url("/stall"));
    let (error, cause) = caught(&handled(&handler).code(0));
    assert_eq!(error, "States.TaskFailed");
    assert!(cause.ends_with("timed out (limit 200ms)"), "{cause}");
}

#[test]
fn an_answer_without_end_is_given_up() {
    fails(
        "/huge",
        "States.DataLimitExceeded",
        "a result with a size exceeding",
    );
}

#[test]
fn a_redirect_on_the_same_host_is_followed() {
    let server = Server::start();
    let told = posted(&server, "/here");
    assert_eq!(told.json()["service"], "sqs");
    let calls = server.calls();
    assert_eq!(calls[0].body, calls[1].body);
    fails("/round", "States.TaskFailed", "307 Temporary Redirect");
}

#[test]
fn a_redirect_to_another_host_gets_no_payload() {
    let other = Server::start();
    let server = Server::start();
    let told = posted(&server, &format!("/to?{}", other.url("/echo")));
    let (error, cause) = caught(&told);
    assert_eq!(error, "States.TaskFailed");
    assert!(cause.contains("answered 307 Temporary Redirect"), "{cause}");
    assert_eq!(other.calls(), []);
}

#[test]
fn an_address_that_is_none_is_refused_before_anything_runs() {
    let check = |value: &str| {
        handled(&format!("http = \"{value}\""))
            .code(2)
            .stderr_contains("handlers.toml:3:8");
    };
    check("ftp://example.com/");
    check("http://");
    check("127.0.0.1:9000");
    Asl::new("run charge.asl.json --task '*=http://'")
        .file("charge.asl.json", CHARGE)
        .code(2)
        .stderr_contains("invalid --task '*=http://'");
}

/// The call that an endpoint with these members got, and what was told.
fn called(members: &str, path: &str) -> (crate::server::Call, Told) {
    let server = Server::start();
    let handler = format!("http = \"{}\"\n{members}", server.url(path));
    let told = handled(&handler).env("TOKEN", "t0p-secret").code(0);
    (server.calls().swap_remove(0), told)
}

#[test]
fn headers_are_filled_in_from_the_environment() {
    let headers = "headers = { Authorization = \"Bearer ${TOKEN}\", X-Plain = \"$${TOKEN}\" }";
    let (call, told) = called(headers, "/echo");
    let head = call.head.to_ascii_lowercase();
    assert!(head.starts_with("post /echo "), "{head}");
    assert!(
        head.contains("authorization: bearer t0p-secret\r\n"),
        "{head}"
    );
    assert!(head.contains("x-plain: ${token}\r\n"), "{head}");
    told.stderr_lacks("t0p-secret");
}

#[test]
fn an_endpoint_is_called_by_its_method() {
    let (call, _) = called("method = \"PUT\"", "/echo");
    assert!(call.head.starts_with("PUT /echo "), "{}", call.head);
    assert!(call.body.contains("\"sendMessage\""), "{}", call.body);
    let (call, told) = called("method = \"GET\"", "/missing");
    assert!(call.head.starts_with("GET /missing "), "{}", call.head);
    assert_eq!(call.body, "");
    assert!(caught(&told).1.starts_with("GET http://"), "{told}");
    handled("http = \"http://127.0.0.1:9/\"\nmethod = \"PATCH\"")
        .args(["--dry"])
        .code(0)
        .stdout_contains("PATCH http://127.0.0.1:9/");
}

#[test]
fn a_header_that_cannot_be_is_refused_before_anything_runs() {
    let check = |headers: &str, message: &str| {
        handled(&format!(
            "http = \"http://127.0.0.1:9/\"\nheaders = {headers}"
        ))
        .code(2)
        .stderr_contains("handlers.toml:4:")
        .stderr_contains(message);
    };
    let absent = "{ A = \"${ABSENT}\" }";
    check(absent, "the environment has no variable \"ABSENT\"");
    check(absent, "set it before the run: ABSENT=… asl run …");
    check(
        "{ A = \"${\" }",
        "write `${NAME}`, or `$${` for a plain `${`",
    );
    check("{ \"A B\" = \"1\" }", "\"A B\" is no name of a header");
    check(
        "{ A = \"a\\nb\" }",
        "a header is one line of visible characters",
    );
    check("[\"A: 1\"]", "for example: headers = { NAME = \"value\" }");
}

#[test]
fn an_http_task_gets_the_headers_of_its_connection() {
    let server = Server::start();
    let handlers = format!(
        "[[handler]]\nstate = \"T\"\nhttp = \"{}\"\n\
         headers = {{ Authorization = \"Bearer ${{TOKEN}}\" }}",
        server.url("")
    );
    Asl::new("run m.json -q --handlers handlers.toml")
        .file("m.json", api_task("/echo"))
        .file("handlers.toml", handlers)
        .env("TOKEN", "t0p-secret")
        .code(0);
    let head = server.calls()[0].head.to_ascii_lowercase();
    assert!(
        head.contains("authorization: bearer t0p-secret\r\n"),
        "{head}"
    );
}

/// A machine with an HTTP Task that calls this path of an API.
fn api_task(path: &str) -> String {
    format!(
        r#"{{"StartAt": "T", "States": {{"T": {{"Type": "Task", "End": true,
            "Resource": "arn:aws:states:::http:invoke",
            "Parameters": {{"ApiEndpoint": "https://api.example.com{path}", "Method": "POST",
                "Authentication": {{"ConnectionArn": "arn"}}, "RequestBody": {{"n": 1}}}}}}}}}}"#
    )
}

/// An HTTP Task that calls this path of an API, for which the server stands.
fn api(server: &Server, path: &str) -> Asl {
    let definition = api_task(path);
    Asl::new("run m.json -q --task")
        .args([format!("arn:aws:states:::http:invoke={}", server.url(""))])
        .file("m.json", definition)
}

#[test]
fn an_http_task_sends_its_own_request_to_whoever_stands_for_the_api() {
    let server = Server::start();
    let answer = api(&server, "/echo").code(0).json();
    assert_eq!(answer["StatusCode"], 200);
    assert_eq!(answer["StatusText"], "OK");
    assert_eq!(answer["ResponseBody"], "{\"n\":1}");
    assert_eq!(answer["Headers"]["connection"], json!(["close"]));
    assert_eq!(server.calls()[0].path, "/echo");
}

#[test]
fn an_http_task_names_the_status_it_got_or_that_it_got_none() {
    let server = Server::start();
    let told = api(&server, "/missing").code(1);
    told.stderr_contains("States.Http.StatusCode.404: no such path");
    let told = api(&server, "/nothing").code(1);
    told.stderr_contains("States.Http.Socket");
}
