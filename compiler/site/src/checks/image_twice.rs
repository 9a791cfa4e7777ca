//! Two images that are one file
//!
//! ## What is wrong
//!
//! Two images are downloaded onto one datastore of one node, or of several nodes that share it, under one name.
//!
//! ## Why
//!
//! A datastore has one file of a name. Terraform stops at the second one, or guests of the one image are made from the other.
//!
//! ## Example
//!
//! ```arv part
//!   images.stable = {
//!     url = "https://images.example.org/stable/disk.qcow2";
//!     checksum = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
//!   };
//!   images.testing = {
//!     url = "https://images.example.org/testing/disk.qcow2"; # error: E0842
//!     checksum = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
//!   };
//!   hosts.dns.image = images.stable;
//!   hosts.a = { vmid = 3000; groups = [ groups.projects ]; image = images.testing; };
//! ```
//!
//! ## What to do
//!
//! Say what one of them is called: `file_name = "testing.qcow2";`. If both are the same image, declare one of them.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::downloads::{Download, downloads};
use crate::model::{ImageId, ImageSource, Site};
use crate::place::{place, report};

/// Two images that are one file.
pub static CODE: Code = Code::new("E0842", "two images that are one file", include_str!("image_twice.rs"));

/// Every download, told once for two images.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<_, Download> = BTreeMap::new();
    let mut told: Vec<(ImageId, ImageId)> = Vec::new();
    for download in downloads(site) {
        let Some(volume) = download.volume(site) else { continue };
        let node = Some(download.node).filter(|_| !download.shared);
        let before = *first.entry((download.datacenter, node, volume.clone())).or_insert(download);
        let pair = (before.image, download.image);
        if pair.0 == pair.1 || told.contains(&pair) {
            continue;
        }
        told.push(pair);
        let [before, image] = [pair.0, pair.1].map(|id| &site.images[id.index()]);
        let span = |image: &crate::model::Image| match &image.source {
            ImageSource::Download { url, file_name, .. } => file_name.as_ref().map_or(url.span, |name| name.span),
            _ => image.named.key,
        };
        let mut both = [(before, span(before)), (image, span(image))];
        both.sort_by_key(|(image, span)| place(&image.named, *span));
        let [(before, earlier), (image, later)] = both;
        let node = &site.nodes[download.node.index()].named.path;
        let message = format!("`{}` and `{}` are both `{volume}` on `{node}`", before.named.path, image.named.path);
        let problem = report(&CODE, message, &image.named, later, "a second one of this name");
        out.push(
            problem
                .secondary(place(&before.named, earlier), "the first one")
                .help("say what one of them is called: `file_name = \"…\";`"),
        );
    }
}
