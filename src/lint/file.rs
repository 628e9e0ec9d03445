//! Whole files: a definition, or every definition of a template, with all findings in the places
//! of the file.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use super::rules::{UNKNOWN_SUBSTITUTION, UNUSED_SUBSTITUTION};
use super::{Definition, Options, check, quoted, silence, sort};
use crate::language::{File, Machine, is_broken};
use crate::syntax::Diagnostic;
use crate::syntax::embedded::{Embedded, Place, Use, uses};

/// Checks every definition in a file; what its reader found is in here too. When a template holds
/// several machines, each finding names its own.
#[must_use]
pub fn check_file(file: &File, options: &Options) -> Vec<Diagnostic> {
    let mut found = file.syntax.clone();
    // What stands in a text that was only half read is guesswork.
    if !is_broken(&found) {
        let is_one_of_many = file.machines.len() + file.elsewhere.len() > 1;
        for machine in &file.machines {
            let mut of_machine = check_machine(file, machine, options);
            if let (true, Some(name)) = (is_one_of_many, machine.name()) {
                name_machine(&mut of_machine, name);
            }
            found.extend(of_machine);
        }
    }
    silence(&file.source, &file.tree, &options.levels, &mut found);
    options.levels.apply(&mut found);
    if file.template.is_some() {
        sort(&mut found);
    }
    found
}

fn check_machine(file: &File, machine: &Machine, options: &Options) -> Vec<Diagnostic> {
    let (source, tree) = machine.text(file);
    let mut found = Vec::new();
    let syntax = machine
        .inner
        .as_ref()
        .map_or(&[][..], |inner| &inner.syntax);
    found.extend_from_slice(syntax);
    let can_be_judged = !is_broken(syntax);
    if can_be_judged {
        let definition = Definition {
            source,
            tree,
            machine: &machine.machine,
        };
        let options = Options {
            machine_type: options.machine_type.or(machine.machine_type()),
            ..options.clone()
        };
        found.extend(check(definition, machine.model.clone(), &options));
    }
    if machine.inner.is_some() {
        silence(source, tree, &options.levels, &mut found);
    }
    let mut found: Vec<Diagnostic> = found
        .into_iter()
        .map(|finding| machine.outer_finding(finding))
        .collect();
    if let (true, Some(embedded)) = (can_be_judged, &machine.embedded) {
        found.extend(unknown_substitutions(&machine.uses, embedded, None));
        found.extend(unused_substitutions(&machine.uses, embedded));
    }
    found
}

/// Says of each finding which of a file's machines it is about.
fn name_machine(found: &mut [Diagnostic], name: &str) {
    for finding in found {
        finding.message = format!("in {}: {}", quoted(name), finding.message);
    }
}

/// What the file of a definition says about the templates that point to it.
#[derive(Clone, Debug, Default)]
pub struct Substituted {
    /// In the places of the definition's file.
    pub in_definition: Vec<Diagnostic>,
    /// In the places of the template.
    pub in_template: Vec<Diagnostic>,
}

/// Holds the placeholders of a definition in a file of its own against the substitutions of a
/// machine of the template, `template`, that points to it.
#[must_use]
pub fn check_substitutions(
    definition: &File,
    embedded: &Embedded,
    template: &str,
    options: &Options,
) -> Substituted {
    if is_broken(&definition.syntax) {
        return Substituted::default();
    }
    let uses = uses(&definition.source, definition.tree.root());
    let mut found = Substituted {
        in_definition: unknown_substitutions(&uses, embedded, Some(template)),
        in_template: unused_substitutions(&uses, embedded),
    };
    options.levels.apply(&mut found.in_definition);
    options.levels.apply(&mut found.in_template);
    found
}

/// A finding of a template whose file of a definition cannot be read.
#[must_use]
pub fn missing_definition(embedded: &Embedded, reason: &str, options: &Options) -> Vec<Diagnostic> {
    let Place::File { span, .. } = &embedded.place else {
        return Vec::new();
    };
    let message = format!(
        "the definition of {} cannot be read: {reason}",
        quoted(&embedded.name)
    );
    let finding = super::rules::MISSING_DEFINITION
        .finding(message)
        .label(*span, "named here")
        .help("paths are relative to the folder of the template");
    let mut found = vec![finding];
    options.levels.apply(&mut found);
    found
}

/// How many names are looked at for one that was meant.
const MOST_COMPARED: usize = 50;

/// The placeholders that nothing fills in. `template` is where the substitutions stand, when
/// that is another file.
fn unknown_substitutions(
    uses: &[Use],
    embedded: &Embedded,
    template: Option<&str>,
) -> Vec<Diagnostic> {
    let Some(known) = &embedded.substitutions else {
        return Vec::new();
    };
    let known: HashSet<&str, FixedState> = known.iter().map(|known| &*known.name).collect();
    let is_unknown = |used: &&Use| used.is_certain && !known.contains(&*used.name);
    let unknown = uses.iter().filter(is_unknown);
    // Comparing names costs the product of their numbers.
    let comparable = known.iter().copied().take(MOST_COMPARED);
    let comparable: Vec<&str> = comparable.collect();
    let place = template.map_or(String::new(), |template| format!(" in {template}"));
    unknown
        .map(|used| {
            let name = &used.name;
            let message = format!(
                "nothing fills in `${{{name}}}`: the `DefinitionSubstitutions` of {}{place} have no such key",
                quoted(&embedded.name)
            );
            let finding = UNKNOWN_SUBSTITUTION
                .finding(message)
                .label(used.span, "stays as it is written");
            match super::similar::nearest(name, comparable.iter().copied()) {
                Some(near) => finding.help(format!("did you mean `${{{near}}}`?")),
                None => finding.help(format!("add the key `{name}` to `DefinitionSubstitutions`")),
            }
        })
        .collect()
}

/// The substitutions that fill in nothing.
fn unused_substitutions(uses: &[Use], embedded: &Embedded) -> Vec<Diagnostic> {
    let names: HashSet<&str, FixedState> = uses.iter().map(|used| &*used.name).collect();
    let known = embedded.substitutions.iter().flatten();
    let unused = known.filter(|known| !names.contains(&*known.name));
    unused
        .map(|known| {
            let name = &known.name;
            UNUSED_SUBSTITUTION
                .finding(format!(
                    "`${{{name}}}` does not occur in the definition of {}",
                    quoted(&embedded.name)
                ))
                .label(known.span, "fills in nothing")
                .help("remove the key, or write the placeholder where it belongs")
        })
        .collect()
}

#[cfg(test)]
mod tests;
