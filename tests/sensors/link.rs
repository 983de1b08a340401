//! A link to a server that can be made slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What a slow link carries in a [`SLICE`]: 4 kB/s, far less than sensors publish.
const SLOW: usize = 200;

const SLICE: Duration = Duration::from_millis(50);

/// Forwards connections until it is dropped.
pub struct Link {
    port: u16,
    is_slow: Arc<AtomicBool>,
    _tasks: JoinSet<()>,
}

impl Link {
    /// A link to a port of this machine.
    pub async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let is_slow = Arc::new(AtomicBool::new(false));
        let mut tasks = JoinSet::new();
        let slow = Arc::clone(&is_slow);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (near, _) = listener.accept().await.unwrap();
                let far = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
                connections.spawn(forward(near, far, Arc::clone(&slow)));
            }
        });
        Self { port, is_slow, _tasks: tasks }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Whether what the server says takes its time.
    pub fn set_slow(&self, is_slow: bool) {
        self.is_slow.store(is_slow, Ordering::Relaxed);
    }
}

/// Forwards until an end closes the connection.
async fn forward(near: TcpStream, far: TcpStream, is_slow: Arc<AtomicBool>) {
    let ((mut from_near, mut to_near), (mut from_far, mut to_far)) = (near.into_split(), far.into_split());
    let up = async { tokio::io::copy(&mut from_near, &mut to_far).await.map(drop) };
    let down = async {
        let mut buffer = vec![0; 65_536];
        loop {
            let slow = is_slow.load(Ordering::Relaxed);
            let most = if slow { SLOW } else { buffer.len() };
            let read = from_far.read(&mut buffer[..most]).await?;
            if read == 0 {
                return Ok(());
            }
            to_near.write_all(&buffer[..read]).await?;
            if slow {
                tokio::time::sleep(SLICE).await;
            }
        }
    };
    // Whichever end closes it, the other one sees that the connection is closed.
    let _: std::io::Result<()> = tokio::select! { done = up => done, done = down => done };
}
