//! Templates: definitions inside of other files, for every subcommand that takes a definition.

use crate::asl::{Asl, Folder, fixture};

const FIXTURES: [&str; 5] = [
    "cdk.template.json",
    "cloudformation.yaml",
    "sam.yaml",
    "serverless.yml",
    "terraform-show.json",
];

fn template(name: &str) -> String {
    let path = fixture(&format!("templates/{name}"));
    std::fs::read_to_string(path).expect("a fixture")
}

/// A folder with all templates, one of them changed.
fn changed(name: &str, from: &str, to: &str) -> Folder {
    let mut folder = Folder::new();
    let others = [
        "statemachine/archive.asl.yaml",
        "statemachine/order.asl.json",
    ];
    for file in FIXTURES.into_iter().chain(others) {
        let mut text = template(file);
        if file == name {
            assert!(text.contains(from), "{name} has no {from}");
            text = text.replacen(from, to, 1);
        }
        folder = folder.file(file, text);
    }
    folder
}

/// What is said of a changed template.
fn check(name: &str, (from, to): (&str, &str), template: &str, expected: &str) {
    changed(name, from, to)
        .asl(&format!("validate --format concise {template}"))
        .code(1)
        .stdout(expected);
}

#[test]
fn templates_of_every_kind_are_clean() {
    for name in FIXTURES {
        Asl::new("validate --fail-on note")
            .args([fixture(&format!("templates/{name}"))])
            .code(0)
            .stdout("");
    }
}

#[test]
fn findings_stand_in_the_template_and_name_their_machine() {
    check(
        "cloudformation.yaml",
        ("Next: Store invoice", "Next: Stor invoice"),
        "cloudformation.yaml",
        "cloudformation.yaml:32:19: error[unknown-target] in \"InvoiceMachine\": `Next` points at a \
         state that does not exist: \"Stor invoice\" (did you mean \"Store invoice\"?)\n",
    );
    check(
        "cloudformation.yaml",
        ("\"Next\": \"Remind\"", "\"Next\": \"Remnd\""),
        "cloudformation.yaml",
        "cloudformation.yaml:53:23: error[unknown-target] in \"ReminderMachine\": `Next` points at \
         a state that does not exist: \"Remnd\" (did you mean \"Remind\"?)\n",
    );
    check(
        "cdk.template.json",
        (r#"\"Next\":\"Store\""#, r#"\"Next\":\"Stoer\""#),
        "cdk.template.json",
        "cdk.template.json:39:72: error[unknown-target] `Next` points at a state that does not \
         exist: \"Stoer\" (did you mean \"Store\"?)\n",
    );
    check(
        "terraform-show.json",
        (r#"\"StartAt\": \"Greet\","#, r#"\"StartAt\": \"Greet\""#),
        "terraform-show.json",
        "terraform-show.json:1:1149: error[syntax] in \"module.greeter.aws_sfn_state_machine.greet[0]\": \
         missing comma\n",
    );
    check(
        "serverless.yml",
        ("End: true", "Ende: true"),
        "serverless.yml",
        "serverless.yml:34:13: error[unknown-field] in \"publishArticle\": field `Ende` is not \
         supported in a Task state (did you mean `End`?)\n",
    );
}

#[test]
fn fixes_are_written_into_the_template() {
    for (name, right, wrong) in [
        (
            "cloudformation.yaml",
            "\"Next\": \"Remind\"",
            "\"Next\": \"Remnd\"",
        ),
        (
            "cdk.template.json",
            r#"\"Next\":\"Store\""#,
            r#"\"Next\":\"Stoer\""#,
        ),
        ("terraform-show.json", r#"\"Greet\", "#, r#"\"Greet\" "#),
        (
            "statemachine/order.asl.json",
            "\"Store order\"",
            "\"Stor order\"",
        ),
    ] {
        let folder = changed(name, right, wrong);
        let given = if name.contains('/') { "sam.yaml" } else { name };
        let told = folder.asl(&format!("validate --fix {given}")).code(0);
        told.stderr_contains(&format!("mended {name}"));
        assert_eq!(folder.read(name), template(name));
    }
}

#[test]
fn a_definition_beside_its_template_is_judged_once_with_it() {
    let folder = changed(
        "statemachine/order.asl.json",
        "\"Store order\"",
        "\"Stor order\"",
    );
    let expected = "statemachine/order.asl.json:21:15: error[unknown-target] `Next` points at a \
                    state that does not exist: \"Stor order\" (did you mean \"Store order\"?)\n";
    for files in [
        "sam.yaml",
        "sam.yaml statemachine/order.asl.json",
        "statemachine/order.asl.json sam.yaml",
        "./sam.yaml statemachine",
    ] {
        let told = folder
            .asl(&format!("validate --format concise {files}"))
            .code(1);
        let lines: Vec<&str> = told
            .stdout
            .lines()
            .filter(|line| line.contains("Stor order"))
            .collect();
        assert_eq!(lines, [expected.trim_end()], "{files}: {told}");
    }
}

#[test]
fn substitutions_are_held_against_placeholders() {
    let unknown = "statemachine/order.asl.json:27:25: warning[unknown-substitution] nothing fills \
                   in `${OrdersTable}`: the `DefinitionSubstitutions` of \"OrderMachine\" in \
                   sam.yaml have no such key (did you mean `${OrderTable}`?)\n";
    let unused = "sam.yaml:11:9: warning[unused-substitution] `${OrderTable}` does not occur in \
                  the definition of \"OrderMachine\"\n";
    let folder = changed("sam.yaml", "OrdersTable:", "OrderTable:");
    folder
        .asl("validate --format concise sam.yaml")
        .code(0)
        .stdout(&format!("{unused}{unknown}"));
    folder
        .asl("validate --format concise sam.yaml -A data-flow")
        .code(0)
        .stdout("");
    folder
        .asl("validate --format concise statemachine/order.asl.json")
        .code(0)
        .stdout("");
}

#[test]
fn a_definition_that_is_not_there_is_a_finding_in_the_template() {
    let check = |path: &str, why: &str| {
        let folder = changed("sam.yaml", "statemachine/order.asl.json", path).file("x/y", "");
        let place = "sam.yaml:8:22: error[missing-definition] the definition of \"OrderMachine\" cannot be read: ";
        folder
            .asl("validate --format concise sam.yaml")
            .code(1)
            .stdout_contains(&format!("{place}{why}\n"));
    };
    check("no.json", "no.json: No such file or directory");
    check("x", "x: it is a folder");
    check(
        "sam.yaml",
        "sam.yaml is a CloudFormation template, not a definition",
    );
    check(
        "./serverless.yml",
        "serverless.yml is a Serverless configuration, not a definition",
    );
    // A device that never ends.
    #[cfg(unix)]
    check("/dev/zero", "/dev/zero: it is no regular file");
    changed("sam.yaml", "statemachine/order.asl.json", "/dev/zero")
        .asl("graph sam.yaml")
        .code(2)
        .stderr_contains("the definition of \"OrderMachine\" cannot be read: /dev/zero");
}

#[test]
fn templates_that_point_at_each_other_are_read_once() {
    let template = |other: &str| {
        format!(
            "Resources: {{A: {{Type: AWS::Serverless::StateMachine, Properties: {{DefinitionUri: {other}}}}}}}"
        )
    };
    Folder::new()
        .file("a.yaml", template("b.yaml"))
        .file("b.yaml", template("a.yaml"))
        .asl("validate --format concise a.yaml")
        .code(1)
        .stdout_contains("b.yaml is a CloudFormation template, not a definition");
}

#[test]
fn one_machine_of_several_is_named() {
    let folder = changed(
        "cloudformation.yaml",
        "\"Next\": \"Remind\"",
        "\"Next\": \"Remnd\"",
    );
    folder
        .asl("validate cloudformation.yaml --machine InvoiceMachine")
        .code(0)
        .stdout("");
    folder
        .asl("validate cloudformation.yaml sam.yaml --machine ReminderMachine --format concise")
        .code(1)
        .stdout_contains("cloudformation.yaml:53:23: error[unknown-target] `Next`")
        .stderr_contains("1 error in 1 file");
    folder
        .asl("validate cloudformation.yaml sam.yaml --machine Nobody")
        .code(2)
        .stderr(
            "error: no state machine \"Nobody\": cloudformation.yaml holds \"InvoiceMachine\", \
                 \"ReminderMachine\"; sam.yaml holds \"OrderMachine\"\n",
        );
    folder
        .asl("validate statemachine/order.asl.json --machine Nobody")
        .code(2)
        .stderr("error: no state machine \"Nobody\": none of the files is a template\n");
}

#[test]
fn run_and_graph_take_a_machine_of_a_template() {
    let folder = changed("", "", "");
    let several = "error: cloudformation.yaml holds 2 state machines: name one by --machine: \
                   \"InvoiceMachine\", \"ReminderMachine\"\n";
    folder
        .asl("graph cloudformation.yaml")
        .code(2)
        .stderr(several);
    folder
        .asl("run cloudformation.yaml")
        .code(2)
        .stderr(several);
    folder
        .asl("graph cloudformation.yaml --machine ReminderMachine")
        .code(0)
        .stdout_contains("Wait for payment");
    folder
        .asl("graph cloudformation.yaml --machine Reminder")
        .code(2)
        .stderr_contains("no state machine \"Reminder\" in cloudformation.yaml: it holds");
    folder
        .asl("graph sam.yaml")
        .code(0)
        .stdout_contains("Charge card");
    folder
        .asl("graph statemachine/order.asl.json --machine X")
        .code(2)
        .stderr_contains("it is a definition, not a template");
    changed("cloudformation.yaml", "!If [IsProduction, 6, 2]", "2")
        .file("render.json", r#"{"return": {"key": "a", "body": "b"}}"#)
        .asl("run cloudformation.yaml --machine InvoiceMachine --input '{\"key\": 1, \"body\": 2}'")
        .args([
            "--task",
            "Render invoice=mock:render.json",
            "--task",
            "*=mock:render.json",
        ])
        .code(0);
}

#[test]
fn a_run_from_a_template_is_replayed_without_it() {
    let folder = changed("", "", "");
    let machine = "terraform-show.json --machine 'module.greeter.aws_sfn_state_machine.greet[0]'";
    folder
        .asl(&format!("run {machine} --log run.jsonl"))
        .code(0)
        .stdout("{\"greeting\":\"hello\"}\n");
    let same = "4 events replayed, no difference";
    folder
        .asl("run --replay run.jsonl")
        .code(0)
        .stdout_contains(same);
    folder
        .asl(&format!("run {machine} --replay run.jsonl"))
        .code(0)
        .stdout_contains(same);
    let told = folder.asl("history run.jsonl").code(0);
    told.stdout_contains("Greet");
}

#[test]
fn what_keeps_a_machine_from_running_is_shown_in_the_template() {
    changed(
        "terraform-show.json",
        r#"\"StartAt\": \"Greet\""#,
        r#"\"StartAt\": \"Gret\""#,
    )
    .asl("run terraform-show.json --machine 'module.greeter.aws_sfn_state_machine.greet[0]'")
    .code(1)
    .stderr_contains("terraform-show.json:1:1140")
    .stderr_contains("did you mean \"Greet\"?");
}

#[test]
fn files_without_a_machine_are_told() {
    let folder = Folder::new()
        .file("topic.yaml", "Resources: {T: {Type: AWS::SNS::Topic}}")
        .file("main.tf", "resource \"aws_sfn_state_machine\" \"a\" {}")
        .file(
            "good.json",
            r#"{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}"#,
        );
    let none = "error: topic.yaml is a CloudFormation template without a state machine\n";
    folder
        .asl("validate topic.yaml")
        .code(4)
        .stdout("")
        .stderr(none);
    folder
        .asl("validate topic.yaml good.json")
        .code(0)
        .stderr(&format!("{none}✔ 1 definition, no problems\n"));
    folder.asl("graph topic.yaml").code(2).stderr(none);
    folder.asl("run topic.yaml").code(2).stderr(none);
    folder.asl("validate main.tf").code(2).stderr_contains(
        "error: cannot read main.tf: definitions inside HCL are not looked for: name \
                          the JSON of `terraform show -json` instead\n",
    );
}

#[test]
fn a_template_comes_from_stdin() {
    Asl::new("validate - --format concise")
        .stdin(template("cloudformation.yaml").replace("Next: Store invoice", "Next: X"))
        .code(1)
        .stdout_contains("<stdin>:32:19: error[unknown-target]");
}

#[test]
fn a_broken_template_is_told_before_its_machines_are_missed() {
    Asl::new("validate t.yaml --machine A --format concise")
        .file("t.yaml", "Resources:\n  A:\n   - b\n  c")
        .code(1)
        .stdout_contains("t.yaml:4:4: error[syntax]");
    Asl::new("validate t.yaml --format concise")
        .file(
            "t.yaml",
            "Resources: {A: {Type: AWS::StepFunctions::StateMachine, Properties: {DefinitionString: ''}}}",
        )
        .code(1)
        .stdout("t.yaml:1:88: error[syntax] the definition is empty\n");
}

#[test]
fn a_definition_elsewhere_is_left_alone() {
    let folder = Folder::new().file(
        "t.yaml",
        "Resources: {A: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: 's3://b/k'}}}",
    );
    folder.asl("validate t.yaml").code(0);
    folder
        .asl("graph t.yaml")
        .code(2)
        .stderr("error: the definition of \"A\" is not in t.yaml: it is in a bucket\n");
}
