//! What the AWS CLI says when a call fails, as the error that Retry and Catch see.

use std::sync::Arc;

use super::call::{Call, Way};
use crate::data::StatesError;
use crate::language::Resource;
use crate::runtime::handlers::answer;
use crate::runtime::handlers::command::Ended;
use crate::runtime::handlers::process::ending;

/// Whether the CLI does not know a parameter by its name.
pub(super) fn names_unknown(said: &str) -> bool {
    said.contains("Unknown parameter in ")
}

/// What the CLI says when it reaches nobody.
const UNREACHED: [&str; 5] = [
    "Connect timeout on endpoint URL",
    "Connection was closed before we received a valid response",
    "Could not connect to the endpoint URL",
    "Failed to connect to proxy URL",
    "Read timeout on endpoint URL",
];

/// The error of a call that failed; `endpoint` is the one that was asked for.
pub(super) fn error(
    call: &Call,
    resource: &Resource,
    ended: &Ended,
    endpoint: Option<&str>,
) -> StatesError {
    let said = ended.errors.trim();
    if let Some(refused) = Refused::read(said) {
        return refused.error(call);
    }
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let unreached = |line: &&str| UNREACHED.iter().any(|words| line.contains(words));
    if let Some(line) = lines().find(unreached) {
        let at = endpoint.map_or(String::new(), |url| format!("{url}: "));
        let cause = format!("Unable to execute HTTP request: {at}{line}");
        return StatesError::new(&format!("{}.SdkClientException", prefix(call)), cause);
    }
    if said.contains("Parameter validation failed") {
        let reasons = lines().skip_while(|line| !line.starts_with("Parameter validation"));
        let reasons: Vec<&str> = reasons.skip(1).collect();
        return StatesError::runtime(format!(
            "The Parameters '{}' could not be used to start the Task: [{}]",
            call.parameters.compacted().text(),
            reasons.join(", ")
        ));
    }
    if said.contains("Invalid choice") {
        let named = call.named();
        return StatesError::runtime(format!("the AWS CLI has no command `aws {named}`"));
    }
    let colon = if said.is_empty() { "" } else { ": " };
    let cause = format!(
        "aws {} ended with {}{colon}{said}",
        call.named(),
        ending(ended.status)
    );
    answer::unnamed(resource, cause)
}

/// What the errors of a call's service begin with.
fn prefix(call: &Call) -> &str {
    match &call.way {
        Way::Function => "Lambda",
        Way::Optimized(service) => service.errors,
        Way::Sdk(errors) => errors,
    }
}

/// What a service answered in place of a result.
#[derive(Debug, PartialEq, Eq)]
struct Refused<'s> {
    code: &'s str,
    message: &'s str,
}

impl<'s> Refused<'s> {
    /// `An error occurred (CODE) when calling the NAME operation: MESSAGE`
    fn read(said: &'s str) -> Option<Self> {
        let (_, rest) = said.split_once("An error occurred (")?;
        let (code, rest) = rest.split_once(") when calling the ")?;
        let (_, rest) = rest.split_once(" operation")?;
        // It may have been tried several times: ` (reached max retries: 4)`.
        let rest = match rest.strip_prefix(" (") {
            Some(tries) => tries.split_once(')')?.1,
            None => rest,
        };
        let message = rest.strip_prefix(':')?.trim();
        Some(Self { code, message })
    }

    fn error(&self, call: &Call) -> StatesError {
        let error = format!("{}.{}", prefix(call), self.exception(call));
        // AWS also tells the status and the request's ID, which the CLI does not.
        let cause: Arc<str> = match &call.way {
            Way::Sdk(service) => format!("{} (Service: {service})", self.message).into(),
            Way::Optimized(service) => self.cause(service.service),
            Way::Function => self.cause("AWSLambda"),
        };
        StatesError::new(&error, cause)
    }

    fn cause(&self, service: &str) -> Arc<str> {
        let Self { code, message } = self;
        format!("{message} (Service: {service}; Error Code: {code})").into()
    }

    /// The exception of AWS's SDK for Java, whose names Step Functions has.
    fn exception(&self, call: &Call) -> String {
        if !is_modelled(call, self.code) {
            return match &call.way {
                Way::Sdk(service) => format!("{service}Exception"),
                Way::Optimized(service) => format!("{}Exception", service.service),
                Way::Function => "AWSLambdaException".to_owned(),
            };
        }
        let code = match self.code {
            "AWS.SimpleQueueService.NonExistentQueue" => "QueueDoesNotExist",
            code => code.rsplit('.').next().unwrap_or(code),
        };
        let stem = code.strip_suffix("Exception").unwrap_or(code);
        let stem = stem.strip_suffix("Fault").unwrap_or(stem);
        format!("{stem}Exception")
    }
}

/// Errors that any service may answer and none describes: the SDK has no name of their own for
/// them. Source: the list of common errors in the API references.
const COMMON: [&str; 24] = [
    "AccessDenied",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InternalFailure",
    "InvalidAction",
    "InvalidClientTokenId",
    "InvalidParameterCombination",
    "InvalidParameterValue",
    "InvalidSignatureException",
    "MalformedQueryString",
    "MissingAction",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "MissingParameter",
    "OptInRequired",
    "RequestExpired",
    "ServiceUnavailable",
    "SignatureDoesNotMatch",
    "Throttling",
    "UnrecognizedClientException",
    "ValidationError",
];

/// The errors that S3 describes; its API has many more.
const OF_S3: [&str; 9] = [
    "BucketAlreadyExists",
    "BucketAlreadyOwnedByYou",
    "InvalidObjectState",
    "NoSuchBucket",
    "NoSuchKey",
    "NoSuchUpload",
    "NotFound",
    "ObjectAlreadyInActiveTierError",
    "ObjectNotInActiveTierError",
];

/// Whether a service describes an error, so that the SDK has an exception of its own for it.
fn is_modelled(call: &Call, code: &str) -> bool {
    // A bare status, of an answer without a document.
    if code.chars().all(|c| c.is_ascii_digit()) && code != "404" {
        return false;
    }
    match &*call.command {
        "ec2" => false,
        "s3api" => OF_S3.contains(&code),
        // Recorded (08 §8.4).
        "dynamodb" | "secretsmanager" if code == "ValidationException" => false,
        _ => !COMMON.contains(&code),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Json;
    use crate::runtime::handlers::aws::services::OPTIMIZED;

    fn call(service: &str) -> Call {
        let optimized = OPTIMIZED.iter().find(|it| it.id == service);
        let way = match (service, optimized) {
            ("sdk-s3", _) => Way::Sdk("S3".to_owned()),
            ("sdk-dynamodb", _) => Way::Sdk("DynamoDb".to_owned()),
            (_, Some(optimized)) => Way::Optimized(optimized),
            (_, None) => Way::Function,
        };
        let command = match service {
            "sdk-s3" => "s3api",
            "sdk-dynamodb" => "dynamodb",
            other => other,
        };
        Call {
            command: command.to_owned(),
            operation: "try".to_owned(),
            parameters: Json::empty_object(),
            way,
        }
    }

    #[track_caller]
    fn check(service: &str, code: &str, error: &str, cause: &str) {
        let said = format!(
            "\nAn error occurred ({code}) when calling the Try operation (reached max retries: 2): \
             it: failed\n"
        );
        let found = Refused::read(&said).expect("a refusal");
        let found = found.error(&call(service));
        assert_eq!(found.name(), error);
        assert_eq!(found.cause.as_deref(), Some(cause));
    }

    #[test]
    fn sdk_calls_have_the_names_of_the_second_sdk() {
        let dynamodb = "it: failed (Service: DynamoDb)";
        let missing = "ResourceNotFoundException";
        check(
            "sdk-dynamodb",
            missing,
            "DynamoDb.ResourceNotFoundException",
            dynamodb,
        );
        let invalid = "ValidationException";
        check(
            "sdk-dynamodb",
            invalid,
            "DynamoDb.DynamoDbException",
            dynamodb,
        );
        let s3 = "it: failed (Service: S3)";
        check("sdk-s3", "NoSuchBucket", "S3.NoSuchBucketException", s3);
        check("sdk-s3", "InvalidBucketName", "S3.S3Exception", s3);
    }

    #[test]
    fn optimized_integrations_have_the_names_of_the_first_sdk() {
        let check = |service: &str, code: &str, error: &str, called: &str| {
            let cause = format!("it: failed (Service: {called}; Error Code: {code})");
            check(service, code, error, &cause);
        };
        let missing = "AWS.SimpleQueueService.NonExistentQueue";
        check(
            "sqs",
            missing,
            "SQS.QueueDoesNotExistException",
            "AmazonSQS",
        );
        check(
            "sqs",
            "MissingParameter",
            "SQS.AmazonSQSException",
            "AmazonSQS",
        );
        check("sns", "NotFound", "SNS.NotFoundException", "AmazonSNS");
        let exists = "ExecutionAlreadyExists";
        let expected = "StepFunctions.ExecutionAlreadyExistsException";
        check("states", exists, expected, "AWSStepFunctions");
        let throttled = "TooManyRequestsException";
        check(
            "function",
            throttled,
            "Lambda.TooManyRequestsException",
            "AWSLambda",
        );
    }

    #[test]
    fn what_is_no_refusal_is_none() {
        for said in [
            "",
            "Unable to locate credentials.",
            "An error occurred (",
            "An error occurred (A) when calling the B",
        ] {
            assert_eq!(Refused::read(said), None, "{said}");
        }
    }
}
