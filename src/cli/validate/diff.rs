//! `--diff`: what mending would change, as a patch.

use std::fmt::Write;

use super::Judged;
use crate::cli::Exit;
use crate::cli::output::{Failure, Terminal, print};
use crate::report::diff::patch;
use crate::report::style::{Role, Style, printable, printable_lines};

/// Prints the patch of all files.
pub(super) fn show(
    terminal: &Terminal,
    judged: &[Judged],
    unreadable: usize,
) -> Result<Exit, Failure> {
    let mut text = String::new();
    let mut count = 0;
    for file in judged {
        if let Some(before) = &file.before {
            text.push_str(&unified(&file.source.name, before, &file.source.text));
            count += 1;
        }
    }
    // A file gets every byte, as `patch` needs it; a terminal only what cannot harm it.
    let style = terminal.stdout_style();
    if terminal.stdout_seen || style.color {
        text = painted(&text, &style);
    }
    print(&text)?;
    if !terminal.quiet && count > 0 {
        let plural = if count == 1 { "" } else { "s" };
        terminal.say(&format!("--fix would mend {count} file{plural}"));
    }
    Ok(match (unreadable, count) {
        (1.., _) => Exit::Usage,
        (0, 0) => Exit::Success,
        (0, _) => Exit::Findings,
    })
}

/// A patch for `patch -p1` and `git apply`.
fn unified(name: &str, before: &str, after: &str) -> String {
    let name = printable(name);
    let name = name.trim_start_matches('/');
    let (from, to) = (format!("a/{name}"), format!("b/{name}"));
    patch(&from, &to, before, after)
}

fn painted(patch: &str, style: &Style) -> String {
    let mut text = String::with_capacity(patch.len());
    for line in patch.lines() {
        let role = match line.as_bytes().first() {
            Some(b'+') => Role::Ok,
            Some(b'-') => Role::Bad,
            Some(b'@') => Role::Path,
            _ => Role::Plain,
        };
        writeln!(text, "{}", style.paint(role, &printable_lines(line)))
            .expect("a string takes all");
    }
    text
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_patch_shows_the_lines_that_change() {
        let before = "1\n2\n3\n4\n5\n6";
        let after = "1\n2\n3\n4\nfive\n6";
        let expected = expect![[r#"
            --- a/x/y.json
            +++ b/x/y.json
            @@ -2,5 +2,5 @@
             2
             3
             4
            -5
            +five
             6
            \ No newline at end of file
        "#]];
        expected.assert_eq(&unified("/x/y.json", before, after));
    }
}
