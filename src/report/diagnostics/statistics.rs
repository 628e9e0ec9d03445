//! How often each rule found something, the most frequent first: where to begin.

use std::collections::BTreeMap;
use std::fmt;

use super::FileReport;
use crate::report::style::{Role, Style};
use crate::syntax::Severity;

/// What is counted of a rule.
#[derive(Clone, Copy)]
struct Count {
    findings: usize,
    /// By `--fix` alone.
    fixable: usize,
    /// Of the worst finding: a rule may know different cases.
    severity: Severity,
}

/// Writes the table; nothing when nothing was found.
///
/// # Errors
/// When `out` fails.
pub fn render(files: &[FileReport<'_>], style: &Style, out: &mut dyn fmt::Write) -> fmt::Result {
    let counts = counts(files);
    if counts.is_empty() {
        return Ok(());
    }
    let header = format!(
        "{:>8}  {:>7}  {:8}  {}",
        "findings", "fixable", "severity", "rule"
    );
    writeln!(out, "{}", style.dim(&header))?;
    for (rule, count) in counts {
        let fixable = match count.fixable {
            0 => "-".to_owned(),
            some => some.to_string(),
        };
        let severity = format!("{:8}", count.severity.as_str());
        let severity = style.paint(role(count.severity), &severity);
        writeln!(
            out,
            "{:>8}  {fixable:>7}  {severity}  {rule}",
            count.findings
        )?;
    }
    Ok(())
}

fn counts(files: &[FileReport<'_>]) -> Vec<(&'static str, Count)> {
    let mut counts: BTreeMap<&'static str, Count> = BTreeMap::new();
    for finding in files.iter().flat_map(|file| &file.diagnostics) {
        let count = counts.entry(finding.rule).or_insert(Count {
            findings: 0,
            fixable: 0,
            severity: finding.severity,
        });
        count.findings += 1;
        count.fixable += usize::from(finding.fix.as_ref().is_some_and(|fix| fix.safe));
        count.severity = count.severity.max(finding.severity);
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(count.findings));
    counts
}

fn role(severity: Severity) -> Role {
    match severity {
        Severity::Error => Role::Bad,
        Severity::Warning => Role::Warn,
        Severity::Note => Role::Plain,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::report::diagnostics::tests::{clean, hostile, misspelt, rendered};

    #[test]
    fn rules_are_counted_the_most_frequent_first() {
        let plain = Style::new(false, 80);
        let table = |files: &[FileReport<'_>], out: &mut dyn fmt::Write| render(files, &plain, out);
        let all = [misspelt(), hostile(), misspelt(), clean()].concat();
        expect![[r#"
            findings  fixable  severity  rule
                   2        -  error     test-rule
                   2        2  error     unknown-target
                   1        -  warning   unknown-field
        "#]]
        .assert_eq(&rendered(&all, table));
        expect![""].assert_eq(&rendered(&clean(), table));
    }
}
