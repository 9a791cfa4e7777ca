//! Sets of small numbers as words of bits.

/// A set of small numbers: the words that are not zero, each with its place, in their order. So equal sets are equal
/// values, and a set of a few numbers is small however large they are: most sets hold a few classes of very many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits(Vec<(u32, u64)>);

impl Bits {
    /// No number.
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Adds a number.
    pub fn insert(&mut self, number: usize) {
        let (place, bit) = word(number);
        match self.0.last_mut() {
            Some((last, bits)) if *last == place => *bits |= bit,
            Some((last, _)) if *last > place => match self.0.binary_search_by_key(&place, |word| word.0) {
                Ok(index) => self.0[index].1 |= bit,
                Err(index) => self.0.insert(index, (place, bit)),
            },
            _ => self.0.push((place, bit)),
        }
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether both have a number.
    pub fn meets(&self, other: &Self) -> bool {
        self.shared(other).any(|(_, a, b)| a & b != 0)
    }

    /// Whether the other has all of its numbers.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.len() <= other.0.len() && self.shared(other).filter(|(_, a, b)| a & !b == 0).count() == self.0.len()
    }

    /// Adds what the other has.
    pub fn add(&mut self, other: &Self) {
        if self.is_empty() {
            self.0.clone_from(&other.0);
        } else if !other.is_empty() {
            *self = self.union(other);
        }
    }

    /// What is in either.
    pub fn union(&self, other: &Self) -> Self {
        let mut both = Vec::with_capacity(self.0.len().max(other.0.len()));
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some(&&(one, left)), Some(&&(two, right))) = (a.peek(), b.peek()) {
            both.push((one.min(two), if one <= two { left } else { 0 } | if two <= one { right } else { 0 }));
            a.next_if(|_| one <= two);
            b.next_if(|_| two <= one);
        }
        both.extend(a.chain(b));
        Self(both)
    }

    /// What is in both.
    pub fn intersection(&self, other: &Self) -> Self {
        let words = self.shared(other).map(|(place, a, b)| (place, a & b));
        Self(words.filter(|(_, word)| *word != 0).collect())
    }

    /// What is in this and not in the other.
    pub fn difference(&self, other: &Self) -> Self {
        let mut rest = other.0.as_slice();
        let words = self.0.iter().map(|(place, word)| {
            rest = from(rest, *place);
            let taken = rest.first().filter(|(other, _)| other == place).map_or(0, |(_, word)| *word);
            (*place, word & !taken)
        });
        Self(words.filter(|(_, word)| *word != 0).collect())
    }

    /// Its numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().flat_map(|(place, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(*place as usize * 64 + bit)
            })
        })
    }

    /// The words that stand at one place in both; those of the shorter set first.
    fn shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (u32, u64, u64)> + 'a {
        let (few, mut many) = if self.0.len() <= other.0.len() { (self, &other.0[..]) } else { (other, &self.0[..]) };
        few.0.iter().filter_map(move |(place, word)| {
            many = from(many, *place);
            many.first().filter(|(other, _)| other == place).map(|(_, other)| (*place, *word, *other))
        })
    }
}

/// The numbers in any order, each as often as it likes.
impl FromIterator<usize> for Bits {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut numbers: Vec<usize> = numbers.into_iter().collect();
        numbers.sort_unstable();
        let mut bits = Self::none();
        numbers.into_iter().for_each(|number| bits.insert(number));
        bits
    }
}

fn word(number: usize) -> (u32, u64) {
    ((number / 64) as u32, 1 << (number % 64))
}

/// The words from a place on. Steps double until they are too long, so that few words among many are found without
/// looking at all of them, and each word of many after the one before.
fn from(words: &[(u32, u64)], place: u32) -> &[(u32, u64)] {
    let mut step = 1;
    while words.get(step - 1).is_some_and(|(other, _)| *other < place) {
        step *= 2;
    }
    let (low, high) = (step / 2, step.min(words.len()));
    &words[low + words[low..high].partition_point(|(other, _)| *other < place)..]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn bits(set: &BTreeSet<usize>) -> Bits {
        set.iter().rev().copied().collect()
    }

    proptest! {
        #[test]
        fn sets_of_bits_agree_with_sets(
            a in prop::collection::btree_set(0..2000usize, 0..40),
            b in prop::collection::btree_set(0..2000usize, 0..40),
        ) {
            let (x, y) = (bits(&a), bits(&b));
            prop_assert!(x.union(&y).iter().eq(a.union(&b).copied()));
            prop_assert!(x.intersection(&y).iter().eq(a.intersection(&b).copied()));
            prop_assert!(x.difference(&y).iter().eq(a.difference(&b).copied()));
            prop_assert_eq!(x.meets(&y), !a.is_disjoint(&b));
            prop_assert_eq!(x.is_empty(), a.is_empty());
            prop_assert_eq!(x.is_subset(&y), a.is_subset(&b));
            prop_assert!(x.intersection(&y).is_subset(&x) && x.is_subset(&x.union(&y)));
            prop_assert_eq!(x == y, a == b);
            let mut grown = x.clone();
            b.iter().rev().for_each(|number| grown.insert(*number));
            prop_assert_eq!(grown, x.union(&y));
            prop_assert_eq!(x.difference(&y).union(&x.intersection(&y)), x);
        }
    }
}
