//! How a machine is configured beside its definition: logging, tracing, encryption. Nothing here
//! writes to CloudWatch or encrypts: it is checked and told as AWS does.

use super::object;
use crate::data::Json;
use crate::server::protocol::{ApiError, Members};

/// The configurations that a request gives, as the JSON texts that are kept.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    pub(super) logging: Option<String>,
    pub(super) tracing: Option<String>,
    pub(super) encryption: Option<String>,
}

impl Configuration {
    /// What a request says, checked.
    pub(super) fn of(members: &Members) -> Result<Self, ApiError> {
        let given = |name, read: fn(&Json) -> Result<Json, ApiError>| {
            let given = members.get(name).map(read).transpose();
            given.map(|given| given.map(|given| given.text().into_owned()))
        };
        Ok(Self {
            logging: given("loggingConfiguration", logging)?,
            tracing: given("tracingConfiguration", |it| Ok(tracing(it)))?,
            encryption: encryption_of(members)?,
        })
    }

    /// What holds for a new machine: the defaults are recorded (10 §10.6).
    pub(super) fn or_default(self) -> [String; 3] {
        let empty = Json::empty_object();
        let default =
            |it: Option<String>, default: Json| it.unwrap_or_else(|| default.text().into_owned());
        [
            default(self.logging, logged("OFF", false, None)),
            default(self.tracing, tracing(&empty)),
            default(self.encryption, encrypted("AWS_OWNED_KEY", None, None)),
        ]
    }
}

/// The encryption that a request asks for.
pub(super) fn encryption_of(members: &Members) -> Result<Option<String>, ApiError> {
    let given = members.get("encryptionConfiguration").map(encryption);
    let given = given.transpose()?;
    Ok(given.map(|given| given.text().into_owned()))
}

fn text<'j>(of: &'j Json, name: &str) -> Option<&'j str> {
    of.get(name).and_then(Json::as_str)
}

fn is_set(of: &Json, name: &str) -> bool {
    of.get(name).and_then(Json::as_bool) == Some(true)
}

/// There must be exactly one destination where something is logged; the wordings are recorded.
fn logging(given: &Json) -> Result<Json, ApiError> {
    let refused = |why: &str| {
        let message = format!("Invalid Logging Configuration: {why}");
        ApiError::new("InvalidLoggingConfiguration", message)
    };
    let level = text(given, "level").unwrap_or("OFF");
    let destinations = given.get("destinations").and_then(Json::as_array);
    let destinations = destinations.unwrap_or_default();
    if destinations.len() > 1 || (level != "OFF" && destinations.is_empty()) {
        return Err(refused("Must specify exactly one Log Destination."));
    }
    for destination in destinations {
        let group = destination.get("cloudWatchLogsLogGroup");
        let arn = group.and_then(|group| text(group, "logGroupArn"));
        // Whether such a group exists is not known here.
        if !arn.is_some_and(|arn| arn.starts_with("arn:") && arn.contains(":log-group:")) {
            return Err(refused("Log Destination not found."));
        }
    }
    let destinations = (!destinations.is_empty()).then(|| Json::array(destinations.to_vec()));
    Ok(logged(
        level,
        is_set(given, "includeExecutionData"),
        destinations,
    ))
}

fn logged(level: &str, has_data: bool, destinations: Option<Json>) -> Json {
    object([
        Some(("level", Json::from(level))),
        Some(("includeExecutionData", Json::from(has_data))),
        destinations.map(|destinations| ("destinations", destinations)),
    ])
}

fn tracing(given: &Json) -> Json {
    let enabled = is_set(given, "enabled");
    [("enabled", Json::from(enabled))].into_iter().collect()
}

/// AWS's wording is not recorded.
fn encryption(given: &Json) -> Result<Json, ApiError> {
    let kind = text(given, "type").unwrap_or("AWS_OWNED_KEY");
    let key = text(given, "kmsKeyId");
    let period = given.get("kmsDataKeyReusePeriodSeconds").cloned();
    let is_ours = kind == "AWS_OWNED_KEY";
    if is_ours == key.is_some() || (is_ours && period.is_some()) {
        let message = "Invalid Encryption Configuration: kmsKeyId is for the type \
                       CUSTOMER_MANAGED_KMS_KEY, which needs it.";
        return Err(ApiError::new("InvalidEncryptionConfiguration", message));
    }
    // The reuse period of 300 s is the API model's default.
    let period = period.or_else(|| (!is_ours).then(|| Json::from(300)));
    Ok(encrypted(kind, key, period))
}

fn encrypted(kind: &str, key: Option<&str>, period: Option<Json>) -> Json {
    object([
        key.map(|key| ("kmsKeyId", Json::from(key))),
        period.map(|period| ("kmsDataKeyReusePeriodSeconds", period)),
        Some(("type", Json::from(kind))),
    ])
}
