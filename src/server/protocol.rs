//! AWS JSON 1.0: which operation is called, its members, and how answers and errors look
//! (10 §10.1).

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::data::{Json, Number};

/// What stands before the operation's name in `X-Amz-Target`.
const PREFIX: &str = "AWSStepFunctions.";

/// An error as the API tells it: code and message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Of a `ValidationException`, where the API's model has a word for it.
    pub(super) reason: Option<Reason>,
}

/// What is wrong with a request, for programs. Members out of bounds, and a description of a
/// version that is not published, have none (recorded).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    LabelledArn,
    MissingParameter,
    CompletedMapRun,
    Routing,
}

impl Reason {
    fn text(self) -> &'static str {
        match self {
            Self::LabelledArn => "API_DOES_NOT_SUPPORT_LABELED_ARNS",
            Self::MissingParameter => "MISSING_REQUIRED_PARAMETER",
            Self::CompletedMapRun => "CANNOT_UPDATE_COMPLETED_MAP_RUN",
            Self::Routing => "INVALID_ROUTING_CONFIGURATION",
        }
    }
}

impl ApiError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            message: message.into(),
            reason: None,
        }
    }

    pub(super) fn unknown_operation(message: impl Into<String>) -> Self {
        Self::new("UnknownOperationException", message)
    }

    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self::new("SerializationException", message)
    }

    /// A request that does not fit itself.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    /// The same where the model has a word for what is wrong.
    pub(super) fn invalid(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason: Some(reason),
            ..Self::validation(message)
        }
    }

    /// Members that are not as the API's model wants them; the form of these messages is recorded.
    pub(super) fn constraints(faults: &[String]) -> Self {
        let errors = if faults.len() == 1 { "error" } else { "errors" };
        let count = faults.len();
        Self::validation(format!(
            "{count} validation {errors} detected: {}",
            faults.join("; ")
        ))
    }

    /// One more of something than an account may have. The status is the API's model's.
    pub(super) fn quota(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::PAYMENT_REQUIRED,
            ..Self::new("ServiceQuotaExceededException", message)
        }
    }

    /// Something that is not the caller's fault.
    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..Self::new("InternalFailure", message)
        }
    }

    /// A mistake of this program.
    pub(super) fn panicked(said: &str) -> Self {
        Self::internal(format!("The request broke inside the server: {said}"))
    }

    /// A body that does not come to its end.
    pub(super) fn too_slow(patience: Duration) -> Self {
        let seconds = patience.as_secs();
        Self {
            status: StatusCode::REQUEST_TIMEOUT,
            ..Self::new(
                "RequestTimeout",
                format!("The body did not come within {seconds} seconds."),
            )
        }
    }

    pub(super) fn too_large(most: usize) -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            ..Self::serialization(format!("The body is longer than {most} bytes."))
        }
    }
}

/// The operation that a request names.
pub(super) fn operation(headers: &HeaderMap) -> Result<&str, ApiError> {
    let target = headers.get("x-amz-target").map(HeaderValue::to_str);
    let target = target.and_then(Result::ok).unwrap_or_default();
    target.strip_prefix(PREFIX).ok_or_else(|| {
        ApiError::unknown_operation(
            "The header X-Amz-Target names no operation of AWSStepFunctions.",
        )
    })
}

/// What a request holds. Whoever asks for members counts on the API's model, which was held
/// against them before.
pub(super) struct Members(Json);

impl Members {
    pub(super) fn read(body: &[u8]) -> Result<Self, ApiError> {
        let text = std::str::from_utf8(body)
            .map_err(|_| ApiError::serialization("The body is not UTF-8."))?;
        let text = if text.trim().is_empty() { "{}" } else { text };
        let members = Json::parse(text)
            .map_err(|error| ApiError::serialization(format!("The body is no JSON: {error}")))?;
        match members {
            Json::Object(_) => Ok(Self(members)),
            _ => Err(ApiError::serialization("The body is no JSON object.")),
        }
    }

    /// All of them.
    pub(super) fn document(&self) -> &Json {
        &self.0
    }

    /// `null` is as good as nothing. Members that nobody asks for are ignored.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name).filter(|value| **value != Json::Null)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Json::as_str)
    }

    /// A member that the model requires.
    pub(super) fn needed(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    /// A text of its own.
    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        let number = self.get(name).and_then(Json::as_number);
        number.and_then(Number::as_i64)
    }

    /// `false` where nothing is said.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Json::as_bool) == Some(true)
    }

    /// The entries of a list; none where nothing is said.
    pub(super) fn list(&self, name: &str) -> &[Json] {
        let list = self.get(name).and_then(Json::as_array);
        list.unwrap_or_default()
    }
}

/// What an operation answers: a document, or its text where it is long.
#[derive(Debug)]
pub(super) enum Reply {
    Document(Json),
    Text(String),
}

impl Reply {
    pub(super) fn text(self) -> String {
        match self {
            Self::Document(document) => document.text().into_owned(),
            Self::Text(text) => text,
        }
    }
}

impl From<Json> for Reply {
    fn from(document: Json) -> Self {
        Self::Document(document)
    }
}

/// The status and the body of an answer.
pub(super) fn told(result: Result<Reply, ApiError>) -> (StatusCode, String) {
    match result {
        Ok(reply) => (StatusCode::OK, reply.text()),
        Err(error) => {
            let reason = error.reason.map(Reason::text);
            let members = [
                Some(("__type", Json::from(error.code))),
                Some(("message", Json::from(error.message))),
                reason.map(|reason| ("reason", Json::from(reason))),
            ];
            let members: Json = members.into_iter().flatten().collect();
            (error.status, members.text().into_owned())
        }
    }
}

/// The answer of an operation.
pub(super) fn answer(result: Result<Reply, ApiError>) -> Response {
    let (status, body) = told(result);
    let kind = HeaderValue::from_static("application/x-amz-json-1.0");
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}
