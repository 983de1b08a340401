//! Scripts of realistic kinds and sizes.
//!
//! Keys, hashes and signatures are random bytes in the right places: a monitor never verifies them.

use super::random::weighted;
use crate::chain::limits::MAX_SCRIPT_ELEMENT_SIZE;
use crate::chain::opcodes::*;
use rand::RngExt;
use rand::rngs::StdRng;

/// How a coin is locked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum ScriptType {
    /// Pay to public key hash.
    P2pkh,
    /// Pay to witness public key hash, wrapped in a script hash.
    P2shP2wpkh,
    /// Pay to witness public key hash.
    P2wpkh,
    /// Pay to witness script hash: two signatures of three keys.
    P2wsh,
    /// Pay to taproot.
    P2tr,
}

/// The script and witness that spend a coin.
pub(super) struct Unlocking {
    pub(super) script_sig: Vec<u8>,
    pub(super) witness: Vec<Vec<u8>>,
}

impl ScriptType {
    /// Draws a kind, about as often as on mainnet.
    pub(super) fn random(rng: &mut StdRng) -> Self {
        const SHARES: [(u32, ScriptType); 5] = [
            (46, ScriptType::P2wpkh),
            (24, ScriptType::P2tr),
            (13, ScriptType::P2pkh),
            (10, ScriptType::P2shP2wpkh),
            (7, ScriptType::P2wsh),
        ];
        weighted(rng, &SHARES)
    }

    /// Returns a locking script of this kind.
    pub(super) fn locking(self, rng: &mut StdRng) -> Vec<u8> {
        match self {
            Self::P2pkh => {
                [&[OP_DUP, OP_HASH160, 20][..], &bytes(rng, 20), &[OP_EQUALVERIFY, OP_CHECKSIG]].concat()
            }
            Self::P2shP2wpkh => [&[OP_HASH160, 20][..], &bytes(rng, 20), &[OP_EQUAL]].concat(),
            Self::P2wpkh => [&[OP_0, 20][..], &bytes(rng, 20)].concat(),
            Self::P2wsh => [&[OP_0, 32][..], &bytes(rng, 32)].concat(),
            Self::P2tr => [&[OP_1, 32][..], &bytes(rng, 32)].concat(),
        }
    }

    /// Returns script and witness that spend a coin of this kind.
    pub(super) fn unlocking(self, rng: &mut StdRng) -> Unlocking {
        let (script_sig, witness) = match self {
            Self::P2pkh => ([push(&signature(rng)), push(&public_key(rng))].concat(), vec![]),
            Self::P2shP2wpkh => {
                let redeem_script = Self::P2wpkh.locking(rng);
                (push(&redeem_script), vec![signature(rng), public_key(rng)])
            }
            Self::P2wpkh => (vec![], vec![signature(rng), public_key(rng)]),
            Self::P2wsh => (vec![], vec![vec![], signature(rng), signature(rng), two_of_three(rng)]),
            // Most coins are spent by key, which reveals nothing about the script tree.
            Self::P2tr if rng.random_bool(0.85) => (vec![], vec![bytes(rng, 64)]),
            Self::P2tr => {
                let script = [push(&bytes(rng, 32)), vec![OP_CHECKSIG]].concat();
                let depth = rng.random_range(0..=3);
                (vec![], vec![bytes(rng, 64), script, control_block(rng, depth)])
            }
        };
        Unlocking { script_sig, witness }
    }
}

/// Spends a taproot coin by a script that carries `size` bytes of content which is never executed, as
/// inscriptions do.
pub(super) fn inscription(rng: &mut StdRng, size: usize) -> Unlocking {
    let mut script = [push(&bytes(rng, 32)), vec![OP_CHECKSIG, OP_0, OP_IF]].concat();
    for field in [&b"ord"[..], &[1], b"image/webp", &[]] {
        script.extend(push(field));
    }
    for chunk in bytes(rng, size).chunks(MAX_SCRIPT_ELEMENT_SIZE) {
        script.extend(push(chunk));
    }
    script.push(OP_ENDIF);
    Unlocking { script_sig: vec![], witness: vec![bytes(rng, 64), script, control_block(rng, 0)] }
}

/// Returns an output script that carries `data` and can never be spent.
pub(super) fn op_return(data: &[u8]) -> Vec<u8> {
    [vec![OP_RETURN], push(data)].concat()
}

/// Returns the shortest push of `data`; at most 64 KiB.
pub(super) fn push(data: &[u8]) -> Vec<u8> {
    let [low, high, ..] = data.len().to_le_bytes();
    let opcode = match data.len() {
        0..=75 => vec![low],
        76..=255 => vec![OP_PUSHDATA1, low],
        _ => vec![OP_PUSHDATA2, low, high],
    };
    [&opcode, data].concat()
}

/// Returns `count` random bytes.
pub(super) fn bytes(rng: &mut StdRng, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    rng.fill(&mut bytes[..]);
    bytes
}

fn public_key(rng: &mut StdRng) -> Vec<u8> {
    let mut key = bytes(rng, 33);
    key[0] = 2 + (key[0] & 1);
    key
}

/// Returns a signature in DER with its hash type: 71 bytes if both numbers fit into 32 bytes, else 72. All
/// wallets choose a low second number; some repeat until the first fits as well.
fn signature(rng: &mut StdRng) -> Vec<u8> {
    let high = rng.random_bool(0.3);
    let r_size = if high { 33 } else { 32 };
    let mut r = bytes(rng, r_size);
    let mut s = bytes(rng, 32);
    s[0] &= 0x7f;
    if high {
        (r[0], r[1]) = (0, r[1] | 0x80);
    } else {
        r[0] &= 0x7f;
    }
    let number = |tag: &[u8], n: Vec<u8>| [tag, &n[..]].concat();
    let (r, s) = (number(if high { &[2, 33] } else { &[2, 32] }, r), number(&[2, 32], s));
    [&[0x30, if high { 69 } else { 68 }][..], &r, &s, &[1]].concat()
}

fn two_of_three(rng: &mut StdRng) -> Vec<u8> {
    let mut script = vec![OP_2];
    for _ in 0..3 {
        script.extend(push(&public_key(rng)));
    }
    script.extend([OP_3, OP_CHECKMULTISIG]);
    script
}

/// Returns the control block of a leaf in a script tree of this depth (BIP341).
fn control_block(rng: &mut StdRng, depth: usize) -> Vec<u8> {
    let mut block = bytes(rng, 33 + 32 * depth);
    block[0] = 0xc0 | (block[0] & 1);
    block
}

#[cfg(test)]
mod tests {
    use super::super::random::generator;
    use super::*;

    #[test]
    fn pushes_use_the_shortest_opcode() {
        assert_eq!(push(&[7; 75])[..1], [75]);
        assert_eq!(push(&[7; 76])[..2], [OP_PUSHDATA1, 76]);
        assert_eq!(push(&[7; 520])[..3], [OP_PUSHDATA2, 8, 2]);
        assert_eq!(push(&[]), [OP_0]);
    }

    #[test]
    fn unlocking_data_has_the_sizes_of_real_spends() {
        let mut rng = generator(1, "script", 0);
        for _ in 0..200 {
            let legacy = ScriptType::P2pkh.unlocking(&mut rng);
            assert!(matches!(legacy.script_sig.len(), 106 | 107), "{}", legacy.script_sig.len());
            assert!(legacy.witness.is_empty());

            let segwit = ScriptType::P2wpkh.unlocking(&mut rng);
            assert!(segwit.script_sig.is_empty());
            assert!(matches!(segwit.witness[0].len(), 71 | 72));
            assert_eq!(segwit.witness[1].len(), 33);

            assert_eq!(ScriptType::P2shP2wpkh.unlocking(&mut rng).script_sig.len(), 23);
            assert_eq!(ScriptType::P2wsh.unlocking(&mut rng).witness[3].len(), 105);
            let taproot = ScriptType::P2tr.unlocking(&mut rng);
            assert_eq!(taproot.witness[0].len(), 64);
            assert!(matches!(taproot.witness.len(), 1 | 3));
        }
    }

    #[test]
    fn an_inscription_keeps_its_content_in_pushes_that_are_allowed() {
        let unlocking = inscription(&mut generator(1, "script", 0), 10_000);
        let script = &unlocking.witness[1];
        assert!(script.len() > 10_000 && script.len() < 10_200, "{}", script.len());
        assert_eq!(script.last(), Some(&OP_ENDIF));
    }
}
