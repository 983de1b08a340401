//! Free TCP ports.

use std::net::TcpListener;

/// Returns a free port.
///
/// It is below the range that systems use for outgoing connections. Otherwise a redial of a dead node could
/// be assigned the node's port, and connect to itself.
pub fn free() -> u16 {
    (0..1_000)
        .map(|_| rand::random_range(10_000..32_000))
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .expect("of a thousand ports one is free")
}
