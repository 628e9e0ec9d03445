//! Payload templates, and JSON with JSONata in it.

use aslkit::data::{EventId, Json, Seed, Timestamp};
use aslkit::query::PayloadTemplate;
use aslkit::query::jsonata::{Expected, Scope, StatesView, Template};

use super::mutate::Corpus;
use super::runner::{Reader, fuzz};
use super::scope::{DOCUMENTS, Seen, is_sound};

const CORPUS: Corpus = Corpus {
    seeds: &[
        r#"{"a.$": "$.a", "b": {"c.$": "States.UUID()"}, "d": [{"e.$": "$$.Execution.Input"}]}"#,
        r#"{"a.$": "$", "a": 1, ".$": "$x", "b.$.$": "$.b"}"#,
        r#"{"a": "{% $states.input.a[0] %}", "b": ["{% $x %}", "{% $states.context %}", 1]}"#,
        r#""{% $map($states.input.items, function($i) { $i.price * 2 }) %}""#,
        r#"{"é": "{%$uuid()%}", "n": {"n": {"n": "{% $states.result %}"}}}"#,
        r#"["$.a", "{%", "%}", "{%%}", null, -1.50, 1e2]"#,
    ],
    tokens: &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\"a.$\":",
        "\"a\":",
        "\"$\"",
        "\"$.a\"",
        "\"$$\"",
        ".$",
        "{%",
        "%}",
        "\"{% 1 %}\"",
        "\"States.Array()\"",
        "\\",
        "\\u0000",
        "\\ud800",
        " ",
        "1",
        "-0",
        "0.10",
        "1e400",
        "null",
        "true",
        "\"\"",
        "$states",
        "missing",
    ],
    pairs: &[
        ("[", "]"),
        ("{\"a\":", "}"),
        ("{\"a.$\":", "}"),
        ("\"{%", "%}\""),
        ("\"", "\""),
    ],
};

#[test]
fn any_json_is_a_template_or_refused_with_a_place() {
    fuzz(Reader {
        name: "template",
        cases: 1_500,
        corpus: CORPUS,
        found: &[],
        check,
    });
}

fn check(text: &str) {
    if let Ok(template) = Json::parse(text) {
        is_sound(&template);
        payload(&template);
        jsonata(&template);
    }
}

fn payload(source: &Json) {
    match PayloadTemplate::compile(source) {
        Ok(template) => {
            for document in DOCUMENTS.iter() {
                let found = template.evaluate(&Seen(document), &mut Seed(1).at(EventId(1)));
                found.iter().for_each(is_sound);
            }
        }
        Err(errors) => assert!(!errors.is_empty()),
    }
}

fn jsonata(source: &Json) {
    let template = match Template::compile(source) {
        Ok(template) => template,
        Err(errors) => return assert!(!errors.is_empty()),
    };
    let mut expressions = 0;
    template.for_each_expression(&mut |_| expressions += 1);
    assert_eq!(expressions == 0, template.as_literal().is_some());
    for document in DOCUMENTS.iter() {
        let context = || document.clone();
        let scope = Scope {
            states: StatesView {
                input: document,
                context: &context,
                result: Some(document),
                error_output: None,
            },
            variables: &Seen(document),
            now: Timestamp(0),
        };
        let mut random = Seed(1).at(EventId(1));
        match template.evaluate("Output", &scope, &mut random) {
            Ok(value) => is_sound(&value),
            Err(failure) => {
                let place = failure.location.expect("a template tells where it failed");
                assert!(place.starts_with("Output"), "{place}");
            }
        }
        let typed = template.evaluate_typed("Output", Expected::Array, &scope, &mut random);
        assert!(typed.is_err() || typed.is_ok_and(|value| value.as_array().is_some()));
    }
}
