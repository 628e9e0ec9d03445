//! JSON text: reading into and writing from the runtime document.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::limits::MAX_DEPTH;
use super::{Json, Number, Object};

/// Why a text is not a JSON document, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at line {} column {}",
            self.message, self.line, self.column
        )
    }
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        let mut message = error.to_string();
        if let Some(end) = message.rfind(" at line ") {
            message.truncate(end);
        }
        Self {
            message,
            line,
            column,
        }
    }
}

impl Json {
    /// Reads a JSON text. An array or object keeps the text, so that it is printed as written
    /// until something touches it.
    ///
    /// # Errors
    /// When the text is not one JSON document, or nests deeper than [`MAX_DEPTH`].
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        let text = text.trim_matches([' ', '\t', '\n', '\r']);
        let mut reader = serde_json::Deserializer::from_str(text);
        reader.disable_recursion_limit();
        let mut value = Document { depth: 0 }.deserialize(&mut reader)?;
        reader.end()?;
        value.keep_text(text);
        Ok(value)
    }

    fn keep_text(&mut self, text: &str) {
        let size = self.size();
        let place = match self {
            Self::Array(array) => &mut Arc::get_mut(array).expect("just made").text,
            Self::Object(object) => &mut Arc::get_mut(object).expect("just made").text,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => return,
        };
        place.original = text.len() != size;
        // The text of a large compact document is made when it is needed, if ever.
        if place.original {
            let _ = place.made.set(text.into());
        }
    }

    /// The JSON text: compact, or as it was read when nothing touched it.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        let (Self::Array(_) | Self::Object(_)) = self else {
            let mut out = String::new();
            self.write(&mut out);
            return Cow::Owned(out);
        };
        let place = match self {
            Self::Array(array) => &array.text.made,
            Self::Object(object) => &object.text.made,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => {
                unreachable!("handled above")
            }
        };
        Cow::Borrowed(place.get_or_init(|| {
            let mut out = String::with_capacity(self.size());
            self.write_members(&mut out);
            out.into()
        }))
    }

    /// Appends the JSON text to `out`.
    pub fn write(&self, out: &mut String) {
        use fmt::Write;
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Number(number) => write!(out, "{number}").expect("a string takes all"),
            Self::String(text) => write_quoted(text, out),
            Self::Array(array) => match array.text.made.get() {
                Some(text) => out.push_str(text),
                None => self.write_members(out),
            },
            Self::Object(object) => match object.text.made.get() {
                Some(text) => out.push_str(text),
                None => self.write_members(out),
            },
        }
    }

    fn write_members(&self, out: &mut String) {
        match self {
            Self::Array(array) => {
                out.push('[');
                for (index, item) in array.items().iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(object) => {
                out.push('{');
                for (index, (key, value)) in object.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_quoted(key, out);
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => self.write(out),
        }
    }
}

fn write_quoted(text: &str, out: &mut String) {
    out.push('"');
    write_escaped(text, out);
    out.push('"');
}

/// Appends the inside of a JSON string: quotes, backslashes and control characters escaped.
pub fn write_escaped(text: &str, out: &mut String) {
    out.reserve(text.len());
    let mut plain = 0;
    let bytes = text.as_bytes();
    while let Some(found) = bytes[plain..]
        .iter()
        .position(|b| ESCAPED[*b as usize] != 1)
    {
        let at = plain + found;
        let byte = bytes[at];
        out.push_str(&text[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            _ => {
                use fmt::Write;
                write!(out, "\\u{byte:04x}").expect("a string takes all");
            }
        }
    }
    out.push_str(&text[plain..]);
}

/// How many bytes each byte takes inside a JSON string.
const ESCAPED: [u8; 256] = {
    let mut table = [1; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = 6;
        byte += 1;
    }
    let mut short = *b"\"\\\n\r\t\x08\x0c";
    let mut at = 0;
    while at < short.len() {
        table[short[at] as usize] = 2;
        short[at] = 0;
        at += 1;
    }
    table
};

/// The size of a string with its quotes.
pub(super) fn escaped_size(text: &str) -> usize {
    2 + text
        .bytes()
        .map(|byte| usize::from(ESCAPED[byte as usize]))
        .sum::<usize>()
}

/// Reads one document, counting levels.
#[derive(Clone, Copy)]
struct Document {
    depth: u16,
}

impl Document {
    fn below<E: de::Error>(self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!(
                "nested deeper than {MAX_DEPTH} levels"
            )));
        }
        Ok(Self {
            depth: self.depth + 1,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Document {
    type Value = Json;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(Number::Int(value)))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(
            i64::try_from(value).map_or(Number::Big(value), Number::Int),
        ))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(Number::Float(value)))
    }
    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.into()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(0));
        while let Some(item) = seq.next_element_seed(below)? {
            items.push(item);
        }
        Ok(Json::array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut object = Object::default();
        while let Some(key) = map.next_key::<Arc<str>>()? {
            object.insert(key, map.next_value_seed(below)?);
        }
        Ok(Json::from(object))
    }
}

impl<'de> de::Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Document { depth: 0 }.deserialize(deserializer)
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(Number::Int(value)) => serializer.serialize_i64(*value),
            Self::Number(Number::Big(value)) => serializer.serialize_u64(*value),
            Self::Number(Number::Float(value)) => serializer.serialize_f64(*value),
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(array) => {
                let mut seq = serializer.serialize_seq(Some(array.items().len()))?;
                for item in array.items() {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Self::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.len()))?;
                for (key, value) in object.iter() {
                    map.serialize_entry(&**key, value)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_form() {
        for text in [
            "0",
            "-1",
            "0.0",
            "1.5",
            "18446744073709551615",
            "9007199254740993",
        ] {
            assert_eq!(&*Json::parse(text).expect("valid").text(), text);
        }
    }

    #[test]
    fn errors_have_a_place() {
        let error = Json::parse("{\"a\": 1,\n  b}").expect_err("not JSON");
        assert_eq!((error.line, error.column), (2, 3));
        assert_eq!(error.message, "key must be a string");
    }

    #[test]
    fn hostile_nesting_is_an_error() {
        let deep = "[".repeat(200_000);
        assert!(
            Json::parse(&deep)
                .expect_err("too deep")
                .message
                .contains("nested deeper")
        );
        let fits = format!("{}{}", "[".repeat(500), "]".repeat(500));
        assert_eq!(Json::parse(&fits).expect("within the limit").depth(), 500);
    }

    #[test]
    fn escapes_are_counted_and_written() {
        let text = "\"\\\n\r\t\u{8}\u{c}\u{1}\u{1f}é🚀";
        let value = Json::from(text);
        assert_eq!(value.text().len(), value.size());
        assert_eq!(Json::parse(&value.text()).expect("valid"), value);
    }
}
