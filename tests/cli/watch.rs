//! `--watch` of `asl validate` and `asl test`: a change is judged, Ctrl-C ends it. And how any command is watched that
//! watches.

#![cfg(unix)]

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::asl::Folder;

const GOOD: &str = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;

/// A program that watches; it ends with the test.
pub(crate) struct Watching {
    child: Child,
    lines: Lines<BufReader<ChildStderr>>,
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Watching {
    pub(crate) fn start(folder: &Folder, line: &str) -> Self {
        let asl = folder.asl(line);
        let mut command = asl.command();
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let lines = stderr.lines();
        Self { child, lines }
    }

    /// Waits until this was told.
    pub(crate) fn says(&mut self, text: &str) {
        while !self.line().contains(text) {}
    }

    fn line(&mut self) -> String {
        let line = self.lines.next().expect("it goes on");
        line.expect("it speaks UTF-8")
    }

    /// Interrupts it; what it ends with.
    pub(crate) fn interrupted(&mut self) -> Option<i32> {
        kill_process(Pid::from_child(&self.child), Signal::INT).expect("it runs");
        self.child.wait().expect("it ends").code()
    }

    /// Waits until this was told, and the program waits for the next change. A file may be seen
    /// half written before.
    pub(crate) fn until(&mut self, text: &str) {
        let mut is_told = false;
        loop {
            let line = self.line();
            is_told |= line.contains(text);
            if is_told && line.starts_with("watching for changes") {
                return;
            }
        }
    }
}

#[test]
fn changes_are_judged_until_it_is_interrupted() {
    let folder = Folder::new().file("m/a.asl.json", GOOD);
    let mut watching = Watching::start(&folder, "validate --watch");
    watching.until("✔ 1 definition, no problems");
    let folder = folder.file("m/a.asl.json", "{");
    watching.until("✖ 1 error in 1 file");
    let folder = folder.file("asl.toml", "nonsense = 1\n");
    watching.until("asl.toml is no valid configuration");
    std::fs::remove_file(folder.path("asl.toml")).expect("it is there");
    watching.until("✖ 1 error in 1 file");
    let _folder = folder.file("m/new/b.asl.json", GOOD);
    watching.until("✖ 1 error in 1 of 2 files");
    assert_eq!(watching.interrupted(), Some(130));
}

#[test]
fn suites_and_machines_are_tested_again_until_it_is_interrupted() {
    let suite = "machine: a.asl.json\ncases: { a: { expect: { path: [Done] } } }\n";
    let folder = Folder::new()
        .file("m/a.asl.json", GOOD)
        .file("m/a.asltest.yaml", suite);
    let mut watching = Watching::start(&folder, "test -w");
    watching.until("✔ 1 passed of 1 case in 1 suite");
    let folder = folder.file("m/a.asl.json", GOOD.replace("Succeed", "Fail"));
    watching.until("✖ 1 failed of 1 case in 1 suite");
    let folder = folder.file("m/a.asltest.yaml", "machine: 7");
    watching.until("a.asltest.yaml cannot be used");
    let folder = folder.file("m/a.asl.json", GOOD);
    let _folder = folder.file("m/a.asltest.yaml", suite);
    watching.until("✔ 1 passed of 1 case in 1 suite");
    assert_eq!(watching.interrupted(), Some(130));
}
