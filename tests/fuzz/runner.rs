//! Trying texts: so many, or for so long, and what to tell when one fails.

use std::fmt::Debug;
use std::fs;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use proptest::test_runner::{Config, RngSeed, TestRunner};

use super::mutate::{Corpus, texts};

/// Something that reads texts.
#[derive(Clone, Copy)]
pub struct Reader {
    /// What it is called.
    pub name: &'static str,
    /// How many texts a quick run tries.
    pub cases: u32,
    pub corpus: Corpus,
    /// Texts that showed a defect once.
    pub found: &'static [&'static str],
    /// Reads a text, does with it what one does, and panics when something is wrong.
    pub check: fn(&str),
}

/// A text that takes longer than this hangs: the longest take a hundredth of it.
const HANGS: Duration = Duration::from_secs(60);

/// The stack that the check runs on: what a thread has by default.
const STACK: usize = 2 << 20;

/// Tries texts until one fails.
pub fn fuzz(reader: Reader) {
    let longer = std::env::var("ASL_FUZZ_SECONDS").ok();
    let longer = longer.map(|text| text.parse().expect("ASL_FUZZ_SECONDS is a number"));
    let (sender, told) = channel();
    let name = format!("fuzz-{}", reader.name);
    let worker = thread::Builder::new().name(name).stack_size(STACK);
    let worker = worker.spawn(move || search(reader, longer.map(Duration::from_secs), &sender));
    let worker = worker.expect("a thread can be started");
    loop {
        match told.recv_timeout(HANGS) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout) => panic!(
                "{}: one text took more than {HANGS:?}: see {}",
                reader.name,
                reader.file().display()
            ),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    if let Err(panic) = worker.join() {
        resume_unwind(panic);
    }
}

fn search(reader: Reader, longer: Option<Duration>, told: &Sender<()>) {
    let started = Instant::now();
    let mut seed = 0;
    if longer.is_some() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        seed = now.expect("after 1970").as_secs() << 20;
    }
    let mut tried = 0;
    let mut slowest = (Duration::ZERO, String::new());
    for text in reader.found {
        (reader.check)(text);
    }
    loop {
        round(reader, seed, told, &mut tried, &mut slowest);
        seed += 1;
        if longer.is_none_or(|time| started.elapsed() >= time) {
            break;
        }
    }
    let (time, text) = slowest;
    let text: String = text.chars().take(200).collect();
    let name = reader.name;
    println!("{name}: {tried} texts, the last seed {seed}; the slowest took {time:?}: {text:?}");
}

/// One run of proptest, which tells the shortest text that fails.
fn round(
    reader: Reader,
    seed: u64,
    told: &Sender<()>,
    tried: &mut u64,
    slowest: &mut (Duration, String),
) {
    let config = Config {
        cases: reader.cases,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let state = std::cell::RefCell::new((tried, slowest));
    let file = reader.file();
    let result = TestRunner::new(config).run(&texts(reader.corpus), |text| {
        fs::write(&file, &text).expect("the folder for tests can be written to");
        // Nobody listens any more when the test failed for the time it took.
        let _ = told.send(());
        let started = Instant::now();
        (reader.check)(&text);
        let time = started.elapsed();
        let (tried, slowest) = &mut *state.borrow_mut();
        **tried += 1;
        if time > slowest.0 {
            **slowest = (time, text);
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{} with seed {seed}: {error}", reader.name);
    }
    // A run that ended well leaves nothing behind.
    let _ = fs::remove_file(&file);
}

impl Reader {
    /// Where the text stands that is being tried.
    fn file(&self) -> PathBuf {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        folder.join(format!("fuzz-{}.txt", self.name))
    }
}

/// A place in a text is within it, and between whole characters.
#[track_caller]
pub fn in_text(text: &str, start: usize, end: usize, what: &dyn Debug) {
    assert!(
        text.get(start..end).is_some(),
        "{start}..{end} is no part of a text of {} bytes: {what:?}",
        text.len()
    );
}
