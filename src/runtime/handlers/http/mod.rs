//! HTTP endpoints: the payload is posted, the body of the answer is the result.

mod outlet;
mod post;
mod task;

use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, Method, Response, Url};
use tokio::sync::Semaphore;

use super::file::Item;

use super::{Invocation, TaskHandler, Work, answer};
use crate::data::{Json, StatesError};
use crate::language::Resource;
use crate::runtime::Answers;
use crate::syntax::{Diagnostic, Node};
use outlet::Outlet;
pub(super) use post::{Answered, Missed, Post};

/// Sends each call to an endpoint.
pub struct HttpHandler {
    endpoint: Endpoint,
    /// Built for the first call: it costs more than a whole run without it.
    line: OnceLock<Result<Line, String>>,
}

/// Where calls go, and how.
#[derive(Clone)]
struct Endpoint {
    url: Url,
    method: Method,
    /// Headers beside ours.
    headers: HeaderMap,
    timeout: Duration,
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

/// The methods that an endpoint can be called by.
pub(super) const METHODS: [&str; 6] = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];

/// How many calls are under way at once: each takes a file descriptor.
static AT_ONCE: Semaphore = Semaphore::const_new(512);

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
            endpoint: Endpoint {
                url,
                method: Method::POST,
                headers: HeaderMap::new(),
                timeout: timeout.unwrap_or(TIMEOUT),
            },
            line: OnceLock::new(),
        })
    }

    /// The handler that an entry of a handlers file asks for.
    pub(super) fn read<'t>(value: Node<'t>, item: &mut Item<'t, '_>) -> Result<Self, Diagnostic> {
        let url = item.text(value, "http")?;
        let mut handler =
            Self::new(url, item.timeout()?).map_err(|message| item.wrong(value, message))?;
        if let Some(node) = item.optional_text("method")? {
            let name = item.text(node, "method")?;
            let known = METHODS.iter().find(|method| **method == name);
            let method = known.and_then(|name| name.parse().ok());
            handler.endpoint.method = method.ok_or_else(|| {
                let message = format!("{name:?} is no method of a request");
                let help = format!("it is one of {}", METHODS.join(", "));
                item.wrong(node, message).help(help)
            })?;
        }
        for (span, name, value) in item.texts("headers")? {
            let refused = |what: &str| Diagnostic::error("invalid-handlers", what).label(span, "");
            let header = name.parse::<HeaderName>().ok();
            let header =
                header.ok_or_else(|| refused(&format!("{name:?} is no name of a header")))?;
            let mut value = HeaderValue::from_str(&value).map_err(|_| {
                let help = "a header is one line of visible characters";
                refused(&format!("the value of {name:?} cannot be a header's")).help(help)
            })?;
            value.set_sensitive(true);
            handler.endpoint.headers.append(header, value);
        }
        Ok(handler)
    }

    fn line(&self) -> &Result<Line, String> {
        self.line.get_or_init(|| {
            let client = build(&self.endpoint)?;
            let outlet = Outlet::open().map_err(|error| error.to_string())?;
            Ok(Line { client, outlet })
        })
    }
}

fn build(Endpoint { url, timeout, .. }: &Endpoint) -> Result<Client, String> {
    let mut builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(*timeout)
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
        let endpoint = self.endpoint.clone();
        let Line { client, outlet } = match self.line() {
            Ok(line) => line,
            Err(error) => {
                let resource = &invocation.request.resource;
                return Work::Done(Err(endpoint.failed(resource, error)));
            }
        };
        let (client, resource) = (client.clone(), invocation.request.resource.clone());
        let call = outlet.run(async move {
            // It is never closed; a call's time begins when it is sent.
            let _place = AT_ONCE.acquire().await;
            endpoint.call(client, &invocation).await
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
        let url = shown(&self.endpoint.url);
        match &self.endpoint.method {
            &Method::POST => url.to_string(),
            method => format!("{method} {url}"),
        }
    }
}

impl Endpoint {
    async fn call(&self, client: Client, invocation: &Invocation) -> Result<Json, StatesError> {
        let resource = &invocation.request.resource;
        if resource.is_http_invoke() {
            return task::call(client, self, invocation).await;
        }
        match self.send(client, invocation).await {
            Ok(response) => self.judge(resource, response).await,
            Err(error) => Err(self.failed(resource, &error)),
        }
    }

    async fn send(&self, client: Client, invocation: &Invocation) -> Result<Response, String> {
        let mut request = client.request(self.method.clone(), self.url.clone());
        // What asks for nothing but an answer has no body.
        if ![Method::GET, Method::HEAD].contains(&self.method) {
            request = request
                .header("content-type", "application/json")
                .body(body(invocation));
        }
        if let Some(token) = &invocation.request.token {
            // An activity's input has no room for it.
            request = request.header("x-asl-task-token", &**token);
        }
        // The file's headers come in place of ours.
        let request = request.headers(self.headers.clone());
        request.send().await.map_err(|error| describe(&error))
    }

    /// What messages call a request.
    fn named(&self) -> String {
        format!("{} {}", self.method, shown(&self.url))
    }

    async fn judge(&self, resource: &Resource, response: Response) -> Result<Json, StatesError> {
        let status = response.status();
        // Lambda's own endpoints answer 200 and tell a failure in a header.
        let function_error = response.headers().contains_key("x-amz-function-error");
        let Some(bytes) = read(resource, &self.named(), response).await? else {
            return Err(StatesError::data_limit(resource.called()));
        };
        let text = String::from_utf8_lossy(&bytes);
        if !status.is_success() || function_error {
            return Err(answer::named(resource, &text).unwrap_or_else(|| {
                let said: String = text.trim().chars().take(500).collect();
                let cause = format!("{} answered {status}: {said}", self.named());
                answer::unnamed(resource, cause)
            }));
        }
        if text.trim().is_empty() {
            return Ok(answer::wrapped(resource, &Json::Null));
        }
        Json::parse(&text)
            .map(|result| answer::wrapped(resource, &result))
            .map_err(|error| {
                let start: String = text.trim().chars().take(60).collect();
                let cause = format!(
                    "{} answered no JSON: {error}; it begins with {start:?}",
                    self.named()
                );
                answer::unnamed(resource, cause)
            })
    }

    fn failed(&self, resource: &Resource, error: &str) -> StatesError {
        let late = error.contains("timed out");
        let within = if late {
            format!(" (limit {:?})", self.timeout)
        } else {
            String::new()
        };
        answer::unnamed(
            resource,
            format!("{} failed: {error}{within}", self.named()),
        )
    }
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

/// The body as text.
async fn body_of(resource: &Resource, response: Response) -> Result<String, StatesError> {
    let request = format!("the request to {}", shown(response.url()));
    match read(resource, &request, response).await? {
        Some(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        None => Err(StatesError::data_limit(resource.called())),
    }
}

/// The body, or `None` when it is longer than any result may be.
async fn read(
    resource: &Resource,
    request: &str,
    mut response: Response,
) -> Result<Option<Vec<u8>>, StatesError> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(None) => return Ok(Some(bytes)),
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Err(error) => {
                let cause = format!("{request} broke off its answer: {}", describe(&error));
                return Err(answer::unnamed(resource, cause));
            }
        }
        if bytes.len() > answer::MAX_ANSWER {
            return Ok(None);
        }
    }
}

/// The innermost reason of an error: the outer ones only repeat the URL.
fn describe(error: &dyn std::error::Error) -> String {
    let mut reason = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}
