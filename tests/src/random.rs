//! How random tests are run: the same inputs on every machine, unless somebody asks for others.
//!
//! `ARVC_SEED=7` gives other inputs, `ARVC_CASES=50` that many times as many. What is generated is made from a list of
//! numbers, so that proptest makes a failing input smaller without knowing what it is.

use proptest::prelude::{ProptestConfig, Rng, Strategy};
use proptest::strategy::{NewTree, ValueTree};
use proptest::test_runner::{RngSeed, TestRunner};

/// The configuration of a random test with so many inputs.
pub fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases: cases * number("ARVC_CASES").unwrap_or(1) as u32,
        rng_seed: RngSeed::Fixed(number("ARVC_SEED").unwrap_or(0)),
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..ProptestConfig::default()
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// The numbers that a generator decides by; up to `most` of them.
///
/// A failing list is made smaller by taking pieces out of it, then by making pieces zero, then by halving numbers: a
/// generator that meets other numbers than before makes another, mostly smaller, thing.
pub fn numbers(most: usize) -> Numbers {
    Numbers { most }
}

/// See [`numbers`].
#[derive(Debug)]
pub struct Numbers {
    most: usize,
}

impl Strategy for Numbers {
    type Tree = Smaller;
    type Value = Vec<u32>;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let rng = runner.rng();
        let length = rng.next_u32() as usize % self.most + 1;
        let best: Vec<u32> = (0..length).map(|_| rng.next_u32()).collect();
        Ok(Smaller { current: best.clone(), piece: best.len(), best, way: Way::Without, at: 0, better: false })
    }
}

/// The search for a smaller list.
#[derive(Debug)]
pub struct Smaller {
    /// The smallest list that fails.
    best: Vec<u32>,
    /// What is tried.
    current: Vec<u32>,
    way: Way,
    /// How long the pieces are, and where the next one begins.
    piece: usize,
    at: usize,
    /// Whether this round found anything.
    better: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Without,
    Zero,
    Half,
}

impl Smaller {
    /// The next list to try, or the end.
    fn next(&mut self) -> bool {
        loop {
            if self.at >= self.best.len() {
                self.at = 0;
                self.piece /= 2;
                if self.piece == 0 || self.way == Way::Half {
                    self.way = match self.way {
                        Way::Without => Way::Zero,
                        Way::Zero => Way::Half,
                        Way::Half if self.better => Way::Without,
                        Way::Half => return false,
                    };
                    self.better &= self.way != Way::Without;
                    self.piece = if self.way == Way::Half { 1 } else { self.best.len().max(1) };
                }
                if self.best.is_empty() {
                    return false;
                }
            }
            let piece = self.at..(self.at + self.piece).min(self.best.len());
            self.at = piece.end;
            self.current.clone_from(&self.best);
            match self.way {
                Way::Without => drop(self.current.drain(piece)),
                Way::Zero => self.current[piece].fill(0),
                Way::Half => self.current[piece].iter_mut().for_each(|number| *number /= 2),
            }
            if self.current != self.best {
                return true;
            }
        }
    }
}

impl ValueTree for Smaller {
    type Value = Vec<u32>;

    fn current(&self) -> Vec<u32> {
        self.current.clone()
    }

    /// What was tried fails too.
    fn simplify(&mut self) -> bool {
        if self.current != self.best {
            let removed = self.best.len() - self.current.len();
            self.at = if self.way == Way::Half { self.at - 1 } else { self.at - removed };
            self.best.clone_from(&self.current);
            self.better = true;
        }
        self.next()
    }

    /// What was tried is good.
    fn complicate(&mut self) -> bool {
        let more = self.next();
        if !more {
            self.current.clone_from(&self.best);
        }
        more
    }
}

/// Decisions, one for each number. When there are no more, each is the first of its alternatives: generators put the
/// simplest there.
#[derive(Clone, Debug)]
pub struct Choices {
    numbers: Vec<u32>,
    next: usize,
}

impl Choices {
    /// Decisions by these numbers.
    pub fn new(numbers: Vec<u32>) -> Self {
        Self { numbers, next: 0 }
    }

    /// Whether there are no more numbers.
    pub fn is_over(&self) -> bool {
        self.next >= self.numbers.len()
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let number = self.numbers.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        number as usize % end.max(1)
    }

    /// Whether, one time out of `times`.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Another order of the same items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            // The first alternative leaves an item where it is.
            let other = at - self.below(at + 1);
            items.swap(at, other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_numbers_everything_is_the_first_alternative_and_stays_in_order() {
        let mut choices = Choices::new(Vec::new());
        assert_eq!((choices.below(7), choices.once_in(2), *choices.pick(&[3, 4])), (0, false, 3));
        let mut items = [1, 2, 3, 4];
        choices.shuffle(&mut items);
        assert_eq!(items, [1, 2, 3, 4]);
    }

    #[test]
    fn a_failing_list_becomes_as_small_as_it_can() {
        let mut runner = TestRunner::new(config(1));
        let fails = |numbers: &[u32]| numbers.iter().any(|number| number % 10 == 7) && numbers.len() > 2;
        for _ in 0..20 {
            let mut tree = numbers(60).new_tree(&mut runner).expect("numbers are always found");
            if !fails(&tree.current()) {
                continue;
            }
            let mut failed = true;
            while if failed { tree.simplify() } else { tree.complicate() } {
                failed = fails(&tree.current());
            }
            let mut smallest = tree.current();
            smallest.sort_unstable();
            assert_eq!(smallest[..2], [0, 0]);
            assert_eq!(smallest[2] % 10, 7);
        }
    }

    #[test]
    fn a_shuffle_keeps_every_item() {
        let mut items: Vec<u32> = (0..50).collect();
        Choices::new((0..50).map(|n| n * 7919).collect()).shuffle(&mut items);
        assert_ne!(items, (0..50).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
    }
}
