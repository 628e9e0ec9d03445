//! `MiniStack`: services of AWS in one process on this machine, shared by the tests that run at
//! the same time.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::{command, programs};

/// A `MiniStack` that listens on a port of its own; it ends with the last test that uses it.
pub(crate) struct MiniStack {
    child: Child,
    pub(crate) url: String,
    pub(crate) programs: PathBuf,
}

static RUNNING: Mutex<Weak<MiniStack>> = Mutex::new(Weak::new());

impl MiniStack {
    /// The one that runs, or a new one; `None` without a virtual environment.
    pub(crate) fn shared() -> Option<Arc<Self>> {
        let programs = programs()?;
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = running.upgrade() {
            return Some(running);
        }
        let started = Arc::new(Self::start(&programs));
        *running = Arc::downgrade(&started);
        Some(started)
    }

    fn start(programs: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        drop(listener);
        let mut child = command(programs.join("ministack"), programs)
            // Without it, it listens on every address of the machine.
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("EDGE_PORT", port.to_string())
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("ministack starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let address = format!("Running on http://127.0.0.1:{port}");
        let is_ready = |line: &std::io::Result<String>| {
            line.as_ref().is_ok_and(|line| line.contains(&address))
        };
        assert!(lines.any(|line| is_ready(&line)), "ministack ended at once");
        // It would stall when nobody reads what it says.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
            programs: programs.to_owned(),
        }
    }

    /// The AWS CLI with this endpoint.
    pub(crate) fn aws(&self, arguments: &[&str]) -> Command {
        let mut command = command("aws", &self.programs);
        command
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .args(["--endpoint-url", &self.url, "--region", "us-east-1"])
            .args(["--output", "json"])
            .args(arguments);
        command
    }
}

impl Drop for MiniStack {
    fn drop(&mut self) {
        // It ends what runs functions for it, when it is asked to end.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let _ = self.child.wait();
    }
}
