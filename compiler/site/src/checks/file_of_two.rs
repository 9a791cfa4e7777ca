//! An image that another environment downloads
//!
//! ## What is wrong
//!
//! A node fetches an image onto a datastore, and another environment of the project has it fetched there under the same name.
//!
//! ## Why
//!
//! Terraform of each environment takes the file for its own: the second one stops, since the file is there, and the one that does
//! not need it any more removes it under the other.
//!
//! ## Example
//!
//! ```arv part
//!   # arv.lock: environments.staging.datacenters.home = { nodes = ["pve"], pool = "stg", namespace = "stg", firewall = false, files = ["pve/local:import/trixie.qcow2"] }
//!   images.trixie = {
//!     url = "https://images.example.org/trixie.qcow2"; # error: E0925
//!     checksum = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
//!   };
//!   hosts.dns.image = images.trixie;
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; image = images.trixie; };
//! ```
//!
//! ## What to do
//!
//! Let one environment fetch it, and name the file in the other one: `images.trixie.file = "local:import/trixie.qcow2";`. Or give each
//! a file of its own: `file_name = "staging-trixie.qcow2";`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::downloads::downloads;
use crate::lock::{Fetched, Held};
use crate::model::{ImageSource, Site};
use crate::neighbours;
use crate::place::report;

/// An image that another environment downloads.
pub static CODE: Code =
    Code::new("E0925", "an image that another environment downloads", include_str!("file_of_two.rs"));

/// Every download; the first node that meets is told of.
pub(crate) fn check(site: &Site, held: &Held, out: &mut Vec<Diagnostic>) {
    if held.others.values().all(|other| other.datacenters.values().all(|it| it.files.is_empty())) {
        return;
    }
    let mut told = Vec::new();
    for download in downloads(site) {
        let Some(volume) = download.volume(site).filter(|_| !told.contains(&download.image)) else { continue };
        let node = &site.nodes[download.node.index()].named.name;
        let own = Fetched { volume, node: Some(node.clone()).filter(|_| !download.shared) };
        let others = neighbours::of(site, download.datacenter, held);
        let Some((environment, _)) = others.iter().find(|(_, it)| it.other.files.iter().any(|file| file.is(&own)))
        else {
            continue;
        };
        told.push(download.image);
        let image = &site.images[download.image.index()];
        let ImageSource::Download { url, .. } = &image.source else { continue };
        let message = format!("the environment `{environment}` fetches `{}` onto `{node}` too", own.volume);
        let problem = report(&CODE, message, &image.named, url.span, "this is the same file there");
        out.push(
            problem
                .note(format!("`arv.lock` holds it since `{environment}` was built"))
                .help(format!("let one of the two fetch it, and the other name the file: `file = \"{}\";`", own.volume))
                .help("or give it another name: `file_name = \"…\";`"),
        );
    }
}
