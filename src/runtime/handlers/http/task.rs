//! `http:invoke`: the endpoint stands for the API that the Task calls, and gets the very request
//! that the API would get.
//!
//! Source: 08 §8.7, which rests on documentation: no HTTP Task was recorded. What is not told
//! there is unconfirmed, as are all causes but the body of an answer.

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, Url};

use super::{Endpoint, body_of, describe};
use crate::data::{Json, StatesError};
use crate::runtime::Invocation;

/// The methods that an HTTP Task may use.
const METHODS: [Method; 7] = [
    Method::DELETE,
    Method::GET,
    Method::HEAD,
    Method::OPTIONS,
    Method::PATCH,
    Method::POST,
    Method::PUT,
];

/// What is sent.
#[derive(Debug)]
struct Request {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
}

/// Calls the stand-in of the API.
pub(super) async fn call(
    client: Client,
    endpoint: &Endpoint,
    invocation: &Invocation,
) -> Result<Json, StatesError> {
    let request = Request::of(&invocation.request.input, &endpoint.url)?;
    let socket = |error: String| StatesError::new("States.Http.Socket", error);
    // The handler's headers are the connection's: on AWS its secrets come in place of the Task's.
    let mut call = client
        .request(request.method, request.url)
        .headers(request.headers)
        .headers(endpoint.headers.clone());
    if let Some(body) = request.body {
        call = call.body(body);
    }
    match call.send().await {
        Ok(response) => answer(invocation, response).await,
        Err(error) => Err(socket(describe(&error))),
    }
}

impl Request {
    fn of(parameters: &Json, stand_in: &Url) -> Result<Self, StatesError> {
        let text = |name: &str| parameters.get(name).and_then(Json::as_str);
        let mut headers = headers(parameters.get("Headers"))?;
        let body = body(parameters, &mut headers);
        Ok(Self {
            method: method(text("Method").unwrap_or_default())?,
            url: url(
                text("ApiEndpoint").unwrap_or_default(),
                parameters.get("QueryParameters"),
                stand_in,
            )?,
            headers,
            body,
        })
    }
}

fn refused(field: &str, why: impl std::fmt::Display) -> StatesError {
    StatesError::runtime(format!(
        "The value of the field '{field}' has an invalid format: {why}"
    ))
}

fn method(name: &str) -> Result<Method, StatesError> {
    let known = METHODS.iter().find(|method| method.as_str() == name);
    known
        .cloned()
        .ok_or_else(|| refused("Method", format_args!("{name:?}")))
}

/// The API's address with the stand-in's host before it.
fn url(api: &str, query: Option<&Json>, stand_in: &Url) -> Result<Url, StatesError> {
    let api = Url::parse(api).map_err(|error| refused("ApiEndpoint", error))?;
    let mut url = stand_in.clone();
    url.set_path(&format!(
        "{}{}",
        stand_in.path().trim_end_matches('/'),
        api.path()
    ));
    url.set_query(api.query());
    let fields = query.and_then(Json::as_object);
    for (name, value) in fields.into_iter().flat_map(crate::data::Object::iter) {
        let values = value.as_array().unwrap_or(std::slice::from_ref(value));
        for value in values {
            url.query_pairs_mut().append_pair(name, &plain(value));
        }
    }
    Ok(url)
}

/// A string as it is, anything else as JSON text.
fn plain(value: &Json) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => value.compacted().text().into_owned(),
    }
}

/// Headers that belong to the connection: a Task that sets them is refused. The service's own list
/// is longer and not among our references.
const RESERVED: [&str; 9] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

fn headers(given: Option<&Json>) -> Result<HeaderMap, StatesError> {
    let mut headers = HeaderMap::new();
    let fields = given.and_then(Json::as_object);
    for (name, value) in fields.into_iter().flat_map(crate::data::Object::iter) {
        let name = HeaderName::from_bytes(name.as_bytes());
        let name = name.map_err(|error| refused("Headers", error))?;
        if RESERVED.contains(&name.as_str()) {
            return Err(refused("Headers", format_args!("{name} is reserved")));
        }
        let value = HeaderValue::from_str(&plain(value));
        headers.append(name, value.map_err(|error| refused("Headers", error))?);
    }
    Ok(headers)
}

/// `RequestBody`, encoded as `Transform` asks.
fn body(parameters: &Json, headers: &mut HeaderMap) -> Option<String> {
    let body = parameters.get("RequestBody")?;
    let transform = parameters.get("Transform");
    let transform = |name: &str| transform.and_then(|transform| transform.get(name));
    let encoding = transform("RequestBodyEncoding").and_then(Json::as_str);
    let (kind, text) = if encoding == Some("URL_ENCODED") {
        let options = transform("RequestEncodingOptions");
        let format = options.and_then(|options| options.get("ArrayFormat")?.as_str());
        let text = form(body, format.unwrap_or("INDICES"));
        ("application/x-www-form-urlencoded", text)
    } else {
        ("application/json", plain(body))
    };
    if !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    Some(text)
}

/// The fields of an object as a form.
fn form(body: &Json, arrays: &str) -> String {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let fields = body.as_object();
    for (name, value) in fields.into_iter().flat_map(crate::data::Object::iter) {
        let Some(items) = value.as_array() else {
            pairs.push((name.to_string(), plain(value)));
            continue;
        };
        if arrays == "COMMAS" {
            let items: Vec<String> = items.iter().map(plain).collect();
            pairs.push((name.to_string(), items.join(",")));
            continue;
        }
        for (index, item) in items.iter().enumerate() {
            let name = match arrays {
                "REPEAT" => name.to_string(),
                "BRACKETS" => format!("{name}[]"),
                _ => format!("{name}[{index}]"),
            };
            pairs.push((name, plain(item)));
        }
    }
    let mut url = Url::parse("http://form/").expect("a constant");
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

/// `{Headers, ResponseBody, StatusCode, StatusText}`, or the error of a status that is no success.
async fn answer(invocation: &Invocation, response: Response) -> Result<Json, StatesError> {
    let status = response.status();
    let mut headers: Vec<(String, Json)> = Vec::new();
    for name in response.headers().keys() {
        let values = response.headers().get_all(name).iter();
        let values =
            values.map(|value| Json::from(String::from_utf8_lossy(value.as_bytes()).into_owned()));
        headers.push((name.to_string(), values.collect()));
    }
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.contains("json"));
    let text = body_of(&invocation.request.resource, response).await?;
    if !status.is_success() {
        let error = format!("States.Http.StatusCode.{}", status.as_u16());
        return Err(StatesError::new(&error, text));
    }
    let parsed = Json::parse(&text).ok().filter(|_| is_json);
    let members = [
        ("Headers", headers.into_iter().collect()),
        (
            "ResponseBody",
            parsed.map_or_else(|| Json::from(text), |json| json.compacted()),
        ),
        ("StatusCode", Json::from(i64::from(status.as_u16()))),
        (
            "StatusText",
            Json::from(status.canonical_reason().unwrap_or_default()),
        ),
    ];
    Ok(members.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(parameters: &str) -> Result<Request, StatesError> {
        let stand_in = Url::parse("http://127.0.0.1:9000/stripe/").expect("a URL");
        Request::of(&Json::parse(parameters).expect("JSON"), &stand_in)
    }

    #[test]
    fn the_stand_in_gets_the_path_the_query_the_headers_and_the_body() {
        let request = request(
            r#"{"ApiEndpoint":"https://api.example.com/v1/charges?a=1","Method":"POST",
                "QueryParameters":{"q":["x y","z"]},"Headers":{"X-Key":"k"},"RequestBody":{"n":1}}"#,
        )
        .expect("a request");
        assert_eq!(
            request.url.as_str(),
            "http://127.0.0.1:9000/stripe/v1/charges?a=1&q=x+y&q=z"
        );
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.headers["x-key"], "k");
        assert_eq!(request.headers[CONTENT_TYPE], "application/json");
        assert_eq!(request.body.as_deref(), Some(r#"{"n":1}"#));
    }

    #[test]
    fn forms_lay_arrays_out_as_asked() {
        let check = |format: &str, expected: &str| {
            let body = Json::parse(r#"{"a":["x","y z"],"b":1}"#).expect("JSON");
            assert_eq!(form(&body, format), expected);
        };
        check("INDICES", "a%5B0%5D=x&a%5B1%5D=y+z&b=1");
        check("REPEAT", "a=x&a=y+z&b=1");
        check("COMMAS", "a=x%2Cy+z&b=1");
        check("BRACKETS", "a%5B%5D=x&a%5B%5D=y+z&b=1");
    }

    #[test]
    fn what_is_no_request_is_refused() {
        let refused = |parameters: &str| request(parameters).expect_err("refused").to_string();
        assert!(refused(r#"{"Method":"GET"}"#).contains("ApiEndpoint"));
        assert!(refused(r#"{"ApiEndpoint":"https://a/","Method":"LOOK"}"#).contains("Method"));
        assert!(
            refused(r#"{"ApiEndpoint":"https://a/","Method":"GET","Headers":{"a b":"c"}}"#)
                .contains("Headers")
        );
        assert!(
            refused(r#"{"ApiEndpoint":"https://a/","Method":"GET","Headers":{"Host":"c"}}"#)
                .contains("host is reserved")
        );
    }
}
