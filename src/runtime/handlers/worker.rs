//! Workers: processes that answer one call after the other, a line for a line.
//!
//! Between calls a worker belongs to no runtime: children of Map Runs and nested machines have
//! runtimes that end with them, and the worker is to serve the next one.

#[cfg(not(unix))]
pub(super) use elsewhere::Worker;
#[cfg(unix)]
pub(super) use unix::Worker;

/// The ends of a worker's pipes that are ours: its stdin, stdout and stderr.
pub(super) struct Pipes<I, O, E> {
    pub(super) calls: I,
    pub(super) answers: O,
    pub(super) said: E,
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::OwnedFd;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use rustix::process::{Pid, Signal, kill_process_group};
    use tokio::net::unix::pipe::{Receiver, Sender};

    use super::Pipes;
    use crate::runtime::handlers::process::{Program, ending};

    /// How long a worker that closed its stdout may take to end.
    const GRACE: Duration = Duration::from_secs(1);

    /// A worker, with all that it started; they end when it is dropped.
    pub(in crate::runtime::handlers) struct Worker {
        child: Child,
        /// Its pipes between calls.
        idle: Option<Pipes<OwnedFd, OwnedFd, OwnedFd>>,
    }

    impl Worker {
        /// Starts a worker with these variables beside those of the program.
        pub(in crate::runtime::handlers) fn spawn(
            program: &Program,
            variables: &[(&str, &str)],
        ) -> io::Result<Self> {
            let mut command = Command::new(&program.argv[0]);
            command
                .args(&program.argv[1..])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .envs(variables.iter().copied())
                .envs(program.env.iter().map(|(name, value)| (name, value)))
                .process_group(0);
            if let Some(folder) = &program.folder {
                command.current_dir(folder);
            }
            let mut child = command.spawn()?;
            let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
            let (Some(calls), Some(answers), Some(said)) = pipes else {
                unreachable!("they were asked for");
            };
            let idle = Some(Pipes {
                calls: calls.into(),
                answers: answers.into(),
                said: said.into(),
            });
            Ok(Self { child, idle })
        }

        /// Its pipes, for one call.
        pub(in crate::runtime::handlers) fn open(
            &mut self,
        ) -> io::Result<Pipes<Sender, Receiver, Receiver>> {
            let idle = self.idle.take().ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(Pipes {
                calls: Sender::from_owned_fd(idle.calls)?,
                answers: Receiver::from_owned_fd(idle.answers)?,
                said: Receiver::from_owned_fd(idle.said)?,
            })
        }

        /// Takes the pipes back after a call; whether there can be another one.
        pub(in crate::runtime::handlers) fn close(
            &mut self,
            pipes: Pipes<Sender, Receiver, Receiver>,
        ) -> bool {
            let closed = || {
                Ok::<_, io::Error>(Pipes {
                    calls: pipes.calls.into_nonblocking_fd()?,
                    answers: pipes.answers.into_nonblocking_fd()?,
                    said: pipes.said.into_nonblocking_fd()?,
                })
            };
            self.idle = closed().ok();
            self.is_alive()
        }

        /// Whether it can be called.
        pub(in crate::runtime::handlers) fn is_alive(&mut self) -> bool {
            self.idle.is_some() && matches!(self.child.try_wait(), Ok(None))
        }

        /// How it ended, once it closed its stdout: "exit code 1".
        pub(in crate::runtime::handlers) async fn ending(&mut self) -> String {
            let mut pause = Duration::from_millis(1);
            let mut waited = Duration::ZERO;
            while waited < GRACE {
                match self.child.try_wait() {
                    Ok(Some(status)) => return ending(status),
                    Ok(None) => tokio::time::sleep(pause).await,
                    Err(_) => break,
                }
                waited += pause;
                pause *= 2;
            }
            "no exit code".to_owned()
        }
    }

    impl Drop for Worker {
        fn drop(&mut self) {
            // As long as it was not waited for, the number is its own.
            if let (Ok(None), Some(group)) = (
                self.child.try_wait(),
                Pid::from_raw(self.child.id().cast_signed()),
            ) {
                let _ = kill_process_group(group, Signal::KILL);
                let _ = self.child.wait();
            }
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io;

    use tokio::process::{ChildStderr, ChildStdin, ChildStdout};

    use super::Pipes;
    use crate::runtime::handlers::process::{Group, Program, ending};

    /// A worker for one call: its pipes cannot leave their runtime.
    pub(in crate::runtime::handlers) struct Worker(Group);

    impl Worker {
        /// Starts a worker with these variables beside those of the program.
        pub(in crate::runtime::handlers) fn spawn(
            program: &Program,
            variables: &[(&'static str, &str)],
        ) -> io::Result<Self> {
            let variables = variables
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()));
            Group::spawn(program, variables, false).map(Self)
        }

        /// Its pipes, for one call.
        pub(in crate::runtime::handlers) fn open(
            &mut self,
        ) -> io::Result<Pipes<ChildStdin, ChildStdout, ChildStderr>> {
            let child = &mut self.0.child;
            let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
            let (Some(calls), Some(answers), Some(said)) = pipes else {
                return Err(io::ErrorKind::BrokenPipe.into());
            };
            Ok(Pipes {
                calls,
                answers,
                said,
            })
        }

        /// Whether there can be another call.
        pub(in crate::runtime::handlers) fn close(
            &mut self,
            _: Pipes<ChildStdin, ChildStdout, ChildStderr>,
        ) -> bool {
            false
        }

        /// Whether it can be called.
        pub(in crate::runtime::handlers) fn is_alive(&mut self) -> bool {
            self.0.child.stdin.is_some()
        }

        /// How it ended, once it closed its stdout.
        pub(in crate::runtime::handlers) async fn ending(&mut self) -> String {
            match self.0.wait().await {
                Ok(status) => ending(status),
                Err(_) => "no exit code".to_owned(),
            }
        }
    }
}
