//! A request of a protocol of its own: other kinds of handler that speak HTTP send it by the same
//! connections, within the same bounds.

use std::future::Future;

use reqwest::{Client, Response};

use super::{AT_ONCE, Endpoint, HttpHandler, Line, describe, is_loopback, read, shown};
use crate::data::StatesError;
use crate::language::Resource;

/// What is posted.
pub(in crate::runtime::handlers) struct Post {
    /// Whose work it is.
    pub(in crate::runtime::handlers) resource: Resource,
    /// What comes behind the endpoint's path.
    pub(in crate::runtime::handlers) path: Vec<String>,
    /// What is asked for in the URL.
    pub(in crate::runtime::handlers) query: Vec<(&'static str, String)>,
    /// Headers beside those of every request.
    pub(in crate::runtime::handlers) headers: Vec<(&'static str, String)>,
    /// The body.
    pub(in crate::runtime::handlers) body: String,
}

/// What was answered, whatever its status.
pub(in crate::runtime::handlers) struct Answered {
    pub(in crate::runtime::handlers) status: u16,
    /// By names in lower case, in their order.
    pub(in crate::runtime::handlers) headers: Vec<(String, String)>,
    pub(in crate::runtime::handlers) body: String,
}

impl Answered {
    /// The first header of this name.
    pub(in crate::runtime::handlers) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| &**value)
    }
}

/// Why there is no answer.
pub(in crate::runtime::handlers) enum Missed {
    /// Nobody was reached, or nobody answered in time.
    Unreached(String),
    /// What came is no answer.
    Failed(StatesError),
}

impl HttpHandler {
    /// Posts to this endpoint. Dropping the future ends the call.
    pub(in crate::runtime::handlers) fn post(
        &self,
        post: Post,
    ) -> impl Future<Output = Result<Answered, Missed>> + Send + 'static {
        let endpoint = self.endpoint.clone();
        let call = self.line().as_ref().map(|Line { client, outlet }| {
            let client = client.clone();
            outlet.run(async move {
                // It is never closed; a call's time begins when it is sent.
                let _place = AT_ONCE.acquire().await;
                endpoint.post(client, post).await
            })
        });
        let call = call.map_err(Clone::clone);
        async move {
            let lost = || Err(Missed::Unreached("the call was lost".to_owned()));
            match call {
                Ok(call) => call.await.unwrap_or_else(lost),
                Err(error) => Err(Missed::Unreached(error)),
            }
        }
    }

    /// Where it is, as messages show it.
    pub(in crate::runtime::handlers) fn shown(&self) -> String {
        let url = shown(&self.endpoint.url).to_string();
        url.strip_suffix('/').map_or(url.clone(), str::to_owned)
    }

    /// The last part of its path.
    pub(in crate::runtime::handlers) fn last_segment(&self) -> Option<&str> {
        self.endpoint.url.path_segments()?.next_back()
    }

    /// Whether it is on this machine.
    pub(in crate::runtime::handlers) fn is_local(&self) -> bool {
        is_loopback(&self.endpoint.url)
    }
}

impl Endpoint {
    async fn post(&self, client: Client, post: Post) -> Result<Answered, Missed> {
        let mut url = self.url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(&post.path);
        }
        if !post.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&post.query);
        }
        let mut request = client.post(url).headers(self.headers.clone());
        for (name, value) in &post.headers {
            request = request.header(*name, value);
        }
        let sent = request.body(post.body).send().await;
        let response = sent.map_err(|error| Missed::Unreached(describe(&error)))?;
        self.answered(&post.resource, response).await
    }

    async fn answered(&self, resource: &Resource, response: Response) -> Result<Answered, Missed> {
        let status = response.status().as_u16();
        let headers = response.headers().iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.to_string(), value.into_owned())
        });
        let headers = headers.collect();
        let bytes = read(resource, &self.named(), response)
            .await
            .map_err(Missed::Failed)?
            .ok_or_else(|| Missed::Failed(StatesError::data_limit(resource.called())))?;
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answered {
            status,
            headers,
            body,
        })
    }
}
