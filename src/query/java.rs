//! What AWS's answers owe to Java: the order of a `HashMap`, and values printed by `toString`.

use std::cmp::Ordering;
use std::fmt::Write;

use crate::data::{Json, Number};

mod order;

pub use order::hash_order;

/// A value as Java's `toString` prints it: `{Arg1=1, Arg2=[]}`, strings bare.
pub(super) fn text(value: &Json) -> String {
    let mut out = String::new();
    write_text(value, &mut out);
    out
}

/// The name of the Java class that a value is read into.
pub(super) fn class_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "java.lang.Boolean",
        Json::Number(Number::Int(value)) if i32::try_from(*value).is_ok() => "java.lang.Integer",
        Json::Number(Number::Int(_)) => "java.lang.Long",
        Json::Number(Number::Big(_)) => "java.math.BigInteger",
        Json::Number(Number::Float(_)) => "java.lang.Double",
        Json::String(_) => "java.lang.String",
        Json::Array(_) => "java.util.ArrayList",
        Json::Object(_) => "java.util.LinkedHashMap",
    }
}

/// `String.compareTo`: the order of UTF-16 code units.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

// Documents nest within `MAX_DEPTH`, so this recursion is bounded.
fn write_text(value: &Json, out: &mut String) {
    match value {
        Json::Null | Json::Bool(_) => value.write(out),
        Json::Number(Number::Float(number)) => write_double(*number, out),
        Json::Number(number) => write!(out, "{number}").expect("a string takes all"),
        Json::String(text) => out.push_str(text),
        Json::Array(array) => {
            out.push('[');
            for (index, item) in array.items().iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                write_text(item, out);
            }
            out.push(']');
        }
        Json::Object(object) => {
            out.push('{');
            for (index, (key, value)) in object.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                out.push_str(key);
                out.push('=');
                write_text(value, out);
            }
            out.push('}');
        }
    }
}

/// `Double.toString`: plain from 10⁻³ up to 10⁷, else `2.0E-16`.
fn write_double(number: f64, out: &mut String) {
    let size = number.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        write!(out, "{number:?}").expect("a string takes all");
        return;
    }
    let text = format!("{number:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => {
            write!(out, "{digits}.0E{exponent}").expect("a string takes all");
        }
        _ => out.push_str(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, expected: &str) {
        assert_eq!(text(&Json::parse(json).expect("valid JSON")), expected);
    }

    #[test]
    fn documents_print_like_java_collections() {
        check(r#"{"Arg1": 1, "Arg2": []}"#, "{Arg1=1, Arg2=[]}");
        check(r#"[1, "a b", null, true]"#, "[1, a b, null, true]");
        check(r#""text""#, "text");
    }

    #[test]
    fn doubles_print_like_java_doubles() {
        check("0.2", "0.2");
        check("-2.22044604925031e-16", "-2.22044604925031E-16");
        check("1e10", "1.0E10");
        check("1234567.5", "1234567.5");
        check("12345678.5", "1.23456785E7");
        check("0.0", "0.0");
    }

    #[test]
    fn strings_compare_by_utf16_units() {
        assert_eq!(compare("\u{1f600}", "\u{ffff}"), Ordering::Less);
        assert_eq!(compare("A", "AB"), Ordering::Less);
    }
}
