//! The mining pools of recent years, by payout address and by coinbase tag.
//!
//! Anyone can write a tag, but paying to another pool's address costs the reward, so addresses take
//! precedence. Both were checked against the chain and the public lists that block explorers share. A pool
//! missing here is shown by its tag.

use crate::chain::Network;
use crate::chain::script::script_pubkey;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A pool.
struct Pool {
    name: &'static str,
    /// Texts in its coinbases, any of which identifies it; case-sensitive.
    tags: &'static [&'static str],
    /// The mainnet addresses that its coinbases pay to.
    addresses: &'static [&'static str],
}

/// The pools. If a coinbase contains several pools' tags, the first one here wins.
const POOLS: &[Pool] = &[
    Pool {
        name: "Foundry USA",
        tags: &["Foundry USA Pool", "/2cDw/"],
        addresses: &[
            "12KKDt4Mj7N5UAkQMN7LtPZMayenXHa8KL",
            "1FFxkVijzvUPUeHgkFjBk2Qw8j3wQY2cDw",
            "bc1qxhmdufsvnuaaaer4ynz88fspdsxq2h9e9cetdj",
            "bc1p8k4v4xuz55dv49svzjg43qjxq2whur7ync9tm0xgl5t4wjl9ca9snxgmlt",
        ],
    },
    Pool {
        name: "AntPool",
        tags: &["Mined by AntPool", "Mined By AntPool", "/AntPool/"],
        addresses: &[
            "12dRugNcdxK39288NjcDV4GX7rMsKCGn6B",
            "15kiNKfDWsq7UsPg87UwxA8rVvWAjzRkYS",
            "1Dek9ArRHb9tyWb9gaaX8SWmkfi5V7U5Y6",
            "1DyR7HPQWjM6Zrnk7SzHVY2GEpXRGNNH9o",
            "1FdJkPdpXtK3t5utZHJAop3saLZWfPfgak",
            "1JBVrhSSDrZrRmm4RnoWouqgGGqJMvWHi8",
            "3FaYVQF6wCMUB9NCeRe4tUp1zZx8qqM7H1",
        ],
    },
    Pool { name: "ViaBTC", tags: &["/ViaBTC/", "viabtc.com deploy"], addresses: &[] },
    Pool {
        name: "F2Pool",
        tags: &["F2Pool", "七彩神仙鱼", "🐟"],
        addresses: &["1KFHE7w8BhaENAswwryaoccDb6qcT6DbYY", "bc1qf274x7penhcd8hsv3jcmwa5xxzjl2a6pa9pxwm"],
    },
    Pool {
        name: "MARA Pool",
        tags: &["MARA Pool", "MARA Made in USA"],
        addresses: &["15MdAHnkxt9TMC2Rj595hsg8Hnv693pPBB", "1A32KFEX7JNPmU1PVjrtiXRrTQcesT3Nf1"],
    },
    Pool {
        name: "SpiderPool",
        tags: &["SpiderPool"],
        addresses: &[
            "125m2H43pwKpSZjLhMQHneuTwTJN5qRyYu",
            "1BM1sAcrfV6d4zPKytzziu4McLQDsFC2Qc",
            "38u1srayb1oybVB43UWKBJsrwJbdHGtPx2",
        ],
    },
    Pool {
        name: "Binance Pool",
        tags: &["/Binance/", "binance"],
        addresses: &[
            "122pN8zvqTxJaA8fRY1PDBu4QYodqE5m2X",
            "16moWjUJVRnDQKqhoCdcszfJg9wzBdoTHw",
            "1JvXhnHCi6XqcanvrZJ5s2Qiv4tsmm2UMy",
            "3G7jcEELKh38L6kaSV8K35pTqsh5bgZW2D",
            "3L8Ck6bm3sve1vJGKo6Ht2k167YKSKi8TZ",
            "bc1qx9t2l3pyny2spqpqlye8svce70nppwtaxwdrp4",
        ],
    },
    Pool {
        name: "Luxor",
        tags: &["/LUXOR/", "Luxor Tech"],
        addresses: &[
            "1MkCDCzHpBsYQivp8MxjY5AkTGG1f2baoe",
            "32BfKjhByDSxx3BM5vUkQ3NQq9csZR6nt6",
            "39bitUyBcUu3y3hRTtYprKbTp712t4ZWqK",
        ],
    },
    Pool { name: "OCEAN", tags: &["OCEAN.XYZ"], addresses: &["37dvwZZoT3D7RXpTCpN2yKzMmNs2i2Fd1n"] },
    Pool { name: "SBI Crypto", tags: &["SBICrypto", "SBI Crypto"], addresses: &[] },
    Pool {
        name: "Braiins Pool",
        tags: &["/slush/"],
        addresses: &["1AqTMY7kmHZxBuLUR5wJjPFUvqGs23sesr", "1CK6KHY6MHgYvmRQ4PAafKYDrg1ejbH1cE"],
    },
    Pool { name: "SECPOOL", tags: &["SecPool"], addresses: &["3Awm3FNpmwrbvAFVThRUFqgpbVuqWisni9"] },
    Pool {
        name: "Poolin",
        tags: &["/poolin.com", "/poolin/"],
        addresses: &[
            "14sA8jqYQgMRQV9zUtGFvpeMEw7YDn77SK",
            "17tUZLvy3X2557JGhceXRiij2TNYuhRr4r",
            "1E8CZo2S3CqWg1VZSJNFCTbtT8hZPuQ2kB",
            "1GNgwA8JfG7Kc8akJ8opdNWJUihqUztfPe",
            "36n452uGq1x4mK7bfyZR8wgE47AnBb2pzi",
            "3KJrsjfg1dD6CrsTeHdHVH3KqMpvL2XWQn",
        ],
    },
    Pool {
        name: "BTC.com",
        tags: &["/BTC.COM/", "/BTC.com/", "btccom"],
        addresses: &[
            "1Bf9sZvBHPFGVPX71WX2njhd1NXKv5y7v5",
            "34qkc2iac6RsyxZVfyE2S5U5WcRsbg2dpK",
            "3EhLZarJUNSfV6TWMZY1Nh5mi3FMsdHa5U",
            "bc1qjl8uwezzlech723lpnyuza0h2cdkvxvh54v3dn",
        ],
    },
    Pool {
        name: "Ultimus",
        tags: &["/ultimus/"],
        addresses: &["1EMVSMe1VJUuqv7D7SFzctnVXk4KdjXATi", "3C9sAKXrBVpJVe3b738yik4LPHpPmceBgd"],
    },
    Pool { name: "WhitePool", tags: &["WhitePool"], addresses: &["14VkxDwSAUWrzYTxV49HnYhKLWTJ3pCoUS"] },
    // Its coinbases have no tag, and its operator is unknown; this is the name that explorers use.
    Pool {
        name: "Carbon Negative",
        tags: &[],
        addresses: &["33SAB6pzbhEGPbfY6NVgRDV7jVfspZ3A3Z", "3KZDwmJHB6QJ13QPXHaW7SS3yTESFPZoxb"],
    },
    Pool { name: "NiceHash", tags: &["/NiceHash/", "/NiceHashSolo"], addresses: &[] },
    Pool {
        name: "Mining Squared",
        tags: &["MiningSquared", "BSquared Network", "/bsquared/"],
        addresses: &["3AvXzTUat4p6Qf6ZLnRNvB3mDLjp3fNmjJ", "3GdjWJdkJhtkxRZ3Ns1LstaoHNMBW8XsvU"],
    },
    Pool {
        name: "Innopolis Tech",
        tags: &["Innopolis"],
        addresses: &["bc1q75t4wewkmf3l9qg097zvtlh05v5pdz6699kv8k"],
    },
    Pool { name: "BitFuFu", tags: &["/BitFuFu/"], addresses: &["3JP3zF7LoeoAotqkNGdvX5szUyNPwd937d"] },
    Pool {
        name: "EMCD",
        tags: &["/EMCD/", "get___emcd"],
        addresses: &["1BDbsWi3Mrcjp1wdop3PWFNCNZtu4R7Hjy"],
    },
    Pool {
        name: "Phoenix",
        tags: &["/Phoenix/"],
        addresses: &[
            "1Ld6okoaLNDbSnougAyQTrchxRn9ELnTJg",
            "37cGvBD4qufoZQHopGS7XstxRUzx5cNuy1",
            "bc1q2zcenaujmmdv8sqgf723cug4vjnphkvvf8zpst",
        ],
    },
    Pool { name: "Neopool", tags: &["/Neopool/"], addresses: &["1HCAb2h89bUinm6QZrAPpfbk4ySBrT2V4w"] },
    Pool {
        name: "Terra Pool",
        tags: &["terrapool.io", "Validated with Clean Energy"],
        addresses: &["32P5KVSbZYAkVmSHxDd2oBXaSk372rbV7L", "bc1q39dled8an7enuxtmjql3pk7ny8kzvsxhd924sl"],
    },
    Pool { name: "PEGA Pool", tags: &["/pegapool/"], addresses: &["1BGFwRzjCfRR7EvRHnzfHyFjGR8XiBDFKa"] },
    Pool { name: "KuCoin Pool", tags: &["KuCoinPool"], addresses: &["1ArTPjj6pV3aNRhLPjJVPYoxB98VLBzUmb"] },
    Pool { name: "Titan", tags: &["Titan.io"], addresses: &["14hLEtxozmmih6Gg5xrGZLfx51bEMj21NW"] },
    Pool {
        name: "Sigmapool",
        tags: &["/Sigmapool.com/"],
        addresses: &["12cKiMNhCtBhZRUBCnYXo8A4WQzMUtYjmR"],
    },
    Pool {
        name: "GDPool",
        tags: &["GDPool", "Lucky pool"],
        addresses: &["1DnPPFQPrfyNTiHPXhDFyqNnW9T62GEhB1"],
    },
    Pool { name: "RedRock", tags: &["RedRock"], addresses: &["3554kSaWNnP3B49Xyybert7gmxq2YSnfnx"] },
    Pool {
        name: "Est3lar",
        tags: &["Est3lar", "est3lar"],
        addresses: &["34qGNFx6uQv6SzjYPbYVWtjvuy5DSGugt8"],
    },
    Pool { name: "MaxiPool", tags: &["/MaxiPool/"], addresses: &["36r3YqAXWpyqNcczjCBdHrYZ3m8X56WDzx"] },
    Pool {
        name: "Mining-Dutch",
        tags: &["/Mining-Dutch/"],
        addresses: &["1AfPSq5ZbqBaxU5QAayLQJMcXV8HZt92eq"],
    },
    Pool { name: "Zulupool", tags: &["ZULUPooL"], addresses: &["1ZULUPooLEQfkrTgynLV4uHyMgQYx71ip"] },
    Pool { name: "KanoPool", tags: &["Kano"], addresses: &[] },
    Pool { name: "Solo CK", tags: &["/solo.ckpool.org/"], addresses: &[] },
    Pool { name: "Public Pool", tags: &["Public-Pool", "Public Pool on Umbrel"], addresses: &[] },
    Pool { name: "Parasite", tags: &["parasite"], addresses: &[] },
    Pool { name: "FutureBit Apollo", tags: &["/mined by a Solo FutureBit Apollo/"], addresses: &[] },
];

/// The pools by their addresses' scripts.
static BY_SCRIPT: LazyLock<HashMap<Vec<u8>, &'static str>> = LazyLock::new(|| {
    let scripts = POOLS.iter().flat_map(|pool| {
        let script = |address: &&str| script_pubkey(address, Network::Mainnet);
        pool.addresses.iter().filter_map(script).map(|script| (script, pool.name))
    });
    scripts.collect()
});

/// Returns the pool that one of a coinbase's outputs (`scripts`) pays to, or else the one whose tag is in its
/// input (`script_sig`).
pub(crate) fn find<'a>(
    script_sig: &[u8],
    mut scripts: impl Iterator<Item = &'a [u8]>,
) -> Option<&'static str> {
    let paid = scripts.find_map(|script| BY_SCRIPT.get(script).copied());
    paid.or_else(|| {
        let has = |tag: &&str| script_sig.windows(tag.len()).any(|window| window == tag.as_bytes());
        POOLS.iter().find(|pool| pool.tags.iter().any(has)).map(|pool| pool.name)
    })
}

/// Returns the pool of this name.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    POOLS.iter().map(|pool| pool.name).find(|known| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_of_the_table_is_one_and_belongs_to_one_pool() {
        let addresses: Vec<_> = POOLS.iter().flat_map(|pool| pool.addresses).collect();
        for address in &addresses {
            assert!(script_pubkey(address, Network::Mainnet).is_some(), "{address}");
        }
        assert_eq!(BY_SCRIPT.len(), addresses.len());
    }

    #[test]
    fn every_pool_can_be_found_and_has_a_name_that_fits_a_column() {
        for pool in POOLS {
            assert!(!pool.tags.is_empty() || !pool.addresses.is_empty(), "{}", pool.name);
            assert!(pool.name.len() <= 16, "{}", pool.name);
            assert!(pool.tags.iter().all(|tag| tag.len() >= 4), "{}: short tags are chance", pool.name);
            for tag in pool.tags {
                let script_sig = [b"\x03\x01\x02\x03", tag.as_bytes(), b"\xfa\xbe"].concat();
                assert_eq!(find(&script_sig, std::iter::empty()), Some(pool.name), "{tag}");
            }
        }
    }

    #[test]
    fn an_address_decides_against_a_tag() {
        let script = script_pubkey("1KFHE7w8BhaENAswwryaoccDb6qcT6DbYY", Network::Mainnet).unwrap();
        let others = [&[0x6a, 0][..], &script];
        assert_eq!(find(b"/ViaBTC/", others.into_iter()), Some("F2Pool"));
        assert_eq!(find(b"/ViaBTC/", others.into_iter().take(1)), Some("ViaBTC"));
        assert_eq!(find(b"/viabtc/", std::iter::empty()), None);
        assert_eq!(find(b"", std::iter::empty()), None);
    }
}
