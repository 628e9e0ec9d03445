//! Who may call: programs on this machine, and no page that a browser shows.
//!
//! A page of somebody else can let a browser send requests to this machine. It cannot hide where
//! it comes from (`Origin`), and a name of its own that it lets point here is in `Host`.

use std::net::SocketAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::protocol::{ApiError, answer};

/// The names under which the server can be called.
#[derive(Clone)]
pub(super) struct Hosts {
    address: SocketAddr,
}

impl Hosts {
    pub(super) fn of(address: SocketAddr) -> Self {
        Self { address }
    }

    /// Whether this is this machine: by any address in numbers, which nobody can let point
    /// elsewhere, or by its own name. SDKs put `sync-` before it (10 §10.1).
    fn knows(host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        // Any port: a container's may be forwarded. The name must be ours.
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return false;
        }
        let name = name.strip_prefix("sync-").unwrap_or(name);
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost"
            || name.ends_with(".localhost")
            || name == "host.docker.internal"
            || bare.parse::<std::net::IpAddr>().is_ok()
    }

    fn allows(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
        // What is bound to the network may have any name there.
        let open = !self.address.ip().is_loopback();
        let host_fits = open || text(header::HOST).is_none_or(Self::knows);
        let own = |origin: &str| {
            let host = text(header::HOST).unwrap_or_default();
            origin
                .strip_prefix("http://")
                .is_some_and(|origin| origin == host)
        };
        host_fits && text(header::ORIGIN).is_none_or(own)
    }
}

pub(super) async fn check(State(hosts): State<Hosts>, request: Request, next: Next) -> Response {
    if hosts.allows(request.headers()) {
        return next.run(request).await;
    }
    answer(Err(ApiError {
        status: StatusCode::FORBIDDEN,
        ..ApiError::new(
            "AccessDeniedException",
            "Requests from pages of other origins, and for other hosts than this machine, are \
             refused.",
        )
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, origin: Option<&str>, expected: bool) {
        let address = "127.0.0.1:8083".parse().expect("an address");
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("a header"));
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().expect("a header"));
        }
        assert_eq!(
            Hosts::of(address).allows(&headers),
            expected,
            "{host} {origin:?}"
        );
    }

    #[test]
    fn this_machine_may_call_and_foreign_pages_may_not() {
        check("127.0.0.1:8083", None, true);
        check("localhost:8083", None, true);
        check("sync-localhost:8083", None, true);
        check("[::1]:8083", None, true);
        check("localhost:8083", Some("http://localhost:8083"), true);
        check("localhost:8083", Some("http://evil.example"), false);
        check("localhost:8083", Some("null"), false);
        check("evil.example:8083", None, false);
        check("evil.example:8083", Some("http://evil.example:8083"), false);
    }
}
