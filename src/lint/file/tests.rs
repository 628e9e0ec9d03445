//! Templates as they are judged, and the published definitions in every format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};

use super::{check_file, check_substitutions};
use crate::language::File;
use crate::lint::Options;
use crate::syntax::{Diagnostic, LineIndex, Source};

/// The findings of a file as `line:column rule message | label`.
#[expect(clippy::needless_pass_by_value, reason = "reads well at the call")]
fn check(text: &str, expected: Expect) {
    let file = File::read(Source::new("template", text));
    expected.assert_eq(&told(text, &check_file(&file, &Options::default())));
}

fn told(text: &str, found: &[Diagnostic]) -> String {
    let index = LineIndex::new(text);
    let mut out = String::new();
    for finding in found {
        let place = index.chars(finding.span().start as usize);
        let written = &text[finding.span().range()];
        let (line, column) = (place.line, place.column);
        writeln!(
            out,
            "{line}:{column} {} {} | {written}",
            finding.rule, finding.message
        )
        .expect("a string takes all");
    }
    out
}

#[test]
fn functions_are_filled_in_later_and_judged_where_they_say_something() {
    check(
        "Resources:
  A:
    Type: AWS::StepFunctions::StateMachine
    Properties:
      Definition:
        StartAt: A
        TimeoutSeconds: !Ref AWS::NoValue
        States:
          A:
            Type: Task
            Resource: !GetAtt F.Arn
            TimeoutSeconds: !If [Long, 600, 60]
            Retry: !If [Careful, [{ErrorEquals: [States.ALL]}], !Ref AWS::NoValue]
            Catch:
              - ErrorEquals: !Split [',', !Ref Errors]
                Next: {Ref: Handler}
            Next: !Sub B
          B: {Type: !Sub 'Tas', End: !Ref Last}
",
        expect![[r#"
            18:26 invalid-value `Type` must be "Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel" or "Map", got "Tas" | 'Tas'
        "#]],
    );
}

#[test]
fn an_express_machine_of_a_template_is_judged_as_one() {
    let text = |kind: &str| {
        format!(
            "Resources: {{A: {{Type: AWS::Serverless::StateMachine, Properties: {{Type: {kind}, Definition: {{}}}}}}}}"
        )
    };
    let machine_type = |kind| File::read(Source::new("t", text(kind))).machines[0].machine_type();
    assert_eq!(
        machine_type("EXPRESS"),
        Some(crate::language::StateMachineType::Express)
    );
    assert_eq!(
        machine_type("STANDARD"),
        Some(crate::language::StateMachineType::Standard)
    );
    assert_eq!(machine_type("!Ref Kind"), None);
}

#[test]
fn substitutions_and_placeholders_belong_together() {
    let template = |definition: &str, substitutions: &str| {
        format!(
            r#"{{"Resources": {{"A": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{
  "DefinitionString": {definition}{substitutions}}}}}}}}}"#
        )
    };
    let definition = r#""{\"StartAt\":\"${A}\",\"States\":{\"${A}\":{\"Type\":\"Pass\",\"Result\":\"echo ${HOME}\",\"End\":true}}}""#;
    check(
        &template(definition, r#", "DefinitionSubstitutions": {"A": 1}"#),
        expect![[""]],
    );
    check(
        &template(definition, r#", "DefinitionSubstitutions": {"Ref": "X"}"#),
        expect![[""]],
    );
    check(
        &template(&format!(r#"{{"Fn::Sub": {definition}}}"#), ""),
        expect![[""]],
    );
    check(
        &template(definition, r#", "DefinitionSubstitutions": {"B": 1}"#),
        expect![[r#"
        2:41 unknown-substitution nothing fills in `${A}`: the `DefinitionSubstitutions` of "A" have no such key | A
        2:62 unknown-substitution nothing fills in `${A}`: the `DefinitionSubstitutions` of "A" have no such key | A
        2:160 unused-substitution `${B}` does not occur in the definition of "A" | "B"
    "#]],
    );
    check(
        &template(definition, ""),
        expect![[r#"
        2:41 unknown-substitution nothing fills in `${A}`: the `DefinitionSubstitutions` of "A" have no such key | A
        2:62 unknown-substitution nothing fills in `${A}`: the `DefinitionSubstitutions` of "A" have no such key | A
    "#]],
    );
}

#[test]
fn a_definition_beside_its_template_is_held_against_it() {
    let template = File::read(Source::new(
        "t.yaml",
        "Resources: {A: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: a.json, DefinitionSubstitutions: {Table: 1}}}}",
    ));
    let text = r#"{"StartAt": ${Start}, "States": {}}"#;
    let definition = File::read_definition(Source::new("a.json", text));
    let found = check_substitutions(
        &definition,
        &template.elsewhere[0],
        "t.yaml",
        &Options::default(),
    );
    expect![[r#"
        1:15 unknown-substitution nothing fills in `${Start}`: the `DefinitionSubstitutions` of "A" in t.yaml have no such key | Start
    "#]].assert_eq(&told(text, &found.in_definition));
    assert_eq!(found.in_template[0].rule, "unused-substitution");
    let broken = File::read_definition(Source::new("a.json", "{\"a\": ${B}"));
    let found = check_substitutions(
        &broken,
        &template.elsewhere[0],
        "t.yaml",
        &Options::default(),
    );
    assert!(found.in_definition.is_empty() && found.in_template.is_empty());
}

fn conformance() -> Option<PathBuf> {
    let root = std::env::var_os("ASL_CONFORMANCE");
    if root.is_none() {
        eprintln!("skipped: ASL_CONFORMANCE names no folder with recorded cases");
    }
    root.map(|root| Path::new(&root).join("definitions"))
}

fn files_below(folder: PathBuf) -> Vec<PathBuf> {
    let mut folders = vec![folder];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Every published original, with its templates and placeholders, is read without a false syntax
/// error. What is written in JSON5 has true ones.
#[test]
fn published_originals_are_read_in_every_format() {
    let Some(root) = conformance() else { return };
    let labels = std::fs::read_to_string(root.join("labels.tsv")).expect("is readable");
    let formats: BTreeMap<&str, &str> = labels
        .lines()
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let (path, format) = (columns.next()?, columns.nth(1)?);
            Some((path.strip_suffix(".json").unwrap_or(path), format))
        })
        .collect();
    let mut table: BTreeMap<String, [usize; 3]> = BTreeMap::new();
    let mut refused = String::new();
    for path in files_below(root.join("raw")) {
        let name = path
            .strip_prefix(root.join("raw"))
            .expect("is below it")
            .to_string_lossy();
        let (stem, ending) = name.rsplit_once('.').expect("has an ending");
        let format = formats.get(stem).copied().unwrap_or(ending);
        let text = std::fs::read_to_string(&path).expect("is UTF-8");
        let file = File::read(Source::new(name.replace(".json5", ".json"), text.as_str()));
        let found = check_file(&file, &Options::default());
        let syntax: Vec<_> = found
            .iter()
            .filter(|finding| finding.rule == "syntax")
            .collect();
        let row = table.entry(format.to_owned()).or_default();
        row[0] += 1;
        row[1] += usize::from(!syntax.is_empty());
        row[2] += usize::from(found.len() > syntax.len());
        // JSON5 has trailing commas and comments, which AWS refuses.
        if !syntax.is_empty() && ending != "json5" {
            let found: Vec<Diagnostic> = syntax.into_iter().cloned().collect();
            write!(refused, "{name}\n{}", told(&text, &found)).expect("a string takes all");
        }
    }
    println!("{:<40} files  syntax  other findings", "format");
    for (format, [files, syntax, other]) in &table {
        println!("{format:<40} {files:>5} {syntax:>7} {other:>15}");
    }
    assert!(table.len() > 3, "no original was read");
    assert_eq!(refused, "");
}

/// A definition is judged the same inside of a template, and at the same characters.
#[test]
fn published_definitions_are_judged_the_same_inside_of_templates() {
    let Some(root) = conformance() else { return };
    let mut judged = 0;
    for path in files_below(root) {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if path.extension().is_none_or(|ending| ending != "json") || text.len() > 100_000 {
            continue;
        }
        let bare = File::read_definition(Source::new("a.json", text.as_str()));
        let expected = check_file(&bare, &Options::default());
        for template in [Some(as_json_string(&text)), as_block(&text)]
            .into_iter()
            .flatten()
        {
            let file = File::read(Source::new("template", template.as_str()));
            let mut found = check_file(&file, &Options::default());
            found.retain(|finding| !finding.rule.ends_with("-substitution"));
            let words = |text: &str, finding: &Diagnostic| {
                let written = &text[finding.span().range()];
                let first = written.lines().next().unwrap_or_default().trim_end();
                (
                    finding.rule,
                    finding.message.clone(),
                    first.replace("\\\"", "\"").replace("\\\\", "\\"),
                )
            };
            let mut found: Vec<_> = found
                .iter()
                .map(|finding| words(&template, finding))
                .collect();
            let mut bare: Vec<_> = expected
                .iter()
                .map(|finding| words(&text, finding))
                .collect();
            for list in [&mut found, &mut bare] {
                for (_, _, written) in list.iter_mut() {
                    // A string that is written on one line goes on where the lines end.
                    written.truncate(written.find("\\n").unwrap_or(written.len()));
                    // How often it is escaped depends on the strings around it.
                    written.retain(|character| character != '\\' && character != '"');
                }
                list.sort();
            }
            assert_eq!(found, bare, "{}", path.display());
            judged += 1;
        }
    }
    println!("{judged} definitions judged inside of templates");
    assert!(judged > 0);
}

fn as_json_string(text: &str) -> String {
    let string = serde_json::to_string(text).expect("is a string");
    format!(
        r#"{{"Resources": {{"A": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"DefinitionString": {string}}}}}}}}}"#
    )
}

/// As a block of YAML; what YAML cannot hold is left out.
fn as_block(text: &str) -> Option<String> {
    let is_writable = |char: char| !char.is_control() || matches!(char, '\n' | '\t');
    if text.trim().is_empty()
        || text.starts_with([' ', '\t', '\n', '\u{feff}'])
        || !text.chars().all(is_writable)
    {
        return None;
    }
    let mut out = String::from(
        "Resources:\n  A:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: |\n",
    );
    for line in text.lines() {
        writeln!(out, "        {line}").expect("a string takes all");
    }
    Some(out)
}
