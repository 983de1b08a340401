//! Asks DNS seeds for addresses: the I/O for what the address manager decides.

use crate::address::PeerAddress;
use crate::address::netgroup::is_routable;
use crate::event::SeedFailure;
use crate::p2p::addrman::seeds::SeedAnswer;
use crate::p2p::peer::Resolve;
use crate::util::text::clean;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long one lookup may take.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(10);

/// The most addresses from one seed, so that no single seed decides which peers we connect to (Core: 32).
const MAX_ANSWER: usize = 32;

/// The longest message of the resolver that is kept, in characters.
const MAX_MESSAGE: usize = 100;

/// Asks a seed for nodes that serve the whole chain and witnesses (service bits 0 and 3: `x9`), or for any
/// nodes if it does not support service bits.
pub async fn look_up(name: &'static str, port: u16, resolver: Arc<dyn Resolve>) -> SeedAnswer {
    let mut addresses = Err(SeedFailure::NoUsableAddress);
    for host in [&format!("x9.{name}"), name] {
        addresses = match timeout(LOOKUP_TIMEOUT, resolver.resolve(host, port)).await {
            Ok(Ok(sockets)) => usable(sockets),
            Ok(Err(error)) => Err(SeedFailure::Lookup(message(&error))),
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

fn message(error: &io::Error) -> String {
    let text = error.to_string();
    // The resolver's message follows a prefix from the standard library.
    let text = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
    clean(text.lines().next().unwrap_or_default().as_bytes(), MAX_MESSAGE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::p2p::peer::Resolving;

    fn sockets(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    /// Resolves names with a function.
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
        look_up("seed.example", 8_333, Arc::new(Scripted(script))).await.addresses
    }

    #[tokio::test(start_paused = true)]
    async fn a_seed_without_service_bits_is_asked_for_any_nodes() {
        let addresses = answer(|host| match host {
            "x9.seed.example" => Some(Ok(vec![])),
            _ => Some(Ok(sockets(&["20.1.0.1:8333", "127.0.0.1:8333", "10.0.0.1:8333"]))),
        });
        let only = PeerAddress::from_socket("20.1.0.1:8333".parse().unwrap());
        assert_eq!(addresses.await, Ok(vec![only]));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_has_the_first_line_of_the_resolver_or_is_a_timeout() {
        let failing = answer(|_| Some(Err(io::Error::other("Name or service\nnot known"))));
        assert_eq!(failing.await, Err(SeedFailure::Lookup("Name or service".to_owned())));
        assert_eq!(answer(|_| None).await, Err(SeedFailure::Timeout(LOOKUP_TIMEOUT)));
    }

    #[tokio::test(start_paused = true)]
    async fn only_addresses_of_the_public_internet_are_used_from_a_seeds_answer() {
        let loopback = ["127.0.0.1:8333", "[::1]:8333", "[::ffff:127.0.0.1]:8333", "0.0.0.0:8333"];
        let private = ["10.0.0.1:8333", "192.168.0.1:8333", "[fc00::1]:8333", "[fe80::1]:8333"];
        // NAT64; and Teredo and 6to4 of a client in a private network, whose address Teredo stores inverted.
        let tunnels =
            ["[64:ff9b::a00:1]:8333", "[2001:0:4136:e378:8000:63bf:f5ff:fffe]:8333", "[2002:a00:1::1]:8333"];
        for texts in [&loopback[..], &private, &tunnels, &[]] {
            let all = sockets(texts);
            assert_eq!(answer(move |_| Some(Ok(all.clone()))).await, Err(SeedFailure::NoUsableAddress));
        }
        let one = sockets(&["20.1.0.1:8333"]);
        assert_eq!(answer(move |_| Some(Ok(one.clone()))).await.map(|addresses| addresses.len()), Ok(1));
        let many: Vec<_> = (0..10_000_u16)
            .map(|n| SocketAddr::from(([20, 1, n.to_be_bytes()[0], n.to_be_bytes()[1]], 8_333)))
            .collect();
        let addresses = answer(move |_| Some(Ok(many.clone()))).await;
        assert_eq!(addresses.map(|addresses| addresses.len()), Ok(MAX_ANSWER));
    }

    #[tokio::test(start_paused = true)]
    async fn no_seed_gives_more_than_32_addresses() {
        let many: Vec<_> = (1..250).map(|d| format!("20.1.0.{d}:8333").parse().unwrap()).collect();
        let addresses = answer(move |_| Some(Ok(many.clone())));
        assert_eq!(addresses.await.unwrap().len(), MAX_ANSWER);
    }
}
