//! The API as a client sees it, in memory: both ends, with a model between them.

mod load;
mod shapes;
mod watchlist;

use crate::api::{Desk, ServeSettings, Server, open};
use crate::model::testing::Scene;
use futures_util::FutureExt;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;

/// How much of an answer the system buffers before the client reads it, in bytes.
const SYSTEM_BUFFER: usize = 64 << 10;

/// An API about a scene.
struct Api {
    server: Server,
    scene: Arc<Mutex<Scene>>,
    desk: Arc<Mutex<Desk>>,
    monitor: JoinHandle<()>,
}

impl Drop for Api {
    fn drop(&mut self) {
        self.monitor.abort();
    }
}

/// An answer.
#[derive(Debug)]
struct Got {
    status: u16,
    headers: String,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Api {
    fn of(scene: Scene) -> Self {
        Self::with(scene, ServeSettings::default())
    }

    fn with(scene: Scene, settings: ServeSettings) -> Self {
        let (server, desk) = open(settings, scene.now);
        let (scene, desk) = (Arc::new(Mutex::new(scene)), Arc::new(Mutex::new(desk)));
        let monitor = tokio::spawn(monitor(Arc::clone(&scene), Arc::clone(&desk)));
        Self { server, scene, desk, monitor }
    }

    /// A new connection.
    fn connect(&self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(SYSTEM_BUFFER);
        tokio::spawn(self.server.connection(theirs));
        ours
    }

    async fn get(&self, path: &str) -> Got {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:9332\r\nConnection: close\r\n\r\n")).await
    }

    /// Sends a raw request and reads until the connection ends.
    async fn ask(&self, request: &str) -> Got {
        let mut connection = self.connect();
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        let (headers, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = headers.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Got { status, headers: headers.to_owned(), body: body.to_owned() }
    }
}

/// Stands in for the monitor's loop: checks frequently for something to do.
async fn monitor(scene: Arc<Mutex<Scene>>, desk: Arc<Mutex<Desk>>) {
    loop {
        {
            let (scene, mut desk) = (scene.lock().unwrap(), desk.lock().unwrap());
            let is_asked = desk.wait().now_or_never().is_some();
            if is_asked {
                desk.work(&scene.model, scene.now, || r#"{"event":"start"}"#.to_owned());
                continue;
            }
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
