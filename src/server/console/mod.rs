//! The console: what a server has and does, looked at in a browser.
//!
//! Its scripts call the same API as everybody else; only pages, which hold a picture that is drawn
//! here, and what is new of an execution have addresses of their own. Nothing is changed by GET. A
//! policy lets a page load and ask nothing but this server, and run nothing but these scripts.

mod live;
mod pages;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::{HeaderName, HeaderValue, Uri, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use percent_encoding::percent_decode_str;

use super::service::Service;
use crate::report::page;

/// Pictures bring their styles with them, hence the styles inside of pages.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
                      img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

const STYLE: &str = include_str!("console.css");

/// The script of the first page.
static LISTS: LazyLock<String> = LazyLock::new(|| {
    page::bundle_without_page(&[
        include_str!("script/api.js"),
        include_str!("script/forms.js"),
        include_str!("script/lists.js"),
    ])
});

/// The script of the pages of machines and executions.
static PAGE: LazyLock<String> = LazyLock::new(|| {
    page::bundle(&[
        include_str!("script/api.js"),
        include_str!("script/forms.js"),
        include_str!("script/machine.js"),
        include_str!("script/mapruns.js"),
        include_str!("script/execution.js"),
        include_str!("script/begin.js"),
    ])
});

/// What the console has beside its first page, which is at the address of the API.
pub(super) fn routes() -> Router<Arc<Service>> {
    let asset = |kind: &'static str, text: fn() -> &'static str| {
        get(move || async move { ([(header::CONTENT_TYPE, kind)], text()).into_response() })
    };
    let (script, style) = ("text/javascript; charset=utf-8", "text/css; charset=utf-8");
    Router::new()
        .route("/console/machine", get(pages::machine))
        .route("/console/execution", get(pages::execution))
        .route("/console/events", get(live::events))
        .route("/console/console.css", asset(style, || STYLE))
        .route("/console/page.css", asset(style, || page::STYLE))
        .route("/console/lists.js", asset(script, || &LISTS))
        .route("/console/page.js", asset(script, || &PAGE))
        .layer(map_response(guarded))
}

/// `GET /`: the machines.
pub(super) async fn machines() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    guarded((kind, include_str!("lists.html")).into_response()).await
}

/// An answer with what a browser shall not do with it.
async fn guarded(mut response: Response) -> Response {
    let headers: [(HeaderName, &str); 5] = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        // Another version of the program may answer at the same address tomorrow.
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

/// What an address says after `name=`.
fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = uri
        .query()?
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    let (_, value) = { pairs }.find(|(key, _)| *key == name)?;
    let text = percent_decode_str(value).decode_utf8().ok()?;
    Some(text.into_owned())
}
