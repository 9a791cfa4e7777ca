//! Maps keyed by symbols. A symbol is a number that this run handed out one after the other, so nobody can choose keys
//! that collide, and one multiplication spreads them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use arvc_syntax::intern::Symbol;

/// A map from symbols.
pub(super) type SymbolMap<T> = HashMap<Symbol, T, BuildHasherDefault<SymbolHasher>>;

/// Hashes one `u32`.
#[derive(Default)]
pub(super) struct SymbolHasher(u64);

impl Hasher for SymbolHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
    }

    fn write_u32(&mut self, number: u32) {
        let spread = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ (spread >> 32);
    }
}
