//! HTTP endpoints: the payload is posted, the body of the answer is the result.

mod outlet;
mod task;

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Response, Url};

use super::{Invocation, TaskHandler, Work, answer};
use crate::data::{Json, StatesError};
use crate::language::Resource;
use crate::runtime::Answers;
use outlet::Outlet;

/// Posts each call to an endpoint.
pub struct HttpHandler {
    url: Url,
    timeout: Duration,
    /// Built for the first call: it costs more than a whole run without it.
    line: OnceLock<Result<Line, String>>,
}

/// What calls go out by.
struct Line {
    client: Client,
    outlet: Outlet,
}

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a call may take unless its handler says otherwise: AWS's limit for HTTP Tasks.
const TIMEOUT: Duration = Duration::from_secs(60);

/// How many redirects are followed, on the same host.
const MAX_REDIRECTS: usize = 5;

impl HttpHandler {
    /// A handler for this endpoint.
    ///
    /// # Errors
    /// When the text is no `http` or `https` URL.
    pub fn new(url: &str, timeout: Option<Duration>) -> Result<Self, String> {
        let url = Url::parse(url).map_err(|error| format!("{url:?} is no URL: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(format!("{url} is no http or https URL"));
        }
        Ok(Self {
            url,
            timeout: timeout.unwrap_or(TIMEOUT),
            line: OnceLock::new(),
        })
    }

    fn line(&self) -> &Result<Line, String> {
        self.line.get_or_init(|| {
            let client = build(&self.url, self.timeout)?;
            let outlet = Outlet::open().map_err(|error| error.to_string())?;
            Ok(Line { client, outlet })
        })
    }
}

fn build(url: &Url, timeout: Duration) -> Result<Client, String> {
    let mut builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(timeout)
        .redirect(Policy::custom(same_host))
        .user_agent(concat!("asl/", env!("CARGO_PKG_VERSION")));
    // Another part of the process may have chosen a provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if is_loopback(url) {
        // A proxy cannot reach what runs on this machine.
        builder = builder.no_proxy();
    }
    if url.scheme() == "http" {
        // Without roots, plain http works on machines that have no certificates at all.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| describe(&error))
}

fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

/// The URL as messages and logs show it: without the credentials it may hold.
fn shown(url: &Url) -> Url {
    let mut shown = url.clone();
    // A URL that cannot have credentials refuses to have them taken away.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown
}

/// A payload may hold secrets: it does not go to a host that nobody named.
fn same_host(attempt: Attempt<'_>) -> reqwest::redirect::Action {
    let host = |url: &Url| {
        (
            url.host_str().map(str::to_owned),
            url.port_or_known_default(),
        )
    };
    let same = attempt
        .previous()
        .first()
        .is_some_and(|first| host(first) == host(attempt.url()));
    if same && attempt.previous().len() <= MAX_REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

impl TaskHandler for HttpHandler {
    fn invoke(&self, invocation: Invocation, _: Answers) -> Work {
        let (url, timeout) = (self.url.clone(), self.timeout);
        let Line { client, outlet } = match self.line() {
            Ok(line) => line,
            Err(error) => {
                let resource = &invocation.request.resource;
                return Work::Done(Err(failed(resource, &shown(&url), timeout, error)));
            }
        };
        let (client, resource) = (client.clone(), invocation.request.resource.clone());
        let call = outlet.run(async move {
            let resource = &invocation.request.resource;
            if resource.is_http_invoke() {
                return task::call(client, &url, &invocation).await;
            }
            let answered = post(client, &url, &invocation).await;
            let url = shown(&url);
            match answered {
                Ok(response) => judge(resource, &url, response).await,
                Err(error) => Err(failed(resource, &url, timeout, &error)),
            }
        });
        Work::Running(Box::pin(async move {
            let lost = || Err(answer::unnamed(&resource, "the call was lost"));
            call.await.unwrap_or_else(lost)
        }))
    }

    fn only_asks(&self) -> bool {
        true
    }

    fn describe(&self) -> String {
        shown(&self.url).to_string()
    }
}

async fn post(client: Client, url: &Url, invocation: &Invocation) -> Result<Response, String> {
    let mut request = client
        .post(url.clone())
        .header("content-type", "application/json")
        .body(body(invocation));
    if let Some(token) = &invocation.request.token {
        // An activity's input has no room for it.
        request = request.header("x-asl-task-token", &**token);
    }
    request.send().await.map_err(|error| describe(&error))
}

/// A function gets its bare payload, as from Lambda; any other resource says what is asked for.
fn body(invocation: &Invocation) -> String {
    let request = &invocation.request;
    let (service, action) = match &request.resource {
        Resource::Service {
            service, action, ..
        } if !request.resource.is_lambda_invoke() => (service.clone(), action.clone()),
        _ => return invocation.payload().text().into_owned(),
    };
    let context = [
        (
            "Execution",
            Json::String(invocation.identity.execution_arn.clone()),
        ),
        ("State", Json::String(request.name.clone())),
        ("RetryCount", Json::from(i64::from(request.attempt))),
        (
            "TaskToken",
            request.token.clone().map_or(Json::Null, Json::String),
        ),
    ];
    let call: Json = [
        ("resource", Json::String(request.resource.text().clone())),
        ("service", Json::String(service)),
        ("action", Json::String(action)),
        ("parameters", request.input.clone()),
        ("context", context.into_iter().collect()),
    ]
    .into_iter()
    .collect();
    call.text().into_owned()
}

async fn judge(resource: &Resource, url: &Url, response: Response) -> Result<Json, StatesError> {
    let status = response.status();
    // Lambda's own endpoints answer 200 and tell a failure in a header.
    let function_error = response.headers().contains_key("x-amz-function-error");
    let Some(bytes) = read(resource, url, response).await? else {
        return Err(StatesError::data_limit(resource.called()));
    };
    let text = String::from_utf8_lossy(&bytes);
    if !status.is_success() || function_error {
        return Err(answer::named(resource, &text).unwrap_or_else(|| {
            let said: String = text.trim().chars().take(500).collect();
            answer::unnamed(resource, format!("POST {url} answered {status}: {said}"))
        }));
    }
    if text.trim().is_empty() {
        return Ok(answer::wrapped(resource, &Json::Null));
    }
    Json::parse(&text)
        .map(|result| answer::wrapped(resource, &result))
        .map_err(|error| {
            let start: String = text.trim().chars().take(60).collect();
            let cause = format!("POST {url} answered no JSON: {error}; it begins with {start:?}");
            answer::unnamed(resource, cause)
        })
}

/// The body as text.
async fn body_of(resource: &Resource, response: Response) -> Result<String, StatesError> {
    let url = shown(response.url());
    match read(resource, &url, response).await? {
        Some(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        None => Err(StatesError::data_limit(resource.called())),
    }
}

/// The body, or `None` when it is longer than any result may be.
async fn read(
    resource: &Resource,
    url: &Url,
    mut response: Response,
) -> Result<Option<Vec<u8>>, StatesError> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(Some(bytes)),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Err(error) => {
                let cause = format!("POST {url} broke off its answer: {}", describe(&error));
                return Err(answer::unnamed(resource, cause));
            }
        }
        if bytes.len() > answer::MAX_ANSWER {
            return Ok(None);
        }
    }
}

fn failed(resource: &Resource, url: &Url, timeout: Duration, error: &str) -> StatesError {
    let late = error.contains("timed out");
    let within = if late {
        format!(" (limit {timeout:?})")
    } else {
        String::new()
    };
    answer::unnamed(resource, format!("POST {url} failed: {error}{within}"))
}

/// The innermost reason of an error: the outer ones only repeat the URL.
fn describe(error: &dyn std::error::Error) -> String {
    let mut reason = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}
