//! Proxmox: tags, security groups, the rules of the HA manager, and files of images. Guests, nodes and pools are called as they
//! are: every label is such a name.

use std::collections::BTreeSet;

use crate::model::{Kind, StorageContent};

/// The longest name of a security group (`PVE::Firewall`, `security_group_name`: 2 to 18).
const GROUP_LENGTH: usize = 18;

/// A tag, which Proxmox turns into lower case.
pub fn tag(name: &str) -> String {
    name.to_lowercase()
}

/// A name of the HA manager's rules, which are those of the whole Proxmox cluster, of which other sites may have guests too.
///
/// Proxmox takes letters, digits, `-` and `_` (`pve-configid`). No label has a `_`: it tells where the pool's name ends, so that
/// the rules of the pools `a` and `a-b` never meet.
pub fn ha_rule(pool: &str, name: &str, what: &str) -> String {
    format!("arvc-{pool}_{name}-{what}")
}

/// The name that a datastore has for a file which is downloaded: that of the URL's path. Ubuntu's `.img` is qcow2, and Proxmox goes
/// by the ending. None if the URL ends in no name.
pub fn file_of_url(kind: Kind, url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let path = path.split_once("://").map_or(path, |(_, path)| path);
    let (_, file) = path.rsplit_once('/').filter(|(_, file)| !file.is_empty())?;
    Some(match file.strip_suffix(".img") {
        Some(stem) if kind == Kind::Vm => format!("{stem}.qcow2"),
        _ => file.to_owned(),
    })
}

/// The content of a datastore that an image of a kind is.
pub fn image_content(kind: Kind) -> StorageContent {
    match kind {
        Kind::Container => StorageContent::Vztmpl,
        Kind::Vm | Kind::Machine => StorageContent::Import,
    }
}

/// A name in the form of a security group's, of any length: `[a-z][a-z0-9_-]+`, and Proxmox lower-cases the rest.
pub fn security_group(wanted: &str) -> String {
    let mut name: String =
        wanted.chars().map(|c| c.to_ascii_lowercase()).map(|c| if is_plain(c) { c } else { '-' }).collect();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.insert_str(0, "g-");
    }
    if name.len() < 2 {
        name.push_str("-g");
    }
    name
}

/// The name of a security group that none of `taken` has. One that is too long keeps its beginning and gets a number that
/// depends on nothing but itself.
pub fn free_security_group(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let name = security_group(wanted);
    let mut attempt = 0;
    let fits = name.len() <= GROUP_LENGTH;
    let mut candidate = if fits { name.clone() } else { shortened(&name, wanted, attempt) };
    while !taken.insert(candidate.clone()) {
        attempt += 1;
        candidate = shortened(&name, wanted, attempt);
    }
    candidate
}

fn shortened(name: &str, wanted: &str, attempt: u32) -> String {
    let number = hash(&format!("{wanted}#{attempt}")) & 0xffff;
    let start = name[..name.len().min(GROUP_LENGTH - 5)].trim_end_matches(['-', '_']);
    format!("{start}-{number:04x}")
}

fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_'
}

/// FNV-1a. It only tells names apart, and must be the same in every release.
pub(super) fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_have_names_that_proxmox_takes() {
        let mut taken = BTreeSet::new();
        for wanted in
            ["web", "Web", "infrastructure-projects-lighthouse", "infrastructure-projects-lighthouse-2", "9", "é", ""]
        {
            let name = free_security_group(wanted, &mut taken);
            assert!((2..=18).contains(&name.len()), "{name}");
            assert!(name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
            assert!(name.chars().all(is_plain), "{name}");
        }
        assert_eq!(taken.len(), 7);
    }

    #[test]
    fn rules_of_pools_whose_names_begin_alike_never_meet() {
        assert_ne!(ha_rule("a", "b-c", "nodes"), ha_rule("a-b", "c", "nodes"));
        assert_eq!(ha_rule("home", "dns-1", "apart"), "arvc-home_dns-1-apart");
    }

    #[test]
    fn an_image_is_named_by_its_url_and_as_the_qcow2_that_it_is() {
        let name = |url| file_of_url(Kind::Vm, url);
        assert_eq!(name("https://a.example/x/debian-13.qcow2"), Some("debian-13.qcow2".into()));
        assert_eq!(name("https://a.example/noble.img?x=/y#z"), Some("noble.qcow2".into()));
        assert_eq!(name("https://a.example/"), None);
        assert_eq!(name("https://a.example"), None);
        assert_eq!(file_of_url(Kind::Container, "https://a.example/x.tar.zst"), Some("x.tar.zst".into()));
    }

    #[test]
    fn a_shortened_name_depends_on_itself_alone() {
        let alone = free_security_group("infrastructure-projects", &mut BTreeSet::new());
        let mut taken = BTreeSet::from(["infrastructure".to_owned(), "web".to_owned()]);
        assert_eq!(free_security_group("infrastructure-projects", &mut taken), alone);
        assert!(alone.starts_with("infrastructur-"), "{alone}");
    }
}
