//! Where a document comes from, as far as that can be told without running anything: which part of
//! the input or of which answer a path leads to.

use std::sync::Arc;

use crate::data::{Json, Object};

/// A step into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Name(Arc<str>),
    Index(usize),
}

/// A document.
#[derive(Clone, Debug)]
pub(super) enum Symbol {
    /// A part of what somebody gives: by the number of the source.
    From(usize, Vec<Key>),
    /// It is known, or made by an expression that is not followed.
    Unknown,
    /// A document with other parts in some places.
    With(Box<Symbol>, Vec<(Key, Symbol)>),
}

/// How many parts a document may be made of: what is larger is not followed, as each state could
/// make it twice as large.
const MAX_PARTS: usize = 300;

impl Symbol {
    /// A document with these parts in some places of another one.
    pub(super) fn made(base: Self, parts: Vec<(Key, Self)>) -> Self {
        let made = Self::With(Box::new(base), parts);
        match made.spent(MAX_PARTS) {
            Some(_) => made,
            None => Self::Unknown,
        }
    }

    /// What is left when each part has cost one. Recursion is bounded by what there is to spend.
    fn spent(&self, budget: usize) -> Option<usize> {
        let left = budget.checked_sub(1)?;
        match self {
            Self::From(..) | Self::Unknown => Some(left),
            Self::With(base, parts) => {
                let mut parts = parts.iter();
                let left = base.spent(left)?;
                parts.try_fold(left, |left, (_, part)| part.spent(left))
            }
        }
    }

    /// A part of it.
    pub(super) fn get(&self, path: &[Key]) -> Self {
        let Some((first, rest)) = path.split_first() else {
            return self.clone();
        };
        match self {
            Self::Unknown => Self::Unknown,
            Self::From(source, keys) => {
                let keys = keys.iter().chain(path).cloned().collect();
                Self::From(*source, keys)
            }
            Self::With(base, parts) => {
                let part = parts.iter().rev().find(|(key, _)| key == first);
                match part {
                    Some((_, part)) => part.get(rest),
                    None => base.get(path),
                }
            }
        }
    }

    /// The document with another part in this place.
    pub(super) fn with(self, path: &[Key], value: Self) -> Self {
        let Some((first, rest)) = path.split_first() else {
            return value;
        };
        let part = self.get(std::slice::from_ref(first)).with(rest, value);
        match self {
            Self::With(base, mut parts) => {
                parts.retain(|(key, _)| key != first);
                parts.push((first.clone(), part));
                Self::made(*base, parts)
            }
            base => Self::made(base, vec![(first.clone(), part)]),
        }
    }
}

/// The steps of a path behind its root: `$.a['b'][0]`; none when it is more than a reference.
pub(super) fn keys(path: &str) -> Option<Vec<Key>> {
    let mut rest = path;
    let mut keys = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let name = &after[..end];
            if name.is_empty() || name.contains(['*', '?', '(', ' ', '@', ',']) {
                return None;
            }
            keys.push(Key::Name(name.into()));
            rest = &after[end..];
            continue;
        }
        let (inside, after) = rest.strip_prefix('[')?.split_once(']')?;
        let quoted = inside.strip_prefix(['\'', '"']);
        match quoted.and_then(|inside| inside.strip_suffix(['\'', '"'])) {
            // Several at once are no reference.
            Some(name) if name.contains(['\'', '"']) => return None,
            Some(name) => keys.push(Key::Name(name.into())),
            None => keys.push(Key::Index(inside.parse().ok()?)),
        }
        rest = after;
    }
    Some(keys)
}

/// The document with a value in this place; what is in the way is replaced.
pub(super) fn put(document: &mut Json, path: &[Key], value: Json) {
    /// Nobody needs a longer list to be made up.
    const MAX_ITEMS: usize = 100;
    let Some((first, rest)) = path.split_first() else {
        *document = value;
        return;
    };
    match first {
        Key::Name(name) => {
            let mut part = document.get(name).cloned().unwrap_or_default();
            put(&mut part, rest, value);
            let mut object: Object = document
                .as_object()
                .into_iter()
                .flat_map(Object::iter)
                .map(|(key, value)| (Arc::clone(key), value.clone()))
                .collect();
            object.insert(Arc::clone(name), part);
            *document = Json::from(object);
        }
        Key::Index(index) if *index < MAX_ITEMS => {
            let mut items = document.as_array().unwrap_or_default().to_vec();
            while items.len() <= *index {
                items.push(Json::empty_object());
            }
            put(&mut items[*index], rest, value);
            *document = Json::array(items);
        }
        Key::Index(_) => {}
    }
}

/// Whether there is something in this place.
pub(super) fn has(document: &Json, path: &[Key]) -> bool {
    let found = path.iter().try_fold(document, |document, key| match key {
        Key::Name(name) => document.get(name),
        Key::Index(index) => document.as_array()?.get(*index),
    });
    found.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_nothing_else() {
        let check = |path: &str, expected: Option<usize>| {
            assert_eq!(keys(path).map(|keys| keys.len()), expected, "{path}");
        };
        check("", Some(0));
        check(".a.b", Some(2));
        check("['a b'][0].c", Some(3));
        check("..a", None);
        check("[*]", None);
        check("['a','b']", None);
        check(".a[?(@.b)]", None);
    }

    #[test]
    fn values_are_put_where_nothing_was() {
        let mut document = Json::empty_object();
        let path = |text: &str| keys(text).expect("a reference");
        put(&mut document, &path(".a.b[1].c"), 1.into());
        put(&mut document, &path(".a.d"), "x".into());
        assert_eq!(document.text(), r#"{"a":{"b":[{},{"c":1}],"d":"x"}}"#);
        assert!(has(&document, &path(".a.b[1]")));
        assert!(!has(&document, &path(".a.b[2]")));
    }

    #[test]
    fn a_document_that_doubles_is_not_followed_for_ever() {
        let mut document = Symbol::From(0, Vec::new());
        for _ in 0..100 {
            let name = |text: &str| Key::Name(text.into());
            let parts = vec![(name("a"), document.clone()), (name("b"), document)];
            document = Symbol::made(Symbol::Unknown, parts);
        }
        assert!(document.spent(MAX_PARTS).is_some());
    }

    #[test]
    fn parts_of_a_document_come_from_elsewhere() {
        let path = |text: &str| keys(text).expect("a reference");
        let document = Symbol::From(0, Vec::new()).with(&path(".a.b"), Symbol::From(1, Vec::new()));
        let check = |text: &str, source: usize, length: usize| {
            let Symbol::From(found, keys) = document.get(&path(text)) else {
                panic!("{text} is not known");
            };
            assert_eq!((found, keys.len()), (source, length), "{text}");
        };
        check(".x", 0, 1);
        check(".a.c", 0, 2);
        check(".a.b.c", 1, 1);
    }
}
