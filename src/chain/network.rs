//! The parameters of mainnet, the test networks and regtest.

use std::fmt;
use std::time::Duration;

/// A Bitcoin network.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
pub enum Network {
    /// The main network.
    #[default]
    Mainnet,
    /// The third public test network.
    Testnet3,
    /// The fourth public test network (BIP94).
    Testnet4,
    /// The default signet (BIP325).
    Signet,
    /// A private chain with trivial proof of work.
    Regtest,
    /// btcd's simulation network.
    Simnet,
}

impl Network {
    /// Every network, in the order in which help lists them.
    pub const ALL: [Self; 6] =
        [Self::Mainnet, Self::Testnet3, Self::Testnet4, Self::Signet, Self::Regtest, Self::Simnet];

    /// Returns the name on the command line and on screen.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mainnet => "mainnet",
            Self::Testnet3 => "testnet3",
            Self::Testnet4 => "testnet4",
            Self::Signet => "signet",
            Self::Regtest => "regtest",
            Self::Simnet => "simnet",
        }
    }

    /// Returns the four bytes that open every message of the v1 transport.
    pub const fn magic(self) -> [u8; 4] {
        match self {
            Self::Mainnet => [0xf9, 0xbe, 0xb4, 0xd9],
            Self::Testnet3 => [0x0b, 0x11, 0x09, 0x07],
            Self::Testnet4 => [0x1c, 0x16, 0x3f, 0x28],
            Self::Signet => [0x0a, 0x03, 0xcf, 0x40],
            Self::Regtest => [0xfa, 0xbf, 0xb5, 0xda],
            Self::Simnet => [0x16, 0x14, 0x1c, 0x12],
        }
    }

    /// Returns the TCP port on which nodes listen.
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Mainnet => 8333,
            Self::Testnet3 => 18333,
            Self::Testnet4 => 48333,
            Self::Signet => 38333,
            Self::Regtest => 18444,
            Self::Simnet => 18555,
        }
    }

    /// Returns the names of the DNS seeds, which resolve to addresses of nodes; none for private chains.
    pub const fn dns_seeds(self) -> &'static [&'static str] {
        match self {
            Self::Mainnet => &[
                "dnsseed.bluematt.me",
                "seed.bitcoin.jonasschnelli.ch",
                "seed.btc.petertodd.net",
                "seed.bitcoin.sprovoost.nl",
                "dnsseed.emzy.de",
                "seed.bitcoin.wiz.biz",
                "seed.mainnet.achownodes.xyz",
            ],
            Self::Testnet3 => &[
                "testnet-seed.bitcoin.jonasschnelli.ch",
                "seed.tbtc.petertodd.net",
                "seed.testnet.bitcoin.sprovoost.nl",
                "testnet-seed.bluematt.me",
                "seed.testnet.achownodes.xyz",
            ],
            Self::Testnet4 => &["seed.testnet4.bitcoin.sprovoost.nl", "seed.testnet4.wiz.biz"],
            Self::Signet => &["seed.signet.bitcoin.sprovoost.nl", "seed.signet.achownodes.xyz"],
            Self::Regtest | Self::Simnet => &[],
        }
    }

    /// Returns the human-readable part of segwit addresses (BIP173).
    pub const fn bech32_prefix(self) -> &'static str {
        match self {
            Self::Mainnet => "bc",
            Self::Testnet3 | Self::Testnet4 | Self::Signet => "tb",
            Self::Regtest => "bcrt",
            Self::Simnet => "sb",
        }
    }

    /// Returns the version bytes of base58check addresses: (P2PKH, P2SH).
    pub const fn base58_versions(self) -> (u8, u8) {
        match self {
            Self::Mainnet => (0x00, 0x05),
            Self::Testnet3 | Self::Testnet4 | Self::Signet | Self::Regtest => (0x6f, 0xc4),
            Self::Simnet => (0x3f, 0x7b),
        }
    }

    /// Returns the number of blocks between two halvings of the subsidy.
    const fn halving_interval(self) -> u32 {
        match self {
            Self::Regtest => 150,
            _ => 210_000,
        }
    }

    /// Returns the block subsidy at `height`, in sat.
    pub const fn subsidy(self, height: u32) -> u64 {
        let halvings = height / self.halving_interval();
        if halvings >= 64 { 0 } else { 5_000_000_000 >> halvings }
    }

    /// Returns the mean time between two blocks; `None` where there is no steady rate: blocks are mined on
    /// demand, or easily once the chain has stood still (testnets accept minimum difficulty after 20 min).
    pub const fn mean_block_interval(self) -> Option<Duration> {
        match self {
            Self::Mainnet | Self::Signet => Some(Duration::from_mins(10)),
            Self::Testnet3 | Self::Testnet4 | Self::Regtest | Self::Simnet => None,
        }
    }

    /// Returns the easiest target of the network (Core: `powLimit`), as compact `nBits`.
    pub const fn limit_bits(self) -> u32 {
        match self {
            Self::Mainnet | Self::Testnet3 | Self::Testnet4 => 0x1d00_ffff,
            Self::Signet => 0x1e03_77ae,
            Self::Regtest | Self::Simnet => 0x207f_ffff,
        }
    }

    /// Returns the easiest target that this program accepts, as compact `nBits`.
    ///
    /// On mainnet that is a quarter of the difficulty of 2024 (nBits 0x17034219 at block 840,000), so that
    /// forging a block costs as much as mining one. Elsewhere it is the network's own limit.
    pub const fn easiest_bits(self) -> u32 {
        match self {
            Self::Mainnet => 0x170d_0864,
            _ => self.limit_bits(),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subsidy_halves_until_nothing_is_left() {
        assert_eq!(Network::Mainnet.subsidy(0), 5_000_000_000);
        assert_eq!(Network::Mainnet.subsidy(840_000), 312_500_000);
        assert_eq!(Network::Regtest.subsidy(150), 2_500_000_000);
        assert_eq!(Network::Regtest.subsidy(u32::MAX), 0);
    }
}
