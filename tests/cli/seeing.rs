//! What a person sees of a run: the states at work on a terminal, a line for each that ended, what
//! went in and out, and the last words.

use crate::asl::{Asl, Folder};
use crate::handlers::CHARGE;

const TWO: &str = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Wait", "Seconds": 187200, "Next": "B"},
    "B": {"Type": "Pass", "Result": {"b": 1}, "End": true}}}"#;

fn two(options: &str) -> Asl {
    Asl::new(&format!("run two.asl.json --time skip {options}")).file("two.asl.json", TWO)
}

#[test]
fn the_last_words_are_how_long_it_took_and_what_it_would_cost() {
    let told = two("").code(0).stdout("{\"b\":1}\n");
    let end = "\n✔ SUCCEEDED   2 d 4 h of virtual time in ";
    let told = told
        .stderr_contains(end)
        .stderr_contains("   2 state transitions\n");
    told.stderr_contains("  ≈ $0.00005 as Standard, too long for Express (us-east-1, 2025-01)\n");
    two("-q").code(0).stderr("");
}

#[test]
fn the_prices_are_those_of_the_project() {
    let prices = "[prices]\nregion = \"eu-west-9\"\ndate = \"2031-01\"\nstandard-transitions = 5";
    let told = two("").file("asl.toml", prices).code(0);
    told.stderr_contains("≈ $0.01 as Standard, too long for Express (eu-west-9, 2031-01)\n");
}

#[test]
fn prices_that_are_none_are_told_before_anything_runs() {
    let folder = Folder::new()
        .file("two.asl.json", TWO)
        .file("asl.toml", "[prices]\nregion = \"eu-west-9\"");
    let told = folder
        .asl("run two.asl.json --time skip --log run.jsonl")
        .code(2)
        .stdout("");
    told.stderr_contains("[asl.toml:1:")
        .stderr_contains("`prices` has a `region`, a `date` and at least one price")
        .stderr_contains("error: asl.toml is no valid configuration\n");
    assert!(!folder.path("run.jsonl").exists());
}

#[test]
fn children_of_map_runs_have_state_transitions_too() {
    let map = r#"{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "W", "States": {
            "W": {"Type": "Wait", "Seconds": 1, "Next": "P"}, "P": {"Type": "Pass", "End": true}}}}}}"#;
    let told = Asl::new("run m.json --time skip --input [1,2,3,4]").file("m.json", map);
    // The Map, and two states in each of four children.
    told.code(0)
        .stderr_contains("   9 state transitions\n")
        .stderr_contains("no Express: it has no Map Runs");
}

#[test]
fn ci_has_a_line_for_each_state_that_ended() {
    let check = |asl: Asl, expected: usize| {
        let told = asl.code(0);
        let lines = told.stderr.lines().filter(|line| line.starts_with("✔ B  "));
        assert_eq!(lines.count(), expected, "{told}");
    };
    // One is in the tree at the end.
    check(two("").env("CI", "true"), 2);
    check(two("--progress none").env("CI", "true"), 1);
    check(two(""), 1);
    check(two("--progress lines"), 2);
    two("-q").env("CI", "true").code(0).stderr("");
}

#[test]
fn what_failed_with_the_execution_has_a_line_too() {
    let fail = r#"{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true,
        "Branches": [{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "No"}}}]}}}"#;
    let told = Asl::new("run m.json --progress lines").file("m.json", fail);
    let told = told.code(1);
    let lines: Vec<_> = told.stderr.lines().take(4).collect();
    assert!(lines[0].starts_with("✖ F  "), "{told}");
    assert!(lines[0].contains("in P[0]"), "{told}");
    assert!(lines[1].starts_with("✖ P  "), "{told}");
    assert_eq!(lines[2], "", "{told}");
    assert!(lines[3].starts_with("✖ FAILED"), "{told}");
}

#[test]
fn verbose_runs_tell_what_goes_in_and_out_within_bounds() {
    let long = "x".repeat(3000);
    let told = Asl::new("run charge.asl.json -v --task *=cmd:cat --input")
        .args([format!(r#"{{"key": "{long}"}}"#)])
        .file("charge.asl.json", CHARGE);
    let told = told
        .code(0)
        .stderr_contains("\n  input   {\"key\": \"xxx")
        .stderr_contains("\n  output  {\"key\":\"xxx")
        .stderr_contains("xxx… 2.4 KiB more\n");
    let before_tree = told.stderr.split("✔ SUCCEEDED").next();
    let count = before_tree.map(|text| text.matches('x').count());
    assert!(count.is_some_and(|count| count < 1100), "{told}");
}

#[cfg(unix)]
mod on_a_terminal {
    use std::fs::File;
    use std::io::Read;
    use std::process::{Command, Stdio};

    use nix::pty::{Winsize, openpty};

    use super::*;

    /// What is written on a terminal, until the program ends; `heed` sees all of it so far.
    fn watch(asl: &Asl, columns: u16, mut heed: impl FnMut(&str)) -> String {
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let pty = openpty(Some(&size), None).expect("a terminal");
        let mut command = asl.command();
        command
            .env("TERM", "xterm")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(pty.slave);
        let mut child = command.spawn().expect("the program starts");
        // Else the terminal would stay open with it.
        drop(command);
        let (mut terminal, mut bytes) = (File::from(pty.master), Vec::new());
        let mut buffer = [0; 4096];
        // At its end a terminal answers with an error.
        while let Ok(count @ 1..) = terminal.read(&mut buffer) {
            bytes.extend(&buffer[..count]);
            heed(&String::from_utf8_lossy(&bytes));
        }
        assert_eq!(child.wait().expect("it ends").code(), Some(0));
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn what_ends_at_once_is_never_drawn() {
        let text = watch(&two(""), 80, |_| {});
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.starts_with("✔ SUCCEEDED  two"), "{text}");
    }

    #[test]
    fn states_at_work_are_drawn_and_cleared() {
        let folder = Folder::new().file("charge.asl.json", CHARGE);
        let gate = folder.path("gate");
        let made = Command::new("mkfifo").arg(&gate).status();
        assert!(made.expect("there is mkfifo").success());
        // The Task ends when somebody writes into the gate.
        let asl = folder
            .asl("run charge.asl.json -v --task")
            .args(["*=cmd:sh -c 'echo said >&2; cat gate'"]);
        let mut is_open = false;
        let text = watch(&asl, 40, |text| {
            if !is_open && text.contains("● Charge card") {
                std::fs::write(&gate, "1").expect("somebody reads");
                is_open = true;
            }
        });
        assert!(is_open, "{text}");
        let (drawn, end) = text.split_once("✔ SUCCEEDED  charge").expect("it ends");
        assert!(drawn.contains("Charge card │ said"), "{text}");
        assert!(drawn.contains("✔ Charge card  "), "{text}");
        for line in drawn.split(['\r', '\n']) {
            let shown = line.rsplit(['J', 'K', 'A']).next().unwrap_or_default();
            assert!(shown.chars().count() <= 40, "{line:?}");
        }
        assert!(!end.contains(['●', '\u{1b}']), "{text}");
    }
}
