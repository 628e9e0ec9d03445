//! Pages of lists: how many entries, and where the next page begins.

use std::fmt::Write;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::{given, object};
use crate::data::{Json, Seed};
use crate::server::protocol::{ApiError, Members};

/// What of a list is asked for.
pub(super) struct Page<P> {
    /// So many entries at most.
    pub(super) size: usize,
    /// Behind this place, as [`Page::token`] told it.
    pub(super) after: Option<P>,
    /// Which list it is. A token of another one would lead to the wrong place, or to none.
    list: u64,
}

/// Where an entry stands in its list. It is made of what the entry itself has: what others do to
/// the list between two pages neither skips nor repeats it.
pub(super) trait Place: Sized {
    fn text(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

impl Place for String {
    fn text(&self) -> String {
        self.clone()
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Place for i64 {
    fn text(&self) -> String {
        self.to_string()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Place for [i64; 2] {
    fn text(&self) -> String {
        let [first, second] = self;
        format!("{first}:{second}")
    }

    fn read(text: &str) -> Option<Self> {
        let (first, second) = text.split_once(':')?;
        Some([first.parse().ok()?, second.parse().ok()?])
    }
}

/// 0 and nothing are 100 (10 §10.6).
const DEFAULT: usize = 100;

impl<P: Place> Page<P> {
    /// The page that a request asks for, of the list that its operation and these members make:
    /// all but the size of a page must stay the same from page to page (the API's model).
    pub(super) fn of(
        members: &Members,
        operation: &str,
        filters: &[&str],
    ) -> Result<Self, ApiError> {
        let size = members.integer("maxResults").unwrap_or(0);
        let size = usize::try_from(size).unwrap_or(0);
        let list = list(members, operation, filters);
        let token = members.text("nextToken");
        let invalid = || ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'");
        Ok(Self {
            size: if size == 0 { DEFAULT } else { size },
            after: token
                .map(|token| place(token, list).ok_or_else(invalid))
                .transpose()?,
            list,
        })
    }

    /// How many rows are asked for: one more than there is room for tells whether there are more.
    pub(super) fn limit(&self) -> i64 {
        i64::try_from(self.size).map_or(i64::MAX, |size| size + 1)
    }

    /// The answer: a list under its name, cut to the page, and what the next page is asked for
    /// with. Every entry comes with its place.
    pub(super) fn reply(&self, name: &'static str, mut entries: Vec<(P, Json)>) -> Json {
        let has_more = entries.len() > self.size;
        entries.truncate(self.size);
        let last = entries.last().filter(|_| has_more);
        let token = last.map(|(place, _)| self.token(place));
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        object([
            Some((name, Json::array(entries))),
            given("nextToken", token),
        ])
    }

    /// What the next page is asked for with.
    pub(super) fn token(&self, place: &P) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!("asl:{:016x}:{}", self.list, place.text()))
    }
}

/// A list by its operation and its filters. Lengths keep the end of one filter and the beginning
/// of the next apart.
fn list(members: &Members, operation: &str, filters: &[&str]) -> u64 {
    let mut text = operation.to_owned();
    for name in filters {
        let value = members.needed(name);
        write!(text, "\n{} {value}", value.len()).expect("a string takes all");
    }
    Seed::default().named(&text).bits()
}

fn place<P: Place>(token: &str, list: u64) -> Option<P> {
    let text = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let text = String::from_utf8(text).ok()?;
    let place = text.strip_prefix(&format!("asl:{list:016x}:"))?;
    P::read(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn comes_back<P: Place + PartialEq + std::fmt::Debug>(own: P) {
        let page = Page {
            size: 1,
            after: None,
            list: 7,
        };
        let token = page.token(&own);
        assert_eq!(place::<P>(&token, 8), None);
        assert_eq!(place(&token, 7), Some(own));
    }

    #[test]
    fn a_place_comes_back() {
        comes_back(-3);
        comes_back([1_700_000_000_000, -3]);
        comes_back("arn:aws:states:eu-west-1:123456789012:activity:ä".to_owned());
        for wrong in ["", "x", "YXNsOg", "é"] {
            assert_eq!(place::<i64>(wrong, 7), None, "{wrong}");
        }
    }

    #[test]
    fn as_many_numbers_as_a_place_has_are_read() {
        for wrong in ["", "1", "1:", "1:2:3"] {
            assert_eq!(<[i64; 2]>::read(wrong), None, "{wrong}");
        }
        assert_eq!(i64::read("1:2"), None);
    }
}
