//! The results against the text that services read; the schema is for `tests/formats.rs`.

use expect_test::expect;
use serde_json::Value;

use super::*;
use crate::report::diagnostics::tests::{clean, hostile, misspelt, rendered, spread};

fn log(files: &[FileReport<'_>]) -> Value {
    serde_json::from_str(&rendered(files, render)).expect("is JSON")
}

/// The results, once each was held against the rule that it points at.
fn results(files: &[FileReport<'_>]) -> String {
    let mut log = log(files);
    let run = &mut log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].take();
    for result in run["results"].as_array_mut().expect("a list") {
        let result = result.as_object_mut().expect("an object");
        if let Some(index) = result.shift_remove("ruleIndex") {
            let index = usize::try_from(index.as_u64().expect("a number")).expect("is small");
            assert_eq!(rules[index]["id"], result["ruleId"]);
        }
    }
    spread(&run["results"].to_string())
}

#[test]
fn a_finding_is_a_result_with_places_and_a_fix() {
    expect![[r#"
        [
          {
            "ruleId": "unknown-target",
            "level": "error",
            "message": {
              "text": "`Next` points at a state that does not exist: \"ProcesPayment\"\nhelp: did you mean \"ProcessPayment\"?"
            },
            "locations": [
              {
                "physicalLocation": {
                  "artifactLocation": {"uri":"order.asl.json"},
                  "region": {"startLine":7,"startColumn":15,"endLine":7,"endColumn":30}
                },
                "logicalLocations": [{"fullyQualifiedName":"/States/ValidateOrder/Next"}],
                "message": {"text":"no state with this name in the same `States`"}
              }
            ],
            "relatedLocations": [
              {
                "physicalLocation": {
                  "artifactLocation": {"uri":"order.asl.json"},
                  "region": {"startLine":9,"startColumn":5,"endLine":9,"endColumn":21}
                },
                "message": {"text":"a state with a similar name is here"}
              }
            ],
            "partialFingerprints": {"aslFinding/v1":"2b05056d40390893f842c2bfceb52860"},
            "fixes": [
              {
                "description": {"text":"did you mean \"ProcessPayment\"?"},
                "artifactChanges": [
                  {
                    "artifactLocation": {"uri":"order.asl.json"},
                    "replacements": [
                      {
                        "deletedRegion": {"startLine":7,"startColumn":15,"endLine":7,"endColumn":30},
                        "insertedContent": {"text":"\"ProcessPayment\""}
                      }
                    ]
                  }
                ],
                "properties": {"safe":true}
              }
            ],
            "properties": {"awsCode":"MISSING_TRANSITION_TARGET"}
          }
        ]
    "#]].assert_eq(&results(&misspelt()));
}

#[test]
fn columns_are_utf_16_units_and_nothing_is_raw() {
    expect![[r#"
        [
          {
            "ruleId": "unknown-field",
            "level": "warning",
            "message": {"text":"100% of <\"a\u001b[31m\u202e￿]]>\" & [b\\](http://c): {0}\nsecond line"},
            "locations": [
              {
                "physicalLocation": {
                  "artifactLocation": {"uri":"flows/a%20b%3Ac%2C100%25%1B%5B31m%3C%26%3E%22.json"},
                  "region": {"startLine":2,"startColumn":10,"endLine":2,"endColumn":14}
                },
                "logicalLocations": [{"fullyQualifiedName":"/名前🚀"}]
              }
            ],
            "relatedLocations": [
              {
                "physicalLocation": {
                  "artifactLocation": {"uri":"flows/a%20b%3Ac%2C100%25%1B%5B31m%3C%26%3E%22.json"},
                  "region": {"startLine":3,"startColumn":8,"endLine":4,"endColumn":4}
                },
                "message": {"text":"from here\nto there"}
              }
            ],
            "partialFingerprints": {"aslFinding/v1":"a5ca5db7c8145991b3e892d9c9154bf9"},
            "fixes": [
              {
                "description": {"text":"100% of <\"a\u001b[31m\u202e￿]]>\" & [b\\](http://c): {0}\nsecond line"},
                "artifactChanges": [
                  {
                    "artifactLocation": {"uri":"flows/a%20b%3Ac%2C100%25%1B%5B31m%3C%26%3E%22.json"},
                    "replacements": [
                      {
                        "deletedRegion": {"startLine":2,"startColumn":10,"endLine":2,"endColumn":14},
                        "insertedContent": {"text":"\"\t\u0007\""}
                      },
                      {
                        "deletedRegion": {"startLine":3,"startColumn":9,"endLine":3,"endColumn":10},
                        "insertedContent": {"text":""}
                      }
                    ]
                  }
                ],
                "properties": {"safe":false}
              }
            ]
          },
          {
            "ruleId": "test-rule",
            "level": "note",
            "message": {"text":"a note\nhelp: do this\r\nor that"},
            "locations": [
              {
                "physicalLocation": {"artifactLocation":{"uri":"flows/a%20b%3Ac%2C100%25%1B%5B31m%3C%26%3E%22.json"}}
              }
            ],
            "partialFingerprints": {"aslFinding/v1":"c621194b9837552ee71b92f081d6f24c"}
          },
          {
            "ruleId": "test-rule",
            "level": "error",
            "message": {"text":"over lines"},
            "locations": [
              {
                "physicalLocation": {
                  "artifactLocation": {"uri":"flows/a%20b%3Ac%2C100%25%1B%5B31m%3C%26%3E%22.json"},
                  "region": {"startLine":3,"startColumn":8,"endLine":4,"endColumn":4}
                },
                "logicalLocations": [{"fullyQualifiedName":"/b"}],
                "message": {"text":"x"}
              }
            ],
            "partialFingerprints": {"aslFinding/v1":"e7210a704a6fed298b4a867e0ba4f35d"}
          }
        ]
    "#]]
    .assert_eq(&results(&hostile()));
    let text = rendered(&hostile(), render);
    assert!(!text.trim_end().contains(char::is_control), "{text}");
}

#[test]
fn a_log_without_results_names_every_rule() {
    for files in [clean(), Vec::new()] {
        let log = log(&files);
        let run = &log["runs"][0];
        assert_eq!(run["results"], Value::Array(Vec::new()));
        let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
        let names: Vec<&str> = rules
            .iter()
            .filter_map(|rule| rule["id"].as_str())
            .collect();
        let known: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        assert_eq!(names, known);
    }
}

#[test]
fn a_rule_is_described_by_its_page() {
    let log = log(&[]);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array();
    let rules = rules.expect("a list").iter();
    let mut rule = rules
        .filter(|rule| rule["id"] == "unknown-target")
        .cloned()
        .collect::<Vec<_>>()
        .remove(0);
    for form in ["text", "markdown"] {
        let page = rule["help"][form].take();
        assert!(
            page.as_str()
                .expect("text")
                .starts_with("# unknown-target\n")
        );
    }
    expect![[r#"
        {
          "id": "unknown-target",
          "shortDescription": {
            "text": "Reports a `StartAt`, `Next` or `Default` that names a state which does not exist, in choice rules and catchers too."
          },
          "fullDescription": {
            "text": "Reports a `StartAt`, `Next` or `Default` that names a state which does not exist, in choice rules and catchers too. Names are case-sensitive, and blanks count. When a state of the same `States` has a similar name, `asl validate --fix` writes that one."
          },
          "help": {"text":null,"markdown":null},
          "defaultConfiguration": {"enabled":true,"level":"error"},
          "properties": {"category":"graph","awsCode":"MISSING_TRANSITION_TARGET","tags":["graph"]}
        }
    "#]].assert_eq(&spread(&rule.to_string()));
}

#[test]
fn a_name_is_no_link() {
    let text = |message: &str| Message::of(message).text;
    assert_eq!(
        text("\"[here](http://x)\" is [0] (one)"),
        "\"[here\\](http://x)\" is [0] (one)"
    );
}
