//! A small HTTP server whose behaviour is its path, mostly bad.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server on a port of its own; its threads end with the tests.
pub(crate) struct Server {
    port: u16,
    calls: Arc<Mutex<Vec<Call>>>,
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// The request line and the headers.
    pub(crate) head: String,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let calls = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&calls);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let calls = Arc::clone(&heard);
                // A client that goes away is what several tests are about.
                thread::spawn(move || drop(serve(stream, &calls)));
            }
        });
        Self { port, calls }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no panic in a server").clone()
    }
}

/// An address where nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    format!("http://{address}/")
}

fn serve(stream: TcpStream, calls: &Mutex<Vec<Call>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut length = 0;
    let mut head = line;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        head.push_str(&header);
        if header.trim().is_empty() {
            break;
        }
        let lower = header.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body = String::from_utf8_lossy(&body).into_owned();
    let call = Call { head, path, body };
    calls
        .lock()
        .expect("no panic in a server")
        .push(call.clone());
    answer(reader.into_inner(), &call)
}

fn answer(mut stream: TcpStream, call: &Call) -> std::io::Result<()> {
    let mut send = |status: &str, header: &str, body: &str| {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\n{header}content-length: {length}\r\n");
        write!(stream, "{head}connection: close\r\n\r\n{body}")
    };
    if let Some(rest) = call.path.strip_prefix("/2015-03-31/functions/") {
        let function = rest.split('/').next().unwrap_or_default();
        return invoke(&mut send, function, &call.body);
    }
    match call.path.as_str() {
        "/echo" => send("200 OK", "", &call.body),
        "/empty" => send("204 No Content", "", ""),
        "/declined" => {
            let error = r#"{"errorType":"Declined","errorMessage":"no funds"}"#;
            send("500 Internal Server Error", "", error)
        }
        "/function-error" => {
            let error = r#"{"errorType":"Declined","errorMessage":"no funds"}"#;
            send("200 OK", "x-amz-function-error: Unhandled\r\n", error)
        }
        "/html" => send("502 Bad Gateway", "", "<html><h1>Bad Gateway</h1></html>"),
        "/html-200" => send("200 OK", "", "<html>Welcome to the hotel's network</html>"),
        "/nothing" => Ok(()),
        "/half" => write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{{\"a\":"
        ),
        "/no-http" => write!(stream, "SSH-2.0-OpenSSH_9.6\r\n"),
        "/huge" => huge(stream),
        "/here" => send("307 Temporary Redirect", "location: /echo\r\n", ""),
        "/round" => send("307 Temporary Redirect", "location: /round\r\n", ""),
        // Until the client loses its patience.
        "/stall" => stream.read_to_end(&mut Vec::new()).map(|_| ()),
        other => match other.strip_prefix("/to?") {
            Some(url) => send(
                "307 Temporary Redirect",
                &format!("location: {url}\r\n"),
                "",
            ),
            None => send("404 Not Found", "", "no such path"),
        },
    }
}

/// What Lambda's Invoke API answers, by the function's name.
fn invoke(
    send: &mut dyn FnMut(&str, &str, &str) -> std::io::Result<()>,
    function: &str,
    payload: &str,
) -> std::io::Result<()> {
    let version = "X-Amz-Executed-Version: 3\r\nx-amzn-RequestId: r-1\r\n";
    let log = format!("{version}X-Amz-Log-Result: b25lCnR3bwo=\r\n");
    let error = r#"{"errorMessage": "no funds", "errorType": "Declined"}"#;
    let missing = r#"{"Type":"User","Message":"Function not found: missing"}"#;
    match function {
        "echo" => send("200 OK", &log, payload),
        "event" => send("202 Accepted", "", ""),
        "declined" => send("200 OK", "X-Amz-Function-Error: Unhandled\r\n", error),
        // The runtime interface emulator.
        "function" => send("200 OK", "", error),
        "busy" => send("429 Too Many Requests", "", "{}"),
        _ => {
            let kind = "x-amzn-ErrorType: ResourceNotFoundException\r\n";
            send("404 Not Found", kind, missing)
        }
    }
}

/// Chunks without end.
fn huge(mut stream: TcpStream) -> std::io::Result<()> {
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    )?;
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    loop {
        stream.write_all(chunk.as_bytes())?;
    }
}
