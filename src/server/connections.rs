//! Connections: as many as fit, and none that waits for ever for a client who is slow.
//!
//! A client has so long for the head of a request, which is also how long a connection may lie
//! idle between two; an answer that he does not take is given up. What takes its time on this
//! side, a long poll or a stream of events, is not hurried. How long a body may take is decided by
//! whoever reads it.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

/// How patient a server is with its clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// From the moment when a request could come to the end of its head.
    pub(super) head: Duration,
    /// While nothing of an answer is taken.
    pub(super) write: Duration,
    /// So many at once; more wait until one ends. Every activity may have a thousand workers who
    /// wait (10 §10.7), and each is one of these.
    pub(super) connections: usize,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(60),
            write: Duration::from_secs(30),
            connections: 8192,
        }
    }
}

/// How long nobody is let in when the system has no room for one more connection.
const PAUSE: Duration = Duration::from_millis(500);

/// Serves whoever comes until it is stopped, and then what they have asked already.
pub(super) async fn serve(
    listener: TcpListener,
    app: Router,
    patience: Patience,
    stopped: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(patience.connections));
    let stopping = watch::Sender::new(false);
    // Invariant: these are the only tasks here, and they are waited for.
    let mut connections = JoinSet::new();
    let mut stopped = pin!(stopped);
    loop {
        let (stream, place) = tokio::select! {
            biased;
            () = stopped.as_mut() => break,
            Some(_) = connections.join_next() => continue,
            taken = take(&listener, &places) => taken,
        };
        // Answers are small, and written at once.
        let _ = stream.set_nodelay(true);
        let (app, stopping) = (app.clone(), stopping.subscribe());
        connections.spawn(async move {
            converse(stream, app, patience, stopping).await;
            drop(place);
        });
    }
    drop(listener);
    stopping.send_replace(true);
    while connections.join_next().await.is_some() {}
}

/// The next who comes, once there is a place. May be dropped at any time.
async fn take(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // Places are never closed.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) if is_his(&error) => {}
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Whether he who came is gone already.
fn is_his(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionReset
    )
}

/// Serves one connection to its end.
pub(super) async fn converse(
    stream: impl AsyncRead + AsyncWrite,
    app: Router,
    patience: Patience,
    mut stopping: watch::Receiver<bool>,
) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(patience.write));
    let stream: Pin<&mut TimeoutStream<_>> = pin!(stream);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
    let mut connection = pin!(connection);
    // How it ended is his affair.
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopping.wait_for(|stopping| *stopping) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
