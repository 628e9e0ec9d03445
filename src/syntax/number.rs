//! Numbers out of their text, in the forms that the runtime document has.

use crate::data::Number;

/// The number of a text that is a JSON number; `None` when it is beyond binary64.
///
/// Agrees with how `data::Json` reads: `-0` is a float, and so are integers beyond 64 bits.
pub(super) fn read(text: &str) -> Option<Number> {
    let integer = !text.bytes().any(|byte| matches!(byte, b'.' | b'e' | b'E'));
    if integer && text != "-0" {
        if let Ok(value) = text.parse() {
            return Some(Number::Int(value));
        }
        if let Ok(value) = text.parse() {
            return Some(Number::Big(value));
        }
    }
    let value: f64 = text.parse().ok()?;
    value.is_finite().then_some(Number::Float(value))
}

/// Whether a text is a number by the grammar of RFC 8259.
pub(super) fn is_json(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits(text);
    if whole.is_empty() || (whole.len() > 1 && whole.starts_with('0')) {
        return false;
    }
    let rest = match rest.strip_prefix('.') {
        None => rest,
        Some(rest) => match digits(rest) {
            ("", _) => return false,
            (_, rest) => rest,
        },
    };
    let Some(rest) = rest.strip_prefix(['e', 'E']) else {
        return rest.is_empty();
    };
    let (exponent, rest) = digits(rest.strip_prefix(['+', '-']).unwrap_or(rest));
    !exponent.is_empty() && rest.is_empty()
}

/// The leading digits and what follows them.
pub(super) fn digits(text: &str) -> (&str, &str) {
    let end = text
        .bytes()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    text.split_at(end)
}
