//! A network behind a member of an old Nebula
//!
//! ## What is wrong
//!
//! An overlay has a network behind a member, and `nebula.version` is one of 1.6.
//!
//! ## Why
//!
//! A rule of Nebula says by `local_cidr` whether it is about the member itself or about what is behind it. Nebula 1.6 ignores the
//! field without a word: each rule that lets somebody in to the member would let him in to the whole network.
//!
//! ## Example
//!
//! ```arv part
//!   nebula.version = "1.6.1";
//!   networks.appliances = { cidr = 10.0.60.0/24; bridge = "vmbr6"; };
//!   hosts.gate = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on = { bridge = {}; overlay = {}; appliances.address = 10.0.60.2; };
//!   };
//!   networks.overlay.behind = [
//!     { network = networks.appliances; member = hosts.gate; }, # error: E0399
//!   ];
//! ```
//!
//! ## What to do
//!
//! Name a version from 1.9 on that the guests have.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use super::unknown_nebula::minor;
use crate::model::Site;

/// A network behind a member of an old Nebula.
pub static CODE: Code =
    Code::new("E0399", "a network behind a member of an old Nebula", include_str!("behind_needs_newer_nebula.rs"));

/// Every overlay; told once of each.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    let version = &site.nebula.version;
    if minor(&version.value).is_none_or(|minor| minor >= 7) {
        return;
    }
    for overlay in site.networks.iter().filter(|network| network.is_overlay()) {
        let Some(behind) = overlay.behind.first() else { continue };
        let message = format!("Nebula {} cannot hold what is behind a member of an overlay", version.value);
        out.push(
            Diagnostic::new(&CODE, message, behind.member.span, "each of its rules would reach the whole network")
                .note("a rule's own address (`local_cidr`) is ignored before 1.7")
                .help("name a version from 1.9 on: `nebula.version`"),
        );
    }
}
