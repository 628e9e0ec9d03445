//! A Task as a call of the AWS CLI: which command it is, and what its answer becomes.

use super::names::{capital, capitalised, fitted, kebab};
use super::services::{OPTIMIZED, Optimized, sdk};
use crate::data::{Json, Object, StatesError};
use crate::language::{IntegrationPattern, Resource};
use crate::runtime::handlers::lambda;

/// A call of the AWS CLI.
pub(super) struct Call {
    /// The service's command.
    pub(super) command: String,
    /// The operation in it.
    pub(super) operation: String,
    /// Its parameters, with the names that Step Functions has for them.
    pub(super) parameters: Json,
    pub(super) way: Way,
}

/// How Step Functions calls a service: that decides about names, results and errors.
pub(super) enum Way {
    /// A function by its ARN.
    Function,
    Optimized(&'static Optimized),
    /// An SDK call; with what its errors begin with.
    Sdk(String),
}

/// A parameter that is bytes, and no JSON.
pub(super) struct Blob {
    command: &'static str,
    operation: &'static str,
    pub(super) member: &'static str,
    /// Whether the CLI takes the path of a file, and not what is in it.
    pub(super) is_stream: bool,
}

const fn blob(
    command: &'static str,
    operation: &'static str,
    member: &'static str,
    is_stream: bool,
) -> Blob {
    Blob {
        command,
        operation,
        member,
        is_stream,
    }
}

/// The two versions of the CLI read bytes in JSON differently; these go by a file of their own.
const BLOBS: [Blob; 6] = [
    blob("bedrock-runtime", "invoke-model", "Body", false),
    blob("kinesis", "put-record", "Data", false),
    blob("kms", "encrypt", "Plaintext", false),
    blob("lambda", "invoke", "Payload", false),
    blob("s3api", "put-object", "Body", true),
    blob("sagemaker-runtime", "invoke-endpoint", "Body", false),
];

/// Operations that answer with bytes, for which the CLI wants a file, and the member that has them.
const STREAMS: [(&str, &str, &str); 8] = [
    ("apigateway", "get-export", "Body"),
    ("appconfigdata", "get-latest-configuration", "Configuration"),
    ("bedrock-runtime", "invoke-model", "Body"),
    ("iot-data", "get-thing-shadow", "Payload"),
    ("lambda", "invoke", "Payload"),
    ("polly", "synthesize-speech", "AudioStream"),
    ("s3api", "get-object", "Body"),
    ("sagemaker-runtime", "invoke-endpoint", "Body"),
];

/// Texts that may be given as objects: Step Functions writes them as JSON (08 §8.5).
const TEXTS: [(&str, &str, &str); 3] = [
    ("sns", "publish", "Message"),
    ("sqs", "send-message", "MessageBody"),
    ("stepfunctions", "start-execution", "Input"),
];

impl Call {
    /// The call that does a Task's work; else why there is none.
    pub(super) fn of(resource: &Resource, input: &Json) -> Result<Self, String> {
        let no = |why: &str| {
            let resource = resource.text();
            let help = "bind another handler to it, a mock or a command";
            Err(format!("{resource} {why}: {help}"))
        };
        match resource {
            Resource::Lambda { arn, .. } => Ok(Self::of_function(arn, input)),
            Resource::Activity { .. } | Resource::Other(_) => {
                no("is no service that the AWS CLI can call")
            }
            Resource::Service { pattern, .. } if *pattern == IntegrationPattern::RunJob => {
                no("waits for the end of a job, which the AWS CLI does not")
            }
            Resource::Service {
                service, action, ..
            } => {
                let action = action.split('.').next().unwrap_or(action);
                match Self::of_service(service, action, input) {
                    Some(call) => Ok(call),
                    None => no("has no counterpart in the AWS CLI"),
                }
            }
        }
    }

    fn of_function(arn: &str, input: &Json) -> Self {
        let parameters = [
            ("FunctionName", Json::from(arn)),
            ("Payload", input.clone()),
        ];
        Self {
            command: "lambda".to_owned(),
            operation: "invoke".to_owned(),
            parameters: parameters.into_iter().collect(),
            way: Way::Function,
        }
    }

    fn of_service(service: &str, action: &str, input: &Json) -> Option<Self> {
        let operation = kebab(action);
        // An argument that begins with a hyphen would be an option.
        if operation.starts_with('-') {
            return None;
        }
        if let Some(name) = service.strip_prefix("aws-sdk:") {
            let known = sdk(name);
            let errors = known.as_ref().and_then(|it| it.errors);
            let command = known.map_or(name, |it| it.command);
            return Some(Self {
                command: command.to_owned(),
                operation,
                parameters: input.clone(),
                way: Way::Sdk(errors.map_or_else(|| capital(name), str::to_owned)),
            })
            .filter(|call| !call.command.starts_with('-'));
        }
        let optimized = OPTIMIZED.iter().find(|it| it.id == service)?;
        let command = match (service, action) {
            ("bedrock", "invokeModel") => "bedrock-runtime",
            ("eks", "call" | "runJob") => return None,
            _ => optimized.command,
        };
        let mut call = Self {
            command: command.to_owned(),
            operation,
            parameters: input.clone(),
            way: Way::Optimized(optimized),
        };
        call.write_texts();
        Some(call)
    }

    fn is(&self, command: &str, operation: &str) -> bool {
        self.command == command && self.operation == operation
    }

    fn write_texts(&mut self) {
        let texts = TEXTS.iter();
        let members = texts.filter(|(command, operation, _)| self.is(command, operation));
        let members: Vec<&str> = members.map(|(_, _, member)| *member).collect();
        for member in members {
            self.parameters = with_text(&self.parameters, member);
        }
        if self.is("events", "put-events")
            && let Some(entries) = self.parameters.get("Entries").and_then(Json::as_array)
        {
            let entries = entries.iter().map(|entry| with_text(entry, "Detail"));
            let entries: Json = entries.collect();
            self.parameters = with(&self.parameters, "Entries", entries);
        }
    }

    /// What messages call it.
    pub(super) fn named(&self) -> String {
        format!("{} {}", self.command, self.operation)
    }

    /// What tells it from calls with other parameters.
    pub(super) fn key(&self) -> (String, String) {
        (self.command.clone(), self.operation.clone())
    }

    /// The parameters with the names of the API.
    pub(super) fn fitted(&self, skeleton: &Json) -> Json {
        // Recorded: optimized integrations ignore what a service does not know (08 §8.1).
        let ignores_unknown = matches!(self.way, Way::Optimized(_));
        fitted(&self.parameters, skeleton, ignores_unknown)
    }

    /// The parameter that is no JSON.
    pub(super) fn blob(&self) -> Option<&'static Blob> {
        let mut blobs = BLOBS.iter();
        blobs.find(|blob| self.is(blob.command, blob.operation))
    }

    /// The member of the answer that is no JSON.
    fn stream(&self) -> Option<&'static str> {
        let mut streams = STREAMS.iter();
        let found = streams.find(|(command, operation, _)| self.is(command, operation));
        found.map(|(_, _, member)| *member)
    }

    /// Whether the answer comes with bytes.
    pub(super) fn streams(&self) -> bool {
        self.stream().is_some()
    }

    /// What the Task gets of what the CLI printed and received.
    pub(super) fn result(
        &self,
        resource: &Resource,
        printed: Json,
        body: Option<String>,
    ) -> Result<Json, StatesError> {
        let printed = capitalised(printed);
        let body = body.unwrap_or_default();
        let is_sdk = matches!(self.way, Way::Sdk(_));
        if self.is("lambda", "invoke") && !is_sdk {
            if printed.get("FunctionError").is_some() {
                return Err(lambda::function_error(resource, &body));
            }
            return self.function_result(resource, &printed, &body);
        }
        let body = self.stream().map(|member| (member, body));
        match &self.way {
            Way::Optimized(service) => {
                if service.id == "events" {
                    return entries(printed);
                }
                // Bedrock's answer is JSON, and is handed on as such.
                let parsed = |text: String| Json::parse(&text).unwrap_or_else(|_| text.into());
                let body = body.map(|(member, text)| (member, parsed(text)));
                Ok(with_metadata(&printed, body))
            }
            Way::Function | Way::Sdk(_) => Ok(match body {
                Some((member, text)) => with(&printed, member, text.into()),
                None => printed,
            }),
        }
    }

    fn function_result(
        &self,
        resource: &Resource,
        printed: &Json,
        body: &str,
    ) -> Result<Json, StatesError> {
        let payload = match Json::parse(body) {
            Ok(payload) => payload.compacted(),
            Err(_) if body.is_empty() => Json::from(""),
            Err(_) => return Err(lambda::no_json(resource, body)),
        };
        let is_request = resource.pattern() == IntegrationPattern::RequestResponse;
        Ok(match self.way {
            Way::Optimized(_) if is_request => with_metadata(printed, Some(("Payload", payload))),
            _ => payload,
        })
    }
}

/// An event that was not taken fails the Task (08 §8.5, recorded).
fn entries(printed: Json) -> Result<Json, StatesError> {
    let failed = printed.get("FailedEntryCount").and_then(Json::as_number);
    if failed.is_some_and(|count| count.as_f64() > 0.0) {
        let cause = printed.text().into_owned();
        return Err(StatesError::new("EventBridge.FailedEntry", cause));
    }
    Ok(printed)
}

/// The answer of an optimized integration: its members in their order, among them what is known of
/// the exchange. The CLI tells neither headers nor the request's ID.
fn with_metadata(printed: &Json, body: Option<(&'static str, Json)>) -> Json {
    let status: Json = [("HttpStatusCode", Json::from(200))].into_iter().collect();
    let fields = printed.as_object().into_iter().flat_map(Object::iter);
    let fields = fields.map(|(name, value)| (name.to_string(), value.clone()));
    let more = body.into_iter().chain([("SdkHttpMetadata", status)]);
    let more = more.map(|(name, value)| (name.to_owned(), value));
    let mut members: Vec<(String, Json)> = fields.chain(more).collect();
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    members.into_iter().collect()
}

/// The same object with this member.
fn with(object: &Json, member: &str, value: Json) -> Json {
    let mut object = object.clone();
    if let Some(fields) = object.object_mut() {
        fields.insert(member, value);
    }
    object
}

/// The same object with a member as text, when it is an object or a list.
fn with_text(object: &Json, member: &str) -> Json {
    let value = object.get(member);
    let value = value.filter(|it| it.as_object().is_some() || it.as_array().is_some());
    match value {
        Some(value) => {
            let text = Json::from(value.compacted().text().into_owned());
            with(object, member, text)
        }
        None => object.clone(),
    }
}
