//! Intrinsic functions: `States.Format('…', $.name)` and its like (reference 03).
//!
//! No recording shows one failing while it runs: the words for that, after `had the following
//! error:`, are unconfirmed, except for a path that misses.

mod arrays;
mod call;
mod check;
mod encoding;
mod function;
mod json;
mod math;
mod parser;
mod strings;

pub use call::{IntrinsicCall, IntrinsicError};
pub use function::{FUNCTIONS, IntrinsicFunction, Type};

use crate::data::{Json, Keyed, Number};

/// What a function needs beside its arguments.
struct Call<'c> {
    arguments: &'c [Json],
    random: &'c mut Keyed,
}

/// What a function answers: a value, or what is wrong in words.
type Answer = Result<Json, String>;

/// Readers of arguments; the parser has counted them. Positions are from 0.
impl<'c> Call<'c> {
    fn any(&self, at: usize) -> &'c Json {
        &self.arguments[at]
    }

    fn array(&self, at: usize) -> Result<&'c [Json], String> {
        let value = self.any(at);
        value
            .as_array()
            .ok_or_else(|| unexpected(at, "an array", value))
    }

    fn text(&self, at: usize) -> Result<&'c str, String> {
        let value = self.any(at);
        value
            .as_str()
            .ok_or_else(|| unexpected(at, "a string", value))
    }

    /// An integer; other numbers are rounded half up, as `Math.round` does
    /// (recorded for `MathAdd`: -1.5 is -1, -2.5 is -2; unconfirmed for the other functions).
    fn integer(&self, at: usize) -> Result<i64, String> {
        let value = self.any(at);
        match value {
            Json::Number(Number::Int(integer)) => Ok(*integer),
            #[expect(
                clippy::cast_possible_truncation,
                reason = "`Math.round` saturates as the cast does"
            )]
            Json::Number(number) => Ok((number.as_f64() + 0.5).floor() as i64),
            _ => Err(unexpected(at, "a number", value)),
        }
    }
}

fn unexpected(at: usize, wanted: &str, found: &Json) -> String {
    let found = found.type_name();
    format!("Argument {} must be {wanted}, but was {found}", at + 1)
}

/// An index or a size as a JSON number.
fn count(value: usize) -> Json {
    Json::from(i64::try_from(value).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{EventId, Seed};
    use crate::query::DocumentScope;

    /// What an expression gives for an input, or its error without the part that repeats it.
    fn check_on(input: &str, expression: &str, expected: &str) {
        let scope = DocumentScope(Json::parse(input).expect("valid JSON"));
        let call = IntrinsicCall::parse(expression).expect(expression);
        let found = call.evaluate(&scope, &mut Seed(1).at(EventId(1)));
        let found = found.map(|value| value.text().into_owned());
        let found = found.unwrap_or_else(|error| error.detail);
        assert_eq!(found, expected, "{expression}");
    }

    fn check(expression: &str, expected: &str) {
        check_on("{}", expression, expected);
    }

    #[test]
    fn format_fills_placeholders() {
        let input = r#"{"o": {"Arg1": 1, "Arg2": []}, "n": null, "t": "{} and {}"}"#;
        check_on(input, "States.Format('{}', $.o)", r#""{Arg1=1, Arg2=[]}""#);
        check_on(input, "States.Format('{} {}', $.n, 1.50)", r#""null 1.5""#);
        check_on(input, "States.Format($.t, 'a', true)", r#""a and true""#);
        check(r"States.Format('\{\} {} \'\\', 'x')", r#""{} x '\\""#);
        check("States.Format('{a}')", r#""{a}""#);
        check(
            "States.Format('{}')",
            "The template has 1 occurrences of {} but there are 0 arguments",
        );
        check(
            "States.Format(1)",
            "Argument 1 must be a string, but was number",
        );
    }

    #[test]
    fn json_is_read_written_and_merged() {
        for (text, value) in [("", "null"), (" ", "null"), ("null", "null"), ("-0", "0")] {
            check(&format!("States.StringToJson('{text}')"), value);
        }
        check(r#"States.StringToJson('{"a": [1.1]}')"#, r#"{"a":[1.1]}"#);
        check(
            "States.StringToJson('{')",
            "The string is not JSON: EOF while parsing an object at line 1 column 1",
        );
        check_on(
            r#"{"a": 1, "b": [ ]}"#,
            "States.JsonToString($)",
            r#""{\"a\":1,\"b\":[]}""#,
        );
        let input = r#"{"a": {"Name": {"x": 1}, "Input": 1}, "b": {"Name": {"y": 2}, "StateMachineArn": 3}}"#;
        check_on(
            input,
            "States.JsonMerge($.a, $.b, false)",
            r#"{"Input":1,"StateMachineArn":3,"Name":{"y":2}}"#,
        );
        check_on(
            input,
            "States.JsonMerge($.a, $.b, true)",
            "Deep merging is not supported: the third argument must be false",
        );
    }

    #[test]
    fn arrays_are_built_and_searched() {
        check("States.Array()", "[]");
        check(
            "States.Array(1, 'a', null, true, States.Array())",
            r#"[1,"a",null,true,[]]"#,
        );
        check(
            "States.ArrayPartition(States.ArrayRange(1,5,1), 2)",
            "[[1,2],[3,4],[5]]",
        );
        check("States.ArrayPartition(States.Array(), 2)", "[]");
        check(
            "States.ArrayPartition(States.Array(1), 0)",
            "The chunk size must be greater than 0",
        );
        check(
            "States.ArrayContains(States.Array(States.Array(1, 2), 3), States.Array(1, 2))",
            "true",
        );
        check("States.ArrayContains(States.Array(), null)", "false");
        check(
            "States.ArrayContains(1, 1)",
            "Argument 1 must be an array, but was number",
        );
        check("States.ArrayRange(0, 9, 3)", "[0,3,6,9]");
        check("States.ArrayRange(0, 10, 3)", "[0,3,6,9]");
        check("States.ArrayRange(1, 9, 9)", "[1]");
        check("States.ArrayRange(3, 1, -1)", "[3,2,1]");
        check("States.ArrayRange(3, 1, 1)", "[]");
        check("States.ArrayRange(0, 1, 0)", "The step must not be 0");
        check("States.ArrayRange(1, 1000, 1)", &text_of(1..=1000));
        check(
            "States.ArrayRange(0, 1000, 1)",
            "The range has more than 1000 items",
        );
        check(
            "States.ArrayRange(-9223372036854775808, 9223372036854775807, 1)",
            "The range has more than 1000 items",
        );
        check("States.ArrayGetItem(States.ArrayRange(1, 9, 1), 5)", "6");
        check(
            "States.ArrayGetItem(States.Array(1), 1)",
            "There is no item 1 in an array of 1",
        );
        check(
            "States.ArrayGetItem(States.Array(1), -1)",
            "There is no item -1 in an array of 1",
        );
        check("States.ArrayLength(States.Array(1, 2))", "2");
        check(
            "States.ArrayUnique(States.Array(1, 2, 2.0, 3, 1, States.Array(), States.Array()))",
            "[1,2,3,[]]",
        );
    }

    fn text_of(range: std::ops::RangeInclusive<i32>) -> String {
        let items: Vec<_> = range.map(|item| item.to_string()).collect();
        format!("[{}]", items.join(","))
    }

    #[test]
    fn strings_are_split_on_a_set_of_characters() {
        check("States.StringSplit(',,,,', ',')", "[]");
        check("States.StringSplit(', , ,', ',')", r#"[" "," "]"#);
        check(
            "States.StringSplit('This.is+a,test=string', '.+,=')",
            r#"["This","is","a","test","string"]"#,
        );
        check(
            "States.StringSplit('Hello\nWorld', '\n')",
            r#"["Hello","World"]"#,
        );
        check("States.StringSplit('abc', '')", r#"["abc"]"#);
    }

    #[test]
    fn numbers_round_half_up_before_they_are_added() {
        for (sum, expected) in [
            ("1.5, 0", "2"),
            ("2.5, 0", "3"),
            ("-1.5, 0", "-1"),
            ("-0.5, 0.5", "1"),
            ("-1.51, 0", "-2"),
            ("-2.5, 0", "-2"),
            ("1.5, 1.51", "4"),
            ("-1.49, -1.5", "-2"),
            ("4.3, 9", "13"),
            ("2147483647, 2147483647", "4294967294"),
            (
                "2147483648, 0",
                "Argument 1 must be between -2147483648 and 2147483647",
            ),
        ] {
            check(&format!("States.MathAdd({sum})"), expected);
        }
    }

    #[test]
    fn a_seed_decides_the_random_number() {
        // java.util.Random(3): its first `nextInt(999)`.
        check("States.MathRandom(0, 999, 3)", "239");
        check("States.MathRandom(7, 8)", "7");
        check("States.MathRandom(-1.5, 0)", "-1");
        check(
            "States.MathRandom(1, 1)",
            "The start must be less than the end",
        );
    }

    #[test]
    fn text_is_encoded_and_hashed() {
        check(
            "States.Base64Encode('Data to encode')",
            r#""RGF0YSB0byBlbmNvZGU=""#,
        );
        check(
            "States.Base64Decode('RGF0YSB0byBlbmNvZGU=')",
            r#""Data to encode""#,
        );
        check("States.Base64Encode('')", r#""""#);
        check("States.Base64Decode('*')", "The string is not valid Base64");
        for (algorithm, hash) in [
            ("MD5", "812f45842bc6d66ee14572ce20db8e86"),
            ("SHA-1", "aaff4a450a104cd177d28d18d74485e8cae074b7"),
            (
                "SHA-256",
                "b4a697a057313163aee33cd8d40c66e9f0f177e00cac2de32475ffff6169c3e3",
            ),
        ] {
            check(
                &format!("States.Hash('input data', '{algorithm}')"),
                &format!("\"{hash}\""),
            );
        }
        check(
            "States.Hash('x', 'md5')",
            "There is no algorithm md5: use MD5, SHA-1, SHA-256, SHA-384 or SHA-512",
        );
        let long = "x".repeat(10_001);
        check(
            &format!("States.Base64Encode('{long}')"),
            "Argument 1 must have at most 10000 characters",
        );
    }

    #[test]
    fn fractions_are_rounded_and_sizes_limited() {
        check(
            "States.ArrayPartition(States.ArrayRange(1, 3, 1), 1.5)",
            "[[1,2],[3]]",
        );
        check("States.ArrayRange(0.5, 3.4, 0.6)", "[1,2,3]");
        check("States.MathRandom(12.5, 13.6)", "13");
        check("States.MathRandom(-3, -2, 1.4)", "-3");
        let long = "x".repeat(10_001);
        for call in [
            format!("States.Base64Decode('{long}')"),
            format!("States.Hash('{long}', 'MD5')"),
        ] {
            check(&call, "Argument 1 must have at most 10000 characters");
        }
        check_on(
            &format!("[\"{}\"]", "x".repeat(262_144)),
            "States.ArrayPartition($, 1)",
            "Argument 1 must have at most 262144 bytes",
        );
        check(
            "States.ArrayLength('x')",
            "Argument 1 must be an array, but was string",
        );
        check(
            "States.StringToJson(1)",
            "Argument 1 must be a string, but was number",
        );
        check("States.ArrayGetItem(States.Array('a'), 0.4)", "\"a\"");
        check(
            "States.Hash('', 'SHA-1')",
            "\"da39a3ee5e6b4b0d3255bfef95601890afd80709\"",
        );
    }

    #[test]
    fn literals_hold_what_needs_no_escape() {
        check_on(
            r#"{"input_field": {"b": 1}}"#,
            r#"States.JsonMerge(States.StringToJson('{"a": "false"}'), $.input_field, false)"#,
            r#"{"a":"false","b":1}"#,
        );
        check_on(
            r#"{"name": "a-b-c"}"#,
            "States.ArrayGetItem(States.StringSplit($.name, '-'), \
             States.MathAdd(States.ArrayLength(States.StringSplit($.name, '-')), -1))",
            r#""c""#,
        );
        assert!(IntrinsicCall::parse(r#"States.Format('He said, \"{}\"', 'x')"#).is_err());
        assert!(IntrinsicCall::parse("states.Format('x')").is_err());
    }

    #[test]
    fn a_missing_argument_is_told_with_the_input() {
        check_on(
            r#"{"a": 1}"#,
            "States.Format('{}', $.nope)",
            r#"The JsonPath argument for the field '$.nope' could not be found in the input '{"a":1}'"#,
        );
    }

    #[test]
    fn the_recorded_answers_of_aws_are_given() {
        let Ok(folder) = std::env::var("ASL_CONFORMANCE") else {
            eprintln!("skipped: ASL_CONFORMANCE names no folder of recorded answers");
            return;
        };
        let cases = std::path::Path::new(&folder).join("conformance/cases/intrinsic");
        let mut judged = 0;
        for file in std::fs::read_dir(cases).expect("the folder has the cases") {
            let text = std::fs::read_to_string(file.expect("readable").path()).expect("UTF-8");
            judged += usize::from(judge(&Json::parse(&text).expect("a case is JSON")));
        }
        assert!(judged >= 70, "only {judged} cases could be judged");
    }

    /// Evaluates the one expression of a case on its input; `false` when that is not its shape.
    fn judge(case: &Json) -> bool {
        let member = |names: &[&str]| names.iter().try_fold(case, |at, name| at.get(name));
        let states = member(&["definition", "States"]).and_then(Json::as_object);
        let state = states
            .filter(|states| states.len() == 1)
            .and_then(|s| s.values().next());
        let parameters = state.and_then(|state| state.get("Parameters"));
        let expression = parameters
            .and_then(|p| p.get("FunctionResult.$"))
            .and_then(Json::as_str);
        let expected = member(&["expected", "output", "FunctionResult"]);
        let (Some(expression), Some(expected)) = (expression, expected) else {
            return false;
        };
        if expression.contains("$$") || expected.as_str() == Some("RandomNumberGenerated") {
            return false;
        }
        let input = member(&["input_text"])
            .and_then(Json::as_str)
            .unwrap_or("{}");
        // Strings that hold an array or a number were left as text when the case was recorded.
        let found = |value: &Json| value == expected || expected.as_str() == Some(&value.text());
        let scope = DocumentScope(Json::parse(input).expect("an input is JSON"));
        let call = IntrinsicCall::parse(expression).expect(expression);
        let value = call
            .evaluate(&scope, &mut Seed(1).at(EventId(1)))
            .expect(expression);
        let object = value.as_str().and_then(|text| Json::parse(text).ok());
        let same = found(&value) || object.is_some_and(|object| found(&object));
        assert!(
            same,
            "{expression} on {input}: {} for {}",
            value.text(),
            expected.text()
        );
        true
    }
}
