//! Calls of intrinsic functions.

use aslkit::data::{EventId, Seed};
use aslkit::query::{Argument, IntrinsicCall};

use super::mutate::Corpus;
use super::runner::{Reader, fuzz, in_text};
use super::scope::{DOCUMENTS, Seen, is_sound};

const CORPUS: Corpus = Corpus {
    seeds: &[
        "States.Format('{} and {}', $.a, $$.Execution.Input)",
        r"States.Format('\{\} \'{}\\', $.t)",
        "States.Format($.t, 1, 2)",
        r#"States.StringToJson('{"a": [1, 2.50, -0]}')"#,
        "States.StringToJson($.s)",
        "States.JsonToString($)",
        "States.JsonMerge($.b, $, false)",
        "States.Array(1, -2.5, true, null, 'x', $.a)",
        "States.ArrayPartition($.a, 2)",
        "States.ArrayContains($.a, null)",
        "States.ArrayRange(-9223372036854775808, 9223372036854775807, 9223372036854775806)",
        "States.ArrayRange(0, 10, 3)",
        "States.ArrayGetItem($.a, 2)",
        "States.ArrayLength($.items)",
        "States.ArrayUnique(States.Array(1, 1.0, 'a', $.a, $.a))",
        "States.Base64Encode('aé🚀')",
        "States.Base64Decode('YcOp')",
        "States.Hash($.s, 'SHA-256')",
        "States.MathRandom(-2147483648, 2147483647, 7)",
        "States.MathRandom(0, 9223372036854775807, 1e300)",
        "States.MathAdd(2147483647, -0.5)",
        "States.StringSplit($.b['c d'], ',;')",
        "States.UUID()",
        "States.ArrayGetItem(States.StringSplit('a-b', '-'), States.MathAdd(States.ArrayLength($.a), -4))",
    ],
    tokens: &[
        "States.",
        "Format",
        "Array",
        "StringToJson",
        "JsonMerge",
        "MathAdd",
        "MathRandom",
        "Hash",
        "ArrayRange",
        "ArrayPartition",
        "ArrayGetItem",
        "Base64Decode",
        "UUID",
        "(",
        ")",
        ",",
        "'",
        "\\",
        "\\'",
        "\\{",
        "{}",
        "{",
        "}",
        " ",
        "$",
        "$$",
        "$x",
        "$missing",
        "$.a",
        "$.a[0]",
        "$..a",
        "null",
        "true",
        "false",
        "0",
        "-1",
        "1.5",
        "1e300",
        "-1e-300",
        "9223372036854775807",
        "18446744073709551615",
        "99999999999999999999",
        "-",
        "+1",
        "NaN",
        "'MD5'",
        "\"",
        "[",
        "]",
        "'\\",
        "\n",
    ],
    pairs: &[
        ("States.Array(", ")"),
        ("States.JsonToString(", ")"),
        ("States.StringToJson(", ")"),
        ("States.Format('{}', ", ")"),
        ("States.StringToJson('", "')"),
        ("[", "]"),
        ("(", ")"),
        ("'", "'"),
    ],
};

#[test]
fn any_text_is_a_call_or_refused_with_a_place() {
    fuzz(Reader {
        name: "intrinsic",
        cases: 1_500,
        corpus: CORPUS,
        found: &["States.Array\u{2028}(1"],
        check,
    });
}

fn check(text: &str) {
    if let Err(error) = Argument::parse(text) {
        in_text(text, error.offset, error.offset + error.len, &error);
    }
    let call = match IntrinsicCall::parse(text) {
        Ok(call) => call,
        Err(error) => return in_text(text, error.offset, error.offset + error.len, &error),
    };
    assert!(IntrinsicCall::parse(call.source()).is_ok());
    for document in DOCUMENTS.iter() {
        let evaluate = || call.evaluate(&Seen(document), &mut Seed(1).at(EventId(1)));
        let found = evaluate();
        assert_eq!(found, evaluate(), "the same seed, another answer");
        match found {
            Ok(value) => is_sound(&value),
            Err(error) => assert!(error.to_string().starts_with("The function 'States.")),
        }
    }
}
