//! Points in time, in milliseconds: what a history records.

use std::fmt;

use super::limits;

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)` with an upper-case `T` and `Z`: Java's
    /// ISO-8601 extended offset date-time, the only form that AWS accepts.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = |range: std::ops::Range<usize>| {
            bytes
                .get(range)
                .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
        };
        let mark = |at: usize, expected: u8| bytes.get(at) == Some(&expected);
        let shaped =
            digits(0..4) && mark(4, b'-') && digits(5..7) && mark(7, b'-') && digits(8..10);
        let shaped = shaped && mark(10, b'T') && digits(11..13) && mark(13, b':');
        let shaped = shaped && digits(14..16) && mark(16, b':') && digits(17..19);
        // jiff reads a 60th second as the 59th and a `Z` in any case: Java refuses both.
        if !shaped || &bytes[17..19] == b"60" || text.ends_with('z') {
            return None;
        }
        let instant: jiff::Timestamp = text.parse().ok()?;
        Some(Self(instant.as_millisecond()))
    }

    /// This time and a number of milliseconds, stopping at the ends of the range.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This time and a number of seconds; a negative number counts as none.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        self.plus_millis(
            seconds
                .clamp(0, limits::MAX_WAIT_SECONDS * 100)
                .saturating_mul(1000),
        )
    }

    /// The milliseconds from an earlier time to this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    /// `2024-02-07T13:50:16.123Z`, always with milliseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant:.3}"),
            Err(_) => write!(f, "{} ms", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_aws_reads_and_nothing_else() {
        for good in [
            "2016-12-05T21:29:29Z",
            "2016-12-05T21:29:29.00Z",
            "2016-12-05T21:29:29.000000Z",
            "2016-12-05T21:29:29+02:00",
        ] {
            assert!(Timestamp::parse(good).is_some(), "{good}");
        }
        for bad in [
            "2016-12-05T21:29:29",
            "2016-12-05T21:29:29.000000",
            "2016-12-05 21:29:29Z",
            "2016-12-05t21:29:29Z",
            "2016-12-05T21:29:29z",
            "2016-13-05T21:29:29Z",
            "2016-12-05T25:29:29Z",
            "05-12-2016T21:29:29Z",
            "2016-12-05",
            "",
            " ",
            "日本語日本語日本語日本語",
        ] {
            assert!(Timestamp::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn prints_milliseconds() {
        let time = Timestamp::parse("2016-12-05T21:29:29.5+02:00").expect("valid");
        assert_eq!(time.to_string(), "2016-12-05T19:29:29.500Z");
        assert_eq!(time.plus_seconds(1).to_string(), "2016-12-05T19:29:30.500Z");
    }
}
