//! The merkle tree whose root is in the header of a block.

use crate::wire::sha256d::sha256d;

/// Returns the root over `leaves`, and whether the list may be a mutation of another one.
///
/// An odd level is filled up with its last hash, so a list that repeats its end has the same root as the one
/// without the repetition (CVE-2012-2459). Equal neighbours reveal it. The root of no leaves is all zero.
pub(crate) fn merkle_root(mut leaves: Vec<[u8; 32]>) -> ([u8; 32], bool) {
    let mut is_mutated = false;
    while leaves.len() > 1 {
        leaves = leaves
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => {
                    is_mutated |= left == right;
                    sha256d([*left, *right].as_flattened())
                }
                _ => sha256d([pair[0]; 2].as_flattened()),
            })
            .collect();
    }
    (leaves.first().copied().unwrap_or_default(), is_mutated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(names: &[u8]) -> Vec<[u8; 32]> {
        names.iter().map(|&name| [name; 32]).collect()
    }

    #[test]
    fn a_repeated_end_gives_the_same_root_and_is_noticed() {
        let (root, is_mutated) = merkle_root(leaves(&[1, 2, 3]));
        assert!(!is_mutated);
        assert_eq!(merkle_root(leaves(&[1, 2, 3, 3])), (root, true));

        let (root, is_mutated) = merkle_root(leaves(&[1, 2, 3, 4, 5, 6]));
        assert!(!is_mutated);
        assert_eq!(merkle_root(leaves(&[1, 2, 3, 4, 5, 6, 5, 6])), (root, true));
    }

    #[test]
    fn a_single_leaf_is_the_root() {
        assert_eq!(merkle_root(leaves(&[7])), ([7; 32], false));
        assert_eq!(merkle_root(Vec::new()), ([0; 32], false));
    }
}
