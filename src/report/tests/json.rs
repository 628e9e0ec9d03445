//! Tests as one JSON document, version 1.

use std::time::Duration;

use serde_json::{Value, json};

use super::Tally;
use super::failure::{headline, in_words};
use crate::data::Json;
use crate::engine::Outcome;
use crate::suite::{Failed, Mismatch, Tested, Verdict};

/// The document.
#[must_use]
pub fn document(tested: &[Tested], took: Duration) -> Value {
    let tally = Tally::of(tested);
    let cases: Vec<Value> = tested.iter().map(case).collect();
    json!({
        "version": 1,
        "summary": {
            "passed": tally.passed,
            "updated": tally.updated,
            "failed": tally.failed,
            "skipped": tally.skipped,
            "seconds": took.as_secs_f64(),
        },
        "cases": cases,
    })
}

fn case(tested: &Tested) -> Value {
    let (line, column) = tested.place;
    let mut json = json!({
        "suite": &*tested.suite,
        "case": &*tested.case,
        "line": line,
        "column": column,
        "seconds": tested.took.as_secs_f64(),
    });
    let (verdict, reason) = match &tested.verdict {
        Verdict::Passed => ("passed", None),
        Verdict::Updated => ("updated", None),
        Verdict::Skipped(reason) => ("skipped", Some(reason.to_string())),
        Verdict::Unrunnable(reason) => ("failed", Some(reason.to_string())),
        Verdict::Interrupted => ("interrupted", None),
        Verdict::Failed(failed) => ("failed", Some(headline(failed))),
    };
    json["verdict"] = verdict.into();
    json["reason"] = reason.into();
    if let Verdict::Failed(failed) = &tested.verdict {
        json["execution"] = execution(failed);
        let mismatches = failed.mismatches.iter();
        json["mismatches"] = mismatches.map(|it| mismatch(failed, it)).collect();
    }
    json
}

fn execution(failed: &Failed) -> Value {
    let mut json = json!({ "status": failed.ran.status().as_str() });
    match &failed.ran.outcome {
        Outcome::Succeeded(output) => json["output"] = value(output),
        Outcome::Failed(error) | Outcome::Aborted(error) => {
            json["error"] = error.error.as_deref().into();
            json["cause"] = error.cause.as_deref().into();
        }
        Outcome::TimedOut => {}
    }
    json
}

fn mismatch(failed: &Failed, mismatch: &Mismatch) -> Value {
    let mut json = json!({ "message": in_words(failed, mismatch) });
    if let Mismatch::Document {
        differences,
        expected,
        actual,
        ..
    } = mismatch
    {
        json["expected"] = value(expected);
        json["actual"] = value(actual);
        let paths = differences.iter().map(|it| Value::from(&*it.path));
        json["paths"] = paths.collect();
    }
    json
}

fn value(json: &Json) -> Value {
    serde_json::to_value(json).expect("a document has string keys and finite numbers")
}
