//! Coverage as a table, and what nothing went through.

use std::fmt::{self, Write};

use crate::report::style::{Role, Style, columns, fit, printable};
use crate::suite::{Coverage, Kind};

/// How many parts that are missed are told of one machine.
const MAX_MISSED: usize = 20;

const HEADS: [&str; 4] = ["states", "rules", "catchers", "retriers"];

/// Writes the table.
///
/// # Errors
/// Those of `out`.
pub fn render(all: &[Coverage], style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
    let names: Vec<String> = all.iter().map(name).collect();
    let most = style.width.saturating_sub(48).max(16);
    let names: Vec<_> = names.iter().map(|name| fit(name, most)).collect();
    let width = names.iter().map(|name| columns(name)).max().unwrap_or(0);
    let width = width.max("coverage".len());
    let mut head = format!("{:width$}", "coverage");
    for cell in HEADS {
        write!(head, "  {cell:>8}")?;
    }
    writeln!(out, "{}", style.bold(&format!("{head}     total")))?;
    for (coverage, name) in all.iter().zip(&names) {
        write!(out, "{name}{:pad$}", "", pad = width - columns(name))?;
        for kind in Kind::ALL {
            let (covered, total) = coverage.count(Some(kind));
            let cell = match total {
                0 => "-".to_owned(),
                _ => format!("{covered}/{total}"),
            };
            let role = if covered < total {
                Role::Warn
            } else {
                Role::Plain
            };
            write!(out, "  {}", style.paint(role, &format!("{cell:>8}")))?;
        }
        let percent = format!(
            "{:>8.1} %",
            Coverage::percent(std::slice::from_ref(coverage))
        );
        writeln!(out, "{}", style.bold(&percent))?;
    }
    all.iter().try_for_each(|it| missed(it, style, out))
}

fn name(coverage: &Coverage) -> String {
    let file = printable(&coverage.definition);
    match &coverage.machine {
        Some(machine) => format!("{file}#{}", printable(machine)),
        None => file.into_owned(),
    }
}

/// What nothing went through, with its place.
fn missed(coverage: &Coverage, style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
    let missed: Vec<_> = coverage.missed().collect();
    if missed.is_empty() {
        return Ok(());
    }
    let title = format!("not covered in {}", name(coverage));
    writeln!(out, "\n{}", style.warn(&title))?;
    let shown = &missed[..missed.len().min(MAX_MISSED)];
    let states = shown
        .iter()
        .map(|(state, _)| columns(&printable(&state.name)));
    let width = states.max().unwrap_or(0).min(40);
    for (state, point) in shown {
        let name = printable(&state.name);
        let name = fit(&name, width);
        let pad = width - columns(&name);
        let label = printable(&point.label);
        let room = style.width.saturating_sub(width + 14).max(10);
        let line = format!("line {:<5}", point.line);
        writeln!(
            out,
            "  {}  {}{:pad$}  {}",
            style.dim(&line),
            style.path(&name),
            "",
            fit(&label, room)
        )?;
    }
    let more = missed.len() - shown.len();
    if more > 0 {
        writeln!(out, "  {}", style.dim(&format!("… {more} more")))?;
    }
    Ok(())
}
