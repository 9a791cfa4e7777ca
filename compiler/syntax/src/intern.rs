//! Names stored once: equality is an integer comparison, and records are keyed by four bytes.
//!
//! A source names the same things over and over, and each mention is looked up: a table of numbers finds them.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

/// An interned string. Comparison is by number, not by text: sort by [`Interner::get`] for anything that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

/// All names of one run.
#[derive(Clone, Debug)]
pub struct Interner {
    names: Vec<Box<str>>,
    /// The hash of each name.
    hashes: Vec<u32>,
    /// Symbols by the hashes of their names, a power of two of places; the next free one if several want one.
    table: Vec<u32>,
    /// Bytes of all names.
    text: usize,
    /// Chosen anew for each run, so that no source can be written to slow it down.
    seed: u64,
}

/// A place of the table that holds no symbol.
const FREE: u32 = u32::MAX;

impl Default for Interner {
    fn default() -> Self {
        let seed = RandomState::new().build_hasher().finish();
        Self { names: Vec::new(), hashes: Vec::new(), text: 0, table: vec![FREE; 256], seed }
    }
}

/// What a name costs beside its text: its place, its hash, and its part of a table that is half empty.
const EACH: usize = 48;

impl Interner {
    /// No names yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The symbol of `name`, the same for equal names.
    pub fn intern(&mut self, name: &str) -> Symbol {
        let hash = hash(self.seed, name);
        let place = self.place(hash, name);
        if self.table[place] != FREE {
            return Symbol(self.table[place]);
        }
        let symbol = self.names.len() as u32;
        self.names.push(name.into());
        self.text += name.len();
        self.hashes.push(hash);
        self.table[place] = symbol;
        if self.names.len() * 2 > self.table.len() {
            self.grow();
        }
        Symbol(symbol)
    }

    /// Bytes in use.
    pub fn bytes(&self) -> usize {
        self.text + self.names.len() * EACH
    }

    /// The symbol of `name` if it was ever interned.
    pub fn lookup(&self, name: &str) -> Option<Symbol> {
        let found = self.table[self.place(hash(self.seed, name), name)];
        (found != FREE).then_some(Symbol(found))
    }

    /// The text of a symbol.
    pub fn get(&self, symbol: Symbol) -> &str {
        &self.names[symbol.0 as usize]
    }

    /// The place of a name in the table, or the free one where it belongs.
    fn place(&self, hash: u32, name: &str) -> usize {
        let mask = self.table.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let symbol = self.table[place];
            if symbol == FREE || (self.hashes[symbol as usize] == hash && self.get(Symbol(symbol)) == name) {
                return place;
            }
            place = (place + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let mask = self.table.len() * 2 - 1;
        self.table = vec![FREE; mask + 1];
        for (symbol, hash) in self.hashes.iter().enumerate() {
            let mut place = *hash as usize & mask;
            while self.table[place] != FREE {
                place = (place + 1) & mask;
            }
            self.table[place] = symbol as u32;
        }
    }
}

/// Eight bytes at a time, each step a multiplication whose two halves are folded into one.
fn hash(seed: u64, name: &str) -> u32 {
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    };
    let mut state = seed ^ name.len() as u64;
    let (chunks, rest) = name.as_bytes().as_chunks::<8>();
    for chunk in chunks {
        state = fold(state ^ u64::from_le_bytes(*chunk), 0x9e37_79b9_7f4a_7c15);
    }
    let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
    state = fold(state ^ last, 0xd6e8_feb8_6659_fd93);
    (state ^ (state >> 32)) as u32
}
