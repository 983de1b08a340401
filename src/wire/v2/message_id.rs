//! The one-byte ids of common messages in the v2 transport.

/// The commands by their ids, from 1 on (BIP324).
const NAMES: [&str; 28] = [
    "addr",
    "block",
    "blocktxn",
    "cmpctblock",
    "feefilter",
    "filteradd",
    "filterclear",
    "filterload",
    "getblocks",
    "getblocktxn",
    "getdata",
    "getheaders",
    "headers",
    "inv",
    "mempool",
    "merkleblock",
    "notfound",
    "ping",
    "pong",
    "sendcmpct",
    "tx",
    "getcfilters",
    "cfilter",
    "getcfheaders",
    "cfheaders",
    "getcfcheckpt",
    "cfcheckpt",
    "addrv2",
];

/// The id of `feature`, which has a separate range (BIP434).
const FEATURE: (u8, &str) = (37, "feature");

/// The id that precedes a command in full.
pub(super) const LONG: u8 = 0;

/// Returns the id of a command, if it has one.
pub(super) fn of(command: &str) -> Option<u8> {
    if command == FEATURE.1 {
        return Some(FEATURE.0);
    }
    let index = NAMES.iter().position(|&name| name == command)?;
    u8::try_from(index + 1).ok()
}

/// Returns the command of an id, if there is one.
pub(super) fn command(id: u8) -> Option<&'static str> {
    if id == FEATURE.0 {
        return Some(FEATURE.1);
    }
    NAMES.get(usize::from(id).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_leads_to_its_command_and_back() {
        for id in 0..=u8::MAX {
            assert_eq!(command(id).and_then(of), command(id).map(|_| id), "{id}");
        }
        let known = (0..=u8::MAX).filter(|&id| command(id).is_some());
        assert_eq!(known.collect::<Vec<_>>(), (1..=28).chain([37]).collect::<Vec<_>>());
    }

    #[test]
    fn the_numbers_are_those_of_the_bip() {
        for (id, name) in [(1, "addr"), (4, "cmpctblock"), (14, "inv"), (21, "tx"), (28, "addrv2")] {
            assert_eq!(command(id), Some(name));
        }
        assert_eq!(of("version"), None);
        assert_eq!(of(""), None);
    }
}
