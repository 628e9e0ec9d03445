//! Numbers in the form AWS prints them: `0.0` stays `0.0`, integers stay exact.

use std::cmp::Ordering;
use std::fmt;

/// A JSON number.
#[derive(Clone, Copy, Debug)]
pub enum Number {
    /// An integer.
    Int(i64),
    /// An integer above `i64::MAX`.
    Big(u64),
    /// Written with a fraction or an exponent; always finite.
    Float(f64),
}

impl Number {
    /// The number a calculation in binary64 gave: an integer where it is one exactly, as
    /// Step Functions prints the results of JSONata. `None` for infinities and NaN.
    #[must_use]
    pub fn from_result(value: f64) -> Option<Self> {
        // 2^63 is exactly representable, so the comparison is exact.
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if !value.is_finite() {
            return None;
        }
        if value.fract() == 0.0 && value.abs() < LIMIT {
            #[expect(clippy::cast_possible_truncation, reason = "integral and within range")]
            return Some(Self::Int(value as i64));
        }
        Some(Self::Float(value))
    }

    /// The value as binary64, which is how Choice rules compare.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "that is what binary64 means")]
    pub fn as_f64(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Big(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// The value when it is written as an integer and fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            Self::Big(_) | Self::Float(_) => None,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.partial_cmp(b),
            (Self::Big(a), Self::Big(b)) => a.partial_cmp(b),
            _ => self.as_f64().partial_cmp(&other.as_f64()),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Big(value) => value.fmt(f),
            Self::Float(value) => match serde_json::Number::from_f64(*value) {
                Some(number) => number.fmt(f),
                None => f.write_str("null"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_integers_where_they_can_be() {
        assert_eq!(Number::from_result(3.0).expect("finite").to_string(), "3");
        assert_eq!(Number::from_result(3.5).expect("finite").to_string(), "3.5");
        assert_eq!(Number::Float(0.0).to_string(), "0.0");
        assert!(Number::from_result(f64::NAN).is_none());
    }

    #[test]
    fn comparison_crosses_the_forms() {
        assert_eq!(Number::Int(1), Number::Float(1.0));
        assert!(Number::Int(1) < Number::Big(u64::MAX));
    }
}
