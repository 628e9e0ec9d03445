//! What silences what.

use std::fmt::Write;

use expect_test::{Expect, expect};

use super::silence;
use crate::language;
use crate::lint::{Definition, Levels, Options, check};
use crate::syntax::{Format, LineIndex, Source, read};

/// Holds what is left of a definition's findings against what is expected: place, rule, message.
#[expect(clippy::needless_pass_by_value, reason = "reads well at the call")]
fn left(name: &str, text: &str, expected: Expect) {
    let options = Options::default();
    expected.assert_eq(&found(name, text, &options));
}

fn found(name: &str, text: &str, options: &Options) -> String {
    let source = Source::new(name, text);
    let (tree, mut findings) = read(&source, Format::of(name, text));
    let (machine, of_model) = language::read(&tree);
    let definition = Definition {
        source: &source,
        tree: &tree,
        machine: &machine,
    };
    if findings.iter().all(|finding| finding.rule != "syntax") {
        findings.extend(check(definition, of_model, options));
    }
    silence(&source, &tree, &options.levels, &mut findings);
    let index = LineIndex::new(text);
    let line = |finding: &crate::syntax::Diagnostic| {
        let at = index.chars(finding.span().start as usize);
        let help = finding.help.as_deref().unwrap_or("-");
        let place = format!("{}:{} [{}]", at.line, at.column, finding.rule);
        // How others put it is told by their own tests.
        match finding.rule {
            "unknown-rule" | "unused-ignore" => format!("{place} {} ({help})\n", finding.message),
            _ => format!("{place}\n"),
        }
    };
    findings.iter().map(line).collect()
}

fn json(state: &str, expected: Expect) {
    let text = format!(
        r#"{{"StartAt": "A", "States": {{
"A": {{"Type": "Succeed"}},
"B": {state}}}}}"#
    );
    left("a.asl.json", &text, expected);
}

#[test]
fn a_comment_silences_its_object_and_the_name_of_it() {
    json(
        r#"{"Type": "Pass", "Next": "X"}"#,
        expect![[r#"
            3:1 [unreachable-state]
            3:31 [unknown-target]
        "#]],
    );
    json(
        r#"{"Type": "Pass", "Comment": "asl-ignore: unreachable-state, unknown-target wired later", "Next": "X"}"#,
        expect![""],
    );
    json(
        r#"{"Type": "Pass", "Comment": "asl-ignore: graph", "Next": "X"}"#,
        expect![""],
    );
}

#[test]
fn what_stands_elsewhere_is_not_silenced() {
    let text = r#"{"StartAt": "A", "States": {
"A": {"Type": "Succeed", "Comment": "asl-ignore: unreachable-state"},
"B": {"Type": "Succeed"}}}"#;
    left(
        "a.json",
        text,
        expect![[r#"
            2:50 [unused-ignore] `asl-ignore: unreachable-state` silences nothing (remove it, or move it to what it is about)
            3:1 [unreachable-state]
        "#]],
    );
    let whole = text.replace(
        "\"StartAt\"",
        "\"Comment\": \"asl-ignore: graph,unused-ignore\", \"StartAt\"",
    );
    left("a.json", &whole, expect![""]);
}

#[test]
fn names_that_do_not_exist_are_reported() {
    json(
        r#"{"Type": "Succeed", "Comment": "asl-ignore: unreachable-sate, asl::graph, because of X"}"#,
        expect![[r#"
            3:50 [unknown-rule] there is no rule and no category "unreachable-sate" (did you mean "unreachable-state"?)
            3:80 [unknown-rule] there is no rule and no category "because" (`asl rules` lists them; the reason follows the names without a comma)
        "#]],
    );
    json(
        r#"{"Type": "Succeed", "Comment": " asl-ignore: "}"#,
        expect![[r#"
            3:1 [unreachable-state]
            3:51 [unknown-rule] `asl-ignore` names no rule (write its name behind the colon, such as `asl-ignore: unreachable-state`)
        "#]],
    );
}

#[test]
fn comments_that_only_mention_it_are_left_alone() {
    let text = "
# see asl-ignore: unreachable-state
StartAt: A
States:
  A: { Type: Pass, Result: '# asl-ignore: graph', End: true }
  B:
    Type: Pass
    Comment: 'use asl-ignore: graph here'
    Result: |
      # asl-ignore: graph
    End: true
";
    left(
        "a.yaml",
        text,
        expect![[r#"
            6:3 [unreachable-state]
        "#]],
    );
}

#[test]
fn syntax_cannot_be_silenced_and_what_was_not_judged_is_not_unused() {
    let text = r#"{"Comment": "asl-ignore: syntax, graph", "StartAt": "A", "States": {,}}"#;
    left(
        "a.json",
        text,
        expect![[r#"
            1:69 [syntax]
        "#]],
    );
    json(
        r#"{"Type": "Succeed", "Comment": "asl-ignore: syntax, unreachable-state"}"#,
        expect![[r#"
            3:50 [unused-ignore] `asl-ignore: syntax` silences nothing (the rule `syntax` cannot be silenced; `duplicate-key` can)
        "#]],
    );
    json(
        r#"{"Type": "Succeed", "Comment": "asl-ignore: syntax, graph", "Comment": ""}"#,
        expect![""],
    );
}

#[test]
fn rules_that_are_off_are_not_missed() {
    let text =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed", "Comment": "asl-ignore: graph"}}}"#;
    let mut options = Options::default();
    assert!(found("a.json", text, &options).contains("unused-ignore"));
    options.levels = Levels::default();
    assert!(options.levels.set("graph", None));
    assert_eq!(found("a.json", text, &options), "");
}

#[test]
fn comments_in_yaml_are_for_what_begins_on_their_line_or_the_next() {
    let text = "
StartAt: A
States:
  A:
    Type: Choice
    Choices:
      - Condition: '{% $states.input.a %}'
        Next: X # asl-ignore: unknown-target
      - # asl-ignore: unknown-target, empty-states
        Condition: '{% $states.input.b %}'
        Next: Y
    Default: Z
    QueryLanguage: JSONata
  # asl-ignore: unreachable-state kept
  # asl-ignore: missing-transition
  B:
    Type: Pass
  C: { Type: Pass, Next: V } # asl-ignore: graph é
# asl-ignore: graph
";
    left(
        "a.yaml",
        text,
        expect![[r#"
            9:39 [unused-ignore] `asl-ignore: empty-states` silences nothing (remove it, or move it to what it is about)
            12:14 [unknown-target]
            19:15 [unused-ignore] `asl-ignore: graph` silences nothing (remove it, or move it to what it is about)
        "#]],
    );
}

#[test]
fn what_an_alias_repeats_is_silenced_where_it_is_anchored() {
    let text = "
StartAt: A
States:
  A: &a
    Comment: 'asl-ignore: unknown-target'
    Type: Pass
    Next: X
  B: *a
";
    left(
        "a.yaml",
        text,
        expect![[r#"
        8:3 [unreachable-state]
    "#]],
    );
}

#[test]
fn comments_behind_a_mention_are_part_of_it() {
    let text = "
StartAt: A
States:
  A: { Type: Succeed } # see # asl-ignore: graph
  B: { Type: Succeed } # asl-ignore: graph # asl-ignore: schema
  C: { Type: Succeed, Comment: 'a # asl-ignore: schema' } # asl-ignore: graph
";
    left("a.yaml", text, expect![""]);
}

#[test]
fn of_comments_around_each_other_the_inner_one_is_used() {
    let text = "
StartAt: A
States: # asl-ignore: unreachable-state
  A: { Type: Succeed }
  B: { Type: Succeed, Comment: 'asl-ignore: unreachable-state' }
";
    left(
        "a.yaml",
        text,
        expect![[r#"
            3:23 [unused-ignore] `asl-ignore: unreachable-state` silences nothing (remove it, or move it to what it is about)
        "#]],
    );
}

/// The time that comments take grows with their number, not with its square.
#[test]
fn a_flood_of_comments_is_no_flood_of_time() {
    const FLOOD: usize = 20_000;
    let mut text = "StartAt: A\nStates: # asl-ignore: graph\n  A: { Type: Succeed }\n".to_owned();
    for state in 0..FLOOD {
        writeln!(text, "  S{state}: {{ Type: Succeed }} # asl-ignore: graph").expect("fits");
    }
    text.push_str(&"# asl-ignore: graph\n".repeat(FLOOD));
    text.push_str("Comment: {");
    text.push_str(&"# asl-ignore: graph ".repeat(FLOOD));
    let source = Source::new("a.yaml", text);
    let (tree, mut findings) = read(&source, Format::Yaml);
    silence(&source, &tree, &Levels::default(), &mut findings);
    assert_eq!(findings.len(), 1, "{findings:?}");
}
