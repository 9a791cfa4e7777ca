//! `one-family`: a machine whose filter is of one family alone. The other is open: a link-local address is there in any case.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    let mut told = std::collections::BTreeSet::new();
    for host in tree.hosts.values() {
        let Some(index) = host.filter.filter(|index| told.insert(*index)) else { continue };
        let filter = &tree.filters[index];
        let bases = || filter.bases.iter().filter(|base| base.hook == crate::filter::Hook::Input && !base.nat);
        let (four, six) = (bases().find(|base| base.families.0), bases().find(|base| base.families.1));
        let (place, open) = match (four, six) {
            (Some(four), None) => (four.place, "IPv6"),
            (None, Some(six)) => (six.place, "IPv4"),
            _ => continue,
        };
        let words = format!(
            "the filter of {} says nothing about {open}: all of it is open, link-local addresses too",
            host.name
        );
        report.add("one-family", &[Some(place)], words, "write the rules of both families");
    }
}
