//! Templates of every kind, down to the findings in their definitions.

use aslkit::language::File;
use aslkit::lint::{Options, check_file, check_substitutions};
use aslkit::syntax::{Diagnostic, Source};

use super::mutate::Corpus;
use super::runner::{Reader, fuzz, in_text};

const CORPUS: Corpus = Corpus {
    seeds: &[
        include_str!("../../fixtures/templates/cdk.template.json"),
        include_str!("../../fixtures/templates/cloudformation.yaml"),
        include_str!("../../fixtures/templates/sam.yaml"),
        include_str!("../../fixtures/templates/serverless.yml"),
        include_str!("../../fixtures/templates/terraform-show.json"),
        "Resources:\n  A:\n    Type: AWS::StepFunctions::StateMachine\n    Properties:\n      DefinitionString: !Sub >2-\n          {\"StartAt\": \"é\",\n\n            \"States\": {\"a\": ${!B}}}\n",
    ],
    tokens: &[
        "{",
        "}",
        "\"",
        "\\\"",
        "\\n",
        "\\u00e9",
        "'",
        "''",
        "\n",
        "\n      ",
        "|",
        ">",
        "|2-",
        "!Sub ",
        "!Join ['', [",
        "!If ",
        "!Ref ",
        "&a ",
        "*a",
        "<<: ",
        "${A}",
        "${!A}",
        "${",
        "{\"Ref\": \"AWS::NoValue\"}",
        "\"Fn::Join\": ",
        "Fn::ToJsonString: ",
        "Definition: ",
        "DefinitionString: ",
        "DefinitionUri: ",
        "DefinitionSubstitutions: ",
    ],
    pairs: &[
        ("!Join ['', [", "]]"),
        ("{\"Fn::Join\": [\"\", [", "]]}"),
        ("{\"Fn::Sub\": ", "}"),
        ("\"", "\""),
        ("'", "'"),
    ],
};

#[test]
fn any_text_is_a_template_or_judged_as_what_it_is() {
    fuzz(Reader {
        name: "embedded",
        cases: 120,
        corpus: CORPUS,
        found: &[],
        check,
    });
}

fn check(text: &str) {
    for name in ["template.json", "template.yaml"] {
        let file = File::read(Source::new(name, text));
        let options = Options::default();
        places(text, &check_file(&file, &options));
        let definition = File::read_definition(Source::new(name, text));
        for embedded in &file.elsewhere {
            let found = check_substitutions(&definition, embedded, name, &options);
            places(text, &found.in_definition);
            places(text, &found.in_template);
        }
    }
}

fn places(text: &str, findings: &[Diagnostic]) {
    for finding in findings {
        let labels = finding.labels.iter().map(|label| label.span);
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        for span in labels.chain(edits.map(|edit| edit.span)) {
            let place = span.range();
            in_text(text, place.start, place.end, finding);
        }
    }
}
