//! Definitions that are huge, deep or meant to do harm, through every subcommand.

use std::fmt::Write;

use crate::asl::{Asl, Folder, Told};

/// A name that would colour a terminal, ring, turn the reading direction and clear the screen.
const NAME: &str = "\u{1b}[31mX\u{7}\u{202e}\u{9b}2J";

/// The same with what JSON wants escaped.
fn name() -> String {
    NAME.replace('\u{1b}', "\\u001b")
        .replace('\u{7}', "\\u0007")
}

/// A definition whose names are all like that.
fn hostile(next: &str) -> String {
    r#"{"StartAt": "NAME", "States": {
        "NAME": {"Type": "Task", "Resource": "NAME", "Next": "NEXT",
            "Catch": [{"ErrorEquals": ["NAME"], "Next": "NAME2"}]},
        "NAME2": {"Type": "Fail", "Error": "NAME", "Cause": "NAME"}}}"#
        .replace("NEXT", next)
        .replace("NAME", &name())
}

/// That nothing is printed raw is judged for every call; here it would be.
#[track_caller]
fn tame(folder: &Folder, line: &str, code: i32) {
    let told = folder.asl(line).code(code);
    let all = format!("{}{}", told.stdout, told.stderr);
    assert!(all.contains('X'), "{line} tells no name: {told}");
    for raw in ['\u{202e}', '\u{9b}'] {
        assert!(!all.contains(raw), "{line}: {told}");
    }
}

#[test]
fn names_are_never_printed_raw() {
    let folder = Folder::new()
        .file("evil.asl.json", hostile("NAME2"))
        .file("broken.asl.json", hostile("NAME3"))
        .file(
            "torn.asl.json",
            hostile("NAME3").replace("\"Fail\"", "X\u{1b}il"),
        )
        .file(
            "mocks.json",
            r#"{"NAME": {"throw": {"error": "NAME"}}}"#.replace("NAME", &name()),
        )
        .file(
            "mocks-broken.json",
            r#"{"NAME": {"throw": {"NAME": 1}}}"#.replace("NAME", &name()),
        )
        .file(
            "handlers.json",
            r#"{"handler": [{"NAME": 1}]}"#.replace("NAME", &name()),
        );
    for format in ["full", "concise", "json"] {
        tame(
            &folder,
            &format!("validate broken.asl.json --format {format}"),
            1,
        );
        tame(
            &folder,
            &format!("validate torn.asl.json --format {format}"),
            1,
        );
    }
    for format in ["dot", "mermaid"] {
        tame(
            &folder,
            &format!("graph evil.asl.json --format {format}"),
            0,
        );
        tame(
            &folder,
            &format!("graph broken.asl.json --format {format}"),
            0,
        );
        tame(
            &folder,
            &format!("graph torn.asl.json --format {format}"),
            1,
        );
    }
    tame(&folder, "run evil.asl.json", 2);
    tame(&folder, "run evil.asl.json --dry", 2);
    tame(&folder, "run broken.asl.json", 1);
    tame(&folder, "run torn.asl.json", 1);
    tame(&folder, "run evil.asl.json --mock mocks-broken.json", 2);
    tame(&folder, "run evil.asl.json --handlers handlers.json", 2);
    tame(
        &folder,
        "run evil.asl.json --mock mocks.json --log run.jsonl --progress lines",
        1,
    );
    tame(&folder, "history run.jsonl", 0);
    tame(&folder, "history run.jsonl --failed", 0);
}

#[cfg(unix)]
#[test]
fn names_of_files_are_never_printed_raw() {
    let folder = Folder::new().file(&format!("{NAME}/{NAME}.asl.json"), hostile("NAME3"));
    let lines = [
        ("validate", 1),
        ("validate --show-files", 0),
        ("validate --format concise", 1),
        (&format!("run '{NAME}'"), 2),
        (&format!("run '{NAME}X'"), 2),
        (
            &format!("run '{NAME}/{NAME}.asl.json' --log '{NAME}/X/log'"),
            1,
        ),
        (
            &format!("graph '{NAME}/{NAME}.asl.json' -o '{NAME}/X/g.dot'"),
            2,
        ),
        (&format!("graph '{NAME}/{NAME}.asl.json' -o '{NAME}'"), 2),
        (&format!("history '{NAME}'"), 2),
        (&format!("explain '{NAME}'"), 2),
        (&format!("validate -A '{NAME}'"), 2),
    ];
    for (line, code) in lines {
        tame(&folder, line, code);
    }
    let folder = folder.file(
        "a.asl.json",
        r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#,
    );
    tame(&folder, &format!("run a.asl.json --log '{NAME}/X/log'"), 2);
    tame(&folder, &format!("run a.asl.json --name '{NAME}'"), 2);
    tame(&folder, &format!("run a.asl.json --task '{NAME}=x'"), 2);
}

/// 20 000 states, 5 MB.
fn huge(kind: &str) -> String {
    let mut states = String::new();
    for state in 0..20_000 {
        writeln!(
            states,
            "    \"State number {state} of a very long machine\": {{{kind}, \"Comment\": \"{}\", \
             \"Next\": \"State number {} of a very long machine\"}},",
            "x".repeat(120),
            state + 1
        )
        .expect("a string takes all");
    }
    let last = "    \"State number 20000 of a very long machine\": {\"Type\": \"Succeed\"}";
    let first = "State number 0 of a very long machine";
    format!("{{\"StartAt\": \"{first}\", \"States\": {{\n{states}{last}\n}}}}\n")
}

/// A call that must not take long, even without optimisation; a busy machine makes no difference.
#[track_caller]
fn quick(folder: &Folder, line: &str, code: i32, message: &str) -> Told {
    let told = folder.asl(line).most_work(15).code(code);
    assert!(
        told.stdout.contains(message) || told.stderr.contains(message),
        "{line}: {told}"
    );
    told
}

#[test]
fn a_huge_definition_is_no_trouble() {
    let text = huge("\"Type\": \"Pass\"");
    assert!(text.len() > 5_000_000);
    let folder = Folder::new().file("huge.json", text);
    let told = quick(&folder, "validate huge.json", 1, "1 error");
    assert!(told.stdout.contains("definition-too-large"), "{told}");
    let line = "validate huge.json -A definition-too-large";
    quick(&folder, line, 0, "no problems");
    quick(&folder, "graph huge.json", 0, "digraph");
    quick(&folder, "run huge.json --max-events 0 -q", 0, "{}");
}

#[test]
fn a_huge_definition_full_of_mistakes_is_told_in_short() {
    let folder = Folder::new().file("huge.json", huge("\"Typ\": \"Pass\""));
    let line = "validate huge.json -A definition-too-large";
    quick(&folder, line, 1, "20000 errors");
    let told = quick(&folder, "run huge.json", 1, "more in huge.json");
    assert!(told.stderr.len() < 100_000, "{} bytes", told.stderr.len());
}

#[test]
fn a_definition_of_200_000_levels_is_a_finding() {
    const LEVELS: usize = 200_000;
    let machine = |value: &str| {
        format!(
            r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", "End": true, "Result": {value}}}}}}}"#
        )
    };
    let branch =
        r#"{"StartAt": "A", "States": {"A": {"Type": "Parallel", "End": true, "Branches": ["#;
    let arrays = "[".repeat(LEVELS) + &"]".repeat(LEVELS);
    let objects = "{\"a\":".repeat(LEVELS) + "1" + &"}".repeat(LEVELS);
    let all = ["validate", "run", "graph"];
    // What is another way to write a text is judged by the same reader for every command.
    let one = ["validate"];
    let definitions = [
        ("open.json", "[".repeat(LEVELS), &all[..]),
        ("arrays.json", machine(&arrays), &all),
        ("objects.json", machine(&objects), &all),
        ("branches.json", branch.repeat(LEVELS / 4), &all),
        ("flow.yaml", format!("StartAt: A\nStates: {arrays}"), &all),
        ("dashes.yaml", "- ".repeat(LEVELS), &one),
        ("keys.yaml", "? ".repeat(LEVELS), &one),
    ];
    for (name, text, commands) in definitions {
        let folder = Folder::new().file(name, text);
        for command in commands {
            quick(
                &folder,
                &format!("{command} {name}"),
                1,
                "nested deeper than",
            );
        }
        quick(&folder, &format!("history {name}"), 2, name);
    }
}

/// Aliases of aliases, which would be gigabytes.
pub(crate) fn bomb() -> String {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        let row = [alias.as_str(); 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{row}]").expect("a string takes all");
    }
    bomb
}

#[test]
fn a_yaml_bomb_is_a_finding() {
    let bomb = format!("StartAt: A\n{}", bomb());
    let folder = Folder::new().file("bomb.yaml", bomb);
    for command in ["validate", "run", "graph"] {
        quick(&folder, &format!("{command} bomb.yaml"), 1, "bomb.yaml:");
    }
}

#[test]
fn one_very_long_line_is_told_in_short() {
    let text = format!(
        "{{\"StartAt\": \"{}\", \"States\": {{}}}}",
        "x".repeat(1_000_000)
    );
    let told = Asl::new("validate long.json")
        .file("long.json", text)
        .code(1);
    assert!(told.stdout.len() < 20_000, "{} bytes", told.stdout.len());
}

/// A machine of one Pass state with this field.
fn pass(language: &str, field: &str) -> Folder {
    let text = format!(
        r#"{{"QueryLanguage": "{language}", "StartAt": "A", "States": {{
            "A": {{"Type": "Pass", {field}, "End": true}}}}}}"#
    );
    Folder::new().file("a.asl.json", text)
}

#[test]
fn a_jsonata_expression_without_end_fails_its_state() {
    for (expression, message) in [
        ("($f := function(){$f()}; $f())", "budget of 1000000 steps"),
        (
            "($f := function($n){1 + $f($n)}; $f(1))",
            "Depth=101 max=100",
        ),
        (
            "($f := function($s){$f($s & $s)}; $f('x'))",
            "memory limit exceeded",
        ),
        ("[1..10000000]", "memory limit exceeded"),
        (
            "$contains($pad('', 60, 'a') & '!', /^(a+)+$/)",
            "budget of 200000000 steps",
        ),
        ("$eval('1')", "T1006"),
    ] {
        let folder = pass("JSONata", &format!(r#""Output": "{{% {expression} %}}""#));
        let told = quick(&folder, "run a.asl.json", 1, "States.QueryEvaluationError");
        assert!(told.stderr.contains(message), "{expression}: {told}");
    }
}

#[test]
fn expressions_nested_without_end_are_refused_at_their_place() {
    let deep = 100_000;
    let brackets = "[".repeat(deep) + &"]".repeat(deep);
    let jsonata = pass("JSONata", &format!(r#""Output": "{{% {brackets} %}}""#));
    quick(&jsonata, "run a.asl.json", 1, "JSONata syntax error");
    for (value, message) in [
        (format!("${}", "[?(@".repeat(deep)), "invalid JSONPath"),
        (
            format!("$[?({}@.a)]", "!(".repeat(deep)),
            "invalid JSONPath",
        ),
        (format!("$.a[{}", "[0]".repeat(deep)), "invalid JSONPath"),
        ("States.Array(".repeat(deep), "nest deeper than 10 levels"),
    ] {
        let folder = pass(
            "JSONPath",
            &format!(r#""Parameters": {{"x.$": "{value}"}}"#),
        );
        quick(&folder, "run a.asl.json", 1, message);
    }
}

#[test]
fn what_states_does_not_have_in_a_field_is_refused_at_its_place() {
    let folder = pass("JSONata", r#""Output": "{% $states.errorOutput.Error %}""#);
    let told = quick(&folder, "run a.asl.json", 1, "unknown-states-field");
    assert!(told.stderr.contains("this field sees"), "{told}");
}
