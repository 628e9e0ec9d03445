//! A server of ours, and a client that calls it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, MutexGuard};

use serde_json::{Value, json};

/// A server on a port of its own; killed when it is dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    /// What it said before it served.
    pub(crate) warnings: Vec<String>,
    /// What it says on standard error since.
    said: Mutex<Receiver<String>>,
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
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let (sender, said) = channel();
        // Whatever it says must not fill the pipe, whether anybody listens or not.
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        let mut warnings = Vec::new();
        let address = loop {
            let line = said.recv().expect("it does not end before it serves");
            if let Some((_, address)) = line.split_once("http://") {
                break address.trim().to_owned();
            }
            warnings.push(line);
        };
        Self {
            child,
            address,
            warnings,
            said: Mutex::new(said),
        }
    }

    /// Ends the process without a chance to do anything.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// Asks it to end, as a supervisor does: what its process tells in the end.
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let id = self.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status();
        assert!(asked.expect("there is kill").success());
        self.child.wait().expect("it ends").code()
    }

    /// The head and the body of the answer to a request with this head.
    pub(crate) fn ask(&self, head: &str, body: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let length = body.len();
        let request =
            format!("{head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut text = String::new();
        stream.read_to_string(&mut text).expect("it speaks UTF-8");
        let (head, body) = text.split_once("\r\n\r\n").expect("an answer has a head");
        (head.to_owned(), body.to_owned())
    }

    pub(crate) fn get(&self, path: &str) -> (String, String) {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}", self.address);
        self.ask(&head, "")
    }

    pub(crate) fn client(&self) -> Client {
        Client::to(&self.address)
    }

    /// What it says, a line at a time.
    pub(crate) fn said(&self) -> MutexGuard<'_, Receiver<String>> {
        self.said.lock().expect("no reader panics")
    }

    /// Its host and port.
    pub(crate) fn address(&self) -> &str {
        &self.address
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

/// What servers of many services know the service by. Nobody looks at the signature.
const SIGNED: &str = "Authorization: AWS4-HMAC-SHA256 \
    Credential=test/20261123/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0\r\n";

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
             Content-Type: application/x-amz-json-1.0\r\n{SIGNED}Content-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let (mut status, mut length, mut closes) = (0, 0, false);
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
            let (name, value) = head.split_once(':').unwrap_or_default();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap_or(0);
            }
            closes |= name.eq_ignore_ascii_case("connection") && value.trim() == "close";
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body)?;
        if closes {
            self.stream = None;
        }
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
