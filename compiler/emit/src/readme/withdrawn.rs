//! Certificates that hold until they end, and say what their machines have no more.

use arvc_site::model::Site;

use super::{commands, list, paragraph, point};
use crate::tree::Tree;

/// The section, or nothing if every certificate that was granted says what its machine still has.
pub fn section(site: &Site, tree: &Tree) -> String {
    if site.withdrawn.is_empty() || !tree.files.contains_key("nebula/sign.sh") {
        return String::new();
    }
    let mut text = "\n## Certificates to block\n\n".to_owned();
    text.push_str(&paragraph(
        "These were granted by earlier builds, and say a name, an address or a group that the machine has no more. Nebula accepts \
         them until they end: whoever has one, in a backup or on a machine that was taken, is what it says.",
    ));
    text.push('\n');
    for (name, grants) in &site.withdrawn {
        for grant in grants {
            let networks = list(grant.networks.iter().map(ToString::to_string));
            let groups = match grant.groups.is_empty() {
                true => String::new(),
                false => format!(", groups {}", list(grant.groups.iter().cloned())),
            };
            let whose = if *name == grant.name { String::new() } else { format!(" (now `{name}`)") };
            text.push_str(&point(&format!("`{}`{whose}: {networks}{groups}", grant.name)));
        }
    }
    text.push('\n');
    text.push_str(&paragraph(
        "This prints the fingerprints of those that are in the operator's folder. Write them into the site, as \
         `nebula.config.pki.blocklist`, build, and run the play `nebula`:",
    ));
    text.push_str(&commands(&["nebula/sign.sh --withdrawn".to_owned()]));
    text.push('\n');
    text.push_str(&paragraph(
        "Once all of a machine's have ended, or are blocked, `arvc lock release NAME --certificates` takes them from this list.",
    ));
    text
}
