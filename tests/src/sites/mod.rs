//! Small sites drawn from features: what packets are sent through, to see whether they go where the files say.
//!
//! The same seed gives the same site on every machine. Each is small, so that packets through it are fast; all of them together
//! have every feature, also beside each other one.

mod change;
mod draw;
mod text;

pub use change::{NOT_BUILT, draw_edits};
pub use draw::draw;

/// A site.
#[derive(Clone, Debug)]
pub struct Site {
    /// The lines of its source in front of its flows.
    pub head: String,
    /// What is allowed, a flow each.
    pub flows: Vec<String>,
    /// What was drawn, in words.
    pub features: Vec<&'static str>,
    /// Which release of Nebula each member runs, where they are not all of one.
    pub releases: Vec<(String, &'static str)>,
}

impl Site {
    /// Its source. A flow stands on a line of its own, and so can be left out.
    pub fn source(&self) -> String {
        let flows: String = self.flows.iter().map(|flow| format!("    {flow},\n")).collect();
        format!("{}  allow = [\n{flows}  ];\n}}\n", self.head)
    }

    /// The line of its first flow in the source.
    pub fn first_flow(&self) -> usize {
        self.head.lines().count() + 2
    }
}

/// Numbers that follow from a seed, for [`Choices`](crate::random::Choices) (SplitMix64, Steele and others 2014).
pub fn numbers(seed: u64, count: usize) -> Vec<u32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x6a09_e667_f3bc_c908;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 32) as u32
    };
    (0..count).map(|_| next()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_site() {
        for seed in 0..50 {
            assert_eq!(draw(seed).source(), draw(seed).source());
            assert_ne!(draw(seed).source(), draw(seed + 1).source());
        }
    }

    #[test]
    fn twenty_sites_have_every_feature() {
        let all: BTreeSet<&str> = (1..2000).flat_map(|seed| draw(seed).features).collect();
        let some: BTreeSet<&str> = (1..=20).flat_map(|seed| draw(seed).features).collect();
        assert_eq!(all.len(), 30, "{all:?}");
        assert_eq!(all.difference(&some).collect::<Vec<_>>(), Vec::<&&str>::new());
    }

    #[test]
    fn a_flow_stands_on_its_own_line() {
        for seed in 0..50 {
            let site = draw(seed);
            let source = site.source();
            for (number, flow) in site.flows.iter().enumerate() {
                let line = source.lines().nth(site.first_flow() + number - 1).expect("the line");
                assert_eq!(line.trim(), format!("{flow},"));
            }
        }
    }
}
