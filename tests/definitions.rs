//! Definitions in bulk: our own fixtures, and the published ones in the folder that
//! `ASL_CONFORMANCE` names. Whatever they are, each is read, judged, drawn and run without a
//! panic; Graphviz and Mermaid accept the pictures of all of them.

#[path = "support/geometry.rs"]
mod geometry;
#[path = "support/recordings.rs"]
mod recordings;
mod support;
#[path = "support/tangles.rs"]
mod tangles;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use aslkit::data::Json;
use aslkit::engine::Silent;
use aslkit::graph::Graph;
use aslkit::report::graphs::{self, Direction, Options, Picture, layout};
use aslkit::report::style;
use aslkit::runtime::handlers::{Afterwards, MockHandler, Step};
use aslkit::syntax::{Diagnostic, Format, Severity, Source, Tree, read};
use aslkit::{language, lint};
use recordings::{folder, say};

/// More events than a machine needs whose Tasks all answer at once, unless it loops for ever.
const MAX_EVENTS: u64 = 2000;

/// The valid definitions that could not be run when this was last written: the number can only
/// fall. One has a script in a path, one a blank in a name, one a `Resource` that is an object: AWS
/// would refuse them too.
const REFUSED: usize = 3;

/// A definition and what its label says of it.
struct Definition {
    source: Source,
    format: Format,
    is_valid: bool,
}

impl Definition {
    fn of(path: &Path, is_valid: bool) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let name = path.to_string_lossy().into_owned();
        let format = Format::of(&name, &text);
        Some(Self {
            source: Source::new(name, text),
            format,
            is_valid,
        })
    }

    fn tree(&self) -> (Tree, Vec<Diagnostic>) {
        read(&self.source, self.format)
    }
}

#[test]
fn our_fixtures_have_no_errors() {
    for definition in fixtures() {
        let (tree, mut findings) = definition.tree();
        let (machine, of_model) = language::read(&tree);
        findings.extend(lint::check(
            lint::Definition {
                source: &definition.source,
                tree: &tree,
                machine: &machine,
            },
            of_model,
            &lint::Options::default(),
        ));
        let errors = findings.iter().filter(|f| f.severity == Severity::Error);
        let errors: Vec<&Diagnostic> = errors.collect();
        assert_eq!(
            errors.is_empty(),
            definition.is_valid,
            "{}: {errors:?}",
            definition.source.name
        );
    }
}

#[test]
fn no_definition_panics_anywhere() {
    let definitions = all();
    let mut ran = 0;
    let mut valid_ones_refused = Vec::new();
    for definition in &definitions {
        let (tree, _) = definition.tree();
        let (machine, findings) = language::read(&tree);
        let _ = lint::check(
            lint::Definition {
                source: &definition.source,
                tree: &tree,
                machine: &machine,
            },
            findings,
            &lint::Options::default(),
        );
        match run(definition) {
            Ok(()) => ran += 1,
            Err(why) if definition.is_valid => {
                valid_ones_refused.push(format!("{}: {why}", definition.source.name));
            }
            Err(_) => {}
        }
    }
    let valid = definitions.iter().filter(|d| d.is_valid).count();
    say(&format!(
        "{ran} of {} definitions run, and {} of the {valid} valid ones",
        definitions.len(),
        valid - valid_ones_refused.len()
    ));
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused.txt");
    fs::write(&path, valid_ones_refused.join("\n")).expect("the target folder can be written");
    say(&format!(
        "each valid one that is refused: {}",
        path.display()
    ));
    assert!(valid_ones_refused.len() <= REFUSED, "more are refused");
}

#[test]
fn in_no_picture_does_anything_lie_on_a_box() {
    let mut faults = Vec::new();
    let mut count = 0;
    for definition in all() {
        for depth in [None, Some(1)] {
            faults.extend(geometry_faults(&definition, depth));
            count += 2;
        }
    }
    say(&format!(
        "{count} pictures have no box, label or line on a box"
    ));
    assert!(
        faults.is_empty(),
        "{} faults: {:#?}",
        faults.len(),
        &faults[..faults.len().min(5)]
    );
}

#[test]
fn in_no_tangle_does_anything_lie_on_a_box() {
    for count in [60, 200, 1_000] {
        let definition = Definition {
            source: Source::new(format!("{count} states"), tangles::tangle(count)),
            format: Format::Json,
            is_valid: true,
        };
        let faults = geometry_faults(&definition, None);
        assert!(
            faults.is_empty(),
            "{} faults: {:#?}",
            faults.len(),
            &faults[..faults.len().min(5)]
        );
    }
}

/// What is wrong with the pictures of a definition, in both directions.
fn geometry_faults(definition: &Definition, depth: Option<usize>) -> Vec<String> {
    let (tree, _) = definition.tree();
    let (machine, _) = language::read(&tree);
    let graph = Graph::new(&machine);
    let mut faults = Vec::new();
    for direction in [Direction::TopToBottom, Direction::LeftToRight] {
        let options = Options {
            direction,
            depth,
            ..Options::default()
        };
        let layout = layout::lay_out(&Picture::new(&graph, &options));
        let found = geometry::faults(&layout).into_iter();
        let name = &definition.source.name;
        faults.extend(found.map(|fault| format!("{name}, {direction:?}: {fault}")));
    }
    faults
}

#[test]
fn every_svg_is_well_formed() {
    let svg = |picture: &Picture<'_, '_>, out: &mut dyn std::fmt::Write| {
        graphs::svg::render(picture, &graphs::svg::Extras::default(), out)
    };
    for path in draw("svg", svg) {
        let text = fs::read_to_string(&path).expect("it was written just now");
        let mut reader = quick_xml::Reader::from_str(&text);
        loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break,
                Ok(_) => {}
                Err(error) => panic!("{}: {error}", path.display()),
            }
        }
    }
}

#[test]
fn graphviz_accepts_every_picture() {
    let files = draw("dot", graphs::dot::render);
    for layout in ["-Tcanon", "-Tsvg"] {
        // One process takes many files, but not more than fit on a command line.
        for batch in files.chunks(100) {
            let mut dot = Command::new("dot");
            let Ok(output) = dot.arg(layout).args(batch).output() else {
                say("there is no dot: no picture is held against Graphviz");
                return;
            };
            accepted("dot", &output);
        }
        say(&format!("dot {layout} accepts {} pictures", files.len()));
    }
}

#[test]
fn mermaid_accepts_every_picture() {
    let files = draw("mmd", graphs::mermaid::render);
    if std::env::var_os("ASL_NODE_MODULES").is_none() {
        say("ASL_NODE_MODULES names no folder: no picture is held against Mermaid");
        return;
    }
    let node = Command::new("node")
        .arg(root().join("tests/tools/mermaid-check.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut node) = node else {
        say("there is no node: no picture is held against Mermaid");
        return;
    };
    let names: Vec<String> = files.iter().map(|f| f.display().to_string()).collect();
    let mut stdin = node.stdin.take().expect("stdin is a pipe");
    stdin
        .write_all(names.join("\n").as_bytes())
        .expect("node reads the names");
    drop(stdin);
    accepted("mermaid", &node.wait_with_output().expect("node ends"));
    say(&format!("Mermaid accepts {} pictures", files.len()));
}

/// How many were boxes and lines at these widths when this was
/// last written: the others are outlines.
const DRAWN: [(usize, usize); 2] = [(80, 892), (120, 908)];

#[test]
fn every_definition_is_drawn_for_a_terminal() {
    let definitions = all();
    for (width, least) in DRAWN {
        let mut boxes = 0;
        for definition in &definitions {
            let (tree, _) = definition.tree();
            let (machine, _) = language::read(&tree);
            let picture = text_picture(&machine, width);
            let name = &definition.source.name;
            for line in picture.lines() {
                assert!(style::columns(line) <= width, "{name}:\n{picture}");
            }
            for state in machine.states() {
                let begin = beginning(&state.name);
                assert!(picture.contains(&begin), "{name}: no {begin}\n{picture}");
            }
            boxes += usize::from(picture.trim_start().starts_with('╭'));
        }
        let count = definitions.len();
        say(&format!(
            "{boxes} of {count} definitions are pictures at {width} columns"
        ));
        assert!(
            folder().is_none() || boxes >= least,
            "only {boxes} at {width}"
        );
    }
}

fn text_picture(machine: &language::StateMachine, width: usize) -> String {
    let looks = graphs::text::Looks {
        style: style::Style::new(false, width),
        is_ascii: false,
    };
    let (graph, options) = (Graph::new(machine), Options::default());
    let mut picture = String::new();
    graphs::text::render(&Picture::new(&graph, &options), &looks, &mut picture)
        .expect("a string takes all");
    picture
}

/// What of a name stands together wherever it is broken: up to where its first part ends.
fn beginning(name: &str) -> String {
    let mut last = None;
    let part = name.trim_start().chars().take(10).take_while(|character| {
        let before = last.replace(*character);
        let hump = character.is_uppercase() && before.is_some_and(char::is_lowercase);
        character.is_ascii_alphanumeric() && !hump
    });
    part.collect()
}

fn accepted(tool: &str, output: &Output) {
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{tool}: {}\n{}",
        said(&output.stdout).chars().take(4000).collect::<String>(),
        said(&output.stderr)
    );
}

type Render = fn(&Picture<'_, '_>, &mut dyn std::fmt::Write) -> std::fmt::Result;

/// Draws every definition into a folder of its own; the names of the files.
fn draw(ending: &str, render: Render) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pictures-{ending}"));
    fs::create_dir_all(&folder).expect("the target folder can be written");
    let draw = |(number, definition): (usize, &Definition)| {
        let (tree, _) = definition.tree();
        let (machine, _) = language::read(&tree);
        let mut picture = String::new();
        render(
            &Picture::new(&Graph::new(&machine), &Options::default()),
            &mut picture,
        )
        .expect("a string takes all");
        let name = Path::new(&*definition.source.name).file_name();
        let name = name.expect("a file has a name").to_string_lossy();
        let path = folder.join(format!("{number:04}-{name}.{ending}"));
        fs::write(&path, picture).expect("the target folder can be written");
        path
    };
    all().iter().enumerate().map(draw).collect()
}

/// Runs a definition whose Tasks all answer `{}`, or says why it cannot be run.
fn run(definition: &Definition) -> Result<(), String> {
    let program = support::compile(&definition.source, definition.format)?;
    let identity = support::identity().identity().expect("the names are good");
    let start = support::start(Json::empty_object(), identity, MAX_EVENTS);
    let answer = vec![Step::Return(Json::empty_object())];
    let handler = MockHandler::new("{}", answer, Afterwards::Repeat);
    support::run(
        program,
        start,
        support::host(Arc::new(handler)),
        &mut Silent,
    );
    Ok(())
}

/// Our own, and the published ones if they are there.
fn all() -> Vec<Definition> {
    let mut definitions = fixtures();
    if let Some(folder) = folder() {
        definitions.extend(published(&folder.join("definitions")));
    }
    definitions
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fixtures() -> Vec<Definition> {
    let folder = root().join("fixtures/definitions");
    // A suite stands beside its machine.
    let is_suite = |path: &&PathBuf| path.to_string_lossy().contains(".asltest.");
    let mut found: Vec<Definition> = files(&folder)
        .iter()
        .filter(|path| !is_suite(path))
        // Names that are hostile are also twice there.
        .filter_map(|path| Definition::of(path, !path.ends_with("hostile-names.json")))
        .collect();
    found.sort_by(|a, b| a.source.name.cmp(&b.source.name));
    found
}

/// The definitions with a label, those that show one mistake each, and the originals under `raw/`
/// that are strict JSON.
fn published(folder: &Path) -> Vec<Definition> {
    let labels = fs::read_to_string(folder.join("labels.tsv")).expect("there are labels");
    let mut found = Vec::new();
    for line in labels.lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        if let [path, _, _, label, ..] = columns[..] {
            found.extend(Definition::of(&folder.join(path), label == "valid"));
        }
    }
    let mut others = files(&folder.join("probes"));
    for source in files(&folder.join("raw")) {
        others.extend(files(&source).into_iter().filter(is_strict));
    }
    others.sort();
    found.extend(others.iter().filter_map(|path| Definition::of(path, false)));
    found
}

fn is_strict(path: &PathBuf) -> bool {
    let text = fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str::<serde_json::Value>(&text).is_ok()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect()
}
