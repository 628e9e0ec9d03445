//! A server of ours, and a client that calls it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

/// A server on a port of its own; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Starts a server with these arguments, and waits until it serves.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let asl = Command::new(env!("CARGO_BIN_EXE_asl"));
        Self::run(asl, folder, arguments)
    }

    /// The same with another program.
    pub(crate) fn run(mut asl: Command, folder: &Path, arguments: &[&str]) -> Self {
        let mut child = asl
            .current_dir(folder)
            .args(["serve", "--port", "0"])
            .args(arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("asl starts");
        let mut said = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut line = String::new();
        let address = loop {
            line.clear();
            let read = said.read_line(&mut line).expect("text");
            assert!(read > 0, "asl serve ended before it served");
            if let Some((_, address)) = line.split_once("http://") {
                break address.trim().to_owned();
            }
        };
        // Whatever else it says must not fill the pipe.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { child, address }
    }

    /// Ends the process without a chance to do anything.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    pub(crate) fn client(&self) -> Client {
        Client::to(&self.address)
    }

    /// Where it serves.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Calls a server, on one connection after the other.
pub(crate) struct Client {
    address: String,
    stream: Option<BufReader<TcpStream>>,
}

/// The server did not answer: it is gone.
#[derive(Debug)]
pub(crate) struct Gone;

impl Client {
    /// A client of whatever serves the API at an address.
    pub(crate) fn to(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            stream: None,
        }
    }

    /// What an operation answers, with the status.
    pub(crate) fn call(&mut self, operation: &str, input: &Value) -> Result<(u16, Value), Gone> {
        let answer = self.exchange(operation, &input.to_string());
        if answer.is_err() {
            self.stream = None;
        }
        answer.map_err(|_| Gone)
    }

    /// What an operation answers that must succeed.
    #[track_caller]
    pub(crate) fn must(&mut self, operation: &str, input: &Value) -> Value {
        let (status, answer) = self.call(operation, input).expect("the server answers");
        assert_eq!(status, 200, "{operation} {input}: {answer}");
        answer
    }

    fn exchange(&mut self, operation: &str, body: &str) -> std::io::Result<(u16, Value)> {
        let stream = if let Some(stream) = &mut self.stream {
            stream
        } else {
            let stream = TcpStream::connect(&self.address)?;
            stream.set_nodelay(true)?;
            self.stream.insert(BufReader::new(stream))
        };
        write!(
            stream.get_mut(),
            "POST / HTTP/1.1\r\nHost: {}\r\nX-Amz-Target: AWSStepFunctions.{operation}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let (mut status, mut length) = (0, 0);
        let mut line = String::new();
        loop {
            line.clear();
            if stream.read_line(&mut line)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let head = line.trim_end();
            if head.is_empty() {
                break;
            }
            if let Some(rest) = head.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap_or(0);
            }
            if let Some((name, value)) = head.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        Ok((status, serde_json::from_slice(&body)?))
    }

    /// All events of an execution, page by page.
    #[track_caller]
    pub(crate) fn history(&mut self, execution: &str) -> Vec<Value> {
        let mut events = Vec::new();
        let mut input = json!({"executionArn": execution});
        loop {
            let mut page = self.must("GetExecutionHistory", &input);
            let Some(Value::Array(more)) = page.get_mut("events").map(Value::take) else {
                panic!("no events: {page}")
            };
            events.extend(more);
            match page.get("nextToken") {
                Some(token) => input["nextToken"] = token.clone(),
                None => return events,
            }
        }
    }

    /// Waits until an execution has ended, and describes it.
    #[track_caller]
    pub(crate) fn ended(&mut self, execution: &str) -> Value {
        loop {
            let described = self.must("DescribeExecution", &json!({"executionArn": execution}));
            if described["status"] != "RUNNING" {
                return described;
            }
            std::thread::yield_now();
        }
    }
}
