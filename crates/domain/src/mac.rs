// SPDX-License-Identifier: AGPL-3.0-or-later
//! HMAC-SHA256: what only the holder of a key could have written.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// Bytes that SHA-256 takes at a time.
const BLOCK_BYTES: usize = 64;

/// The code of what the parts are together, under a key of whatever length (RFC 2104). Where one key has several uses, or a
/// part no fixed length, the parts say so themselves.
#[must_use]
pub fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = [0_u8; BLOCK_BYTES];
    let digest = Sha256::digest(key);
    let key = if key.len() > BLOCK_BYTES { digest.as_slice() } else { key };
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn the_vectors_of_rfc_4231_come_out() {
        for (key, parts, expected) in [
            (
                b"Jefe".to_vec(),
                vec![b"what do ya want ".as_slice(), b"for nothing?"],
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                vec![0xaa; 131],
                vec![b"Test Using Larger Than Block-Size Key - Hash Key First".as_slice()],
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(HEXLOWER.encode(&mac(&key, &parts)), expected);
        }
    }
}
