//! Maps keyed by symbols and indices. Such a number was handed out by this run, one after the other, so nobody can choose
//! keys that collide, and one multiplication spreads them.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use arvc_syntax::intern::Symbol;

/// A map from symbols.
pub(crate) type SymbolMap<T> = HashMap<Symbol, T, Spread>;

/// Hashes numbers of this run.
pub(crate) type Spread = BuildHasherDefault<NumberHasher>;

/// Hashes one number after another.
#[derive(Default)]
pub(crate) struct NumberHasher(u64);

impl Hasher for NumberHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_u64(u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        let spread = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = spread ^ (spread >> 32);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }
}
