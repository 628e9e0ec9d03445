//! Documents: what is read is what was written, and sizes are kept without looking.

use aslkit::data::{Json, Number};
use aslkit::query::ReferencePath;
use aslkit::syntax::{Format, Source, read};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::cases;

fn value() -> impl Strategy<Value = Value> {
    let float = any::<f64>().prop_filter("JSON has no NaN", |float| float.is_finite());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        float.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let key = prop_oneof![
            select(vec!["a", "b", "c"]).prop_map(String::from),
            any::<String>()
        ];
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            btree_map(key, inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn same(json: &Json, value: &Value) -> bool {
    match (json, value) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(a), Value::Bool(b)) => a == b,
        (Json::String(a), Value::String(b)) => **a == **b,
        (Json::Number(Number::Int(a)), b) => b.as_i64() == Some(*a),
        (Json::Number(Number::Big(a)), b) => b.as_u64() == Some(*a),
        (Json::Number(Number::Float(a)), b) => b.is_f64() && b.as_f64() == Some(*a),
        (Json::Array(a), Value::Array(b)) => {
            let pairs = || a.items().iter().zip(b);
            a.items().len() == b.len() && pairs().all(|(a, b)| same(a, b))
        }
        (Json::Object(a), Value::Object(b)) => {
            let mut pairs = a.iter().zip(b);
            let equal = pairs.all(|((k, a), (l, b))| **k == **l && same(a, b));
            a.len() == b.len() && equal
        }
        _ => false,
    }
}

/// The size and the depth, looked up.
fn measures(json: &Json) {
    let mut text = String::new();
    json.compacted().write(&mut text);
    assert_eq!(json.size(), text.len(), "{text}");
    let again = Json::parse(&text).expect("what is written can be read");
    assert_eq!(&again, json);
    assert_eq!(again.depth(), json.depth(), "{text}");
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn any_json_reads_without_findings_into_an_equal_value(value in value()) {
        for text in [value.to_string(), format!("{value:#}")] {
            let (tree, findings) = read(&Source::new("test", &*text), Format::Json);
            prop_assert_eq!(findings, []);
            prop_assert!(same(&tree.root().to_json(), &value), "{}", text);
            let document = Json::parse(&text).expect("JSON");
            prop_assert!(same(&document, &value), "{}", text);
            prop_assert_eq!(&*document.text(), text.trim());
            measures(&document);
        }
    }

    #[test]
    fn sizes_stay_true_through_writes(
        (a, b) in (value(), value()),
        pretty in any::<bool>(),
        writes in vec((path(), value()), 0..6),
    ) {
        let start = json!({"a": a, "b": {"b": b}, "c": {}});
        let text = if pretty { format!("{start:#}") } else { start.to_string() };
        let mut document = Json::parse(&text).expect("JSON");
        for (path, value) in writes {
            let path = ReferencePath::parse(path).expect("a reference path");
            let value = Json::parse(&value.to_string()).expect("JSON");
            let before = document.clone();
            if let Ok(written) = path.write(document.clone(), value) {
                document = written;
            }
            measures(&document);
            measures(&before);
        }
    }
}

fn path() -> impl Strategy<Value = &'static str> {
    select(vec![
        "$",
        "$.a",
        "$.b",
        "$.a.b",
        "$['c'].a",
        "$.a[0]",
        "$[0]",
        "$[1].b",
        "$.c.c.c",
        "$['é \"x']",
    ])
}
