//! A JSON file: the items of an array, or the values of an object with their keys.

use std::sync::Arc;

use crate::data::StatesError;

use super::object::Object;
use super::splitter::Splitter;
use super::{Place, Raw, Rows, SourceItem};

/// The items of an object of the bucket, or of the array or object that `pointer` names in it.
pub(super) fn rows(object: Object, pointer: Option<&str>) -> Result<Rows, StatesError> {
    let mut text = Splitter::new(object);
    for token in tokens(pointer, &text.object)? {
        descend(&mut text, &token, pointer.unwrap_or_default())?;
    }
    let kind = match text.peek()? {
        Some(b'[') => Kind::Array,
        // AWS refused an object that is the whole file (recorded 2023); objects came in 2025,
        // together with ItemsPointer (12), which therefore takes them, also by "".
        Some(b'{') if pointer.is_some() => Kind::Object,
        Some(b'{' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => {
            // Recorded.
            return Err(super::failed("Attempting to map over non-iterable node."));
        }
        Some(_) => return Err(text.malformed("it begins with no value")),
        None => return Err(text.object.failed("it is empty")),
    };
    text.step();
    let mut items = Values {
        text,
        kind,
        index: 0,
        is_whole: pointer.is_none_or(str::is_empty),
    };
    Ok(Box::new(std::iter::from_fn(move || {
        items.next().transpose()
    })))
}

/// The reference tokens of a JSON Pointer (RFC 6901).
fn tokens(pointer: Option<&str>, object: &Object) -> Result<Vec<String>, StatesError> {
    let mut parts = pointer.unwrap_or_default().split('/');
    if parts.next() != Some("") {
        let pointer = pointer.unwrap_or_default();
        return Err(object.failed(format_args!(
            "the ItemsPointer {pointer:?} must be empty or begin with `/`"
        )));
    }
    Ok(parts
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect())
}

/// Goes to the value of a reference token. Of keys that are there twice, the first counts.
fn descend(text: &mut Splitter, token: &str, pointer: &str) -> Result<(), StatesError> {
    let (kind, index) = match text.peek()? {
        Some(b'{') => (Kind::Object, None),
        Some(b'[') => (Kind::Array, position(token)),
        _ => return Err(nothing(text, pointer)),
    };
    text.step();
    for at in 0.. {
        if text.peek()? == Some(kind.end()) {
            break;
        }
        let found = match kind {
            Kind::Object => text.key(Place::Index(at))? == token,
            Kind::Array => index == Some(at),
        };
        if found {
            return Ok(());
        }
        text.skip()?;
        if text.peek()? == Some(kind.end()) {
            break;
        }
        text.expect(b',')?;
    }
    Err(nothing(text, pointer))
}

/// An array's index, which has no leading zeros.
fn position(token: &str) -> Option<u64> {
    let index = token.parse().ok();
    index.filter(|index: &u64| index.to_string() == token)
}

fn nothing(text: &Splitter, pointer: &str) -> StatesError {
    text.object.failed(format_args!(
        "there is nothing at the ItemsPointer {pointer:?}"
    ))
}

#[derive(Clone, Copy)]
enum Kind {
    Array,
    Object,
}

impl Kind {
    fn end(self) -> u8 {
        match self {
            Self::Array => b']',
            Self::Object => b'}',
        }
    }
}

/// The values of an array or object whose opening bracket was read.
struct Values {
    text: Splitter,
    kind: Kind,
    index: u64,
    /// Whether nothing may follow.
    is_whole: bool,
}

impl Values {
    fn next(&mut self) -> Result<Option<SourceItem>, StatesError> {
        if self.text.peek()? == Some(self.kind.end()) {
            self.text.step();
            return self.end();
        }
        if self.index > 0 {
            self.text.expect(b',')?;
        }
        let place = Place::Index(self.index);
        let key = match self.kind {
            Kind::Array => None,
            Kind::Object => Some(Arc::from(self.text.key(place)?)),
        };
        self.text.take(place)?;
        self.index += 1;
        Ok(Some(SourceItem {
            key,
            source: Arc::clone(&self.text.object.source),
            raw: Raw::Json(self.text.taken.as_slice().into(), place),
        }))
    }

    fn end(&mut self) -> Result<Option<SourceItem>, StatesError> {
        if self.is_whole && self.text.peek()?.is_some() {
            return Err(self.text.malformed("something follows the items"));
        }
        Ok(None)
    }
}
