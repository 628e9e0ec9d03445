//! Messages on stdin and stdout, whatever a client sends.
//!
//! `lsp-server` has threads for this too, but they end at the first text that is no message, and
//! reserve as much memory as a header claims. An editor keeps its server when one message is bad.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::thread;

use lsp_server::{Connection, ErrorCode, Message};
use serde_json::json;

use super::{Ended, Options, serve};

/// The longest message that is read, in bytes; a longer one is read over.
const LONGEST_MESSAGE: u64 = 1 << 29;
/// The longest line of a header that makes sense.
const LONGEST_LINE: u64 = 1 << 12;

/// What comes from the client next.
#[derive(Debug)]
enum Incoming {
    Message(Message),
    /// No message: an error code of JSON-RPC, and why.
    Bad(ErrorCode, String),
    End,
}

/// Serves a client on stdin and stdout until it says `exit` or goes away.
#[must_use]
pub fn serve_stdio(options: &Options<'_>) -> Ended {
    let (ours, theirs) = Connection::memory();
    let Connection { sender, receiver } = theirs;
    // This thread ends after `exit` and at the end of stdin, as the server does.
    let reader = thread::spawn(move || {
        let mut stdin = BufReader::new(io::stdin());
        loop {
            match next(&mut stdin) {
                Incoming::Message(message) => {
                    let exits = matches!(&message, Message::Notification(n) if n.method == "exit");
                    if sender.send(message).is_err() || exits {
                        break;
                    }
                }
                Incoming::Bad(code, message) => complain(code, &message),
                Incoming::End => break,
            }
        }
    });
    let writer = thread::spawn(move || {
        for message in receiver {
            // A client that does not listen any more will close stdin as well.
            let _ = message.write(&mut io::stdout().lock());
        }
    });
    let ended = serve(ours, options);
    let _ = writer.join();
    let _ = reader.join();
    ended
}

/// Answers what is no message: there is no id to answer to, which `lsp-server` cannot say.
fn complain(code: ErrorCode, message: &str) {
    let error = json!({ "code": code as i32, "message": message });
    let text = json!({ "jsonrpc": "2.0", "id": null, "error": error }).to_string();
    let mut stdout = io::stdout().lock();
    let written = write!(stdout, "Content-Length: {}\r\n\r\n{text}", text.len());
    let _ = written.and_then(|()| stdout.flush());
}

fn next(input: &mut impl BufRead) -> Incoming {
    let length = match content_length(input) {
        Ok(Some(length)) => length,
        Ok(None) => return Incoming::End,
        Err(bad) => return Incoming::Bad(ErrorCode::ParseError, bad),
    };
    if length > LONGEST_MESSAGE {
        let message = format!("a message of {length} bytes is too long");
        return match io::copy(&mut input.take(length), &mut io::sink()) {
            Ok(read) if read == length => Incoming::Bad(ErrorCode::InvalidRequest, message),
            _ => Incoming::End,
        };
    }
    // The buffer grows with what really comes, not with what the header claims.
    let mut body = Vec::new();
    match input.take(length).read_to_end(&mut body) {
        Ok(read) if read as u64 == length => message(&body),
        _ => Incoming::End,
    }
}

fn message(body: &[u8]) -> Incoming {
    if let Ok(message) = serde_json::from_slice::<Message>(body) {
        return Incoming::Message(message);
    }
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(_) => Incoming::Bad(
            ErrorCode::InvalidRequest,
            "this is no request, no response and no notification".to_owned(),
        ),
        Err(error) => Incoming::Bad(ErrorCode::ParseError, format!("this is no JSON: {error}")),
    }
}

/// The length that a header names; `None` at the end of the input.
fn content_length(input: &mut impl BufRead) -> Result<Option<u64>, String> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        let read = input.take(LONGEST_LINE).read_until(b'\n', &mut line);
        if !matches!(read, Ok(1..)) {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\r', '\n']);
        if line.is_empty() {
            return match length {
                Some(length) => Ok(Some(length)),
                None => Err("a header without `Content-Length`".to_owned()),
            };
        }
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            length = value.trim().parse().ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out of an input, one word each.
    fn check(input: &str, expected: &[&str]) {
        let mut input = input.as_bytes();
        let mut found = Vec::new();
        loop {
            match next(&mut input) {
                Incoming::Message(Message::Request(request)) => found.push(request.method),
                Incoming::Message(Message::Notification(told)) => found.push(told.method),
                Incoming::Message(Message::Response(_)) => found.push("response".to_owned()),
                Incoming::Bad(code, _) => found.push((code as i32).to_string()),
                Incoming::End => break,
            }
        }
        assert_eq!(found, expected);
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    #[test]
    fn messages_follow_each_other() {
        let one = framed(r#"{"jsonrpc":"2.0","id":1,"method":"a"}"#);
        let two = framed(r#"{"jsonrpc":"2.0","method":"b"}"#);
        let extra = format!("Content-Type: utf-8\r\n{two}");
        check(&(one + &two + &extra), &["a", "b", "b"]);
        check("", &[]);
    }

    #[test]
    fn what_is_no_message_is_answered_and_the_next_one_is_read() {
        let good = framed(r#"{"method":"a"}"#);
        for (bad, code) in [
            (framed("{"), "-32700"),
            (framed("\u{0}"), "-32700"),
            (framed("[]"), "-32600"),
            (framed(r#"{"id": 1.5}"#), "-32600"),
            (framed(&"[".repeat(100_000)), "-32700"),
            ("Content-Length: many\r\n\r\n".to_owned(), "-32700"),
            ("Content-Length: -1\r\n\r\n".to_owned(), "-32700"),
            ("\r\n".to_owned(), "-32700"),
        ] {
            check(&(bad + &good), &[code, "a"]);
        }
    }

    #[test]
    fn a_header_that_lies_costs_no_memory() {
        check("Content-Length: 536870912\r\n\r\n{}", &[]);
        check("Content-Length: 18446744073709551615\r\n\r\n{}", &[]);
        check(&"x".repeat(1_000_000), &[]);
    }
}
