//! Rules that never decide, since one before them lets all of their packets through: two nodes that have the address of a gateway
//! by turns, an operator who may open more than the others. Such a rule is not written, and the one before it says why it is
//! there too.

use std::net::IpAddr;

use ipnet::IpNet;

use super::rule::ProxmoxRule;

/// A rule, with its other ends and ports as numbers; none is every one.
struct Read {
    rule: ProxmoxRule,
    peers: Option<Vec<IpNet>>,
    ports: Option<Vec<(u16, u16)>>,
    /// Whether all of them are numbers. A name stands for what is not known here, so such a rule is compared with none.
    numeric: bool,
}

/// Rules that accept, without those that repeat a part of one before them.
pub fn without(list: Vec<ProxmoxRule>) -> Vec<ProxmoxRule> {
    let mut kept: Vec<Read> = Vec::new();
    for rule in list {
        let read = Read::new(rule);
        match kept.iter_mut().find(|wide| wide.covers(&read)) {
            Some(wide) => wide.also(&read.rule.comment),
            None => kept.push(read),
        }
    }
    kept.into_iter().map(|read| read.rule).collect()
}

impl Read {
    fn new(rule: ProxmoxRule) -> Self {
        let net = |text: &str| text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok();
        let range = |text: &str| {
            let (first, last) = text.split_once(':').unwrap_or((text, text));
            Some((first.parse().ok()?, last.parse().ok()?))
        };
        let peers: Option<Option<Vec<_>>> = rule.peer.as_ref().map(|list| list.split(',').map(net).collect());
        let ports: Option<Option<Vec<_>>> = rule.dport.as_ref().map(|list| list.split(',').map(range).collect());
        let numeric = peers != Some(None) && ports != Some(None);
        Self { rule, peers: peers.flatten(), ports: ports.flatten(), numeric }
    }

    /// Whether it takes every packet that the other one takes.
    fn covers(&self, other: &Self) -> bool {
        let (a, b) = (&self.rule, &other.rule);
        let alike = (a.direction, a.accept, &a.iface, &a.own) == (b.direction, b.accept, &b.iface, &b.own);
        let proto = a.proto.is_none() || a.proto == b.proto;
        self.numeric
            && other.numeric
            && alike
            && proto
            && within(&self.ports, &other.ports, |wide, narrow| wide.0 <= narrow.0 && narrow.1 <= wide.1)
            && within(&self.peers, &other.peers, |wide, narrow| wide.contains(narrow))
    }

    /// Adds reasons, each once.
    fn also(&mut self, reasons: &str) {
        for reason in reasons.split("; ") {
            if !self.rule.comment.split("; ").any(|other| other == reason) {
                self.rule.comment = format!("{}; {reason}", self.rule.comment);
            }
        }
    }
}

fn within<T>(wide: &Option<Vec<T>>, narrow: &Option<Vec<T>>, holds: impl Fn(&T, &T) -> bool) -> bool {
    match (wide, narrow) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => narrow.iter().all(|narrow| wide.iter().any(|wide| holds(wide, narrow))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::rule::Direction;
    use super::*;

    fn rule(peer: &str, dport: &str, comment: &str) -> ProxmoxRule {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        ProxmoxRule {
            direction: Direction::In,
            accept: true,
            iface: None,
            peer: text(peer),
            own: None,
            proto: Some("tcp".into()),
            dport: text(dport),
            comment: comment.into(),
        }
    }

    #[test]
    fn what_one_before_lets_through_is_not_written_and_its_reason_is() {
        let list = vec![
            rule("10.0.0.1", "22", "nodes.a: SSH"),
            rule("10.0.0.1", "22", "nodes.b: SSH"),
            rule("10.0.0.8/29,fd00::1", "20:30,6443", "x; y"),
            rule("10.0.0.9", "22,6443", "y; z"),
            rule("10.0.0.9", "6444", "w"),
            rule("", "22", "all"),
            rule("10.0.0.9,10.0.0.99", "6443", "v"),
            rule("+dc/some", "443", "a set"),
            rule("+dc/others", "443", "another set"),
            rule("10.0.0.9", "443", "u"),
        ];
        let found: Vec<String> = without(list).into_iter().map(|rule| rule.comment).collect();
        assert_eq!(found, ["nodes.a: SSH; nodes.b: SSH", "x; y; z", "w", "all", "v", "a set", "another set", "u"]);
    }
}
