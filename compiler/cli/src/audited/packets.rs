//! The packets that both are asked about, and what was proved of them, a bit each.

use arvc_audit::Row;
use arvc_reach::layers::{Answers, packet_of};
use arvc_reach::ports::PortSet;
use arvc_verdict::{Counted, Protocol, Question, Verdict};

/// A sorted list of packets.
pub(super) struct Packets<'p> {
    list: &'p [(Protocol, Option<u16>)],
    words: usize,
}

impl<'p> Packets<'p> {
    pub fn new(list: &'p [(Protocol, Option<u16>)]) -> Self {
        Self { list, words: list.len().div_ceil(64) }
    }

    /// What was proved of a way.
    pub fn proved(&self, answers: &Answers<'_, '_>, question: &mut Question, counted: Counted) -> Row {
        let mut row = Row { open: vec![0; self.words], closed: vec![0; self.words] };
        for part in answers.parts(&question.path, question.address) {
            (question.protocol, question.port) = packet_of(&part);
            match answers.bounds(question, counted) {
                Ok((lower, upper)) => {
                    self.put(&lower.intersection(&part), &mut row.open);
                    self.put(&part.difference(&upper), &mut row.closed);
                }
                Err(Verdict::Open) => self.put(&part, &mut row.open),
                Err(Verdict::Closed) => self.put(&part, &mut row.closed),
                Err(Verdict::Unknown { .. }) => {}
            }
        }
        row
    }

    /// How many bits there are.
    pub fn count(&self, bits: impl Fn(usize) -> u64) -> usize {
        (0..self.words).map(|at| (bits(at) & self.used(at)).count_ones() as usize).sum()
    }

    /// The packets of these bits.
    pub fn those(&self, bits: impl Fn(usize) -> u64) -> impl Iterator<Item = (Protocol, Option<u16>)> {
        (0..self.words).flat_map(move |at| {
            let bits = bits(at) & self.used(at);
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| self.list[at * 64 + bit])
        })
    }

    fn used(&self, at: usize) -> u64 {
        match self.list.len() - at * 64 {
            64.. => u64::MAX,
            rest => (1 << rest) - 1,
        }
    }

    /// Sets the bits of a set.
    fn put(&self, set: &PortSet, bits: &mut [u64]) {
        let mut range = |first: (Protocol, Option<u16>), last: (Protocol, Option<u16>)| {
            let (low, high) =
                (self.list.partition_point(|it| *it < first), self.list.partition_point(|it| *it <= last));
            (low..high).for_each(|at| bits[at / 64] |= 1 << (at % 64));
        };
        for (protocol, ranges) in [(Protocol::Tcp, &set.tcp), (Protocol::Udp, &set.udp)] {
            ranges.iter().for_each(|(first, last)| range((protocol, Some(*first)), (protocol, Some(*last))));
        }
        if set.icmp {
            range((Protocol::Icmp, None), (Protocol::Icmp, None));
        }
        for (first, last) in &set.others {
            range((Protocol::Other(*first), None), (Protocol::Other(*last), None));
        }
    }
}

#[cfg(test)]
mod tests {
    use arvc_reach::layers::Layers;
    use arvc_reach::policy::policies;
    use arvc_verdict::Layer;

    use super::*;
    use crate::pipeline;
    use crate::source::Problem;

    /// Holds each packet of each way between each two parties of an example against its own verdict.
    fn agrees(example: &str, every: usize) -> usize {
        let text = std::fs::read_to_string(arvc_tests::example(example)).expect("the example is there");
        let site = pipeline::check("site.arv", text, &mut |_: &str| Err(Problem::NotFound)).site.expect("a site");
        let policies = policies(&site);
        let (layers, singly) = (Layers::new(&site, &policies), Layers::new(&site, &policies));
        let (answers, one) = (Answers::new(&layers), Answers::new(&singly));
        let mut list: Vec<_> = answers.packets().into_iter().chain([(Protocol::Icmp, None)]).collect();
        list.sort();
        let packets = Packets::new(&list);
        let everybody = answers.everybody();
        let mut asked = 0;
        let pairs = everybody.iter().flat_map(|from| everybody.iter().map(move |to| (from, to)));
        for (from, to) in pairs.filter(|(from, to)| from != to).step_by(every) {
            for counted in [Counted::All, Counted::Alone(Layer::Guest)] {
                for (from, to, path, address) in answers.ways(from, to) {
                    let mut question = Question { from, to, address, path, protocol: Protocol::Icmp, port: None };
                    let row = packets.proved(&answers, &mut question, counted);
                    for (at, (protocol, port)) in list.iter().enumerate() {
                        let question = Question { protocol: *protocol, port: *port, ..question.clone() };
                        let verdict = one.verdict(&question, counted);
                        let bit = |bits: &[u64]| bits[at / 64] >> (at % 64) & 1 == 1;
                        let alone = (verdict == Verdict::Open, verdict == Verdict::Closed);
                        assert_eq!((bit(&row.open), bit(&row.closed)), alone, "{question:?}: {verdict}");
                        asked += 1;
                    }
                }
            }
        }
        asked
    }

    #[test]
    fn what_is_proved_of_a_way_is_what_is_proved_of_each_packet() {
        for (example, every) in [("arvandor", 7), ("dualstack", 1), ("small", 1)] {
            assert!(agrees(example, every) > 1000, "{example} has ways");
        }
    }
}
