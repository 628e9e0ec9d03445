//! The hooks and the action call the program with arguments that it knows, on files that it
//! judges.

use std::fs;
use std::path::Path;
use std::process::Command;

use aslkit::syntax::{Format, Source, read};
use serde_json::Value;

use super::root;

fn yaml(name: &str) -> Value {
    let text = fs::read_to_string(root().join(name)).expect("the file is there");
    let (tree, findings) = read(&Source::new(name, text), Format::Yaml);
    assert_eq!(findings, [], "{name}");
    serde_json::from_str(&tree.root().to_json().text()).expect("it is JSON")
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    let text = value[key].as_str();
    text.unwrap_or_else(|| panic!("{key} is no text in {value}"))
}

#[track_caller]
fn parses(words: &[String]) {
    if let Err(error) = aslkit::cli::command().try_get_matches_from(words) {
        panic!("{words:?}\n{error}");
    }
}

#[test]
fn hooks_call_the_program_with_what_it_knows() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_array().expect("a list of hooks");
    let ids: Vec<&str> = hooks.iter().map(|hook| text(hook, "id")).collect();
    assert_eq!(ids, ["asl-validate", "asl-validate-system"]);
    for hook in hooks {
        let mut words = shlex::split(text(hook, "entry")).expect("quotes match");
        let args = hook["args"].as_array().expect("a list of arguments");
        words.extend(
            args.iter()
                .map(|arg| arg.as_str().expect("a text").to_owned()),
        );
        assert!(words.contains(&"--force-exclude".to_owned()), "{words:?}");
        words.push("machines/order.asl.json".to_owned());
        parses(&words);
    }
}

/// What a walk picks, a hook is called for.
#[test]
fn hooks_are_called_for_definitions() {
    let help = aslkit::cli::command()
        .find_subcommand("validate")
        .and_then(|validate| validate.get_arguments().find(|arg| arg.get_id() == "paths"))
        .and_then(|paths| paths.get_help().map(ToString::to_string))
        .expect("paths are explained");
    let words = help.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let endings: Vec<&str> = words.filter_map(|word| word.strip_prefix('*')).collect();
    assert_eq!(endings.len(), 5, "{help}");
    for hook in yaml(".pre-commit-hooks.yaml")
        .as_array()
        .expect("a list of hooks")
    {
        let files = regex::Regex::new(text(hook, "files")).expect("a regular expression");
        for ending in &endings {
            assert!(
                files.is_match(&format!("machines/order{ending}")),
                "{ending}"
            );
        }
        for other in ["asl.toml", "package.json", "order.asl.json.md", "xasl"] {
            assert!(!files.is_match(other), "{other}");
        }
    }
}

/// The words that the action's script calls the program with.
fn called(variables: &[(&str, &str)]) -> Vec<String> {
    let action = yaml(".github/actions/validate/action.yml");
    let steps = action["runs"]["steps"].as_array().expect("a list of steps");
    let step = steps.iter().find(|step| step["env"].is_object());
    let step = step.expect("a step that calls the program");
    let names = step["env"].as_object().expect("variables").keys();
    let known = names.map(String::as_str).collect::<Vec<_>>();
    assert_eq!(known, ["ASL", "PATHS", "ARGS", "SARIF"]);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("action");
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let output = Command::new("bash")
        // As GitHub calls it; `printf` tells the words in place of the program.
        .args(["--noprofile", "--norc", "-eo", "pipefail", "-c"])
        .arg(text(step, "run").replace("\"$ASL\"", "printf '%s\\n' asl"))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(variables.iter().copied())
        .current_dir(folder)
        .output()
        .expect("there is a bash");
    assert!(output.status.success(), "{output:?}");
    let words = String::from_utf8(output.stdout).expect("words are text");
    words.lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn the_action_divides_its_inputs_into_words_and_runs_nothing_else() {
    let inputs = [
        ("PATHS", "machines $(touch run) infra"),
        ("ARGS", "-W graph"),
        ("SARIF", "the findings.sarif"),
    ];
    let expected = "asl validate --format github --format|sarif=the findings.sarif|-W graph -- \
                    machines $(touch run) infra";
    let words = called(&inputs);
    assert_eq!(words.join(" "), expected.replace('|', " "));
    assert!(words.contains(&"sarif=the findings.sarif".to_owned()));
    let none = called(&[("PATHS", "."), ("ARGS", ""), ("SARIF", "")]);
    assert_eq!(none.join(" "), "asl validate --format github -- .");
}

#[cfg(unix)]
#[test]
fn the_action_calls_the_program_with_what_it_knows() {
    let inputs = [
        ("PATHS", "."),
        ("ARGS", "--fail-on note"),
        ("SARIF", "asl.sarif"),
    ];
    parses(&called(&inputs));
}

#[test]
fn the_action_builds_the_program_of_its_own_version() {
    let action = yaml(".github/actions/validate/action.yml");
    let build = text(&action["runs"]["steps"][0], "run");
    let path = build.split('"').nth(1).expect("a path");
    let path = path.replace("$GITHUB_ACTION_PATH", ".github/actions/validate");
    assert!(root().join(path).join("Cargo.toml").exists(), "{build}");
    assert!(
        build.starts_with("cargo install --locked --path "),
        "{build}"
    );
}
