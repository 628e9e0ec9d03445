//! Completion scripts, and what else the program tells about itself.

use crate::asl::Asl;

#[test]
fn every_shell_has_a_script_that_names_the_subcommands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let told = Asl::new(&format!("completions {shell}"))
            .command()
            .output()
            .expect("it ends");
        let told = String::from_utf8(told.stdout).expect("a script");
        for name in ["validate", "run", "graph", "history"] {
            assert!(told.contains(name), "{shell} knows no {name}");
        }
    }
    Asl::new("completions tcsh")
        .code(2)
        .stderr_contains("[possible values: bash");
}

#[test]
fn help_and_version_go_to_stdout() {
    Asl::new("--help")
        .code(0)
        .stdout_contains("Exit codes:")
        .stderr("");
    for command in ["validate", "run", "graph", "history"] {
        Asl::new(&format!("{command} --help"))
            .code(0)
            .stdout_contains("Examples:")
            .stderr("");
    }
    let version = format!("asl {}\n", env!("CARGO_PKG_VERSION"));
    Asl::new("--version").code(0).stdout(&version);
    Asl::new("").code(2).stderr_contains("Usage: asl");
}

#[test]
fn rules_are_listed_and_explained() {
    let rules = Asl::new("rules --format json").code(0).json();
    let rules = rules.as_array().expect("a list").clone();
    assert!(rules.len() > 10);
    for rule in rules {
        let name = rule["name"].as_str().expect("a name");
        Asl::new(&format!("explain {name}"))
            .code(0)
            .stdout_contains(name)
            .stderr("");
    }
    Asl::new("explain asl::unknown-target").code(0);
    Asl::new("explain unknown")
        .code(2)
        .stderr_contains("there is no rule \"unknown\"");
}
