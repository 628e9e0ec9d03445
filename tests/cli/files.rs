//! Which files are judged, what keeps others from it, and files that are mended.

use crate::asl::{Asl, Folder};

const GOOD: &str = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
const BROKEN: &str = "{\"StartAt\": \"Done\",\n \"States\": {\"Done\": {\"Type\": \"Suceed\"}}}\n";

#[test]
fn lists_of_what_to_leave_alone_are_respected_by_a_walk_and_where_it_is_forced() {
    let folder = Folder::new()
        .file("a.asl.json", GOOD)
        .file("old/b.asl.json", GOOD)
        .file("old/kept/c.asl.json", GOOD)
        .file(".aslignore", "old/\n")
        .file("old/kept/.aslignore", "!c.asl.json\n");
    let list = |options: &str, expected: &str| {
        let told = folder.asl(&format!("validate --show-files {options}"));
        told.code(if expected.is_empty() { 4 } else { 0 })
            .stdout(expected);
    };
    list("", "a.asl.json\n");
    list("old/b.asl.json a.asl.json", "old/b.asl.json\na.asl.json\n");
    list("old/b.asl.json a.asl.json --force-exclude", "a.asl.json\n");
    list(
        "old/kept/c.asl.json --force-exclude",
        "old/kept/c.asl.json\n",
    );
    // As `pre-commit` may call it.
    folder
        .asl("validate old/b.asl.json --force-exclude")
        .code(0)
        .stdout("")
        .stderr("");
}

#[test]
fn what_git_ignores_is_judged_on_demand() {
    let folder = Folder::new()
        .file(".git/HEAD", "")
        .file(".gitignore", "build\n")
        .file("a.asl.json", GOOD)
        .file("build/b.asl.json", GOOD);
    folder
        .asl("validate --show-files")
        .code(0)
        .stdout("a.asl.json\n");
    folder
        .asl("validate --show-files --no-respect-gitignore")
        .code(0)
        .stdout("a.asl.json\nbuild/b.asl.json\n");
}

#[test]
fn a_file_is_judged_once_however_often_it_is_named() {
    let folder = Folder::new().file("m/a.asl.json", GOOD);
    folder
        .asl("validate m/a.asl.json . ./m/../m/a.asl.json --show-files")
        .code(0)
        .stdout("m/a.asl.json\n");
}

#[test]
fn many_files_are_told_in_order() {
    let mut folder = Folder::new();
    for number in 0..60 {
        let text = BROKEN.replace('\n', &"\n".repeat(number + 1));
        folder = folder.file(&format!("{number:02}.asl.json"), text);
    }
    let told = folder.asl("validate --format concise").code(1);
    let places = (0..60).map(|n| format!("{n:02}.asl.json:{}:30: error", n + 2));
    for (line, place) in told.stdout.lines().zip(places) {
        assert!(line.starts_with(&place), "{line} is not at {place}");
    }
    assert_eq!(told.stdout.lines().count(), 60, "{told}");
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_told_and_the_others_judged() {
    let folder = Folder::new()
        .file("z.asl.json", GOOD)
        .file("m/a.asl.json", GOOD);
    let link = |to: &str, name: &str| {
        std::os::unix::fs::symlink(to, folder.path(name)).expect("a link can be made");
    };
    link("loop.asl.json", "loop.asl.json");
    link("nothing", "gone.asl.json");
    link("..", "m/up");
    link("z.asl.json", "link.asl.json");
    let told = folder.asl("validate").code(2);
    told.stderr(
        "error: cannot read gone.asl.json: No such file or directory\n\
         error: cannot read loop.asl.json: Too many levels of symbolic links\n\
         ✔ 3 definitions, no problems\n",
    );
    folder
        .asl("validate loop.asl.json z.asl.json")
        .code(2)
        .stderr_contains("cannot read loop.asl.json: Too many levels of symbolic links\n");
}

#[test]
fn a_patch_shows_what_mending_would_change_and_changes_nothing() {
    let folder = Folder::new()
        .file("m/a.asl.json", BROKEN)
        .file("m/b.asl.json", GOOD);
    let patch = "--- a/m/a.asl.json\n+++ b/m/a.asl.json\n@@ -1,2 +1,2 @@\n \
        {\"StartAt\": \"Done\",\n- \"States\": {\"Done\": {\"Type\": \"Suceed\"}}}\n\
        + \"States\": {\"Done\": {\"Type\": \"Succeed\"}}}\n";
    for options in ["--diff", "--fix --diff", "--diff --unsafe-fixes"] {
        let told = folder.asl(&format!("validate {options}")).code(1);
        told.stdout(patch).stderr("--fix would mend 1 file\n");
        assert_eq!(folder.read("m/a.asl.json"), BROKEN);
    }
    folder
        .asl("validate --fix")
        .code(0)
        .stderr("mended m/a.asl.json\n✔ 2 definitions, no problems\n");
    folder.asl("validate --diff").code(0).stdout("").stderr("");
}

#[test]
fn a_definition_on_stdin_can_be_shown_mended_but_not_mended() {
    let stdin = |options: &str| Asl::new(&format!("validate - {options}")).stdin(BROKEN);
    stdin("--diff")
        .code(1)
        .stdout_contains("+ \"States\": {\"Done\": {\"Type\": \"Succeed\"}}}");
    stdin("--fix")
        .code(2)
        .stdout("")
        .stderr("error: --fix cannot mend stdin: use --diff\n");
    stdin("--watch")
        .code(2)
        .stdout("")
        .stderr("error: --watch cannot watch stdin\n");
    stdin("--unsafe-fixes").code(2).stdout("");
}

#[cfg(unix)]
#[test]
fn mending_keeps_links_and_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new().file("real.json", BROKEN);
    let (real, link) = (folder.path("real.json"), folder.path("link.asl.json"));
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("it is ours");
    std::os::unix::fs::symlink("real.json", &link).expect("a link can be made");
    folder.asl("validate --fix link.asl.json").code(0);
    assert!(link.is_symlink());
    assert!(folder.read("real.json").contains("\"Succeed\""));
    let mode = std::fs::metadata(&real)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o640);
}
