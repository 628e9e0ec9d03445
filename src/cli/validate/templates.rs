//! Templates among the files: those without a state machine, and the definitions in files of
//! their own that they point to.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::Judged;
use crate::cli::document::{Unreadable, beside, listed, read_source, unreadable};
use crate::cli::output::{Failure, Terminal};
use crate::language::{File, StateMachineType, is_broken, machine_type};
use crate::lint;
use crate::report::style::printable;
use crate::syntax::Diagnostic;
use crate::syntax::embedded::{Embedded, Place, TemplateKind};

/// What is known of a template that was judged.
pub(super) struct Held {
    kind: TemplateKind,
    names: Vec<String>,
    elsewhere: Vec<Embedded>,
}

impl Held {
    pub(super) fn of(file: &File) -> Option<Self> {
        file.template.map(|kind| Self {
            kind,
            names: file.names().map(str::to_owned).collect(),
            elsewhere: file.elsewhere.clone(),
        })
    }
}

/// Says what to do about a file in Terraform's own language, which is not read.
pub(super) fn refuse_hcl(path: &Path) -> Result<(), String> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match ending {
        Some("tf" | "hcl") => Err(format!(
            "cannot read {}: definitions inside HCL are not looked for: \
             name the JSON of `terraform show -json` instead",
            path.display()
        )),
        _ => Ok(()),
    }
}

/// The files that hold what is asked for. A template without any machine is told and left out.
pub(super) fn with_machines(
    judged: Vec<Judged>,
    machine: Option<&str>,
    terminal: &Terminal,
) -> Result<Vec<Judged>, Failure> {
    let has = |held: &Held, name: &str| held.names.iter().any(|known| known == name);
    if let Some(name) = machine {
        let mut templates = judged.iter().filter_map(|file| file.template.as_ref());
        // What a broken file holds is not known; its findings say so.
        let is_broken = judged.iter().any(|file| is_broken(&file.diagnostics));
        if !is_broken && !templates.any(|held| has(held, name)) {
            return Err(no_machine(&judged, name));
        }
    }
    let mut kept = Vec::with_capacity(judged.len());
    for mut file in judged {
        if let Some(held) = &mut file.template {
            if held.names.is_empty() {
                let (name, kind) = (printable(&file.source.name), held.kind.name());
                terminal.error(&format!("{name} is a {kind} without a state machine"));
                continue;
            }
            if let Some(name) = machine {
                if !has(held, name) {
                    continue;
                }
                held.elsewhere.retain(|embedded| &*embedded.name == name);
            }
        }
        kept.push(file);
    }
    Ok(kept)
}

fn no_machine(judged: &[Judged], name: &str) -> Failure {
    let held = |file: &Judged| {
        let held = file.template.as_ref()?;
        let names = listed(&held.names);
        Some(format!("{} holds {names}", printable(&file.source.name)))
    };
    let all: Vec<String> = judged.iter().filter_map(held).collect();
    let known = if all.is_empty() {
        "none of the files is a template".to_owned()
    } else {
        all.join("; ")
    };
    Failure::usage(format_args!("no state machine {name:?}: {known}"))
}

/// A machine whose definition is in a file of its own.
struct Pointer {
    /// The template's place among the files.
    template: usize,
    embedded: Embedded,
}

/// Judges the definitions that templates point to, each once and after the first template that
/// does, with what the templates say about them.
pub(super) fn follow(
    mut judged: Vec<Judged>,
    mut judge: impl FnMut(&Path, Option<StateMachineType>) -> Result<Judged, String>,
) -> Vec<Judged> {
    let wanted = wanted(&mut judged);
    if wanted.is_empty() {
        return judged;
    }
    let mut given = named(&judged);
    let mut judged: Vec<(usize, Option<Judged>)> = judged
        .into_iter()
        .enumerate()
        .map(|(at, file)| (at, Some(file)))
        .collect();
    let count = judged.len();
    for (path, pointers) in wanted {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        // It was given as well: it keeps the name that it was given under.
        let (path, replaced) = given
            .remove(&real)
            .map_or((path, None), |(at, path)| (path, Some(at)));
        let first = pointers[0].template;
        match definition(&path, &pointers, &mut judge) {
            Ok((mut found, file)) => {
                held_against(&file, &mut found, &pointers, &mut judged);
                match replaced {
                    Some(at) => judged[at].1 = Some(found),
                    None => judged.push((first, Some(found))),
                }
            }
            Err(reason) => missing(&pointers, &reason, &mut judged),
        }
    }
    debug_assert!(judged.len() >= count);
    judged.sort_by_key(|(at, _)| *at);
    judged.into_iter().filter_map(|(_, file)| file).collect()
}

/// The files that templates point to, in order, with who points to them. Of files that cannot be
/// read the templates are told.
fn wanted(judged: &mut [Judged]) -> Vec<(PathBuf, Vec<Pointer>)> {
    let mut order: Vec<(PathBuf, Vec<Pointer>)> = Vec::new();
    let mut places: HashMap<PathBuf, usize> = HashMap::new();
    for (template, file) in judged.iter_mut().enumerate() {
        let held = file.template.as_mut();
        let elsewhere = held.map(|held| std::mem::take(&mut held.elsewhere));
        for embedded in elsewhere.into_iter().flatten() {
            let Place::File { path, .. } = &embedded.place else {
                continue;
            };
            let path = beside(&file.source.name, path);
            if let Some(reason) = unreadable(&embedded, &path) {
                let options = &file.settings.options;
                let found = lint::missing_definition(&embedded, &reason, options);
                file.diagnostics.extend(found);
                continue;
            }
            let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            let at = *places.entry(real).or_insert_with(|| {
                order.push((path, Vec::new()));
                order.len() - 1
            });
            order[at].1.push(Pointer { template, embedded });
        }
    }
    order
}

/// The files that were given, by where they really are.
fn named(judged: &[Judged]) -> HashMap<PathBuf, (usize, PathBuf)> {
    let files = judged.iter().enumerate();
    let real = |(at, file): (usize, &Judged)| {
        let path = PathBuf::from(&*file.source.name);
        Some((fs::canonicalize(&path).ok()?, (at, path)))
    };
    files.filter_map(real).collect()
}

/// The file of a definition, judged; or why it is none.
fn definition(
    path: &Path,
    pointers: &[Pointer],
    judge: &mut impl FnMut(&Path, Option<StateMachineType>) -> Result<Judged, String>,
) -> Result<(Judged, File), String> {
    let types = pointers
        .iter()
        .map(|pointer| machine_type(&pointer.embedded));
    let first = machine_type(&pointers[0].embedded);
    let agreed = first.filter(|_| types.into_iter().all(|other| other == first));
    let found = judge(path, agreed)?;
    if let Some(held) = &found.template {
        return Err(format!(
            "{} is a {}, not a definition",
            printable(&found.source.name),
            held.kind.name()
        ));
    }
    let file = match read_source(path, None) {
        Ok(source) | Err(Unreadable::NotText(source, _)) => File::read_definition(source),
        Err(Unreadable::Io(message)) => return Err(message),
    };
    Ok((found, file))
}

/// Adds what the substitutions of templates leave open or have too much.
fn held_against(
    file: &File,
    definition: &mut Judged,
    pointers: &[Pointer],
    judged: &mut [(usize, Option<Judged>)],
) {
    if definition.tree.is_none() {
        return;
    }
    for Pointer { template, embedded } in pointers {
        let Some(template) = judged[*template].1.as_mut() else {
            continue;
        };
        let name = template.source.name.clone();
        let options = &template.settings.options;
        let found = lint::check_substitutions(file, embedded, &name, options);
        template.diagnostics.extend(found.in_template);
        definition.diagnostics.extend(found.in_definition);
    }
    definition.diagnostics.sort_by_key(Diagnostic::span);
}

fn missing(pointers: &[Pointer], reason: &str, judged: &mut [(usize, Option<Judged>)]) {
    for Pointer { template, embedded } in pointers {
        if let Some(template) = judged[*template].1.as_mut() {
            let options = &template.settings.options;
            let found = lint::missing_definition(embedded, reason, options);
            template.diagnostics.extend(found);
        }
    }
}
