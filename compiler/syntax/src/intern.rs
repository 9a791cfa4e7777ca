//! Names stored once: equality is an integer comparison, and records are keyed by four bytes.

use std::collections::HashMap;
use std::sync::Arc;

/// An interned string. Comparison is by number, not by text: sort by [`Interner::get`] for anything that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

/// All names of one run.
#[derive(Debug, Default)]
pub struct Interner {
    names: Vec<Arc<str>>,
    symbols: HashMap<Arc<str>, Symbol>,
    /// Bytes of all names.
    text: usize,
}

/// What a name costs beside its text: its counts, its two places, and what a table leaves empty.
const EACH: usize = 80;

impl Interner {
    /// No names yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The symbol of `name`, the same for equal names.
    pub fn intern(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.symbols.get(name) {
            return *symbol;
        }
        let symbol = Symbol(self.names.len() as u32);
        let name: Arc<str> = name.into();
        self.text += name.len();
        self.names.push(Arc::clone(&name));
        self.symbols.insert(name, symbol);
        symbol
    }

    /// Bytes in use.
    pub fn bytes(&self) -> usize {
        self.text + self.names.len() * EACH
    }

    /// The symbol of `name` if it was ever interned.
    pub fn lookup(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    /// The text of a symbol.
    pub fn get(&self, symbol: Symbol) -> &str {
        &self.names[symbol.0 as usize]
    }
}
