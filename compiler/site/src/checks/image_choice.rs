//! A guest that nobody knows the image of
//!
//! ## What is wrong
//!
//! A guest names no image, and the site has none of its kind, or several; or it names one of another kind.
//!
//! ## Why
//!
//! A guest is made from an image: a template, a file or a download. If the site has one of its kind it goes without
//! saying; which of several is meant does not. A VM cannot be made from a container's image, nor the reverse.
//!
//! ## Example
//!
//! ```arv part
//!   hosts.a = { # error: E0340
//!     kind = Container;
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!   };
//! ```
//!
//! ## What to do
//!
//! Declare an image (`images.debian = { vmid = 9000; };`), or name the one that is meant: `image = images.debian;`.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Host, Image, Kind, Site};
use crate::origins::Origins;
use crate::place::report;

/// A guest that nobody knows the image of.
pub static CODE: Code = Code::new("E0340", "a guest that nobody knows the image of", include_str!("image_choice.rs"));

/// Every guest. That the site has no image of a kind is one problem, however many guests there are.
pub(crate) fn check(site: &Site, origins: &Origins, out: &mut Vec<Diagnostic>) {
    let mut without: [Vec<&Host>; 2] = [Vec::new(), Vec::new()];
    for (host, origin) in site.hosts.iter().zip(&origins.hosts) {
        if host.kind == Kind::Machine || origin.kind_failed || origin.image_failed {
            continue;
        }
        if let Some(image) = host.image {
            let image = &site.images[image.index()];
            if let (true, Some(span)) = (image.kind != host.kind, origin.image) {
                let message = format!("`{}` is made from an image of another kind", host.named.path);
                let label = format!("`{}` is for {}", image.named.path, plural(image.kind));
                out.push(report(&CODE, message, &host.named, span, &label));
            }
            continue;
        }
        if !origins.all.images {
            continue;
        }
        let fitting: Vec<&Image> = site.images.iter().filter(|image| image.kind == host.kind).collect();
        if fitting.is_empty() {
            without[usize::from(host.kind == Kind::Container)].push(host);
            continue;
        }
        let paths = fitting.iter().map(|image| format!("`{}`", image.named.path)).collect::<Vec<_>>().join(", ");
        let message = format!("`{}` does not say its image", host.named.path);
        out.push(
            report(&CODE, message, &host.named, host.named.key, "the site has several that fit")
                .help(format!("name one of {paths}")),
        );
    }
    for hosts in without {
        let Some(first) = hosts.iter().min_by_key(|host| crate::place::place(&host.named, host.named.key)) else {
            continue;
        };
        let kind = plural(first.kind);
        let message = format!("the site has no image for {kind}");
        let label = format!("`{}` is made from one", first.named.path);
        let mut diagnostic = report(&CODE, message, &first.named, first.named.key, &label);
        if hosts.len() > 1 {
            diagnostic = diagnostic.note(format!("so are {} others", hosts.len() - 1));
        }
        let kind = if first.kind == Kind::Container { "kind = Container; " } else { "" };
        out.push(diagnostic.help(format!("declare one: `images.debian = {{ {kind}vmid = 9000; }};`")));
    }
}

fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Vm => "VMs",
        Kind::Container => "containers",
        Kind::Machine => "machines",
    }
}
