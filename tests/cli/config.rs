//! `asl.toml`: where it is found, what it sets, and what is wrong with it; the schema that
//! `asl schema config` prints says the same.

use serde_json::{Value, json};

use crate::asl::{Asl, Folder, fixture};

/// A state that nothing leads to, and a transition that leads nowhere.
const FAULTY: &str = r#"{"StartAt": "A", "States": {
  "A": {"Type": "Pass", "Next": "X"},
  "B": {"Type": "Succeed"}}}"#;

fn folder(config: &str) -> Folder {
    Folder::new()
        .file("asl.toml", config)
        .file("a.asl.json", FAULTY)
        .file("legacy/old.asl.json", FAULTY)
}

/// Holds the findings of `asl validate` against what is expected: file, severity and rule.
#[track_caller]
fn check(folder: &Folder, options: &str, code: i32, expected: &[&str]) {
    let told = folder
        .asl(&format!("validate --format concise {options}"))
        .code(code);
    let line = |line: &str| {
        let (place, rest) = line.split_once(": ").expect("a place");
        let file = place.split(':').next().expect("a file");
        format!("{file} {}", rest.split_once(']').expect("a rule").0)
    };
    let found: Vec<String> = told.stdout.lines().map(line).collect();
    assert_eq!(found, expected, "{told}");
}

#[test]
fn levels_are_set_for_all_files_and_for_some() {
    let plain = folder("");
    check(
        &plain,
        "",
        1,
        &[
            "a.asl.json error[unknown-target",
            "a.asl.json error[unreachable-state",
            "legacy/old.asl.json error[unknown-target",
            "legacy/old.asl.json error[unreachable-state",
        ],
    );
    // The rule wins over its category, though that stands below it; the later override wins.
    let config = r#"
        [rules]
        unreachable-state = "note"
        graph = "off"
        [[override]]
        files = ["legacy/**"]
        rules = { graph = "error" }
        [[override]]
        files = ["**/*.json"]
        rules = { unreachable-state = "warning" }
    "#;
    let set = folder(config);
    let expected = [
        "a.asl.json warning[unreachable-state",
        "legacy/old.asl.json error[unknown-target",
        "legacy/old.asl.json warning[unreachable-state",
    ];
    check(&set, "", 1, &expected);
    check(&set, "-A unknown-target", 0, &[expected[0], expected[2]]);
    check(
        &set,
        "legacy -A graph -D unreachable-state",
        1,
        &["legacy/old.asl.json error[unreachable-state"],
    );
}

#[test]
fn the_nearest_file_counts_alone() {
    let folder = folder("[rules]\ngraph = \"off\"\n").file("legacy/asl.toml", "");
    let old = [
        "legacy/old.asl.json error[unknown-target",
        "legacy/old.asl.json error[unreachable-state",
    ];
    check(&folder, "", 1, &old);
    check(&folder, "--config asl.toml", 0, &[]);
    check(
        &folder,
        "--config asl.toml -D unreachable-state a.asl.json",
        1,
        &["a.asl.json error[unreachable-state"],
    );
    let told = folder.asl("validate --isolated --format concise").code(1);
    assert_eq!(told.stdout.lines().count(), 4, "{told}");
    folder
        .asl("validate --config nowhere.toml")
        .code(2)
        .stdout("")
        .stderr("error: cannot read nowhere.toml: No such file or directory\n");
}

#[test]
fn what_comes_from_stdin_is_configured_by_its_name() {
    let folder = folder("[[override]]\nfiles = [\"legacy/*\"]\nrules = { graph = \"off\" }\n");
    let stdin = |name: &str| folder.asl(&format!("validate - --stdin-filename {name}"));
    stdin("legacy/new.asl.json").stdin(FAULTY).code(0);
    stdin("new.asl.json").stdin(FAULTY).code(1);
}

#[test]
fn the_exit_code_is_configured() {
    let warn = "[rules]\ngraph = \"warning\"\n";
    check(
        &folder(warn),
        "-q legacy",
        0,
        &[
            "legacy/old.asl.json warning[unknown-target",
            "legacy/old.asl.json warning[unreachable-state",
        ],
    );
    let code = |config: &str, options: &str, code: i32| {
        let folder = folder(&format!("{config}\n{warn}"));
        folder.asl(&format!("validate {options}")).code(code);
    };
    code("fail-on = \"warning\"", "", 1);
    code("fail-on = \"warning\"", "--fail-on error", 0);
    code("max-warnings = 3", "", 1);
    code("max-warnings = 4", "", 0);
    code("max-warnings = 3", "--max-warnings 4", 0);
}

#[test]
fn a_walk_picks_what_is_included_and_not_what_is_excluded() {
    let list = |config: &str, options: &str, expected: &str| {
        let folder = folder(config)
            .file("machines/deep/m.json", FAULTY)
            .file("machines/n.json", FAULTY);
        let told = folder.asl(&format!("validate --show-files {options}"));
        told.code(if expected.is_empty() { 4 } else { 0 })
            .stdout(expected);
    };
    list("", "", "a.asl.json\nlegacy/old.asl.json\n");
    list("exclude = [\"legacy/\"]", "", "a.asl.json\n");
    list("exclude = [\"legacy\"]", "legacy", "");
    list("exclude = [\"*.asl.json\"]", "", "legacy/old.asl.json\n");
    list("include = [\"machines/*.json\"]", "", "machines/n.json\n");
    let all = "include = [\"machines/**/*.json\"]\nexclude = [\"**/n.*\"]";
    list(all, "", "machines/deep/m.json\n");
    list(all, "machines/n.json", "machines/n.json\n");
    list(
        all,
        "machines/n.json a.asl.json --force-exclude",
        "a.asl.json\n",
    );
    list(
        all,
        "machines/n.json --force-exclude --isolated",
        "machines/n.json\n",
    );
}

#[test]
fn findings_are_ignored_by_file_and_state_with_a_reason() {
    let ignore = |what: &str| folder(&format!("[[ignore]]\n{what}\nreason = \"wired later\"\n"));
    check(
        &ignore("file = \"**/old.*\"\nrule = \"graph\""),
        "",
        1,
        &[
            "a.asl.json error[unknown-target",
            "a.asl.json error[unreachable-state",
        ],
    );
    check(
        &ignore("state = \"B\"\nrule = \"unreachable-state\""),
        "",
        1,
        &[
            "a.asl.json error[unknown-target",
            "legacy/old.asl.json error[unknown-target",
        ],
    );
    check(
        &ignore("file = \"a.asl.json\"\nstate = \"A\"\nrule = \"unreachable-state\""),
        "a.asl.json",
        1,
        &[
            "a.asl.json error[unknown-target",
            "a.asl.json error[unreachable-state",
        ],
    );
}

#[test]
fn the_type_of_machine_is_configured() {
    // No finding may depend on how the type is told.
    let told = |config: &str, options: &str| {
        let folder = folder(config);
        folder
            .asl(&format!("validate --format concise {options}"))
            .code(1)
            .stdout
    };
    let express = told("", "--type express");
    assert_eq!(told("type = \"express\"", ""), express);
    let some = "[[override]]\nfiles = [\"**\"]\ntype = \"express\"";
    assert_eq!(told(some, ""), express);
    assert_eq!(told(some, "--type standard"), told("", "--type standard"));
}

#[test]
fn mistakes_are_shown_where_they_are_and_nothing_is_judged() {
    let config = "fail-on = \"eror\"\ninclud = []\n[rules]\nunknown-targt = \"off\"\n";
    folder(config)
        .asl("validate")
        .code(2)
        .stdout("")
        .stderr_contains("[asl.toml:1:11]")
        .stderr_contains("this must be \"error\", \"warning\" or \"note\"")
        .stderr_contains("did you mean \"error\"?")
        .stderr_contains("asl.toml has no `includ`")
        .stderr_contains("did you mean `include`?")
        .stderr_contains("[asl.toml:4:1]")
        .stderr_contains("did you mean \"unknown-target\"?")
        .stderr_contains("error: asl.toml is no valid configuration\n");
    folder("a = = 1").asl("validate").code(2).stdout("");
    let bytes = Folder::new()
        .file("asl.toml", b"a = \"\xff\"")
        .file("a.asl.json", FAULTY);
    bytes
        .asl("validate")
        .code(2)
        .stderr_contains("is not UTF-8");
    let hostile = folder("\"\\u001b[31m\" = 1\n[rules]\n\"\\u0007\" = \"off\"\n");
    hostile.asl("validate").code(2);
}

/// A document for each thing that a configuration may and may not say.
fn documents() -> Vec<(bool, String)> {
    let good = [
        "",
        "type = \"standard\"",
        "type = \"express\"",
        "fail-on = \"note\"",
        "max-warnings = 0",
        "include = []",
        "include = [\"**/*.json\"]",
        "exclude = [\"legacy\"]",
        "[rules]",
        "[rules]\ngraph = \"off\"\nunknown-target = \"warning\"\nunused-ignore = \"note\"",
        "[[override]]\nfiles = [\"a\"]",
        "[[override]]\nfiles = [\"a\"]\ntype = \"express\"\nrules = { jsonata = \"error\" }",
        "override = []",
        "[[ignore]]\nfile = \"a\"\nrule = \"graph\"",
        "[[ignore]]\nstate = \"A\"\nrule = \"unknown-target\"\nreason = \"old\"",
        "[prices]\nregion = \"a\"\ndate = \"b\"\nstandard-transitions = 0.03",
        "[prices]\nregion = \"\"\ndate = \"\"\nexpress-requests = 1\nexpress-gb-second = 0",
    ];
    let bad = [
        "typ = \"standard\"",
        "type = \"Standard\"",
        "fail-on = \"off\"",
        "max-warnings = -1",
        "max-warnings = 1.5",
        "max-warnings = \"1\"",
        "include = \"a\"",
        "include = [1]",
        "exclude = [\"\"]",
        "rules = []",
        "[rules]\ngraf = \"off\"",
        "[rules]\ngraph = \"on\"",
        "[rules]\ngraph = true",
        "[override]\nfiles = [\"a\"]",
        "[[override]]\nrules = {}",
        "[[override]]\nfiles = [\"a\"]\nexclude = []",
        "override = [1]",
        "[[ignore]]\nfile = \"a\"",
        "[[ignore]]\nrule = \"graph\"",
        "[[ignore]]\nfile = \"a\"\nrule = \"syntax\"",
        "[[ignore]]\nfile = \"a\"\nrule = \"graf\"",
        "[[ignore]]\nfile = \"a\"\nrule = 1",
        "[[ignore]]\nfile = \"\"\nrule = \"graph\"",
        "[[ignore]]\nfile = \"a\"\nrule = \"graph\"\nreason = 1",
        "[[ignore]]\nfile = \"a\"\nrule = \"graph\"\nwhy = \"\"",
        "prices = 0.03",
        "[prices]",
        "[prices]\nregion = \"a\"\ndate = \"b\"",
        "[prices]\nregion = \"a\"\nstandard-transitions = 1",
        "[prices]\ndate = \"b\"\nstandard-transitions = 1",
        "[prices]\nregion = 1\ndate = \"b\"\nstandard-transitions = 1",
        "[prices]\nregion = \"a\"\ndate = \"b\"\nstandard-transitions = -1",
        "[prices]\nregion = \"a\"\ndate = \"b\"\nexpress-requests = \"1\"",
        "[prices]\nregion = \"a\"\ndate = \"b\"\nexpress-requests = 1\nstandard = 1",
    ];
    let told = |is_good: bool| move |text: &&str| (is_good, (*text).to_owned());
    good.iter()
        .map(told(true))
        .chain(bad.iter().map(told(false)))
        .collect()
}

#[test]
fn the_schema_and_the_reader_agree() {
    let schema = Asl::new("schema config").code(0).stderr("").json();
    let validator = jsonschema::draft7::new(&schema).expect("it is a schema");
    for (is_good, text) in documents() {
        let value: Value = toml_value(&text);
        assert_eq!(validator.is_valid(&value), is_good, "the schema on {text}");
        let folder = Folder::new().file("asl.toml", &text).file("x", "{}");
        // Whatever it finds in the definition, it has read the configuration.
        let told = folder.asl("validate x --format json -A schema -A graph");
        told.code(if is_good { 0 } else { 2 });
    }
}

fn toml_value(text: &str) -> Value {
    let source = aslkit::syntax::Source::new("asl.toml", text);
    let (tree, findings) = aslkit::syntax::read(&source, aslkit::syntax::Format::Toml);
    assert_eq!(findings, [], "{text}");
    serde_json::from_str(&tree.root().to_json().text()).expect("it is JSON")
}

/// Else a key could be in one of the two only.
#[test]
fn every_key_of_the_schema_is_in_a_document_and_the_reader_lists_the_same() {
    let schema = Asl::new("schema config").code(0).json();
    let keys = |table: &Value| -> Vec<String> {
        let fields = table["properties"].as_object().expect("it has keys");
        fields.keys().cloned().collect()
    };
    let check = |table: &str, keys: Vec<String>, prefix: &str, rest: &str| {
        let text = format!("{prefix}nothing-like-it = 1\n{rest}");
        let told = folder(&text).asl("validate").code(2);
        let list = format!("it has: {}", keys.join(", "));
        let told = told.stderr.replace("\n        ", " ");
        assert!(told.contains(&list), "{table} has {list}: {told}");
        for key in keys {
            let used =
                |(is_good, text): &(bool, String)| *is_good && text.contains(&format!("{key} = "));
            let is_table = ["rules", "override", "ignore", "prices"].contains(&&*key);
            assert!(is_table || documents().iter().any(used), "{table}: {key}");
        }
    };
    check("asl.toml", keys(&schema), "", "");
    let items = |key: &str| keys(&schema["properties"][key]["items"]);
    check(
        "override",
        items("override"),
        "[[override]]\n",
        "files = []",
    );
    let rest = "file = \"a\"\nrule = \"graph\"";
    check("ignore", items("ignore"), "[[ignore]]\n", rest);
    let prices = keys(&schema["properties"]["prices"]);
    check("prices", prices, "[prices]\n", "region = \"a\"");
}

#[test]
fn every_rule_is_in_the_schema() {
    let schema = Asl::new("schema config").code(0).json();
    let known = schema["definitions"]["rule"]["enum"]
        .as_array()
        .expect("a list");
    let rules = Asl::new("rules --format json").code(0).json();
    for rule in rules.as_array().expect("a list") {
        assert!(known.contains(&rule["name"]), "{rule}");
        assert!(known.contains(&rule["category"]), "{rule}");
    }
}

#[test]
fn the_schema_of_definitions_judges_definitions() {
    let schema = Asl::new("schema definition").code(0).stderr("").json();
    let validator = jsonschema::draft7::new(&schema).expect("it is a schema");
    let text = std::fs::read_to_string(fixture("definitions/order-saga.asl.json"));
    let good: Value = serde_json::from_str(&text.expect("a fixture")).expect("it is JSON");
    assert!(validator.is_valid(&good));
    assert!(!validator.is_valid(&json!({"StartAt": "A"})));
    Asl::new("schema nonsense")
        .code(2)
        .stderr_contains("[possible values: config, definition, handlers, mocks, test]");
}
