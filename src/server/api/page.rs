//! Pages of lists: how many entries, and where the next page begins.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::server::protocol::{ApiError, Members, Text};

/// What of a list is asked for.
pub(super) struct Page {
    /// So many entries at most.
    pub(super) size: usize,
    /// Behind this place, as [`Page::token`] told it.
    pub(super) after: Option<Vec<i64>>,
}

/// 0 and nothing are 100 (10 §10.6).
const DEFAULT: usize = 100;

impl Page {
    /// The page that a request asks for.
    pub(super) fn of(members: &Members, longest_token: usize) -> Result<Self, ApiError> {
        let size = members.integer("maxResults", 0, 1000)?.unwrap_or(0);
        let size = usize::try_from(size).unwrap_or(0);
        let token = members.optional(Text {
            name: "nextToken",
            least: 1,
            most: longest_token,
            secret: false,
        })?;
        let invalid = || ApiError::new("InvalidToken", "Invalid Token: 'Invalid token'");
        Ok(Self {
            size: if size == 0 { DEFAULT } else { size },
            after: token
                .map(|token| place(token).ok_or_else(invalid))
                .transpose()?,
        })
    }

    /// What the next page is asked for with.
    pub(super) fn token(place: &[i64]) -> String {
        let place: Vec<String> = place.iter().map(i64::to_string).collect();
        BASE64_URL_SAFE_NO_PAD.encode(format!("asl:{}", place.join(":")))
    }
}

fn place(token: &str) -> Option<Vec<i64>> {
    let text = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let text = String::from_utf8(text).ok()?;
    let place = text.strip_prefix("asl:")?;
    place.split(':').map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back() {
        assert_eq!(
            place(&Page::token(&[1_700_000_000_000, -3])),
            Some(vec![1_700_000_000_000, -3])
        );
        for wrong in ["", "x", "YXNsOg", "é"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }
}
