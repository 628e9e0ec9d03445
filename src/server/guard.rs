//! Who may call: programs on this machine, those in the network that it was opened to, and no page
//! that a browser shows.
//!
//! A page of somebody else can let a browser send requests to this machine. It cannot hide where
//! it comes from (`Origin`), and a name of its own that it lets point here is in `Host`.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::protocol::{ApiError, answer};

/// The names under which the server can be called.
#[derive(Clone)]
pub(super) struct Hosts {
    /// Whether the network can call.
    is_open: bool,
    /// In small letters: what this machine is called, and what the user allows beside that.
    names: Arc<[String]>,
}

impl Hosts {
    pub(super) fn of(address: SocketAddr, allowed: &[String]) -> Self {
        let own = gethostname::gethostname().to_str().map(str::to_owned);
        let names = allowed.iter().cloned().chain(own);
        Self {
            is_open: !address.ip().is_loopback(),
            names: names.map(|name| name.to_ascii_lowercase()).collect(),
        }
    }

    /// Whether this is this machine: by any address in numbers, which nobody can let point
    /// elsewhere, or by its own name. SDKs put `sync-` before it (10 §10.1).
    fn knows(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        // Any port: a container's may be forwarded. The name must be ours.
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return false;
        }
        let name = name.to_ascii_lowercase();
        let name = name.strip_prefix("sync-").unwrap_or(&name);
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost"
            || name.ends_with(".localhost")
            || name == "host.docker.internal"
            || bare.parse::<std::net::IpAddr>().is_ok()
            || self.names.iter().any(|known| known == name)
    }

    fn allows(&self, request: &Request) -> bool {
        let headers = request.headers();
        let host = text(headers, header::HOST.as_str());
        let origin = text(headers, header::ORIGIN.as_str());
        let is_known = host.is_none_or(|host| self.knows(host));
        let is_own = |origin| host.is_some_and(|host| is_origin_of(origin, host));
        let is_own = origin.is_none_or(is_own);
        is_own && (is_known || self.is_open && is_from_a_program(request))
    }
}

/// Whether no browser can have sent a request, or none that tells a page anything.
///
/// In a network of containers programs call by the names of services (`http://asl:8083`), which
/// nobody could list, and which must work as they do on AWS. Their calls are POSTs, with which
/// browsers always send `Origin` (Fetch §3.2); from a page with a name of its own that is the
/// page's own, which is why that must not be enough. With what they GET from an origin of plain
/// HTTP browsers say nothing of where it comes from: by such names there are only the addresses
/// that probes and Prometheus ask for, and that tell nothing of what executions hold.
fn is_from_a_program(request: &Request) -> bool {
    let is_of_a_page = |name| request.headers().contains_key(name);
    if is_of_a_page("origin") || is_of_a_page("sec-fetch-site") {
        return false;
    }
    request.method() == Method::POST || matches!(request.uri().path(), "/health" | "/metrics")
}

/// Nothing that is no text is good for anything.
fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let value = headers.get(name);
    value.map(|value| value.to_str().unwrap_or_default())
}

/// Whether a page came from here.
fn is_origin_of(origin: &str, host: &str) -> bool {
    let origin = origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"));
    origin == Some(host)
}

pub(super) async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if hosts.allows(&request) {
        return next.run(request).await;
    }
    answer(Err(ApiError {
        status: StatusCode::FORBIDDEN,
        ..ApiError::new(
            "AccessDeniedException",
            "Requests from pages of other origins, and for other hosts than this machine, are \
             refused: --allow-host NAME allows one more name of it.",
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    const OPEN: &str = "0.0.0.0:8083";
    const OWN: &str = "127.0.0.1:8083";

    /// Asks a server that listens there, and that may be called `asl.test`.
    #[track_caller]
    fn check(address: &str, request: &str, headers: &[(&str, &str)], expected: bool) {
        let (method, path) = request.split_once(' ').expect("a method and a path");
        let mut asked = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        let asked = asked.body(Body::empty()).expect("a request");
        let address = address.parse().expect("an address");
        let hosts = Hosts::of(address, &["Asl.test".to_owned()]);
        assert_eq!(
            hosts.allows(&asked),
            expected,
            "{address} {request} {headers:?}"
        );
    }

    /// A call of an operation.
    #[track_caller]
    fn call(address: &str, host: &str, origin: Option<&str>, expected: bool) {
        let mut headers = vec![("host", host)];
        headers.extend(origin.map(|origin| ("origin", origin)));
        check(address, "POST /", &headers, expected);
    }

    #[test]
    fn this_machine_may_call_and_foreign_pages_may_not() {
        let own = gethostname::gethostname();
        let own = own.to_str().expect("a name");
        for address in [OWN, OPEN] {
            for host in [
                "127.0.0.1:8083",
                "localhost:8083",
                "sync-localhost:8083",
                "LocalHost",
                "[::1]:8083",
                "192.168.1.7",
                "ASL.test:8083",
                own,
            ] {
                call(address, host, None, true);
                call(address, host, Some(&format!("http://{host}")), true);
                call(address, host, Some("http://evil.example"), false);
                call(address, host, Some("null"), false);
            }
            let evil = "evil.example:8083";
            call(address, evil, Some("http://evil.example:8083"), false);
            call(address, evil, Some("http://localhost:8083"), false);
            check(address, "POST /", &[], true);
            check(address, "POST /", &[("origin", "http://")], false);
        }
        call(OWN, "evil.example:8083", None, false);
        call(OWN, "localhost:x", None, false);
    }

    #[test]
    fn programs_in_an_open_network_call_by_names_that_only_they_know() {
        let host = ("host", "asl:8083");
        for request in ["POST /", "GET /health", "GET /metrics"] {
            check(OPEN, request, &[host], true);
            check(
                OPEN,
                request,
                &[host, ("sec-fetch-site", "same-origin")],
                false,
            );
            check(OWN, request, &[host], false);
        }
        // A browser says nothing of the page with these.
        for request in ["GET /", "GET /console/execution?arn=x", "HEAD /"] {
            check(OPEN, request, &[host], false);
            check(OPEN, request, &[("host", "asl.test")], true);
        }
    }
}
