//! Why a service does not do what it was asked, in words for people: what, and what to do.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sfn::error::{ProvideErrorMetadata, SdkError};

/// Something that was not done.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Refusal {
    /// What it is about.
    pub kind: Kind,
    message: String,
}

/// What a refusal is about, as far as callers decide by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The definition is not accepted.
    Definition,
    /// The machine, the execution or its history is not there, or not yet.
    Missing,
    /// A version cannot be published.
    Version,
    /// The service does not know the operation.
    Unsupported,
    /// Anything else.
    Other,
}

impl Refusal {
    /// Without a kind of its own.
    pub(super) fn other(message: String) -> Self {
        let kind = Kind::Other;
        Self { kind, message }
    }

    /// What came of an operation of a service.
    pub(super) fn of<E>(operation: &str, place: &str, error: &SdkError<E>) -> Self
    where
        E: Error + ProvideErrorMetadata + Send + Sync + 'static,
    {
        let SdkError::ServiceError(refused) = error else {
            return Self::other(undelivered(place, error));
        };
        let status = refused.raw().status().as_u16();
        match refused.err().code() {
            Some(code) => said(operation, place, code, refused.err().message()),
            None => Self::other(format!(
                "{place} answers {operation} with HTTP {status}, and nothing that the Step \
                 Functions API says"
            )),
        }
    }

    /// The same with something said behind it.
    #[must_use]
    pub fn with(mut self, more: &str) -> Self {
        self.message.push_str(more);
        self
    }
}

/// What the service said.
fn said(operation: &str, place: &str, code: &str, message: Option<&str>) -> Refusal {
    let message = message.unwrap_or("it does not say why");
    let kind = kind(code, message);
    // Messages of AWS begin with the name of the error in words.
    let told = format!("{place} refuses {operation}: {code}: {message}");
    let help = help(operation, code, message);
    let message = match help {
        Some(help) => format!("{told}\n  help: {help}"),
        None => told,
    };
    Refusal { kind, message }
}

fn kind(code: &str, message: &str) -> Kind {
    match code {
        "InvalidDefinition" => Kind::Definition,
        "ExecutionDoesNotExist" | "ResourceNotFound" | "StateMachineDoesNotExist" => Kind::Missing,
        "ServiceQuotaExceededException" => Kind::Version,
        "AccessDeniedException" if message.contains("PublishStateMachineVersion") => Kind::Version,
        "InvalidAction"
        | "NotImplemented"
        | "UnknownOperationException"
        | "UnsupportedOperation" => Kind::Unsupported,
        _ => Kind::Other,
    }
}

/// What to do about it.
fn help(operation: &str, code: &str, message: &str) -> Option<String> {
    Some(match code {
        "AccessDeniedException" if message.contains("assume") => {
            "the role must exist and let states.amazonaws.com assume it".to_owned()
        }
        "AccessDeniedException" | "AccessDenied" => {
            let action = action(message).unwrap_or_else(|| format!("states:{operation}"));
            format!("these credentials need a policy that allows {action}")
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            "the credentials have expired: get new ones, as by aws sso login".to_owned()
        }
        "IncompleteSignature"
        | "InvalidClientTokenId"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "UnrecognizedClientException" => {
            "the credentials are not accepted: look at the profile, AWS_ACCESS_KEY_ID and the \
             computer's time"
                .to_owned()
        }
        "Throttling" | "ThrottlingException" | "TooManyRequestsException" => {
            "too many calls at once, also after waiting: try again later".to_owned()
        }
        "InvalidArn" => {
            "an ARN of an execution is arn:aws:states:REGION:ACCOUNT:execution:MACHINE:NAME"
                .to_owned()
        }
        "ExecutionDoesNotExist" => {
            "look at the ARN, its region and account: histories are kept for 90 days".to_owned()
        }
        "ExecutionAlreadyExists" => "give another --name, or none".to_owned(),
        "InvalidDefinition" => "asl validate tells where".to_owned(),
        "StateMachineDeleting" => "wait until it is deleted, which can take minutes".to_owned(),
        _ => return None,
    })
}

/// The action in IAM's words: `… is not authorized to perform: iam:PassRole on resource: …`.
fn action(message: &str) -> Option<String> {
    let (_, after) = message.split_once("perform: ")?;
    let action = after.split_whitespace().next()?;
    let is_action = action.contains(':') && action.len() < 100;
    is_action.then(|| action.to_owned())
}

/// An error and what it came from.
fn chain<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let source = |error: &&'e (dyn Error + 'static)| {
        let error: &'e (dyn Error + 'static) = *error;
        error.source()
    };
    std::iter::successors(Some(error), source)
}

/// Why nothing was answered.
fn undelivered<E>(place: &str, error: &SdkError<E>) -> String
where
    E: Error + Send + Sync + 'static,
{
    if let Some(found) = chain(error).find_map(|it| it.downcast_ref::<CredentialsError>()) {
        return credentials(place, found);
    }
    let last = chain(error)
        .last()
        .map_or_else(String::new, ToString::to_string);
    match error {
        SdkError::TimeoutError(_) => format!("{place} does not answer in time"),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => {
            format!("{place} does not answer in time")
        }
        SdkError::DispatchFailure(_) => format!("cannot reach {place}: {}", plain(&last)),
        SdkError::ResponseError(_) => {
            format!("{place} answers what is none of the Step Functions API: {last}")
        }
        _ => format!("cannot call {place}: {last}"),
    }
}

fn credentials(place: &str, error: &CredentialsError) -> String {
    let told: Vec<String> = chain(error).map(ToString::to_string).collect();
    let told = told.join(": ");
    let why = match error {
        CredentialsError::ProviderTimedOut(_) => "whoever gives them does not answer in time",
        CredentialsError::CredentialsNotLoaded(_) => "",
        // The instance metadata service is asked last: nothing else had any.
        _ if told.contains("IMDS") => "",
        _ => &told,
    };
    let help = "set AWS_PROFILE or AWS_ACCESS_KEY_ID, sign in as by aws sso login, or name a \
                profile, as in --on aws:PROFILE";
    let gap = if why.is_empty() { "" } else { ": " };
    format!("no credentials for {place}{gap}{why}\n  help: {help}")
}

/// Without the number that `std` adds.
fn plain(message: &str) -> &str {
    message.split(" (os error").next().unwrap_or(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(operation: &str, code: &str, message: &str, kind: Kind, expected: &str) {
        let refusal = said(operation, "AWS Step Functions", code, Some(message));
        assert_eq!(refusal.kind, kind, "{refusal}");
        assert!(refusal.to_string().contains(expected), "{refusal}");
    }

    #[test]
    fn a_missing_permission_is_named() {
        check(
            "CreateStateMachine",
            "AccessDeniedException",
            "User: arn:aws:iam::1:user/u is not authorized to perform: iam:PassRole on resource: r",
            Kind::Other,
            "a policy that allows iam:PassRole",
        );
        let told = "no identity-based policy allows it";
        let expected = "a policy that allows states:StartExecution";
        check(
            "StartExecution",
            "AccessDeniedException",
            told,
            Kind::Other,
            expected,
        );
    }

    #[test]
    fn a_role_that_cannot_be_assumed_is_told() {
        check(
            "CreateStateMachine",
            "AccessDeniedException",
            "Neither the global service principal states.amazonaws.com, nor the regional one is \
             authorized to assume the provided role.",
            Kind::Other,
            "the role must exist",
        );
    }

    #[test]
    fn the_services_own_words_are_told() {
        let words = "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: …'";
        check(
            "UpdateStateMachine",
            "InvalidDefinition",
            words,
            Kind::Definition,
            words,
        );
        check(
            "StartExecution",
            "ThrottlingException",
            "Rate exceeded",
            Kind::Other,
            "try again later",
        );
        check(
            "GetExecutionHistory",
            "ExecutionDoesNotExist",
            "Execution Does Not Exist: 'a'",
            Kind::Missing,
            "kept for 90 days",
        );
        check(
            "ListStateMachines",
            "ExpiredTokenException",
            "The security token included in the request is expired",
            Kind::Other,
            "have expired",
        );
    }

    #[test]
    fn a_version_that_cannot_be_published_is_known() {
        let message = "User is not authorized to perform: states:PublishStateMachineVersion on r";
        check(
            "UpdateStateMachine",
            "AccessDeniedException",
            message,
            Kind::Version,
            "PublishStateMachineVersion",
        );
    }
}
