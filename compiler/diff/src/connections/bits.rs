//! Sets of small numbers.

/// A set of numbers below a bound.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// Nothing below a bound.
    pub fn new(bound: usize) -> Self {
        Self(vec![0; bound.div_ceil(64)])
    }

    /// These.
    pub fn of(bound: usize, items: impl IntoIterator<Item = usize>) -> Self {
        let mut bits = Self::new(bound);
        items.into_iter().for_each(|item| bits.set(item));
        bits
    }

    pub fn set(&mut self, item: usize) {
        self.0[item / 64] |= 1 << (item % 64);
    }

    pub fn has(&self, item: usize) -> bool {
        self.0[item / 64] & (1 << (item % 64)) != 0
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).all(|(own, other)| own & !other == 0)
    }

    pub fn union(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(own, other)| *own |= other);
    }

    pub fn without(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(own, other)| own & !other).collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> {
        let items = |(at, word): (usize, &u64)| {
            let word = *word;
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| at * 64 + bit)
        };
        self.0.iter().enumerate().flat_map(items)
    }
}
