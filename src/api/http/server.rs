//! The sockets: a listener, and a task for each connection.

use crate::api::ServeSettings;
use crate::api::counter::Counter;
use crate::api::http::answer::Answer;
use crate::api::http::respond::Responder;
use crate::api::http::stalling::Stalling;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How many connections are open at most; more are closed at once.
const MAX_CONNECTIONS: usize = 64;

/// How long a connection waits for the next request, and for all of its head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 16 << 10;

/// The most headers of a request.
const MAX_HEADERS: usize = 64;

/// The pause after the system has refused a connection, as when the program has too many files open.
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

    /// Serves whoever connects, until `shutdown`.
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
                    let Ok(permit) = Arc::clone(&free).try_acquire_owned() else { continue };
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

async fn serve(stream: TcpStream, responder: Arc<Responder>) {
    let service = service_fn(|request: Request<Incoming>| {
        let responder = Arc::clone(&responder);
        async move {
            let (head, _) = request.into_parts();
            Ok::<_, Infallible>(response(responder.answer(&head).await))
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .serve_connection(TokioIo::new(Stalling::new(stream)), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the API ended");
    }
}

fn response(answer: Answer) -> Response<Whole> {
    let head = answer.head();
    head.body(Whole(Some(answer.body))).unwrap_or_else(|_| Response::new(Whole(None)))
}

/// The body of an answer, in one piece.
#[derive(Debug)]
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
