//! A simulated place far from the nodes: ports through which every byte is delayed.

use super::door::Door;
use crate::address::PeerAddress;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The most connections through one port at a time.
const MAX_CONNECTIONS: usize = 16;

/// The most bytes read at a time, and the most such pieces in transit in one direction.
const PIECE: usize = 16 << 10;
const PIECES: usize = 64;

/// The time until the next attempt if a connection cannot be accepted.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Opens a port for each node, numbered from `first` on. Returns the addresses of the nodes as seen from the
/// place, in the same order.
pub(super) fn open(
    nodes: &[SocketAddr],
    way: Duration,
    (seed, first): (u64, usize),
    tasks: &TaskTracker,
    stop: &CancellationToken,
) -> io::Result<Vec<PeerAddress>> {
    let port = |(at, &node): (usize, &SocketAddr)| {
        let door = Door::of(seed, first + at)?;
        let address = door.address()?;
        tasks.spawn(stop.clone().run_until_cancelled_owned(serve(
            door,
            node,
            way,
            tasks.clone(),
            stop.clone(),
        )));
        Ok(PeerAddress::from_socket(address))
    };
    nodes.iter().enumerate().map(port).collect()
}

async fn serve(door: Door, node: SocketAddr, way: Duration, tasks: TaskTracker, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    loop {
        let Ok(near) = door.accept().await else {
            sleep(TRY_AGAIN).await;
            continue;
        };
        let Ok(slot) = Arc::clone(&slots).try_acquire_owned() else { continue };
        let connection = stop.clone().run_until_cancelled_owned(async move {
            // Refuse a connection whose node cannot be reached.
            let Ok(far) = TcpStream::connect(node).await else { return };
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            // When one side closes, both end.
            tokio::select! {
                () = carry(near_in, far_out, way) => {}
                () = carry(far_in, near_out, way) => {}
            }
            drop(slot);
        });
        tasks.spawn(connection);
    }
}

/// Carries bytes in one direction until an end closes.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, way: Duration) {
    let (sender, mut under_way) = mpsc::channel::<(Instant, Vec<u8>)>(PIECES);
    let reading = async move {
        loop {
            let mut piece = vec![0; PIECE];
            match from.read(&mut piece).await {
                Ok(0) | Err(_) => return,
                Ok(length) => piece.truncate(length),
            }
            if sender.send((Instant::now() + way, piece)).await.is_err() {
                return;
            }
        }
    };
    let writing = async move {
        while let Some((due, piece)) = under_way.recv().await {
            sleep_until(due).await;
            if to.write_all(&piece).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(reading, writing);
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn bytes_take_the_way_there_and_back_and_arrive_in_order() {
        let node = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let way = Duration::from_millis(40);
        let ports = open(&[node.local_addr().unwrap()], way, (1, 0), &tasks, &stop).unwrap();
        let mut near = TcpStream::connect(ports[0].to_string()).await.unwrap();
        let (mut far, _) = node.accept().await.unwrap();
        let started = Instant::now();
        near.write_all(b"ping").await.unwrap();
        let mut heard = [0; 4];
        far.read_exact(&mut heard).await.unwrap();
        far.write_all(&heard).await.unwrap();
        near.read_exact(&mut heard).await.unwrap();
        assert_eq!(&heard, b"ping");
        assert!(started.elapsed() >= way * 2);
        drop(far);
        assert_eq!(near.read(&mut heard).await.unwrap(), 0, "an end that closes closes the other");
        stop.cancel();
        tasks.close();
        tasks.wait().await;
    }
}
