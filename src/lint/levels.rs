//! How bad the findings of each rule are: as the rule says, or as somebody set it.

use super::{Category, RULES, Rule};
use crate::syntax::{Diagnostic, Severity};

/// A level for every rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Levels(Vec<Level>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    /// As bad as each finding is.
    Own,
    /// All findings are this bad.
    Set(Severity),
    Off,
}

impl Default for Levels {
    /// As the rules say.
    fn default() -> Self {
        let level = |rule: &&Rule| if rule.is_on { Level::Own } else { Level::Off };
        Self(RULES.iter().map(level).collect())
    }
}

impl Levels {
    /// Sets the level of a rule, or of every rule of a category; `false` when there is neither
    /// of this name.
    pub fn set(&mut self, name: &str, level: Option<Severity>) -> bool {
        let mut is_known = Category::ALL
            .iter()
            .any(|category| category.as_str() == name);
        for (rule, own) in RULES.iter().zip(&mut self.0) {
            if rule.name == name || rule.category.as_str() == name {
                *own = level.map_or(Level::Off, Level::Set);
                is_known = true;
            }
        }
        is_known
    }

    /// Whether findings of a rule are wanted.
    #[must_use]
    pub fn is_on(&self, rule: &str) -> bool {
        self.of(rule) != Level::Off
    }

    /// The rules whose findings are wanted.
    pub(super) fn rules_on(&self) -> impl Iterator<Item = &'static Rule> {
        let rules = RULES.iter().copied().zip(&self.0);
        rules.filter_map(|(rule, level)| (*level != Level::Off).then_some(rule))
    }

    /// Gives findings their level and leaves out those of rules that are off.
    pub fn apply(&self, findings: &mut Vec<Diagnostic>) {
        findings.retain_mut(|finding| match self.of(finding.rule) {
            Level::Own => true,
            Level::Off => false,
            Level::Set(level) => {
                finding.severity = level;
                true
            }
        });
    }

    fn of(&self, rule: &str) -> Level {
        let index = RULES.binary_search_by(|known| known.name.cmp(rule));
        index.map_or(Level::Own, |index| self.0[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn severities(levels: &Levels) -> Vec<Severity> {
        let mut found = vec![
            Diagnostic::error("unknown-target", ""),
            Diagnostic::warning("unknown-target", ""),
            Diagnostic::error("syntax", ""),
        ];
        levels.apply(&mut found);
        found.iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn rules_and_categories_are_set_by_name() {
        let mut levels = Levels::default();
        assert_eq!(
            severities(&levels),
            [Severity::Error, Severity::Warning, Severity::Error]
        );
        assert!(levels.set("graph", Some(Severity::Note)));
        assert_eq!(
            severities(&levels),
            [Severity::Note, Severity::Note, Severity::Error]
        );
        assert!(levels.set("unknown-target", None));
        assert_eq!(severities(&levels), [Severity::Error]);
        assert!(!levels.is_on("unknown-target"));
        assert!(!levels.set("no-such-rule", None));
    }
}
