//! What a process says on standard error: heartbeats, lines for whoever watches, and its end,
//! which tells why it failed.

use super::heartbeat::{self, Heart};

/// A line that is longer is passed on in pieces.
const MAX_LINE: usize = 4096;

/// What was said so far. However much it is, little is kept.
#[derive(Debug)]
pub(super) struct Said<'h> {
    heart: &'h Heart,
    /// The line that has not ended.
    line: Vec<u8>,
    /// The end of all lines.
    kept: Vec<u8>,
    /// How much of the end is kept.
    most: usize,
    /// Whether something was dropped.
    cut: bool,
}

impl<'h> Said<'h> {
    /// Nothing yet; of what comes, this much of the end is kept.
    pub(super) fn nothing(heart: &'h Heart, most: usize) -> Self {
        Self {
            heart,
            line: Vec::new(),
            kept: Vec::new(),
            most,
            cut: false,
        }
    }

    /// Takes what was said next.
    pub(super) fn hear(&mut self, chunk: &[u8]) {
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") || self.line.len() >= MAX_LINE {
                self.end_line();
            }
        }
    }

    /// The end of it, as text, once no more will come.
    pub(super) fn finish(mut self) -> String {
        self.end_line();
        self.cut_to(self.most);
        let text = String::from_utf8_lossy(&self.kept);
        let dots = if self.cut { "…" } else { "" };
        format!("{dots}{}", text.trim_start_matches('\u{fffd}').trim())
    }

    fn end_line(&mut self) {
        let text = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        if text == heartbeat::LINE {
            self.heart.beat();
        } else {
            if !self.line.is_empty() && self.heart.answers.are_told() {
                self.heart.answers.said(&String::from_utf8_lossy(text));
            }
            self.kept.extend_from_slice(&self.line);
            // Cutting it for every short line would cost more than the line.
            if self.kept.len() > 2 * self.most {
                self.cut_to(self.most);
            }
        }
        self.line.clear();
    }

    fn cut_to(&mut self, most: usize) {
        let surplus = self.kept.len().saturating_sub(most);
        self.kept.drain(..surplus);
        self.cut |= surplus > 0;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::data::EventId;
    use crate::runtime::inbox::{Answers, Listener};

    #[track_caller]
    fn check(chunks: &[&str], kept: &str, told: &[&str]) {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&lines);
        let listener = Listener::new(move |state: &str, line: &str| {
            assert_eq!(state, "Charge");
            hearing.lock().expect("no panic").push(line.to_owned());
        });
        let (answers, _) = Answers::heard(EventId(1));
        let heart = Heart::new(answers.told_to(Some(&listener), "Charge"));
        let mut said = Said::nothing(&heart, 20);
        for chunk in chunks {
            said.hear(chunk.as_bytes());
        }
        assert_eq!(said.finish(), kept, "{chunks:?}");
        assert_eq!(*lines.lock().expect("no panic"), told, "{chunks:?}");
    }

    #[test]
    fn heartbeats_are_whole_lines_and_are_not_told() {
        check(&["a\nasl:heartbeat\nb\n"], "a\nb", &["a", "b"]);
        check(&["asl:heart", "beat\r\nasl:", "heartbeat\nx"], "x", &["x"]);
        let line = "asl:heartbeats";
        check(&[line, "\n"], line, &[line]);
        check(&["asl:heartbeat"], "", &[]);
    }

    #[test]
    fn lines_are_told_as_they_end() {
        check(
            &["on", "e\r\ntw", "o\n\nthree"],
            "one\r\ntwo\n\nthree",
            &["one", "two", "", "three"],
        );
    }

    #[test]
    fn the_end_is_kept_however_much_is_said() {
        let (long, lines) = ("x".repeat(MAX_LINE), ["0123456789\n"; 3].concat());
        let pieces = [&*long; 3];
        check(&pieces, &format!("…{}", "x".repeat(20)), &pieces);
        let told = ["0123456789", "0123456789", "0123456789"];
        check(&[&lines], "…23456789\n0123456789", &told);
        check(&["ääääääääääb"], "…äääääääääb", &["ääääääääääb"]);
    }
}
