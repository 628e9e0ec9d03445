//! A history that is one JSON document, taken apart while it comes: `{"events": […]}` or a bare
//! array. What is between the events is found here; where an event ends, its reader knows.

use memchr::memchr2;

/// Where in a document the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spot {
    /// Before it, or after one and maybe before another.
    Outside,
    /// Before a key of the outer object, a comma or its end.
    Key,
    /// After a key.
    Colon(Member),
    /// After a colon.
    Value(Member),
    /// Before an event, a comma or the end of the array.
    Events,
}

/// A member of the outer object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Member {
    Events,
    /// There is more where the document came from.
    NextToken,
    Other,
}

/// The state between two pieces of a document.
#[derive(Debug)]
pub(super) struct Document {
    spot: Spot,
    is_bare: bool,
    value: Value,
    /// Whether there was an array of events.
    pub(super) has_events: bool,
    /// Whether it says that it is only a part.
    pub(super) has_more: bool,
}

/// What was found next in a document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// An element of `events` begins here.
    Event(usize),
    /// Nothing that matters, up to here.
    Nothing(usize),
    /// It takes more bytes.
    Unfinished,
    /// A document ends, and there was no history in it.
    Foreign,
    /// This is not how a history looks, here.
    Wrong(usize, &'static str),
}

impl Document {
    pub(super) fn new() -> Self {
        Self {
            spot: Spot::Outside,
            is_bare: false,
            value: Value::default(),
            has_events: false,
            has_more: false,
        }
    }

    /// Whether nothing is open.
    pub(super) fn is_outside(&self) -> bool {
        self.spot == Spot::Outside
    }

    /// The next thing in these bytes, which begin where the last thing ended.
    pub(super) fn next(&mut self, bytes: &[u8]) -> Found {
        let Some(at) = bytes.iter().position(|byte| !byte.is_ascii_whitespace()) else {
            return match bytes.len() {
                0 => Found::Unfinished,
                blank => Found::Nothing(blank),
            };
        };
        match (self.spot, bytes[at]) {
            (Spot::Outside, b'{') => self.go(Spot::Key, at),
            (Spot::Outside, b'[') => {
                (self.is_bare, self.has_events) = (true, true);
                self.go(Spot::Events, at)
            }
            (Spot::Outside, _) => Found::Wrong(at, "there is something after the history"),
            (Spot::Key | Spot::Events, b',') => Found::Nothing(at + 1),
            (Spot::Key, b'}') if !self.has_events => Found::Foreign,
            (Spot::Key, b'}') => self.go(Spot::Outside, at),
            (Spot::Events, b']') if self.is_bare => {
                self.is_bare = false;
                self.go(Spot::Outside, at)
            }
            (Spot::Events, b']') => self.go(Spot::Key, at),
            (Spot::Colon(member), b':') => self.go(Spot::Value(member), at),
            (Spot::Value(Member::Events), b'[') => {
                self.has_events = true;
                self.go(Spot::Events, at)
            }
            (Spot::Events, _) => Found::Event(at),
            (Spot::Key, b'"') | (Spot::Value(_), _) => self.value(bytes, at),
            (Spot::Key, _) => Found::Wrong(at, "expected a name in quotes"),
            (Spot::Colon(_), _) => Found::Wrong(at, "expected `:`"),
        }
    }

    fn go(&mut self, spot: Spot, at: usize) -> Found {
        self.spot = spot;
        Found::Nothing(at + 1)
    }

    fn value(&mut self, bytes: &[u8], start: usize) -> Found {
        let Some(length) = self.value.end(&bytes[start..]) else {
            return Found::Unfinished;
        };
        self.value = Value::default();
        let end = start + length;
        let text = &bytes[start..end];
        match self.spot {
            Spot::Key => {
                self.spot = Spot::Colon(match text {
                    b"\"events\"" => Member::Events,
                    b"\"nextToken\"" | b"\"NextToken\"" => Member::NextToken,
                    _ => Member::Other,
                });
            }
            Spot::Value(Member::Events) if text != b"null" => {
                return Found::Wrong(start, "`events` is no array");
            }
            _ if text.is_empty() => return Found::Wrong(start, "expected a value"),
            _ => {
                self.has_more |= self.spot == Spot::Value(Member::NextToken) && text != b"null";
                self.spot = Spot::Key;
            }
        }
        Found::Nothing(end)
    }
}

/// How far the end of a JSON value was looked for.
#[derive(Debug, Default)]
struct Value {
    seen: usize,
    depth: usize,
    in_string: bool,
}

impl Value {
    /// The length of the value that these bytes begin with; none when it goes on after them.
    fn end(&mut self, bytes: &[u8]) -> Option<usize> {
        while self.seen < bytes.len() {
            if self.in_string {
                self.string(bytes)?;
                if self.depth == 0 {
                    return Some(self.seen);
                }
                continue;
            }
            match bytes[self.seen] {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth == 0 => return Some(self.seen),
                b'}' | b']' if self.depth == 1 => return Some(self.seen + 1),
                b'}' | b']' => self.depth -= 1,
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => {
                    return Some(self.seen);
                }
                _ => {}
            }
            self.seen += 1;
        }
        None
    }

    /// Goes on behind the end of a string.
    fn string(&mut self, bytes: &[u8]) -> Option<()> {
        loop {
            let Some(found) = memchr2(b'"', b'\\', &bytes[self.seen..]) else {
                self.seen = bytes.len();
                return None;
            };
            let at = self.seen + found;
            if bytes[at] == b'"' {
                (self.seen, self.in_string) = (at + 1, false);
                return Some(());
            }
            if at + 1 == bytes.len() {
                self.seen = at;
                return None;
            }
            self.seen = at + 2;
        }
    }
}
