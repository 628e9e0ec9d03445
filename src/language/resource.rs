//! What a Task's `Resource` names: a function, an activity, a service's action.

use std::sync::Arc;

/// How a Task waits for the service it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegrationPattern {
    /// Call, and go on with the answer.
    RequestResponse,
    /// `.sync`, `.sync:2`: start a job and wait for its end.
    RunJob,
    /// `.waitForTaskToken`: call, and wait until the token comes back.
    WaitForTaskToken,
}

/// A `Resource`, taken apart. Source: 08-tasks §8.1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A Lambda function by its ARN.
    Lambda {
        /// The whole ARN.
        arn: Arc<str>,
        /// The function's name, without its qualifier.
        function: Arc<str>,
    },
    /// An activity by its ARN.
    Activity {
        /// The whole ARN.
        arn: Arc<str>,
        /// The activity's name.
        name: Arc<str>,
    },
    /// An action of a service: `arn:aws:states:::SERVICE:ACTION`.
    Service {
        /// The whole ARN.
        arn: Arc<str>,
        /// The service, with `aws-sdk:` before it for an SDK call: a history's `resourceType`.
        service: Arc<str>,
        /// The action with its pattern: a history's `resource`.
        action: Arc<str>,
        /// How the Task waits.
        pattern: IntegrationPattern,
    },
    /// Anything else, such as a placeholder that is filled in at deploy time.
    Other(Arc<str>),
}

impl Resource {
    /// Takes a resource apart.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let other = || Self::Other(text.into());
        // Parts that are not there are empty, as no part that counts may be.
        let mut parts = text.splitn(7, ':');
        match std::array::from_fn(|_| parts.next().unwrap_or_default()) {
            ["arn", _, "lambda", _, _, "function", name] if !name.is_empty() => {
                let function = name.split(':').next().unwrap_or(name);
                Self::Lambda {
                    arn: text.into(),
                    function: function.into(),
                }
            }
            ["arn", _, "states", _, _, "activity", name] if !name.is_empty() => Self::Activity {
                arn: text.into(),
                name: name.into(),
            },
            ["arn", _, "states", "", "", service, action] if !action.is_empty() => {
                Self::service(text, service, action).unwrap_or_else(other)
            }
            _ => other(),
        }
    }

    fn service(text: &str, service: &str, action: &str) -> Option<Self> {
        let (service, action) = match (service, action.split_once(':')) {
            ("aws-sdk", Some((service, action))) => (format!("aws-sdk:{service}").into(), action),
            ("aws-sdk", None) => return None,
            _ => (Arc::from(service), action),
        };
        let pattern = match action.split_once('.').map(|(_, pattern)| pattern) {
            None => IntegrationPattern::RequestResponse,
            Some("sync" | "sync:2") => IntegrationPattern::RunJob,
            Some("waitForTaskToken") => IntegrationPattern::WaitForTaskToken,
            Some(_) => return None,
        };
        Some(Self::Service {
            arn: text.into(),
            service,
            action: action.into(),
            pattern,
        })
    }

    /// The resource as it is written.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        match self {
            Self::Lambda { arn, .. } | Self::Activity { arn, .. } | Self::Service { arn, .. } => {
                arn
            }
            Self::Other(text) => text,
        }
    }

    /// What a message about a result's size calls the task: the service, or the function's ARN.
    #[must_use]
    pub fn called(&self) -> &str {
        match self {
            Self::Service { service, .. } => service,
            Self::Lambda { .. } | Self::Activity { .. } | Self::Other(_) => self.text(),
        }
    }

    /// How the Task waits.
    #[must_use]
    pub fn pattern(&self) -> IntegrationPattern {
        match self {
            Self::Service { pattern, .. } => *pattern,
            Self::Lambda { .. } | Self::Activity { .. } | Self::Other(_) => {
                IntegrationPattern::RequestResponse
            }
        }
    }

    /// Whether it is `http:invoke`: a call of an API by HTTPS.
    #[must_use]
    pub fn is_http_invoke(&self) -> bool {
        matches!(self, Self::Service { service, action, .. } if &**service == "http" && &**action == "invoke")
    }

    /// Whether this is the `lambda:invoke` integration, in any pattern.
    #[must_use]
    pub fn is_lambda_invoke(&self) -> bool {
        matches!(self, Self::Service { service, action, .. }
            if &**service == "lambda" && action.split('.').next() == Some("invoke"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match Resource::parse(text) {
            Resource::Lambda { function, .. } => format!("lambda {function}"),
            Resource::Activity { name, .. } => format!("activity {name}"),
            Resource::Service {
                service,
                action,
                pattern,
                ..
            } => {
                format!("{service} {action} {pattern:?}")
            }
            Resource::Other(_) => "other".to_owned(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn resources_are_taken_apart() {
        check(
            "arn:aws:lambda:us-east-1:123456789012:function:charge",
            "lambda charge",
        );
        check(
            "arn:aws-cn:lambda:cn-north-1:1:function:charge:PROD",
            "lambda charge",
        );
        check(
            "arn:aws:states:us-east-1:1:activity:approve",
            "activity approve",
        );
        check(
            "arn:aws:states:::sqs:sendMessage",
            "sqs sendMessage RequestResponse",
        );
        check(
            "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "sqs sendMessage.waitForTaskToken WaitForTaskToken",
        );
        check(
            "arn:aws:states:::states:startExecution.sync:2",
            "states startExecution.sync:2 RunJob",
        );
        check(
            "arn:aws:states:::aws-sdk:dynamodb:putItem",
            "aws-sdk:dynamodb putItem RequestResponse",
        );
        check("arn:aws:states:::aws-sdk:dynamodb", "other");
        check("EMAIL_REMINDER_ARN", "other");
        check("", "other");
    }
}
