//! A guest on a node of another architecture
//!
//! ## What is wrong
//!
//! A guest runs on a node whose processor does not understand its image; or the HA manager may start it on such a node.
//!
//! ## Why
//!
//! A container runs on its node's own processor, and so does a VM that Proxmox does not emulate: programs for x86 do not start on
//! ARM, nor the reverse. With builds for both, a guest is made from one of them and stays that, so it cannot be started on a node
//! of the other architecture either.
//!
//! ## Example
//!
//! ```arv part
//!   nodes.board = { arch = Arm64; address = 192.168.100.2; };
//!   hosts.dns.node = nodes.pve;
//!   hosts.meter = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     node = nodes.board; # error: E0846
//!   };
//! ```
//!
//! ## What to do
//!
//! Say what the image is for the other architecture: `builds = [ { arch = Arm64; vmid = 9001; } ];`. Or name another node. For the HA
//! manager name nodes of one architecture, and say `strict = true`: without it, it takes any node of the Proxmox cluster when these are
//! lost.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::builds;
use crate::model::{Host, ImageId, Kind, NodeId, Site, Status};
use crate::origins::{HostOrigin, Origins};
use crate::place::{place, report};

/// A guest on a node of another architecture.
pub static CODE: Code =
    Code::new("E0846", "a guest on a node of another architecture", include_str!("other_architecture.rs"));

/// Every guest, on every node where it may be; told once for an image and a node, however many guests there are.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let alike = site.nodes.iter().map(|node| node.arch.value).chain(site.images.iter().map(|image| image.arch.value));
    let archs: std::collections::BTreeSet<_> = alike.collect();
    if archs.len() < 2 || !origins.all.nodes || !origins.all.images {
        return;
    }
    let mut told: BTreeMap<(ImageId, NodeId, bool), (usize, u32)> = BTreeMap::new();
    for (at, host) in site.hosts.iter().enumerate() {
        let Some((image, node, home)) = wrong(site, host) else { continue };
        let span = |at: usize| span(&site.hosts[at], &origins.hosts[at], home);
        let (first, count) = told.entry((builds::named(site, image), node, home)).or_insert((at, 0));
        if span(at) < span(*first) {
            *first = at;
        }
        *count += 1;
    }
    for ((_, node, home), (at, count)) in told {
        let problem = diagnostic(site, at, &origins.hosts[at], node, home);
        out.push(match count {
            1 => problem,
            2 => problem.note("so is one other"),
            _ => problem.note(format!("so are {} others", count - 1)),
        });
    }
}

/// The image of a guest, a node that it is not for, and whether that is the guest's own.
fn wrong(site: &Site, host: &Host) -> Option<(ImageId, NodeId, bool)> {
    let image = host.image.filter(|_| host.kind != Kind::Machine && host.status != Status::Retired)?;
    let own = host.node?;
    let made_for = site.images[image.index()].arch.value;
    if site.images[image.index()].kind != host.kind {
        return None;
    }
    let other = |node: &NodeId| site.nodes[node.index()].arch.value != made_for;
    if other(&own) {
        return Some((image, own, true));
    }
    host.placement.iter().copied().find(other).map(|node| (image, node, false))
}

/// Where it is said that a guest is on its node, or that the HA manager keeps it.
fn span(host: &Host, origin: &HostOrigin, home: bool) -> arvc_syntax::source::Span {
    let ha = host.ha.as_ref().map(|ha| ha.span);
    let said = if home { origin.node } else { ha };
    place(&host.named, said.unwrap_or(host.named.key))
}

fn diagnostic(site: &Site, at: usize, origin: &HostOrigin, node: NodeId, home: bool) -> Diagnostic {
    let (host, node) = (&site.hosts[at], &site.nodes[node.index()]);
    let image = host.image.map(|image| &site.images[image.index()]);
    let (named, arch) = (&host.named, node.arch.value.name());
    let made_for = image.map_or("", |image| image.arch.value.name());
    let said = if home { origin.node } else { host.ha.as_ref().map(|ha| ha.span) };
    let span = said.unwrap_or(named.key);
    let ran = format!("`{}` is {arch}", node.named.path);
    let mut problem = match home {
        true => {
            let message = format!("`{}` is made for {made_for} and runs on a node that is {arch}", named.path);
            report(&CODE, message, named, span, &ran)
        }
        false => {
            let message =
                format!("`{}` is made for {made_for} and may be started on `{}`", named.path, node.named.path);
            report(&CODE, message, named, span, &format!("{ran}, and the HA manager may choose it"))
        }
    };
    problem = problem.secondary(place(&node.named, node.arch.span), format!("the node is {arch}"));
    if let Some(image) = image {
        problem = problem.secondary(place(&image.named, image.arch.span), format!("its image is for {made_for}"));
    }
    match (home, image) {
        (true, Some(image)) => {
            let tag = node.arch.value.tag();
            problem
                .help(format!("say what `{}` is there: `builds = [ {{ arch = {tag}; … }} ];`", image.named.path))
                .help("or name another node, or another image")
        }
        _ => problem.help(format!("name nodes that are {made_for}: `ha = {{ nodes = [ … ]; strict = true; }};`")),
    }
}
