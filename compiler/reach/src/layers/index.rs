//! Which rules of a list may hold an end at all, without a look at each: what many share has a rule for each of them. To look
//! through a short list costs less than to write down where its rules are.

use std::cell::RefCell;
use std::net::IpAddr;
use std::rc::Rc;

use arvc_site::model::{GroupId, HostId, NetworkId};
use ipnet::IpNet;
use rustc_hash::FxHashMap;

use super::decide::{Layers, Other};
use crate::policy::{Peer, Rule};

/// What a rule asks of the other end, as far as it can be looked up.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Host(HostId),
    Group(GroupId),
    Address(IpAddr),
}

/// The rules of a list on one network.
#[derive(Default)]
struct Index {
    all: Vec<u32>,
    by: FxHashMap<Key, Vec<u32>>,
    /// Those that have to be asked themselves.
    rest: Vec<u32>,
}

/// A list by where it lies and how long it is, the network, and whether certificates count.
type Place = (*const Rule, usize, NetworkId, bool);

/// So many addresses of a rule are written down.
const FEW: usize = 8;

/// So long a list is looked through.
const SHORT: usize = 24;

/// An index of each list that was asked.
#[derive(Default)]
pub(super) struct Indexes {
    known: RefCell<FxHashMap<Place, Rc<Index>>>,
}

impl<'a> Layers<'a> {
    /// Shows the rules on a network that may hold the other end, in their order, and no rule that does is missing.
    pub(super) fn each_candidate(
        &self,
        rules: &'a [Rule],
        network: NetworkId,
        certified: bool,
        other: &Other,
        see: impl FnMut(&'a Rule),
    ) {
        if rules.len() <= SHORT {
            return rules.iter().filter(|rule| rule.network == network).for_each(see);
        }
        let index = self.index(rules, network, certified);
        let mut found: Vec<u32> = index.rest.clone();
        let mut add = |key: Key| found.extend(index.by.get(&key).into_iter().flatten());
        match other {
            Other::Member(host, _) if certified => {
                add(Key::Host(*host));
                self.host(*host).groups.iter().for_each(|group| add(Key::Group(*group)));
            }
            Other::Member(_, address) | Other::Address(address) if !certified => add(Key::Address(*address)),
            _ => found.clone_from(&index.all),
        }
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| &rules[at as usize]).for_each(see);
    }

    fn index(&self, rules: &'a [Rule], network: NetworkId, certified: bool) -> Rc<Index> {
        let place = (rules.as_ptr(), rules.len(), network, certified);
        if let Some(index) = self.indexes.known.borrow().get(&place) {
            return index.clone();
        }
        let mut index = Index::default();
        for (rule, at) in rules.iter().zip(0..).filter(|(rule, _)| rule.network == network) {
            index.all.push(at);
            let keys = if certified { shown(rule) } else { self.written(rule) };
            match keys {
                Some(keys) => keys.into_iter().for_each(|key| index.by.entry(key).or_default().push(at)),
                None => index.rest.push(at),
            }
        }
        let index = Rc::new(index);
        self.indexes.known.borrow_mut().insert(place, index.clone());
        index
    }

    /// The addresses that a rule of a packet filter holds, unless it holds more than a few single ones: many are looked through faster
    /// than they are written down in every list that has such a rule.
    fn written(&self, rule: &Rule) -> Option<Vec<Key>> {
        let known = self.of_peer(rule.there, &rule.peer);
        let alone = |prefix: &IpNet| prefix.prefix_len() == prefix.max_prefix_len();
        (known.len() <= FEW && known.iter().all(alone))
            .then(|| known.iter().map(|prefix| Key::Address(prefix.addr())).collect())
    }
}

/// What a certificate has to show for a rule of Nebula; of several groups the first will do to find it.
fn shown(rule: &Rule) -> Option<Vec<Key>> {
    match &rule.peer {
        // What is behind a member shows none.
        _ if rule.there != rule.network => None,
        Peer::Host(host) => Some(vec![Key::Host(*host)]),
        Peer::Group(group) => Some(vec![Key::Group(*group)]),
        Peer::AllOf(groups) => groups.first().map(|group| vec![Key::Group(*group)]),
        _ => None,
    }
}
