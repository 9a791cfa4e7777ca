//! Two builds of an image for one architecture
//!
//! ## What is wrong
//!
//! An image has two builds for one architecture, or it has one for its own.
//!
//! ## Why
//!
//! The architecture of a guest's node decides which build it is made from, so each is there once.
//!
//! ## Example
//!
//! ```arv part
//!   images.trixie = {
//!     vmid = 9100;
//!     builds = [ { arch = Amd64; vmid = 9101; } ]; # error: E0848
//!   };
//!   hosts.dns.image = images.trixie;
//! ```
//!
//! ## What to do
//!
//! State the other architecture (`arch = Arm64;`), or make it an image with a name of its own. The same template on another node is
//! no build: `copies`.

use std::collections::BTreeMap;

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::{Arch, Named, Site, Spanned};
use crate::place::{place, report};

/// Two builds of an image for one architecture.
pub static CODE: Code =
    Code::new("E0848", "two builds of an image for one architecture", include_str!("same_build.rs"));

/// The architectures of an image's builds.
pub(crate) fn check(
    named: &Named,
    own: Spanned<Arch>,
    builds: impl Iterator<Item = Spanned<Arch>>,
) -> Option<Diagnostic> {
    let mut first = BTreeMap::from([(own.value, own.span)]);
    for build in builds {
        let Some(before) = first.insert(build.value, build.span) else { continue };
        let arch = build.value;
        let message = format!("`{}` has two builds for {}", named.path, arch.name());
        return Some(
            report(&CODE, message, named, build.span, "the second one")
                .secondary(place(named, before), "the first one")
                .help("state the other architecture, or make it an image with a name of its own"),
        );
    }
    None
}

/// An image that has the name which Terraform knows another one's build by.
pub(crate) fn check_names(site: &Site, out: &mut Vec<Diagnostic>) {
    let names: BTreeMap<&str, &Named> =
        site.images.iter().filter(|it| it.build_of.is_none()).map(|it| (it.named.name.as_str(), &it.named)).collect();
    for build in site.images.iter().filter(|image| image.build_of.is_some()) {
        let Some(other) = names.get(build.named.name.as_str()) else { continue };
        let arch = build.arch.value.name();
        let message = format!("the build of `{}` for {arch} is `{}`, too", build.named.path, other.path);
        out.push(
            report(&CODE, message, other, other.key, "Terraform would have two resources of this name")
                .secondary(place(&build.named, build.named.key), "the build")
                .help("give the image another name"),
        );
    }
}
