//! moto's server: Step Functions among others, executed by the interpreter it carries.
//!
//! It has a virtual environment of its own, which `ASL_MOTO_ENV` names: what it needs is none of the
//! other clients'.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::{command, say};

/// A server that listens on a port of its own; it ends with its test.
pub(crate) struct Moto {
    child: Child,
    address: String,
}

impl Moto {
    /// `None`, and a word about it, without a virtual environment.
    pub(crate) fn start() -> Option<Self> {
        let Some(folder) = std::env::var_os("ASL_MOTO_ENV").map(PathBuf::from) else {
            say("services: ASL_MOTO_ENV names no folder: moto is not tried");
            return None;
        };
        let programs = folder.join("bin");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        drop(listener);
        let child = command(programs.join("moto_server"), &programs)
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto starts");
        let moto = Self {
            child,
            address: address.to_string(),
        };
        moto.let_it_execute();
        Some(moto)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Without being asked it only pretends that executions succeed.
    fn let_it_execute(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut stream = loop {
            match TcpStream::connect(&self.address) {
                Ok(stream) => break stream,
                Err(error) => assert!(Instant::now() < deadline, "moto does not serve: {error}"),
            }
            std::thread::yield_now();
        };
        let body = r#"{"stepfunctions": {"execute_state_machine": true}}"#;
        write!(
            stream,
            "POST /moto-api/config HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: \
             {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("moto reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("moto answers");
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
