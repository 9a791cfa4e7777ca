//! Ranges: how machines are numbered.

use arvc_lang::data::{DataId, Datum};
use arvc_syntax::source::Span;

use super::Decoder;
use super::settings::numbers;
use crate::allocation::Numbering;
use crate::checks::{range_without_slots, unknown_network, vmid_not_accepted};
use crate::model::{Range, RangeOn, Rule, Spanned, Vmid};
use crate::read::Thing;

impl Decoder<'_> {
    pub(super) fn ranges(&mut self) {
        for entity in self.index.ranges.clone() {
            let named = self.entity_named("a range", entity);
            let mut range = Range {
                named,
                datacenter: None,
                slots: None,
                vmids: None,
                vmid: None,
                addresses: None,
                on: Vec::new(),
                broken: false,
            };
            let mut on = Vec::new();
            for field in self.entity_fields(entity) {
                let value = field.value;
                range.broken |= *self.read.value(value) == Datum::Failed;
                match self.read.name(field.name) {
                    "description" => range.named.description = self.read.description(value),
                    "datacenter" => match self.read.thing(value) {
                        Some(Thing::Datacenter(id)) => range.datacenter = Some(self.read.spanned(value, id)),
                        _ => range.broken = true,
                    },
                    "slots" => range.slots = self.read.int_range(value).map(numbers),
                    "vmids" => range.vmids = self.vmids(&range, value),
                    "vmid" => range.vmid = self.rule(value),
                    "addresses" => range.addresses = self.read.int_range(value).map(numbers),
                    "on" => on = self.read.record(value).unwrap_or_default().to_vec(),
                    _ => {}
                }
            }
            for field in on {
                let name = self.read.name(field.name);
                let Some(network) = self.network_named(name) else {
                    range.broken = true;
                    if self.origins.all.networks {
                        let named = &range.named;
                        let problem = unknown_network::diagnostic(named, name, field.key, &self.site.networks);
                        self.read.diagnostics.push(problem);
                    }
                    continue;
                };
                let mut on = RangeOn { network, key: field.key, addresses: None, rules: Vec::new(), mac: None };
                range.broken |= self.read.record(field.value).is_none();
                for field in self.read.record(field.value).unwrap_or_default() {
                    range.broken |= *self.read.value(field.value) == Datum::Failed;
                    match self.read.name(field.name) {
                        "addresses" => on.addresses = self.read.int_range(field.value).map(numbers),
                        "address" => on.rules.splice(0..0, self.rule(field.value)).for_each(drop),
                        "others" => {
                            let others = self.read.list(field.value).unwrap_or_default();
                            let rules: Vec<Option<Rule>> = others.iter().map(|id| self.rule(*id)).collect();
                            range.broken |= rules.contains(&None);
                            on.rules.extend(rules.into_iter().flatten());
                        }
                        "mac" => on.mac = self.rule(field.value),
                        _ => {}
                    }
                }
                range.on.push(on);
            }
            range.on.sort_by_key(|on| on.network);
            let empty = range_without_slots::check(&range);
            range.broken |= empty.is_some();
            self.read.diagnostics.extend(empty);
            let out = &mut self.read.diagnostics;
            let numbering = Numbering::of(&range, &self.site.networks, &mut self.calls, out);
            self.origins.all.ranges &= !range.broken && !numbering.is_broken();
            self.site.numbering.push(numbering);
            self.site.ranges.push(range);
        }
    }

    fn vmids(&mut self, range: &Range, id: DataId) -> Option<Spanned<(Vmid, Vmid)>> {
        let read = self.read.int_range(id)?;
        self.read.diagnostics.extend(vmid_not_accepted::check_range(&range.named, read));
        let vmid = |number: i64| Vmid(number.clamp(0, i64::from(u32::MAX)) as u32);
        Some(Spanned { value: (vmid(read.value.0), vmid(read.value.1)), span: read.span })
    }

    fn rule(&self, id: DataId) -> Option<Rule> {
        let span: Span = self.read.span(id);
        match self.read.value(id) {
            Datum::Function(value) => Some(Spanned { value: *value, span }),
            _ => None,
        }
    }
}
