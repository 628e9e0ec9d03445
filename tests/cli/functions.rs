//! Functions in Python and Node.js, called as AWS Lambda calls them. Where the interpreter is not
//! installed, a test says so and is skipped.

use std::path::Path;
use std::process::Command;

use crate::asl::{Asl, Told};
use crate::handlers::{caught, map};

const FUNCTION: &str = r#"{"StartAt": "Charge", "States": {"Charge": {"Type": "Task",
    "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:charge-card", "End": true,
    "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refund"}]},
    "Refund": {"Type": "Pass", "End": true}}}"#;

/// Whether a program is installed; its absence is told.
fn is_there(program: &str) -> bool {
    let version = Command::new(program).arg("--version").output();
    let is_there = version.is_ok_and(|output| output.status.success());
    if !is_there {
        eprintln!("skipped: there is no {program}");
    }
    is_there
}

/// A run of the function in a file, when its interpreter is there.
fn run(file: &str, source: &str, handler: &str) -> Option<Asl> {
    let is_python = Path::new(file).extension().is_some_and(|it| it == "py");
    let (language, program) = if is_python {
        ("python", "python3")
    } else {
        ("node", "node")
    };
    is_there(program).then(|| {
        Asl::new("run m.json --task")
            .args([format!("*={language}:{handler}")])
            .file("m.json", FUNCTION)
            .file(file, source)
    })
}

/// Runs `body` as the function of a Python module.
fn python(body: &str) -> Option<Asl> {
    let body = body.replace('\n', "\n    ");
    let source = format!("import os, sys, subprocess\ndef handler(event, context):\n    {body}\n");
    run("app.py", &source, "app.handler")
}

/// Runs `body` as the function of a Node.js module.
fn node(body: &str) -> Option<Asl> {
    let source = format!("exports.handler = {body};\n");
    run("index.js", &source, "index.handler")
}

#[track_caller]
fn answers(asl: Option<Asl>, expected: &str) {
    if let Some(asl) = asl {
        asl.args(["-q", "--input", "{\"n\":7}"])
            .code(0)
            .stdout(&format!("{expected}\n"));
    }
}

/// The error and the document that Catch saw.
#[track_caller]
fn error(told: &Told) -> (String, serde_json::Value) {
    let (error, cause) = caught(told);
    let document = serde_json::from_str(&cause).unwrap_or(serde_json::Value::String(cause));
    (error, document)
}

#[track_caller]
fn fails(asl: Option<Asl>, name: &str, message: &str) {
    let Some(asl) = asl else { return };
    let told = asl.code(0);
    let (error, document) = error(&told);
    assert_eq!(error, name, "{told}");
    let said = document["errorMessage"].as_str();
    let said = said.or(document.as_str()).unwrap_or_default();
    assert!(said.contains(message), "{told}");
}

#[test]
fn a_function_gets_the_event_and_a_context() {
    let expected = "[7,\"charge-card\",\
        \"arn:aws:lambda:eu-west-1:123456789012:function:charge-card\",36,true,\"Charge\"]";
    answers(
        python(
            "left = context.get_remaining_time_in_millis()\n\
             return [event['n'], context.function_name, context.invoked_function_arn,\n\
             len(context.aws_request_id), 0 < left <= 900000, os.environ['ASL_STATE']]",
        ),
        expected,
    );
    answers(
        node(
            "async (event, context) => [event.n, context.functionName, context.invokedFunctionArn,
             context.awsRequestId.length, context.getRemainingTimeInMillis() > 0,
             process.env.ASL_STATE]",
        ),
        expected,
    );
}

#[test]
fn what_a_function_prints_is_no_part_of_its_result() {
    let check = |asl: Option<Asl>| {
        let Some(asl) = asl else { return };
        asl.args(["-v"])
            .code(0)
            .stdout("1\n")
            .stderr_contains("Charge │ printed\nCharge │ by a child\n");
    };
    check(python(
        "print('printed')\nsubprocess.run(['echo', 'by a child'])\nreturn 1",
    ));
    check(node(
        "async () => { console.log('printed');
         require('child_process').spawnSync('echo', ['by a child'], {stdio: 'inherit'});
         return 1; }",
    ));
}

#[test]
fn an_exception_is_the_error_that_lambda_reports() {
    let Some(asl) = python("raise KeyError('amount é')") else {
        return;
    };
    let told = asl.code(0);
    let (name, document) = error(&told);
    assert_eq!(name, "KeyError");
    assert_eq!(document["errorMessage"], "'amount é'");
    assert_eq!(document["errorType"], "KeyError");
    let trace = document["stackTrace"].as_array().expect("a list");
    assert_eq!(trace.len(), 1, "{told}");
    assert!(
        trace[0]
            .as_str()
            .is_some_and(|line| line.contains("app.py"))
    );
    // As the runtime of Lambda writes it.
    assert!(
        caught(&told)
            .1
            .starts_with("{\"errorMessage\": \"'amount é'\", \"errorType\": ")
    );
}

#[test]
fn an_error_of_node_is_the_error_that_lambda_reports() {
    let Some(asl) = node("async () => { throw new RangeError('too far'); }") else {
        return;
    };
    let told = asl.code(0);
    let (name, document) = error(&told);
    assert_eq!(name, "RangeError");
    assert_eq!(document["errorMessage"], "too far");
    assert_eq!(document["trace"][0], "RangeError: too far");
    assert!(!caught(&told).1.contains("[eval]"), "{told}");
}

#[test]
fn every_way_of_node_to_answer_is_heard() {
    answers(
        node("(event, context, callback) => setTimeout(() => callback(null, event.n), 1)"),
        "7",
    );
    answers(node("(event, context) => context.succeed(event.n)"), "7");
    answers(
        node("(event, context) => context.done(null, [event.n])"),
        "[7]",
    );
    answers(node("async () => {}"), "null");
    // Nothing is left to be done, and nobody answered.
    answers(node("() => 5"), "null");
    answers(node("async () => new Promise(() => {})"), "null");
    fails(
        node("(e, c, callback) => callback(new TypeError('no'))"),
        "TypeError",
        "no",
    );
    fails(node("(e, c, callback) => callback('no')"), "string", "no");
    fails(
        node("() => { throw new TypeError('no'); }"),
        "TypeError",
        "no",
    );
    fails(
        node(
            "async () => { setTimeout(() => { throw new Error('late'); }, 1);
              await new Promise((done) => setTimeout(done, 10000)); }",
        ),
        "Error",
        "late",
    );
}

#[test]
fn modules_of_node_may_be_of_either_kind_and_in_a_folder() {
    answers(
        run(
            "src/index.mjs",
            "export const handler = async (event) => event.n;",
            "src/index.handler",
        ),
        "7",
    );
    answers(
        run(
            "index.cjs",
            "module.exports = { of: { it: async (event) => event.n } };",
            "index.of.it",
        ),
        "7",
    );
}

#[test]
fn modules_of_python_may_be_in_a_folder() {
    let source = "def handler(event, context):\n    return event['n']\n";
    answers(run("src/app.py", source, "src/app.handler"), "7");
    answers(run("src/app.py", source, "src.app.handler"), "7");
}

#[test]
fn a_function_that_is_not_there_is_an_error_of_lambdas_runtime() {
    fails(
        run("app.py", "", "app.handler"),
        "Runtime.HandlerNotFound",
        "'handler' missing",
    );
    fails(
        run("app.py", "", "nope.handler"),
        "Runtime.ImportModuleError",
        "No module named 'nope'",
    );
    fails(
        run("app.py", "def", "app.handler"),
        "Runtime.UserCodeSyntaxError",
        "invalid syntax",
    );
    fails(
        run("app.py", "1 / 0", "app.handler"),
        "ZeroDivisionError",
        "division by zero",
    );
    fails(
        run("index.js", "", "index.handler"),
        "Runtime.HandlerNotFound",
        "not exported",
    );
    fails(
        run("index.js", "", "nope.handler"),
        "Runtime.ImportModuleError",
        "Cannot find module",
    );
    fails(
        run("index.js", "(", "index.handler"),
        "Runtime.UserCodeSyntaxError",
        "Unexpected end",
    );
    let missing = run("index.js", "require('no-such-module')", "index.handler");
    fails(missing, "Runtime.ImportModuleError", "no-such-module");
}

#[test]
fn what_is_no_json_is_an_error_of_lambdas_runtime() {
    fails(
        python("return {1}"),
        "Runtime.MarshalError",
        "set is not JSON serializable",
    );
    fails(node("async () => 1n"), "Runtime.MarshalError", "BigInt");
}

#[test]
fn a_process_that_ends_is_told_with_its_last_words() {
    let told = "python: app.handler ended with exit code 3: bye";
    fails(python("print('bye')\nsys.exit(3)"), "Lambda.Unknown", told);
    let told = "node: index.handler ended with exit code 3: bye";
    fails(
        node("() => { console.log('bye'); process.exit(3); }"),
        "Lambda.Unknown",
        told,
    );
    fails(
        python("os.kill(os.getpid(), 9)"),
        "Lambda.Unknown",
        "python: app.handler ended with signal 9",
    );
}

#[test]
fn a_function_that_hangs_is_ended_with_its_children() {
    if !is_there("python3") {
        return;
    }
    let source =
        "import subprocess\ndef handler(event, context):\n    subprocess.run(['sleep', '1000'])\n";
    let told = Asl::new("run m.json --handlers handlers.toml")
        .file("m.json", FUNCTION)
        .file("functions/app.py", source)
        .file(
            "handlers.toml",
            "[[handler]]\nresource = \"charge-*\"\npython = \"app.handler\"\n\
             cwd = \"functions\"\ntimeout = \"300ms\"\n",
        )
        .code(0);
    let (error, cause) = caught(&told);
    assert_eq!(
        (&*error, &*cause),
        (
            "Lambda.Unknown",
            "python: app.handler took longer than 300ms"
        )
    );
}

#[test]
fn a_flood_of_prints_is_no_result() {
    answers(python("sys.stdout.write('x' * 50000000)\nreturn 1"), "1");
    let Some(asl) = python("return 'x' * 50000000") else {
        return;
    };
    assert_eq!(caught(&asl.code(0)).0, "States.DataLimitExceeded");
}

#[test]
fn a_module_is_loaded_once_for_calls_that_follow_each_other() {
    let counts = |program: &str, file: &str, source: &str, task: &str| {
        if !is_there(program) {
            return;
        }
        let told = map(30, 2).args(["--task", task]).file(file, source).code(0);
        let counts: Vec<usize> = serde_json::from_value(told.json()).expect("numbers");
        assert_eq!(counts.len(), 30);
        let loaded = counts.iter().filter(|count| **count == 1).count();
        assert!(loaded <= 2, "{counts:?}");
    };
    let source = "calls = 0\ndef handler(event, context):\n    global calls\n    calls += 1\n    return calls\n";
    counts("python3", "app.py", source, "*=python:app.handler");
    let source = "let calls = 0; exports.handler = async () => ++calls;";
    counts("node", "index.js", source, "*=node:index.handler");
}

#[test]
fn a_task_that_names_no_function_is_refused() {
    Asl::new("run m.json --task '*=python:app'")
        .file("m.json", FUNCTION)
        .code(2)
        .stderr_contains("it names no function in a file");
}

#[test]
fn a_process_that_breaks_is_not_called_again() {
    let Some(asl) = run(
        "index.js",
        "let calls = 0; exports.handler = async (n) => { calls += 1;
         if (n !== 2) return calls;
         setTimeout(() => { throw new Error('late'); }, 1);
         await new Promise((done) => setTimeout(done, 10000)); };",
        "index.handler",
    ) else {
        return;
    };
    let task = r#"{"Type": "Task", "Resource": "t", "End": true,
        "Catch": [{"ErrorEquals": ["Error"], "Next": "Caught"}]}"#;
    let machine = format!(
        r#"{{"StartAt": "M", "States": {{"M": {{"Type": "Map", "End": true, "MaxConcurrency": 1,
            "ItemProcessor": {{"StartAt": "T", "States": {{"T": {task},
            "Caught": {{"Type": "Pass", "Result": "caught", "End": true}}}}}}}}}}}}"#
    );
    asl.file("m.json", machine)
        .args(["-q", "--input", "[0,1,2,3,4]"])
        .code(0)
        .stdout("[1,2,\"caught\",1,2]\n");
}
