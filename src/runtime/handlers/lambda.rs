//! Lambda functions behind an Invoke API: SAM local, `LocalStack`, `MiniStack`, the runtime
//! interface emulator. Requests are not signed: emulators need no signature, and the service itself is
//! reached through the AWS CLI.
//!
//! Sources: 08 §8.3 and §8.4, and the recorded cases of the areas service-lambda and
//! scenario-lambda.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::file::Item;
use super::http::{Answered, Missed, Post};
use super::{HttpHandler, Invocation, TaskHandler, Work, answer};
use crate::data::{Json, StatesError};
use crate::language::{IntegrationPattern, Resource};
use crate::runtime::Answers;
use crate::syntax::{Diagnostic, Node};

/// Calls functions through an Invoke API.
pub struct LambdaHandler {
    endpoint: HttpHandler,
    /// The function that does the work, whichever the Task names.
    function: Option<String>,
}

/// How long a call may take unless its handler says otherwise: as long as Lambda permits.
const TIMEOUT: Duration = Duration::from_secs(900);

/// The version of the API, which its path begins with.
const API: [&str; 2] = ["2015-03-31", "functions"];

impl LambdaHandler {
    /// A handler that calls functions at this endpoint; `function` stands for those of all Tasks.
    ///
    /// # Errors
    /// When the text is no `http` or `https` URL.
    pub fn new(
        url: &str,
        function: Option<String>,
        timeout: Option<Duration>,
    ) -> Result<Self, String> {
        Ok(Self {
            endpoint: HttpHandler::new(url, Some(timeout.unwrap_or(TIMEOUT)))?,
            function,
        })
    }

    /// The handler that an entry of a handlers file asks for.
    pub(super) fn read<'t>(value: Node<'t>, item: &mut Item<'t, '_>) -> Result<Self, Diagnostic> {
        let url = item.text(value, "lambda")?;
        let function = item.optional_text("function")?;
        let function = function.map(|node| {
            let name = item.text(node, "function")?;
            let help = "for example: function = \"charge-card\", or \"charge-card:PROD\"";
            let wrong = || item.wrong(node, format!("{name:?} is no function's name"));
            Target::parse(name).ok_or_else(|| wrong().help(help))?;
            Ok(name.to_owned())
        });
        Self::new(url, function.transpose()?, item.timeout()?)
            .map_err(|message| item.wrong(value, message))
    }

    /// Whether the endpoint is that of one function: what the runtime interface emulator has.
    fn is_one_function(&self) -> bool {
        self.endpoint.last_segment() == Some("invocations")
    }

    fn post(&self, invocation: &Invocation, asked: &Asked<'_>) -> Result<Post, StatesError> {
        let resource = &invocation.request.resource;
        let (path, qualifier) = if self.is_one_function() {
            (Vec::new(), None)
        } else {
            let target = Target::of(resource, self.function.as_deref(), asked)?;
            let path = API.into_iter().chain([&*target.name, "invocations"]);
            (path.map(str::to_owned).collect(), target.qualifier)
        };
        let qualifier = asked.text("Qualifier").map(str::to_owned).or(qualifier);
        let header = |name, value: Option<&str>| value.map(|value| (name, value.to_owned()));
        let kind = asked.text("InvocationType").unwrap_or("RequestResponse");
        let headers = [
            header("content-type", Some("application/json")),
            header("x-amz-invocation-type", Some(kind)),
            header("x-amz-log-type", asked.log.then_some("Tail")),
            header("x-amz-client-context", asked.text("ClientContext")),
        ];
        Ok(Post {
            resource: resource.clone(),
            path,
            query: qualifier.map(|it| ("Qualifier", it)).into_iter().collect(),
            headers: headers.into_iter().flatten().collect(),
            body: invocation.payload().text().into_owned(),
        })
    }
}

/// What a Task asks for beside its payload.
struct Asked<'i> {
    /// The arguments of `lambda:invoke`; a function that is called by its ARN has none.
    arguments: Option<&'i Json>,
    /// Whether somebody wants the end of the function's log.
    log: bool,
}

impl<'i> Asked<'i> {
    fn of(invocation: &'i Invocation, is_told: bool) -> Self {
        let request = &invocation.request;
        let is_invoke = request.resource.is_lambda_invoke();
        let mut asked = Self {
            arguments: is_invoke.then_some(&request.input),
            log: is_told,
        };
        asked.log |= asked.wants_log();
        asked
    }

    fn text(&self, name: &str) -> Option<&'i str> {
        self.arguments?.get(name)?.as_str()
    }

    fn wants_log(&self) -> bool {
        self.text("LogType") == Some("Tail")
    }
}

impl TaskHandler for LambdaHandler {
    fn invoke(&self, invocation: Invocation, answers: Answers) -> Work {
        let asked = Asked::of(&invocation, answers.are_told());
        let post = match self.post(&invocation, &asked) {
            Ok(post) => post,
            Err(error) => return Work::Done(Err(error)),
        };
        let outcome = Outcome {
            resource: invocation.request.resource.clone(),
            wants_log: asked.wants_log(),
            is_one_function: self.is_one_function(),
        };
        let (sent, endpoint) = (self.endpoint.post(post), self.endpoint.shown());
        Work::Running(Box::pin(async move {
            match sent.await {
                Ok(answered) => {
                    tell_log(&answered, &answers);
                    outcome.judge(&answered)
                }
                Err(Missed::Failed(error)) => Err(error),
                Err(Missed::Unreached(why)) => Err(unreached(&endpoint, &why)),
            }
        }))
    }

    fn only_asks(&self) -> bool {
        true
    }

    fn lacks(&self, resource: &Resource) -> Option<String> {
        let is_said = self.function.is_some() || self.is_one_function();
        // Which function `lambda:invoke` calls is known when it does.
        let is_named = resource.is_lambda_invoke() || Target::parse(resource.text()).is_some();
        (!is_said && !is_named).then(|| no_function(resource.text()))
    }

    fn describe(&self) -> String {
        let endpoint = self.endpoint.shown();
        match &self.function {
            Some(function) => format!("lambda: {function} at {endpoint}"),
            None => format!("lambda: {endpoint}"),
        }
    }
}

fn no_function(named: &str) -> String {
    format!(
        "'{named}' names no Lambda function: say with `function` in the handlers file which one \
         does its work"
    )
}

/// What AWS's SDK says when it gets no answer at all (08 §8.4).
fn unreached(endpoint: &str, why: &str) -> StatesError {
    let cause = format!("Unable to execute HTTP request: {endpoint}: {why}");
    StatesError::new("Lambda.SdkClientException", cause)
}

/// A function and the version or alias of it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Target {
    name: String,
    qualifier: Option<String>,
}

impl Target {
    /// The function that a Task names, or `instead` of it.
    fn of(
        resource: &Resource,
        instead: Option<&str>,
        asked: &Asked<'_>,
    ) -> Result<Self, StatesError> {
        let named = instead.or_else(|| asked.text("FunctionName"));
        let named = named.unwrap_or(resource.text());
        Self::parse(named).ok_or_else(|| answer::unnamed(resource, no_function(named)))
    }

    /// A name, a part of an ARN or an ARN, each with or without a qualifier.
    fn parse(text: &str) -> Option<Self> {
        let name = match text.rsplit_once(":function:") {
            Some((_, name)) => name,
            None if text.starts_with("arn:") => return None,
            None => text,
        };
        let (name, qualifier) = match name.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (name, None),
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        let fits_qualifier = |c: char| fits(c) || "$.".contains(c);
        let is_name = !name.is_empty() && name.chars().all(fits);
        let is_target =
            is_name && qualifier.is_none_or(|it| !it.is_empty() && it.chars().all(fits_qualifier));
        is_target.then(|| Self {
            name: name.to_owned(),
            qualifier: qualifier.map(str::to_owned),
        })
    }
}

/// What becomes of an answer.
struct Outcome {
    resource: Resource,
    /// Whether the result shall have the end of the log.
    wants_log: bool,
    is_one_function: bool,
}

impl Outcome {
    fn judge(&self, answered: &Answered) -> Result<Json, StatesError> {
        let body = &*answered.body;
        if answered.header("x-amz-function-error").is_some() {
            return Err(function_error(&self.resource, body));
        }
        let named = || answer::named(&self.resource, body);
        if !(200..300).contains(&answered.status) {
            return Err(named().unwrap_or_else(|| service_error(answered)));
        }
        // The runtime interface emulator tells a function's failure by nothing but its document.
        let is_failure = |document: &Json| document.get("errorMessage").is_some();
        let document = Json::parse(body).ok();
        if self.is_one_function
            && document.as_ref().is_some_and(is_failure)
            && let Some(error) = named()
        {
            return Err(error);
        }
        let payload = match document {
            Some(payload) => payload.compacted(),
            // An event is taken, and nobody waits for what comes of it.
            None if body.is_empty() => Json::from(""),
            None => return Err(no_json(&self.resource, body)),
        };
        Ok(self.result(payload, answered))
    }

    /// The payload, for `lambda:invoke` as the service hands it on: in the order recorded.
    fn result(&self, payload: Json, answered: &Answered) -> Json {
        let is_request = self.resource.pattern() == IntegrationPattern::RequestResponse;
        if !self.resource.is_lambda_invoke() || !is_request {
            return payload;
        }
        let text = |name: &str| answered.header(name).map(Json::from);
        let log = self.wants_log.then(|| text("x-amz-log-result")).flatten();
        let status = Json::from(i64::from(answered.status));
        let request_id = text("x-amzn-requestid").map(|id| ("RequestId", id));
        let members = [
            (
                "ExecutedVersion",
                text("x-amz-executed-version").or_else(|| Some("$LATEST".into())),
            ),
            ("LogResult", log),
            ("Payload", Some(payload)),
            ("SdkHttpMetadata", Some(http_metadata(answered))),
            (
                "SdkResponseMetadata",
                Some(request_id.into_iter().collect()),
            ),
            ("StatusCode", Some(status)),
        ];
        let members = members.into_iter();
        members
            .filter_map(|(name, value)| Some((name, value?)))
            .collect()
    }
}

fn http_metadata(answered: &Answered) -> Json {
    let shown = || {
        let headers = answered.headers.iter();
        // What is long and has a member of its own.
        headers.filter(|(name, _)| name != "x-amz-log-result")
    };
    let all = shown().map(|(name, value)| {
        let values = [Json::from(&**value)];
        (&**name, values.into_iter().collect())
    });
    let each = shown().map(|(name, value)| (&**name, Json::from(&**value)));
    [
        ("AllHttpHeaders", all.collect()),
        ("HttpHeaders", each.collect()),
        ("HttpStatusCode", Json::from(i64::from(answered.status))),
    ]
    .into_iter()
    .collect()
}

/// The error of a function that failed. A document that names none is told as free text (08 §8.4);
/// its wording is not among the recordings.
pub(super) fn function_error(resource: &Resource, document: &str) -> StatesError {
    answer::named(resource, document).unwrap_or_else(|| {
        let cause = format!(
            "The cause could not be determined because Lambda did not return an error type. \
             Returned payload: {document}"
        );
        StatesError::new("Lambda.Unknown", cause)
    })
}

/// What the service itself says, as AWS's SDK names it (08 §8.4).
fn service_error(answered: &Answered) -> StatesError {
    let document = Json::parse(&answered.body).unwrap_or(Json::Null);
    let text = |names: [&str; 2]| {
        let mut values = names.iter().filter_map(|name| document.get(name)?.as_str());
        values.next()
    };
    let code = answered.header("x-amzn-errortype");
    let code = code.or_else(|| text(["__type", "code"]));
    // It may be followed by a URL, or stand behind a name space.
    let code = code.map(|code| code.split(':').next().unwrap_or(code));
    let code = code.and_then(|code| code.rsplit('#').next());
    let code = code.or(match answered.status {
        404 => Some("ResourceNotFoundException"),
        429 => Some("TooManyRequestsException"),
        500..=599 => Some("ServiceException"),
        _ => None,
    });
    let error = match code {
        Some(code) if code.ends_with("Exception") => format!("Lambda.{code}"),
        // SAM local leaves the end out.
        Some(code) => format!("Lambda.{code}Exception"),
        None => "Lambda.AWSLambdaException".to_owned(),
    };
    let message = text(["Message", "message"]).unwrap_or_else(|| answered.body.trim());
    let message: String = message.chars().take(500).collect();
    let cause = format!(
        "{message} (Service: AWSLambda; Status Code: {}; Error Code: {}; Request ID: {}; Proxy: null)",
        answered.status,
        code.unwrap_or("null"),
        answered.header("x-amzn-requestid").unwrap_or("null"),
    );
    StatesError::new(&error, cause)
}

/// A result that is none.
pub(super) fn no_json(resource: &Resource, body: &str) -> StatesError {
    let start: String = body.trim().chars().take(60).collect();
    let cause = format!("the function answered no JSON; it begins with {start:?}");
    answer::unnamed(resource, cause)
}

/// Tells the end of the function's log to whoever watches.
fn tell_log(answered: &Answered, answers: &Answers) {
    let log = answered.header("x-amz-log-result");
    let log = log.and_then(|text| STANDARD.decode(text).ok());
    if let Some(log) = log.filter(|_| answers.are_told()) {
        String::from_utf8_lossy(&log)
            .lines()
            .for_each(|line| answers.said(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVOKE: &str = "arn:aws:states:::lambda:invoke";
    const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:charge";

    #[test]
    fn functions_are_named_in_every_way_that_lambda_knows() {
        let check = |text: &str, expected: Option<(&str, Option<&str>)>| {
            let found = Target::parse(text);
            let found = found.as_ref();
            let found = found.map(|target| (&*target.name, target.qualifier.as_deref()));
            assert_eq!(found, expected, "{text}");
        };
        check("charge", Some(("charge", None)));
        check("my-function:7", Some(("my-function", Some("7"))));
        check("charge:$LATEST", Some(("charge", Some("$LATEST"))));
        check(ARN, Some(("charge", None)));
        check(&format!("{ARN}:PROD"), Some(("charge", Some("PROD"))));
        check("123456789012:function:charge", Some(("charge", None)));
        for none in [
            "",
            "${Charge}",
            "charge:",
            "a b",
            "arn:aws:sns:::topic",
            "a/b",
        ] {
            check(none, None);
        }
    }

    fn answered(status: u16, headers: &[(&str, &str)], body: &str) -> Answered {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Answered {
            status,
            headers: headers.iter().map(owned).collect(),
            body: body.to_owned(),
        }
    }

    fn outcome(resource: &str, is_one_function: bool) -> Outcome {
        Outcome {
            resource: Resource::parse(resource),
            wants_log: false,
            is_one_function,
        }
    }

    #[test]
    fn results_are_laid_out_as_recorded() {
        let headers = [("x-amzn-requestid", "r-1"), ("x-amz-log-result", "bG9n")];
        let answer = answered(200, &headers, "{ \"Payload\": 1 }");
        let mut outcome = outcome(INVOKE, false);
        let expected = r#"{"ExecutedVersion":"$LATEST","Payload":{"Payload":1},"SdkHttpMetadata":{"AllHttpHeaders":{"x-amzn-requestid":["r-1"]},"HttpHeaders":{"x-amzn-requestid":"r-1"},"HttpStatusCode":200},"SdkResponseMetadata":{"RequestId":"r-1"},"StatusCode":200}"#;
        assert_eq!(outcome.judge(&answer).expect("it worked").text(), expected);
        outcome.wants_log = true;
        let result = outcome.judge(&answer).expect("it worked");
        assert_eq!(result.get("LogResult").and_then(Json::as_str), Some("bG9n"));
        outcome.resource = Resource::parse(ARN);
        let result = outcome.judge(&answer).expect("it worked");
        assert_eq!(result.text(), "{\"Payload\":1}");
    }

    #[track_caller]
    fn check(outcome: &Outcome, answer: &Answered, error: &str, cause: &str) {
        let found = outcome.judge(answer).expect_err("an error");
        assert_eq!(found.name(), error);
        assert_eq!(found.cause.as_deref(), Some(cause));
    }

    #[test]
    fn a_functions_failure_is_told_by_a_header() {
        let failed = [("x-amz-function-error", "Unhandled")];
        let document = r#"{"errorMessage": "no funds", "errorType": "Declined"}"#;
        let answer = answered(200, &failed, document);
        check(&outcome(ARN, false), &answer, "Declined", document);
        let compact = r#"{"errorMessage":"no funds","errorType":"Declined"}"#;
        check(&outcome(INVOKE, false), &answer, "Declined", compact);
        let nameless = answered(200, &failed, r#"{"errorMessage":"timed out"}"#);
        let cause = "The cause could not be determined because Lambda did not return an error \
                     type. Returned payload: {\"errorMessage\":\"timed out\"}";
        check(&outcome(ARN, false), &nameless, "Lambda.Unknown", cause);
    }

    #[test]
    fn the_emulator_of_one_function_tells_a_failure_by_its_document_alone() {
        let document = r#"{"errorMessage": "no funds", "errorType": "Declined"}"#;
        let answer = answered(200, &[], document);
        check(&outcome(ARN, true), &answer, "Declined", document);
        assert!(outcome(ARN, false).judge(&answer).is_ok());
    }

    #[test]
    fn what_the_service_refuses_has_its_name() {
        let check = |status, headers: &[(&str, &str)], body: &str, error: &str| {
            let found = outcome(ARN, false).judge(&answered(status, headers, body));
            assert_eq!(found.expect_err("an error").name(), error);
        };
        let missing = "Lambda.ResourceNotFoundException";
        check(
            404,
            &[("x-amzn-errortype", "ResourceNotFound")],
            "",
            missing,
        );
        check(
            404,
            &[],
            r#"{"__type":"a.b#ResourceNotFoundException:http://x"}"#,
            missing,
        );
        check(404, &[], "<html>", missing);
        check(429, &[], "{}", "Lambda.TooManyRequestsException");
        check(503, &[], "", "Lambda.ServiceException");
        check(400, &[], "", "Lambda.AWSLambdaException");
    }
}
