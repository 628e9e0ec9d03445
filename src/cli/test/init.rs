//! `--init`: a first suite for a machine, with a case for each way through it.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use super::load::drafted;
use super::machines::Machine;
use super::runner::{self, Interrupt};
use crate::cli::Exit;
use crate::cli::document::need_document;
use crate::cli::output::{Failure, Terminal, print};
use crate::data::Json;
use crate::engine::Outcome;
use crate::runtime::Handlers;
use crate::runtime::handlers::{TaskPattern, mocks};
use crate::suite::{self, Draft, Drafted, Expect, Ran, Verdict};
use crate::syntax::{Format, Source, read};

pub(super) fn run(
    definition: &Path,
    name: Option<&str>,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let document = need_document(definition, name, terminal)?;
    let Ok(machine) = Machine::of(document, definition, terminal) else {
        return Ok(Exit::Findings);
    };
    let runtime = runner::runtime()?;
    let interrupt = Interrupt::listen();
    let (drafts, left_out) = suite::drafts(&machine.document.machine, &machine.document.tree);
    let mut tried = Vec::new();
    for draft in drafts {
        let Some(it) = attempt(&runtime, &machine, draft, &interrupt) else {
            return Ok(Exit::Interrupted);
        };
        tried.push(it);
    }
    // A suite stands beside its machine.
    let file = definition.file_name().unwrap_or(definition.as_os_str());
    let in_template = machine.document.name.as_deref();
    let text = suite::write_skeleton(
        &file.to_string_lossy(),
        in_template,
        &machine.names,
        &tried,
        left_out,
    );
    print(&text)?;
    tell(&tried, left_out, terminal);
    Ok(Exit::Success)
}

/// Runs a draft: whether it works is known only then.
fn attempt(
    runtime: &tokio::runtime::Runtime,
    machine: &Arc<Machine>,
    draft: Draft,
    interrupt: &Interrupt,
) -> Option<Drafted> {
    let ready = drafted(handlers(&draft.mocks_json()), draft.input.clone());
    let ran = runner::run(runtime, machine, &ready, interrupt)?;
    let copy = ran.clone();
    let (verdict, _) = runner::verdict(&Expect::nothing(), &machine.names, &ready, copy);
    let is_good = matches!(verdict, Verdict::Passed) && is_reached(&draft, machine, &ran);
    Some(Drafted {
        draft,
        ran,
        is_good,
    })
}

fn handlers(mocks_json: &Json) -> Handlers {
    let source = Source::new("mocks.json", mocks_json.text());
    let (tree, _) = read(&source, Format::Json);
    let mut handlers = Handlers::default();
    for entry in tree.root().entries() {
        let pattern = TaskPattern::State(entry.key.to_string());
        let bound = mocks::bind_answers(&mut handlers, pattern, tree.node(entry.value));
        bound.expect("drafts have answers of the right form");
    }
    handlers
}

/// Whether the execution did what the draft is for.
fn is_reached(draft: &Draft, machine: &Machine, ran: &Ran) -> bool {
    let ended_well = matches!(ran.outcome, Outcome::Succeeded(_));
    let is_through = draft.goal.as_ref().is_none_or(|(state, part)| {
        let number = machine.names.number(state);
        number.is_some_and(|number| ran.hits().contains_key(&(number, *part)))
    });
    is_through && ended_well == draft.ends_well
}

fn tell(tried: &[Drafted], left_out: usize, terminal: &Terminal) {
    if terminal.quiet {
        return;
    }
    let good = tried.iter().filter(|it| it.is_good).count();
    let mut text = match good {
        1 => "1 case that passes".to_owned(),
        good => format!("{good} cases that pass"),
    };
    let open = tried.len() - good;
    if open > 0 {
        write!(
            text,
            ", {open} to fill in: they are skipped and say what is missing"
        )
        .expect("a string takes all");
    }
    if left_out > 0 {
        write!(text, ", {left_out} more ways left out").expect("a string takes all");
    }
    terminal.say(&text);
}
