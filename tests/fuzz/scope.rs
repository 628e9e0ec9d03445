//! What the expressions read: documents of every shape.

use std::sync::LazyLock;

use aslkit::data::Json;
use aslkit::query::{self, jsonata};

/// A document, seen as input, result, error, variable and context alike.
pub struct Seen<'d>(pub &'d Json);

pub static DOCUMENTS: LazyLock<Vec<Json>> = LazyLock::new(|| {
    let texts = [
        "null",
        "[]",
        "{}",
        "-1.5",
        r#""2026-01-31T08:30:00Z""#,
        r#"{"a": [1, 2.0, {"a": "é🚀", "b": [[], {}]}, null, true], "b": {"a": 0, "c d": "x,y;z"},
            "items": [{"id": 1, "price": 2.5, "tags": ["x"]}, {"id": 2, "price": 1e300}],
            "n": 9007199254740993, "s": "aaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "t": "{} \\{ {}", "é": {}}"#,
    ];
    let texts = texts.iter().map(|text| Json::parse(text).expect(text));
    texts.collect()
});

impl query::Scope for Seen<'_> {
    fn input(&self) -> &Json {
        self.0
    }

    fn variable(&self, name: &str) -> Option<&Json> {
        (name != "missing").then_some(self.0)
    }

    fn context(&self) -> Json {
        [("Execution", self.0.clone())].into_iter().collect()
    }

    fn context_member(&self, section: &str, member: &str) -> Option<Json> {
        (section == "Execution" && member == "Input").then(|| self.0.clone())
    }
}

impl jsonata::Variables for Seen<'_> {
    fn variable(&self, name: &str) -> Option<&Json> {
        query::Scope::variable(self, name)
    }
}

/// What came out of an evaluation is a document like any other.
#[track_caller]
pub fn is_sound(value: &Json) {
    let text = value.text();
    let again = Json::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(&again, value, "{text}");
    assert_eq!(value.compacted().size(), again.compacted().size(), "{text}");
}
