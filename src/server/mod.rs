//! The server: the Step Functions API as AWS's SDKs and command line speak it, on loopback.
//!
//! [`Serving`] is the callback port of a run: the four operations with which the world outside
//! answers Tasks. Signatures are not checked: nobody but this machine can come here.

mod callbacks;
mod protocol;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::runtime::Callbacks;
use protocol::{ApiError, answer, operation};

/// The most that a request may have: an output of the largest size, escaped, and what is around
/// it (10 §10.7).
const MAX_BODY: usize = 1_048_576;

/// How long answers that are on their way may take once the run is over.
const GRACE: Duration = Duration::from_millis(500);

/// Listens on loopback; port 0 is any that is free.
///
/// # Errors
/// When the port cannot be had.
pub fn listen(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// A callback port at work.
pub struct Serving {
    callbacks: Arc<Callbacks>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
}

impl Serving {
    /// Begins to serve; within a runtime.
    ///
    /// # Errors
    /// When the runtime cannot take the listener.
    pub fn begin(listener: TcpListener, callbacks: Arc<Callbacks>) -> io::Result<Self> {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let (stop, stopped) = oneshot::channel();
        let app = router(Arc::clone(&callbacks));
        let server = tokio::spawn(async move {
            let stopped = async move {
                // Dropped or told: both are the end.
                let _ = stopped.await;
            };
            let server = axum::serve(listener, app).with_graceful_shutdown(stopped);
            // It never gives up by itself.
            let _ = server.await;
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

fn router(callbacks: Arc<Callbacks>) -> Router {
    Router::new()
        .route("/", post(call))
        .fallback(elsewhere)
        .method_not_allowed_fallback(elsewhere)
        .with_state(callbacks)
}

async fn call(State(callbacks): State<Arc<Callbacks>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let called = async {
        let operation = operation(&head.headers)?;
        callbacks::call(&callbacks, operation, &read(body).await?).await
    };
    answer(called.await)
}

/// A body that says that it is too long is not waited for.
async fn read(body: Body) -> Result<Bytes, ApiError> {
    if usize::try_from(body.size_hint().lower()).is_ok_and(|size| size <= MAX_BODY)
        && let Ok(bytes) = to_bytes(body, MAX_BODY).await
    {
        return Ok(bytes);
    }
    Err(ApiError::too_large(MAX_BODY))
}

async fn elsewhere() -> Response {
    answer(Err(ApiError::unknown_operation(
        "Operations are called with POST / and the header X-Amz-Target: \
         AWSStepFunctions.Operation.",
    )))
}
