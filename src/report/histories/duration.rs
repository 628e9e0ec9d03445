//! Durations as people say them.

/// `214 ms`, `4.18 s`, `2 min 3 s`, `3 h 20 min`, `364 d 2 h`.
#[must_use]
pub fn duration(millis: i64) -> String {
    let millis = millis.max(0);
    let hundredths = millis.saturating_add(5) / 10;
    if millis < 1000 {
        return format!("{millis} ms");
    }
    if hundredths < 6000 {
        return format!("{}.{:02} s", hundredths / 100, hundredths % 100);
    }
    let seconds = millis.saturating_add(500) / 1000;
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match hours {
        0 => two(minutes, "min", seconds % 60, "s"),
        1..24 => two(hours, "h", minutes % 60, "min"),
        _ => two(hours / 24, "d", hours % 24, "h"),
    }
}

/// A delay that somebody asked for: `2 s` rather than `2.00 s`.
#[must_use]
pub fn delay(millis: i64) -> String {
    let text = duration(millis);
    match text.strip_suffix(".00 s") {
        Some(seconds) => format!("{seconds} s"),
        None => text,
    }
}

fn two(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_two_units_at_most() {
        let check = |millis: i64, expected: &str| assert_eq!(duration(millis), expected);
        check(-5, "0 ms");
        check(214, "214 ms");
        check(999, "999 ms");
        check(4180, "4.18 s");
        check(59_994, "59.99 s");
        check(59_996, "1 min");
        check(123_000, "2 min 3 s");
        check(12_000_000, "3 h 20 min");
        check(31_456_800_000, "364 d 2 h");
        check(i64::MAX, "106751991167 d 7 h");
    }

    #[test]
    fn delays_are_round_when_they_were() {
        assert_eq!(delay(2000), "2 s");
        assert_eq!(delay(2010), "2.01 s");
        assert_eq!(delay(120_000), "2 min");
    }
}
