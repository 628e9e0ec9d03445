//! The server: the Step Functions API as AWS's SDKs and command line speak it.
//!
//! [`Serving`] is what listens. It serves all of the API from a [`Service`], which keeps machines
//! and executions in a database, or, at the callback port of a run, the four operations with which
//! the world outside answers Tasks. Signatures are not checked: who may come here is decided by
//! where it listens, and by [`guard`].

mod api;
mod broken;
mod connections;
mod console;
mod deleting;
mod guard;
mod live;
mod map_runs;
mod metrics;
mod mocks;
mod names;
mod nested;
mod programs;
mod protocol;
mod pruning;
mod rebuilding;
mod record;
mod service;
mod store;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::runtime::{Callbacks, caught};
use connections::Patience;
pub use mocks::Mocks;
use protocol::{ApiError, answer, operation};
pub use service::{MakeClock, Service, Settings};
pub use store::{CommitTimes, Place, StoreError};

/// The most that a request may have: a definition or an output of the largest size, escaped, and
/// what is around it (10 §10.7).
const MAX_BODY: usize = 4 * 1_048_576;

/// How long the body of a request may take.
const FOR_BODY: Duration = Duration::from_secs(30);

/// How long answers that are on their way may take once the run is over.
const GRACE: Duration = Duration::from_millis(500);

/// Listens on loopback; port 0 is any that is free.
///
/// # Errors
/// When the port cannot be had.
pub fn listen(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    listen_on(Ipv4Addr::LOCALHOST.into(), port)
}

/// Listens on an address of this machine; port 0 is any that is free.
///
/// # Errors
/// When the port cannot be had.
pub fn listen_on(address: IpAddr, port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((address, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// A server at work.
pub struct Serving {
    callbacks: Arc<Callbacks>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Serving {
    /// Begins to serve the callback port of a run; within a runtime.
    ///
    /// # Errors
    /// When the runtime cannot take the listener.
    pub fn begin(listener: TcpListener, callbacks: Arc<Callbacks>) -> io::Result<Self> {
        let app = routed(post(call_back)).with_state(Arc::clone(&callbacks));
        Self::of(listener, callbacks, app.layer(from_fn(contain)))
    }

    /// Begins to serve the whole API; within a runtime. Beside its own the machine may have these
    /// names, by which pages may call.
    ///
    /// # Errors
    /// When the runtime cannot take the listener.
    pub fn serve(
        listener: TcpListener,
        service: Arc<Service>,
        names: &[String],
    ) -> io::Result<Self> {
        let callbacks = Arc::clone(&service.callbacks);
        let hosts = guard::Hosts::of(listener.local_addr()?, names);
        Self::of(listener, callbacks, whole(service, hosts))
    }

    fn of(listener: TcpListener, callbacks: Arc<Callbacks>, app: Router) -> io::Result<Self> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (stop, stopped) = oneshot::channel();
        let server = tokio::spawn(async move {
            let stopped = async move {
                // Dropped or told: both are the end.
                let _ = stopped.await;
            };
            connections::serve(listener, app, Patience::default(), stopped).await;
        });
        Ok(Self {
            callbacks,
            stop,
            server,
        })
    }

    /// Sends workers away and lets answers that are on their way come through.
    pub async fn end(mut self) {
        self.callbacks.close();
        let _ = self.stop.send(());
        if tokio::time::timeout(GRACE, &mut self.server).await.is_err() {
            self.server.abort();
        }
    }
}

/// All that a server has.
fn whole(service: Arc<Service>, hosts: guard::Hosts) -> Router {
    let app = routed(post(call).get(console::machines))
        .route("/health", get(metrics::health))
        .route("/metrics", get(metrics::metrics))
        .merge(console::routes())
        .with_state(service);
    app.layer(from_fn_with_state(hosts, guard::check))
        .layer(from_fn(contain))
}

/// A panic ends the request that it happens in, and nothing else.
async fn contain(request: Request, next: Next) -> Response {
    let answered = caught(next.run(request)).await;
    answered.unwrap_or_else(|said| answer(Err(ApiError::panicked(&said))))
}

/// Operations are all called at one place.
fn routed<S: Clone + Send + Sync + 'static>(call: axum::routing::MethodRouter<S>) -> Router<S> {
    Router::new()
        .route("/", call)
        .fallback(elsewhere)
        .method_not_allowed_fallback(elsewhere)
}

async fn call_back(State(callbacks): State<Arc<Callbacks>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let called = async {
        let operation = operation(&head.headers)?;
        api::call_tasks(&callbacks, None, operation, &read(body, FOR_BODY).await?).await
    };
    answer(called.await)
}

async fn call(State(service): State<Arc<Service>>, request: Request) -> Response {
    let began = (Instant::now(), service.now());
    let (head, body) = request.into_parts();
    let called = async {
        let operation = operation(&head.headers)?;
        let body = read(body, FOR_BODY).await?;
        let called = caught(api::call(&service, operation, &body)).await;
        let called = called.unwrap_or_else(|said| Err(ApiError::panicked(&said)));
        service.requests.answered(operation, &body, &called, began);
        called
    };
    answer(called.await)
}

/// A body that says that it is too long is not waited for, and others not for ever.
async fn read(body: Body, patience: Duration) -> Result<Bytes, ApiError> {
    let fits = usize::try_from(body.size_hint().lower()).is_ok_and(|size| size <= MAX_BODY);
    if !fits {
        return Err(ApiError::too_large(MAX_BODY));
    }
    let bytes = tokio::time::timeout(patience, to_bytes(body, MAX_BODY)).await;
    let bytes = bytes.map_err(|_| ApiError::too_slow(patience))?;
    bytes.map_err(|_| ApiError::too_large(MAX_BODY))
}

async fn elsewhere() -> Response {
    answer(Err(ApiError::unknown_operation(
        "Operations are called with POST / and the header X-Amz-Target: \
         AWSStepFunctions.Operation.",
    )))
}
