//! AWS JSON 1.0: which operation is called, its members, and how answers and errors look
//! (10 §10.1).

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
}

impl ApiError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code,
            message: message.into(),
        }
    }

    pub(super) fn unknown_operation(message: impl Into<String>) -> Self {
        Self::new("UnknownOperationException", message)
    }

    pub(super) fn serialization(message: impl Into<String>) -> Self {
        Self::new("SerializationException", message)
    }

    /// A member that is not as the API's model wants it; the form of these messages is recorded.
    pub(super) fn validation(what: &str) -> Self {
        let message = format!("1 validation error detected: {what}");
        Self::new("ValidationException", message)
    }

    /// Something that is not the caller's fault.
    pub(super) fn internal(message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..Self::new("InternalFailure", message)
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

/// What a request holds.
pub(super) struct Members(Json);

/// What the API's model says of a member.
#[derive(Clone, Copy)]
pub(super) struct Text {
    pub(super) name: &'static str,
    pub(super) least: usize,
    pub(super) most: usize,
    /// Secrets are not repeated in messages.
    pub(super) secret: bool,
}

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

    pub(super) fn required(&self, wanted: Text) -> Result<&str, ApiError> {
        self.optional(wanted)?.ok_or_else(|| {
            ApiError::validation(&format!(
                "Value null at '{}' failed to satisfy constraint: Member must not be null",
                wanted.name
            ))
        })
    }

    /// `null` is as good as nothing. Members that nobody asks for are ignored.
    pub(super) fn optional(&self, wanted: Text) -> Result<Option<&str>, ApiError> {
        let text = match self.0.get(wanted.name) {
            None | Some(Json::Null) => return Ok(None),
            Some(Json::String(text)) => text,
            Some(other) => {
                return Err(ApiError::serialization(format!(
                    "The member '{}' must be a string and not of the type {}.",
                    wanted.name,
                    other.type_name()
                )));
            }
        };
        wanted.check(text)?;
        Ok(Some(text))
    }
}

impl Members {
    /// A whole number between these.
    pub(super) fn integer(
        &self,
        name: &'static str,
        least: i64,
        most: i64,
    ) -> Result<Option<i64>, ApiError> {
        let number = match self.0.get(name) {
            None | Some(Json::Null) => return Ok(None),
            Some(other) => other.as_number().and_then(Number::as_i64),
        };
        let Some(number) = number else {
            return Err(ApiError::serialization(format!(
                "The member '{name}' must be a whole number."
            )));
        };
        let bound = if number > most {
            format!("less than or equal to {most}")
        } else if number < least {
            format!("greater than or equal to {least}")
        } else {
            return Ok(Some(number));
        };
        Err(ApiError::validation(&format!(
            "Value '{number}' at '{name}' failed to satisfy constraint: Member must have value \
             {bound}"
        )))
    }

    /// `false` where nothing is said.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.0.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::Bool(flag)) => Ok(Some(*flag)),
            Some(_) => Err(ApiError::serialization(format!(
                "The member '{name}' must be true or false."
            ))),
        }
    }

    /// One of some words.
    pub(super) fn word(
        &self,
        name: &'static str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>, ApiError> {
        let text = Text {
            name,
            least: 0,
            most: usize::MAX,
            secret: false,
        };
        let Some(text) = self.optional(text)? else {
            return Ok(None);
        };
        match words.iter().find(|word| **word == text) {
            Some(word) => Ok(Some(word)),
            None => Err(ApiError::validation(&format!(
                "Value '{text}' at '{name}' failed to satisfy constraint: Member must satisfy \
                 enum value set: [{}]",
                words.join(", ")
            ))),
        }
    }
}

impl Text {
    fn check(self, text: &str) -> Result<(), ApiError> {
        let bound = if text.len() > self.most && text.chars().count() > self.most {
            format!("less than or equal to {}", self.most)
        } else if text.len() < self.least {
            format!("greater than or equal to {}", self.least)
        } else {
            return Ok(());
        };
        let value = if self.secret {
            String::new()
        } else {
            format!(" '{text}'")
        };
        Err(ApiError::validation(&format!(
            "Value{value} at '{}' failed to satisfy constraint: Member must have length {bound}",
            self.name
        )))
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

/// The answer of an operation.
pub(super) fn answer(result: Result<Reply, ApiError>) -> Response {
    let (status, body) = match result {
        Ok(reply) => (StatusCode::OK, reply.text()),
        Err(error) => {
            let members = [
                ("__type", Json::from(error.code)),
                ("message", Json::from(error.message)),
            ];
            let members: Json = members.into_iter().collect();
            (error.status, members.text().into_owned())
        }
    };
    let kind = HeaderValue::from_static("application/x-amz-json-1.0");
    (status, [(header::CONTENT_TYPE, kind)], body).into_response()
}
