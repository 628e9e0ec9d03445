//! A first suite as text.

use std::fmt::Write;

use super::{Answer, Drafted, Mocked};
use crate::data::Json;
use crate::engine::Outcome;
use crate::suite::{Names, yaml};

/// Longer outputs are asked for by a person who knows what matters in them.
const MAX_OUTPUT: usize = 2_000;

/// Nobody reads a longer path.
const MAX_PATH: usize = 40;

/// The suite. What did not work is skipped, and says what a person has to fill in.
#[must_use]
pub fn write(
    definition: &str,
    machine: Option<&str>,
    names: &Names,
    drafted: &[Drafted],
    left_out: usize,
) -> String {
    let reference = match machine {
        Some(machine) => format!("{definition}#{machine}"),
        None => definition.to_owned(),
    };
    let mut out = format!(
        "# A case for each way through {definition}, written by asl test --init. Inputs and answers are\n\
         # made up, and what came of them is what is expected: make it what you mean.\n\
         machine: {}\ncases:\n",
        yaml::text(&reference)
    );
    for it in drafted {
        case(it, names, &mut out);
    }
    if drafted.is_empty() {
        out.push_str("  happy path:\n    skip: no way through the machine leads to an end\n");
    }
    if left_out > 0 {
        writeln!(out, "  # {left_out} more ways are left out.").expect("a string takes all");
    }
    out
}

fn case(drafted: &Drafted, names: &Names, out: &mut String) {
    let draft = &drafted.draft;
    let mut line = |indent: usize, text: &str| {
        writeln!(out, "{:indent$}{text}", "").expect("a string takes all");
    };
    line(2, &format!("{}:", yaml::text(&draft.name)));
    if !drafted.is_good {
        let reason = format!("fill in {}", draft.wanted);
        line(4, &format!("skip: {}", yaml::line(&reason.into())));
    }
    line(4, &format!("input:{}", yaml::after_key(&draft.input, 4)));
    if !draft.mocks.is_empty() {
        line(4, "mocks:");
        for mocked in &draft.mocks {
            line(
                6,
                &format!("{}:{}", yaml::text(&mocked.state), answers(mocked)),
            );
        }
    }
    if !drafted.is_good {
        line(
            4,
            &format!("# So far it comes to {}.", outcome(&drafted.ran.outcome)),
        );
        return;
    }
    line(4, "expect:");
    for text in expected(drafted, names) {
        line(6, &text);
    }
}

/// How an execution ended, on one line.
fn outcome(outcome: &Outcome) -> String {
    const MAX: usize = 160;
    let text = match outcome {
        Outcome::Succeeded(_) => "SUCCEEDED, another way".to_owned(),
        Outcome::Failed(error) | Outcome::Aborted(error) => format!("FAILED with {error}"),
        Outcome::TimedOut => "TIMED_OUT".to_owned(),
    };
    let is_plain = |c: &char| !c.is_control();
    text.chars().filter(is_plain).take(MAX).collect()
}

fn answers(mocked: &Mocked) -> String {
    match &mocked.answers[..] {
        [only] => yaml::after_key(&only.json(), 6),
        answers => {
            let all: Json = answers.iter().map(Answer::json).collect();
            format!("\n{}", yaml::block(&all, 8))
        }
    }
}

fn expected(drafted: &Drafted, names: &Names) -> Vec<String> {
    let ran = &drafted.ran;
    let mut lines = vec![format!("status: {}", ran.status().as_str())];
    if let Outcome::Failed(error) = &ran.outcome
        && let Some(name) = &error.error
        && !name.is_empty()
    {
        lines.push(format!("error: {}", yaml::text(name)));
    }
    let states = ran.observed.visits.iter();
    let mut path: Vec<Json> = states
        .map(|visit| Json::from(names.name(visit.state).clone()))
        .collect();
    if path.len() > MAX_PATH {
        path.splice(1..path.len() - 1, [Json::from("...")]);
    }
    let path = Json::array(path);
    lines.push(format!("path:{}", yaml::after_key(&path, 6)));
    if let Outcome::Succeeded(output) = &ran.outcome
        && output.size() <= MAX_OUTPUT
    {
        lines.push(format!("output:{}", yaml::after_key(output, 6)));
    }
    lines
}
