//! The steps, each only where the tree has something for it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use arvc_site::builds;
use arvc_site::model::{
    Arch, Datacenter, DatacenterId, Host, Image, ImageId, ImageSource, Kind, NetworkId, Node, Site,
};
use ipnet::IpNet;

use super::{Step, commands, list, paragraph, point};
use crate::addresses;
use crate::ansible;
use crate::routers;
use crate::tree::Tree;

/// All steps in their order.
pub fn steps(site: &Site, tree: &Tree) -> Vec<Step> {
    let step = |title, text: Option<String>| text.map(|text| Step { title, text });
    let all = [
        step("Images, by hand", images(site)),
        step("What a first apply turns on", terraform(tree).first().map(|_| switches(site))),
        step("Terraform", apply(site, tree)),
        step("The node's edge, by hand", edge(site, tree)),
        step("Routers between networks, by hand", between(tree)),
        step("The certificate authority, by hand", tree.files.contains_key("nebula/sign.sh").then(|| authority(site))),
        step("Ansible", provision(site, tree)),
        step("The resolver, by hand", resolver(site)),
        step("Names on Windows, by hand", windows_resolver(site, tree)),
        step("Zones of the world, by hand", public_zones(site, tree)),
    ];
    all.into_iter().flatten().collect()
}

/// Images that guests are made from, and which arvc does not fetch.
fn images(site: &Site) -> Option<String> {
    let mut used: BTreeMap<(ImageId, ImageId), (&Image, &Node, bool)> = BTreeMap::new();
    for host in site.hosts.iter().filter(|host| host.kind != Kind::Machine && host.status.is_there()) {
        if let (Some(image), Some(node)) = (host.image, host.node) {
            let first = (&site.images[image.index()], &site.nodes[node.index()], true);
            used.entry((builds::named(site, image), image)).or_insert(first).2 &= host.connection.winrm;
        }
    }
    let mut text = String::new();
    for (image, node, windows) in used.values() {
        let what = match image.kind {
            Kind::Container => "a container of Debian 13",
            _ if *windows => {
                "a VM of Windows after `sysprep`, with cloudbase-init, which takes name and address from the drive that Proxmox \
                 makes, and with WinRM over HTTPS"
            }
            _ => "a VM of Debian 13 with cloud-init, which needs no guest agent",
        };
        let name = match image.builds.is_empty() && image.arch.value == Arch::Amd64 {
            true => format!("`{}`", image.named.path),
            false => format!("`{}` for {}", image.named.path, image.arch.value.name()),
        };
        text.push_str(&match &image.source {
            ImageSource::Template { .. } => {
                let all = image.templates().into_iter().map(|(vmid, stated)| {
                    let node = stated.map_or(*node, |node| &site.nodes[node.index()]);
                    format!("VMID {} on `{}`", vmid.value.0, node.named.name)
                });
                let all = all.collect::<Vec<_>>().join(", ");
                point(&format!("{name}: a template with {all}: {what}."))
            }
            ImageSource::File(_) => point(&format!("{name}: the volume that the site names, for {what}.")),
            ImageSource::Download { .. } => continue,
        });
    }
    (!text.is_empty()).then_some(text)
}

/// The folders with a root module.
fn terraform(tree: &Tree) -> Vec<&str> {
    tree.files.keys().filter_map(|path| path.strip_suffix("/versions.tf")).collect()
}

/// What is switched on, and for whom besides the site.
fn switches(site: &Site) -> String {
    let (own, others): (Vec<_>, Vec<_>) = inhabited(site).partition(|datacenter| datacenter.owns_firewall.value);
    let mut text = if own.is_empty() { String::new() } else { switched_on(site, &own) };
    if !others.is_empty() {
        if !own.is_empty() {
            text.push('\n');
        }
        text.push_str(&switched_by_others(&others));
    }
    text
}

/// The Proxmox clusters that have a node.
fn inhabited(site: &Site) -> impl Iterator<Item = &Datacenter> {
    let ids = (0..).map(DatacenterId).zip(&site.datacenters);
    ids.filter(|(id, _)| site.nodes.iter().any(|node| node.datacenter == *id)).map(|(_, datacenter)| datacenter)
}

/// What the site does not turn on.
fn switched_by_others(others: &[&Datacenter]) -> String {
    let names = list(others.iter().map(|datacenter| datacenter.named.name.clone()));
    let text = format!(
        "The firewall of {names} is another site's (`owns_firewall = false`): its switch, the set `management`, the rules of the \
         nodes. Apply that site first. As long as its switch is off nothing filters the guests of this one on their bridges, and \
         only the addresses that it names as `operators.addresses` open the nodes.",
    );
    paragraph(&text)
}

fn switched_on(site: &Site, own: &[&Datacenter]) -> String {
    let spaces: BTreeSet<String> = own.iter().map(|datacenter| format!("{}-", datacenter.namespace.value)).collect();
    let mut text = paragraph(
        "Terraform turns on the firewall of the whole data centre, and not of this site's guests alone. Read the plan, and keep \
         a console on each node open that is not SSH, the first time.",
    );
    text.push('\n');
    let ways = match site.operators.addresses.is_empty() {
        true => {
            "SSH and the API of the nodes answer to the nodes alone, since `operators.addresses` is empty".to_owned()
        }
        false => {
            let addresses = list(site.operators.addresses.iter().map(|prefix| prefix.value.to_string()));
            format!("SSH and the API of the nodes answer to {addresses} and to the site's nodes")
        }
    };
    let stores = site.datastores.iter().filter(|store| store.kind.is_some_and(|kind| kind.is_spread()));
    let stores = list(stores.filter(|store| store.server.is_none()).map(|store| store.named.path.clone()));
    let ceph = match stores.is_empty() {
        true => String::new(),
        false => format!("; Ceph goes on between the nodes ({stores})"),
    };
    text.push_str(&point(&format!(
        "**Every node of the data centre**, named in the site or not, drops what comes in and is not let in: {ways}. Whatever \
         else runs on a node (storage, monitoring, backups) answers nobody any more until a rule lets it{ceph}.",
    )));
    text.push_str(&point(
        "**Guests that are not of this site** are filtered from then on if their own firewall and that of their device are \
         enabled: while the data centre's switch was off, that had no effect.",
    ));
    if site.images.iter().any(|image| matches!(image.source, ImageSource::Template { .. })) {
        text.push_str(&point(
            "**Templates** that guests are cloned from get closed options of their own, and each later clone of them begins \
             closed, for whomever it is made.",
        ));
    }
    text.push_str(&point(&format!(
        "**What is there already** under the same name: rules of the data centre, its set `management` and its alias \
         `local_network` stop the apply, and have to be removed first. A security group whose name begins with \
         {} is taken over.",
        list(spaces)
    )));
    text.push_str(&point("`terraform destroy` does not turn the firewalls off again."));
    text
}

fn apply(site: &Site, tree: &Tree) -> Option<String> {
    let folders = terraform(tree);
    let first = folders.first()?;
    let mut text = paragraph("The credentials are in no file; `providers.tf` says which ones are needed.");
    if let [_, _, ..] = folders.as_slice() {
        let rest = list(folders.iter().map(|folder| (*folder).to_owned()));
        text.push_str(&paragraph(&format!("Once in each of {rest}, which are data centres of their own.")));
    }
    let mut lines = vec![format!("cd {first}")];
    if site.datacenters.iter().any(|datacenter| datacenter.endpoint.is_none())
        && let Some(node) = site.nodes.first()
    {
        lines.push(format!("export PROXMOX_VE_ENDPOINT=https://{}:8006/", host(way_in(node))));
    }
    let container = site.hosts.iter().any(|host| host.kind == Kind::Container && host.status.is_there());
    match container && tree.files.contains_key("nebula/sign.sh") {
        true => {
            lines.push("export PROXMOX_VE_USERNAME=root@pam".to_owned());
            lines.push("read -rs PROXMOX_VE_PASSWORD && export PROXMOX_VE_PASSWORD".to_owned());
        }
        false => lines.push("read -rs PROXMOX_VE_API_TOKEN && export PROXMOX_VE_API_TOKEN".to_owned()),
    }
    if tree.files.contains_key(&format!("{first}/variables.tf")) {
        lines.push("export TF_VAR_ssh_keys='[\"ssh-ed25519 …\"]'".to_owned());
    }
    lines.extend(["init", "plan", "apply"].map(|command| format!("terraform {command}")));
    text.push_str(&commands(&lines));
    if tree.files.contains_key(&format!("{first}/variables.tf")) {
        text.push('\n');
        text.push_str(&paragraph(
            "`ssh_keys` are the operators' public keys, which a new guest lets in. Stated in the site as `operators.keys`, they \
             need no variable, and Ansible keeps them as they are stated.",
        ));
    }
    Some(text)
}

/// Where a node's API and SSH are found.
fn way_in(node: &Node) -> IpAddr {
    node.uplink.as_ref().map_or(node.address.value, |uplink| uplink.address.value)
}

/// An address as a URL and `scp` take it.
fn host(address: IpAddr) -> String {
    if address.is_ipv6() { format!("[{address}]") } else { address.to_string() }
}

fn edge(site: &Site, tree: &Tree) -> Option<String> {
    let nodes =
        site.nodes.iter().filter(|node| tree.files.contains_key(&format!("proxmox/{}/edge.rules", node.named.name)));
    let mut lines = Vec::new();
    for node in nodes {
        let (name, address) = (&node.named.name, way_in(node));
        lines.push(format!("scp proxmox/{name}/edge.rules proxmox/{name}/arvc-edge.service root@{}:", host(address)));
        lines.push(format!("ssh root@{address}"));
    }
    if lines.is_empty() {
        return None;
    }
    let text = paragraph(
        "Until it is there guests have no way out, and no port is handed on to them. Read `edge.rules`, bring both files to the \
         node, and install them there as the head of `edge.rules` says, now and after each change of them.",
    );
    Some(text + &commands(&lines))
}

/// What routers that are nobody's here have to let through.
fn between(tree: &Tree) -> Option<String> {
    let routers = list(routers::listed(tree).into_iter().map(|router| format!("routers/{router}.yml")));
    (!routers.is_empty()).then(|| {
        paragraph(&format!(
            "Nothing here configures a router. What each has to let through, with the answers, is in {routers}: between networks, \
             and beyond them. Whatever it lets through besides is stopped at the machines that are filtered here, and at no other.",
        ))
    })
}

fn authority(site: &Site) -> String {
    let name = &site.nebula.authority;
    let text = paragraph(&format!(
        "Made once for the overlay, in `pki/` beside this folder or in the folder that `ARVC_PKI` names. Without one, the script \
         prints the command that makes it; `{name}.key` belongs on no guest and in no repository. It needs `nebula-cert` and \
         Python.",
    ));
    let mut text = text + &commands(&["nebula/sign.sh".to_owned()]);
    text.push('\n');
    text.push_str(&paragraph(
        "Another authority takes over in three builds, each followed by `ansible-playbook playbooks/rotate.yml`: accept it \
         (`nebula.trusted`); let it sign (`nebula.authority`) and accept the old one; leave the old one out. The play stops \
         where a step would cut a member off.",
    ));
    text
}

fn provision(site: &Site, tree: &Tree) -> Option<String> {
    if !tree.files.keys().any(|path| path.starts_with("ansible/inventory/host_vars/")) {
        return None;
    }
    let overlay = tree.files.contains_key("nebula/sign.sh");
    let mut text = paragraph(match overlay {
        true => "The guests' base, their packet filter, then the overlay. Each run changes only what differs.",
        false => "The guests' base, then their packet filter. Each run changes only what differs.",
    });
    let mut lines = vec!["cd ansible".to_owned()];
    if tree.files.contains_key("ansible/requirements.yml") {
        lines.push("ansible-galaxy collection install -r requirements.yml".to_owned());
        text.push_str(&paragraph(
            "Secrets are looked up when a task uses them. The collection of `requirements.yml` reads from the environment \
             where that is and who asks, and needs the Python package `hvac`.",
        ));
    }
    let windows = site.hosts.iter().filter(|host| host.managed && host.connection.winrm && host.status.is_there());
    let windows: Vec<String> = windows.map(|host| host.named.name.clone()).collect();
    if !windows.is_empty() {
        text.push_str(&paragraph(&format!(
            "To {} Ansible speaks WinRM, which needs the Python package `pywinrm`. None of the roles here is for Windows; those of \
             services may be.",
            list(windows)
        )));
    }
    let nodes = site.nodes.iter().filter(|node| node.connection.managed);
    let nodes: Vec<String> = nodes.map(|node| node.named.name.clone()).collect();
    if !nodes.is_empty() {
        text.push_str(&paragraph(&format!(
            "The group `proxmox_nodes` has {}. None of the roles and plays here is for it: those are the site's own.",
            list(nodes)
        )));
    }
    if tree.files.contains_key("ansible/playbooks/resolver.yml") {
        let upstream = list(site.uplink_resolvers.iter().map(ToString::to_string));
        let until = if upstream.is_empty() { "whom they were made with".to_owned() } else { upstream };
        text.push_str(&paragraph(&format!(
            "Behind that, `playbooks/resolver.yml` brings up the site's resolvers and sends the machines to them, once they \
             answer. Until then machines ask {until}, and the resolvers themselves go on doing so."
        )));
    }
    if tree.files.contains_key("ansible/playbooks/services.yml") {
        text.push_str(&paragraph(
            "The services come last, in `playbooks/services.yml`: their roles are the site's own, in `roles/` or in a collection.",
        ));
    }
    lines.push("ansible-playbook playbooks/site.yml".to_owned());
    text.push_str(&commands(&lines));
    let prefixes = list(met(site));
    if let (false, Some(node)) = (prefixes.is_empty(), site.nodes.first()) {
        text.push('\n');
        text.push_str(&paragraph(&format!(
            "It goes to the guests' addresses in {prefixes}. From where these cannot be reached, it goes through a node:"
        )));
        let jump = format!("-o StrictHostKeyChecking=accept-new -J root@{}", host(way_in(node)));
        text.push_str(&commands(&[format!(
            "ansible-playbook playbooks/site.yml -e '{{\"ansible_ssh_common_args\": \"{jump}\"}}'"
        )]));
    }
    if overlay {
        text.push('\n');
        text.push_str(&paragraph(
            "The play `nebula` makes each guest's key on the guest, fetches the public one, has it signed by `nebula/sign.sh`, and \
             brings the certificate back. Run it again before certificates end: each is renewed when two thirds of its time are \
             over.",
        ));
        text.push_str(&commands(&["ansible-playbook playbooks/nebula.yml".to_owned()]));
    }
    Some(text)
}

/// The zones that name servers of the world have, and which these are.
fn public_zones(site: &Site, tree: &Tree) -> Option<String> {
    let is_public = |origin: &str| tree.files.contains_key(&format!("dns/public/{origin}.zone"));
    let mut text = String::new();
    for domain in site.names.domains.iter().filter(|domain| is_public(&domain.named.name)) {
        let servers = list(domain.servers.iter().map(|server| server.value.clone()));
        let name = &domain.named.name;
        text.push_str(&point(&format!(
            "`dns/public/{name}.zone` to {servers}, which the registrar of `{name}` lists."
        )));
    }
    (!text.is_empty()).then_some(text)
}

/// The prefixes of bridges in which Ansible meets machines; one whose address is not known is in the first of its bridge.
fn met(site: &Site) -> Vec<String> {
    let all = site.hosts.iter().filter(|host| host.is_configured());
    let at: Vec<(NetworkId, Option<IpAddr>)> = all
        .filter_map(|host| host.interface_on(host.reached_on(site)?))
        .map(|it| (it.network, addresses::reached(&site.networks[it.network.index()], it)))
        .collect();
    let is_met = |id: NetworkId, prefix: &IpNet, first: bool| {
        let mut there = at.iter().filter(|(network, _)| *network == id);
        there.any(|(_, address)| address.map_or(first, |address| prefix.contains(&address)))
    };
    let bridges = site.networks.iter().zip((0..).map(NetworkId)).filter(|(network, _)| network.is_bridge());
    let prefixes =
        bridges.flat_map(|(network, id)| network.prefixes().zip(0..).map(move |(prefix, at)| (id, prefix, at)));
    let met = prefixes.filter(|(id, prefix, at)| is_met(*id, &prefix.value, *at == 0));
    met.map(|(_, prefix, _)| prefix.value.to_string()).collect()
}

/// Resolvers that are Windows servers, which no file here is written for.
fn windows_resolver(site: &Site, tree: &Tree) -> Option<String> {
    let resolves = |host: &&Host| {
        let mut services = host.services.iter().map(|service| &site.services[service.index()]);
        host.connection.winrm && host.status.is_there() && services.any(|service| service.resolver.is_some())
    };
    let names: Vec<String> = site.hosts.iter().filter(resolves).map(|host| host.named.name.clone()).collect();
    (!names.is_empty() && tree.files.contains_key(&format!("dns/{}.zone", site.domain))).then(|| {
        paragraph(&format!(
            "{} answer the site's names, and Windows keeps them in a directory of its own: what deploys that service takes the \
             records out of `dns/*.zone`, but for those that members of the domain bring by themselves.",
            list(names)
        ))
    })
}

/// Resolvers that no emitted role deploys: the site has a role of its own for them, or Ansible leaves the machine alone.
fn resolver(site: &Site) -> Option<String> {
    let names = list(ansible::other_resolvers(site).map(|host| host.named.name.clone()));
    (!names.is_empty()).then(|| {
        paragraph(&format!(
            "No role here installs Unbound on {names}: there go `dns/*.zone` to `/etc/unbound/`, and the machine's file of \
             `dns/unbound/` to `/etc/unbound/unbound.conf.d/`."
        ))
    })
}
