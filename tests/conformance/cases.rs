//! The recorded cases: which there are, and what is in one.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// A recorded case.
pub struct Case {
    pub id: String,
    pub definition: String,
    /// Exactly as it was given to `StartExecution`.
    pub input: String,
    pub express: bool,
    pub query_language: String,
    pub needs: Vec<String>,
    /// Empty when only the outcome was recorded.
    pub history: Vec<Value>,
    pub bindings: Vec<(String, String)>,
    pub invocations: Vec<Value>,
    /// When it was recorded, as `31-12-2024, 23:59:59`.
    pub recorded: String,
    /// Bucket, key and content of each object that was there.
    pub objects: Vec<(String, String, String)>,
    /// Step Functions Local's mocks for the case, when it brings them.
    pub mock_config: Option<Value>,
}

/// Every recorded execution.
pub fn executions(folder: &Path) -> Vec<Case> {
    of_kind(folder, "execution").iter().map(case).collect()
}

/// Every recorded case of a kind, as it lies there.
pub fn of_kind(folder: &Path, wanted: &str) -> Vec<Value> {
    let index = fs::read_to_string(folder.join("conformance/index.tsv")).expect("an index");
    let mut lines = index.lines();
    let columns: Vec<&str> = lines.next().expect("a heading").split('\t').collect();
    let column = |name: &str| {
        columns
            .iter()
            .position(|c| *c == name)
            .expect("a known column")
    };
    let (kind, path) = (column("kind"), column("path"));
    let rows = lines.map(|line| line.split('\t').collect::<Vec<_>>());
    rows.filter(|row| row[kind] == wanted)
        .map(|row| read(&folder.join("conformance").join(row[path])))
        .collect()
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a case file");
    serde_json::from_str(&text).expect("a case is JSON")
}

fn case(case: &Value) -> Case {
    let string = |value: &Value| value.as_str().map(str::to_owned);
    let strings = |value: &Value| {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(string)
            .collect()
    };
    Case {
        id: string(&case["id"]).expect("an id"),
        definition: string(&case["definition_text"])
            .unwrap_or_else(|| case["definition"].to_string()),
        input: string(&case["input_text"]).unwrap_or_else(|| "{}".to_owned()),
        express: case["state_machine_type"] == "EXPRESS",
        query_language: string(&case["query_language"]).unwrap_or_default(),
        needs: strings(&case["needs"]),
        history: case["expected"]["history"]
            .as_array()
            .cloned()
            .unwrap_or_default(),
        bindings: case["bindings"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(token, value)| Some((token.clone(), value.as_str()?.to_owned())))
            .collect(),
        invocations: case["tasks"]["invocations"]
            .as_array()
            .cloned()
            .unwrap_or_default(),
        recorded: string(&case["recorded_date"]).unwrap_or_default(),
        objects: objects(&case["tasks"]["setup_calls"]),
        mock_config: case["tasks"].get("local_mock_config").cloned(),
    }
}

/// What the test that was recorded put into S3 before it ran.
fn objects(calls: &Value) -> Vec<(String, String, String)> {
    let calls = calls.as_array().into_iter().flatten();
    let puts = calls.filter(|call| call["op"] == "put_object");
    puts.filter_map(|call| {
        let argument = |name: &str| call["kwargs"][name].as_str().map(str::to_owned);
        Some((argument("Bucket")?, argument("Key")?, argument("Body")?))
    })
    .collect()
}

impl Case {
    /// The concrete value of a masked token.
    pub fn bound(&self, token: &str) -> Option<&str> {
        let found = self.bindings.iter().find(|(known, _)| known == token);
        found.map(|(_, value)| value.as_str())
    }
}
