//! `asl lsp` as clients start it: by a client library of editors, and by hand for what no library
//! would send.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::asl::Asl;

/// The program with this on stdin, to its end.
fn talk(line: &str, input: &[u8]) -> Output {
    let asl = Asl::new(line);
    let mut command = asl.command();
    let piped = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut process = piped.spawn().expect("the program starts");
    let mut stdin = process.stdin.take().expect("stdin is a pipe");
    // A server that has ended reads no more.
    let _ = stdin.write_all(input);
    drop(stdin);
    process.wait_with_output().expect("the program ends")
}

fn framed(bodies: &[&str]) -> Vec<u8> {
    let framed = bodies
        .iter()
        .map(|body| format!("Content-Length: {}\r\n\r\n{body}", body.len()));
    framed.collect::<String>().into_bytes()
}

#[track_caller]
fn check(input: &[u8], code: i32, expected: &[&str]) {
    let output = talk("lsp", input);
    let said = String::from_utf8(output.stdout).expect("it speaks UTF-8");
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    for part in expected {
        assert!(said.contains(part), "no {part} in {said}");
    }
}

const INITIALIZE: &str =
    r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
const SHUTDOWN: &str = r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#;
const EXIT: &str = r#"{"jsonrpc":"2.0","method":"exit"}"#;

#[test]
fn the_exit_code_says_whether_the_client_said_goodbye() {
    check(
        &framed(&[INITIALIZE, SHUTDOWN, EXIT]),
        0,
        &[r#""id":2,"result":null"#],
    );
    check(&framed(&[INITIALIZE, SHUTDOWN]), 0, &[]);
    check(&framed(&[INITIALIZE, EXIT]), 1, &[]);
    check(&framed(&[EXIT, INITIALIZE]), 1, &[]);
    check(b"", 1, &[]);
}

#[test]
fn bytes_that_are_no_messages_are_answered_and_read_over() {
    let mut input = b"\x00\xff\xfe garbage\r\n\r\n".to_vec();
    input.extend(framed(&["{", "[1]", INITIALIZE, SHUTDOWN, EXIT]));
    check(
        &input,
        0,
        &[r#""code":-32700"#, r#""code":-32600"#, r#""id":1,"result""#],
    );
    check(b"Content-Length: 99999999999999\r\n\r\n{}", 1, &[]);
}

#[test]
fn a_client_library_of_editors_gets_what_it_expects() {
    if std::env::var_os("ASL_NODE_MODULES").is_none() {
        say("ASL_NODE_MODULES names no folder: no client library talks to the server");
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/lsp-client.mjs");
    let program = Asl::new("lsp").command().get_program().to_owned();
    let Ok(output) = Command::new("node").arg(script).arg(program).output() else {
        say("there is no node: no client library talks to the server");
        return;
    };
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", told(&output.stderr));
    say(told(&output.stdout).trim());
}

/// Tells something to whoever runs the tests: past the capture of their output.
fn say(line: &str) {
    writeln!(std::io::stderr().lock(), "lsp: {line}").expect("stderr can be written");
}
