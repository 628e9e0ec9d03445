//! One call of the program, and what must be true of it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use assert_cmd::Command;
use tempfile::TempDir;

/// No call may take longer, whatever it is given.
const LIMIT: Duration = Duration::from_secs(30);

/// What people set for their terminals and networks, and what the tests must not depend on.
const PERSONAL: [&str; 11] = [
    "ALL_PROXY",
    "ASL_FORMAT",
    "CI",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "HTTP_PROXY",
    "NO_COLOR",
    "RUST_BACKTRACE",
    "all_proxy",
    "http_proxy",
    "no_proxy",
];

/// A folder for files of one test; it goes when nobody uses it any more.
#[derive(Clone)]
pub(crate) struct Folder(Arc<TempDir>);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(Arc::new(TempDir::new().expect("a temporary folder")))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file that was written")
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(name);
        let folder = path.parent().expect("it is in a folder");
        std::fs::create_dir_all(folder).expect("a folder in the temporary folder");
        std::fs::write(path, content).expect("a file in the temporary folder");
        self
    }

    /// The program with these arguments, divided as a shell does.
    pub(crate) fn asl(&self, line: &str) -> Asl {
        Asl {
            args: split(line),
            stdin: Vec::new(),
            variables: Vec::new(),
            folder: self.clone(),
            most_work: None,
        }
    }
}

fn split(line: &str) -> Vec<OsString> {
    let args = shlex::split(line).expect("quotes in pairs");
    args.into_iter().map(OsString::from).collect()
}

/// The path of a file in `fixtures/`.
pub(crate) fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    assert!(path.exists(), "there is no fixture {name}");
    path.to_str().expect("a path in Unicode").to_owned()
}

/// One call of the program, in a folder of its own.
pub(crate) struct Asl {
    args: Vec<OsString>,
    stdin: Vec<u8>,
    variables: Vec<(&'static str, &'static str)>,
    folder: Folder,
    /// How many seconds of a core it may take, and then as long as the machine is busy.
    most_work: Option<u32>,
}

impl Asl {
    /// The program with these arguments, divided as a shell does.
    pub(crate) fn new(line: &str) -> Self {
        Folder::new().asl(line)
    }

    pub(crate) fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub(crate) fn stdin(mut self, text: impl AsRef<[u8]>) -> Self {
        text.as_ref().clone_into(&mut self.stdin);
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    pub(crate) fn file(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.folder = self.folder.file(name, content);
        self
    }

    /// Ends it when it has worked for so long.
    pub(crate) fn most_work(mut self, seconds: u32) -> Self {
        self.most_work = Some(seconds);
        self
    }

    /// Runs it to its end, which must be this exit code.
    #[track_caller]
    pub(crate) fn code(self, expected: i32) -> Told {
        let limit = self.most_work.map_or(LIMIT, |_| 10 * LIMIT);
        let output = Command::from_std(self.command())
            .timeout(limit)
            .write_stdin(self.stdin)
            .output()
            .expect("the program starts");
        let told = Told::of(&output);
        assert_eq!(output.status.code(), Some(expected), "{told}");
        told
    }

    /// The call for a test that does more than wait for its end.
    pub(crate) fn command(&self) -> std::process::Command {
        let program = assert_cmd::cargo::cargo_bin("asl");
        let mut command = match self.most_work {
            Some(seconds) if cfg!(unix) => {
                let mut shell = std::process::Command::new("sh");
                shell.args([
                    "-c",
                    "ulimit -t \"$0\" && exec \"$@\"",
                    &seconds.to_string(),
                ]);
                shell.arg(program);
                shell
            }
            _ => std::process::Command::new(program),
        };
        for name in PERSONAL {
            command.env_remove(name);
        }
        command
            .args(&self.args)
            .envs(self.variables.iter().copied())
            .current_dir(self.folder.0.path());
        command
    }
}

/// What the program told.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Told {
    /// Takes what was told, and judges what must hold for every call.
    #[track_caller]
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it speaks UTF-8");
        let told = Self {
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        };
        assert!(!told.stderr.contains("panicked"), "{told}");
        for stream in [&told.stdout, &told.stderr] {
            let obeyed = stream.chars().find(|c| c.is_control() && *c != '\n');
            assert_eq!(obeyed, None, "a terminal would obey it: {told}");
        }
        told
    }

    #[track_caller]
    pub(crate) fn stdout(self, expected: &str) -> Self {
        assert_eq!(self.stdout, expected, "{self}");
        self
    }

    #[track_caller]
    pub(crate) fn stdout_contains(self, expected: &str) -> Self {
        assert!(self.stdout.contains(expected), "no {expected:?} in {self}");
        self
    }

    #[track_caller]
    pub(crate) fn stdout_lacks(self, unexpected: &str) -> Self {
        assert!(
            !self.stdout.contains(unexpected),
            "{unexpected:?} in {self}"
        );
        self
    }

    #[track_caller]
    pub(crate) fn stderr(self, expected: &str) -> Self {
        assert_eq!(self.stderr, expected, "{self}");
        self
    }

    #[track_caller]
    pub(crate) fn stderr_contains(self, expected: &str) -> Self {
        assert!(self.stderr.contains(expected), "no {expected:?} in {self}");
        self
    }

    #[track_caller]
    pub(crate) fn stderr_lacks(self, unexpected: &str) -> Self {
        assert!(
            !self.stderr.contains(unexpected),
            "{unexpected:?} in {self}"
        );
        self
    }

    /// stdout as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        /// Nobody reads megabytes in a test's report.
        const MOST: usize = 4000;
        let start = |text: &str| text.chars().take(MOST).collect::<String>();
        let (stdout, stderr) = (start(&self.stdout), start(&self.stderr));
        write!(f, "\n--- stdout\n{stdout}\n--- stderr\n{stderr}\n---")
    }
}
