//! The inputs: a line each, read as they are needed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::done::Done;
use super::result::hash;
use super::window::{Job, Window};
use crate::cli::document::{STDIN, reason};
use crate::cli::output::Failure;
use crate::report::style::printable;

/// The longest line that is read; AWS takes much smaller inputs, but not all of a line is input.
const LONGEST: usize = 4 << 20;

/// A file of inputs.
pub(super) struct Source {
    name: String,
    lines: Box<dyn BufRead + Send>,
    /// In bytes, when that is known.
    pub(super) size: Option<u64>,
}

/// How the inputs ended.
#[derive(Debug, PartialEq)]
pub(super) struct Ending {
    /// How many were run.
    pub(super) run: u64,
    /// How many were done before.
    pub(super) skipped: u64,
    /// Why there may be more of them.
    pub(super) broken: Option<String>,
}

impl Source {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        if path.as_os_str() == STDIN {
            return Ok(Self {
                name: "<stdin>".to_owned(),
                lines: Box::new(BufReader::new(io::stdin())),
                size: None,
            });
        }
        let name = printable(&path.to_string_lossy()).into_owned();
        let file = File::open(path).map_err(|error| {
            Failure::usage(format_args!("cannot read {name}: {}", reason(&error)))
        })?;
        let about = file.metadata().ok().filter(std::fs::Metadata::is_file);
        Ok(Self {
            name,
            lines: Box::new(BufReader::with_capacity(64 * 1024, file)),
            size: about.map(|about| about.len()),
        })
    }

    /// Puts the lines into the window, all but those that are done.
    pub(super) fn read(mut self, window: &Window, done: &Done) -> Ending {
        let mut ending = Ending {
            run: 0,
            skipped: 0,
            broken: None,
        };
        let (mut bytes, mut read_to) = (Vec::new(), 0);
        for line in 1.. {
            bytes.clear();
            let text = match self.line(&mut bytes, &mut read_to) {
                Ok(Some(text)) => text,
                Ok(None) => break,
                Err(error) => {
                    let (name, reason) = (&self.name, reason(&error));
                    ending.broken = Some(format!("cannot read {name}: {reason}"));
                    break;
                }
            };
            match &text {
                Ok(text) if text.is_empty() => continue,
                Ok(text) if done.has(line, || hash(text)) => {
                    ending.skipped += 1;
                    continue;
                }
                _ => {}
            }
            let place = ending.run;
            let job = Job {
                place,
                line,
                read_to,
                text,
            };
            if !window.put(job) {
                break;
            }
            ending.run += 1;
        }
        ending
    }

    /// The next line without blanks around it, or why it is none; nothing at the end.
    fn line(
        &mut self,
        bytes: &mut Vec<u8>,
        read_to: &mut u64,
    ) -> io::Result<Option<Result<String, String>>> {
        let mut some = (&mut self.lines).take(LONGEST as u64 + 1);
        let read = some.read_until(b'\n', bytes)?;
        let is_first = *read_to == 0;
        *read_to += read as u64;
        if read == 0 {
            return Ok(None);
        }
        if read > LONGEST && bytes.last() != Some(&b'\n') {
            *read_to += self.lines.skip_until(b'\n')? as u64;
            let why = format!("the line is longer than {} MiB", LONGEST >> 20);
            return Ok(Some(Err(why)));
        }
        let bytes = bytes
            .strip_prefix("\u{feff}".as_bytes())
            .filter(|_| is_first)
            .unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map(|text| text.trim().to_owned());
        let text = text.map_err(|error| format!("the line is no UTF-8 text: {error}"));
        Ok(Some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(u64, Result<String, String>)> {
        let source = Source {
            name: "inputs".to_owned(),
            lines: Box::new(io::Cursor::new(text.to_vec())),
            size: None,
        };
        let window = Window::new(1);
        let ending = source.read(&window, &Done::default());
        window.end();
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime");
        let mut lines = Vec::new();
        while let Some(job) = runtime.block_on(window.take()) {
            lines.push((job.line, job.text));
        }
        assert_eq!(ending.run, lines.len() as u64);
        lines
    }

    #[test]
    fn blank_lines_count_and_are_left_out() {
        let text = "\u{feff}{\"a\": 1}\r\n\n  \n 2 \n3";
        let expected = [(1, "{\"a\": 1}"), (4, "2"), (5, "3")];
        let expected = expected.map(|(line, text)| (line, Ok(text.to_owned())));
        assert_eq!(lines(text.as_bytes()), expected);
        assert_eq!(lines(b""), []);
    }

    #[test]
    fn what_is_no_text_or_too_long_is_told_and_the_next_line_is_read() {
        let mut text = b"\xff\n".to_vec();
        text.extend(vec![b'x'; LONGEST + 2]);
        text.extend(b"\n1\n");
        let lines = lines(&text);
        assert_eq!(lines.len(), 3);
        let why = |index: usize| lines[index].1.clone().expect_err("it is wrong");
        assert!(why(0).contains("no UTF-8 text"));
        assert!(why(1).contains("longer than 4 MiB"));
        assert_eq!(lines[2], (3, Ok("1".to_owned())));
    }
}
