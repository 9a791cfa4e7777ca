//! A template for guests of several nodes, and nobody says where it lies
//!
//! ## What is wrong
//!
//! Guests on several nodes of one Proxmox cluster are cloned from a template, and the template does not say its `node`.
//!
//! ## Why
//!
//! A VMID is on one node of a cluster. A template that says nothing lies where its guests are; where these are on several nodes, each of
//! them would be asked for it, and all but one have none: the apply stops there ("configuration file does not exist").
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "pair"; domain = "example.internal"; operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve1.address = 10.0.0.1;
//!   nodes.pve2.address = 10.0.0.2;
//!   networks.lan = { cidr = 10.0.0.0/24; bridge = "vmbr1"; };
//!   ranges.guests = { vmids = 1000..1099; addresses = 10..109; };
//!   images.debian = { vmid = 9000; }; # error: E0845
//!   hosts.a = { node = nodes.pve1; vmid = 1000; };
//!   hosts.b = { node = nodes.pve2; vmid = 1001; };
//! }
//! ```
//!
//! ## What to do
//!
//! Say where it lies: `node = nodes.pve1;`. A VM for another node is cloned beside it and then moved. Or make the same template on each
//! node, with VMIDs of their own: `copies = [ { node = nodes.pve2; vmid = 9001; } ];`. Or make guests from a file, which each node has:
//! `url` with `checksum`, or `file`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{DatacenterId, Host, ImageId, ImageSource, Kind, NodeId, Site};
use crate::origins::Origins;
use crate::place::{place, report};

/// A template for guests of several nodes, and nobody says where it lies.
pub static CODE: Code = Code::new(
    "E0845",
    "a template for guests of several nodes, and nobody says where it lies",
    include_str!("template_of_several_nodes.rs"),
);

/// By the Proxmox cluster, the nodes that are asked for the template, each with the first of its guests.
type Asked<'a> = BTreeMap<(ImageId, DatacenterId), BTreeMap<NodeId, &'a Host>>;

/// Every template of which neither it nor a copy says where it lies.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    if !origins.all.nodes || site.nodes.len() < 2 {
        return;
    }
    let mut asked: Asked<'_> = BTreeMap::new();
    for host in site.hosts.iter().filter(|host| host.kind != Kind::Machine && host.status.is_there()) {
        let (Some(image), Some(node)) = (host.image, host.node) else { continue };
        let ImageSource::Template { node: None, copies, .. } = &site.images[image.index()].source else { continue };
        let made_for = &site.images[image.index()];
        // One that cannot be there is told of as that.
        let misplaced = made_for.kind != host.kind || made_for.arch.value != site.nodes[node.index()].arch.value;
        if misplaced || copies.iter().any(|(at, _)| *at == node) {
            continue;
        }
        let nodes = asked.entry((image, site.nodes[node.index()].datacenter)).or_default();
        let first = nodes.entry(node).or_insert(host);
        if place(&host.named, host.named.key) < place(&first.named, first.named.key) {
            *first = host;
        }
    }
    let mut told = None;
    for ((image, _), nodes) in asked {
        if nodes.len() > 1 && told.replace(image) != Some(image) {
            out.push(diagnostic(site, image, &nodes));
        }
    }
}

fn diagnostic(site: &Site, image: ImageId, nodes: &BTreeMap<NodeId, &Host>) -> Diagnostic {
    const SHOWN: usize = 3;
    let named = &site.images[image.index()].named;
    let path = |node: &NodeId| site.nodes[node.index()].named.path.as_str();
    let message = format!("`{}` does not say its node, and guests of {} are cloned from it", named.path, nodes.len());
    let mut problem = report(&CODE, message, named, named.key, "a VMID is on one node of a cluster");
    for (node, host) in nodes.iter().take(SHOWN) {
        let label = format!("`{}` is on `{}`", host.named.path, path(node));
        problem = problem.secondary(place(&host.named, host.named.key), label);
    }
    let mut paths = nodes.keys().map(path);
    let (first, second) = (paths.next().unwrap_or_default(), paths.next().unwrap_or_default());
    problem
        .help(format!("say where it lies: `node = {first};`"))
        .help(format!("or make the same one on each node: `copies = [ {{ node = {second}; vmid = …; }} ];`"))
        .help("or make guests from a file, which each node has: `url` with `checksum`, or `file`")
}
