//! Ctrl-C and SIGTERM: the run stops, its commands end with all they started, the log is closed.

#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::asl::{Folder, Told};
use crate::handlers::CHARGE;
use crate::server::Server;

/// A run that was started, and what it said so far.
struct Running {
    folder: Folder,
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Running {
    fn start(folder: Folder, line: &str, args: &[&str]) -> Self {
        let asl = folder.asl(line).args(args.iter().copied());
        let mut child = asl
            .command()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        Self {
            folder,
            child,
            stderr,
        }
    }

    /// The first line of stderr that says this; a run that ends before is wrong.
    fn wait_for(&mut self, text: &str) -> String {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            let count = self.stderr.read_line(&mut line).expect("it speaks UTF-8");
            assert!(count > 0, "it ended without saying {text}");
        }
        line
    }

    fn interrupt(self, signal: Signal) -> (Folder, Option<i32>) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("it runs");
        let output = self.child.wait_with_output().expect("it ends");
        Told::of(&output).stdout("");
        (self.folder, output.status.code())
    }
}

fn machine() -> Folder {
    // A first state says that the run has begun: its end is told as a line.
    let definition = CHARGE
        .replace("\"StartAt\": \"Charge card\"", "\"StartAt\": \"Begin\"")
        .replacen(
            "\"States\": {",
            "\"States\": {\"Begin\": {\"Type\": \"Pass\", \"Next\": \"Charge card\"},",
            1,
        );
    Folder::new().file("charge.asl.json", definition)
}

/// Whether a process is gone; one that ended and was not fetched by its parent is gone too.
fn is_gone(pid: Pid) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    let zombie = status.is_ok_and(|stat| stat.contains(") Z "));
    zombie || test_kill_process(pid).is_err()
}

/// Waits until processes are gone that were sent the signal that ends them.
#[track_caller]
fn end(pids: Vec<Pid>) {
    for pid in pids {
        // The system needs a moment to obey.
        let mut tries = 0;
        while !is_gone(pid) {
            assert!(tries < 1000, "{pid:?} is still there");
            tries += 1;
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

fn last_event(folder: &Folder) -> serde_json::Value {
    let log = folder.read("run.jsonl");
    assert!(log.ends_with('\n'), "the last line is complete");
    let last = log.lines().last().expect("a line");
    serde_json::from_str(last).expect("an event")
}

fn aborts(signal: Signal) {
    // The command tells the ids of itself and of its child through a pipe with a name.
    let folder = machine();
    let pipe = folder.path("pids");
    let made = Command::new("mkfifo")
        .arg(&pipe)
        .status()
        .expect("mkfifo is there");
    assert!(made.success());
    let script = "sleep 86400 & echo $$ $! > pids; wait";
    let task = format!("*=cmd:sh -c '{script}'");
    let run = Running::start(
        folder,
        "run charge.asl.json --log run.jsonl --task",
        &[&task],
    );
    let pids = std::fs::read_to_string(&pipe).expect("the command writes it");
    let pids: Vec<Pid> = pids
        .split_whitespace()
        .filter_map(|pid| Pid::from_raw(pid.parse().ok()?))
        .collect();
    assert_eq!(pids.len(), 2);
    let (folder, code) = run.interrupt(signal);
    assert_eq!(code, Some(130));
    let last = last_event(&folder);
    assert_eq!(last["type"], "ExecutionAborted");
    assert_eq!(last["executionAbortedEventDetails"]["error"], "Interrupted");
    end(pids);
    folder
        .asl("history run.jsonl")
        .code(0)
        .stdout_contains("⊘ ABORTED");
}

#[test]
fn ctrl_c_ends_commands_and_their_children_and_closes_the_log() {
    aborts(Signal::INT);
}

#[test]
fn a_supervisor_that_terminates_gets_the_same() {
    aborts(Signal::TERM);
}

/// Under `nohup` it would go on, as it should.
#[test]
fn a_terminal_that_is_closed_does_the_same() {
    const HANGUP: u64 = 1;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    if mask.is_none_or(|mask| mask & HANGUP == 0) {
        aborts(Signal::HUP);
    }
}

fn interrupted_at(line: &str, args: &[&str]) {
    let mut run = Running::start(machine(), line, args);
    run.wait_for("✔ Begin");
    let (folder, code) = run.interrupt(Signal::INT);
    assert_eq!(code, Some(130));
    assert_eq!(last_event(&folder)["type"], "ExecutionAborted");
}

const RUN: &str = "run charge.asl.json --progress lines --log run.jsonl";

#[test]
fn ctrl_c_ends_the_wait_for_an_endpoint() {
    let server = Server::start();
    interrupted_at(RUN, &["--task", &format!("*={}", server.url("/stall"))]);
}

#[test]
fn ctrl_c_ends_a_machine_that_waits() {
    let mut run = Running::start(
        Folder::new().file(
            "wait.asl.json",
            r#"{"StartAt": "Begin", "States": {
                "Begin": {"Type": "Pass", "Next": "Wait"},
                "Wait": {"Type": "Wait", "Seconds": 86400, "End": true}}}"#,
        ),
        "run wait.asl.json --progress lines --log run.jsonl",
        &[],
    );
    run.wait_for("✔ Begin");
    let (folder, code) = run.interrupt(Signal::INT);
    assert_eq!(code, Some(130));
    assert_eq!(last_event(&folder)["type"], "ExecutionAborted");
}

#[test]
fn ctrl_c_ends_a_machine_that_never_pauses() {
    let again = r#"{"StartAt": "Begin", "States": {"Begin": {"Type": "Pass", "Next": "Begin"}}}"#;
    let folder = Folder::new().file("loop.asl.json", again);
    let mut run = Running::start(
        folder,
        "run loop.asl.json --progress lines --max-events 0 --log run.jsonl",
        &[],
    );
    run.wait_for("✔ Begin");
    // Somebody must go on reading what it says.
    let mut stderr = run.stderr;
    let reader = std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    kill_process(Pid::from_child(&run.child), Signal::INT).expect("it runs");
    assert_eq!(run.child.wait().expect("it ends").code(), Some(130));
    reader
        .join()
        .expect("no panic")
        .expect("a pipe can be read");
    assert_eq!(last_event(&run.folder)["type"], "ExecutionAborted");
}

#[test]
fn a_function_ends_with_its_run() {
    let python = Command::new("python3").arg("--version").output();
    if !python.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: there is no python3");
        return;
    }
    let source = "import os, subprocess
def handler(event, context):
    child = subprocess.Popen(['sleep', '1000'])
    print('pids', os.getpid(), child.pid)
    child.wait()
";
    let folder = machine().file("app.py", source);
    let line = "run charge.asl.json -v --task *=python:app.handler";
    let mut running = Running::start(folder, line, &[]);
    let told = running.wait_for("pids");
    let pids = told.split(' ').filter_map(|word| word.trim().parse().ok());
    let pids: Vec<Pid> = pids.filter_map(Pid::from_raw).collect();
    assert_eq!(pids.len(), 2, "{told}");
    let (_, code) = running.interrupt(Signal::INT);
    assert_eq!(code, Some(130));
    end(pids);
}
