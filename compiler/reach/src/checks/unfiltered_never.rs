//! Nothing closes what must stay closed.
//!
//! ## What is wrong
//!
//! No `allow` opens what a `never` forbids, and still there is a path on which no layer of the site closes it: two machines
//! beside one another on a segment, or on two networks of one node, of which neither has a packet filter that arvc emits.
//! What a router lets through that arvc does not configure is not known; `arvc reach` says so.
//!
//! ## Why
//!
//! A claim is about packets and not about intentions. A guest has the firewall of Proxmox, a machine that Ansible
//! configures has its packet filter, a member of an overlay has Nebula; a phone or a printer has none of them, and
//! whoever is on its segment reaches it.
//!
//! ## Example
//!
//! ```arv site
//! {
//!   name = "home";
//!   domain = "home.internal";
//!   operators.addresses = [ 203.0.113.9 ];
//!   nodes.pve = { address = 192.168.100.1; };
//!   networks.bridge = { cidr = 192.168.100.0/24; bridge = "vmbr1"; gateway = nodes.pve; };
//!   networks.overlay = { cidr = 10.10.10.0/24; underlay = networks.bridge; port = 4242/udp; };
//!   ranges.guests = { vmids = 100..199; addresses = 100..199; };
//!   images.debian = { vmid = 900; };
//!   hosts.dns = { vmid = 100; lighthouse = true; };
//!   hosts.phone = { kind = Machine; managed = false; on.bridge.address = 192.168.100.50; };
//!   hosts.printer = { kind = Machine; managed = false; on.bridge.address = 192.168.100.51; };
//!   never = [
//!     hosts.phone -> hosts.printer, # error: E0409
//!   ];
//! }
//! ```
//!
//! ## What to do
//!
//! Put the machines on different segments, let Ansible configure the target, or say what the claim spares. Between two networks of
//! one node, which forwards whatever it gets, a guest as the router of one of them closes it (`gateway = hosts.router`).

use arvc_site::model::Flow;
use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::words;
use crate::describe::describe;
use crate::layers::{Finding, Layers, Party, Path, Way};
use crate::ports::PortSet;

/// A claim that nothing holds.
pub static CODE: Code = Code::new("E0409", "nothing closes what must stay closed", include_str!("unfiltered_never.rs"));

/// Tells of a claim that no `allow` meets what passes where no rule of the site decides. Whether there is something.
pub(super) fn check(layers: &Layers, flow: &Flow, open: &[Finding], found: &mut Vec<Diagnostic>) -> bool {
    let site = layers.site();
    let free = open.iter().find_map(|finding| {
        let free: Vec<(&Path, PortSet)> =
            finding.certain().filter(|(.., ruled)| !ruled).map(|(path, packets, _)| (path, packets)).collect();
        (!free.is_empty()).then_some((finding, free))
    });
    let Some((finding, free)) = free else { return false };
    let (source, target) = (finding.source.name(site), finding.target.name(site));
    let packets = free.iter().fold(PortSet::none(), |all, (_, packets)| all.union(packets));
    let paths = free.into_iter().map(|(path, _)| path.clone()).collect();
    let finding = Finding { packets, paths, ..finding.clone() };
    let diagnostic = Diagnostic::new(
        &CODE,
        format!("nothing closes {} from `{source}` to `{target}`", finding.packets),
        flow.span,
        "must stay closed",
    );
    let beside = finding.paths.iter().any(|path| matches!(path.way, Way::Direct(_)));
    let apart = match (strangers(&finding), beside) {
        (true, _) => "let a guest, or a machine that Ansible configures, be the router between them".to_owned(),
        (false, true) => format!("put `{source}` and `{target}` on different segments"),
        (false, false) => "name a router that closes it as the gateway of one of the networks".to_owned(),
    };
    let bare = matches!(&finding.target, Party::Host(host) if !site.hosts[host.index()].is_configured());
    let filter = if bare { format!(", let Ansible configure `{target}`") } else { String::new() };
    let spare = words::spare(flow, "…");
    found.push(openings(layers, &finding, diagnostic).help(format!("{apart}{filter}, or {spare}")));
    true
}

/// Whether no machine and no node is at either end, so that no layer of the site is.
pub(super) fn strangers(finding: &Finding) -> bool {
    !finding.source.is_of_the_site() && !finding.target.is_of_the_site()
}

/// Tells how a connection passes, path by path, and points at the flows that let it.
pub(super) fn openings(layers: &Layers, finding: &Finding, mut diagnostic: Diagnostic) -> Diagnostic {
    let site = layers.site();
    let mut pointed = Vec::new();
    for path in &finding.paths {
        let passing = path.upper().intersection(&finding.packets);
        let rules = path.steps.iter().flat_map(|step| step.rules.iter()).filter(|(ports, _)| ports.meets(&passing));
        for part in rules.flat_map(|(_, reason)| reason.split("; ")) {
            let flow = site.allow.iter().find(|flow| describe(site, flow) == part);
            // One rule may hold what several flows let the same machine do.
            let opens = |flow: &&Flow| layers.ports(flow.ports.as_deref()).meets(&passing);
            if let Some(flow) = flow.filter(opens).filter(|flow| !pointed.contains(&flow.span)) {
                pointed.push(flow.span);
                diagnostic = diagnostic.secondary(flow.span, "this opens it");
            }
        }
        let notes: Vec<&str> = path.steps.iter().filter_map(|step| step.note.as_deref()).collect();
        let how = if path.steps.is_empty() { "nothing stands between".to_owned() } else { notes.join("; ") };
        let how = if how.is_empty() { String::new() } else { format!(": {how}") };
        diagnostic = diagnostic.note(format!("over {}{how}", path.way.name(site)));
    }
    diagnostic
}
