//! What the reader of Nebula's configurations saw by the way. `field-ignored`: a key that no release knows. `every-port`: ports that
//! begin at 0. `refused-configuration`: a rule for which Nebula does not start.

use super::Report;

pub(super) fn check(report: &mut Report<'_>) {
    let tree = report.tree;
    for remark in tree.members.iter().flat_map(|member| &member.remarks) {
        report.add(remark.kind, &[Some(remark.place)], remark.words.clone(), remark.help);
    }
}
