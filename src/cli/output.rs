//! Where results and words go, and how they look there.

use std::env;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use super::Exit;
use super::args::{ColorChoice, Global};
use crate::report::style::Style;
use crate::report::style::printable_lines;

/// Why a command ends early.
#[derive(Debug)]
pub(super) enum Failure {
    /// Nobody reads stdout any more.
    ClosedPipe,
    /// With something to say.
    Message {
        /// What is wrong and what to do.
        message: String,
        /// What the process ends with.
        exit: Exit,
    },
}

impl Failure {
    /// A wrong argument, an unreadable file: nothing was judged.
    pub(super) fn usage(message: impl Display) -> Self {
        Self::Message {
            message: message.to_string(),
            exit: Exit::Usage,
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::usage(format_args!("cannot write the output: {error}"))
    }
}

/// The terminal as far as it matters.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    /// Whether a person sees stdout.
    pub(super) stdout_seen: bool,
    /// Whether a person sees stderr.
    pub(super) stderr_seen: bool,
    pub(super) quiet: bool,
    color: ColorChoice,
    width: usize,
}

/// What is assumed where nobody tells.
const WIDTH: usize = 80;
const WIDTH_OF_PIPES: usize = 120;

impl Terminal {
    pub(super) fn new(global: &Global) -> Self {
        let stdout_seen = io::stdout().is_terminal();
        let stderr_seen = io::stderr().is_terminal();
        let columns = env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let width = columns.unwrap_or_else(|| {
            if !stdout_seen && !stderr_seen {
                return WIDTH_OF_PIPES;
            }
            terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0))
        });
        let (quiet, color) = (global.quiet, global.color);
        Self {
            stdout_seen,
            stderr_seen,
            quiet,
            color,
            width,
        }
    }

    fn style(&self, is_terminal: bool) -> Style {
        let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let color = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if set("NO_COLOR") => false,
            ColorChoice::Auto if env::var_os("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
            ColorChoice::Auto => is_terminal && env::var_os("TERM").is_none_or(|t| t != "dumb"),
        };
        Style::new(color, self.width)
    }

    pub(super) fn stdout_style(&self) -> Style {
        self.style(self.stdout_seen)
    }

    pub(super) fn stderr_style(&self) -> Style {
        self.style(self.stderr_seen)
    }

    /// Says something to the person; nobody listening is no failure.
    #[expect(
        clippy::unused_self,
        reason = "whoever speaks has been given the terminal"
    )]
    pub(super) fn say(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        let _ = stderr.write_all(text.as_bytes());
        let _ = if text.ends_with('\n') {
            Ok(())
        } else {
            stderr.write_all(b"\n")
        };
    }

    /// Says what is wrong; names of files in it cannot move the cursor.
    pub(super) fn error(&self, message: &str) {
        let style = self.stderr_style();
        self.say(&format!(
            "{} {}",
            style.bad("error:"),
            printable_lines(message)
        ));
    }
}

/// Writes a command's result.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(())
}
