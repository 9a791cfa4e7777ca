//! All files of a tree: which reader takes which, and how what they say belongs together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::centers::{Centers, Folders};
use super::certificates::{self, Issued};
use super::inventory::{self, Inventory};
use super::loaded::{self, Key, Loaded};
use super::terraform::Terraform;
use super::{fw, interfaces, nebula, nft, script, unit};
use crate::filter::Filter;
use crate::nebula::{Member, Version};
use crate::place::{Notes, Place, Why};
use crate::proxmox::{Cluster, Proxmox, Setting};
use crate::text::{hcl, yaml};
use crate::tree::{Given, Host, Tree, Wiring};

/// Everything before it is put together.
#[derive(Default)]
struct Parts {
    notes: Notes,
    terraform: Terraform,
    inventory: Inventory,
    issued: Vec<Issued>,
    /// Configurations of Nebula: host, file, document.
    configurations: Vec<(String, u32, yaml::Node)>,
    /// Files of rules.
    filters: loaded::Files,
    /// Scripts with commands about packets: path, and why nobody knows what they do.
    scripts: Vec<(String, Why)>,
    proxmox: Proxmox,
    /// Files of Proxmox itself.
    firewalls: fw::Files,
    wiring: Wiring,
    /// What brings up the devices of nodes: path, file, text.
    interfaces: Vec<(String, u32, String)>,
}

/// Reads a tree: path and text of each file.
pub(crate) fn tree<'t>(files: impl Iterator<Item = (&'t str, &'t str)>, given: &Given) -> Tree {
    let mut parts = Parts::default();
    for (path, text) in files {
        parts.file(path, text);
    }
    parts.together(given)
}

/// The folder of a file, and its name without the extension: what is called `green.web` has a name with a dot.
fn folder_and_stem(path: &str) -> (&str, &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    // The role's files are named for a policy, and for a machine besides where several machines of it have other files.
    let literal = name.rsplit_once('.').filter(|(_, ending)| ["v4", "v6", "nft"].contains(ending));
    let stem = literal.or_else(|| name.split_once('.')).map_or(name, |(stem, _)| stem);
    (folder, stem)
}

/// Whether a file lies in a folder that is called as a machine. A node that is told apart by the folder of its data centre lies in
/// both.
fn is_of(path: &str, host: &str) -> bool {
    let mut folders = path.rsplit('/').skip(1);
    host.rsplit('/').all(|part| folders.any(|folder| folder == part))
}

/// The node whose folder a file lies in: the innermost.
fn node_of<'n>(path: &str, nodes: &BTreeSet<&'n String>) -> Option<&'n str> {
    let depth = |node: &&&String| {
        let last = node.rsplit('/').next();
        path.split('/').rev().skip(1).position(|folder| Some(folder) == last)
    };
    nodes.iter().filter(|node| is_of(path, node)).min_by_key(depth).map(|node| node.as_str())
}

/// Whether a folder is called as a node.
fn is_last(folder: &str, node: &str) -> bool {
    last_folder(folder) == last_folder(node) && is_of(&format!("{folder}/"), node)
}

/// What a folder is called.
pub(super) fn last_folder(folder: &str) -> &str {
    folder.rsplit('/').next().unwrap_or(folder)
}

/// Whether a text is one for `iptables-restore`.
fn is_restore(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.any(|line| ["*filter", "*nat", "*raw", "*mangle", "*security"].contains(&line))
}

impl Parts {
    fn file(&mut self, path: &str, text: &str) {
        let (folder, stem) = folder_and_stem(path);
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        match extension {
            "tf" => {
                let file = self.notes.file(path);
                match hcl::parse(text) {
                    Ok(block) => self.terraform.add(path, file, block),
                    Err((line, words)) => {
                        let why = self.notes.unread(Place { file, line }, format!("no HCL: {words}"));
                        self.proxmox.stray = Some(why);
                    }
                }
            }
            "json" if path.ends_with(".tf.json") => {
                // What decides is read from HCL; in the other form it is told, and not overlooked.
                let deciding = ["_vm\"", "_container\"", "firewall"];
                if text.contains("proxmox_") && deciding.iter().any(|word| text.contains(word)) {
                    let file = self.notes.file(path);
                    let why = self
                        .notes
                        .unread(Place { file, line: 1 }, "machines or firewalls in the JSON form of Terraform");
                    self.proxmox.stray = Some(why);
                }
            }
            "json" if stem == "wiring" => {
                let file = self.notes.file(path);
                match serde_json::from_str(text) {
                    Ok(wiring) => self.wiring = Wiring { is_said: true, ..wiring },
                    Err(error) => {
                        self.notes.unread(Place { file, line: error.line() as u32 }, "no wiring");
                    }
                }
            }
            "json" => {
                if let Ok(value) = serde_json::from_str::<Value>(text)
                    && certificates::is(&value)
                {
                    let file = self.notes.file(path);
                    self.issued.extend(certificates::read(&value, text, stem, file, &mut self.notes));
                }
            }
            "yml" | "yaml" => self.yaml(path, text, folder, stem),
            "j2" if text.contains("static_host_map") => {
                let file = self.notes.file(path);
                self.notes.unread(Place { file, line: 1 }, "a template of a configuration of Nebula");
            }
            "fw" | "conf" if fw::is(path) => {
                let file = self.notes.file(path);
                self.firewalls.add(path, file, text);
            }
            _ if interfaces::is(path, text) => {
                let file = self.notes.file(path);
                self.interfaces.push((path.to_owned(), file, text.to_owned()));
            }
            _ if nft::is(path, text) => {
                let file = self.notes.file(path);
                self.filters.nft((folder, stem), file, text, &mut self.notes);
            }
            _ if is_restore(text) => {
                let file = self.notes.file(path);
                let v6 = extension == "v6" || path.contains("ip6tables");
                self.filters.restore((folder, stem), v6, file, text, &mut self.notes);
            }
            _ if unit::is(path, text) => {
                let file = self.notes.file(path);
                self.filters.unit(folder, file, text);
            }
            _ => {
                if let Some(line) = script::first_command(path, text) {
                    let file = self.notes.file(path);
                    let words = "what a script does to packets: its commands are not read";
                    self.scripts.push((path.to_owned(), self.notes.unread(Place { file, line }, words)));
                }
            }
        }
    }

    fn yaml(&mut self, path: &str, text: &str, folder: &str, stem: &str) {
        let about = inventory::about(path);
        let configures = text.contains("static_host_map")
            || text.contains("lighthouse:")
            || text.contains("inbound:")
            || text.contains("pki:");
        if about.is_none() && !configures {
            return;
        }
        let file = self.notes.file(path);
        let documents = match yaml::parse(text) {
            Ok(documents) => documents,
            Err((line, words)) => {
                self.notes.unread(Place { file, line }, format!("no YAML: {words}"));
                return;
            }
        };
        let Some(node) = documents.into_iter().next() else { return };
        if let Some(about) = about {
            self.inventory.add(about, &node, file);
        } else if nebula::is(&node) {
            let host = if ["config", "nebula", "nebula1"].contains(&stem) { last_folder(folder) } else { stem };
            self.configurations.push((host.to_owned(), file, node));
        }
    }

    fn together(mut self, given: &Given) -> Tree {
        self.data_centers(given);
        let unsaid = self.proxmox.centers.0.iter_mut().filter(|cluster| cluster.enabled.value.is_err());
        for (elsewhere, cluster) in unsaid.flat_map(|cluster| Some((given.firewall.as_ref()?, cluster))) {
            cluster.enabled = Setting::default(true);
            // Outwards it leaves nodes what every tree leaves them: everything.
            cluster.policy_in.value =
                Err(format!("what the firewall of the data centre says to its nodes: {elsewhere} has it").into());
        }
        let mut hosts: BTreeMap<String, Host> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for guest in self.proxmox.guests.values_mut() {
            // Options of a template, which is no machine of this tree.
            let Some(place) = guest.place else { continue };
            let own = guest.name.clone().unwrap_or_else(|| guest.id.vmid.to_string());
            let mut name = own.clone();
            for further in
                [format!("{own} ({})", guest.id.vmid), format!("{own} ({}, {})", guest.id.vmid, guest.id.center)]
            {
                if seen.contains(&name) {
                    name = further;
                }
            }
            seen.insert(name.clone());
            if let Some(devices) = self.wiring.devices.get(&name) {
                for nic in &mut guest.nics {
                    nic.device = devices.get(&nic.name).cloned().or(nic.device.take());
                }
            }
            guest.name = Some(name.clone());
            hosts.insert(name.clone(), Host { guest: Some(guest.id), ..Host::new(name, place) });
        }
        // Ansible may know nodes too; they are no guests with a filter of their own.
        let nodes: BTreeSet<&String> = self.proxmox.guests.values().filter_map(|guest| guest.node.as_ref()).collect();
        let is_node = |name: &str| {
            let named = self.wiring.nodes.contains_key(name) || self.proxmox.nodes.contains_key(name);
            (named || nodes.contains(&name.to_owned())) && !hosts.contains_key(name)
        };
        let known: Vec<String> = self.inventory.hosts().filter(|name| !is_node(name)).map(str::to_owned).collect();
        for name in &known {
            let Some(place) = self.inventory.address(name).map(|(_, place)| place) else { continue };
            hosts.entry(name.clone()).or_insert_with(|| Host::new(name.clone(), place));
        }
        let members = self.members(given, &mut hosts);
        let filters = self.assign_filters(&mut hosts);
        self.scripted(&mut hosts);
        for host in hosts.values_mut() {
            host.forwards = self.inventory.forwards(&host.name);
            host.addresses.extend(self.inventory.address(&host.name).map(|(address, _)| address));
            // Members that nobody configures are in no inventory, and of others it has the address that Ansible takes.
            let stated = self.wiring.machines.get(&host.name).into_iter().flatten().filter(|_| host.guest.is_none());
            let more: Vec<_> = stated.copied().filter(|address| !host.addresses.contains(address)).collect();
            host.addresses.extend(more);
            let devices = self.wiring.devices.get(&host.name).into_iter().flatten().filter(|_| host.guest.is_none());
            host.devices =
                devices.filter_map(|(address, device)| Some((address.parse().ok()?, device.clone()))).collect();
            // A file of its own says it too.
            let own = self.interfaces.iter().filter(|(path, ..)| host.guest.is_none() && is_of(path, &host.name));
            for (device, address) in own.flat_map(|(_, _, text)| interfaces::addresses(text)) {
                if !address.is_loopback() {
                    host.devices.entry(address).or_insert(device);
                    host.addresses.extend(Some(address).filter(|address| !host.addresses.contains(address)));
                }
            }
            self.addresses(host);
        }
        let reached = self.inventory.reached();
        let Self { mut notes, proxmox, mut wiring, filters: rest, interfaces: brought_up, scripts, .. } = self;
        let nodes: BTreeSet<&String> = proxmox.guests.values().filter_map(|guest| guest.node.as_ref()).collect();
        let mut of_nodes: BTreeMap<&str, Vec<Key>> = BTreeMap::new();
        for key in rest.keys() {
            let (folder, stem) = key;
            let own = nodes.iter().find(|node| is_last(folder, node)).map(|node| node.as_str());
            if let Some(node) = own.or((stem == "edge").then(|| last_folder(folder))) {
                of_nodes.entry(node).or_default().push(key.clone());
            }
        }
        let of_nodes = of_nodes.into_iter();
        let mut edges: BTreeMap<String, Loaded> =
            of_nodes.map(|(node, keys)| (node.to_owned(), rest.together(&keys, &mut notes))).collect();
        for (path, file, text) in brought_up {
            // By a folder of the node's name; where there is one node alone, it is that one's.
            let named = node_of(&path, &nodes);
            if named.is_none() && hosts.keys().any(|host| is_of(&path, host)) {
                continue;
            }
            let alone = (nodes.len() == 1).then(|| nodes.first().map(|node| node.as_str())).flatten();
            match named.or(alone) {
                Some(node) => {
                    if !wiring.is_said {
                        let own = interfaces::addresses(&text).into_iter().map(|(_, address)| address);
                        let known = wiring.nodes.entry(node.to_owned()).or_default();
                        known.extend(own.filter(|address| !address.is_loopback()));
                    }
                    let Loaded { filter, tables } = edges.entry(node.to_owned()).or_default();
                    interfaces::read(&text, file, tables, &mut notes, filter);
                    filter.finish();
                }
                None if text.contains("tables") || text.contains("nft") => {
                    notes.unread(Place { file, line: 1 }, "what a node translates: which it is, no folder says");
                }
                None => {}
            }
        }
        for (path, why) in &scripts {
            // One that lies in no folder of a node or of a machine may be any node's.
            let own = node_of(path, &nodes);
            let elsewhere = hosts.keys().any(|host| is_of(path, host) || folder_and_stem(path).1 == host);
            for node in nodes.iter().filter(|node| own.map_or(!elsewhere, |own| own == node.as_str())) {
                edges.entry((*node).clone()).or_default().filter.doubt((true, true), why);
            }
        }
        let edges = edges.into_iter().map(|(node, loaded)| (node, loaded.filter)).collect();
        let mut tree = Tree::new(notes, proxmox, hosts, members, filters, edges, wiring);
        tree.reached = reached;
        tree
    }

    /// Everything of Proxmox, however it is written.
    fn data_centers(&mut self, given: &Given) {
        let (terraform, firewalls) = (std::mem::take(&mut self.terraform), std::mem::take(&mut self.firewalls));
        let mut folders = Folders::new();
        terraform.folders(&mut folders);
        firewalls.folders(&mut folders);
        let centers = Centers::of(&folders, given.firewall.is_some());
        self.proxmox.centers.0.resize_with(centers.count(), Cluster::default);
        terraform.read(&centers, &mut self.proxmox, &mut self.notes);
        firewalls.read(&centers, &mut self.proxmox, &mut self.notes);
    }

    /// A script is its machine's, by the name of its file or folder, or else anybody's.
    fn scripted(&self, hosts: &mut BTreeMap<String, Host>) {
        for (path, why) in &self.scripts {
            let is_its = |host: &str| is_of(path, host) || folder_and_stem(path).1 == host;
            let known = hosts.keys().any(|host| is_its(host)) || self.is_of_a_node(path);
            for host in hosts.values_mut().filter(|host| !known || is_its(&host.name)) {
                host.no_filter.get_or_insert_with(|| why.clone());
            }
        }
    }

    /// Whether a file lies in a folder that is called as a node.
    fn is_of_a_node(&self, path: &str) -> bool {
        let of_guests = self.proxmox.guests.values().filter_map(|guest| guest.node.as_ref());
        of_guests.chain(self.wiring.nodes.keys()).any(|node| is_of(path, node))
    }

    fn members(&mut self, given: &Given, hosts: &mut BTreeMap<String, Host>) -> Vec<Member> {
        let mut members = Vec::new();
        let issued: HashMap<&str, &Issued> = self.issued.iter().map(|one| (one.host.as_str(), one)).collect();
        for (host, file, node) in &self.configurations {
            let stated = self.inventory.text(host, "nebula_version").map(|(text, _)| text.to_owned());
            let version = stated.or_else(|| given.nebula.clone()).and_then(|text| Version::parse(&text));
            let version = version.ok_or_else(|| format!("which release of Nebula {host} runs").into());
            let mut member = nebula::read(node, host, version, *file, &mut self.notes);
            let name = self.inventory.text(host, "nebula_name").map_or(host.as_str(), |(name, _)| name);
            if let Some(one) = issued.get(host.as_str()).or_else(|| issued.get(name)) {
                member.certificate = Ok(one.certificate.clone());
            }
            if let (None, Some((device, _))) = (&member.device, self.inventory.text(host, "nebula_device")) {
                member.device = Some(device.to_owned());
            }
            let entry = hosts.entry(host.clone()).or_insert_with(|| Host::new(host.clone(), member.place));
            entry.members.push(members.len());
            members.push(member);
        }
        members
    }

    /// Gives each host its filter: by the variable that the role reads, or by its own name.
    fn assign_filters(&mut self, hosts: &mut BTreeMap<String, Host>) -> Vec<Filter> {
        let mut filters: Vec<Filter> = Vec::new();
        let mut known: HashMap<Vec<Key>, usize> = HashMap::new();
        let named = self.filters.named();
        for host in hosts.values_mut() {
            let policy = self.inventory.text(&host.name, "security_policy").map(|(policy, _)| policy.to_owned());
            let keys = named.of(&host.name, policy.as_deref());
            if keys.is_empty() {
                if let Some(policy) = policy {
                    let place =
                        self.inventory.text(&host.name, "security_policy").map_or(host.place, |(_, place)| place);
                    host.no_filter =
                        Some(self.notes.unread(place, format!("the filter {policy}, of which there is no file")));
                }
                continue;
            }
            let index = match known.get(&keys) {
                Some(index) => *index,
                None => {
                    filters.push(self.filters.together(&keys, &mut self.notes).filter);
                    known.insert(keys, filters.len() - 1);
                    filters.len() - 1
                }
            };
            host.filter = Some(index);
        }
        filters
    }

    /// What the play knows of addresses that Terraform does not.
    fn addresses(&mut self, host: &Host) {
        let Some(guest) = host.guest.and_then(|id| self.proxmox.guests.get_mut(&id)) else { return };
        for (device, net) in self.inventory.further(&host.name) {
            if let Some(nic) = guest.nics.iter_mut().find(|nic| nic.device.as_ref() == Some(&device)) {
                nic.addresses.push(net);
            }
        }
        let known = |address| guest.nics.iter().flat_map(|nic| &nic.addresses).any(|net| net.addr() == address);
        let mut asking = guest.nics.iter().enumerate().filter(|(_, nic)| nic.dhcp);
        if let (Some(address), Some((index, _)), None) = (host.addresses.first(), asking.next(), asking.next())
            && !known(*address)
        {
            guest.nics[index].addresses.push((*address).into());
        }
    }
}
