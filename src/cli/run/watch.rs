//! `asl run --watch`: runs again when a file changes that the run was made of.

use std::path::Path;
use std::thread;

use tokio::sync::oneshot;

use super::once;
use super::stop::interrupted;
use crate::cli::Exit;
use crate::cli::args::RunArgs;
use crate::cli::document::STDIN;
use crate::cli::output::{Failure, Terminal};
use crate::cli::watch::{Changes, told};
use crate::report::style::{columns, printable};

/// What readers and executions are measured with: the main thread's own.
const STACK: usize = 8 << 20;

pub(super) fn run(args: &RunArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    let files = files(args);
    if files.iter().any(|file| file.as_os_str() == STDIN) || args.input.as_deref() == Some(STDIN) {
        return Err(Failure::usage("--watch cannot watch stdin"));
    }
    if files.is_empty() {
        return Err(Failure::usage(
            "--watch has no file to watch: name the definition",
        ));
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut watched = runtime.block_on(async { Changes::of(files) })?;
    loop {
        let changed = thread::scope(|scope| {
            let (done, ended) = oneshot::channel();
            thread::Builder::new()
                .stack_size(STACK)
                .spawn_scoped(scope, move || {
                    // Somebody waits for it as long as the scope lasts.
                    let _ = done.send(once(args, terminal));
                })?;
            runtime.block_on(until_changed(args, terminal, &mut watched, ended))
        })?;
        match changed {
            Some(changed) => separate(&changed, terminal),
            None => return Ok(Exit::Interrupted),
        }
    }
}

/// The files that a run is made of.
fn files(args: &RunArgs) -> Vec<&Path> {
    let single = [
        &args.definition,
        &args.input_file,
        &args.many.inputs,
        &args.mock,
        &args.handlers,
    ];
    let single = single
        .into_iter()
        .flatten()
        .map(std::path::PathBuf::as_path);
    let machines = args.machine_map.iter().map(|(_, path)| path.as_path());
    let answers = args
        .task
        .iter()
        .filter_map(|task| task.split_once("=mock:"));
    let answers = answers.map(|(_, path)| Path::new(path));
    single.chain(machines).chain(answers).collect()
}

/// Waits for a change, which ends a run that still goes on; tells the files that changed. Nothing
/// when a person ends it all.
async fn until_changed(
    args: &RunArgs,
    terminal: &Terminal,
    watched: &mut Changes,
    mut ended: oneshot::Receiver<Result<Exit, Failure>>,
) -> Result<Option<Vec<String>>, Failure> {
    let mut stop = std::pin::pin!(interrupted());
    let shown = |files: Vec<&Path>| {
        let files = files.into_iter().map(|file| file.to_string_lossy());
        files.map(|file| printable(&file).into_owned()).collect()
    };
    let changed = tokio::select! {
        biased;
        () = &mut stop => None,
        result = &mut ended => {
            let result = result.expect("the run does not panic");
            if matches!(result, Ok(Exit::Interrupted)) {
                return Ok(None);
            }
            told(result, terminal)?;
            if !terminal.quiet {
                terminal.say("watching for changes; Ctrl-C ends");
            }
            return tokio::select! {
                biased;
                () = stop => Ok(None),
                files = watched.next() => Ok(Some(shown(files))),
            };
        }
        files = watched.next() => Some(shown(files)),
    };
    args.many.changed.notify_one();
    let result = ended.await.expect("the run does not panic");
    // The run may have ended by itself just before, and told nobody that it was to end.
    tokio::select! {
        biased;
        () = args.many.changed.notified() => {}
        () = std::future::ready(()) => {}
    }
    told(result, terminal)?;
    Ok(changed)
}

/// What stands between a run and the next one.
fn separate(changed: &[String], terminal: &Terminal) {
    if terminal.quiet {
        return;
    }
    let style = terminal.stderr_style();
    let what = match changed {
        [] => "files".to_owned(),
        some => some.join(", "),
    };
    let text = format!("── {what} changed ");
    let rest = style.width.saturating_sub(columns(&text));
    let line = format!("{text}{}", "─".repeat(rest));
    terminal.say(&format!("\n{}\n\n", style.dim(&line)));
}
