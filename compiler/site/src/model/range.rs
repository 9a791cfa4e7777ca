//! How machines are numbered.

use arvc_lang::data::FunctionId;
use arvc_syntax::source::Span;

use super::{DatacenterId, Named, NetworkId, Spanned, Vmid};

/// A function of the range's slots, and where it is written.
pub type Rule = Spanned<FunctionId>;

/// A range as it is written; [`Numbering`](crate::allocation::Numbering) is what it comes to.
#[derive(Clone, Debug)]
pub struct Range {
    /// Name and place.
    pub named: Named,
    /// The Proxmox cluster that it is for, if it is for one alone.
    pub datacenter: Option<Spanned<DatacenterId>>,
    /// The first slot and the last one, if the range says them.
    pub slots: Option<Spanned<(u64, u64)>>,
    /// The first VMID and the last one.
    pub vmids: Option<Spanned<(Vmid, Vmid)>>,
    /// The VMID of a slot.
    pub vmid: Option<Rule>,
    /// The first host number and the last one.
    pub addresses: Option<Spanned<(u64, u64)>>,
    /// What it says of single networks, in the order of these.
    pub on: Vec<RangeOn>,
    /// A part of it is wrong and that is reported: what it gives to a machine is not known.
    pub broken: bool,
}

/// What a range says of one network.
#[derive(Clone, Debug)]
pub struct RangeOn {
    /// The network.
    pub network: NetworkId,
    /// Where its name is written.
    pub key: Span,
    /// The first host number and the last one there.
    pub addresses: Option<Spanned<(u64, u64)>>,
    /// The address of a slot: a rule for each of several prefixes.
    pub rules: Vec<Rule>,
    /// The MAC address of a slot.
    pub mac: Option<Rule>,
}

impl RangeOn {
    /// What gives addresses, and where it is written.
    pub fn addresses_at(&self) -> Option<Span> {
        self.rules.first().map(|rule| rule.span).or(self.addresses.map(|span| span.span))
    }
}

impl Range {
    /// Whether it numbers guests of a Proxmox cluster; of one that is not known, every range does.
    pub fn is_for(&self, datacenter: Option<DatacenterId>) -> bool {
        match (self.datacenter, datacenter) {
            (Some(own), Some(other)) => own.value == other,
            _ => true,
        }
    }

    /// What it says of a network by name.
    pub fn on(&self, network: NetworkId) -> Option<&RangeOn> {
        let at = self.on.binary_search_by_key(&network, |on| on.network).ok()?;
        Some(&self.on[at])
    }

    /// Where the rule for its VMIDs is written.
    pub fn vmids_at(&self) -> Span {
        let span = self.vmid.map(|rule| rule.span).or(self.vmids.map(|span| span.span));
        span.unwrap_or(self.named.key)
    }

    /// Where the rule for its addresses on a network is written.
    pub fn addresses_at(&self, network: NetworkId) -> Span {
        let own = self.on(network).and_then(RangeOn::addresses_at);
        own.or(self.addresses.map(|span| span.span)).unwrap_or(self.named.key)
    }

    /// What it counts by, in words.
    pub fn counts(&self) -> &'static str {
        match (&self.slots, &self.vmids) {
            (Some(_), _) => "slot",
            (None, Some(_)) => "VMID",
            (None, None) => "host number",
        }
    }
}
