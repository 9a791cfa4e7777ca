//! What a rule gives to the slots of a range: numbers that rise or fall by equal steps, or a table of them.
//!
//! Equal steps need no table: which slot has a number, and which number two rules have in common, is arithmetic, however
//! long the range is.

use std::collections::HashMap;

/// The numbers of consecutive slots. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sequence {
    /// By equal steps.
    Steps(Steps),
    /// One by one.
    Table(Table),
}

/// `first`, `first + step`, `first + 2 * step`, ….
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Steps {
    /// The slot of the first.
    pub slot: u64,
    /// How many there are.
    pub count: u64,
    /// The first number.
    pub first: u128,
    /// What each next one adds.
    pub step: i64,
}

/// Numbers as they were computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    slot: u64,
    numbers: Vec<u128>,
    /// By number, and then by slot.
    sorted: Vec<(u128, u64)>,
}

impl Sequence {
    /// Of numbers that were computed one by one, the first for `slot`. None if there are none.
    pub fn table(slot: u64, numbers: Vec<u128>) -> Option<Self> {
        let mut sorted: Vec<_> = numbers.iter().copied().zip(slot..).collect();
        sorted.sort_unstable();
        (!numbers.is_empty()).then_some(Self::Table(Table { slot, numbers, sorted }))
    }

    /// The first slot and the last one.
    pub fn slots(&self) -> (u64, u64) {
        let (slot, count) = match self {
            Self::Steps(steps) => (steps.slot, steps.count),
            Self::Table(table) => (table.slot, table.numbers.len() as u64),
        };
        (slot, slot.saturating_add(count - 1))
    }

    /// The number of a slot.
    pub fn number(&self, slot: u64) -> Option<u128> {
        match self {
            Self::Steps(steps) => {
                let at = slot.checked_sub(steps.slot).filter(|at| *at < steps.count)?;
                Some(steps.at(at))
            }
            Self::Table(table) => table.numbers.get(usize::try_from(slot.checked_sub(table.slot)?).ok()?).copied(),
        }
    }

    /// The first slot that has a number.
    pub fn slot_of(&self, number: u128) -> Option<u64> {
        match self {
            Self::Steps(steps) => steps.position(number).map(|at| steps.slot + at),
            Self::Table(table) => {
                let at = table.sorted.partition_point(|(known, _)| *known < number);
                table.sorted.get(at).filter(|(known, _)| *known == number).map(|(_, slot)| *slot)
            }
        }
    }

    /// The smallest number and the largest one.
    pub fn hull(&self) -> (u128, u128) {
        match self {
            Self::Steps(steps) => {
                let (first, last) = (steps.first, steps.at(steps.count - 1));
                (first.min(last), first.max(last))
            }
            Self::Table(table) => (table.sorted[0].0, table.sorted[table.sorted.len() - 1].0),
        }
    }

    /// The first slot whose number an earlier one has too: the earlier one, and this.
    pub fn repeated(&self) -> Option<(u64, u64)> {
        match self {
            Self::Steps(steps) => (steps.step == 0 && steps.count > 1).then_some((steps.slot, steps.slot + 1)),
            Self::Table(table) => {
                let mut seen = HashMap::with_capacity(table.numbers.len());
                (table.slot..)
                    .zip(&table.numbers)
                    .find_map(|(slot, number)| seen.insert(*number, slot).map(|earlier| (earlier, slot)))
            }
        }
    }

    /// The smallest number that both have.
    pub fn common(&self, other: &Self) -> Option<u128> {
        match (self, other) {
            (Self::Steps(a), Self::Steps(b)) => a.common(b),
            (Self::Table(table), other) | (other, Self::Table(table)) => {
                table.sorted.iter().map(|(number, _)| *number).find(|number| other.slot_of(*number).is_some())
            }
        }
    }

    /// How many slots have a number that another one has too.
    pub fn slots_within(&self, other: &Self) -> u64 {
        match (self, other) {
            (Self::Steps(own), _) if own.step == 0 => self.common(other).map_or(0, |_| own.count),
            (Self::Steps(own), Self::Steps(steps)) => own.how_many(steps),
            (Self::Steps(_), Self::Table(table)) => {
                let mut numbers: Vec<u128> = table.numbers.clone();
                numbers.sort_unstable();
                numbers.dedup();
                numbers.iter().filter(|number| self.slot_of(**number).is_some()).count() as u64
            }
            (Self::Table(table), _) => {
                table.numbers.iter().filter(|number| other.slot_of(**number).is_some()).count() as u64
            }
        }
    }

    /// How many numbers there are, each counted once.
    pub fn distinct(&self) -> u64 {
        match self {
            Self::Steps(steps) => {
                if steps.step == 0 {
                    1
                } else {
                    steps.count
                }
            }
            Self::Table(table) => {
                let mut numbers: Vec<u128> = table.numbers.clone();
                numbers.sort_unstable();
                numbers.dedup();
                numbers.len() as u64
            }
        }
    }

    /// The same of the first so many slots, of which there is at least one.
    pub fn of_first(&self, most: u64) -> Self {
        match self {
            Self::Steps(steps) => Self::Steps(Steps { count: steps.count.min(most.max(1)), ..*steps }),
            Self::Table(table) => {
                let most = usize::try_from(most.max(1)).unwrap_or(usize::MAX);
                let numbers = table.numbers.iter().copied().take(most).collect();
                Self::table(table.slot, numbers).unwrap_or_else(|| self.clone())
            }
        }
    }

    /// The same with smaller numbers.
    pub fn less(self, by: u128) -> Self {
        match self {
            Self::Steps(steps) => Self::Steps(Steps { first: steps.first.wrapping_sub(by), ..steps }),
            Self::Table(mut table) => {
                table.numbers.iter_mut().for_each(|number| *number = number.wrapping_sub(by));
                table.sorted.iter_mut().for_each(|(number, _)| *number = number.wrapping_sub(by));
                Self::Table(table)
            }
        }
    }

    /// The first slot whose number is not among these.
    pub fn first_outside(&self, (low, high): (u128, u128)) -> Option<u64> {
        let (slot, last) = self.slots();
        let outside = |slot: &u64| self.number(*slot).is_some_and(|number| number < low || high < number);
        if outside(&slot) {
            return Some(slot);
        }
        match self {
            // It only rises or only falls: once outside, it stays there.
            Self::Steps(_) => {
                let (mut inside, mut beyond) = (slot, Some(last).filter(outside)?);
                while beyond - inside > 1 {
                    let middle = inside + (beyond - inside) / 2;
                    match outside(&middle) {
                        true => beyond = middle,
                        false => inside = middle,
                    }
                }
                Some(beyond)
            }
            Self::Table(_) => (slot..=last).find(outside),
        }
    }
}

impl Steps {
    fn at(&self, at: u64) -> u128 {
        self.first.wrapping_add((i128::from(self.step) * i128::from(at)) as u128)
    }

    fn position(&self, number: u128) -> Option<u64> {
        let (low, distance) = match self.step >= 0 {
            true => (self.first, number.checked_sub(self.first)?),
            false => (number, self.first.checked_sub(number)?),
        };
        debug_assert!(low <= self.first, "the distance is from the first number");
        let step = u128::from(self.step.unsigned_abs());
        let at = match step {
            0 => (distance == 0).then_some(0)?,
            _ if distance % step == 0 => u64::try_from(distance / step).ok()?,
            _ => return None,
        };
        (at < self.count).then_some(at)
    }

    /// The smallest number, the largest, and what lies between two; nothing if there is only one.
    fn rising(&self) -> (u128, u128, u128) {
        let (first, last) = (self.first, self.at(self.count - 1));
        let step = if first == last { 0 } else { u128::from(self.step.unsigned_abs()) };
        (first.min(last), first.max(last), step)
    }

    /// How many numbers both have. Neither stands still.
    fn how_many(&self, other: &Self) -> u64 {
        let Some(first) = self.common(other) else { return 0 };
        let ((_, high, step), (_, end, others)) = (self.rising(), other.rising());
        if step == 0 || others == 0 {
            return 1;
        }
        let period = step * (others / inverse(step as i128, others as i128).0);
        u64::try_from((high.min(end) - first) / period).unwrap_or(u64::MAX).saturating_add(1)
    }

    fn common(&self, other: &Self) -> Option<u128> {
        let (one, two) = (self.rising(), other.rising());
        let ((low, high, step), (start, end, other)) = if one.0 <= two.0 { (one, two) } else { (two, one) };
        let distance = start - low;
        let last = high.min(end);
        match (step, other) {
            (0, _) => return (distance == 0).then_some(low),
            (_, 0) => return (distance % step == 0 && start <= last).then_some(start),
            _ => {}
        }
        // `low + step * n` with `step * n` = `distance` modulo `other`: the n are one residue class, if there are any.
        let (shared, inverse) = inverse(step as i128, other as i128);
        if distance % shared != 0 {
            return None;
        }
        let modulus = other / shared;
        // Both factors are below 2^63, as steps are.
        let n = distance / shared % modulus * inverse % modulus;
        let (number, period) = (low + step * n, step * modulus);
        let behind = start.saturating_sub(number).div_ceil(period);
        let number = number.checked_add(period.checked_mul(behind)?)?;
        (number <= last).then_some(number)
    }
}

/// The greatest common divisor of `a` and `b`, and the inverse of `a` modulo `b`, both without it.
fn inverse(a: i128, b: i128) -> (u128, u128) {
    let (mut old, mut new) = ((a, 1), (b, 0));
    while new.0 != 0 {
        let times = old.0 / new.0;
        (old, new) = (new, (old.0 - times * new.0, old.1 - times * new.1));
    }
    let modulus = b / old.0;
    (old.0 as u128, old.1.rem_euclid(modulus) as u128)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(slot: u64, count: u64, first: u128, step: i64) -> Sequence {
        Sequence::Steps(Steps { slot, count, first, step })
    }

    #[test]
    fn two_tenants_whose_digits_are_pasted_have_a_number_in_common() {
        // Service s of tenant 101 is 101 * 1000 + s; control plane c is "101" and "0" and two digits.
        let services = steps(1, 250, 101_001, 1);
        let planes = steps(1, 9, 101_011 - 10, 1);
        assert_eq!(services.common(&planes), Some(101_002 - 1));
        let every_tenth = steps(0, 100, 101_011, 10);
        assert_eq!(services.common(&every_tenth), Some(101_011));
    }

    #[test]
    fn numbers_of_other_residue_classes_never_meet() {
        let even = steps(0, u64::MAX, 0, 2);
        assert_eq!(even.common(&steps(0, u64::MAX, 1, 2)), None);
        assert_eq!(even.common(&steps(0, 1 << 60, 1, 3)), Some(4));
        assert_eq!(even.common(&steps(0, 5, 1 << 65, -3)), Some((1 << 65) - 12));
    }

    #[test]
    fn how_many_slots_meet_another_rule_is_arithmetic_or_counted() {
        let table = |numbers: Vec<u128>| Sequence::table(1, numbers).expect("some numbers");
        let (threes, fives) = (steps(0, 100, 0, 3), steps(0, 100, 0, 5));
        assert_eq!((threes.slots_within(&fives), fives.slots_within(&threes)), (20, 20));
        assert_eq!(threes.slots_within(&steps(0, 100, 297, -3)), 100);
        assert_eq!(steps(1, 9, 7, 0).slots_within(&steps(1, 9, 7, 1)), 9);
        assert_eq!(steps(1, 9, 7, 1).slots_within(&steps(1, 9, 7, 0)), 1);
        assert_eq!(table(vec![3, 3, 4, 9]).slots_within(&threes), 3);
        assert_eq!(threes.slots_within(&table(vec![3, 3, 4, 9])), 2);
        assert_eq!(table(vec![3, 3, 4, 9]).distinct(), 3);
        assert_eq!(table(vec![3, 3, 4, 9]).of_first(2).distinct(), 1);
        assert_eq!((steps(1, 9, 7, 0).distinct(), steps(1, 9, 7, -2).of_first(4).distinct()), (1, 4));
    }

    #[test]
    fn the_first_slot_outside_is_found_at_either_end() {
        assert_eq!(steps(7, 10, 100, 10).first_outside((100, 149)), Some(12));
        assert_eq!(steps(7, 10, 100, 10).first_outside((101, 149)), Some(7));
        assert_eq!(steps(7, 10, 100, -10).first_outside((50, 200)), Some(13));
        assert_eq!(steps(7, 10, 100, 10).first_outside((100, 190)), None);
        let table = Sequence::table(3, vec![5, 9, 6]).expect("three numbers");
        assert_eq!((table.first_outside((5, 8)), table.first_outside((5, 9))), (Some(4), None));
    }

    #[test]
    fn the_end_of_the_address_space_is_not_passed() {
        let last = steps(0, 3, u128::MAX - 2, 1);
        assert_eq!(last.hull(), (u128::MAX - 2, u128::MAX));
        assert_eq!(last.slot_of(u128::MAX), Some(2));
        assert_eq!(last.common(&steps(0, 2, u128::MAX, -1)), Some(u128::MAX - 1));
        let wide = steps(0, u64::MAX, 0, i64::MAX);
        assert_eq!(wide.common(&steps(0, u64::MAX, 1, i64::MAX - 1)), Some(i64::MAX as u128));
    }
}
