//! The sockets: a listener, and a task for each connection.

use crate::api::ServeSettings;
use crate::api::counter::Counter;
use crate::api::http::respond::Responder;
use crate::api::http::stalling::Stalling;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The most open connections; more are closed immediately.
const MAX_CONNECTIONS: usize = 64;

/// How long a connection may wait for the next request, including all of its head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 16 << 10;

/// The most headers of a request.
const MAX_HEADERS: usize = 64;

/// The pause after the system has refused a connection, as when too many files are open.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Serves the API.
#[derive(Debug)]
pub struct Server {
    responder: Arc<Responder>,
}

impl Server {
    pub(in crate::api) fn new(counter: Counter, settings: ServeSettings) -> Self {
        Self { responder: Arc::new(Responder::new(counter, settings)) }
    }

    /// Serves one connection, in a test.
    #[cfg(test)]
    pub(in crate::api) fn connection<I: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: I,
    ) -> impl Future<Output = ()> + use<I> {
        serve(stream, Arc::clone(&self.responder))
    }

    /// Serves clients until `shutdown`.
    pub async fn run(self, listener: TcpListener, shutdown: CancellationToken) {
        let free = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                Some(_) = connections.join_next() => continue,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let Ok(permit) = Arc::clone(&free).try_acquire_owned() else {
                        self.responder.usage.refuse();
                        continue;
                    };
                    let responder = Arc::clone(&self.responder);
                    connections.spawn(async move {
                        serve(stream, responder).await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::debug!(%error, "a connection to the API failed");
                    tokio::time::sleep(AFTER_ERROR).await;
                }
            }
        }
    }
}

/// Serves one connection until it ends.
async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, responder: Arc<Responder>) {
    responder.usage.connected();
    let service = service_fn(|request: Request<Incoming>| {
        let responder = Arc::clone(&responder);
        async move {
            let (head, _) = request.into_parts();
            Ok::<_, Infallible>(responder.answer(&head).await.into_response())
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(Stalling::new(stream)), service)
        .await;
    responder.usage.disconnected();
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the API ended");
    }
}
