//! The README says what is: its commands parse, and those with their output shown print just that.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::root;

/// A fenced block of the README.
struct Block {
    language: String,
    lines: Vec<String>,
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).expect("there is a README")
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(language), None) => {
                open = Some(Block {
                    language: language.to_owned(),
                    lines: Vec::new(),
                });
            }
            (None, Some(block)) => block.lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    blocks
}

/// The commands in a block, continued lines joined, each with the lines that follow it. In a
/// `console` block a command begins with `$ `, in an `sh` block each line is one.
fn commands(block: &Block) -> Vec<(String, Vec<String>)> {
    let mut commands: Vec<(String, Vec<String>)> = Vec::new();
    let mut goes_on = false;
    for line in &block.lines {
        let command = match &*block.language {
            "console" => line.strip_prefix("$ "),
            _ => Some(line.as_str()).filter(|line| !line.starts_with('#')),
        };
        match (command, commands.last_mut()) {
            (_, Some((last, _))) if goes_on => {
                last.truncate(last.len() - 1);
                last.push_str(line.trim_start());
                goes_on = line.ends_with('\\');
            }
            (Some(command), _) => {
                commands.push((command.to_owned(), Vec::new()));
                goes_on = command.ends_with('\\');
            }
            (None, Some((_, output))) => output.push(line.clone()),
            (None, None) => panic!("output without a command: {line}"),
        }
    }
    commands
}

/// The command as if `asl` were installed.
fn installed(command: &str) -> String {
    command.replace("cargo run --release -- ", "asl ")
}

/// The calls of `asl` in a command line: pipes and redirections end a call.
fn calls(command: &str) -> Vec<Vec<String>> {
    let words = shlex::split(&installed(command)).expect("quotes match");
    let parts = words.split(|word| ["|", ">", "&&", ";"].contains(&&**word));
    let calls = parts.filter(|words| words.first().is_some_and(|first| first == "asl"));
    calls.map(<[String]>::to_vec).collect()
}

fn shell_blocks() -> Vec<Block> {
    let mut blocks = blocks(&readme());
    blocks.retain(|block| ["console", "sh"].contains(&&*block.language));
    blocks
}

#[test]
fn every_command_in_the_readme_parses() {
    let mut count = 0;
    for (command, _) in shell_blocks().iter().flat_map(commands) {
        for call in calls(&command) {
            let parsed = aslkit::cli::command().try_get_matches_from(&call);
            if let Err(error) = parsed {
                panic!("{command}\n{error}");
            }
            count += 1;
        }
    }
    assert!(count > 5, "the README has only {count} commands");
}

#[test]
fn every_subcommand_is_in_the_readme() {
    let readme = readme();
    for command in aslkit::cli::command().get_subcommands() {
        let row = format!("| `asl {}", command.get_name());
        assert!(readme.contains(&row), "the table has no row \"{row}\"");
    }
}

/// In a folder that has nothing but `fixtures`, in the order of the README, as a person at a
/// terminal of 100 columns sees it.
#[cfg(unix)]
#[test]
fn the_output_in_the_readme_is_what_is_printed() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target folder can be written");
    std::os::unix::fs::symlink(root().join("fixtures"), folder.join("fixtures"))
        .expect("a link can be made");
    let mut count = 0;
    let mut last = String::new();
    for block in blocks(&readme()) {
        let shown = match &*block.language {
            "console" => commands(&block),
            "mermaid" => vec![(last.clone(), block.lines.clone())],
            "sh" => {
                last.clone_from(block.lines.last().expect("a block has a command"));
                continue;
            }
            _ => continue,
        };
        for (command, output) in shown.iter().filter(|shown| !calls(&shown.0).is_empty()) {
            let printed = run(&installed(command), &folder);
            let (printed, output) = (untimed(&printed), untimed(&output.join("\n")));
            assert_eq!(printed.trim_end(), output.trim_end(), "{command}");
            count += 1;
        }
    }
    assert!(count > 2, "the README shows only {count} outputs");
}

#[test]
fn the_pictures_in_the_readme_are_drawn_from_their_definitions() {
    let check = Command::new(env!("CARGO_BIN_EXE_asl"))
        .args(["graph", "--check", "README.md"])
        .current_dir(root())
        .output()
        .expect("asl starts");
    let told = String::from_utf8_lossy(&check.stdout);
    assert!(
        check.status.success(),
        "asl graph --inject README.md\n{told}"
    );
}

/// The output without the time that passed outside, which is another in every run.
#[cfg(unix)]
fn untimed(output: &str) -> String {
    const BEFORE: &str = " of virtual time in ";
    let mut lines = output.lines().map(|line| match line.split_once(BEFORE) {
        Some((before, time)) => {
            let after = time.split_once("   ").map_or("", |(_, after)| after);
            format!("{before}{BEFORE}…   {after}")
        }
        None => line.to_owned(),
    });
    let first = lines.next().unwrap_or_default();
    lines.fold(first, |all, line| all + "\n" + &line)
}

/// The numbers of recorded executions that are equal rise with the floors of their test.
#[test]
fn the_numbers_in_the_readme_are_the_floors() {
    let files = [
        "api.rs",
        "executions.rs",
        "jsonata.rs",
        "jsonpath.rs",
        "replays.rs",
        "test_states.rs",
    ];
    let mut floors = Vec::new();
    for file in files {
        let test = fs::read_to_string(root().join("tests/conformance").join(file));
        for line in test.expect("the test is there").lines() {
            let line = line.trim().trim_end_matches([',', ';']);
            let floor = line.strip_prefix("floor: ");
            let floor = floor.or_else(|| line.strip_prefix("const FLOOR: usize = "));
            // A kind with its floor.
            let pair = line
                .strip_prefix("(\"")
                .and_then(|pair| pair.split_once("\", "));
            let floor = floor.or_else(|| Some(pair?.1.trim_end_matches(')')));
            floors.extend(floor.and_then(|floor| floor.parse::<usize>().ok()));
        }
    }
    let readme = readme();
    let mut shown = Vec::new();
    for line in readme
        .lines()
        .filter(|line| line.starts_with("conformance: "))
    {
        let floor = line.rsplit_once("(floor ").expect("it tells the floor").1;
        let floor: usize = floor.trim_end_matches(')').parse().expect("a number");
        assert!(line.contains(&format!(": {floor} of ")), "{line}");
        shown.push(floor);
    }
    floors.sort_unstable();
    shown.sort_unstable();
    assert_eq!(floors, shown);
}

#[cfg(unix)]
fn run(command: &str, folder: &Path) -> String {
    let asl = PathBuf::from(env!("CARGO_BIN_EXE_asl"));
    let bin = asl.parent().expect("a program is in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("( {command} ) 2>&1")])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", bin.display()))
        .env("COLUMNS", "100")
        .env_remove("CI")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .expect("there is a shell");
    String::from_utf8(output.stdout).expect("output is text")
}
