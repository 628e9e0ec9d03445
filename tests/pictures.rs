//! The pictures in `fixtures/pictures` are those that `asl graph` draws now: of definitions among
//! the recordings, in every format, to be looked at in a change. `UPDATE_EXPECT=1` draws them anew.

#[path = "support/recordings.rs"]
mod recordings;

use std::path::Path;
use std::process::Command;

use expect_test::expect_file;
use recordings::{folder, say};

const MACHINES: [&str; 3] = ["quorum", "nested-map", "map-parallel"];

/// The formats, with the ending of their files.
const FORMATS: [(&str, &str); 6] = [
    ("dot", "dot"),
    ("html", "html"),
    ("json", "json"),
    ("mermaid", "mmd"),
    ("svg", "svg"),
    ("text", "txt"),
];

#[test]
fn pictures_are_as_they_are_drawn_now() {
    let Some(folder) = folder().map(|folder| folder.join("design/pictures")) else {
        say("no pictures are held against those in fixtures/pictures");
        return;
    };
    for machine in MACHINES {
        for (format, ending) in FORMATS {
            let picture = draw(&folder, machine, format);
            let file = format!(
                "{}/fixtures/pictures/{machine}.{ending}",
                env!("CARGO_MANIFEST_DIR")
            );
            expect_file![file].assert_eq(&picture);
        }
    }
    say(&format!(
        "{} pictures are as they are drawn now",
        MACHINES.len() * FORMATS.len()
    ));
}

fn draw(folder: &Path, machine: &str, format: &str) -> String {
    let drawn = Command::new(env!("CARGO_BIN_EXE_asl"))
        .current_dir(folder)
        .args(["graph", &format!("{machine}.asl.json"), "--format", format])
        .args(["--width", "140"])
        .output()
        .expect("the program starts");
    let told = String::from_utf8_lossy(&drawn.stderr);
    assert!(drawn.status.success(), "{machine} as {format}: {told}");
    String::from_utf8(drawn.stdout).expect("a picture is text")
}
