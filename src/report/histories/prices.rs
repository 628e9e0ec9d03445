//! What an execution would cost on AWS: state transitions as Standard, requests and time as
//! Express. Free tiers, data transfer and what Tasks call are left out.

/// Prices of a region at a time, in US dollars.
#[derive(Clone, Debug, PartialEq)]
pub struct Prices {
    /// Where they hold.
    pub region: String,
    /// When they were looked up.
    pub date: String,
    /// Standard: for 1000 state transitions.
    pub standard_transitions: f64,
    /// Express: for a million requests.
    pub express_requests: f64,
    /// Express: for a GB-second.
    pub express_gb_second: f64,
}

/// What is known without being told: N. Virginia. Express is taken at its first and dearest step.
const REGION: &str = "us-east-1";
const DATE: &str = "2025-01";
const STANDARD_TRANSITIONS: f64 = 0.025;
const EXPRESS_REQUESTS: f64 = 1.00;
const EXPRESS_GB_SECOND: f64 = 0.000_016_67;

/// The least memory that Express bills: what an execution takes there is not known here.
pub const EXPRESS_MB: u32 = 64;

/// Express bills time in steps of so many milliseconds.
const EXPRESS_STEP: i64 = 100;

/// The longest that an Express execution may take, in milliseconds.
const EXPRESS_LIMIT: i64 = 5 * 60 * 1000;

impl Default for Prices {
    fn default() -> Self {
        Self {
            region: REGION.to_owned(),
            date: DATE.to_owned(),
            standard_transitions: STANDARD_TRANSITIONS,
            express_requests: EXPRESS_REQUESTS,
            express_gb_second: EXPRESS_GB_SECOND,
        }
    }
}

impl Prices {
    /// The cost of a Standard execution.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub fn standard(&self, transitions: u64) -> f64 {
        transitions as f64 * self.standard_transitions / 1e3
    }

    /// The cost of an Express execution of [`EXPRESS_MB`]; none when it takes too long for one.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "at most five minutes")]
    pub fn express(&self, millis: i64) -> Option<f64> {
        if millis > EXPRESS_LIMIT {
            return None;
        }
        let steps = (millis.max(1) + EXPRESS_STEP - 1) / EXPRESS_STEP;
        let seconds = (steps * EXPRESS_STEP) as f64 / 1e3;
        let gigabytes = f64::from(EXPRESS_MB) / 1024.0;
        Some(self.express_requests / 1e6 + seconds * gigabytes * self.express_gb_second)
    }
}

/// `$0.000175`, `$1.23`: three digits that say something, and cents at least.
#[must_use]
pub fn dollars(amount: f64) -> String {
    if amount <= 0.0 || !amount.is_finite() {
        return String::from("$0");
    }
    let mut decimals = 2;
    let mut least = 1.0;
    while amount < least && decimals < 12 {
        decimals += 1;
        least /= 10.0;
    }
    let text = format!("{amount:.decimals$}");
    let shortest = text.trim_end_matches('0').trim_end_matches('.');
    let cents = text.find('.').map_or(text.len(), |point| point + 3);
    format!("${}", &text[..shortest.len().max(cents)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_amounts_keep_three_digits() {
        let check = |amount: f64, expected: &str| assert_eq!(dollars(amount), expected);
        check(0.0, "$0");
        check(f64::NAN, "$0");
        check(0.000_175, "$0.000175");
        check(0.000_001_104, "$0.0000011");
        check(0.25, "$0.25");
        check(0.1, "$0.10");
        check(0.123_4, "$0.123");
        check(1.0, "$1.00");
        check(1234.567, "$1234.57");
        check(1e-30, "$0.00");
        check(0.009_999, "$0.01");
    }

    #[test]
    fn standard_costs_by_transition() {
        let prices = Prices::default();
        assert_eq!(dollars(prices.standard(7)), "$0.000175");
        assert_eq!(dollars(prices.standard(40_000)), "$1.00");
        assert_eq!(dollars(prices.standard(0)), "$0");
    }

    /// By hand: 1 s of 1/16 GB is 0.000001041875, a request 0.000001.
    #[test]
    fn express_costs_by_request_and_started_tenth_of_a_second() {
        let prices = Prices::default();
        let check = |millis: i64, expected: Option<&str>| {
            let cost = prices.express(millis).map(dollars);
            assert_eq!(cost.as_deref(), expected, "{millis}");
        };
        check(1000, Some("$0.00000204"));
        check(901, Some("$0.00000204"));
        check(900, Some("$0.00000194"));
        check(0, Some("$0.0000011"));
        check(300_000, Some("$0.000314"));
        check(300_001, None);
    }
}
