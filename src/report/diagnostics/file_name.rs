//! How the formats name a file: with `/` between folders everywhere, as a path below the folder
//! that was judged, or as a URI.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What may stand in the path of a URI as it is (RFC 3986, section 2.3), and the `/`. A `:` may
/// not: what precedes it in a relative reference would be read as a scheme.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'/')
    .remove(b'_')
    .remove(b'~');

/// The name as services compare it with the paths of a repository.
pub(super) fn path(name: &str) -> Cow<'_, str> {
    // Elsewhere a backslash is a character of a name like any other.
    let name = if cfg!(windows) {
        Cow::Owned(name.replace('\\', "/"))
    } else {
        Cow::Borrowed(name)
    };
    match name {
        Cow::Borrowed(name) => Cow::Borrowed(name.trim_start_matches("./")),
        Cow::Owned(name) => Cow::Owned(name.trim_start_matches("./").to_owned()),
    }
}

/// A relative reference, or a `file` URI for an absolute path.
pub(super) fn uri(name: &str) -> String {
    let path = path(name);
    let encoded = utf8_percent_encode(&path, ENCODED);
    let has_drive = cfg!(windows) && path.as_bytes().get(1) == Some(&b':');
    match path.starts_with('/') {
        _ if has_drive => format!("file:///{encoded}"),
        true => format!("file://{encoded}"),
        false => encoded.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_uri_that_means_the_same_file() {
        let check = |name: &str, expected: &str| assert_eq!(uri(name), expected, "{name}");
        check("infra/order.asl.json", "infra/order.asl.json");
        check("./order.asl.json", "order.asl.json");
        check("../order.asl.json", "../order.asl.json");
        check("/srv/my flows/a.json", "file:///srv/my%20flows/a.json");
        check("a:b?c#d%.json", "a%3Ab%3Fc%23d%25.json");
        check("名\u{1b}.json", "%E5%90%8D%1B.json");
        check("<stdin>", "%3Cstdin%3E");
    }
}
