//! The functions that Step Functions adds to JSONata, reference section 3.4.
//!
//! What they give is recorded; the words of their errors, and their code `D3137`, are unconfirmed.
//!
//! They take and give `serde_json` values because that is what the engine hands to a host: the
//! arguments of these functions, unlike documents, are converted.

use std::fmt::Write as _;

use md5::Md5;
use serde_json::Value;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha384, Sha512};

use crate::data::{EventId, Json, Keyed, Seed};

/// A function: `None` is undefined, an error is its message.
pub(super) struct Function {
    pub(super) name: &'static str,
    /// Checked by the engine before each call.
    pub(super) signature: &'static str,
    pub(super) body: Body,
}

type Arguments<'a> = &'a [Option<Value>];
type Answer = Result<Option<Value>, String>;

/// What a function computes from.
#[derive(Clone, Copy)]
pub(super) enum Body {
    /// Its arguments alone.
    Pure(fn(Arguments<'_>) -> Answer),
    /// Its arguments and the randomness of the evaluation.
    Random(fn(Arguments<'_>, &mut Keyed) -> Value),
}

#[rustfmt::skip]
pub(super) const FUNCTIONS: [Function; 6] = [
    Function { name: "hash", signature: "<s?s?:s>", body: Body::Pure(hash) },
    Function { name: "parse", signature: "<s?:x>", body: Body::Pure(parse) },
    Function { name: "partition", signature: "<a?n?:a>", body: Body::Pure(partition) },
    Function { name: "random", signature: "<n?:n>", body: Body::Random(random) },
    Function { name: "range", signature: "<n?n?n?:a>", body: Body::Pure(range) },
    Function { name: "uuid", signature: "<:s>", body: Body::Random(uuid) },
];

/// The most numbers `$range` makes, measured on AWS by others.
const LONGEST_RANGE: f64 = 360_145.0;

/// `$hash(text, algorithm)`: lower-case hexadecimal.
fn hash(arguments: Arguments<'_>) -> Answer {
    let (Some(data), Some(algorithm)) = (text(arguments, 0), text(arguments, 1)) else {
        return Ok(None);
    };
    let digest = match algorithm {
        "MD5" => Md5::digest(data).to_vec(),
        "SHA-1" => Sha1::digest(data).to_vec(),
        "SHA-256" => Sha256::digest(data).to_vec(),
        "SHA-384" => Sha384::digest(data).to_vec(),
        "SHA-512" => Sha512::digest(data).to_vec(),
        _ => return Err(format!("Unsupported hash algorithm: {algorithm}")),
    };
    let mut hex = String::with_capacity(digest.len() * 2);
    for byte in digest {
        write!(hex, "{byte:02x}").expect("a string takes all");
    }
    Ok(Some(hex.into()))
}

/// `$parse(text)`: the JSON value of a text, which replaces `$eval`.
fn parse(arguments: Arguments<'_>) -> Answer {
    let Some(text) = text(arguments, 0) else {
        return Ok(None);
    };
    let value = Json::parse(text).map_err(|error| format!("Invalid JSON: {error}"))?;
    serde_json::to_value(value)
        .map(Some)
        .map_err(|error| error.to_string())
}

/// `$partition(array, size)`: the array cut into arrays of that size, the last one shorter.
#[expect(clippy::unnecessary_wraps, reason = "a row of a table")]
fn partition(arguments: Arguments<'_>) -> Answer {
    let (Some(Value::Array(items)), Some(size)) = (argument(arguments, 0), number(arguments, 1))
    else {
        return Ok(None);
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a fraction is cut off, and a negative size is none"
    )]
    let size = size as usize;
    if size == 0 || items.is_empty() {
        return Ok(None);
    }
    Ok(Some(items.chunks(size).map(<[Value]>::to_vec).collect()))
}

/// `$random()` and `$random(seed)`: a number in `[0, 1)`, for a seed always the same.
fn random(arguments: Arguments<'_>, keyed: &mut Keyed) -> Value {
    let drawn = match number(arguments, 0) {
        Some(seed) => Seed(seed.to_bits()).at(EventId::NONE).unit(),
        None => keyed.unit(),
    };
    drawn.into()
}

/// `$range(start, end, step)`: the end is in when it is hit; one number alone is not an array.
fn range(arguments: Arguments<'_>) -> Answer {
    let at = |index| number(arguments, index).map(f64::trunc);
    let (Some(start), Some(end), Some(step)) = (at(0), at(1), at(2)) else {
        return Ok(None);
    };
    let last = ((end - start) / step).floor();
    if step == 0.0 || last < 0.0 {
        return Ok(None);
    }
    if last >= LONGEST_RANGE {
        return Err(format!("The range exceeds {LONGEST_RANGE} elements"));
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked to be within 0 and the longest range"
    )]
    let last = last as u32;
    let mut numbers = (0..=last).map(|index| Value::from(start + step * f64::from(index)));
    Ok(match last {
        0 => numbers.next(),
        _ => Some(numbers.collect()),
    })
}

/// `$uuid()`: a version 4 UUID.
fn uuid(_: Arguments<'_>, keyed: &mut Keyed) -> Value {
    keyed.uuid().into()
}

fn argument(arguments: Arguments<'_>, index: usize) -> Option<&Value> {
    arguments.get(index)?.as_ref()
}

fn text(arguments: Arguments<'_>, index: usize) -> Option<&str> {
    argument(arguments, index)?.as_str()
}

fn number(arguments: Arguments<'_>, index: usize) -> Option<f64> {
    argument(arguments, index)?.as_f64()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(name: &str, arguments: &[Value]) -> Answer {
        let function = FUNCTIONS.iter().find(|function| function.name == name);
        let arguments: Vec<_> = arguments.iter().cloned().map(Some).collect();
        match function.expect("listed").body {
            Body::Pure(body) => body(&arguments),
            Body::Random(body) => Ok(Some(body(&arguments, &mut Seed(0).at(EventId(1))))),
        }
    }

    fn check(name: &str, arguments: &[Value], expected: &Value) {
        let found = call(name, arguments).expect("no error");
        // Numbers are binary64 on both sides of the engine.
        let plain = |value: &Value| value.to_string().replace(".0", "");
        let found = found.map_or("undefined".into(), |value| plain(&value));
        assert_eq!(found, plain(expected), "{name}{arguments:?}");
    }

    fn check_undefined(name: &str, arguments: &[Value]) {
        assert_eq!(call(name, arguments), Ok(None), "{name}{arguments:?}");
    }

    #[test]
    fn partition_as_recorded() {
        check("partition", &[json!([0]), json!(1)], &json!([[0]]));
        check(
            "partition",
            &[json!([0, 1, 2, 3]), json!(3)],
            &json!([[0, 1, 2], [3]]),
        );
        check(
            "partition",
            &[json!([0, 1, 2]), json!(2.9)],
            &json!([[0, 1], [2]]),
        );
        for size in [0.0, 0.9, -1.0] {
            check_undefined("partition", &[json!([0]), json!(size)]);
        }
        check_undefined("partition", &[json!([]), json!(1)]);
    }

    #[test]
    fn range_as_recorded() {
        let numbers = |numbers: [f64; 3]| numbers.map(Value::from);
        check("range", &numbers([0.0, 9.0, 3.0]), &json!([0, 3, 6, 9]));
        check("range", &numbers([0.0, 10.0, 3.0]), &json!([0, 3, 6, 9]));
        check("range", &numbers([1.0, 9.0, 9.0]), &json!(1));
        check("range", &numbers([3.0, 1.0, -1.9]), &json!([3, 2, 1]));
        check_undefined("range", &numbers([1.0, 9.0, -1.0]));
        check_undefined("range", &numbers([1.0, 9.0, 0.5]));
        check_undefined("range", &numbers([1.0, 1.0, 0.0]));
        check_undefined("range", &[json!(1), json!(9)]);
        assert!(call("range", &numbers([0.0, 1e9, 1.0])).is_err());
    }

    #[test]
    fn hash_knows_five_algorithms() {
        for (algorithm, expected) in [
            ("MD5", "812f45842bc6d66ee14572ce20db8e86"),
            ("SHA-1", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
            (
                "SHA-256",
                "b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3",
            ),
        ] {
            let arguments = [json!("input data"), json!(algorithm)];
            check("hash", &arguments, &json!(expected));
        }
        for (algorithm, length) in [("SHA-384", 96), ("SHA-512", 128)] {
            let found = call("hash", &[json!("x"), json!(algorithm)]).expect("known");
            assert_eq!(found.expect("defined").as_str().map(str::len), Some(length));
        }
        check_undefined("hash", &[json!("input data")]);
        assert!(call("hash", &[json!("x"), json!("md5")]).is_err());
    }

    #[test]
    fn parse_reads_json() {
        for text in ["1.1", "true", "\"HelloWorld\"", r#"{"Arg1":1,"Arg2":[]}"#] {
            let expected = serde_json::from_str(text).expect("valid");
            check("parse", &[json!(text)], &expected);
        }
        assert!(call("parse", &[json!("{")]).is_err());
        assert!(call("parse", &[json!("[".repeat(100_000))]).is_err());
    }

    #[test]
    fn a_seed_gives_the_same_number_again() {
        assert_eq!(call("random", &[json!(7)]), call("random", &[json!(7)]));
        assert_ne!(call("random", &[json!(7)]), call("random", &[json!(8)]));
    }
}
