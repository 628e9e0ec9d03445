//! State machines elsewhere: created when they are not there, updated when they are others.

use std::time::Duration;

use aws_sdk_sfn::types::{StateMachineListItem, StateMachineType};

use super::client::Service;
use super::refusal::{Kind, Refusal};
use crate::data::Json;

/// What servers on this machine get, which ask nobody whether it exists.
const LOCAL_ROLE: &str = "arn:aws:iam::123456789012:role/asl";

/// A machine as it shall be there.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its definition, JSON.
    pub definition: &'a str,
    /// The role that its executions have; without one, a machine that is there keeps its own.
    pub role: Option<&'a str>,
    /// Whether it shall be EXPRESS; one that is there keeps its type.
    pub express: bool,
}

/// What was done to have a machine there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Created,
    /// It was another one.
    Updated,
    /// It was there.
    None,
}

/// A machine that is there.
#[derive(Clone, Debug)]
pub struct Registered {
    /// What is started: the machine, or the version that the update made.
    pub arn: String,
    /// Whether it is EXPRESS.
    pub express: bool,
    /// What was done.
    pub change: Change,
    /// Whether an execution may still begin with the definition from before.
    pub is_late: bool,
}

impl Service {
    /// Has a machine there.
    ///
    /// # Errors
    /// When the service refuses it, and when there is no role to create it with.
    pub async fn register(&self, wanted: &Wanted<'_>) -> Result<Registered, Refusal> {
        let Some(found) = self.find(wanted.name).await? else {
            return self.create(wanted).await;
        };
        let (arn, express) = (
            found.state_machine_arn,
            found.r#type == StateMachineType::Express,
        );
        if wanted.express && !express {
            return Err(Refusal::other(format!(
                "the state machine \"{}\" is STANDARD on {}, and a type cannot be changed: leave \
                 out --type express, or give another name by --machine-name",
                wanted.name, self.place
            )));
        }
        if self.is_equal(&arn, wanted).await? {
            return Ok(Registered {
                arn,
                express,
                change: Change::None,
                is_late: false,
            });
        }
        let version = self.update(&arn, wanted).await?;
        Ok(Registered {
            // What is started right after an update may begin with the definition from before,
            // says UpdateStateMachine of the machine; a version never changes.
            is_late: version.is_none() && !self.target.is_loopback(),
            arn: version.unwrap_or(arn),
            express,
            change: Change::Updated,
        })
    }

    /// The machine of this name: its ARN has an account in it that only the service knows.
    async fn find(&self, name: &str) -> Result<Option<StateMachineListItem>, Refusal> {
        let mut token: Option<String> = None;
        loop {
            let page = self
                .client
                .list_state_machines()
                .max_results(1000)
                .set_next_token(token.clone())
                .send()
                .await
                .map_err(|error| self.refusal("ListStateMachines", &error))?;
            let mut machines = page.state_machines.into_iter();
            if let Some(found) = machines.find(|machine| machine.name == name) {
                return Ok(Some(found));
            }
            let last = std::mem::replace(&mut token, page.next_token);
            if token.is_none() || token == last {
                return Ok(None);
            }
        }
    }

    async fn create(&self, wanted: &Wanted<'_>) -> Result<Registered, Refusal> {
        let local = self.target.is_loopback().then_some(LOCAL_ROLE);
        let role = wanted.role.or(local).ok_or_else(|| {
            Refusal::other(format!(
                "there is no state machine \"{}\" on {}, and none can be created without a role: \
                 name one by --role ARN or ASL_ROLE_ARN",
                wanted.name, self.place
            ))
        })?;
        let kind = if wanted.express {
            StateMachineType::Express
        } else {
            StateMachineType::Standard
        };
        let created = self
            .client
            .create_state_machine()
            .name(wanted.name)
            .definition(wanted.definition)
            .role_arn(role)
            .r#type(kind)
            .send()
            .await
            .map_err(|error| self.refusal("CreateStateMachine", &error))?;
        Ok(Registered {
            arn: created.state_machine_arn,
            express: wanted.express,
            change: Change::Created,
            is_late: false,
        })
    }

    /// Whether what is there is what is wanted; blanks and the order of members do not count.
    async fn is_equal(&self, arn: &str, wanted: &Wanted<'_>) -> Result<bool, Refusal> {
        let there = self
            .client
            .describe_state_machine()
            .state_machine_arn(arn)
            .send()
            .await
            .map_err(|error| self.refusal("DescribeStateMachine", &error))?;
        let is_role = wanted.role.is_none_or(|role| role == there.role_arn);
        let same = || match (
            Json::parse(&there.definition),
            Json::parse(wanted.definition),
        ) {
            (Ok(one), Ok(other)) => one == other,
            _ => there.definition == wanted.definition,
        };
        Ok(is_role && same())
    }

    /// The version that was published with it, where that is possible. Servers on this machine have
    /// the update at once, and not each of them starts versions: moto does not.
    async fn update(&self, arn: &str, wanted: &Wanted<'_>) -> Result<Option<String>, Refusal> {
        let update = |publish: bool| {
            self.client
                .update_state_machine()
                .state_machine_arn(arn)
                .definition(wanted.definition)
                .set_role_arn(wanted.role.map(str::to_owned))
                .set_publish(publish.then_some(true))
                .send()
        };
        let refusal = |error| self.refusal("UpdateStateMachine", &error);
        match update(!self.target.is_loopback()).await.map_err(refusal) {
            // A thousand versions of a machine are the most, and not everybody may publish.
            Err(refused) if refused.kind == Kind::Version => {
                update(false).await.map_err(refusal)?;
                Ok(None)
            }
            Err(refused) => Err(refused),
            Ok(updated) => Ok(updated.state_machine_version_arn),
        }
    }

    /// Waits until a machine that was just created can be started.
    pub(super) async fn until_there<T>(
        &self,
        mut attempt: impl AsyncFnMut() -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        /// What was made is known everywhere within seconds.
        const ATTEMPTS: u32 = 7;
        const BETWEEN: Duration = Duration::from_millis(100);
        for number in 0..ATTEMPTS {
            match attempt().await {
                Err(refused) if refused.kind == Kind::Missing => {
                    tokio::time::sleep(BETWEEN * 2_u32.pow(number)).await;
                }
                done => return done,
            }
        }
        attempt().await
    }
}
