//! What is decided of ranges at their declaration, held against trying every slot: whether two slots, or two ranges, have a
//! number in common, which one, how many numbers there are; and that a number leads back to its slot.
//!
//! Rules that lie on a line are decided by arithmetic and all others by a table; what is tried here knows neither.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use arvc::pipeline::check;
use arvc::source::Problem;
use arvc_site::allocation::{Sequence, Steps};
use arvc_site::model::{NetworkId, Vmid};
use arvc_tests::random::{Choices, config, numbers};
use proptest::prelude::proptest;

/// A network with two prefixes, and one that no range names.
const HEAD: &str = r#"{
  name = "site"; domain = "example.internal";
  operators.addresses = [ 203.0.113.9 ]; nodes.pve = { address = 10.9.0.1; };
  networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; };
  images.debian = { vmid = 9000; };
"#;

/// A function of a slot, small numbers that the caller moves to where they belong.
#[derive(Clone, Debug)]
enum Rule {
    /// `start + step * n`, less or more.
    Line { start: i64, step: i64 },
    /// `start + step * mod n count`.
    Wrapped { start: i64, step: i64, count: i64 },
    /// The digits of the slot with others between them.
    Digits { start: i64, tens: i64 },
    /// Two lines, one behind the other.
    Broken { at: i64, first: i64, second: i64 },
}

impl Rule {
    fn any(choices: &mut Choices) -> Self {
        let start = 60 + choices.below(30) as i64;
        let step = *choices.pick(&[1, 1, 2, 3, 0, -1, -2]);
        match choices.below(4) {
            0 => Self::Line { start, step },
            1 => Self::Wrapped { start, step, count: 2 + choices.below(20) as i64 },
            2 => Self::Digits { start, tens: *choices.pick(&[10, 12, 20, 9]) },
            _ => Self::Broken {
                at: choices.below(20) as i64,
                first: start,
                second: start + choices.below(30) as i64 - 10,
            },
        }
    }

    fn of(&self, n: i64) -> i64 {
        match *self {
            Self::Line { start, step } => start + step * n,
            Self::Wrapped { start, step, count } => start + step * (n % count),
            Self::Digits { start, tens } => start + n / 10 * tens + n % 10,
            Self::Broken { at, first, .. } if n < at => first + n,
            Self::Broken { second, .. } => second + n,
        }
    }

    fn text(&self) -> String {
        match *self {
            Self::Line { start, step } if step < 0 => format!("{start} - {} * n", -step),
            Self::Line { start, step } => format!("{start} + {step} * n"),
            Self::Wrapped { start, step, count } if step < 0 => format!("{start} - {} * mod n {count}", -step),
            Self::Wrapped { start, step, count } => format!("{start} + {step} * mod n {count}"),
            Self::Digits { start, tens } => format!("{start} + n / 10 * {tens} + mod n 10"),
            Self::Broken { at, first, second } => format!("if n < {at} then {first} + n else {second} + n"),
        }
    }
}

/// What gives a number to each slot.
#[derive(Clone, Debug)]
enum Numbers {
    Span(i64, i64),
    Rule(Rule),
}

#[derive(Clone, Debug)]
struct Range {
    slots: (i64, i64),
    /// It counts by its VMIDs, and has no slots of its own.
    by_vmids: bool,
    vmids: Numbers,
    /// Of the network by its name; else of every network.
    named: bool,
    addresses: Numbers,
}

impl Range {
    fn any(choices: &mut Choices) -> Self {
        let (first, count) = (1 + choices.below(12) as i64, 1 + choices.below(24) as i64);
        let span = |choices: &mut Choices, base: i64, room: usize| {
            let first = base + choices.below(room) as i64;
            Numbers::Span(first, first + choices.below(16) as i64)
        };
        if choices.once_in(3) {
            let first = 2060 + choices.below(30) as i64;
            let slots = (first, first + count - 1);
            let (named, addresses) = (choices.once_in(2), span(choices, 60, 40));
            return Self { slots, by_vmids: true, vmids: Numbers::Span(slots.0, slots.1), named, addresses };
        }
        let rule_or_span = |choices: &mut Choices, base: i64| match choices.once_in(3) {
            true => span(choices, base + 60, 30),
            false => Numbers::Rule(Rule::any(choices)),
        };
        let (vmids, addresses) = (rule_or_span(choices, 2000), rule_or_span(choices, 0));
        let named = matches!(addresses, Numbers::Rule(_)) || choices.once_in(2);
        Self { slots: (first, first + count - 1), by_vmids: false, vmids, named, addresses }
    }

    fn text(&self, name: &str) -> String {
        let mut text = format!("  ranges.{name} = {{ ");
        if !self.by_vmids {
            let _ = write!(text, "slots = {}..{}; ", self.slots.0, self.slots.1);
        }
        let _ = match &self.vmids {
            Numbers::Span(first, last) => write!(text, "vmids = {first}..{last}; "),
            Numbers::Rule(rule) => write!(text, "vmid = n: 2000 + ({}); ", rule.text()),
        };
        let on = if self.named { "on.lan." } else { "" };
        let _ = match &self.addresses {
            Numbers::Span(first, last) => write!(text, "{on}addresses = {first}..{last}; "),
            Numbers::Rule(rule) => write!(text, "on.lan.address = n: 10.0.0.0 + ({}); ", rule.text()),
        };
        text + "};\n"
    }

    /// The number of each slot that has one.
    fn tried(&self, numbers: &Numbers, base: i64) -> BTreeMap<i64, i64> {
        let number = |slot: i64| match numbers {
            Numbers::Span(first, last) => Some(first + slot - self.slots.0).filter(|number| number <= last),
            Numbers::Rule(rule) => Some(base + rule.of(slot)),
        };
        (self.slots.0..=self.slots.1).filter_map(|slot| Some((slot, number(slot)?))).collect()
    }

    fn vmids(&self) -> BTreeMap<i64, i64> {
        self.tried(&self.vmids, 2000)
    }

    fn addresses(&self) -> BTreeMap<i64, i64> {
        self.tried(&self.addresses, 0)
    }
}

/// The first slot whose number an earlier one has, with that one.
fn repeated(numbers: &BTreeMap<i64, i64>) -> Option<(i64, i64, i64)> {
    let mut seen = BTreeMap::new();
    numbers.iter().find_map(|(slot, number)| seen.insert(*number, *slot).map(|earlier| (earlier, *slot, *number)))
}

/// The smallest number that both have.
fn common(one: &BTreeMap<i64, i64>, other: &BTreeMap<i64, i64>) -> Option<i64> {
    let other: BTreeSet<i64> = other.values().copied().collect();
    one.values().copied().filter(|number| other.contains(number)).min()
}

fn judged(decisions: Vec<u32>) {
    let mut choices = Choices::new(decisions);
    let ranges = [Range::any(&mut choices), Range::any(&mut choices)];
    let names = ["one", "two"];
    let parts: String = ranges.iter().zip(names).map(|(range, name)| range.text(name)).collect();
    let text = format!("{HEAD}{parts}}}\n");
    let checked = check("site.arv", text, &mut |_: &str| Err(Problem::NotFound));
    let said: BTreeSet<(&str, &str)> =
        checked.diagnostics.iter().map(|problem| (problem.code.id, problem.message.as_str())).collect();
    let mut expected = BTreeSet::new();
    for (range, name) in ranges.iter().zip(names) {
        let what = if range.by_vmids { "VMID" } else { "slot" };
        if let Some((first, second, vmid)) = repeated(&range.vmids()) {
            expected.insert(("E0387", format!("`ranges.{name}` gives {what}s {first} and {second} one VMID, {vmid}")));
        }
        if let Some((first, second, host)) = repeated(&range.addresses()) {
            let words = format!("`ranges.{name}` gives {what}s {first} and {second} one address in `networks.lan`");
            expected.insert(("E0388", format!("{words}, 10.0.0.{host}")));
        }
    }
    if let Some(vmid) = common(&ranges[0].vmids(), &ranges[1].vmids()) {
        expected.insert(("E0303", format!("`ranges.one` and `ranges.two` both have VMID {vmid}")));
    }
    if let Some(host) = common(&ranges[0].addresses(), &ranges[1].addresses()) {
        let what = match ranges.iter().any(|range| range.named) {
            true => format!("address 10.0.0.{host} in `networks.lan`"),
            false => format!("host number {host}"),
        };
        expected.insert(("E0303", format!("`ranges.one` and `ranges.two` both have {what}")));
    }
    let expected: BTreeSet<(&str, &str)> = expected.iter().map(|(code, words)| (*code, words.as_str())).collect();
    assert_eq!(said, expected, "\n{parts}");

    let site = checked.site.expect("a site, whatever its ranges");
    for ((range, name), named) in ranges.iter().zip(names).zip(&site.ranges) {
        assert_eq!(named.named.name, name);
        let numbering = &site.numbering[usize::from(name == "two")];
        let (vmids, addresses) = (range.vmids(), range.addresses());
        assert_eq!(numbering.capacity(), vmids.len().min(addresses.len()) as u64, "capacity\n{parts}");
        let lan = NetworkId(0);
        let address = |host: i64| IpAddr::V4(Ipv4Addr::new(10, 0, 0, host as u8));
        for slot in range.slots.0 - 2..=range.slots.1 + 2 {
            let n = slot as u64;
            assert_eq!(numbering.vmid(n), vmids.get(&slot).map(|vmid| Vmid(*vmid as u32)), "VMID of {slot}\n{parts}");
            assert_eq!(numbering.address(lan, n), addresses.get(&slot).map(|it| address(*it)), "of {slot}\n{parts}");
        }
        // A number leads back to the first slot that has it, and no other number leads anywhere.
        let first = |numbers: &BTreeMap<i64, i64>, number: i64| {
            numbers.iter().find(|(_, it)| **it == number).map(|it| *it.0 as u64)
        };
        for host in 0..=255 {
            assert_eq!(numbering.slot_of_address(lan, address(host)), first(&addresses, host), "of .{host}\n{parts}");
            let vmid = 2000 + host;
            assert_eq!(numbering.slot_of(Vmid(vmid as u32)), first(&vmids, vmid), "of {vmid}\n{parts}");
        }
    }
}

/// Steps and tables of small numbers, near either end of all numbers too.
fn sequence(choices: &mut Choices) -> (Sequence, Vec<u128>) {
    let base = *choices.pick(&[40, 0, u128::MAX - 200, 1 << 64]);
    let slot = choices.below(5) as u64;
    let count = 1 + choices.below(12);
    let first = base + 60 + choices.below(40) as u128;
    let step = choices.below(9) as i64 - 4;
    let numbers: Vec<u128> = (0..count as i128).map(|at| first.wrapping_add((i128::from(step) * at) as u128)).collect();
    match choices.below(3) {
        0 => (Sequence::Steps(Steps { slot, count: count as u64, first, step }), numbers),
        1 => (Sequence::table(slot, numbers.clone()).expect("there are numbers"), numbers),
        _ => {
            let numbers: Vec<u128> = (0..count).map(|_| base + choices.below(100) as u128).collect();
            (Sequence::table(slot, numbers.clone()).expect("there are numbers"), numbers)
        }
    }
}

fn compared(decisions: Vec<u32>) {
    let mut choices = Choices::new(decisions);
    let ((one, first), (two, second)) = (sequence(&mut choices), sequence(&mut choices));
    let words = format!("{one:?}\n{two:?}");
    let shared = first.iter().filter(|number| second.contains(number)).min().copied();
    assert_eq!(one.common(&two), shared, "{words}");
    assert_eq!(two.common(&one), shared, "{words}");
    let (slot, last) = one.slots();
    assert_eq!(last - slot + 1, first.len() as u64);
    assert_eq!(one.hull(), (*first.iter().min().expect("one"), *first.iter().max().expect("one")));
    let earlier = |at: usize| first[..at].iter().position(|number| *number == first[at]);
    let repeated = (0..first.len()).find_map(|at| Some((slot + earlier(at)? as u64, slot + at as u64)));
    // Of a line the first pair is named, of a table the first slot that repeats one.
    assert_eq!(one.repeated(), repeated, "{words}");
    for number in first.iter().chain(&second).flat_map(|number| [number.saturating_sub(1), *number]) {
        let found = first.iter().position(|it| *it == number).map(|at| slot + at as u64);
        assert_eq!(one.slot_of(number), found, "{number}: {words}");
    }
    let (low, high) = (*second.iter().min().expect("one"), *second.iter().max().expect("one"));
    let outside = first.iter().position(|number| *number < low || high < *number).map(|at| slot + at as u64);
    assert_eq!(one.first_outside((low, high)), outside, "{words}");
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn what_is_said_of_two_ranges_is_what_trying_every_slot_finds(decisions in numbers(24)) {
        judged(decisions);
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn two_sequences_are_compared_as_their_numbers_are(decisions in numbers(40)) {
        compared(decisions);
    }
}
