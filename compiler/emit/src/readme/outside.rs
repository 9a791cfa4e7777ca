//! Machines that Ansible does not configure: how each comes into the overlay, and which get nothing at all.

use arvc_site::model::Site;

use super::{commands, left_alone, list, members_by_hand, mobile, paragraph};

/// The section, or nothing if Ansible configures every machine.
pub fn section(site: &Site) -> String {
    let (members, alone) = (members_by_hand(site), left_alone(site));
    if members.is_empty() && alone.is_empty() {
        return String::new();
    }
    let mut text = "\n## Machines that Ansible does not configure\n".to_owned();
    if !alone.is_empty() {
        text.push('\n');
        text.push_str(&paragraph(&format!(
            "Nothing here configures {}: the site knows their addresses and what they may open, and they have to be set up, and \
             filtered, by hand.",
            list(alone.iter().map(|host| host.named.name.clone()))
        )));
    }
    for (host, network) in members {
        let name = &host.named.name;
        let interface = host.interface_on(network);
        let addresses = interface.into_iter().flat_map(|interface| interface.addresses());
        let addresses: Vec<String> = addresses.map(|address| address.value.to_string()).collect();
        let word = if addresses.len() == 1 { "address" } else { "addresses" };
        let version = &site.nebula.version.value;
        text.push_str(&format!("\n### {name}\n\n"));
        if host.mobile {
            text.push_str(&paragraph(&format!(
                "A phone: a member of the overlay with the {word} {}, by an app that brings its own Nebula.",
                list(addresses)
            )));
            text.push('\n');
            text.push_str(&mobile::steps(name));
            continue;
        }
        text.push_str(&paragraph(&format!(
            "A member of the overlay with the {word} {}. It needs a Nebula of the line of {version}, for which its \
             configuration is written. Its key is made on it, and never leaves it:",
            list(addresses)
        )));
        let key = "nebula-cert keygen -out-key /etc/nebula/host.key -out-pub /etc/nebula/host.pub";
        text.push_str(&commands(&["mkdir -p -m 700 /etc/nebula".to_owned(), key.to_owned()]));
        text.push('\n');
        text.push_str(&paragraph(&format!(
            "Bring `/etc/nebula/host.pub` from there to `../pki/hosts/{name}.pub`, and sign it here:"
        )));
        text.push_str(&commands(&[format!("nebula/sign.sh {name}")]));
        text.push_str(&format!(
            "\nThen bring these to it:\n\n\
             | here | there |\n\
             | --- | --- |\n\
             | `../pki/ca.crt` | `/etc/nebula/ca.crt` |\n\
             | `../pki/hosts/{name}.crt` | `/etc/nebula/host.crt` |\n\
             | `nebula/{name}.yml` | `/etc/nebula/config.yml` |\n\n"
        ));
        text.push_str(&paragraph(
            "and start `nebula -config /etc/nebula/config.yml` there, as root and at each boot. Where it keeps these files \
             elsewhere, the first lines of its configuration name the places. Sign and bring the certificate again before it ends, \
             and the configuration after each build that changes it.",
        ));
    }
    text
}
