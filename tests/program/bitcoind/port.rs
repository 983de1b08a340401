//! Free TCP ports.

use std::net::TcpListener;

/// A port that is free now.
///
/// It lies below the range from which systems take the ports of outgoing connections. A redial of a
/// dead node could else be given the node's port as its own, and would then be connected to itself.
pub fn free() -> u16 {
    (0..1_000)
        .map(|_| rand::random_range(10_000..32_000))
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .expect("of a thousand ports one is free")
}
