//! Definitions in JSON and YAML, down to the program and the picture.

use aslkit::engine::Program;
use aslkit::graph::Graph;
use aslkit::report::diagnostics::{FileReport, concise, human, json};
use aslkit::report::graphs::{Options, Picture, dot, mermaid};
use aslkit::syntax::{Diagnostic, Format, Source, read};
use aslkit::{language, lint};

use super::mutate::Corpus;
use super::runner::{Reader, fuzz, in_text};

const CORPUS: Corpus = Corpus {
    seeds: &[
        include_str!("../../fixtures/definitions/order-saga.asl.json"),
        include_str!("../../fixtures/definitions/order-total.asl.json"),
        include_str!("../../fixtures/definitions/nightly-report.asl.yaml"),
        include_str!("../../fixtures/definitions/thumbnails.asl.json"),
        r#"{"StartAt": "A", "States": {"A": {"Type": "Choice", "Choices": [{"And": [{"Variable": "$.a",
 "IsPresent": true}, {"Not": {"Variable": "$.a", "StringMatches": "*\\*"}}], "Next": "B"}], "Default": "B"},
 "B": {"Type": "Wait", "TimestampPath": "$.t", "Next": "C"}, "C": {"Type": "Fail", "ErrorPath": "States.UUID()"}}}"#,
        "StartAt: A\nStates:\n  A: &a\n    Type: Pass\n    Result: {x: [1, ~, 0x1F, .inf, '2']}\n    Next: B\n  B:\n    Type: Succeed\n",
        r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Map", "Items": "{% [1..3] %}",
 "ItemProcessor": {"StartAt": "B", "States": {"B": {"Type": "Pass", "Output": "{% $states.input %}", "End": true}}},
 "Assign": {"x": "{% $states.result %}"}, "End": true}}}"#,
    ],
    tokens: &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\n",
        "\n  ",
        "- ",
        "|\n",
        ">-\n",
        "&a ",
        "*a",
        "!Sub ",
        "<<: ",
        "# ",
        "---\n",
        "? ",
        "~",
        "'",
        "\\",
        "\\u0000",
        "\\ud800",
        "//",
        "/*",
        "null",
        "true",
        "0",
        "-1",
        "1e400",
        "0.1",
        "\"Type\":",
        "\"States\":",
        "\"Next\":",
        "\"Map\"",
        "\"Parallel\"",
        "\"Retry\":",
        "\"Catch\":",
        "\"Branches\":",
        "\"ItemProcessor\":",
        "\"QueryLanguage\":",
        "\"JSONata\"",
        "\"JSONPath\"",
        "\"$.a\"",
        "\"{% $x %}\"",
        "\"A\"",
        "\"\"",
        "${Param}",
    ],
    pairs: &[
        ("[", "]"),
        ("{\"a\":", "}"),
        ("{\"Not\":", "}"),
        ("\"", "\""),
        ("- ", ""),
        ("a: ", ""),
        ("{\"ItemProcessor\":", "}"),
        ("{% (", ") %}"),
    ],
};

#[test]
fn any_text_is_a_definition_or_refused_with_a_place() {
    fuzz(Reader {
        name: "definition",
        cases: 120,
        corpus: CORPUS,
        found: &[
            "\u{feff}{{StartAt: A\nStates:\n",
            "é: 1\n",
            "StartAt: A\nStates:\n  A:\n    Type: Choice\n    Choices:\n    - é: 1\n",
        ],
        check,
    });
}

fn check(text: &str) {
    let source = Source::new("fuzz", text);
    // TOML holds handlers and configuration, never definitions.
    places(text, &read(&source, Format::Toml).1);
    for format in [Format::Json, Format::Yaml] {
        let (tree, mut findings) = read(&source, format);
        let (machine, found) = language::read(&tree);
        findings.extend(found);
        let findings = lint::check(
            lint::Definition {
                source: &source,
                tree: &tree,
                machine: &machine,
            },
            findings,
            &lint::Options::default(),
        );
        places(text, &findings);
        if let Err(findings) = Program::compile(&machine, &tree, &source) {
            assert!(!findings.is_empty());
            places(text, &findings);
        }
        draw(&machine);
        tell(&FileReport {
            source: &source,
            tree: Some(&tree),
            diagnostics: findings,
        });
    }
}

fn places(text: &str, findings: &[Diagnostic]) {
    for finding in findings {
        for label in &finding.labels {
            let place = label.span.range();
            in_text(text, place.start, place.end, finding);
        }
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        for edit in edits {
            let place = edit.span.range();
            in_text(text, place.start, place.end, finding);
        }
    }
}

fn draw(machine: &language::StateMachine) {
    let graph = Graph::new(machine);
    let mut picture = String::new();
    dot::render(&Picture::new(&graph, &Options::default()), &mut picture)
        .expect("a string takes all");
    mermaid::render(&Picture::new(&graph, &Options::default()), &mut picture)
        .expect("a string takes all");
}

fn tell(report: &FileReport<'_>) {
    let mut told = String::new();
    let files = std::slice::from_ref(report);
    concise::render(files, &mut told).expect("a string takes all");
    json::render(files, &mut told).expect("a string takes all");
    human::render(files, &human::Options::default(), &mut told).expect("a string takes all");
}
