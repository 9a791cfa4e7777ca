//! A machine does without something before it is a member
//!
//! ## What is wrong
//!
//! In the phase that the message names, it is not proved that a machine reaches a resolver, the time, package mirrors, or, once it
//! has joined, the site's own resolver; or it is not known whether Ansible reaches it, for a router that is not described stands
//! between.
//!
//! ## Why
//!
//! What is there before the overlay has to do without it: a new machine has to resolve names and fetch packages to install
//! Nebula at all, and without the time no certificate is valid. If the site's `essentials` were replaced, or there is no way out, that is
//! found here and not by the first play.
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
//!   hosts.web = { vmid = 100; lighthouse = true; }; # error: L0414
//!   essentials = [ any -> internet : [ 80/tcp, 443/tcp ] ];
//! }
//! ```
//!
//! ## What to do
//!
//! Open it in `essentials`, or let a machine on the segment serve it; list in `expect.unknown` what rests on a router, or say at
//! the network that its router filters nothing, where that is so (`unfiltered = true`).
//! A node gets in by itself to the networks that it has an address on (`addresses`). An image that has all that it needs may do without packages.

use arvc_syntax::diagnostic::Code;

/// Something is missing before the overlay is there.
pub static CODE: Code =
    Code::new("L0414", "a machine does without something before it is a member", include_str!("phase_doubtful.rs"));
