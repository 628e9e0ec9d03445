//! The handlers file: what it may hold, the schema that says the same, and what is told when it is
//! wrong.

use serde_json::json;

use crate::asl::Asl;
use crate::handlers::{CHARGE, handled};

#[test]
fn handlers_are_read_from_json_and_yaml_too() {
    let files = [
        (
            "h.json",
            json!({"handler": [{"resource": "*", "mock": 7}]}).to_string(),
        ),
        (
            "h.yaml",
            "handler:\n  - resource: '*'\n    mock: 7\n".to_owned(),
        ),
        (
            "h.toml",
            "[[handler]]\nresource = \"*\"\nmock = 7\n".to_owned(),
        ),
    ];
    for (name, text) in files {
        Asl::new("run charge.asl.json --handlers")
            .args([name])
            .file("charge.asl.json", CHARGE)
            .file(name, text)
            .code(0)
            .stdout("7\n");
    }
}

/// A handlers file that cannot be used is told with its name, the place and what to do.
#[test]
fn a_wrong_handlers_file_is_refused_with_its_place() {
    let check = |handlers: &str, place: &str, message: &str| {
        Asl::new("run charge.asl.json --handlers handlers.toml")
            .file("charge.asl.json", CHARGE)
            .file("handlers.toml", handlers)
            .code(2)
            .stdout("")
            .stderr_contains(place)
            .stderr_contains(message);
    };
    check(
        "",
        "handlers.toml:1:1",
        "a handlers file has a list `handler`",
    );
    check(
        "[[handler]\n",
        "handlers.toml:1:",
        "handlers.toml cannot be read",
    );
    check(
        "[[handler]]\nstate = \"A\"",
        "handlers.toml:1:",
        "exactly one of `aws`, `command`",
    );
    check(
        "[[handler]]\nstat = \"A\"\nmock = 1",
        "handlers.toml:2:1",
        "a handler has no `stat`",
    );
    check(
        "[[handler]]\nstate = \"A\"\ncommand = \"rm -rf /\"",
        "handlers.toml:3:11",
        "`command` must be a list",
    );
    check(
        "[[handler]]\nstate = 7\nmock = 1",
        "handlers.toml:2:9",
        "`state` must be a text",
    );
    check(
        "[[handler]]\nstate = \"A\"\ncommand = [\"true\"]\ntimeout = \"soon\"",
        "handlers.toml:4:11",
        "for example \"500ms\"",
    );
    check(
        "[[handler]]\nstate = \"A\"\nmock = 1\nshell = true",
        "handlers.toml:4:1",
        "it is for `command`",
    );
    check(
        "[[handler]]\nstate = \"A\"\ncommand = [\"true\"]\ncwd = \"away\"",
        "handlers.toml:4:7",
        "there is no folder \"away\"",
    );
    check(
        "secrets = [\"not a name\"]\n[[handler]]\nstate = \"A\"\nmock = 1",
        "handlers.toml:1:12",
        "a secret is the name of a variable, not a value",
    );
    check(
        "secret = [\"A\"]\n[[handler]]\nstate = \"A\"\nmock = 1",
        "handlers.toml:1:1",
        "secrets = [\"API_KEY\"]",
    );
}

#[test]
fn all_that_is_wrong_with_a_handlers_file_is_told_at_once() {
    let handlers = "[[handler]]\nstate = \"A\"\n\n[[handler]]\nmock = 1\n";
    Asl::new("run charge.asl.json --handlers handlers.toml")
        .file("charge.asl.json", CHARGE)
        .file("handlers.toml", handlers)
        .code(2)
        .stderr_contains("handlers.toml:1:1")
        .stderr_contains("handlers.toml:4:1")
        .stderr_contains("for every Task: resource = \"*\"");
}

/// Documents, and whether they are handlers files.
fn documents() -> Vec<(bool, String)> {
    let good = [
        "aws = true",
        "aws = { endpoint-url = \"http://127.0.0.1:9/\", profile = \"a\", region = \"b\" }\ntimeout = 1",
        "lambda = \"http://127.0.0.1:9\"\nfunction = \"charge:PROD\"\ntimeout = \"1s\"",
        "command = [\"true\"]\ncwd = \".\"\nenv = { A = \"1\" }\nshell = false\ntimeout = \"1.5s\"",
        "command = \"true\"\nshell = true\ntimeout = 3",
        "http = \"http://127.0.0.1:9/\"\nheaders = { A = \"b\" }\nmethod = \"PUT\"",
        "mock = [1]",
        "node = \"src/index.handler\"\ncwd = \".\"\nenv = {}\ntimeout = \"2m\"",
        "python = \"app.handler\"\ntimeout = 0.5",
    ];
    let bad = [
        "",
        "aws = false",
        "aws = \"http://127.0.0.1:9\"",
        "aws = { endpoint = \"http://127.0.0.1:9\" }",
        "aws = { profile = 1 }",
        "aws = true\nfunction = \"charge\"",
        "lambda = true",
        "lambda = \"http://127.0.0.1:9\"\nfunction = 7",
        "mock = 1\nhttp = \"http://127.0.0.1:9/\"",
        "mock = 1\nstate = \"A\"",
        "mock = 1\ntimeout = \"1s\"",
        "command = \"true\"",
        "command = []",
        "command = [1]",
        "command = [\"true\"]\nshell = true",
        "command = [\"true\"]\nshell = \"yes\"",
        "command = [\"true\"]\ncwd = 1",
        "command = [\"true\"]\nenv = { A = 1 }",
        "command = [\"true\"]\nmethod = \"GET\"",
        "http = 1",
        "http = \"http://127.0.0.1:9/\"\nmethod = \"LOOK\"",
        "http = \"http://127.0.0.1:9/\"\nenv = {}",
        "python = \"app\"",
        "python = \"app.handler\"\ntimeout = 0",
        "python = \"app.handler\"\ntimeout = \"1 week\"",
        "node = \"index.\"",
        "mock = 1\nmok = 2",
    ];
    let whole = [
        (true, "secrets = [\"A\", \"B_1\"]\nhandler = []"),
        (false, "secrets = \"A\"\nhandler = []"),
        (false, "secrets = [\"A B\"]\nhandler = []"),
        (false, "handler = 1"),
        (false, "handlers = []"),
        (false, "handler = []\nother = 1"),
    ];
    let handler = |members: &str| format!("[[handler]]\nresource = \"*\"\n{members}");
    let good = good.iter().map(|members| (true, handler(members)));
    let bad = bad.iter().map(|members| (false, handler(members)));
    let whole = whole.map(|(is_good, text)| (is_good, text.to_owned()));
    good.chain(bad).chain(whole).collect()
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = Asl::new("schema handlers").code(0).stderr("").json();
    let validator = jsonschema::draft7::new(&schema).expect("it is a schema");
    for (is_good, text) in documents() {
        let value = toml_value(&text);
        assert_eq!(validator.is_valid(&value), is_good, "the schema on {text}");
        Asl::new("run charge.asl.json --handlers handlers.toml --dry --task '*=cmd:true'")
            .file("charge.asl.json", CHARGE)
            .file("handlers.toml", &text)
            .code(if is_good { 0 } else { 2 });
    }
}

/// Else a member could be in one of the two only.
#[test]
fn every_member_of_the_schema_is_in_a_document_and_in_the_readers_list() {
    let schema = Asl::new("schema handlers").code(0).json();
    let members = &schema["properties"]["handler"]["items"]["properties"];
    let members = members.as_object().expect("it has members").keys();
    let members: Vec<&str> = members.map(String::as_str).collect();
    for name in &members {
        let used =
            |(is_good, text): &(bool, String)| *is_good && text.contains(&format!("{name} = "));
        assert!(*name == "state" || documents().iter().any(used), "{name}");
    }
    let told = handled("nothing-like-it = 1").code(2);
    let told = told.stderr.replace("\n        ", " ");
    assert!(
        told.contains(&format!("it has: {}", members.join(", "))),
        "{told}"
    );
}

fn toml_value(text: &str) -> serde_json::Value {
    let source = aslkit::syntax::Source::new("handlers.toml", text);
    let (tree, findings) = aslkit::syntax::read(&source, aslkit::syntax::Format::Toml);
    assert_eq!(findings, [], "{text}");
    serde_json::from_str(&tree.root().to_json().text()).expect("it is JSON")
}

#[test]
fn a_handlers_file_that_is_no_text_or_not_there_is_refused() {
    let base =
        || Asl::new("run charge.asl.json --handlers handlers.toml").file("charge.asl.json", CHARGE);
    base()
        .code(2)
        .stderr("error: cannot read handlers.toml: No such file or directory\n");
    base()
        .file("handlers.toml", b"[[handler]]\nstate = \"\xff\"")
        .code(2)
        .stderr_contains("byte 10 of line 2, 0xFF, is not UTF-8");
    base()
        .file("handlers.toml", "x = ".to_owned() + &"[".repeat(100_000))
        .code(2)
        .stderr_contains("handlers.toml cannot be read");
}
