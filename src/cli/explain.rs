//! `asl explain` and `asl rules`: what the linter knows, in words.

use std::fmt::Write;

use super::Exit;
use super::args::{ExplainArgs, RulesArgs, RulesFormat};
use super::output::{Failure, Terminal, print};
use crate::lint;

pub(super) fn explain(args: &ExplainArgs, _: &Terminal) -> Result<Exit, Failure> {
    let name = args.rule.trim_start_matches("asl::");
    let Some(rule) = lint::rule(name) else {
        let known = "list the rules with `asl rules`";
        return Err(Failure::usage(format_args!(
            "there is no rule {name:?}: {known}"
        )));
    };
    print(&rule.page())?;
    Ok(Exit::Success)
}

pub(super) fn rules(args: &RulesArgs, terminal: &Terminal) -> Result<Exit, Failure> {
    match args.format {
        RulesFormat::Text => print(&table(terminal))?,
        RulesFormat::Json => {
            let rules: Vec<_> = lint::RULES
                .iter()
                .map(|rule| {
                    serde_json::json!({
                        "name": rule.name,
                        "category": rule.category.as_str(),
                        "severity": rule.severity.as_str(),
                        "enabled": rule.is_on,
                        "awsCode": rule.aws_code,
                    })
                })
                .collect();
            print(&format!("{:#}\n", serde_json::Value::from(rules)))?;
        }
    }
    Ok(Exit::Success)
}

fn table(terminal: &Terminal) -> String {
    let style = terminal.stdout_style();
    let width = lint::RULES
        .iter()
        .map(|rule| rule.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for rule in lint::RULES {
        let name = format!("{:width$}", rule.name);
        let severity = format!("{:8}", rule.severity.as_str());
        let category = rule.category.as_str();
        let is_off = if rule.is_on { "" } else { "  off by default" };
        writeln!(
            text,
            "{}  {severity} {}",
            style.bold(&name),
            style.dim(&format!("{category}{is_off}"))
        )
        .expect("a string takes all");
    }
    text
}
