//! `JUnit` XML, which every CI service can show. There is no standard; this is held against the
//! schema that Jenkins publishes. The only file that knows quick-xml.

use std::fmt;
use std::io;
use std::time::Duration;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::style::printable_lines;

/// A whole document.
pub(super) struct Document<'a> {
    /// What was done: `asl validate`.
    pub(super) name: &'a str,
    pub(super) suites: Vec<Suite>,
    /// How long all of it took.
    pub(super) took: Option<Duration>,
}

/// A file.
pub(super) struct Suite {
    pub(super) name: String,
    pub(super) cases: Vec<Case>,
}

/// Something in a file that was judged.
pub(super) struct Case {
    pub(super) name: String,
    pub(super) took: Option<Duration>,
    pub(super) outcome: Outcome,
}

/// What came of a case.
pub(super) enum Outcome {
    Passed,
    /// It passed, with something to say.
    Told(String),
    Skipped(String),
    Failed {
        message: String,
        kind: &'static str,
        details: String,
    },
}

type Xml = Writer<Vec<u8>>;

impl Document<'_> {
    /// Writes the document; what XML cannot hold is escaped.
    pub(super) fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let mut xml = Xml::new_with_indent(Vec::new(), b' ', 2);
        self.write(&mut xml).map_err(|_| fmt::Error)?;
        let text = String::from_utf8(xml.into_inner()).map_err(|_| fmt::Error)?;
        writeln!(out, "{text}")
    }

    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let cases = self.suites.iter().flat_map(|suite| &suite.cases);
        let attributes = attributes(self.name, cases, self.took);
        let attributes = attributes.iter().map(|(key, value)| (*key, &**value));
        let element = xml.create_element("testsuites").with_attributes(attributes);
        if self.suites.is_empty() {
            return element.write_empty().map(drop);
        }
        let suites = |xml: &mut Xml| self.suites.iter().try_for_each(|suite| suite.write(xml));
        element.write_inner_content(suites).map(drop)
    }
}

impl Suite {
    fn write(&self, xml: &mut Xml) -> io::Result<()> {
        let name = legal(&self.name);
        let took = self.cases.iter().map(|case| case.took).sum();
        let attributes = attributes(&name, self.cases.iter(), took);
        let attributes = attributes.iter().map(|(key, value)| (*key, &**value));
        let cases = |xml: &mut Xml| {
            self.cases
                .iter()
                .try_for_each(|case| case.write(&name, xml))
        };
        xml.create_element("testsuite")
            .with_attributes(attributes)
            .write_inner_content(cases)
            .map(drop)
    }
}

impl Case {
    fn write(&self, suite: &str, xml: &mut Xml) -> io::Result<()> {
        let name = legal(&self.name);
        let took = self.took.map(seconds);
        let took = took.as_deref().map(|took| ("time", took));
        let element = xml
            .create_element("testcase")
            .with_attributes([("name", &*name), ("classname", suite)])
            .with_attributes(took);
        let told = |xml: &mut Xml| match &self.outcome {
            Outcome::Passed => Ok(()),
            Outcome::Told(text) => xml
                .create_element("system-out")
                .write_text_content(BytesText::new(&legal(text)))
                .map(drop),
            Outcome::Skipped(reason) => xml
                .create_element("skipped")
                .with_attribute(("message", &*legal(reason)))
                .write_empty()
                .map(drop),
            Outcome::Failed {
                message,
                kind,
                details,
            } => xml
                .create_element("failure")
                .with_attributes([("message", &*legal(message)), ("type", kind)])
                .write_text_content(BytesText::new(&legal(details)))
                .map(drop),
        };
        match self.outcome {
            Outcome::Passed => element.write_empty().map(drop),
            _ => element.write_inner_content(told).map(drop),
        }
    }
}

fn attributes<'c>(
    name: &str,
    cases: impl Iterator<Item = &'c Case>,
    took: Option<Duration>,
) -> Vec<(&'static str, String)> {
    let (mut tests, mut failures, mut skipped) = (0, 0, 0);
    for case in cases {
        tests += 1;
        failures += usize::from(matches!(case.outcome, Outcome::Failed { .. }));
        skipped += usize::from(matches!(case.outcome, Outcome::Skipped(_)));
    }
    let mut attributes = vec![
        ("name", name.to_owned()),
        ("tests", tests.to_string()),
        ("failures", failures.to_string()),
        ("errors", "0".to_owned()),
    ];
    if skipped > 0 {
        attributes.push(("skipped", skipped.to_string()));
    }
    attributes.extend(took.map(|took| ("time", seconds(took))));
    attributes
}

fn seconds(took: Duration) -> String {
    format!("{:.3}", took.as_secs_f64())
}

/// Text in which nothing is left that XML 1.0 cannot hold, escaped or not.
fn legal(text: &str) -> String {
    printable_lines(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// Whether a text is XML to its end.
#[cfg(test)]
pub(super) fn is_xml(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}
