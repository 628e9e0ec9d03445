//! What is found in templates, and where the text of a definition stands in them.

use std::fmt::Write;

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{Embedded, EmbeddedText, Place, find, settle, settle_tags, uses};
use crate::syntax::{Diagnostic, Edit, Format, Source, Span, read};

fn machines(source: &Source) -> Vec<Embedded> {
    let (tree, findings) = read(source, Format::of(&source.name, &source.text));
    assert_eq!(findings, []);
    find(source, &tree).map_or(Vec::new(), |template| template.machines)
}

/// Every machine with its place and what is known of it.
#[expect(clippy::needless_pass_by_value, reason = "reads well at the call")]
fn check(text: &str, expected: Expect) {
    let source = Source::new("<template>", text);
    let (mut tree, findings) = read(&source, Format::of("", text));
    assert_eq!(findings, [], "{text}");
    let Some(template) = find(&source, &tree) else {
        return expected.assert_eq("no template\n");
    };
    let mut out = format!("{}\n", template.kind.name());
    for machine in &template.machines {
        let place = match &machine.place {
            Place::Node(id) => {
                settle(&mut tree, *id);
                format!("object {}", tree.node(*id).to_json().text())
            }
            Place::Text(text) => format!("text {:?}", text.source(&source).text),
            Place::File { path, span } => format!("file {path} named by {}", &text[span.range()]),
            Place::Elsewhere(why) => format!("elsewhere: {why}"),
        };
        let kind = match machine.is_express {
            Some(true) => "EXPRESS",
            Some(false) => "STANDARD",
            None => "of some type",
        };
        let known = machine.substitutions.as_ref();
        let known = known.map(|all| all.iter().map(|one| &*one.name).collect::<Vec<_>>());
        writeln!(out, "{} {kind} {known:?}: {place}", machine.name).expect("strings take all");
        assert_eq!(
            text[machine.name_span.range()].trim_matches(['"', '\'']),
            &*machine.name
        );
    }
    expected.assert_eq(&out);
}

fn text_of(source: &Source) -> EmbeddedText {
    match machines(source).swap_remove(0).place {
        Place::Text(text) => *text,
        place => panic!("no text: {place:?}"),
    }
}

#[test]
fn every_way_to_give_a_definition_in_cloudformation_is_known() {
    check(
        "Resources:
  A: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: {StartAt: !Ref X, States: !GetAtt [Y, Z], Comment: !Ref AWS::NoValue}}}
  B: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{}', StateMachineType: EXPRESS}}
  C: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: ./c.json, Type: !Ref T, DefinitionSubstitutions: {K: v, L: !Ref M}}}
  D: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: 's3://bucket/key', DefinitionSubstitutions: !Ref P}}
  E: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: {Bucket: b, Key: k}}}
  F: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: f.yaml, DefinitionString: !Ref Text}}
  G: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionS3Location: f.yaml}}
  H: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: {Fn::ToJsonString: {StartAt: H}}}}
  I: {Type: AWS::StepFunctions::StateMachine, Properties: {Definition: {Fn::Transform: {Name: AWS::Include}}}}
  J: {Type: AWS::StepFunctions::StateMachine, Properties: {}}
  K: {Type: AWS::StepFunctions::StateMachine}
  L: {Type: AWS::SNS::Topic}
  Fn::ForEach::M: [N, [a, b], {'M${N}': {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{}'}}}]
",
        expect![[r#"
            CloudFormation template
            A STANDARD Some([]): object {"StartAt":"${X}","States":"${Y.Z}"}
            B EXPRESS Some([]): text "{}"
            C of some type Some(["K", "L"]): file ./c.json named by ./c.json
            D STANDARD None: elsewhere: it is in a bucket
            E STANDARD Some([]): elsewhere: it is in a bucket
            F STANDARD Some([]): elsewhere: a function of the template makes it
            G STANDARD Some([]): file f.yaml named by f.yaml
            H STANDARD Some([]): object {"StartAt":"H"}
            I STANDARD Some([]): elsewhere: a function of the template makes it
            J STANDARD Some([]): elsewhere: the template gives none
            M${N} STANDARD Some([]): text "{}"
        "#]],
    );
}

#[test]
fn strings_are_put_together_as_a_deployment_does() {
    check(
        r#"{"Resources": {"A": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString":
          {"Fn::Join": ["-", ["{\"a\":\"", {"Ref": "AWS::Region"}, {"Fn::GetAtt": ["F", "Arn"]}, {"Fn::GetAtt": "G.Arn"},
            {"Fn::Sub": "${X}\n${!Y}"}, {"Fn::Sub": ["${Z}", {"Z": 1}]}, {"Fn::If": ["c", "a", "b"]}, 7, true,
            {"Fn::Join": ["", ["\u00e9", {"Fn::ImportValue": "v"}]]}, {"Fn::Join": [{"Ref": "S"}, ["x"]]}, "\"}"]]}}}}}"#,
        expect![[r#"
            CloudFormation template
            A STANDARD Some([]): text "{\"a\":\"-${AWS::Region}-${F.Arn}-${G.Arn}-${X}\n${!Y}-${Z}-${Fn::If}-7-true-é${Fn::ImportValue}-${Fn::Join}-\"}"
        "#]],
    );
}

#[test]
fn machines_of_serverless_are_found() {
    check(
        "service: s
stepFunctions:
  stateMachines:
    a: {type: EXPRESS, definition: {StartAt: A}}
    b: {definition: '${file(b.json)}'}
    c: {definition: '${file(c.yml):machines.c}'}
    d: {definition: '${self:custom.d}'}
    e: ${file(e.yml)}
    f: {name: f}
resources:
  Resources:
    G: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: '{}'}}
",
        expect![[r#"
            Serverless configuration
            a EXPRESS None: object {"StartAt":"A"}
            b STANDARD None: file b.json named by '${file(b.json)}'
            c STANDARD None: elsewhere: a variable of Serverless stands for it
            d STANDARD None: elsewhere: a variable of Serverless stands for it
            e STANDARD None: elsewhere: a variable of Serverless stands for it
            f STANDARD None: elsewhere: the configuration gives none
            G STANDARD Some([]): text "{}"
        "#]],
    );
    check(
        "stepFunctions: {stateMachines: [{a: {definition: {}}}, '${file(m.yml)}']}\n",
        expect![[r#"
        Serverless configuration
        a STANDARD None: object {}
    "#]],
    );
    check(
        "service: s\nprovider: {name: aws}\n",
        expect![[r#"
        Serverless configuration
    "#]],
    );
}

#[test]
fn machines_of_terraform_are_found_in_every_module() {
    check(
        r#"{"format_version": "1.0", "values": {"root_module": {"resources": [
          {"address": "aws_sfn_state_machine.a", "type": "aws_sfn_state_machine", "values": {"definition": "{\"a\":1}"}},
          {"address": "aws_sns_topic.b", "type": "aws_sns_topic", "values": {"definition": "{}"}}],
          "child_modules": [{"resources": [], "child_modules": [{"resources": [
            {"address": "module.c", "type": "aws_sfn_state_machine", "values": {"type": "EXPRESS"}}]}]}]}}}"#,
        expect![[r#"
            Terraform state or plan
            aws_sfn_state_machine.a STANDARD None: text "{\"a\":1}"
            module.c EXPRESS None: elsewhere: it is known only after `terraform apply`
        "#]],
    );
}

#[test]
fn definitions_and_other_files_are_no_templates() {
    for text in [
        r#"{"StartAt": "A", "States": {}}"#,
        r#"{"States": {}, "Resources": {}}"#,
        "[]",
        "7",
        r#"{"Resources": []}"#,
        r#"{"service": "x"}"#,
    ] {
        check(text, expect![["no template\n"]]);
    }
}

#[test]
fn tags_are_settled_outside_of_templates_and_objects_are_not() {
    let text = "a: !Ref X\nb: {Ref: X}\nc: [!Sub 'x${Y}', !GetAtt Z.Arn, !If [a, b, c]]\nd: !Ref AWS::NoValue\n";
    let source = Source::new("a.yaml", text);
    let (mut tree, _) = read(&source, Format::Yaml);
    let root = tree.root().id();
    settle_tags(&source, &mut tree, root);
    assert_eq!(
        tree.root().to_json().text(),
        r#"{"a":"${X}","b":{"Ref":"X"},"c":["x${Y}","${Z.Arn}","${Fn::If}"]}"#
    );
    let sub = tree.resolve("/c/0").expect("is there").span();
    assert_eq!(&text[source.within(sub, 1, 4).range()], "${Y}");
}

#[test]
fn placeholders_of_a_definition_are_found_with_their_places() {
    let text = r#"{"a": "x${A}y${B_1}", "${C}.$": ["\u00e9${D}", {"Fn::Sub": "${E}${!F}"}, {"Ref": "${G}"}],
      "no": "${} ${AWS::Region} ${a.b} ${open", "words": "echo ${H}"}"#;
    let source = Source::new("test", text);
    let (tree, _) = read(&source, Format::Json);
    let found: Vec<_> = uses(&source, tree.root())
        .into_iter()
        .map(|found| {
            assert_eq!(&text[found.span.range()], &*found.name);
            (found.name.to_string(), found.is_certain)
        })
        .collect();
    let names: Vec<&str> = found.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["A", "B_1", "C", "D", "F", "H"]);
    assert!(
        found
            .iter()
            .all(|(name, certain)| *certain == (name != "H"))
    );
}

#[test]
fn placeholders_in_a_string_are_those_that_sub_leaves() {
    let uses = |definition: &str| {
        let text = format!(
            "Resources: {{A: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: {definition}}}}}}}"
        );
        let source = Source::new("", text.as_str());
        let found = text_of(&source);
        let name = |found: &super::Use| {
            assert_eq!(&text[found.span.range()], &*found.name);
            format!("{}{}", found.name, if found.is_certain { "" } else { "?" })
        };
        found.uses().iter().map(name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        uses(r#"'{"a": "${A}", "b": ${B}, "c": "say ${C}"}'"#),
        "A B C?"
    );
    assert_eq!(uses(r#"!Sub '{"a": "${A}", "b": ${!B}}'"#), "B");
    assert_eq!(uses(r#""{\"a\": \"${A}\"}""#), "A");
}

/// A YAML template whose definition is the string that `write` makes of a text.
fn template(written: &str) -> Source {
    let text = format!(
        "Resources:\n  A:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: {written}\n  B: 1\n"
    );
    Source::new("template.yaml", text)
}

fn block(text: &str, header: &str) -> String {
    let mut out = header.to_owned();
    for line in text.split('\n') {
        let indent = if line.is_empty() { "" } else { "          " };
        write!(out, "\n{indent}{line}").expect("strings take all");
    }
    out
}

/// The five ways to write a text; blocks need a first line to begin with.
fn written(text: &str, style: usize) -> String {
    match style {
        0 => serde_json::to_string(text).expect("is a string"),
        1 => format!("!Sub '{}'", text.replace('\'', "''").replace('\n', " ")),
        2 => block(text, "!Sub |"),
        3 => block(text, "|-"),
        _ => block(text, ">"),
    }
}

proptest! {
    /// An edit of the definition is the same edit of the string that holds it.
    #[test]
    fn an_edit_is_exact_or_left_out(
        lines in prop::collection::vec("[a-c\"'{}\\\\é,:]{1,8}( [a-c]{1,3})?", 1..6),
        style in 0..5_usize,
        (start, end) in (0..60_usize, 0..20_usize),
        new in "[a-c\"'\\\\é\n ]{0,6}",
    ) {
        let source = template(&written(&lines.join("\n"), style));
        let embedded = text_of(&source);
        let text = embedded.source(&source).text;
        let boundary = |at: usize| (at.min(text.len())..=text.len()).find(|at| text.is_char_boundary(*at)).expect("the end is one");
        let span = Span::new(boundary(start), boundary(start + end));
        let mut expected = text.to_string();
        expected.replace_range(span.range(), &new);
        let finding = Diagnostic::error("x", "x").fix(true, vec![Edit { span, text: new }]);
        if let Some(fix) = embedded.outer_finding(finding).fix {
            let mut mended = source.text.to_string();
            let edit = &fix.edits[0];
            mended.replace_range(edit.span.range(), &edit.text);
            let again = text_of(&Source::new("template.yaml", mended.as_str()));
            prop_assert_eq!(&*again.source(&source).text, expected.as_str(), "{}", mended);
        } else {
            // Only blocks and quotes without escapes have edits that cannot be written.
            prop_assert!(style > 0);
        }
    }
}

#[test]
fn places_of_a_joined_text_are_where_its_parts_stand() {
    let text = r#"{"Resources": {"A": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"DefinitionString":
        {"Fn::Join": ["", ["ab\"\n", {"Ref": "X"}, "cd"]]}}}}}"#;
    let source = Source::new("", text);
    let found = text_of(&source);
    assert_eq!(&*found.source(&source).text, "ab\"\n${X}cd");
    let outer = |start: usize, end: usize| &text[found.outer(Span::new(start, end)).range()];
    assert_eq!(outer(0, 3), r#"ab\""#);
    assert_eq!(outer(4, 8), r#"{"Ref": "X"}"#);
    assert_eq!(outer(5, 6), r#"{"Ref": "X"}"#);
    assert_eq!(outer(8, 10), "cd");
    assert_eq!(outer(3, 9), r#"\n", {"Ref": "X"}, "c"#);
    let end = found.outer(Span::new(10, 10));
    assert_eq!(
        (end.start, &text[end.end as usize..][..3]),
        (end.end, "\"]]")
    );
    let finding = |start, end| {
        let edit = Edit {
            span: Span::new(start, end),
            text: "x\"".to_owned(),
        };
        let finding = found.outer_finding(Diagnostic::error("x", "x").fix(true, vec![edit]));
        finding.fix.map(|fix| fix.edits[0].text.clone())
    };
    assert_eq!(finding(0, 4).as_deref(), Some("x\\\""));
    assert_eq!(finding(3, 5), None, "reaches into the function");
}

#[test]
fn texts_that_aliases_multiply_are_not_written_out() {
    let mut text = format!("x: &x '{}'\nResources:\n", "a".repeat(1 << 20));
    for name in 0..100 {
        writeln!(text, "  M{name}: {{Type: AWS::StepFunctions::StateMachine, Properties: {{DefinitionString: !Join ['', [*x, *x, *x]]}}}}")
            .expect("strings take all");
    }
    let source = Source::new("t.yaml", text);
    let found = machines(&source);
    let texts = found
        .iter()
        .filter(|machine| matches!(machine.place, Place::Text(_)));
    assert_eq!(found.len(), 100);
    assert!((1..10).contains(&texts.count()));
}
