//! DNS seeds: names that answer with addresses of nodes.

use crate::address::PeerAddress;
use crate::address::netgroup::is_routable;
use crate::chain::Network;
use crate::event::SeedFailure;
use crate::p2p::peer::Resolve;
use crate::util::text::clean;
use crate::util::time::Timestamp;
use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How many seeds are asked at once; more only if these are not enough (as Core does).
const AT_ONCE: usize = 3;

/// How long one answer may take.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

/// The most addresses that are taken from one seed, so that none of them decides alone whom we
/// meet (Core takes 32).
const MAX_ANSWER: usize = 32;

/// How much of the resolver's message is kept, in characters.
const MAX_MESSAGE: usize = 100;

/// How long to wait before all seeds are asked again.
const RETRY: Duration = Duration::from_mins(1);

/// What one seed said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeedAnswer {
    /// Which.
    pub name: &'static str,
    /// Addresses of the public internet; or why there are none.
    pub addresses: Result<Vec<PeerAddress>, SeedFailure>,
}

/// Which seeds to ask when.
#[derive(Debug)]
pub struct SeedPlan {
    seeds: Vec<&'static str>,
    next: usize,
    not_before: Timestamp,
    rng: SmallRng,
}

impl SeedPlan {
    /// The seeds of `network`, in an order by chance.
    pub fn new(network: Network, mut rng: SmallRng) -> Self {
        let mut seeds = network.dns_seeds().to_vec();
        seeds.shuffle(&mut rng);
        Self { seeds, next: 0, not_before: Timestamp::default(), rng }
    }

    /// More addresses are wanted and nobody is being asked: whom to ask now.
    pub fn due(&mut self, now: Timestamp) -> Vec<&'static str> {
        if now < self.not_before {
            return vec![];
        }
        let wave: Vec<_> = self.seeds.iter().skip(self.next).take(AT_ONCE).copied().collect();
        self.next += wave.len();
        if self.next >= self.seeds.len() {
            self.next = 0;
            self.not_before = now + RETRY;
            self.seeds.shuffle(&mut self.rng);
        }
        wave
    }

    /// When [`SeedPlan::due`] may have something; `None`: the network has no seeds.
    pub fn deadline(&self) -> Option<Timestamp> {
        (!self.seeds.is_empty()).then_some(self.not_before)
    }
}

/// Asks for nodes with the whole chain and witnesses (service bits 0 and 3: `x9`), and if the seed
/// cannot choose, for any.
pub async fn ask(name: &'static str, port: u16, resolver: Arc<dyn Resolve>) -> SeedAnswer {
    let mut addresses = Err(SeedFailure::NoUsableAddress);
    for host in [&format!("x9.{name}"), name] {
        addresses = match timeout(LOOKUP_TIMEOUT, resolver.resolve(host, port)).await {
            Ok(Ok(sockets)) => usable(sockets),
            Ok(Err(error)) => Err(SeedFailure::Lookup(one_line(&error))),
            Err(_) => Err(SeedFailure::Timeout(LOOKUP_TIMEOUT)),
        };
        if addresses.is_ok() {
            break;
        }
    }
    SeedAnswer { name, addresses }
}

fn usable(sockets: Vec<SocketAddr>) -> Result<Vec<PeerAddress>, SeedFailure> {
    let addresses = sockets.into_iter().map(PeerAddress::from_socket);
    let routable = addresses.filter(|address| is_routable(&address.host));
    let addresses: Vec<_> = routable.take(MAX_ANSWER).collect();
    if addresses.is_empty() { Err(SeedFailure::NoUsableAddress) } else { Ok(addresses) }
}

fn one_line(error: &io::Error) -> String {
    let text = error.to_string();
    // The resolver's own words come behind a general remark of the standard library.
    let text = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
    clean(text.lines().next().unwrap_or_default().as_bytes(), MAX_MESSAGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::p2p::peer::Resolving;
    use rand::SeedableRng;

    const NOW: Timestamp = Timestamp::from_secs(1_000);

    fn sockets(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_few_seeds_are_asked_at_once_and_all_of_them_before_any_again() {
        let mut plan = SeedPlan::new(Network::Mainnet, SmallRng::seed_from_u64(1));
        let waves: Vec<_> = (0..3).map(|_| plan.due(NOW)).collect();
        assert_eq!(waves.iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 1]);
        let mut all = waves.concat();
        all.sort_unstable();
        let mut seeds = Network::Mainnet.dns_seeds().to_vec();
        seeds.sort_unstable();
        assert_eq!(all, seeds);
        assert_eq!(plan.due(NOW), [""; 0]);
        assert_eq!(plan.deadline(), Some(NOW + RETRY));
        assert_eq!(plan.due(NOW + RETRY).len(), 3);
    }

    #[test]
    fn a_network_without_seeds_has_nothing_to_wait_for() {
        let mut plan = SeedPlan::new(Network::Regtest, SmallRng::seed_from_u64(1));
        assert_eq!(plan.due(NOW), [""; 0]);
        assert_eq!(plan.deadline(), None);
    }

    /// Answers by what a test makes of the name.
    struct Scripted<F>(F);

    impl<F> std::fmt::Debug for Scripted<F> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Scripted")
        }
    }

    impl<F> Resolve for Scripted<F>
    where
        F: Fn(&str) -> Option<io::Result<Vec<SocketAddr>>> + Send + Sync,
    {
        fn resolve<'a>(&'a self, host: &'a str, port: u16) -> Resolving<'a> {
            assert_eq!(port, 8_333);
            Box::pin(async move {
                match (self.0)(host) {
                    Some(answer) => answer,
                    None => std::future::pending().await,
                }
            })
        }
    }

    async fn answer(
        script: impl Fn(&str) -> Option<io::Result<Vec<SocketAddr>>> + Send + Sync + 'static,
    ) -> Result<Vec<PeerAddress>, SeedFailure> {
        ask("seed.example", 8_333, Arc::new(Scripted(script))).await.addresses
    }

    #[tokio::test(start_paused = true)]
    async fn a_seed_that_cannot_choose_is_asked_plainly() {
        let addresses = answer(|host| match host {
            "x9.seed.example" => Some(Ok(vec![])),
            _ => Some(Ok(sockets(&["20.1.0.1:8333", "127.0.0.1:8333", "10.0.0.1:8333"]))),
        });
        let only = PeerAddress::from_socket("20.1.0.1:8333".parse().unwrap());
        assert_eq!(addresses.await, Ok(vec![only]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_the_first_line_of_the_resolver_or_a_timeout() {
        let failing = answer(|_| Some(Err(io::Error::other("Name or service\nnot known"))));
        assert_eq!(failing.await, Err(SeedFailure::Lookup("Name or service".to_owned())));
        assert_eq!(answer(|_| None).await, Err(SeedFailure::Timeout(LOOKUP_TIMEOUT)));
    }

    #[tokio::test(start_paused = true)]
    async fn no_seed_fills_the_pool_alone() {
        let many: Vec<_> = (1..250).map(|d| format!("20.1.0.{d}:8333").parse().unwrap()).collect();
        let addresses = answer(move |_| Some(Ok(many.clone())));
        assert_eq!(addresses.await.unwrap().len(), MAX_ANSWER);
    }
}
