//! A network behind two members
//!
//! ## What is wrong
//!
//! An overlay says of one network twice which member it is behind.
//!
//! ## Why
//!
//! Which of the two a packet takes would be Nebula's choice (up to 1.9 there is none, from 1.10 on it goes by the packet), and where one
//! of them does not hand it on, nobody could say whether it arrives.
//!
//! ## Example
//!
//! ```arv part
//!   networks.appliances = { cidr = 10.0.60.0/24; bridge = "vmbr6"; };
//!   hosts.one = {
//!     vmid = 3000;
//!     groups = [ groups.projects ];
//!     on = { bridge = {}; overlay = {}; appliances.address = 10.0.60.2; };
//!   };
//!   hosts.two = {
//!     vmid = 3001;
//!     groups = [ groups.projects ];
//!     on = { bridge = {}; overlay = {}; appliances.address = 10.0.60.3; };
//!   };
//!   networks.overlay.behind = [
//!     { network = networks.appliances; member = hosts.one; },
//!     { network = networks.appliances; member = hosts.two; }, # error: E0397
//!   ];
//! ```
//!
//! ## What to do
//!
//! Name one of them. A second one that takes over is a change of this line, and a build.

use arvc_syntax::diagnostic::{Code, Diagnostic};

use crate::model::Site;

/// A network behind two members.
pub static CODE: Code = Code::new("E0397", "a network behind two members", include_str!("behind_twice.rs"));

/// Every network behind a member.
pub(crate) fn check(site: &Site, out: &mut Vec<Diagnostic>) {
    for overlay in site.networks.iter().filter(|network| network.is_overlay()) {
        for (at, behind) in overlay.behind.iter().enumerate() {
            let id = behind.network.value;
            let Some(first) = overlay.behind[..at].iter().find(|first| first.network.value == id) else { continue };
            let Some(network) = site.networks.get(id.index()) else { continue };
            let message = format!("`{}` is behind two members of `{}`", network.named.path, overlay.named.path);
            out.push(
                Diagnostic::new(&CODE, message, behind.network.span, "said again")
                    .secondary(first.network.span, "the first one")
                    .help("name one member"),
            );
        }
    }
}
