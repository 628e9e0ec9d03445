//! Names and ARNs of what a server has (10 §10.3).

/// Makes the ARNs of a region and an account, and takes them apart.
#[derive(Clone, Debug)]
pub(super) struct Names {
    region: String,
    account: String,
}

/// What an ARN names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Arn {
    /// `stateMachine:NAME`.
    Machine { name: String },
    /// `stateMachine:NAME:NUMBER`.
    Version { name: String, number: i64 },
    /// `stateMachine:NAME:ALIAS`.
    Alias { name: String, alias: String },
    /// `stateMachine:NAME/LABEL`.
    Labelled { name: String, label: String },
    /// `execution:NAME:EXECUTION`.
    Execution,
    /// `express:NAME:EXECUTION:ID`.
    Express,
    /// `mapRun:NAME/LABEL:ID`.
    MapRun,
    /// `activity:NAME`.
    Activity { name: String },
}

impl Names {
    pub(super) fn new(region: String, account: String) -> Self {
        Self { region, account }
    }

    fn arn(&self, rest: std::fmt::Arguments<'_>) -> String {
        format!("arn:aws:states:{}:{}:{rest}", self.region, self.account)
    }

    pub(super) fn machine(&self, name: &str) -> String {
        self.arn(format_args!("stateMachine:{name}"))
    }

    pub(super) fn execution(&self, machine: &str, name: &str) -> String {
        self.arn(format_args!("execution:{machine}:{name}"))
    }

    pub(super) fn express(&self, machine: &str, name: &str, id: &str) -> String {
        self.arn(format_args!("express:{machine}:{name}:{id}"))
    }

    pub(super) fn activity(&self, name: &str) -> String {
        self.arn(format_args!("activity:{name}"))
    }

    /// The role of a machine that nobody gave one.
    pub(super) fn role(&self, machine: &str) -> String {
        format!("arn:aws:iam::{}:role/{machine}-role", self.account)
    }
}

impl Arn {
    /// What an ARN of this service names, in any region and account.
    pub(super) fn parse(arn: &str) -> Option<Self> {
        let mut parts = arn.splitn(6, ':');
        let head = [parts.next()?, parts.next()?, parts.next()?];
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let is_ours = head[0] == "arn" && head[1].starts_with("aws") && head[2] == "states";
        if !is_ours || region.is_empty() || account.len() != 12 {
            return None;
        }
        let mut parts = resource.split(':');
        let (kind, name) = (parts.next()?, parts.next()?);
        let (more, rest) = (parts.next(), parts.next());
        if name.is_empty() || (rest.is_some() && kind != "express") {
            return None;
        }
        let name = name.to_owned();
        Some(match (kind, more) {
            ("stateMachine", None) => match name.split_once('/') {
                None => Self::Machine { name },
                Some((name, label)) => Self::Labelled {
                    name: name.to_owned(),
                    label: label.to_owned(),
                },
            },
            ("stateMachine", Some(more)) if is_alias_name(more) => Self::Alias {
                name,
                alias: more.to_owned(),
            },
            ("stateMachine", Some(more)) => Self::Version {
                name,
                number: version(more)?,
            },
            ("execution", Some(_)) => Self::Execution,
            ("express", Some(_)) => Self::Express,
            ("mapRun", Some(_)) => Self::MapRun,
            ("activity", None) => Self::Activity { name },
            _ => return None,
        })
    }
}

/// The number of a version. Each has one text only, by which aliases know it: what looks otherwise
/// is the ARN of nothing.
fn version(text: &str) -> Option<i64> {
    let is_number = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    // No machine ever gets to a number that is larger than this.
    (is_number && !text.is_empty()).then(|| text.parse().unwrap_or(i64::MAX))
}

/// Whether an alias can be called this: what could be a version's number is none (10 §10.3).
pub(super) fn is_alias_name(name: &str) -> bool {
    let is_sign = |c: char| "_-.".contains(c);
    let is_good = |c: char| c.is_ascii_alphanumeric() || is_sign(c);
    name.chars().all(is_good) && name.contains(|c: char| c.is_ascii_alphabetic() || is_sign(c))
}

/// Whether a machine, an execution or an activity can be called this: 1 to 80 characters and none
/// that 10 §10.3 lists.
pub(super) fn is_name(name: &str) -> bool {
    let forbidden = |c: char| {
        c.is_whitespace()
            || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c)
            || matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' | '\u{10ffff}')
    };
    !name.is_empty() && name.chars().count() <= 80 && !name.contains(forbidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(resource: &str, expected: Option<&Arn>) {
        let arn = format!("arn:aws:states:us-east-1:123456789012:{resource}");
        assert_eq!(Arn::parse(&arn).as_ref(), expected, "{arn}");
    }

    #[test]
    fn arns_are_taken_apart() {
        let name = || "order".to_owned();
        check("stateMachine:order", Some(&Arn::Machine { name: name() }));
        let number = 12;
        check(
            "stateMachine:order:12",
            Some(&Arn::Version {
                name: name(),
                number,
            }),
        );
        let number = i64::MAX;
        check(
            "stateMachine:order:99999999999999999999",
            Some(&Arn::Version {
                name: name(),
                number,
            }),
        );
        for alias in ["prod", "0-1"] {
            check(
                &format!("stateMachine:order:{alias}"),
                Some(&Arn::Alias {
                    name: name(),
                    alias: alias.to_owned(),
                }),
            );
        }
        let label = "Items".to_owned();
        check(
            "stateMachine:order/Items",
            Some(&Arn::Labelled {
                name: name(),
                label,
            }),
        );
        check("execution:order:e1", Some(&Arn::Execution));
        check("express:order:e1:1234", Some(&Arn::Express));
        check("mapRun:order/Items:1234", Some(&Arn::MapRun));
        check("activity:order", Some(&Arn::Activity { name: name() }));
        for wrong in [
            "",
            "stateMachine",
            "stateMachine:",
            "execution:order",
            "queue:order",
            "activity:a:b",
            "stateMachine:order:",
            "stateMachine:order:0",
            "stateMachine:order:01",
            "stateMachine:order:+1",
            "stateMachine:order:1\u{661}",
            "stateMachine:order:a b",
        ] {
            check(wrong, None);
        }
        assert_eq!(Arn::parse("not_a_valid_arn"), None);
        assert_eq!(
            Arn::parse("arn:aws:lambda:us-east-1:123456789012:function:f"),
            None
        );
    }

    #[test]
    fn names_are_checked() {
        for good in ["order", "ünïcode-1_x.y", &"a".repeat(80)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "a b", "a\u{7f}", "a/b", "a\u{ffff}", &"a".repeat(81)] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}
