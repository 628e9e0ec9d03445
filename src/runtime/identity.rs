//! Names and ARNs of an execution that exists on this machine only.

use std::sync::Arc;

use crate::data::Seed;
use crate::engine::Identity;

/// What an identity is made of.
#[derive(Clone, Debug)]
pub struct IdentityOptions {
    /// The state machine's name.
    pub machine: String,
    /// The execution's name; one is made from the seed when there is none.
    pub name: Option<String>,
    /// The account's number.
    pub account: String,
    /// The region.
    pub region: String,
    /// Whether it is an Express execution.
    pub express: bool,
    /// What a made name is derived from.
    pub seed: Seed,
}

/// A name that Step Functions would refuse.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "invalid {what} {name:?}: use 1 to 80 characters, without blanks and without \
     < > {{ }} [ ] ? * \" # % \\ ^ | ~ ` $ & , ; : /"
)]
pub struct InvalidName {
    what: &'static str,
    name: String,
}

impl IdentityOptions {
    /// The identity.
    ///
    /// # Errors
    /// When a name is one that Step Functions would refuse.
    pub fn identity(&self) -> Result<Identity, InvalidName> {
        let Self {
            machine,
            account,
            region,
            express,
            seed,
            ..
        } = self;
        check("state machine name", machine)?;
        let mut random = seed.named(machine);
        let name = self.name.clone().unwrap_or_else(|| random.uuid());
        check("execution name", &name)?;
        let prefix = format!("arn:aws:states:{region}:{account}");
        let execution_arn = if *express {
            format!("{prefix}:express:{machine}:{name}:{}", random.uuid())
        } else {
            format!("{prefix}:execution:{machine}:{name}")
        };
        Ok(Identity {
            execution_arn: execution_arn.into(),
            name: name.into(),
            state_machine_arn: format!("{prefix}:stateMachine:{machine}").into(),
            state_machine_name: machine.as_str().into(),
            role_arn: Arc::from(format!("arn:aws:iam::{account}:role/{machine}-role")),
            region: region.as_str().into(),
            express: *express,
        })
    }
}

/// Source: the API reference of `StartExecution` and `CreateStateMachine`.
fn check(what: &'static str, name: &str) -> Result<(), InvalidName> {
    let forbidden =
        |c: char| c.is_whitespace() || c.is_control() || "<>{}[]?*\"#%\\^|~`$&,;:/".contains(c);
    if name.is_empty() || name.chars().count() > 80 || name.contains(forbidden) {
        return Err(InvalidName {
            what,
            name: name.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_under_a_seed_and_checked() {
        let options = IdentityOptions {
            machine: "order".to_owned(),
            name: None,
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            express: false,
            seed: Seed(7),
        };
        let identity = options.identity().expect("valid names");
        assert_eq!(identity.name, options.identity().expect("valid names").name);
        assert_eq!(
            &*identity.execution_arn,
            format!(
                "arn:aws:states:us-east-1:123456789012:execution:order:{}",
                identity.name
            )
        );
        let wrong = IdentityOptions {
            name: Some("a b".to_owned()),
            ..options
        };
        assert!(wrong.identity().is_err());
    }
}
