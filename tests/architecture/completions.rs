//! The completion scripts in `completions/` are those that the program prints.

use std::fs;

use clap_complete::Shell;

use super::root;

const SCRIPTS: [(Shell, &str); 5] = [
    (Shell::Bash, "asl.bash"),
    (Shell::Elvish, "asl.elv"),
    (Shell::Fish, "asl.fish"),
    (Shell::PowerShell, "_asl.ps1"),
    (Shell::Zsh, "_asl"),
];

#[test]
fn completion_scripts_are_up_to_date() {
    for (shell, file) in SCRIPTS {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut aslkit::cli::command(), "asl", &mut script);
        let kept = fs::read(root().join("completions").join(file)).unwrap_or_default();
        assert!(
            script == kept,
            "completions/{file} is out of date; renew it with\n  \
             cargo run -- completions {shell} > completions/{file}"
        );
    }
}
