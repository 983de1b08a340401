//! A node on a socket: it listens, serves its connections, and follows the scenario.

use super::door::Door;
use super::ledger::{Ledger, News};
use super::profile::Profile;
use super::scenario::{Mood, Scenario};
use super::session::Session;
use super::world::World;
use crate::address::PeerAddress;
use crate::chain::Network;
use crate::util::clock::Clock;
use crate::util::time::Timestamp;
use crate::wire::Decoder;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Semaphore, broadcast, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The most connections to one node at a time.
const MAX_CONNECTIONS: usize = 64;

/// The time until the next attempt if a socket cannot be opened.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// The state that all nodes share.
pub(super) struct Shared {
    pub(super) world: RwLock<World>,
    /// Announcements of the world. A connection that lags behind misses some.
    pub(super) news: broadcast::Sender<News>,
    pub(super) clock: Clock,
    pub(super) started: Timestamp,
    pub(super) seed: u64,
    pub(super) scenario: Scenario,
    pub(super) addresses: Arc<[PeerAddress]>,
}

impl Shared {
    pub(super) fn elapsed(&self) -> Duration {
        self.clock.now().since(self.started)
    }

    /// Locks the world for a short time.
    pub(super) fn world(&self) -> RwLockReadGuard<'_, World> {
        // The world stays valid even after a panic elsewhere.
        self.world.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Advances the world.
    pub(super) async fn live(&self) {
        loop {
            // Timestamps are whole µs: without the extra one, the event would not be due yet.
            let next = self.started + self.world().next_at() + Duration::from_micros(1);
            sleep_until(self.clock.instant(next)).await;
            let elapsed = self.elapsed();
            let happened = self.world.write().unwrap_or_else(PoisonError::into_inner).advance(elapsed);
            for news in happened {
                // Fails if nothing is connected, which is fine.
                let _listeners = self.news.send(news);
            }
        }
    }
}

/// One node.
pub(super) struct Node {
    pub(super) number: usize,
    pub(super) address: SocketAddr,
    pub(super) profile: Arc<Profile>,
    pub(super) shared: Arc<Shared>,
}

/// The connections to a node.
struct Visitors {
    tasks: TaskTracker,
    /// Ends the connections since the node's last restart.
    life: CancellationToken,
    mood: watch::Sender<Mood>,
    slots: Arc<Semaphore>,
    count: u64,
}

impl Node {
    /// Runs until dropped or until `stop` is cancelled. It listens on `door` first; connections become
    /// `tasks`.
    pub(super) async fn run(self: Arc<Self>, door: Door, tasks: TaskTracker, stop: CancellationToken) {
        let mut visitors = Visitors {
            tasks,
            life: stop.child_token(),
            mood: watch::channel(Mood::Well).0,
            slots: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            count: 0,
        };
        let mut door = Some(door);
        loop {
            let (mood, until) = self.shared.scenario.mood(self.number, self.shared.elapsed());
            visitors.mood.send_replace(mood);
            if matches!(mood, Mood::Dead | Mood::Unreachable) {
                visitors.life.cancel();
                visitors.life = stop.child_token();
            }
            let changed = self.shared.clock.instant(self.shared.started + until);
            match self.adjust(door.take(), mood).await {
                Ok(adjusted) => {
                    // Wakes up when the mood changes.
                    let _elapsed = timeout_at(changed, self.welcome(&adjusted, mood, &mut visitors)).await;
                    door = Some(adjusted);
                }
                Err(error) => {
                    tracing::warn!(address = %self.address, %error, "a demo node cannot listen");
                    sleep(TRY_AGAIN).await;
                }
            }
        }
    }

    /// Returns the door for this mood. The old one has to be closed before another can be opened.
    async fn adjust(&self, old: Option<Door>, mood: Mood) -> io::Result<Door> {
        match (mood, old) {
            (Mood::Dead, old) => {
                drop(old);
                Door::shut(self.address)
            }
            (Mood::Unreachable, old) => {
                drop(old);
                Door::jam(self.address).await
            }
            (_, Some(open @ Door::Open(_))) => Ok(open),
            (_, old) => {
                drop(old);
                Door::open(self.address)
            }
        }
    }

    /// Accepts connections; never returns.
    async fn welcome(self: &Arc<Self>, door: &Door, mood: Mood, visitors: &mut Visitors) {
        if mood == Mood::Frozen {
            // The system still establishes connections, which wait in its queue.
            return pending().await;
        }
        loop {
            let Ok(stream) = door.accept().await else {
                // Most likely too many files are open, and an immediate attempt would fail as well.
                sleep(TRY_AGAIN).await;
                continue;
            };
            let Ok(slot) = Arc::clone(&visitors.slots).try_acquire_owned() else {
                continue;
            };
            visitors.count += 1;
            let (node, number) = (Arc::clone(self), visitors.count);
            let (mood, life) = (visitors.mood.subscribe(), visitors.life.clone());
            visitors.tasks.spawn(async move {
                let connection = node.serve(stream, mood, number);
                if let Some(Err(error)) = life.run_until_cancelled(connection).await {
                    tracing::debug!(address = %node.address, %error, "a demo connection broke");
                }
                drop(slot);
            });
        }
    }

    /// Serves the connection until either side closes it.
    async fn serve(
        &self,
        stream: impl AsyncRead + AsyncWrite,
        mut mood: watch::Receiver<Mood>,
        number: u64,
    ) -> io::Result<()> {
        let Shared { clock, seed, addresses, .. } = &*self.shared;
        let (mut reader, mut writer) = tokio::io::split(stream);
        let mut news = self.shared.news.subscribe();
        let mut decoder = Decoder::new(Network::Regtest.magic());
        // Each connection of the demo draws different numbers.
        let number = (self.number as u64) << 32 | number;
        let mut session =
            Session::open(clock.now(), Arc::clone(&self.profile), *seed, number, Arc::clone(addresses));
        loop {
            let now_is = *mood.borrow_and_update();
            let frozen = now_is == Mood::Frozen;
            session.set_delay(if let Mood::Late(delay) = now_is { delay } else { Duration::ZERO });
            while !frozen && let Some(message) = session.due(clock.now()) {
                writer.write_all(&message.encode(Network::Regtest.magic())).await?;
            }
            let wakeup = session.next_wakeup().map(|at| clock.instant(at));
            tokio::select! {
                changed = mood.changed() => if changed.is_err() {
                    return Ok(());
                },
                heard = news.recv() => match heard {
                    Ok(news) => session.hear(clock.now(), news),
                    // Some transactions are missed, as with real nodes.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return Ok(()),
                },
                () = wait_until(wakeup), if !frozen => session.tick(clock.now(), &*self.shared.world()),
                read = reader.read_buf(decoder.buffer()), if !frozen && !session.is_busy() => {
                    if read? == 0 {
                        return Ok(());
                    }
                    while let Some(decoded) = decoder.next().map_err(io::Error::other)? {
                        // Malformed messages are skipped, as in Core.
                        let Ok(message) = decoded.content else { continue };
                        if session.receive(clock.now(), message, &*self.shared.world()).is_break() {
                            return Ok(());
                        }
                    }
                }
            }
        }
    }
}

async fn wait_until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
